#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/trust.h"
#include "map/view.h"

/*
 * The GDBM file format, as libgdbm 1.23 writes it on little-endian hosts with
 * 64-bit offsets.  Offsets here are in bytes from the start of each part.
 */
#define MAGIC_32      0x13579acdu /* 32-bit offsets */
#define MAGIC_OLD     0x13579aceu /* GDBM before 1.9 */
#define MAGIC_64      0x13579acfu
#define MAGIC_SYNC_32 0x13579ad0u
#define MAGIC_SYNC_64 0x13579ad1u

enum {
	/* The file's header. */
	HEAD_BLOCK_SIZE = 4,
	HEAD_DIR = 8,
	HEAD_DIR_SIZE = 16,
	HEAD_DIR_BITS = 20,
	HEAD_BUCKET_SIZE = 24,
	HEAD_BUCKET_ELEMS = 28,
	HEAD_SIZE = 40,      /* what a lookup reads of it */
	HEAD_SYNC_SIZE = 72, /* the same with the numsync extension */

	/* Free space: a list of blocks, the first one behind the header. */
	FREE_COUNT = 4, /* elements that are in use */
	FREE_NEXT = 8,
	FREE_ELEMS = 16,
	FREE_ELEM_SIZE = 16, /* each begins with the size of a free piece */

	/* A bucket: free space, how many bits it stands for, and a hash table
	 * of elements with linear probing. */
	BUCKET_BITS = 104,
	BUCKET_COUNT = 108,
	BUCKET_ELEMS = 112,

	/* An element: where its key lies, with the value right behind. */
	ELEM_HASH = 0,  /* EMPTY when there is none */
	ELEM_START = 4, /* the key's first bytes */
	ELEM_DATA = 8,
	ELEM_KEY_SIZE = 16,
	ELEM_DATA_SIZE = 20,
	ELEM_SIZE = 24,
	START_SIZE = 4,

	HASH_BITS = 31,
	/* More would only make a hostile file's buckets slow to search. */
	BLOCK_MAX = 1 << 20,
};

#define EMPTY 0xffffffffu

struct idm_view {
	const unsigned char *base;
	uint64_t size; /* of the mapping; every offset is checked against it */
	uint64_t dir;
	uint64_t dir_entries;
	uint32_t shift; /* a hash shifted by it is the directory's index */
	uint32_t bucket_size;
	uint32_t bucket_elems;
	struct idm_header header;
	struct stat st;
};

/* An element, copied out of the file. */
struct element {
	uint32_t hash;
	unsigned char start[START_SIZE];
	uint64_t data;
	uint32_t key_size;
	uint32_t data_size;
};

/*
 * Numbers in the file need not be aligned.  Volatile, because the file of a
 * hostile owner may change under us: a number that was checked must not be
 * fetched again.
 */
struct unaligned_32 {
	uint32_t value;
} __attribute__((packed, may_alias));
struct unaligned_64 {
	uint64_t value;
} __attribute__((packed, may_alias));

static inline uint32_t
load_32(const unsigned char *at)
{
	return le32toh(((const volatile struct unaligned_32 *)at)->value);
}

static inline uint64_t
load_64(const unsigned char *at)
{
	return le64toh(((const volatile struct unaligned_64 *)at)->value);
}

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
	case MAGIC_64:
	case MAGIC_SYNC_64:
		return IDM_OK;
	case MAGIC_32:
	case MAGIC_SYNC_32:
		return idm_fail(err, IDM_CORRUPT,
		    "GDBM file with 32-bit offsets, not 64-bit ones");
	case MAGIC_OLD:
		return idm_fail(
		    err, IDM_CORRUPT, "GDBM file older than GDBM 1.9");
	default:
		break;
	}
	switch (be32toh(htole32(magic))) {
	case MAGIC_32:
	case MAGIC_OLD:
	case MAGIC_64:
	case MAGIC_SYNC_32:
	case MAGIC_SYNC_64:
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

	if (!contains(view, 0, HEAD_SIZE))
		return idm_fail(err, IDM_CORRUPT,
		    "not a GDBM file: only %llu bytes long",
		    (unsigned long long)view->size);
	st = check_magic(load_32(view->base), err);
	if (st != IDM_OK)
		return st;

	block_size = load_32(view->base + HEAD_BLOCK_SIZE);
	dir_size = load_32(view->base + HEAD_DIR_SIZE);
	dir_bits = load_32(view->base + HEAD_DIR_BITS);
	view->dir = load_64(view->base + HEAD_DIR);
	view->bucket_size = load_32(view->base + HEAD_BUCKET_SIZE);
	view->bucket_elems = load_32(view->base + HEAD_BUCKET_ELEMS);

	if (block_size == 0 || block_size > BLOCK_MAX ||
	    view->bucket_size != block_size)
		return damaged(err, "block size out of range");
	if (view->bucket_elems == 0 || view->bucket_size < BUCKET_ELEMS ||
	    view->bucket_elems > (view->bucket_size - BUCKET_ELEMS) / ELEM_SIZE)
		return damaged(err, "bucket size out of range");
	if (dir_bits > HASH_BITS || dir_size != UINT64_C(8) << dir_bits)
		return damaged(err, "directory size out of range");
	if (!contains(view, view->dir, dir_size))
		return damaged(err, "directory outside the file");
	view->dir_entries = UINT64_C(1) << dir_bits;
	view->shift = HASH_BITS - dir_bits;
	return IDM_OK;
}

