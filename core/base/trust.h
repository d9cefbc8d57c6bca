/*
 * trust -- opens files that others must not be able to have prepared.
 *
 * A file is trusted when it is a regular file of an expected owner that
 * nobody else may write.  The check is made on the open descriptor, so the
 * file that was checked is the file that is read.
 */

#ifndef IDM_BASE_TRUST_H
#define IDM_BASE_TRUST_H

#include <sys/stat.h>
#include <sys/types.h>

#include <stddef.h>

#include "base/err.h"

/*
 * Open path read-only, never through a symbolic link in its last component
 * and never waiting for a FIFO.  The owner must be one of the nowners uids.
 * On success *fd is close-on-exec and above 2, and *st describes the file.
 *
 * IDM_NOTFOUND: no such file.  IDM_DENIED: wrong owner, mode or type, or no
 * permission to read.  IDM_SYSTEM: anything else.
 */
enum idm_status idm_trust_open(const char *path, const uid_t *owners,
    size_t nowners, int *fd, struct stat *st, struct idm_err *) IDM_MUSTCHECK;

/* The same check on a file that is already open. */
enum idm_status idm_trust_check(const char *path, const struct stat *,
    const uid_t *owners, size_t nowners, struct idm_err *) IDM_MUSTCHECK;

#endif
