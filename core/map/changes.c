#include <sys/random.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "map/changes.h"
#include "map/siphash.h"

#define SLOTS_FIRST 64
#define SLOTS_KEPT  4096 /* of a table that is cleared */
#define BLOCK_FIRST 1024u
#define BLOCK_LAST  (256u << 10)
#define SMALL_MAX   1024u /* bytes of a record that lies in a block */

/* A key, and right behind it its value. */
struct record {
	size_t key_len;
	size_t value_len;
	bool removed;
	bool is_large; /* it was allocated for itself */
	char bytes[];
};

/*
 * Memory of many small records, which is given back with the table: to free a
 * million of them one by one takes a good part of a second.  What is replaced
 * stays where it is.
 */
struct block {
	struct block *next;
	size_t used;
	size_t size;
	_Alignas(struct record) char bytes[];
};

/* The hash stands here, so that a search looks at hardly any other record. */
struct slot {
	uint64_t hash;
	struct record *record; /* NULL: the slot is empty */
};

struct idm_changes {
	struct slot *slot; /* linear probing; never more than half full */
	size_t nslots;     /* a power of two */
	size_t count;
	struct block *block; /* the first is the one that is filled */
	uint8_t hash_key[IDM_SIPHASH_KEY];
};

enum idm_status
idm_changes_new(struct idm_changes **out, struct idm_err *err)
{
	struct idm_changes *changes = calloc(1, sizeof(*changes));

	if (changes == NULL)
		goto nomem;
	changes->nslots = SLOTS_FIRST;
	changes->slot = calloc(changes->nslots, sizeof(struct slot));
	if (changes->slot == NULL)
		goto nomem;
	/* Imported names must not be able to collide on purpose. */
	if (getrandom(changes->hash_key, sizeof(changes->hash_key), 0) !=
	    sizeof(changes->hash_key)) {
		idm_changes_free(&changes);
		return idm_fail_errno(err, "getrandom");
	}
	*out = changes;
	return IDM_OK;
nomem:
	free(changes);
	return idm_fail(err, IDM_NOMEM, "out of memory");
}

static void
give_back(struct record *record)
{
	if (record != NULL && record->is_large)
		free(record);
}

static void
free_blocks(struct idm_changes *changes)
{
	while (changes->block != NULL) {
		struct block *block = changes->block;

		changes->block = block->next;
		free(block);
	}
}

/* A table that was large once would stay so; its slots are empty now. */
static void
shrink(struct idm_changes *changes)
{
	struct slot *slot;

	if (changes->nslots <= SLOTS_KEPT)
		return;
	slot = calloc(SLOTS_FIRST, sizeof(*slot));
	if (slot == NULL)
		return;
	free(changes->slot);
	changes->slot = slot;
	changes->nslots = SLOTS_FIRST;
}

void
idm_changes_clear(struct idm_changes *changes)
{
	for (size_t i = 0; i < changes->nslots; i++) {
		give_back(changes->slot[i].record);
		changes->slot[i].record = NULL;
	}
	free_blocks(changes);
	changes->count = 0;
	shrink(changes);
}

void
idm_changes_free(struct idm_changes **changes)
{
	if (*changes == NULL)
		return;
	idm_changes_clear(*changes);
	free((*changes)->slot);
	free(*changes);
	*changes = NULL;
}

size_t
idm_changes_count(const struct idm_changes *changes)
{
	return changes->count;
}

/* The slot that holds the key, or the empty one where it would go. */
static struct slot *
find_slot(const struct idm_changes *changes, uint64_t hash, struct idm_str key)
{
	size_t mask = changes->nslots - 1;
	size_t i = (size_t)hash & mask;

	while (changes->slot[i].record != NULL) {
		const struct record *record = changes->slot[i].record;

		if (changes->slot[i].hash == hash &&
		    record->key_len == key.len &&
		    memcmp(record->bytes, key.data, key.len) == 0)
			break;
		i = (i + 1) & mask;
	}
	return &changes->slot[i];
}

static uint64_t
hash_of(const struct idm_changes *changes, struct idm_str key)
{
	return idm_siphash(changes->hash_key, key.data, key.len);
}

static struct idm_change
lend(const struct record *record)
{
	return (struct idm_change){
		.key = { .data = record->bytes, .len = record->key_len },
		.value = {
		    .data = record->bytes + record->key_len,
		    .len = record->value_len,
		},
		.removed = record->removed,
	};
}

bool
idm_changes_find(const struct idm_changes *changes, struct idm_str key,
    struct idm_change *out)
{
	const struct record *record;

	record = find_slot(changes, hash_of(changes, key), key)->record;
	if (record == NULL)
		return false;
	*out = lend(record);
	return true;
}

