/*
 * numbers -- what the engine's threads get numbers from: the keeper, and for
 * domains whose numbers hosts share, their directory before it.
 *
 * One question's, on its thread's stack.  What a directory says is written down
 * by the keeper, who refuses it if it is somebody else's here; from then on
 * that counts, also without the directory.  A number is on the keeper's disk
 * when it is told here.
 */

#ifndef IDM_DAEMON_NUMBERS_H
#define IDM_DAEMON_NUMBERS_H

#include <stdint.h>

#include "base/buf.h"
#include "daemon/op.h"
#include "daemon/orders.h"
#include "daemon/realms.h"
#include "state/asked.h"

struct numbers {
	struct orders *orders;
	const struct realms_moment *moment;
	const char *accounts; /* folder of passwd */
	struct caller caller; /* for the log */
	int64_t deadline;     /* of the next call; as idm_clock_ms() */
	/* Its own. */
	struct idm_asked keeper;
	struct idm_buf reply;
};

/* In the name of idmapd itself; the deadline is still to be set. */
void numbers_init(struct numbers *, struct orders *,
    const struct realms_moment *, const char *accounts);
void numbers_fini(struct numbers *);

/* As long as it lives, and stays where it is. */
struct idm_allocator numbers_allocator(struct numbers *);

/*
 * A client's GRANT, FIND or FIND_ID.  *is_ours: it is about numbers that are
 * shared, and the reply is appended; otherwise the keeper is to be asked.
 */
enum idm_status numbers_answer(const struct op_context *, struct job *,
    const struct idm_state_request *, bool *is_ours,
    struct idm_err *) IDM_MUSTCHECK;

#endif
