/*
 * autorid -- slices of one range for all domains, as winbind's autorid.
 *
 *	index = RID / rangesize    rest = RID % rangesize
 *	id = low + slice(domain, index) * rangesize + rest
 *
 * The first slice is the pool: SIDs that are of no domain have numbers of
 * their own there.
 */

#ifndef IDM_BACKENDS_AUTORID_H
#define IDM_BACKENDS_AUTORID_H

#include <stdbool.h>
#include <stdint.h>

#include "identity/sid.h"
#include "map/domain.h"

/* How many slices the range has; what is left over is not used. */
uint32_t idm_autorid_slices(const struct idm_domain *);

/*
 * Which window of which domain an account's SID is in, and where.  False: it
 * is of no domain (S-1-5-21-a-b-c, or S-1-5-32), but for the pool.
 */
bool idm_autorid_window(const struct idm_domain *, const struct idm_sid *,
    struct idm_sid *above, uint32_t *index, uint32_t *rest);

#endif
