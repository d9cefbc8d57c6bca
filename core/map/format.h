/*
 * format -- the records inside the GDBM files: keys, values, limits.
 *
 * The files are ordinary GDBM databases (64-bit little-endian offsets, blocks
 * of IDM_MAP_BLOCK bytes, standard or numsync header).  Every key is text and
 * ends in '#' and eight hex digits of SipHash-2-4(seed, text before the '#'),
 * low 32 bits: GDBM's own hash is additive, so that crafted names would
 * otherwise collide by the thousand.  Only the header's key, "idmap", has no
 * such end: the seed stands in its value.
 *
 *   key (less its end)   value  file   holds
 *   idmap                H      all    what file this is, versions, seed
 *   policy               P      map    the compiled configuration
 *   serving              L      map    names of schemes that answer NSS, sorted
 *   rulesets             L      map    "s/NAME", "a/NAME" of each, sorted
 *   s/NAME, a/NAME       S      map    one scheme or attribute map
 *   s/NAME/e/REMOTE      E      map    an entry without metacharacters
 *   s/NAME/p/SHAPE/TEXT  B      map    patterns of one shape, same literals
 *                                      (shape.h says what SHAPE/TEXT is)
 *   s/NAME/u/REMOTE      U      users  a user's own entry
 *   u/UID                L      users  keys of what one user owns, less ends
 *   w/KIND, n/KIND       S      map    name rules of one kind, as rulesets
 *   w/KIND/e/, /p/ ...   R      map    the rules of one name; see rulerecord.h
 *   rules                C      map    how many there are; see rulerecord.h
 *   domains, removed     D      map    the domains; see domain.h
 *   directory/NAME       Y      map    a domain's directory; see directory.h
 *   machine, o/, properties     map    see host.h
 *   i/                   IJKN   map    own identities; see own.h
 *   (others)                    state  see map/allocated.h
 *   i/                   C      cache  see map/cached.h
 *
 * A value begins with its letter and a version byte ('1'); numbers follow
 * little-endian, strings with a 16-bit length in front.  A reader refuses a
 * version it does not know, record by record; a file of a newer format major
 * is refused whole.
 */

#ifndef IDM_MAP_FORMAT_H
#define IDM_MAP_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "identity/name.h"
#include "rules/descriptor.h"
#include "rules/entry.h"

/* The files, in IDM_STATEDIR. */
#define IDM_MAP_FILE   "map.gdbm"
#define IDM_USERS_FILE "state/users.gdbm"
#define IDM_STATE_FILE "state/state.gdbm"

#define IDM_MAP_MAJOR    1 /* readers refuse another one */
#define IDM_MAP_MINOR    0
#define IDM_MAP_BLOCK    16384
#define IDM_HEADER_KEY   "idmap"
#define IDM_KEY_MAX      1280       /* bytes of a key with its end */
#define IDM_KEY_END      9          /* bytes of that end */
#define IDM_VALUE_MAX    (16 << 20) /* bytes of a value: a bucket's limit */
#define IDM_UUID_SIZE    16
#define IDM_SEED_SIZE    16
#define IDM_SHAPES_MAX   4096 /* distinct shapes of patterns in one ruleset */
#define IDM_KEEPERS_MAX  4
#define IDM_SERVICES_MAX 16
#define IDM_SERVICE_MAX  32  /* bytes of a PAM service's name */
#define IDM_METRICS_MAX  160 /* bytes of the path of idmapd's metrics */
#define IDM_SERVING_MAX  64  /* schemes that answer NSS */

/* Which of our files a file says it is. */
enum idm_map_kind {
	IDM_MAP_POLICY = 'M',
	IDM_MAP_USERS = 'U',
	IDM_MAP_STATE = 'A',
	IDM_MAP_CACHE = 'C',
};

/*
 * H: never changes while a file is in place.  Behind it stands a mark: a byte
 * that is 0 until somebody begins to put another file in this one's place, and
 * never 0 again (map/mark.h).
 */
