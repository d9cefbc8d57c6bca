/*
 * crew -- the engine's threads: each waits for events, and runs what comes of
 * them.
 *
 * All wait for the same epoll, which wakes one of them for an event.  It takes
 * in what a client asks, puts it to a directory and answers, while the next
 * event has another thread: so nobody has to be woken to take over, neither
 * the question nor the watch.  Of those who wait, the kernel wakes him who
 * began last, and so what he needs is still in the processor's caches.
 *
 * The crew's lock guards all that is the engine's.  Duties are called with it
 * held; jobs run without it.  One thread never runs jobs, so that there is
 * always somebody to see events; and the one that called crew_work() keeps the
 * time and does nothing else.
 */

#ifndef IDM_DAEMON_CREW_H
#define IDM_DAEMON_CREW_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "daemon/op.h"

struct crew;

#define CREW_NEVER INT64_MAX

struct crew_duties {
	/* Something happened to what is watched: see to it, until there is
	 * nothing left to read. */
	void (*serve)(void *context, uint64_t what, uint32_t events);
	/* A job has run. */
	void (*done)(void *context, struct job *);
	/* Do what is due.  When is the next thing, by idm_clock_ms()?  That
	 * may be CREW_NEVER. */
	int64_t (*tend)(void *context);
	void *context;
};

/*
 * Start so many threads besides the one that calls crew_work(), which is when
 * they begin.  The context is handed to every operation.
 */
enum idm_status crew_new(unsigned threads, const struct op_context *context,
    struct crew **, struct idm_err *) IDM_MUSTCHECK;

/*
 * Watch a descriptor, as epoll_ctl(2) has it, and tell of it as what, which is
 * not UINT64_MAX.  Edges are told, not states: see epoll(7).  false: errno
 * says why.
 */
bool crew_watch(struct crew *, int op, int fd, uint32_t events, uint64_t what);

/* Work until crew_end().  The duties are copied. */
void crew_work(struct crew *, const struct crew_duties *);

/* Let the threads finish what they run, and forget what waits. */
void crew_free(struct crew **);

/* ---- Duties only. */

/*
 * Have a job run.  Jobs are the caller's, and must live until they are done.
 * The queue has no bound of its own: a client has one request at a time, and
 * clients are bounded.
 */
void crew_submit(struct crew *, struct job *);

/* There is something to tend at that time: do not sleep longer. */
void crew_hurry(struct crew *, int64_t at);

/* It is over. */
void crew_end(struct crew *);

#endif
