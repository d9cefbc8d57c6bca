/*
 * publish -- the lock, and the step from a finished file to the file in place.
 *
 * Full library only.  The lock file ".NAME.lock" has mode 0600 in a folder
 * that only its owner may write, so no unprivileged user can take it.  It is
 * locked with an open-file-description lock, which the kernel drops with the
 * process: nothing stale can be left behind.
 */

#ifndef IDM_MAP_PUBLISH_H
#define IDM_MAP_PUBLISH_H

#include <sys/types.h>

#include "base/err.h"
#include "map/mark.h"

struct idm_lock;

/*
 * Take the lock for writing dirfd/name, waiting at most wait_ms.
 * IDM_TEMPFAIL: another process holds it; the text names its pid.
 */
enum idm_status idm_lock_take(int dirfd, const char *name, unsigned wait_ms,
    struct idm_lock **, struct idm_err *) IDM_MUSTCHECK;
void idm_lock_release(struct idm_lock **);

/*
 * Put the finished file dirfd/temp in place as dirfd/name: mode, fsync,
 * rename, fsync of the folder.  After IDM_OK the file and its name are on
 * disk.  After a failure temp is removed and name still holds the old file,
 * with one exception: if only the last sync fails, the new file is in place
 * but may not survive a crash.  The caller holds the lock.  old is the mark of
 * the file that is replaced; NULL: it is no map.
 */
enum idm_status idm_publish(int dirfd, const char *temp, const char *name,
    mode_t mode, const struct idm_mark *old, struct idm_err *) IDM_MUSTCHECK;

#endif