/* Have room for that many keys at half load. */
static enum idm_status
reserve(struct idm_changes *changes, size_t count, struct idm_err *err)
{
	const struct slot *old = changes->slot;
	size_t nold = changes->nslots;
	size_t nslots = nold;
	struct slot *slot;

	while (nslots / 2 < count)
		nslots *= 2;
	if (nslots == nold)
		return IDM_OK;
	slot = calloc(nslots, sizeof(struct slot));
	if (slot == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	for (size_t i = 0; i < nold; i++) {
		size_t at = (size_t)old[i].hash & (nslots - 1);

		if (old[i].record == NULL)
			continue;
		while (slot[at].record != NULL)
			at = (at + 1) & (nslots - 1);
		slot[at] = old[i];
	}
	free(changes->slot);
	changes->slot = slot;
	changes->nslots = nslots;
	return IDM_OK;
}

/* Put a record in its slot; there is room. */
static void
place(struct idm_changes *changes, struct record *record)
{
	struct idm_str key = { .data = record->bytes, .len = record->key_len };
	uint64_t hash = hash_of(changes, key);
	struct slot *slot = find_slot(changes, hash, key);

	if (slot->record == NULL)
		changes->count++;
	give_back(slot->record);
	*slot = (struct slot){ .hash = hash, .record = record };
}

/* The next block is twice as large as the one that is full. */
static bool
add_block(struct idm_changes *changes)
{
	size_t size = changes->block == NULL ? BLOCK_FIRST
					     : changes->block->size * 2;
	struct block *block;

	if (size > BLOCK_LAST)
		size = BLOCK_LAST;
	block = malloc(sizeof(*block) + size);
	if (block == NULL)
		return false;
	block->next = changes->block;
	block->used = 0;
	block->size = size;
	changes->block = block;
	return true;
}

/* Memory for a record of so many bytes, its head included; NULL: none. */
static struct record *
new_record(struct idm_changes *changes, size_t size)
{
	const size_t align = _Alignof(struct record);
	struct block *block = changes->block;
	struct record *record;

	if (size > SMALL_MAX) {
		record = malloc(size);
		if (record != NULL)
			record->is_large = true;
		return record;
	}
	size = (size + align - 1) / align * align;
	if (block == NULL || block->size - block->used < size) {
		if (!add_block(changes))
			return NULL;
		block = changes->block;
	}
	record = (struct record *)(void *)(block->bytes + block->used);
	record->is_large = false;
	block->used += size;
	return record;
}

static enum idm_status
note(struct idm_changes *changes, struct idm_str key, struct idm_str value,
    bool removed, struct idm_err *err)
{
	enum idm_status status = reserve(changes, changes->count + 1, err);
	struct record *record;

	if (status != IDM_OK)
		return status;
	record = new_record(changes, sizeof(*record) + key.len + value.len);
	if (record == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	record->key_len = key.len;
	record->value_len = value.len;
	record->removed = removed;
	memcpy(record->bytes, key.data, key.len);
	if (value.len > 0) /* an empty one may be NULL */
		memcpy(record->bytes + key.len, value.data, value.len);
	place(changes, record);
	return IDM_OK;
}

enum idm_status
idm_changes_put(struct idm_changes *changes, struct idm_str key,
    struct idm_str value, struct idm_err *err)
{
	return note(changes, key, value, false, err);
}

enum idm_status
idm_changes_remove(
    struct idm_changes *changes, struct idm_str key, struct idm_err *err)
{
	return note(changes, key, idm_str_of(""), true, err);
}

bool
idm_changes_next(
    const struct idm_changes *changes, size_t *at, struct idm_change *out)
{
	while (*at < changes->nslots) {
		const struct record *record = changes->slot[(*at)++].record;

		if (record != NULL) {
			*out = lend(record);
			return true;
		}
	}
	return false;
}

/* The blocks go along with the records that lie in them. */
static void
move_blocks(struct idm_changes *into, struct idm_changes *from)
{
	struct block **end = &into->block;

	/* Behind the one that is filled. */
	if (*end != NULL)
		end = &(*end)->next;
	while (from->block != NULL) {
		struct block *block = from->block;

		from->block = block->next;
		block->next = *end;
		*end = block;
		end = &block->next;
	}
}

enum idm_status
idm_changes_move(
    struct idm_changes *into, struct idm_changes *from, struct idm_err *err)
{
	enum idm_status status;

	status = reserve(into, into->count + from->count, err);
	if (status != IDM_OK)
		return status;
	for (size_t i = 0; i < from->nslots; i++) {
		struct record *record = from->slot[i].record;

		if (record == NULL)
			continue;
		from->slot[i].record = NULL;
		place(into, record);
	}
	move_blocks(into, from);
	from->count = 0;
	return IDM_OK;
}
