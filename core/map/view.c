#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/trust.h"
#include "map/layout.h"
#include "map/view.h"

#define CACHE_LINE 64
#define FETCHED    (3 * CACHE_LINE) /* what most records have */

struct idm_view {
	const unsigned char *base;
	uint64_t size; /* of the mapping; every offset is checked against it */
	struct idm_gdbm_layout layout;
	uint64_t dir_entries;
	uint32_t shift;   /* a hash shifted by it is the directory's index */
	uint32_t inverse; /* 2^32 / bucket_elems, see first_slot() */
	struct idm_header header;
	const unsigned char *mark;
	struct stat st;
};

/* Do len bytes from offset on lie in the file? */
static inline bool
contains(const struct idm_view *view, uint64_t offset, uint64_t len)
{
	return len <= view->size && offset <= view->size - len;
}

/* Ours is 64-bit little-endian; say what another magic number means. */
static enum idm_status
check_magic(uint32_t magic, struct idm_err *err)
{
	switch (magic) {
	case IDM_GDBM_MAGIC_64:
	case IDM_GDBM_MAGIC_SYNC_64:
		return IDM_OK;
	case IDM_GDBM_MAGIC_32:
	case IDM_GDBM_MAGIC_SYNC_32:
		return idm_fail(err, IDM_CORRUPT,
		    "GDBM file with 32-bit offsets, not 64-bit ones");
	case IDM_GDBM_MAGIC_OLD:
		return idm_fail(
		    err, IDM_CORRUPT, "GDBM file older than GDBM 1.9");
	default:
		break;
	}
	switch (be32toh(htole32(magic))) {
	case IDM_GDBM_MAGIC_32:
	case IDM_GDBM_MAGIC_OLD:
	case IDM_GDBM_MAGIC_64:
	case IDM_GDBM_MAGIC_SYNC_32:
	case IDM_GDBM_MAGIC_SYNC_64:
		return idm_fail(err, IDM_CORRUPT,
		    "GDBM file of a big-endian machine, not little-endian");
	default:
		return idm_fail(err, IDM_CORRUPT, "not a GDBM file");
	}
}

static enum idm_status
damaged(struct idm_err *err, const char *what)
{
	return idm_fail(err, IDM_CORRUPT, "damaged: %s", what);
}

/* Read the file's own header and check that its parts fit together. */
static enum idm_status
read_layout(struct idm_view *view, struct idm_err *err)
{
	uint32_t block_size, dir_size, dir_bits;
	enum idm_status st;

	if (!contains(view, 0, IDM_GDBM_HEAD))
		return idm_fail(err, IDM_CORRUPT,
		    "not a GDBM file: only %llu bytes long",
		    (unsigned long long)view->size);
	st = check_magic(idm_gdbm_load_32(view->base), err);
	if (st != IDM_OK)
		return st;

	block_size = idm_gdbm_load_32(view->base + IDM_GDBM_BLOCK_SIZE);
	dir_size = idm_gdbm_load_32(view->base + IDM_GDBM_DIR_SIZE);
	dir_bits = idm_gdbm_load_32(view->base + IDM_GDBM_DIR_BITS);
	view->layout.dir = idm_gdbm_load_64(view->base + IDM_GDBM_DIR);
	view->layout.bucket_size = idm_gdbm_load_32(
	    view->base + IDM_GDBM_BUCKET_SIZE);
	view->layout.bucket_elems = idm_gdbm_load_32(
	    view->base + IDM_GDBM_BUCKET_ELEMS);

	if (block_size == 0 || block_size > IDM_GDBM_BLOCK_MAX ||
	    view->layout.bucket_size != block_size)
		return damaged(err, "block size out of range");
	if (view->layout.bucket_elems == 0 ||
	    view->layout.bucket_size < IDM_GDBM_BUCKET_TABLE ||
	    view->layout.bucket_elems >
		(view->layout.bucket_size - IDM_GDBM_BUCKET_TABLE) /
		    IDM_GDBM_ELEM)
		return damaged(err, "bucket size out of range");
	if (dir_bits > IDM_GDBM_HASH_BITS ||
	    dir_size != UINT64_C(8) << dir_bits)
		return damaged(err, "directory size out of range");
	if (!contains(view, view->layout.dir, dir_size))
		return damaged(err, "directory outside the file");
	view->layout.dir_bits = dir_bits;
	view->dir_entries = UINT64_C(1) << dir_bits;
	view->shift = IDM_GDBM_HASH_BITS - dir_bits;
	view->inverse = (uint32_t)(UINT64_C(0xffffffff) /
	    view->layout.bucket_elems);
	return IDM_OK;
}

