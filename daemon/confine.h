/*
 * confine -- system calls that a process of ours gives up for good.
 *
 * A wall behind the others: the unit's sandbox and the keeper's network
 * namespace are there when the system lets us have them, this is there in a
 * container and from a shell, too.  What is given up answers EPERM.  Threads
 * and children that come later are bound by it; no_new_privs is set, too.
 */

#ifndef IDM_DAEMON_CONFINE_H
#define IDM_DAEMON_CONFINE_H

#include "base/err.h"

/*
 * Start no program, look into no other process, and get by this filter by no
 * other way.  IDM_SYSTEM: the kernel has no such filters; IDM_NOMEM.
 */
enum idm_status confine_engine(struct idm_err *) IDM_MUSTCHECK;

/*
 * The same, and no network: of sockets there are those of syslog(3) alone,
 * local ones without a connection, and none to be called at.
 */
enum idm_status confine_keeper(struct idm_err *) IDM_MUSTCHECK;

#endif
