/*
 * layout -- the numbers that winbind's autorid and TrueNAS give to well-known
 * SIDs.
 *
 * Both number a fixed list, so that hosts agree.  All are groups.
 */

#ifndef IDM_BACKENDS_LAYOUT_H
#define IDM_BACKENDS_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "identity/sid.h"
#include "map/domain.h"

/* autorid: so many numbers at the end of the first slice are for the list. */
#define IDM_LAYOUT_AUTORID_RESERVED 500u
/* truenas: so many at the beginning of the range are, with room to grow. */
#define IDM_LAYOUT_TRUENAS_RESERVED (3u + 19u + 100u)

/* The id that the domain's layout gives to the SID; false: none. */
bool idm_layout_to_id(
    const struct idm_domain *, const struct idm_sid *, uint32_t *id);
/* The SID that has this id in the domain's layout; false: none. */
bool idm_layout_to_sid(
    const struct idm_domain *, uint32_t id, struct idm_sid *);

#endif
