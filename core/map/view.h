/*
 * view -- one version of a GDBM file, read in place.
 *
 * Our own read-only view of the GDBM format: mmap, every offset checked
 * against the size of the mapping, no allocation and no lock per lookup, safe
 * in threads and after fork.  The file is hostile until proven otherwise, and
 * a lookup in a damaged one ends in IDM_CORRUPT, never in a fault or a loop.
 * Files are only ever replaced, so a view stays valid however long it lives;
 * it shows the version that was in place when it was opened.
 */

#ifndef IDM_MAP_VIEW_H
#define IDM_MAP_VIEW_H

#include <sys/stat.h>

#include "base/cursor.h"
#include "base/err.h"
#include "map/format.h"

struct idm_view;

/*
 * Map the file.  The owner must be one of owners (see trust.h); the header
 * must name this kind.  IDM_NOTFOUND: no such file.  IDM_DENIED: not to be
 * trusted.  IDM_CORRUPT: damaged, or of a newer version, or no GDBM file of
 * ours; the text says which.  The descriptor is closed before returning.
 */
enum idm_status idm_view_open(const char *path, enum idm_map_kind,
    const uid_t *owners, size_t nowners, struct idm_view **,
    struct idm_err *) IDM_MUSTCHECK;
void idm_view_close(struct idm_view **);

const struct idm_header *idm_view_header(const struct idm_view *);

/* The whole file, and where its parts are; lent until the view is closed. */
struct idm_gdbm_layout;
struct idm_str idm_view_bytes(const struct idm_view *);
const struct idm_gdbm_layout *idm_view_layout(const struct idm_view *);

/*
 * The file's mark (map/mark.h), the one byte of it that changes; NULL: it has
 * none.  Lent until the view is closed.
 */
const unsigned char *idm_view_mark(const struct idm_view *);

/* What the file was: device, inode, size and times, for noticing a new one. */
const struct stat *idm_view_stat(const struct idm_view *);

/*
 * Look up a key as format.h writes it, less its '#' and hash, which are added
 * here.  The value is lent until the view is closed.  No error text: the
 * status says it all, and this is the hot path.
 */
enum idm_status idm_view_get(const struct idm_view *, const char *key,
    size_t len, struct idm_str *value) IDM_MUSTCHECK;

/*
 * As idm_view_get(), for a key in a fixed buffer, which has room for the end
 * and is left as it was: one copy less, of up to IDM_KEY_MAX bytes.
 */
enum idm_status idm_view_get_key(const struct idm_view *,
    const struct idm_buf *key, struct idm_str *value) IDM_MUSTCHECK;

/* As idm_view_get(), for a raw key of any GDBM file. */
enum idm_status idm_view_get_raw(const struct idm_view *, const void *key,
    size_t len, struct idm_str *value) IDM_MUSTCHECK;

/* GDBM's hash of a whole key: its upper bits number the bucket. */
uint32_t idm_view_hash(const void *key, size_t len);

/*
 * Bytes of the file that GDBM's list of free space has.  An estimate for the
 * writer: a damaged list counts as far as it can be read.
 */
uint64_t idm_view_free(const struct idm_view *);

/* Where a walk through all records stands; all zero is the start. */
struct idm_walk {
	uint64_t directory;
	uint64_t buckets; /* entered so far: a file has room for so many */
	uint32_t slot;
};

/*
 * The next record, its key with its end, in the file's order.  IDM_NOTFOUND
 * after the last one.  IDM_CORRUPT: err says where; the walk may go on.
 */
enum idm_status idm_view_next(const struct idm_view *, struct idm_walk *,
    struct idm_str *key, struct idm_str *value, struct idm_err *) IDM_MUSTCHECK;

/*
 * The same, of records only whose keys begin with these bytes.  The others are
 * passed without being touched: a bucket has the beginning of each key.
 */
#define IDM_WALK_PREFIX 4
enum idm_status idm_view_next_of(const struct idm_view *, struct idm_walk *,
    const char prefix[static IDM_WALK_PREFIX], struct idm_str *key,
    struct idm_str *value, struct idm_err *) IDM_MUSTCHECK;

#endif
