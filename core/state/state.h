/*
 * state -- the allocations of this host while somebody works on them.
 *
 * Full library only; the keeper is who owns one.  state.gdbm, and over it, in
 * memory, what the journal holds beyond it.  A change is staged, written to the
 * journal, synced, and only then to be answered; folding publishes a new
 * state.gdbm and begins a new journal.
 */

#ifndef IDM_STATE_STATE_H
#define IDM_STATE_STATE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cursor.h"
#include "base/err.h"
#include "map/view.h"

struct idm_state;

/*
 * Open dir/state.gdbm and dir/journal.  create: a missing state.gdbm is a new
 * one with a new UUID and a new journal.  uuid, if not NULL, is the one root's
 * map adopted.  wait_ms as in idm_lock_take(); nobody else can own the state
 * until it is closed.
 *
 * What the journal holds is written anew, to a new journal, so that it is on
 * disk whatever became of an earlier sync; an incomplete last record is cut.
 *
 * IDM_TEMPFAIL: missing, another's, or locked by another process; err says
 * what to do.  IDM_CORRUPT: the journal is damaged elsewhere than in an
 * incomplete last record, or does not belong to state.gdbm.
 */
enum idm_status idm_state_open(const char *dir, uid_t owner,
    const uint8_t *uuid, bool create, unsigned wait_ms, struct idm_state **,
    struct idm_err *) IDM_MUSTCHECK;
void idm_state_close(struct idm_state **);

const uint8_t *idm_state_uuid(const struct idm_state *);

/*
 * Look a key of map/allocated.h up, less its end: staged, journaled or folded.
 * Lent until the next change.  IDM_NOTFOUND.
 */
enum idm_status idm_state_get(const struct idm_state *, struct idm_str key,
    struct idm_str *value) IDM_MUSTCHECK;

/* Stage a change.  IDM_NOMEM, IDM_EXHAUSTED: nothing was staged. */
enum idm_status idm_state_put(struct idm_state *, struct idm_str key,
    struct idm_str value, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_state_remove(
    struct idm_state *, struct idm_str key, struct idm_err *) IDM_MUSTCHECK;

/*
 * Where the staged changes end now, and back to it: all staged since is
 * forgotten, so that one wish can fail among others.
 */
size_t idm_state_mark(const struct idm_state *);
void idm_state_back(struct idm_state *, size_t mark);

/*
 * The change that was staged when idm_state_mark() was mark.  False after the
 * last one.  Lent until it is synced or taken back.
 */
struct idm_change;
bool idm_state_staged(
    const struct idm_state *, size_t mark, struct idm_change *);

/*
 * Call each() for every record, in no order, keys without their end; the
 * staged ones are not among them.  Stops when it returns something else than
 * IDM_OK, and returns that.  each() may stage changes.
 */
enum idm_status idm_state_each(const struct idm_state *,
    enum idm_status (*each)(void *context, struct idm_str key,
	struct idm_str value, struct idm_err *),
    void *context, struct idm_err *) IDM_MUSTCHECK;

/*
 * Write what is staged to the journal and sync it: one append, one
 * fdatasync, however many changes.  After a failure nothing of it counts, and
 * this state allocates no more until it is opened anew.
 */
enum idm_status idm_state_sync(
    struct idm_state *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Publish a new state.gdbm with all that was synced, and begin a new journal,
 * in this order.  What is staged stays so.  After a failure nothing is lost,
 * and the old journal goes on; but see idm_state_is_usable().
 */
enum idm_status idm_state_fold(
    struct idm_state *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The same in three steps, so that a forked child can do the long one while
 * this process stages and syncs as ever.  begin says what the fold will hold:
 * all that is synced by then.  write publishes it, and changes nothing in
 * memory.  end goes on from the new state.gdbm, with a journal of what came
 * since; failure is why it was not written, or NULL, and what end returns then.
 *
 * The child has the lock as well as its parent, and keeps it when that dies;
 * it must have ended before end, and before the state is closed.
 */
enum idm_status idm_state_fold_begin(
    struct idm_state *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_state_fold_write(
    const struct idm_state *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_state_fold_end(struct idm_state *,
    const struct idm_err *failure, struct idm_err *) IDM_MUSTCHECK;

/* Bytes in the journal, which a fold would empty. */
uint64_t idm_state_pending(const struct idm_state *);

/* May it still allocate?  Otherwise it must be closed and opened anew. */
bool idm_state_is_usable(const struct idm_state *);

/* Set state.gdbm and the journal aside, as NAME.old, whatever they are. */
enum idm_status idm_state_set_aside(
    const char *dir, unsigned wait_ms, struct idm_err *) IDM_MUSTCHECK;

#endif
