/*
 * layout -- the GDBM file format in numbers.
 *
 * As libgdbm 1.23 writes it on little-endian machines with 64-bit offsets.
 * For the view, which looks records up, and for the check of the structure;
 * nobody else has to know.  Offsets are in bytes from the start of each part.
 */

#ifndef IDM_MAP_LAYOUT_H
#define IDM_MAP_LAYOUT_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#define IDM_GDBM_MAGIC_32      0x13579acdu /* 32-bit offsets */
#define IDM_GDBM_MAGIC_OLD     0x13579aceu /* GDBM before 1.9 */
#define IDM_GDBM_MAGIC_64      0x13579acfu
#define IDM_GDBM_MAGIC_SYNC_32 0x13579ad0u
#define IDM_GDBM_MAGIC_SYNC_64 0x13579ad1u

/* More would only make a hostile file's buckets slow to search. */
#define IDM_GDBM_BLOCK_MAX (1u << 20)

/* A hash has so many bits; this one marks an element that is not in use. */
#define IDM_GDBM_HASH_BITS 31
#define IDM_GDBM_EMPTY     0xffffffffu

enum {
	/* The file's header. */
	IDM_GDBM_BLOCK_SIZE = 4,
	IDM_GDBM_DIR = 8,
	IDM_GDBM_DIR_SIZE = 16,
	IDM_GDBM_DIR_BITS = 20,
	IDM_GDBM_BUCKET_SIZE = 24,
	IDM_GDBM_BUCKET_ELEMS = 28,
	IDM_GDBM_NEXT_BLOCK = 32,
	IDM_GDBM_HEAD = 40,      /* its size without the first free list */
	IDM_GDBM_SYNC_HEAD = 72, /* the same with the numsync extension */

	/* A block of the list of free pieces; the first is behind the
	 * header. */
	IDM_GDBM_FREE_COUNT = 4,
	IDM_GDBM_FREE_NEXT = 8,
	IDM_GDBM_FREE_ELEMS = 16,

	/* A free piece in such a block or in a bucket. */
	IDM_GDBM_PIECE_SIZE = 0,
	IDM_GDBM_PIECE_AT = 8,
	IDM_GDBM_PIECE = 16, /* size of all that */

	/* A bucket: its own free pieces, how many bits of the hash all in it
	 * share, and a hash table of elements with linear probing. */
	IDM_GDBM_BUCKET_PIECES = 0, /* how many are in use */
	IDM_GDBM_BUCKET_FREE = 8,
	IDM_GDBM_BUCKET_PIECES_MAX = 6,
	IDM_GDBM_BUCKET_BITS = 104,
	IDM_GDBM_BUCKET_COUNT = 108,
	IDM_GDBM_BUCKET_TABLE = 112,

	/* An element: where its key lies, with the value right behind. */
	IDM_GDBM_ELEM_HASH = 0,
	IDM_GDBM_ELEM_START = 4, /* the key's first bytes */
	IDM_GDBM_ELEM_DATA = 8,
	IDM_GDBM_ELEM_KEY_SIZE = 16,
	IDM_GDBM_ELEM_DATA_SIZE = 20,
	IDM_GDBM_ELEM = 24, /* size of all that */
	IDM_GDBM_START_SIZE = 4,
};

/* Where the parts are, as a view found and checked them when it opened. */
struct idm_gdbm_layout {
	uint64_t dir;
	uint32_t dir_bits; /* there are two to the power of it places */
	uint32_t bucket_size;
	uint32_t bucket_elems;
};

/* An element, copied out of the file. */
struct idm_gdbm_element {
	uint32_t hash;
	unsigned char start[IDM_GDBM_START_SIZE];
	uint64_t data;
	uint32_t key_size;
	uint32_t data_size;
};

/*
 * Numbers in the file need not be aligned.  Volatile, because the file of a
 * hostile owner may change under us: a number that was checked must not be
 * fetched again.
 */
struct idm_gdbm_unaligned_32 {
	uint32_t value;
} __attribute__((packed, may_alias));
struct idm_gdbm_unaligned_64 {
	uint64_t value;
} __attribute__((packed, may_alias));

static inline uint32_t
idm_gdbm_load_32(const unsigned char *at)
{
	return le32toh(
	    ((const volatile struct idm_gdbm_unaligned_32 *)at)->value);
}

static inline uint64_t
idm_gdbm_load_64(const unsigned char *at)
{
	return le64toh(
	    ((const volatile struct idm_gdbm_unaligned_64 *)at)->value);
}

/* The hash alone, which is all that most of those in the way are asked for. */
static inline uint32_t
idm_gdbm_load_hash(const unsigned char *bucket, uint32_t slot)
{
	return idm_gdbm_load_32(bucket + IDM_GDBM_BUCKET_TABLE +
	    (size_t)slot * IDM_GDBM_ELEM + IDM_GDBM_ELEM_HASH);
}

static inline struct idm_gdbm_element
idm_gdbm_load_element(const unsigned char *bucket, uint32_t slot)
{
	const unsigned char *at = bucket + IDM_GDBM_BUCKET_TABLE +
	    (size_t)slot * IDM_GDBM_ELEM;
	struct idm_gdbm_element element = {
		.hash = idm_gdbm_load_32(at + IDM_GDBM_ELEM_HASH),
		.data = idm_gdbm_load_64(at + IDM_GDBM_ELEM_DATA),
		.key_size = idm_gdbm_load_32(at + IDM_GDBM_ELEM_KEY_SIZE),
		.data_size = idm_gdbm_load_32(at + IDM_GDBM_ELEM_DATA_SIZE),
	};

	memcpy(element.start, at + IDM_GDBM_ELEM_START, sizeof(element.start));
	return element;
}

/* The first bytes of an element's key; beyond a shorter key they are zero. */
static inline const unsigned char *
idm_gdbm_start(const unsigned char *bucket, uint32_t slot)
{
	return bucket + IDM_GDBM_BUCKET_TABLE + (size_t)slot * IDM_GDBM_ELEM +
	    IDM_GDBM_ELEM_START;
}

/* Where the first block of the list of free pieces begins. */
static inline uint64_t
idm_gdbm_free_list(const unsigned char *base)
{
	return idm_gdbm_load_32(base) == IDM_GDBM_MAGIC_SYNC_64
	    ? IDM_GDBM_SYNC_HEAD
	    : IDM_GDBM_HEAD;
}

#endif
