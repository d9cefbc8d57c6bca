/*
 * link -- the engine's side of the way to the keeper.
 *
 * Jobs wait here, in their order, while the socket has no room; nothing ever
 * blocks.  What the keeper says is believed only as far as it can be read.
 */

#ifndef IDM_DAEMON_LINK_H
#define IDM_DAEMON_LINK_H

#include <stdbool.h>

#include "base/err.h"
#include "daemon/op.h"
#include "daemon/record.h"

struct link {
	int fd;
	struct job *waiting; /* first come, first served ... */
	struct job **last;   /* ... from here */
	char packet[RECORD_MAX];
};

void link_init(struct link *, int fd);
/* Forget what waits. */
void link_fini(struct link *);

/* Wait until the keeper is ready, for at most wait_ms.  IDM_TEMPFAIL. */
enum idm_status link_await(
    struct link *, int wait_ms, struct idm_err *) IDM_MUSTCHECK;

/* Have a job's record sent; the job must live until it is answered. */
void link_queue(struct link *, struct job *);

/*
 * The same of a record that is no job's; it is copied.  Who wants to hear of it
 * knows its answer by its number.
 */
enum idm_status link_record(struct link *, const struct record_request *,
    struct idm_err *) IDM_MUSTCHECK;

/* Send what waits, as far as there is room.  false: the keeper is gone. */
bool link_flush(struct link *);

/* Does something wait for room? */
bool link_is_full(const struct link *);

/*
 * Take one answer; its body is lent until the next call.  IDM_NOTFOUND: there
 * is none now.  IDM_TEMPFAIL: the keeper is gone.  IDM_CORRUPT: it is not to
 * be believed.
 */
enum idm_status link_receive(
    struct link *, struct record_reply *, struct idm_err *) IDM_MUSTCHECK;

#endif
