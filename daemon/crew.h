/*
 * crew -- the engine's threads: one leads, the others run jobs or rest.
 *
 * Who leads waits for events and takes in what clients ask.  A job that comes
 * of it is run by the same thread, while another takes the lead: so a question
 * is read, put to a directory and answered without a thread that must first be
 * woken up by another.
 *
 * The crew's lock guards all that is the engine's.  Duties are called with it
 * held; jobs run without it.  One thread never runs jobs, so that there is
 * always somebody to lead.
 */

#ifndef IDM_DAEMON_CREW_H
#define IDM_DAEMON_CREW_H

#include <stdbool.h>

#include "base/err.h"
#include "daemon/op.h"

struct crew;

struct crew_duties {
	/* Wait for events with crew_wait(), and see to them; false: it is
	 * over. */
	bool (*lead)(void *context);
	/* A job has run. */
	void (*done)(void *context, struct job *);
	void *context;
};

/*
 * Start so many threads besides the one that calls crew_work(), which is when
 * they begin.  The context is handed to every operation.
 */
enum idm_status crew_new(unsigned threads, const struct op_context *context,
    struct crew **, struct idm_err *) IDM_MUSTCHECK;

/* Be one of the crew until it is over.  The duties are copied. */
void crew_work(struct crew *, const struct crew_duties *);

/* Let the threads finish what they run, and forget what waits. */
void crew_free(struct crew **);

/*
 * Duties only: have a job run.  Jobs are the caller's, and must live until
 * they are done.  The queue has no bound of its own: a client has one request
 * at a time, and clients are bounded.
 */
void crew_submit(struct crew *, struct job *);

/* lead() only: epoll_wait() without the lock. */
struct epoll_event;
int crew_wait(
    struct crew *, int epoll, struct epoll_event *, int max, int timeout_ms);

#endif