#define ROUND 24 /* bytes after which the shifts of GDBM's hash repeat */

/* Four bytes, and five, each shifted by 5 bits more than the one before. */
static inline uint32_t
sum_4(const char *key)
{
	return (uint32_t)key[0] + ((uint32_t)key[1] << 5) +
	    ((uint32_t)key[2] << 10) + ((uint32_t)key[3] << 15);
}

static inline uint32_t
sum_5(const char *key)
{
	return sum_4(key) + ((uint32_t)key[4] << 20);
}

static inline uint32_t
sum_round(const char *key)
{
	return sum_5(key) + (sum_5(key + 5) << 1) + (sum_5(key + 10) << 2) +
	    (sum_5(key + 15) << 3) + (sum_4(key + 20) << 4);
}

/*
 * GDBM's hash of a key adds up its bytes, each shifted by 5 bits more than
 * the one before, modulo 24.  Byte after byte that would be half of what a
 * lookup computes.  The bytes are plain char, which is signed on some machines
 * and not on others; so are ours, to match the libgdbm of the machine.  A sum
 * modulo 2^32 with a mask at the end is that with a mask at every step.
 */
uint32_t
idm_view_hash(const void *bytes, size_t len)
{
	static const uint8_t shift[ROUND] = { 0, 5, 10, 15, 20, 1, 6, 11, 16,
		21, 2, 7, 12, 17, 22, 3, 8, 13, 18, 23, 4, 9, 14, 19 };
	const char *key = bytes;
	uint32_t hash = 0x238F13AFu * (uint32_t)len;

	for (; len >= ROUND; key += ROUND, len -= ROUND)
		hash += sum_round(key);
	for (size_t i = 0; i < len; i++)
		hash += (uint32_t)key[i] << shift[i];
	return (1103515243u * (hash & 0x7fffffffu) + 12345u) & 0x7fffffffu;
}

/* The bucket at a place of the directory, or NULL when it is damaged. */
static inline const unsigned char *
find_bucket(const struct idm_view *view, uint64_t index)
{
	uint64_t offset = idm_gdbm_load_64(
	    view->base + view->layout.dir + 8 * index);

	if (!contains(view, offset, view->layout.bucket_size))
		return NULL;
	return view->base + offset;
}

/* Do the element's key and value lie in the file? */
static inline bool
is_inside(const struct idm_view *view, const struct idm_gdbm_element *element)
{
	return contains(view, element->data,
	    (uint64_t)element->key_size + element->data_size);
}

/* Have a record brought from memory, all of it at once; it is read soon. */
static inline void
fetch(const struct idm_view *view, uint64_t offset)
{
	if (!contains(view, offset, FETCHED))
		return;
	for (unsigned i = 0; i < FETCHED; i += CACHE_LINE)
		__builtin_prefetch(view->base + offset + i);
}

/* The value of an element, if its key is this one. */
static enum idm_status
compare_key(const struct idm_view *view, const struct idm_gdbm_element *element,
    const void *key, size_t len, struct idm_str *value)
{
	const unsigned char *at;

	if (element->key_size != len)
		return IDM_NOTFOUND;
	/* Even to form the pointer, it must be inside. */
	if (!is_inside(view, element))
		return IDM_CORRUPT;
	at = view->base + element->data;
	fetch(view, element->data);
	if (memcmp(at, key, len) != 0)
		return IDM_NOTFOUND;
	value->data = (const char *)at + len;
	value->len = element->data_size;
	return IDM_OK;
}

/*
 * The hash modulo the slots of a bucket, by a product: a division takes three
 * times as long.  The inverse was rounded down, so that the quotient is at most
 * one too small, and the rest is less than twice the divisor.
 */
