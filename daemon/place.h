/*
 * place -- the folders and the socket, made right while still root.
 */

#ifndef IDM_DAEMON_PLACE_H
#define IDM_DAEMON_PLACE_H

#include <sys/types.h>

#include "base/err.h"

/*
 * Make dir, root's, and dir/name, that user's, both of mode 0755, if they are
 * missing; mend owner and mode of the latter.  IDM_DENIED: one of them is no
 * folder, or others may write in dir.
 */
enum idm_status place_folder(const char *dir, const char *name, uid_t, gid_t,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Listen at path, in a folder that is made if it is missing; everybody may
 * connect.  What a daemon that died has left is replaced.  IDM_CONFLICT: a
 * living one listens there.
 */
enum idm_status place_socket(
    const char *path, int *fd, struct idm_err *) IDM_MUSTCHECK;

#endif
