/*
 * cached -- what the cache says of itself, in front of each record.
 *
 * cache.gdbm (kind C), owned by the keeper, may be deleted at any time.  Its
 * keys are those of map/own.h; a value is
 *
 *     'C' '1'  u8 flags  u64 when  u64 stamp  [u32 server]
 *     a record of map/own.h
 *
 * with the server, if one of the flags says that there is one.
 *
 * so that what was learnt of a directory is one look-up and one copy away, as
 * what was compiled is.  Besides, for each domain:
 *
 *   i/d/DOMAIN   V   how much of it is here: struct idm_cached_domain
 *   i/t/NAME     T   what the directory says of a user's account, behind
 *                    such a front: struct idm_cached_account
 *   i/w/XX@DOM   W   a server's URI, behind such a front.  XX is 8 hex digits,
 *                    which stand for it in the fronts of others
 *   i/u/UUID@DOM U   of a domain that is here as a whole: what became of an
 *                    entry, behind such a front: struct idm_cached_entry.
 *                    UUID is 32 digits, DOM the domain's shown name
 *
 * Readers believe no more of it than map.gdbm admits (backends/served.h).
 */

#ifndef IDM_MAP_CACHED_H
#define IDM_MAP_CACHED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "map/domain.h"
#include "map/own.h"
#include "map/view.h"

#define IDM_CACHE_FILE     "state/cache.gdbm"
#define IDM_CACHED_ACCOUNT "i/t/"
#define IDM_CACHED_DOMAIN  "i/d/"
#define IDM_CACHED_ENTRY   "i/u/"
#define IDM_CACHED_SERVER  "i/w/"

/* A group's members, or a user's groups, are not all that there are. */
#define IDM_CACHED_PARTIAL 0x01u
/* Of an account (i/t/): somebody has logged in with it. */
#define IDM_CACHED_LOGIN   0x02u
/*
 * Of a domain that is kept as a whole, while it is read: somebody who comes
 * later may have the same name or number.  It counts when the domain's record
 * says so.
 */
#define IDM_CACHED_UNSURE  0x04u

struct idm_cached {
	uint8_t flags;
	uint64_t when;         /* the directory said so; seconds since 1970 */
	uint64_t stamp;        /* idm_domain.stamp that it was made under */
	uint32_t server;       /* who said so, see below; 0: not told */
	struct idm_str record; /* lent */
};

void idm_cached_write(struct idm_buf *, const struct idm_cached *);
/* IDM_CORRUPT.  The record is not looked into. */
enum idm_status idm_cached_read(
    struct idm_str value, struct idm_cached *, struct idm_err *) IDM_MUSTCHECK;

/*
 * What stands for a server in fronts; never 0.  Its record has the key
 * IDM_CACHED_SERVER with the text that is put here, and says which it is.
 */
#define IDM_CACHED_URI_MAX 255
uint32_t idm_cached_server_id(struct idm_str uri);
void idm_cached_server_put(struct idm_buf *, uint32_t id, struct idm_str dom);
void idm_cached_server_write(struct idm_buf *, struct idm_str uri);
enum idm_status idm_cached_server_read(
    struct idm_str value, struct idm_str *uri, struct idm_err *) IDM_MUSTCHECK;
/*
 * Which server told a record of the domain; of one that is kept as a whole, by
 * which it is.  Empty: it is not known.  Lent by the cache.
 */
struct idm_str idm_cached_server(const struct idm_view *cache,
    const struct idm_domain *, const struct idm_cached *);

/*
 * Look a record up by text, or number, as idm_own_find() does; cache may be
 * NULL.  IDM_NOTFOUND, IDM_CORRUPT.
 */
enum idm_status idm_cached_find(const struct idm_view *cache,
    const char prefix[static IDM_OWN_PREFIX], struct idm_str text,
    struct idm_cached *) IDM_MUSTCHECK;
enum idm_status idm_cached_find_id(const struct idm_view *cache,
    const char prefix[static IDM_OWN_PREFIX], uint32_t id,
    struct idm_cached *) IDM_MUSTCHECK;