static inline uint32_t
first_slot(const struct idm_view *view, uint32_t hash)
{
	uint32_t elems = view->layout.bucket_elems;
	uint32_t quotient = (uint32_t)((uint64_t)hash * view->inverse >> 32);
	uint32_t rest = hash - quotient * elems;

	return rest < elems ? rest : rest - elems;
}

enum idm_status
idm_view_get_raw(const struct idm_view *view, const void *key, size_t len,
    struct idm_str *value)
{
	uint32_t elems = view->layout.bucket_elems;
	uint32_t hash = idm_view_hash(key, len);
	const unsigned char *bucket = find_bucket(view, hash >> view->shift);
	uint32_t slot = first_slot(view, hash);

	if (bucket == NULL)
		return IDM_CORRUPT;
	for (uint32_t i = 0; i < elems; i++) {
		uint32_t found = idm_gdbm_load_hash(bucket, slot);

		if (found == IDM_GDBM_EMPTY)
			return IDM_NOTFOUND;
		if (found == hash) {
			struct idm_gdbm_element element = idm_gdbm_load_element(
			    bucket, slot);
			enum idm_status st = compare_key(
			    view, &element, key, len, value);

			if (st != IDM_NOTFOUND)
				return st;
		}
		slot = slot + 1 == elems ? 0 : slot + 1;
	}
	return IDM_NOTFOUND;
}

enum idm_status
idm_view_get(const struct idm_view *view, const char *key, size_t len,
    struct idm_str *value)
{
	char text[IDM_KEY_MAX];

	/* No key is longer, so none is in the file. */
	if (len > sizeof(text) - IDM_KEY_END)
		return IDM_NOTFOUND;
	memcpy(text, key, len);
	idm_key_end(view->header.seed, key, len, text + len);
	return idm_view_get_raw(view, text, len + IDM_KEY_END, value);
}

enum idm_status
idm_view_get_key(const struct idm_view *view, const struct idm_buf *key,
    struct idm_str *value)
{
	/* No key is longer, so none is in the file. */
	if (key->status != IDM_OK || key->max - key->len < IDM_KEY_END)
		return IDM_NOTFOUND;
	idm_key_end(
	    view->header.seed, key->data, key->len, key->data + key->len);
	return idm_view_get_raw(view, key->data, key->len + IDM_KEY_END, value);
}

