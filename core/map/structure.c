#include <stdlib.h>

#include "map/layout.h"
#include "map/structure.h"

/* A part of the file. */
struct extent {
	uint64_t offset;
	uint64_t len;
	const char *what;
};

struct check {
	const unsigned char *base;
	uint64_t size;
	/* Of the view, not read again: the file's owner may change it. */
	struct idm_gdbm_layout layout;
	uint64_t dir_entries;
	uint64_t buckets_left; /* as many as there is room for */
	struct extent *extent;
	size_t n;
	size_t room;
	bool out_of_memory;
	struct idm_verify_report *report;
};

#define FOUND(check, ...) idm_verify_found((check)->report, __VA_ARGS__)

/* A number for a format that has to be the same on every machine. */
#define U(number) ((unsigned long long)(number))

static bool
contains(const struct check *check, uint64_t offset, uint64_t len)
{
	return len <= check->size && offset <= check->size - len;
}

/* Note what lies where; false, and a finding, when that is not in the file. */
static bool
note(struct check *check, uint64_t offset, uint64_t len, const char *what)
{
	struct extent *extent;

	if (!contains(check, offset, len)) {
		FOUND(check, "%s at %llu: ends outside the file", what,
		    U(offset));
		return false;
	}
	if (len == 0)
		return true;
	if (check->n == check->room) {
		size_t room = check->room == 0 ? 1024 : check->room * 2;

		extent = reallocarray(check->extent, room, sizeof(*extent));
		if (extent == NULL) {
			check->out_of_memory = true;
			return true;
		}
		check->extent = extent;
		check->room = room;
	}
	check->extent[check->n++] = (struct extent){ offset, len, what };
	return true;
}

static int
by_offset(const void *a, const void *b)
{
	const struct extent *left = a, *right = b;

	return (left->offset > right->offset) - (left->offset < right->offset);
}

static void
check_overlaps(struct check *check)
{
	const struct extent *last;

	if (check->n == 0)
		return;
	qsort(check->extent, check->n, sizeof(*check->extent), by_offset);
	last = &check->extent[0];
	for (size_t i = 1; i < check->n; i++) {
		const struct extent *next = &check->extent[i];

		if (next->offset < last->offset + last->len) {
			FOUND(check, "%s at %llu: overlaps the %s at %llu",
			    next->what, U(next->offset), last->what,
			    U(last->offset));
		}
		if (next->offset + next->len > last->offset + last->len)
			last = next;
	}
}

/* ---- The header and the free space. */

static void
check_head(struct check *check)
{
	uint64_t end = idm_gdbm_load_64(check->base + IDM_GDBM_NEXT_BLOCK);

	if (end > check->size) {
		FOUND(check, "file is cut short: %llu bytes of %llu",
		    U(check->size), U(end));
	} else if (end < check->size) {
		/* libgdbm then says that it needs recovery. */
		FOUND(check, "file has %llu bytes behind its end",
		    U(check->size - end));
	}
	(void)note(check, 0, check->layout.bucket_size, "header");
	(void)note(
	    check, check->layout.dir, 8 * check->dir_entries, "directory");
}

static void
check_piece(struct check *check, const unsigned char *at)
{
	(void)note(check, idm_gdbm_load_64(at + IDM_GDBM_PIECE_AT),
	    idm_gdbm_load_32(at + IDM_GDBM_PIECE_SIZE), "free space");
}

/*
 * The list of free pieces.  Its first block is part of the header.  Blocks do
 * not overlap, so a list that is longer than the file has come round.
 */
static void
check_free(struct check *check)
{
	uint64_t first = idm_gdbm_free_list(check->base);
	uint64_t block = first;
	uint64_t total = 0;

	do {
		uint64_t count, len;

		if (!contains(check, block, IDM_GDBM_FREE_ELEMS)) {
			FOUND(check, "free list at %llu: outside the file",
			    U(block));
			return;
		}
		count = idm_gdbm_load_32(
		    check->base + block + IDM_GDBM_FREE_COUNT);
		len = IDM_GDBM_FREE_ELEMS + count * IDM_GDBM_PIECE;
		total += len;
		if (total > check->size) {
			FOUND(check, "free list at %llu: longer than the file",
			    U(block));
			return;
		}
		if (block != first && !note(check, block, len, "free list"))
			return;
		for (uint64_t i = 0; i < count; i++) {
			check_piece(check,
			    check->base + block + IDM_GDBM_FREE_ELEMS +
				i * IDM_GDBM_PIECE);
		}
		block = idm_gdbm_load_64(
		    check->base + block + IDM_GDBM_FREE_NEXT);
	} while (block != 0);
}

/* ---- The buckets. */

