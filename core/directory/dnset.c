#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "directory/dnset.h"
#include "identity/winname.h"

struct idm_dnset {
	char **text; /* each its own, and its length */
	size_t *len;
	size_t n;
	size_t room;
	size_t max;
	uint32_t *slot; /* of text, plus one; a power of two of them */
	size_t slots;
};

#define SLOTS_FIRST 64

struct idm_dnset *
idm_dnset_new(size_t max)
{
	struct idm_dnset *set = calloc(1, sizeof(*set));

	if (set != NULL)
		set->max = max < UINT32_MAX ? max : UINT32_MAX - 1;
	return set;
}

void
idm_dnset_free(struct idm_dnset **set)
{
	if (*set == NULL)
		return;
	for (size_t i = 0; i < (*set)->n; i++)
		free((*set)->text[i]);
	free((*set)->text);
	free((*set)->len);
	free((*set)->slot);
	free(*set);
	*set = NULL;
}

/* A set dies with its question, so that FNV-1a need not be a secret one. */
static size_t
hash(struct idm_str text)
{
	uint64_t sum = 0xcbf29ce484222325u;

	for (size_t i = 0; i < text.len; i++) {
		sum ^= (unsigned char)idm_fold_ascii(text.data[i]);
		sum *= 0x100000001b3u;
	}
	return (size_t)(sum ^ sum >> 32);
}

struct idm_str
idm_dnset_at(const struct idm_dnset *set, size_t i)
{
	return (struct idm_str){ set->text[i], set->len[i] };
}

size_t
idm_dnset_count(const struct idm_dnset *set)
{
	return set->n;
}

/* Where the text is, or would be. */
static uint32_t *
find_slot(const struct idm_dnset *set, struct idm_str text)
{
	size_t at = hash(text) & (set->slots - 1);

	while (set->slot[at] != 0 &&
	    !idm_fold_ascii_equal(idm_dnset_at(set, set->slot[at] - 1), text))
		at = (at + 1) & (set->slots - 1);
	return &set->slot[at];
}

static bool
grow_slots(struct idm_dnset *set)
{
	size_t slots = set->slots == 0 ? SLOTS_FIRST : 2 * set->slots;
	uint32_t *slot = calloc(slots, sizeof(*slot));

	if (slot == NULL)
		return false;
	free(set->slot);
	set->slot = slot;
	set->slots = slots;
	for (size_t i = 0; i < set->n; i++)
		*find_slot(set, idm_dnset_at(set, i)) = (uint32_t)i + 1;
	return true;
}

static bool
grow_texts(struct idm_dnset *set)
{
	size_t room = set->room == 0 ? SLOTS_FIRST : 2 * set->room;
	char **text = reallocarray(set->text, room, sizeof(*text));
	size_t *len;

	if (text == NULL)
		return false;
	set->text = text;
	len = reallocarray(set->len, room, sizeof(*len));
	if (len == NULL)
		return false;
	set->len = len;
	set->room = room;
	return true;
}

enum idm_status
idm_dnset_add(struct idm_dnset *set, struct idm_str text, bool *is_new,
    struct idm_err *err)
{
	uint32_t *slot;
	char *copy;

	if (2 * (set->n + 1) > set->slots && !grow_slots(set))
		return idm_fail(err, IDM_NOMEM, "out of memory");
	slot = find_slot(set, text);
	*is_new = *slot == 0;
	if (!*is_new)
		return IDM_OK;
	if (set->n == set->max)
		return idm_fail(
		    err, IDM_EXHAUSTED, "more than %zu entries", set->max);
	if (set->n == set->room && !grow_texts(set))
		return idm_fail(err, IDM_NOMEM, "out of memory");
	copy = malloc(text.len + 1);
	if (copy == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	set->text[set->n] = copy;
	set->len[set->n] = text.len;
	*slot = (uint32_t)++set->n;
	return IDM_OK;
}
