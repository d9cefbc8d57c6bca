/*
 * engine -- the process that talks to clients.
 *
 * One event loop owns every connection; whichever thread of the crew leads runs
 * it.  The others run the operations; the keeper, behind a socket, makes the
 * changes.  The loop never waits for any of them, nor for a client.
 */

#ifndef IDM_DAEMON_ENGINE_H
#define IDM_DAEMON_ENGINE_H

#include <sys/types.h>

struct engine_setup {
	const char *state_dir;
	const char *accounts;
	int listener; /* listening; taken */
	int signals;  /* signalfd of SIGTERM, SIGINT, SIGHUP, SIGCHLD; taken */
	int keeper;   /* our end of the pair; taken */
	pid_t keeper_pid;
};

/* Returns the process's exit status: 0 after a clean stop. */
int engine_run(const struct engine_setup *);

#endif
