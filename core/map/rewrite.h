/*
 * rewrite -- the next version of one map file, record by record.
 *
 * Full library only.  A rewrite holds the file's lock from begin to end.
 * Changes are kept in memory over the current version; reads see them.
 * Commit copies the current file and applies the changes with libgdbm, or,
 * when they are many or much of the file is free space, writes a new file
 * with a new seed in hash order; then publishes it.  Until then nothing has
 * changed on disk, and end without commit leaves no trace.
 */

#ifndef IDM_MAP_REWRITE_H
#define IDM_MAP_REWRITE_H

#include <stdbool.h>

#include "base/cursor.h"
#include "base/err.h"
#include "map/changes.h"
#include "map/format.h"
#include "map/image.h"
#include "map/view.h"

struct idm_rewrite;

/*
 * Begin a rewrite of dir/name.  create: a missing file is an empty one with a
 * new UUID; otherwise it is IDM_NOTFOUND.  owner is whom the file must belong
 * to.  wait_ms as in idm_lock_take().  IDM_DENIED: others may write in dir.
 */
enum idm_status idm_rewrite_begin(const char *dir, const char *name,
    enum idm_map_kind, uid_t owner, bool create, unsigned wait_ms,
    struct idm_rewrite **, struct idm_err *) IDM_MUSTCHECK;

/* Give up what was not committed, release the lock, free. */
void idm_rewrite_end(struct idm_rewrite **);

/* The version that is being rewritten; NULL when there was none. */
const struct idm_view *idm_rewrite_view(const struct idm_rewrite *);

/*
 * Keys as in idm_view_get(); the header's record is not among them.  A lent
 * value is good until the key changes.  put: IDM_EXHAUSTED when the record is
 * too large; nothing else is affected.  delete: IDM_NOTFOUND.
 */
enum idm_status idm_rewrite_get(const struct idm_rewrite *, const char *key,
    size_t len, struct idm_str *value) IDM_MUSTCHECK;
enum idm_status idm_rewrite_put(struct idm_rewrite *, const char *key,
    size_t len, const void *value, size_t value_len,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_rewrite_delete(struct idm_rewrite *, const char *key,
    size_t len, struct idm_err *) IDM_MUSTCHECK;

/*
 * Take over all of the changes, whose keys are as above, and leave the table
 * empty; or, after a failure, take none.
 */
enum idm_status idm_rewrite_merge(
    struct idm_rewrite *, struct idm_changes *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Call each() for every record, changes included, keys without their end; in
 * no order; stop when it returns something else than IDM_OK and return that.
 * each() may delete the record it was given, and no other.
 */
enum idm_status idm_rewrite_each(const struct idm_rewrite *,
    enum idm_status (*each)(void *context, struct idm_str key,
	struct idm_str value, struct idm_err *),
    void *context, struct idm_err *) IDM_MUSTCHECK;

bool idm_rewrite_changed(const struct idm_rewrite *);

/*
 * Publish.  Without changes nothing happens, but that a file which was missing
 * is made, empty.  After IDM_OK the new version is in place and on disk, and
 * the rewrite can go on from there.  After a failure the old version is in
 * place, with the exception that idm_publish() has, and the changes are still
 * there to be committed again.
 */
enum idm_status idm_rewrite_commit(struct idm_rewrite *, idm_progress *,
    void *context, struct idm_err *) IDM_MUSTCHECK;

/*
 * A commit in two halves, so that a forked child can do the long one while
 * this process goes on reading.  publish puts the next version in place, with
 * the changes as they are, and changes nothing in the rewrite; restart goes on
 * from what is in place then and forgets the changes.  sweep removes what a
 * child left that died in between; there must be none alive.
 */
enum idm_status idm_rewrite_publish(const struct idm_rewrite *, idm_progress *,
    void *context, struct idm_err *) IDM_MUSTCHECK;
void idm_rewrite_restart(struct idm_rewrite *);
/*
 * For a file that somebody may take away: go on from what is in place now,
 * which may be nothing, with the changes as they are.  After a failure as from
 * nothing.
 */
enum idm_status idm_rewrite_refresh(
    struct idm_rewrite *, struct idm_err *) IDM_MUSTCHECK;
void idm_rewrite_sweep(const struct idm_rewrite *);

#endif