struct idm_header {
	uint16_t major;
	uint16_t minor;
	uint8_t kind; /* enum idm_map_kind */
	uint8_t seed[IDM_SEED_SIZE];
	uint8_t uuid[IDM_UUID_SIZE]; /* of the store, kept by every rewrite */
	uint64_t generation;         /* one more with every publish */
	uint64_t time;               /* of this publish, seconds since 1970 */
	uint64_t records;            /* in this file, the header included */
};

enum idm_alias_reply {
	IDM_REPLY_CANONICAL = 0, /* pw_name is the account's */
	IDM_REPLY_TYPED = 1,     /* pw_name is the name asked for */
	IDM_REPLY_OFF = 2,       /* NSS does not answer for aliases */
};

/* How own identities are shown. */
enum idm_name_format {
	IDM_NAMES_AT = 0,    /* name@dns.domain */
	IDM_NAMES_NT4 = 1,   /* NETBIOS\name */
	IDM_NAMES_SHORT = 2, /* name, of the default domain; others as AT */
};

/* P: the compiled configuration. */
struct idm_policy {
	uint64_t epoch;      /* one more with every change of the policy */
	uint8_t alias_reply; /* enum idm_alias_reply */
	uint32_t uid_min;    /* accounts below are privileged targets */
	uint32_t gid_min;
	uint32_t user_entries;     /* own entries one user may have */
	uint32_t users_total;      /* own entries of all users together */
	uint32_t clients;          /* connections idmapd serves at a time */
	uint32_t clients_per_user; /* of these, of one uid but root's */
	uint8_t nkeepers;
	uint32_t keeper[IDM_KEEPERS_MAX];  /* uids that may own users.gdbm */
	bool has_users;                    /* a users store was adopted ... */
	uint8_t users_uuid[IDM_UUID_SIZE]; /* ... and this one is it */
	bool has_state;                    /* a state store was adopted ... */
	uint8_t state_uuid[IDM_UUID_SIZE]; /* ... and this one is it */
	bool short_names;      /* bare names are the default domain's */
	bool unknown_allocate; /* unknown_domains = allocate */
	uint8_t name_format;   /* enum idm_name_format */
	bool log_lookups;      /* idmapd tells of each question */
	char metrics[IDM_METRICS_MAX + 1]; /* idmapd writes them there */
	uint32_t cache_records; /* when there are more, the oldest go */
	uint32_t cache_mib;     /* likewise, of cache.gdbm's size */
	uint8_t nservices;
	char service[IDM_SERVICES_MAX][IDM_SERVICE_MAX + 1]; /* canonicalize */
};

/* The policy of a host without idmap.conf: canonical; from 1000; 64
 * entries a user, 65536 in all; 256 connections, 16 a user; 8 million records
 * in the cache, 2 GiB. */
extern const struct idm_policy idm_policy_default;

enum idm_ruleset_kind {
	IDM_RULESET_SCHEME = 's',
	IDM_RULESET_ATTRIBUTE = 'a',
	IDM_RULESET_TO_UNIX = 'w',    /* name rules, Windows to UNIX */
	IDM_RULESET_TO_WINDOWS = 'n', /* name rules, UNIX to Windows */
};

enum idm_serve {
	IDM_SERVE_AUTO = 0, /* two or more fields, no ':' or '/' separator */
	IDM_SERVE_YES = 1,
	IDM_SERVE_NO = 2,
};

/*
 * One shape of patterns: for each field, highest number first, its rank and
 * the length of its literal end.  Entries of one shape and the same literal
 * beginnings and ends stand in one B record, whose key carries the shape's id
 * and those literals.
 */
struct idm_shape {
	uint32_t id;      /* in this ruleset, never used twice */
	uint32_t entries; /* so that the last one's going removes the shape */
	struct idm_rank rank[IDM_FIELDS_MAX];
	uint16_t suffix[IDM_FIELDS_MAX];
};

