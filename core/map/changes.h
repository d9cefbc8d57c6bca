/*
 * changes -- records to be written or removed, by key, in memory.
 *
 * What a rewrite keeps until it commits: a hash table that owns copies of the
 * keys and values.  A key that was removed stays as such, because the version
 * underneath may have it.  Shrinks only when it is cleared.
 */

#ifndef IDM_MAP_CHANGES_H
#define IDM_MAP_CHANGES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cursor.h"
#include "base/err.h"

struct idm_changes;

struct idm_change {
	struct idm_str key;
	struct idm_str value; /* empty when removed */
	bool removed;
};

enum idm_status idm_changes_new(
    struct idm_changes **, struct idm_err *) IDM_MUSTCHECK;
void idm_changes_free(struct idm_changes **);

/* Forget all changes. */
void idm_changes_clear(struct idm_changes *);

/* How many keys there are, the removed ones included. */
size_t idm_changes_count(const struct idm_changes *);

/* Find a key; the change is lent until the key is put or removed again. */
bool idm_changes_find(
    const struct idm_changes *, struct idm_str key, struct idm_change *);

/*
 * Note a value for a key, or that it goes.  What the same table has lent may
 * be given.  IDM_NOMEM: nothing has changed.
 */
enum idm_status idm_changes_put(struct idm_changes *, struct idm_str key,
    struct idm_str value, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_changes_remove(
    struct idm_changes *, struct idm_str key, struct idm_err *) IDM_MUSTCHECK;

/*
 * The next change, in no order; *at is 0 at the start.  false after the last.
 * On the way, keys that are there already may be put and removed.
 */
bool idm_changes_next(
    const struct idm_changes *, size_t *at, struct idm_change *);

/*
 * Move all of from, which is empty afterwards.  IDM_NOMEM: nothing was moved.
 */
enum idm_status idm_changes_move(struct idm_changes *into,
    struct idm_changes *from, struct idm_err *) IDM_MUSTCHECK;

#endif
