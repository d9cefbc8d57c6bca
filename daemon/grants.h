/*
 * grants -- the keeper's part in allocations: whose wish is granted, and how
 * the state is kept.
 *
 * Owns the state from the first question on.  What a question changes is
 * staged; the keeper answers only after grants_sync().  A state that is
 * missing, damaged or not the adopted one refuses everything until it is
 * restored; it is looked at again from time to time.
 */

#ifndef IDM_DAEMON_GRANTS_H
#define IDM_DAEMON_GRANTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "daemon/fold.h"
#include "daemon/transfer.h"
#include "map/snapshot.h"
#include "state/request.h"
#include "state/state.h"

struct grants {
	const char *dir;         /* of the state */
	const char *accounts;    /* folder of passwd */
	uid_t uid;               /* whose the state is */
	struct idm_state *state; /* NULL: not open */
	struct idm_err why;      /* why not */
	int64_t retry_at;        /* not before, by idm_clock_ms() */
	struct transfer transfer;
	/* Folding, and when. */
	struct fold fold;
	uint64_t folds_begun; /* they are numbered, from 1 on */
	uint64_t folds_ended;
	uint64_t fold_wanted;    /* the last that somebody waits for */
	int64_t changed_at;      /* when the first change came that is not; 0 */
	int64_t fold_began;      /* when the last fold began */
	int64_t folded_at;       /* and when it ended */
	int64_t fold_ms;         /* how long it took */
	struct idm_err fold_err; /* how the last one failed, if it did */
	/* What the log was not told yet, and all since the start. */
	uint64_t staged_ids;
	uint64_t untold_ids;
	uint64_t all_ids;
};

void grants_init(
    struct grants *, const char *dir, const char *accounts, uid_t uid);
void grants_fini(struct grants *);

/* One question.  The texts of request are lent; see users.h for the rest. */
struct grants_call {
	const struct idm_maps *maps; /* NULL: there is no map yet */
	uint16_t op;
	const struct idm_state_request *request;
	struct idm_buf *reply;
	struct idm_buf *change; /* for the log */
	uint64_t *fold;         /* out: answer only when folds_ended is that */
};

/*
 * Must it stand alone: what was staged before is synced first, and it syncs
 * itself?
 */
bool grants_stands_alone(uint16_t op);

/* After a failure nothing of it is staged. */
enum idm_status grants_run(struct grants *, const struct grants_call *,
    struct idm_err *) IDM_MUSTCHECK;

/* Have on disk what is staged.  After a failure nothing of it is so. */
enum idm_status grants_sync(struct grants *, struct idm_err *) IDM_MUSTCHECK;

/*
 * When grants_tend() has something to do; INT64_MAX: never, or when
 * the fd of grants->fold.child hangs up.  It begins a fold and ends it, and
 * says in change what the log is to be told, which may be nothing.
 */
int64_t grants_next(const struct grants *);
void grants_tend(struct grants *, struct idm_buf *change);

/*
 * The end: fold what is not folded yet, so that who reads the maps without a
 * daemon has it, too.  It waits some seconds for that and no longer: nothing is
 * lost with it.
 */
void grants_settle(struct grants *, struct idm_buf *change);

#endif