static void
check_element(struct check *check, uint64_t bucket, uint64_t first,
    uint64_t span, const struct idm_gdbm_element *element)
{
	uint64_t index = element->hash >>
	    (IDM_GDBM_HASH_BITS - check->layout.dir_bits);
	size_t len = element->key_size;

	if (index < first || index >= first + span) {
		FOUND(check, "bucket at %llu: has a record of other hashes",
		    U(bucket));
	}
	if (!note(check, element->data,
		(uint64_t)element->key_size + element->data_size, "record"))
		return;
	if (len > sizeof(element->start))
		len = sizeof(element->start);
	if (memcmp(element->start, check->base + element->data, len) != 0) {
		FOUND(check,
		    "bucket at %llu: has a record whose key begins otherwise",
		    U(bucket));
	}
}

/* A bucket that the directory leads to from first on, span times. */
static void
check_bucket(
    struct check *check, uint64_t offset, uint64_t first, uint64_t span)
{
	const unsigned char *bucket = check->base + offset;
	uint32_t pieces = idm_gdbm_load_32(bucket + IDM_GDBM_BUCKET_PIECES);
	uint32_t count = idm_gdbm_load_32(bucket + IDM_GDBM_BUCKET_COUNT);
	uint32_t used = 0;

	if (pieces > IDM_GDBM_BUCKET_PIECES_MAX) {
		FOUND(check, "bucket at %llu: says it has %lu free pieces",
		    U(offset), (unsigned long)pieces);
		pieces = 0;
	}
	for (uint32_t i = 0; i < pieces; i++) {
		check_piece(
		    check, bucket + IDM_GDBM_BUCKET_FREE + i * IDM_GDBM_PIECE);
	}
	for (uint32_t i = 0; i < check->layout.bucket_elems; i++) {
		struct idm_gdbm_element element = idm_gdbm_load_element(
		    bucket, i);

		if (element.hash == IDM_GDBM_EMPTY)
			continue;
		used++;
		check_element(check, offset, first, span, &element);
	}
	if (count != used) {
		FOUND(check, "bucket at %llu: says %lu records, has %lu",
		    U(offset), (unsigned long)count, (unsigned long)used);
	}
}

static uint64_t
directory_at(const struct check *check, uint64_t index)
{
	return idm_gdbm_load_64(check->base + check->layout.dir + 8 * index);
}

/* How many places of the directory the bucket at one of them stands for; 0,
 * and a finding, when that cannot be. */
static uint64_t
span_of(const struct check *check, uint64_t offset, uint64_t first)
{
	uint32_t bits = idm_gdbm_load_32(
	    check->base + offset + IDM_GDBM_BUCKET_BITS);
	uint64_t span, i = 1;

	if (bits > check->layout.dir_bits) {
		FOUND(check, "bucket at %llu: has %lu bits of %lu", U(offset),
		    (unsigned long)bits, (unsigned long)check->layout.dir_bits);
		return 0;
	}
	span = UINT64_C(1) << (check->layout.dir_bits - bits);
	/*
	 * Those behind are looked at from a right place only: in a directory
	 * that is wrong everywhere each would be looked at from everywhere.
	 */
	while (first % span == 0 && i < span &&
	    directory_at(check, first + i) == offset)
		i++;
	if (i < span) {
		FOUND(check,
		    "directory: does not lead to the bucket at %llu "
		    "as its bits say",
		    U(offset));
		return 0;
	}
	return span;
}

static void
check_directory(struct check *check)
{
	uint64_t span;

	for (uint64_t i = 0; i < check->dir_entries; i += span) {
		uint64_t offset = directory_at(check, i);

		span = 1;
		if (!note(check, offset, check->layout.bucket_size, "bucket"))
			continue;
		if (check->buckets_left-- == 0) {
			FOUND(check,
			    "directory: leads to more buckets than "
			    "fit into the file");
			return;
		}
		span = span_of(check, offset, i);
		if (span == 0)
			span = 1;
		check_bucket(check, offset, i, span);
	}
}

enum idm_status
idm_structure_check(const struct idm_view *view,
    struct idm_verify_report *report, struct idm_err *err)
{
	struct idm_str bytes = idm_view_bytes(view);
	struct check check = {
		.base = (const unsigned char *)bytes.data,
		.size = bytes.len,
		.layout = *idm_view_layout(view),
		.report = report,
	};
	enum idm_status st = IDM_OK;

	check.dir_entries = UINT64_C(1) << check.layout.dir_bits;
	check.buckets_left = check.size / check.layout.bucket_size;

	check_head(&check);
	check_free(&check);
	check_directory(&check);
	if (check.out_of_memory)
		st = idm_fail(err, IDM_NOMEM, "out of memory");
	else
		check_overlaps(&check);
	free(check.extent);
	return st;
}
