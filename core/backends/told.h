/*
 * told -- numbers that stand in a directory, as far as the cache has them.
 *
 * For the backends whose numbers a directory holds.  Nothing is asked here:
 * IDM_TEMPFAIL says that somebody would have to.  IDM_NOTFOUND: all that the
 * directory has is here, and this is not among it.
 */

#ifndef IDM_BACKENDS_TOLD_H
#define IDM_BACKENDS_TOLD_H

#include "backends/backend.h"

/* As struct idm_backend has them. */
enum idm_status idm_told_to_id(const struct idm_backend_case *,
    const struct idm_sid *, struct idm_mapping *, bool *needs_place,
    struct idm_err *);
enum idm_status idm_told_to_sid(const struct idm_backend_case *, uint32_t id,
    struct idm_mapping *, struct idm_err *);

#endif
