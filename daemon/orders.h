/*
 * orders -- what the engine's threads have the keeper do, and wait for.
 *
 * A thread leaves here what it has for the keeper, a record or records for the
 * cache, and sleeps; the event loop sends it and hands the answer back.  The
 * loop never waits for a thread, and a thread never longer than its deadline:
 * an answer that comes later is dropped, for whatever was granted stays
 * granted.
 */

#ifndef IDM_DAEMON_ORDERS_H
#define IDM_DAEMON_ORDERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "daemon/link.h"
#include "daemon/record.h"

struct orders;

struct orders_setup {
	struct link *link;
	/* A number for a record, that no other has now. */
	uint32_t (*number)(void *context);
	void *context;
};

/* The setup is copied. */
enum idm_status orders_new(const struct orders_setup *, struct orders **,
    struct idm_err *) IDM_MUSTCHECK;
/* No thread may be waiting any more. */
void orders_free(struct orders **);

/*
 * For threads: the record's number is given here; the reply's body is appended.
 * The status is the keeper's; IDM_TEMPFAIL: not until the deadline, which is as
 * idm_clock_ms().
 */
enum idm_status orders_put(struct orders *, const struct record_request *,
    int64_t deadline, struct idm_buf *reply, struct idm_err *) IDM_MUSTCHECK;

/* The same of items of daemon/cacheitem.h, with flags of theirs. */
enum idm_status orders_keep(struct orders *, const struct idm_buf *items,
    uint8_t flags, int64_t deadline, struct idm_err *) IDM_MUSTCHECK;

/* ---- For the event loop. */

/* Readable when there is something to be sent. */
int orders_fd(const struct orders *);
/* Queue it; link_flush() is the caller's. */
void orders_send(struct orders *);
/* The keeper has answered.  false: that was nobody's here. */
bool orders_answer(struct orders *, const struct record_reply *);
/* Nothing is sent any more: wake everybody up. */
void orders_end(struct orders *);

#endif
