/*
 * memo -- answers that were just given, for those who ask the same.
 *
 * What the keeper has not published yet, and what does not exist: each for a
 * short time, in memory, bounded in number and bytes.  The oldest goes first.
 * Not for threads: the event loop owns it.
 */

#ifndef IDM_DAEMON_MEMO_H
#define IDM_DAEMON_MEMO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

#define MEMO_ENTRIES  16384
#define MEMO_BYTES    (8u << 20)
/* A longer answer would drive out too many others, and is asked for again. */
#define MEMO_BODY_MAX (MEMO_BYTES / 16)

struct memo;

enum idm_status memo_new(struct memo **, struct idm_err *) IDM_MUSTCHECK;
void memo_free(struct memo **);

/* An answer; its body is lent until the memo changes. */
struct memo_answer {
	enum idm_status status;
	struct idm_str body; /* of a failure, its text */
};

/*
 * Keep an answer until a time of idm_clock_ms(), in place of an older one.  One
 * with a body longer than MEMO_BODY_MAX is not kept.
 */
void memo_put(struct memo *, struct idm_str key, const struct memo_answer *,
    int64_t until);
/* false: there is none that is still good. */
bool memo_get(
    const struct memo *, struct idm_str key, int64_t now, struct memo_answer *);
/* Forget all. */
void memo_clear(struct memo *);

struct memo_counts {
	unsigned entries;
	size_t bytes;
};
struct memo_counts memo_count(const struct memo *);

#endif
