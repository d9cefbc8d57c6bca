/*
 * verify_own -- do the records of own identities agree with one another?
 *
 * Full library only.  Each identity stands in several records, so that one
 * look-up answers; idm_verify() asks here whether they tell the same.
 */

#ifndef IDM_MAP_VERIFY_OWN_H
#define IDM_MAP_VERIFY_OWN_H

#include "map/verify.h"

/* Tell what is wrong with the record of a key (less its end), "i/...". */
void idm_verify_own(const struct idm_view *, struct idm_verify_report *,
    struct idm_str key, struct idm_str value);

/* The same of a record of the cache (map/cached.h). */
void idm_verify_cached(const struct idm_view *, struct idm_verify_report *,
    struct idm_str key, struct idm_str value);

#endif
