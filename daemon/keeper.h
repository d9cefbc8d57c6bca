/*
 * keeper -- the process that alone owns, locks and publishes state/.
 *
 * It has no network and speaks only to the engine, in records.  What is
 * waiting is one publish: every change is on disk before any of them is
 * answered, and every attempt, done or not, is in the update log.  It ends
 * when the engine is gone, after the work it has begun, and after a last fold.
 */

#ifndef IDM_DAEMON_KEEPER_H
#define IDM_DAEMON_KEEPER_H

#include <sys/types.h>

struct keeper_setup {
	const char *state_dir; /* of map.gdbm; users.gdbm is in state/ there */
	const char *accounts;  /* folder of passwd */
	uid_t uid;             /* owns state/ */
	int engine;            /* our end of the pair; blocking */
	int log;               /* the update log */
};

/* Returns the process's exit status. */
int keeper_run(const struct keeper_setup *);

#endif
