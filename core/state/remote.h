/*
 * remote -- the allocator that asks idmapd.
 *
 * Full library only.  Keeps its connection from one question to the next, and
 * connects anew, once, when that was closed meanwhile.  Every wait has a
 * deadline.  Not safe in threads: each has its own.
 */

#ifndef IDM_STATE_REMOTE_H
#define IDM_STATE_REMOTE_H

#include <sys/types.h>

#include "base/err.h"
#include "state/allocator.h"
#include "state/request.h"

struct idm_remote;

/*
 * Where idmapd listens, and as which uids besides root it is believed; wait_ms
 * is how long an answer may take.  Nothing is connected yet; path and peers
 * are copied.
 */
#define IDM_REMOTE_PEERS_MAX 4
#define IDM_REMOTE_WAIT_MS   10000
enum idm_status idm_remote_new(const char *path, const uid_t *peers,
    size_t npeers, unsigned wait_ms, struct idm_remote **,
    struct idm_err *) IDM_MUSTCHECK;
void idm_remote_free(struct idm_remote **);

/* What stands for it in the pipeline; as long as the remote lives. */
struct idm_allocator idm_remote_allocator(struct idm_remote *);

/*
 * Ask one thing of state/request.h; the reply's body is lent until the next
 * call.  The status is idmapd's; IDM_TEMPFAIL when nobody answers.
 */
enum idm_status idm_remote_ask(struct idm_remote *, enum idm_op,
    const struct idm_state_request *, struct idm_str *reply,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * A transfer, IMPORT or RESTORE: begin, items in any number, end.  add() sends
 * what does not fit in a request any more.  The reply is that of the last
 * request.
 */
struct idm_transfer {
	struct idm_remote *remote;
	enum idm_op op;
	struct idm_state_request request; /* of all; its texts are lent */
	struct idm_buf items;
};
enum idm_status idm_transfer_begin(struct idm_transfer *, struct idm_remote *,
    enum idm_op, const struct idm_state_request *,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_transfer_pin(struct idm_transfer *, const struct idm_pin *,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_transfer_record(struct idm_transfer *,
    const struct idm_state_record *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_transfer_end(struct idm_transfer *, struct idm_str *reply,
    struct idm_err *) IDM_MUSTCHECK;
/* Free it, whatever became of it. */
void idm_transfer_fini(struct idm_transfer *);

#endif
