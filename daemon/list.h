/*
 * list -- users' entries in pages, read from the files as they are now.
 */

#ifndef IDM_DAEMON_LIST_H
#define IDM_DAEMON_LIST_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "daemon/record.h"

/*
 * Append a page of entries, as IDM_OP_USER_LIST says.  body is that of the
 * request.  With accounts, a folder of passwd, it is IDM_OP_USER_CHECK: dead
 * entries are there too, and each has what is wrong with it.
 *
 * IDM_NOTFOUND: no such scheme.  IDM_TEMPFAIL: a map is unavailable.
 */
enum idm_status list_entries(const char *state_dir, const struct caller *,
    struct idm_str body, const char *accounts, struct idm_buf *page,
    struct idm_err *) IDM_MUSTCHECK;

#endif
