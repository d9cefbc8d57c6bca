/*
 * verify_state -- do the records of what was allocated agree with one another?
 *
 * Full library only.  What idm_verify() asks about the records of state.gdbm:
 * each id leads back to whom it was given and each SID to its id, each window
 * to its slice and back, and every high-water mark is above what was given.
 */

#ifndef IDM_MAP_VERIFY_STATE_H
#define IDM_MAP_VERIFY_STATE_H

#include "map/verify.h"

/* Tell what is wrong with one record; the key is without its end. */
void idm_verify_state(const struct idm_view *, struct idm_verify_report *,
    struct idm_str key, struct idm_str value);

#endif
