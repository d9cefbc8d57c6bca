/*
 * store -- the records of users.gdbm while a batch of changes is made.
 *
 *     s/SCHEME/u/REMOTE   U   one entry
 *     u/UID               L   the keys of what one uid owns
 *
 * Keeps the two in step, and judges nothing: users.h does.
 */

#ifndef IDM_DAEMON_STORE_H
#define IDM_DAEMON_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "map/format.h"
#include "map/rewrite.h"

struct store {
	struct idm_rewrite *rewrite;
	uint64_t entries; /* of all users, kept up to date here */
	/*
	 * A change was made in part: memory ran out in the middle.  Nothing of
	 * this batch may be committed.
	 */
	bool is_torn;
};

/* Take the key of a user's entry apart; false when it is another key. */
bool store_key_split(
    struct idm_str key, struct idm_str *scheme, struct idm_str *remote);

/* Count the entries by looking at each. */
enum idm_status store_count(struct store *, struct idm_err *) IDM_MUSTCHECK;

/* Find an entry; its texts are lent until it changes.  IDM_NOTFOUND. */
enum idm_status store_get(const struct store *, struct idm_str key,
    struct idm_user_entry *, struct idm_err *) IDM_MUSTCHECK;

/* Remove an entry, and its owner's claim to it. */
enum idm_status store_drop(struct store *, struct idm_str key, uint32_t uid,
    struct idm_err *) IDM_MUSTCHECK;

/* The keys of what one uid owns, with room for one more; lent. */
struct store_owned {
	char memory[16]; /* "u/UID" */
	struct idm_buf key;
	struct idm_str *name;
	uint32_t n;
};
enum idm_status store_owned_load(const struct store *, uint32_t uid,
    struct store_owned *, struct idm_err *) IDM_MUSTCHECK;
void store_owned_free(struct store_owned *);

/* Store an entry that is not there yet, with its owner's list as loaded. */
enum idm_status store_put(struct store *, struct store_owned *,
    struct idm_str key, const struct idm_user_entry *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