/* How much a record can be relied on. */
enum idm_cached_age {
	IDM_CACHED_FRESH,
	IDM_CACHED_STALE,    /* serve it, and have it asked again behind */
	IDM_CACHED_OUTDATED, /* made under another policy: ask first */
	IDM_CACHED_EXPIRED,  /* older than the domain lets be served */
};
enum idm_cached_age idm_cached_age(
    const struct idm_cached *, const struct idm_domain *, uint64_t now);

/* An account, as PAM asks for it. */
#define IDM_ACCOUNT_DISABLED         0x01u
#define IDM_ACCOUNT_LOCKED           0x02u
#define IDM_ACCOUNT_EXPIRED          0x04u /* by its own date */
#define IDM_ACCOUNT_PASSWORD_EXPIRED 0x08u
#define IDM_ACCOUNT_MUST_CHANGE      0x10u
#define IDM_LOGON_HOURS              21 /* bytes: a bit for each of a week */
struct idm_cached_account {
	uint8_t flags;
	uint64_t expires; /* seconds since 1970; 0: never */
	/*
	 * AD's logonHours: in which hours it may log in, in UTC, the lowest bit
	 * of the first byte being the hour from Sunday's midnight on.
	 */
	bool has_hours; /* else in all */
	uint8_t hours[IDM_LOGON_HOURS];
};
void idm_cached_account_write(
    struct idm_buf *, const struct idm_cached_account *);
enum idm_status idm_cached_account_read(struct idm_str value,
    struct idm_cached_account *, struct idm_err *) IDM_MUSTCHECK;

struct idm_cached_domain {
	bool is_complete; /* all there is: what is missing does not exist */
	uint64_t when;    /* as of this moment */
	uint64_t sure;    /* records that are not sure count up to this time */
	uint64_t stamp;
	uint64_t users;
	uint64_t groups;
	uint64_t refused; /* who could not be served, of all there are */
	/* Members across domains, of one of Active Directory. */
	bool has_guests; /* its groups have accounts of others */
	uint64_t crowd;  /* another number when others may have to do with it */
	uint64_t
	    kept; /* of others: fingerprints of what was seen of those ... */
	uint64_t asked; /* ... that are here as a whole, and of those asked */
	struct idm_str cookie; /* where replication goes on; lent */
	/* Where its numbers are elsewhere: how far that was, and what it had.
	 */
	struct idm_str numbers; /* lent */
	uint64_t numbers_sum;
	struct idm_str server; /* its URI; empty: not told; lent */
};
void idm_cached_domain_write(
    struct idm_buf *, const struct idm_cached_domain *);
enum idm_status idm_cached_domain_read(struct idm_str value,
    struct idm_cached_domain *, struct idm_err *) IDM_MUSTCHECK;

/* An entry of a directory; texts and members are lent. */
#define IDM_ENTRY_GROUP     0x01u
#define IDM_ENTRY_OUT       0x02u /* it is not served ... */
#define IDM_ENTRY_CONTESTED 0x04u /* ... another has its name or number */
struct idm_cached_entry {
	uint8_t flags;
	struct idm_str key; /* of i/p/ or i/g/; empty: it never had one */
	uint64_t handle;    /* stands for how groups name it */
	uint32_t nmembers;
	struct idm_cursor members; /* nmembers idm_cursor_u64(): handles */
	uint32_t nforeign;         /* of them, of other domains */
	struct idm_cursor foreign; /* nforeign idm_cursor_str(): DNs */
};
void idm_cached_entry_write(struct idm_buf *, const struct idm_cached_entry *,
    const uint64_t *members, const struct idm_str *foreign);
enum idm_status idm_cached_entry_read(struct idm_str value,
    struct idm_cached_entry *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Is a domain that is replicated here as a whole, under its present stamp?
 * Then what is missing does not exist, and as_of is of what age all of its
 * records are, whatever their own fronts say.  Its record is not set.
 */
bool idm_cached_is_complete(const struct idm_view *cache,
    const struct idm_domain *, struct idm_cached *as_of) IDM_MUSTCHECK;

#endif
