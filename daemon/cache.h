/*
 * cache -- the keeper's part in what directories tell: cache.gdbm.
 *
 * Takes records from the engine, looks at each, and publishes them: a second
 * after the first of them came, or at once when that is asked for.  A child
 * writes the next version, so nobody waits for a large one.  A failed publish
 * keeps the file in place and is tried again, with all that has come since.
 *
 * The file may be deleted at any time; the next one is begun anew.  One that
 * is damaged is put aside.  Nothing here is worth more than asking again.
 */

#ifndef IDM_DAEMON_CACHE_H
#define IDM_DAEMON_CACHE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"
#include "daemon/child.h"
#include "map/rewrite.h"
#include "map/snapshot.h"

#define CACHE_NAME     "cache.gdbm"
#define CACHE_OLD_NAME "cache.gdbm.damaged"

struct cache {
	const char *dir;             /* of the file */
	uid_t uid;                   /* whose it is */
	struct idm_rewrite *rewrite; /* NULL: not open */
	struct idm_changes *later;   /* what came since a child began */
	struct idm_buf partial; /* an item that goes on in the next packet */
	struct child child;
	uint64_t begun;        /* publishes, numbered from 1 on */
	uint64_t ended;        /* the last one that has */
	uint64_t wanted;       /* the last that somebody waits for */
	uint64_t staged;       /* bytes of what the next one will have ... */
	uint64_t staged_later; /* ... and of what came since a child began */
	int64_t changed_at;    /* of the first change that none has; 0 */
	int64_t held_until; /* not before, unless wanted: much comes at once */
	int64_t began_at;   /* of the last publish */
	int64_t ended_at;
	int64_t took_ms;
	int64_t retry_ms;   /* after a failure; 0: the last one did not fail */
	struct idm_err err; /* how the last one failed, if it did */
	/*
	 * Of a larger file the oldest quarter goes with the next publish; but
	 * not who has logged in here, unless nobody else is left.
	 */
	uint64_t max_records;
	uint64_t max_bytes;
	/* All since the start. */
	uint64_t taken;
	uint64_t refused;
	struct idm_err why;  /* the last one was refused */
	uint64_t renumbered; /* who were served with another number before */
	uint64_t told;       /* of these, up to the last publish */
};

void cache_init(struct cache *, const char *dir, uid_t uid);
void cache_fini(struct cache *);

/* How large the file may become: as the policy says. */
void cache_limit(struct cache *, const struct idm_policy *);

/* One question; the texts are lent. */
struct cache_call {
	const struct idm_maps *maps;
	struct idm_str body; /* as in cacheitem.h */
	struct idm_buf *reply;
	uint64_t *publish; /* out: answer when that one has ended; else 0 */
};

/*
 * Take what stands in a packet: a record that may not be kept is refused alone,
 * and counted.  IDM_CORRUPT: it is not as cacheitem.h says.  Of much that comes
 * at once a part is published before its end, and who asks for an answer gets
 * that later: so what is held in memory is bounded.
 */
enum idm_status cache_take(
    struct cache *, const struct cache_call *, struct idm_err *) IDM_MUSTCHECK;

/* The generation of the file in place; 0: there is none. */
uint64_t cache_version(const struct cache *);

/* Lines of "key value", as IDM_OP_STATUS has them. */
void cache_status(const struct cache *, struct idm_buf *reply);

/*
 * When cache_tend() has something to do; INT64_MAX: never, or when
 * cache->child.fd hangs up.  It begins a publish, and ends it.
 */
int64_t cache_next(const struct cache *);
void cache_tend(struct cache *);

/* Publish what is not published yet, as far as some seconds are enough. */
void cache_settle(struct cache *);

#endif