/*
 * GDBM's hash of a key.  It takes a key's bytes as plain char, which is
 * signed on some machines and not on others; so do we, to match the libgdbm
 * of the machine.  Sums modulo 2^32 and a mask at the end are the same as a
 * mask at every step.
 */
uint32_t
idm_view_hash(const void *bytes, size_t len)
{
	const unsigned char *key = bytes;
	uint32_t hash = 0x238F13AFu * (uint32_t)len;
	unsigned shift = 0;

	for (size_t i = 0; i < len; i++) {
		hash += (uint32_t)(char)key[i] << shift;
		shift += 5;
		if (shift >= 24)
			shift -= 24;
	}
	return (1103515243u * (hash & 0x7fffffffu) + 12345u) & 0x7fffffffu;
}

/* The bucket at a place of the directory, or NULL when it is damaged. */
static inline const unsigned char *
find_bucket(const struct idm_view *view, uint64_t index)
{
	uint64_t offset = load_64(view->base + view->dir + 8 * index);

	if (!contains(view, offset, view->bucket_size))
		return NULL;
	return view->base + offset;
}

static inline struct element
load_element(const unsigned char *bucket, uint32_t slot)
{
	const unsigned char *at = bucket + BUCKET_ELEMS +
	    (size_t)slot * ELEM_SIZE;
	struct element element = {
		.hash = load_32(at + ELEM_HASH),
		.data = load_64(at + ELEM_DATA),
		.key_size = load_32(at + ELEM_KEY_SIZE),
		.data_size = load_32(at + ELEM_DATA_SIZE),
	};

	memcpy(element.start, at + ELEM_START, sizeof(element.start));
	return element;
}

/* Do the element's key and value lie in the file? */
static inline bool
is_inside(const struct idm_view *view, const struct element *element)
{
	return contains(view, element->data,
	    (uint64_t)element->key_size + element->data_size);
}

enum idm_status
idm_view_get_raw(const struct idm_view *view, const void *key, size_t len,
    struct idm_str *value)
{
	uint32_t hash = idm_view_hash(key, len);
	const unsigned char *bucket = find_bucket(view, hash >> view->shift);
	uint32_t slot = hash % view->bucket_elems;

	if (bucket == NULL)
		return IDM_CORRUPT;
	for (uint32_t i = 0; i < view->bucket_elems; i++) {
		struct element element = load_element(bucket, slot);

		if (element.hash == EMPTY)
			return IDM_NOTFOUND;
		if (element.hash == hash && element.key_size == len) {
			const unsigned char *at = view->base + element.data;

			if (!is_inside(view, &element))
				return IDM_CORRUPT;
			if (memcmp(at, key, len) == 0) {
				value->data = (const char *)at + len;
				value->len = element.data_size;
				return IDM_OK;
			}
		}
		slot = slot + 1 == view->bucket_elems ? 0 : slot + 1;
	}
	return IDM_NOTFOUND;
}

enum idm_status
idm_view_get(const struct idm_view *view, const char *key, size_t len,
    struct idm_str *value)
{
	char memory[IDM_KEY_MAX];
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_buf_put(&buf, key, len);
	idm_key_finish(&buf, view->header.seed);
	/* No key is that long, so none is in the file. */
	if (buf.status != IDM_OK)
		return IDM_NOTFOUND;
	return idm_view_get_raw(view, buf.data, buf.len, value);
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

const struct idm_header *
idm_view_header(const struct idm_view *view)
{
	return &view->header;
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
	bits = load_32(bucket + BUCKET_BITS);
	if (bits > HASH_BITS - view->shift) {
		(void)damaged(err, "bucket with too many bits");
		return NULL;
	}
	*span = UINT64_C(1) << (HASH_BITS - view->shift - bits);
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
	    walk->buckets++ >= view->size / view->bucket_size) {
		walk->directory = view->dir_entries;
		(void)damaged(err, "more buckets than fit into the file");
		return NULL;
	}
	return bucket;
}

/* Lend the record of an element, if its bucket is one for its hash. */
static enum idm_status
walk_element(const struct idm_view *view, const struct element *element,
    const struct idm_walk *walk, uint64_t span, struct idm_str *key,
    struct idm_str *value, struct idm_err *err)
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

enum idm_status
idm_view_next(const struct idm_view *view, struct idm_walk *walk,
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
		while (walk->slot < view->bucket_elems) {
			struct element element = load_element(
			    bucket, walk->slot++);

			if (element.hash != EMPTY) {
				return walk_element(view, &element, walk, span,
				    key, value, err);
			}
		}
		walk->directory += span;
		walk->slot = 0;
	}
	return IDM_NOTFOUND;
}

/* Sum up one block of free space and give the next one's offset, 0 for none. */
static uint64_t
sum_free_block(const struct idm_view *view, uint64_t block, uint64_t *total)
{
	uint64_t count;

	if (!contains(view, block, FREE_ELEMS))
		return 0;
	count = load_32(view->base + block + FREE_COUNT);
	if (!contains(view, block + FREE_ELEMS, count * FREE_ELEM_SIZE))
		return 0;
	for (uint64_t i = 0; i < count; i++) {
		*total += load_32(
		    view->base + block + FREE_ELEMS + i * FREE_ELEM_SIZE);
	}
	return load_64(view->base + block + FREE_NEXT);
}

uint64_t
idm_view_free(const struct idm_view *view)
{
	uint64_t block = load_32(view->base) == MAGIC_SYNC_64 ? HEAD_SYNC_SIZE
							      : HEAD_SIZE;
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
