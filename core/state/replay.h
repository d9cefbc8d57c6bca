/*
 * replay -- what a journal adds to the state.gdbm beside it.
 *
 * Full library only.  The keeper replays under the state's lock and goes on
 * from there; a tool that only looks takes idm_state_peek(), without a lock.
 */

#ifndef IDM_STATE_REPLAY_H
#define IDM_STATE_REPLAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "map/changes.h"
#include "map/view.h"
#include "state/journal.h"

#define IDM_STATE_NAME "state.gdbm"

/* What to do about a state that cannot be used; the end of a message. */
#define IDM_STATE_ADVICE                                                       \
	"no id is allocated before 'idmap state restore' of a backup"

struct idm_replay {
	struct idm_journal_head head;
	uint64_t sequence; /* of the last record */
	uint64_t folded;   /* what state.gdbm holds already */
	bool is_torn;      /* an incomplete last record was left out */
	char *bytes;       /* the journal ... */
	size_t len;        /* ... as far as it counts */
};

/*
 * Put into changes what the journal of dir adds to a state of this UUID that
 * was folded so far.  IDM_TEMPFAIL: there is no journal.  IDM_CORRUPT: it is
 * damaged, or does not belong to this state.
 */
enum idm_status idm_replay(const char *dir, uid_t owner,
    const uint8_t uuid[IDM_UUID_SIZE], uint64_t folded, struct idm_changes *,
    struct idm_replay *, struct idm_err *) IDM_MUSTCHECK;
void idm_replay_fini(struct idm_replay *);

/*
 * How far a state.gdbm was folded.  IDM_NOTFOUND: it was never finished, and
 * nothing was allocated from it yet.
 */
enum idm_status idm_state_folded(const struct idm_view *, struct idm_folded *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * A state as it is on disk at one moment, while its keeper may be at work.
 * IDM_NOTFOUND: there is no state.gdbm.  Otherwise as idm_replay().
 */
struct idm_state_peek {
	struct idm_view *view;
	struct idm_changes *changes; /* beyond the view */
	struct idm_replay replay;
};
enum idm_status idm_state_peek(const char *dir, uid_t owner,
    struct idm_state_peek *, struct idm_err *) IDM_MUSTCHECK;
void idm_state_peek_fini(struct idm_state_peek *);

#endif
