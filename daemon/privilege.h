/*
 * privilege -- from root to nobody in particular, for good.
 */

#ifndef IDM_DAEMON_PRIVILEGE_H
#define IDM_DAEMON_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* A system user that a process of ours becomes. */
struct role {
	const char *name;
	uid_t uid;
	gid_t gid;
};

/*
 * Find role->name in the passwd file of this folder.  IDM_NOTFOUND,
 * IDM_DENIED: it is root, or no system user.
 */
enum idm_status privilege_find(
    const char *accounts, struct role *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Become the role: no groups, uid and gid for good, no new privileges, no
 * core, nothing to trace, umask 077.  A process without_network gets a
 * network namespace of its own, with nothing in it, where that is allowed.
 * Every step that was taken is checked; the caller ends on failure.
 */
enum idm_status privilege_drop(
    const struct role *, bool without_network, struct idm_err *) IDM_MUSTCHECK;

#endif
