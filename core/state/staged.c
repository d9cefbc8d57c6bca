#include <sys/random.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "map/siphash.h"
#include "state/staged.h"

#define FIRST_SIZE 64
#define NONE       SIZE_MAX

/* A key, and right behind it its value. */
struct entry {
	uint64_t hash;
	size_t next; /* an earlier one of this place, or NONE */
	size_t key_len;
	size_t value_len;
	bool removed;
	char *bytes;
};

struct idm_staged {
	struct entry *entry;
	size_t n;
	size_t size;   /* a power of two; there are as many places */
	size_t *place; /* the latest entry of each */
	uint8_t hash_key[IDM_SIPHASH_KEY];
};

/* Put every entry in its place, oldest first, so that the latest is found. */
static void
place_all(struct idm_staged *staged)
{
	for (size_t i = 0; i < staged->size; i++)
		staged->place[i] = NONE;
	for (size_t i = 0; i < staged->n; i++) {
		size_t at = (size_t)staged->entry[i].hash & (staged->size - 1);

		staged->entry[i].next = staged->place[at];
		staged->place[at] = i;
	}
}

static enum idm_status
grow(struct idm_staged *staged, size_t size, struct idm_err *err)
{
	struct entry *entry = reallocarray(staged->entry, size, sizeof(*entry));
	size_t *place;

	if (entry == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	staged->entry = entry;
	place = reallocarray(staged->place, size, sizeof(*place));
	if (place == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	staged->place = place;
	staged->size = size;
	place_all(staged);
	return IDM_OK;
}

enum idm_status
idm_staged_new(struct idm_staged **out, struct idm_err *err)
{
	struct idm_staged *staged = calloc(1, sizeof(*staged));
	enum idm_status st;

	if (staged == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	st = grow(staged, FIRST_SIZE, err);
	/* Names must not be able to collide on purpose. */
	if (st == IDM_OK &&
	    getrandom(staged->hash_key, sizeof(staged->hash_key), 0) !=
		sizeof(staged->hash_key))
		st = idm_fail_errno(err, "getrandom");
	if (st == IDM_OK)
		*out = staged;
	else
		idm_staged_free(&staged);
	return st;
}

void
idm_staged_free(struct idm_staged **staged)
{
	if (*staged == NULL)
		return;
	for (size_t i = 0; i < (*staged)->n; i++)
		free((*staged)->entry[i].bytes);
	free((*staged)->entry);
	free((*staged)->place);
	free(*staged);
	*staged = NULL;
}

enum idm_status
idm_staged_add(struct idm_staged *staged, const struct idm_change *change,
    struct idm_err *err)
{
	struct idm_str key = change->key;
	struct idm_str value = change->value;
	enum idm_status st = IDM_OK;
	struct entry *entry;
	size_t at;
	char *bytes;

	if (staged->n == staged->size)
		st = grow(staged, staged->size * 2, err);
	if (st != IDM_OK)
		return st;
	bytes = malloc(key.len + value.len + 1);
	if (bytes == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	memcpy(bytes, key.data, key.len);
	if (value.len > 0) /* an empty one may be NULL */
		memcpy(bytes + key.len, value.data, value.len);
	entry = &staged->entry[staged->n];
	*entry = (struct entry){
		.hash = idm_siphash(staged->hash_key, key.data, key.len),
		.key_len = key.len,
		.value_len = value.len,
		.removed = change->removed,
		.bytes = bytes,
	};
	at = (size_t)entry->hash & (staged->size - 1);
	entry->next = staged->place[at];
	staged->place[at] = staged->n++;
	return IDM_OK;
}

struct idm_change
idm_staged_at(const struct idm_staged *staged, size_t i)
{
	const struct entry *entry = &staged->entry[i];

	return (struct idm_change){
		.key = { entry->bytes, entry->key_len },
		.value = { entry->bytes + entry->key_len, entry->value_len },
		.removed = entry->removed,
	};
}

bool
idm_staged_find(
    const struct idm_staged *staged, struct idm_str key, struct idm_change *out)
{
	uint64_t hash = idm_siphash(staged->hash_key, key.data, key.len);
	size_t i = staged->place[hash & (staged->size - 1)];

	for (; i != NONE; i = staged->entry[i].next) {
		struct idm_change change = idm_staged_at(staged, i);

		if (staged->entry[i].hash == hash &&
		    idm_str_compare(change.key, key) == 0) {
			*out = change;
			return true;
		}
	}
	return false;
}

size_t
idm_staged_count(const struct idm_staged *staged)
{
	return staged->n;
}

void
idm_staged_back(struct idm_staged *staged, size_t count)
{
	while (staged->n > count) {
		struct entry *last = &staged->entry[--staged->n];

		staged->place[last->hash & (staged->size - 1)] = last->next;
		free(last->bytes);
	}
}
