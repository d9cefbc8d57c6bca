/*
 * verify_host -- are the records of the host itself whole: its machine SID,
 * its overrides, its properties?
 *
 * Full library only.  An override's number is found by a second record;
 * idm_verify() asks here whether the two agree.
 */

#ifndef IDM_MAP_VERIFY_HOST_H
#define IDM_MAP_VERIFY_HOST_H

#include <stdbool.h>

#include "map/verify.h"

/* Is it the key (less its end) of such a record? */
bool idm_verify_is_host(struct idm_str key);

/* Tell what is wrong with it. */
void idm_verify_host(const struct idm_view *, struct idm_verify_report *,
    struct idm_str key, struct idm_str value);

#endif
