/*
 * engine -- the process that talks to clients.
 *
 * Connections, questions and what is on its way to the keeper are its own,
 * under the crew's lock (daemon/crew.h): where others say "the event loop", it
 * is a thread that holds that.  It never waits with it, for no operation, no
 * client and not for the keeper, who makes the changes behind a socket.
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