/*
 * S: a scheme or attribute map.  The shapes follow the fixed part in the
 * order of their ranks; idm_ruleset_shape() reads them one by one.
 */
struct idm_ruleset {
	uint8_t kind;        /* enum idm_ruleset_kind */
	bool user_mode;      /* USER, else SECURE */
	uint8_t serve;       /* enum idm_serve */
	uint64_t creation;   /* id of this incarnation, random */
	uint64_t entries;    /* literals and patterns */
	uint32_t next_shape; /* the next shape's id */
	uint32_t nshapes;
	struct idm_descriptor descriptor;
	struct idm_cursor shapes; /* lent: the bytes of the shapes */
};

/* U: a user's own entry; the remote name is in the key. */
struct idm_user_entry {
	uint64_t creation; /* of the scheme it was made for */
	uint32_t uid;
	struct idm_str logname;
};

/* The end of a key: '#' and the hash of the text in front of it. */
void idm_key_end(const uint8_t seed[IDM_SEED_SIZE], const char *text,
    size_t len, char end[static IDM_KEY_END]);

/* Complete text with its end.  At most IDM_KEY_MAX bytes. */
void idm_key_finish(struct idm_buf *key, const uint8_t seed[IDM_SEED_SIZE]);

/*
 * Each writes its record to a buffer, or reads one back.  Reading checks
 * every length, count and range; IDM_CORRUPT says what is wrong.  Read texts
 * are lent from the value.
 */
void idm_header_write(struct idm_buf *, const struct idm_header *);
enum idm_status idm_header_read(
    struct idm_str value, struct idm_header *, struct idm_err *) IDM_MUSTCHECK;
/* The mark of a header that can be read; NULL: it is of before there were any.
 */
const char *idm_header_mark(struct idm_str value);

void idm_policy_write(struct idm_buf *, const struct idm_policy *);
enum idm_status idm_policy_read(
    struct idm_str value, struct idm_policy *, struct idm_err *) IDM_MUSTCHECK;

void idm_ruleset_write(struct idm_buf *, const struct idm_ruleset *,
    const struct idm_shape *shapes);
enum idm_status idm_ruleset_read(
    struct idm_str value, struct idm_ruleset *, struct idm_err *) IDM_MUSTCHECK;
/*
 * The next shape.  False at the end; false with the cursor bad, so that
 * idm_cursor_done() is false too, when a shape is damaged.
 */
bool idm_ruleset_shape(struct idm_cursor *shapes, const struct idm_descriptor *,
    struct idm_shape *);

/* E: target and flags; the remote name is in the key, and read as "". */
void idm_entry_write(struct idm_buf *, const struct idm_entry *);
enum idm_status idm_entry_read(
    struct idm_str value, struct idm_entry *, struct idm_err *) IDM_MUSTCHECK;

/*
 * B: a count, then entries in the bytes' order of their remote names.
 * idm_bucket_next() is to be called n times.
 */
void idm_bucket_write(struct idm_buf *, const struct idm_entry *, uint32_t n);
enum idm_status idm_bucket_read(struct idm_str value, struct idm_cursor *,
    uint32_t *n, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_bucket_next(
    struct idm_cursor *, struct idm_entry *, struct idm_err *) IDM_MUSTCHECK;

void idm_user_entry_write(struct idm_buf *, const struct idm_user_entry *);
enum idm_status idm_user_entry_read(struct idm_str value,
    struct idm_user_entry *, struct idm_err *) IDM_MUSTCHECK;

/*
 * L: a list of names ("scheme", or "s/NAME/u/REMOTE").  The whole list is
 * checked at once: n calls of idm_cursor_str() on the cursor yield the names.
 */
void idm_list_write(struct idm_buf *, const struct idm_str *, uint32_t n);
enum idm_status idm_list_read(struct idm_str value, struct idm_cursor *,
    uint32_t *n, struct idm_err *) IDM_MUSTCHECK;

#endif
