/*
 * news -- what has happened in a directory since it was read.
 *
 * Collected as it is told (directory/find.h), and then looked at by UUID.  Of
 * much at once it is no news any more: the whole is read.
 */

#ifndef IDM_DAEMON_NEWS_H
#define IDM_DAEMON_NEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "directory/find.h"

/* UUIDs, to be looked for when all are there. */
struct news_ids {
	uint8_t (*uuid)[IDM_GUID_SIZE];
	size_t n;
	size_t room;
};

/* All zero at the start. */
struct news {
	struct idm_facts **facts; /* of users and groups, new or changed */
	size_t n;
	size_t room;
	size_t bytes;
	struct news_ids changed; /* theirs */
	struct news_ids gone;    /* unless they are among the changed */
	struct news_ids present; /* as they were */
	bool rest_is_gone;
};
void news_fini(struct news *);

/* Whom a directory tells.  IDM_CONFLICT: it is too much, or without a UUID. */
struct idm_news_sink news_sink(struct news *);

bool news_is_empty(const struct news *);

/* All was told. */
void news_settle(struct news *);

/* Then: what has become of an entry that was there? */
enum news_fate { NEWS_KEPT, NEWS_CHANGED, NEWS_GONE };
enum news_fate news_fate(
    const struct news *, const uint8_t uuid[static IDM_GUID_SIZE]);

#endif
