/*
 * rid -- an account's RID, moved: id = RID - base_rid + low.
 *
 * The arithmetic is that of 32 bits, as in Samba; what falls out of the range
 * has no mapping.
 */

#ifndef IDM_BACKENDS_RID_H
#define IDM_BACKENDS_RID_H

#include <stdint.h>

#include "identity/sid.h"

/*
 * The range that TrueNAS computes for "sssd_compat": it begins where sssd,
 * with its defaults, would look for the domain's slice first.
 */
void idm_rid_sssd_range(
    const struct idm_sid *domain, uint32_t *low, uint32_t *high);

#endif
