/*
 * pool -- a few threads that run jobs, so that the event loop never waits.
 *
 * Jobs are the caller's and must live until they come back.  The queue has no
 * bound of its own: a client has one request at a time, and clients are
 * bounded.
 */

#ifndef IDM_DAEMON_POOL_H
#define IDM_DAEMON_POOL_H

#include "base/err.h"
#include "daemon/op.h"

struct pool;

/* Start threads; context is handed to every operation. */
enum idm_status pool_new(unsigned threads, const struct op_context *context,
    struct pool **, struct idm_err *) IDM_MUSTCHECK;

/* Let the threads finish what they run, and forget what waits. */
void pool_free(struct pool **);

/* Have a job run. */
void pool_submit(struct pool *, struct job *);

/* Readable when jobs are done. */
int pool_fd(const struct pool *);

/* The jobs that are done since, a list in no order; NULL when none. */
struct job *pool_take(struct pool *);

#endif
