/*
 * copy -- the records of one map file into the next version of another.
 */

#ifndef IDM_CLI_COPY_H
#define IDM_CLI_COPY_H

#include "base/err.h"
#include "map/rewrite.h"

/*
 * Put every record of view but its header.  What the rewrite has beyond them
 * stays.
 */
enum idm_status copy_records(const struct idm_view *, struct idm_rewrite *,
    struct idm_err *) IDM_MUSTCHECK;

/* Remove every record of the rewrite but its header. */
enum idm_status copy_clear(
    struct idm_rewrite *, struct idm_err *) IDM_MUSTCHECK;

#endif
