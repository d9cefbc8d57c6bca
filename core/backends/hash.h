/*
 * hash -- 12 bits made of a domain's SID, and 19 of an account's RID.
 *
 * As Samba's hash, but that no two SIDs have one number: a RID of 2^19 and
 * more has none, nor has a domain whose 12 bits an earlier one already has.
 */

#ifndef IDM_BACKENDS_HASH_H
#define IDM_BACKENDS_HASH_H

#include <stdint.h>

#include "identity/sid.h"
#include "map/domain.h"

#define IDM_HASH_RIDS (1u << 19)

/* The 12 bits of S-1-5-21-a-b-c; 0: the domain cannot be mapped. */
uint32_t idm_hash_domain(const struct idm_sid *);

/*
 * The one of n domains whose accounts have the numbers of these 12 bits: the
 * first with them, which keeps them when another one is added.  NULL: none.
 */
const struct idm_domain *idm_hash_owner(
    const struct idm_domain *, uint32_t n, uint32_t bits);

#endif
