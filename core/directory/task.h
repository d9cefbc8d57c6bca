/*
 * task -- work that whoever waits for it may leave.
 *
 * Some calls cannot be interrupted: name resolution, Kerberos, a handshake.
 * They run in a thread of their own, and at the deadline the caller goes on
 * without them; the thread ends by itself and puts away what it has got.
 */

#ifndef IDM_DIRECTORY_TASK_H
#define IDM_DIRECTORY_TASK_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* So many run at once, of which nearly all have been left and hang. */
#define IDM_TASKS_MAX 64

struct idm_task_kind {
	/* The work. */
	void (*run)(void *state);
	/* run() has ended, and its caller had left: free the state. */
	void (*drop)(void *state);
};

/*
 * Run the work, and wait for it until deadline, as idm_clock_ms() has it.
 *
 * IDM_OK: it was done; the state is the caller's again.  IDM_TEMPFAIL: the
 * deadline came first; the state is the task's, which drops it.  Otherwise it
 * was not begun, and the state is the caller's: IDM_EXHAUSTED when too many
 * hang, IDM_NOMEM, IDM_SYSTEM.
 */
enum idm_status idm_task_run(const struct idm_task_kind *, void *state,
    int64_t deadline, struct idm_err *) IDM_MUSTCHECK;

/* A condition that is waited for until a deadline; false: it cannot be had. */
bool idm_task_cond(pthread_cond_t *);
/* false: the deadline has passed. */
bool idm_task_wait(pthread_cond_t *, pthread_mutex_t *, int64_t deadline);

#endif