/* Map the whole of an open file into view->base and view->size. */
static enum idm_status
map_file(struct idm_view *view, int fd, struct idm_err *err)
{
	void *base;

	if (view->st.st_size <= 0)
		return idm_fail(err, IDM_CORRUPT, "not a GDBM file: empty");
	if ((uintmax_t)view->st.st_size > SIZE_MAX / 2) {
		return idm_fail(
		    err, IDM_SYSTEM, "too large for this program's memory");
	}
	/*
	 * Not MAP_POPULATE: a process that asks for one name must not pay for
	 * a million records' page tables.
	 */
	base = mmap(
	    NULL, (size_t)view->st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (base == MAP_FAILED)
		return idm_fail_errno(err, "mmap");
	view->base = base;
	view->size = (uint64_t)view->st.st_size;
	return IDM_OK;
}

/* The header's record, and whether it is of this kind. */
static enum idm_status
read_header(struct idm_view *view, enum idm_map_kind kind, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_view_get_raw(
	    view, IDM_HEADER_KEY, sizeof(IDM_HEADER_KEY) - 1, &value);
	if (st == IDM_NOTFOUND)
		return idm_fail(
		    err, IDM_CORRUPT, "not a map file: no 'idmap' record");
	if (st != IDM_OK)
		return damaged(err, "'idmap' record outside the file");
	st = idm_header_read(value, &view->header, err);
	if (st != IDM_OK)
		return idm_within(err, st, "'idmap' record");
	if (view->header.kind != kind) {
		return idm_fail(err, IDM_CORRUPT,
		    "map file of kind '%c', not '%c'", view->header.kind, kind);
	}
	view->mark = (const unsigned char *)idm_header_mark(value);
	return IDM_OK;
}

enum idm_status
idm_view_open(const char *path, enum idm_map_kind kind, const uid_t *owners,
    size_t nowners, struct idm_view **out, struct idm_err *err)
{
	struct idm_view *view = NULL;
	enum idm_status st;
	int fd = -1;

	view = calloc(1, sizeof(*view));
	if (view == NULL)
		return idm_fail(err, IDM_NOMEM, "%s: out of memory", path);
	st = idm_trust_open(path, owners, nowners, &fd, &view->st, err);
	if (st != IDM_OK)
		goto out;
	st = map_file(view, fd, err);
	if (st == IDM_OK)
		st = read_layout(view, err);
	if (st == IDM_OK)
		st = read_header(view, kind, err);
	if (st != IDM_OK) {
		st = idm_within(err, st, "%s", path);
		goto out;
	}
	*out = view;
	view = NULL;
out:
	if (fd != -1)
		(void)close(fd);
	idm_view_close(&view);
	return st;
}

void
idm_view_close(struct idm_view **view)
{
	if (*view == NULL)
		return;
	if ((*view)->base != NULL)
		(void)munmap(
		    (void *)(uintptr_t)(*view)->base, (size_t)(*view)->size);
	free(*view);
	*view = NULL;
}

const struct idm_gdbm_layout *
idm_view_layout(const struct idm_view *view)
{
	return &view->layout;
}

struct idm_str
idm_view_bytes(const struct idm_view *view)
{
	return (struct idm_str){
		.data = (const char *)view->base,
		.len = (size_t)view->size,
	};
}

const struct idm_header *
idm_view_header(const struct idm_view *view)
{
	return &view->header;
}

const unsigned char *
idm_view_mark(const struct idm_view *view)
{
	return view->mark;
}

const struct stat *
idm_view_stat(const struct idm_view *view)
{
	return &view->st;
}

/*
 * The bucket that the walk is in, and in *span how many places of the
 * directory, this and those behind it, lead to it.
 */
static const unsigned char *
walk_bucket(const struct idm_view *view, struct idm_walk *walk, uint64_t *span,
    struct idm_err *err)
{
	const unsigned char *bucket = find_bucket(view, walk->directory);
	uint32_t bits;

	*span = 1;
	if (bucket == NULL) {
		(void)damaged(err, "bucket outside the file");
		return NULL;
	}
	bits = idm_gdbm_load_32(bucket + IDM_GDBM_BUCKET_BITS);
	if (bits > IDM_GDBM_HASH_BITS - view->shift) {
		(void)damaged(err, "bucket with too many bits");
		return NULL;
	}
	*span = UINT64_C(1) << (IDM_GDBM_HASH_BITS - view->shift - bits);
	if (walk->directory % *span != 0) {
		*span = 1;
		(void)damaged(err, "bucket at a wrong place of the directory");
		return NULL;
	}
	/*
	 * Buckets do not overlap, so there is a limit to their number.  A
	 * directory full of references to the same few ones is hostile; its
	 * walk ends here rather than after hours.
	 */
	if (walk->slot == 0 &&
	    walk->buckets++ >= view->size / view->layout.bucket_size) {
		walk->directory = view->dir_entries;
		(void)damaged(err, "more buckets than fit into the file");
		return NULL;
	}
	return bucket;
}

/* Lend the record of an element, if its bucket is one for its hash. */
static enum idm_status
walk_element(const struct idm_view *view,
    const struct idm_gdbm_element *element, const struct idm_walk *walk,
    uint64_t span, struct idm_str *key, struct idm_str *value,
    struct idm_err *err)
{
	const unsigned char *at;

	if (element->hash >> view->shift < walk->directory ||
	    element->hash >> view->shift >= walk->directory + span)
		return damaged(err, "record in a bucket of other hashes");
	if (!is_inside(view, element))
		return damaged(err, "record outside the file");
	at = view->base + element->data;
	*key = (struct idm_str){
		.data = (const char *)at,
		.len = element->key_size,
	};
	*value = (struct idm_str){
		.data = (const char *)at + element->key_size,
		.len = element->data_size,
	};
	return IDM_OK;
}

/* The slot the walk stands at is empty, or holds a key that begins otherwise.
 */
static inline bool
is_passed_over(const unsigned char *bucket, uint32_t slot, const char *prefix)
{
	return idm_gdbm_load_hash(bucket, slot) == IDM_GDBM_EMPTY ||
	    (prefix != NULL &&
		memcmp(idm_gdbm_start(bucket, slot), prefix,
		    IDM_GDBM_START_SIZE) != 0);
}

/*
 * Go on to the slot that comes next, and have its record fetched: by the time
 * it is asked for, it is there.  Records lie in no order that a processor could
 * foresee.
 */
static inline void
look_ahead(const struct idm_view *view, const unsigned char *bucket,
    struct idm_walk *walk, const char *prefix)
{
	struct idm_gdbm_element element;

	while (walk->slot < view->layout.bucket_elems &&
	    is_passed_over(bucket, walk->slot, prefix))
		walk->slot++;
	if (walk->slot == view->layout.bucket_elems)
		return;
	element = idm_gdbm_load_element(bucket, walk->slot);
	fetch(view, element.data);
}

/* prefix NULL: any record. */
static inline enum idm_status
walk_on(const struct idm_view *view, struct idm_walk *walk, const char *prefix,
    struct idm_str *key, struct idm_str *value, struct idm_err *err)
{
	while (walk->directory < view->dir_entries) {
		uint64_t span;
		const unsigned char *bucket = walk_bucket(
		    view, walk, &span, err);

		if (bucket == NULL) {
			walk->directory += span;
			walk->slot = 0;
			return IDM_CORRUPT;
		}
		while (walk->slot < view->layout.bucket_elems) {
			uint32_t slot = walk->slot++;
			struct idm_gdbm_element element;

			if (is_passed_over(bucket, slot, prefix))
				continue;
			element = idm_gdbm_load_element(bucket, slot);
			look_ahead(view, bucket, walk, prefix);
			return walk_element(
			    view, &element, walk, span, key, value, err);
		}
		walk->directory += span;
		walk->slot = 0;
	}
	return IDM_NOTFOUND;
}

enum idm_status
idm_view_next(const struct idm_view *view, struct idm_walk *walk,
    struct idm_str *key, struct idm_str *value, struct idm_err *err)
{
	return walk_on(view, walk, NULL, key, value, err);
}

enum idm_status
idm_view_next_of(const struct idm_view *view, struct idm_walk *walk,
    const char prefix[static IDM_WALK_PREFIX], struct idm_str *key,
    struct idm_str *value, struct idm_err *err)
{
	enum idm_status st;

	/* What a bucket says of a key may be wrong. */
	do {
		st = walk_on(view, walk, prefix, key, value, err);
	} while (st == IDM_OK &&
	    (key->len < IDM_WALK_PREFIX ||
		memcmp(key->data, prefix, IDM_WALK_PREFIX) != 0));
	return st;
}

/* Sum up one block of free space and give the next one's offset, 0 for none. */
static uint64_t
sum_free_block(const struct idm_view *view, uint64_t block, uint64_t *total)
{
	uint64_t count;

	if (!contains(view, block, IDM_GDBM_FREE_ELEMS))
		return 0;
	count = idm_gdbm_load_32(view->base + block + IDM_GDBM_FREE_COUNT);
	if (!contains(
		view, block + IDM_GDBM_FREE_ELEMS, count * IDM_GDBM_PIECE))
		return 0;
	for (uint64_t i = 0; i < count; i++) {
		*total += idm_gdbm_load_32(view->base + block +
		    IDM_GDBM_FREE_ELEMS + i * IDM_GDBM_PIECE);
	}
	return idm_gdbm_load_64(view->base + block + IDM_GDBM_FREE_NEXT);
}

uint64_t
idm_view_free(const struct idm_view *view)
{
	uint64_t block = idm_gdbm_free_list(view->base);
	uint64_t total = 0;

	/* Each block but the last frees something: so there is an end. */
	do {
		uint64_t before = total;

		block = sum_free_block(view, block, &total);
		if (total == before)
			break;
	} while (block != 0 && total < view->size);
	return total;
}
