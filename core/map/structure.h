/*
 * structure -- is a GDBM file whole, whatever it holds?
 *
 * Full library only.  What a view need not look at to be safe: that no two
 * parts of the file overlap, that the buckets' counts are right, that the
 * free space is free, that libgdbm would find what the view finds.
 */

#ifndef IDM_MAP_STRUCTURE_H
#define IDM_MAP_STRUCTURE_H

#include "base/err.h"
#include "map/verify.h"
#include "map/view.h"

/* Tell the findings.  IDM_OK when the check could be made; IDM_NOMEM. */
enum idm_status idm_structure_check(const struct idm_view *,
    struct idm_verify_report *, struct idm_err *) IDM_MUSTCHECK;

#endif
