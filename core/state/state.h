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

#include "base/cursor.h"
#include "base/err.h"
#include "map/view.h"

struct idm_state;

/*
 * Open dir/state.gdbm and dir/journal.  create: a missing pair is a new one
 * with a new UUID.  uuid, if not NULL, is the one root's map adopted.
 * IDM_TEMPFAIL: missing, another's, or locked by another process; err says
 * what to do.  IDM_CORRUPT: the journal is damaged elsewhere than in an
 * incomplete last record.
 */
enum idm_status idm_state_open(const char *dir, uid_t owner,
    const uint8_t *uuid, bool create, struct idm_state **,
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
 * Write what is staged to the journal and sync it: one append, one
 * fdatasync, however many changes.  After a failure nothing of it counts, and
 * this state allocates no more until it is opened anew.
 */
enum idm_status idm_state_sync(
    struct idm_state *, struct idm_err *) IDM_MUSTCHECK;

/* Publish a new state.gdbm and begin a new journal; bytes in the journal. */
enum idm_status idm_state_fold(
    struct idm_state *, struct idm_err *) IDM_MUSTCHECK;
uint64_t idm_state_pending(const struct idm_state *);

#endif
