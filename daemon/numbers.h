/*
 * numbers -- what the engine's threads get numbers from: the keeper.
 *
 * One question's, on its thread's stack.  A number is on the keeper's disk when
 * it is told here.
 */

#ifndef IDM_DAEMON_NUMBERS_H
#define IDM_DAEMON_NUMBERS_H

#include <stdint.h>

#include "base/buf.h"
#include "daemon/orders.h"
#include "state/asked.h"

struct numbers {
	struct orders *orders;
	struct caller caller; /* for the log */
	int64_t deadline;     /* of the next call; as idm_clock_ms() */
	/* Its own. */
	struct idm_asked keeper;
	struct idm_buf reply;
};

/* In the name of idmapd itself; the deadline is still to be set. */
void numbers_init(struct numbers *, struct orders *);
void numbers_fini(struct numbers *);

/* As long as it lives, and stays where it is. */
struct idm_allocator numbers_allocator(struct numbers *);

#endif
