/*
 * child -- one long piece of work in a process of its own, while the keeper
 * goes on answering.
 *
 * It has the keeper's memory as it was at its start, copied on write, does its
 * work and ends.  It dies with the keeper.
 */

#ifndef IDM_DAEMON_CHILD_H
#define IDM_DAEMON_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

struct child {
	pid_t pid; /* 0: none */
	int fd;    /* hangs up when the child has ended; -1 */
};

typedef enum idm_status child_work(void *context, struct idm_err *);

void child_init(struct child *);

/* Have the work begun; there must be none on. */
enum idm_status child_start(struct child *, child_work *, void *context,
    struct idm_err *) IDM_MUSTCHECK;

bool child_is_on(const struct child *);

/*
 * Has the child ended?  It is when fd hangs up, not when it is readable.  The
 * second waits for that, for so many milliseconds at most.
 */
bool child_is_over(const struct child *);
bool child_await(const struct child *, int ms);

/* Wait for its end.  What the work returned; IDM_SYSTEM: it was killed. */
enum idm_status child_end(struct child *, struct idm_err *) IDM_MUSTCHECK;

/* Kill the child, if there is one. */
void child_stop(struct child *);

#endif
