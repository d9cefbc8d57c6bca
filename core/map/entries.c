#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "map/entries.h"
#include "map/shape.h"

/* Two fields beside the texts: what is sorted. */
struct item {
	struct idm_entry entry;
	uint32_t rank; /* 0 for literals, then the place of the shape's rank */
};

/* A shape's id and the place of its rank among those of the ruleset. */
struct place {
	uint32_t id;
	uint32_t rank;
};

struct loader {
	char prefix_memory[IDM_SCHEME_MAX + 4];
	struct idm_buf prefix; /* "s/NAME/" */
	struct place *place;   /* sorted by id */
	uint32_t nplaces;

	/* The first walk counts, the second one fills. */
	size_t n;
	size_t text_len;
	struct item *item; /* NULL while counting */
	char *text;
};

static int
by_id(const void *a, const void *b)
{
	uint32_t left = ((const struct place *)a)->id;
	uint32_t right = ((const struct place *)b)->id;

	return (left > right) - (left < right);
}

static enum idm_status
damaged(struct idm_err *err, const char *what)
{
	return idm_fail(err, IDM_CORRUPT, "damaged: %s", what);
}

/* The ruleset has its shapes in the order of their ranks: number these. */
static enum idm_status
load_places(
    struct loader *loader, struct idm_ruleset *ruleset, struct idm_err *err)
{
	struct idm_shape shape, last = { 0 };
	uint32_t rank = 0;

	loader->place = calloc(ruleset->nshapes + 1, sizeof(struct place));
	if (loader->place == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	while (
	    idm_ruleset_shape(&ruleset->shapes, &ruleset->descriptor, &shape)) {
		if (loader->nplaces == 0 ||
		    idm_shape_compare(&ruleset->descriptor, &last, &shape) != 0)
			rank++;
		loader->place[loader->nplaces++] = (struct place){
			.id = shape.id,
			.rank = rank,
		};
		last = shape;
	}
	if (!idm_cursor_done(&ruleset->shapes))
		return damaged(err, "a shape of the ruleset");
	qsort(loader->place, loader->nplaces, sizeof(struct place), by_id);
	return IDM_OK;
}

/* The ruleset's record, and in key its key. */
static enum idm_status
read_ruleset(const struct idm_view *view, struct idm_ruleset_name name,
    struct idm_buf *key, struct idm_ruleset *ruleset, struct idm_err *err)
{
	enum idm_status status = IDM_NOTFOUND;
	struct idm_str value;

	idm_key_ruleset(key, name.kind, idm_str_of(name.name));
	if (key->status == IDM_OK)
		status = idm_view_get(view, key->data, key->len, &value);
	if (status == IDM_NOTFOUND)
		return idm_fail(err, status, "no such map");
	if (status != IDM_OK)
		return damaged(err, "the ruleset's record");
	return idm_ruleset_read(value, ruleset, err);
}

static enum idm_status
load_ruleset(struct loader *loader, const struct idm_view *view,
    struct idm_ruleset_name name, struct idm_err *err)
{
	struct idm_ruleset ruleset;
	enum idm_status status;

	idm_buf_init_fixed(&loader->prefix, loader->prefix_memory,
	    sizeof(loader->prefix_memory));
	status = read_ruleset(view, name, &loader->prefix, &ruleset, err);
	if (status != IDM_OK)
		return status;
	idm_buf_put(&loader->prefix, "/", 1);
	return load_places(loader, &ruleset, err);
}

static struct idm_str
keep_text(struct loader *loader, struct idm_str text)
{
	char *kept = loader->text + loader->text_len;

	memcpy(kept, text.data, text.len);
	return (struct idm_str){ .data = kept, .len = text.len };
}

static void
take_entry(struct loader *loader, const struct idm_entry *entry, uint32_t rank)
{
	if (loader->item != NULL) {
		struct item *item = &loader->item[loader->n];

		*item = (struct item){ .entry = *entry, .rank = rank };
		item->entry.remote = keep_text(loader, entry->remote);
		loader->text_len += entry->remote.len;
		item->entry.target = keep_text(loader, entry->target);
		loader->text_len += entry->target.len;
	} else {
		loader->text_len += entry->remote.len + entry->target.len;
	}
	loader->n++;
}

/* rest: the key behind "s/NAME/e/". */
static enum idm_status
take_literal(struct loader *loader, struct idm_str rest, struct idm_str value,
    struct idm_err *err)
{
	struct idm_entry entry;
	enum idm_status status = idm_entry_read(value, &entry, err);

	if (status != IDM_OK)
		return status;
	entry.remote = rest;
	take_entry(loader, &entry, 0);
	return IDM_OK;
}

static enum idm_status
find_rank(const struct loader *loader, struct idm_str rest, uint32_t *rank,
    struct idm_err *err)
{
	const char *end = memchr(rest.data, '/', rest.len);
	const struct place *found;
	struct place wanted;
	uint64_t id;

	if (end == NULL ||
	    idm_num_parse(rest.data, (size_t)(end - rest.data), UINT32_MAX, &id,
		NULL) != IDM_OK)
		return damaged(err, "key of a bucket");
	wanted.id = (uint32_t)id;
	found = bsearch(&wanted, loader->place, loader->nplaces,
	    sizeof(struct place), by_id);
	if (found == NULL)
		return damaged(err, "bucket of a shape that does not exist");
	*rank = found->rank;
	return IDM_OK;
}

/* rest: the key behind "s/NAME/p/". */
static enum idm_status
take_bucket(struct loader *loader, struct idm_str rest, struct idm_str value,
    struct idm_err *err)
{
	struct idm_cursor cursor;
	enum idm_status status;
	uint32_t rank = 0, n = 0;

	status = find_rank(loader, rest, &rank, err);
	if (status == IDM_OK)
		status = idm_bucket_read(value, &cursor, &n, err);
	for (uint32_t i = 0; status == IDM_OK && i < n; i++) {
		struct idm_entry entry;

		status = idm_bucket_next(&cursor, &entry, err);
		if (status == IDM_OK)
			take_entry(loader, &entry, rank);
	}
	return status;
}

static enum idm_status
take_record(struct loader *loader, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	size_t prefix = loader->prefix.len;
	struct idm_str rest;

	if (key.len < prefix + 2 + IDM_KEY_END ||
	    memcmp(key.data, loader->prefix.data, prefix) != 0)
		return IDM_OK;
	rest.data = key.data + prefix + 2;
	rest.len = key.len - prefix - 2 - IDM_KEY_END;
	if (key.data[prefix + 1] != '/')
		return IDM_OK;
	switch (key.data[prefix]) {
	case 'e':
		return take_literal(loader, rest, value, err);
	case 'p':
		return take_bucket(loader, rest, value, err);
	default:
		return IDM_OK;
	}
}

static enum idm_status
walk(struct loader *loader, const struct idm_view *view, struct idm_err *err)
{
	struct idm_walk at = { 0 };
	struct idm_str key, value;
	enum idm_status status;

	loader->n = 0;
	loader->text_len = 0;
	while (
	    (status = idm_view_next(view, &at, &key, &value, err)) == IDM_OK) {
		status = take_record(loader, key, value, err);
		if (status != IDM_OK)
			return status;
	}
	return status == IDM_NOTFOUND ? IDM_OK : status;
}

static enum idm_status
load_items(
    struct loader *loader, const struct idm_view *view, struct idm_err *err)
{
	enum idm_status status = walk(loader, view, err);

	if (status != IDM_OK)
		return status;
	/* One more of each, so that an empty ruleset is no special case. */
	loader->item = reallocarray(NULL, loader->n + 1, sizeof(struct item));
	loader->text = malloc(loader->text_len + 1);
	if (loader->item == NULL || loader->text == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	return walk(loader, view, err);
}

static int
by_order(const void *a, const void *b)
{
	const struct item *left = a, *right = b;

	if (left->rank != right->rank)
		return left->rank < right->rank ? -1 : 1;
	return idm_str_compare(left->entry.remote, right->entry.remote);
}

static enum idm_status
give_sorted(struct loader *loader, struct idm_entries *out, struct idm_err *err)
{
	struct idm_entry *entry;

	entry = reallocarray(NULL, loader->n + 1, sizeof(*entry));
	if (entry == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	qsort(loader->item, loader->n, sizeof(struct item), by_order);
	for (size_t i = 0; i < loader->n; i++)
		entry[i] = loader->item[i].entry;
	*out = (struct idm_entries){
		.entry = entry,
		.n = loader->n,
		.text = loader->text,
	};
	loader->text = NULL;
	return IDM_OK;
}

enum idm_status
idm_entries_load(const struct idm_view *view, struct idm_ruleset_name name,
    struct idm_entries *out, struct idm_err *err)
{
	struct loader loader = { 0 };
	enum idm_status status;

	status = load_ruleset(&loader, view, name, err);
	if (status == IDM_OK)
		status = load_items(&loader, view, err);
	if (status == IDM_OK)
		status = give_sorted(&loader, out, err);
	free(loader.place);
	free(loader.item);
	free(loader.text);
	if (status != IDM_OK)
		return idm_within(err, status, "%s", name.name);
	return IDM_OK;
}

void
idm_entries_free(struct idm_entries *entries)
{
	free(entries->entry);
	free(entries->text);
	*entries = (struct idm_entries){ 0 };
}

/* The key of the record in which an entry of these fields would be. */
static bool
key_of_entry(struct idm_buf *key, const struct idm_ruleset *ruleset,
    struct idm_ruleset_name name, struct idm_str remote,
    const struct idm_fields *fields, bool *is_literal)
{
	const struct idm_descriptor *descriptor = &ruleset->descriptor;
	struct idm_shape wanted = idm_shape_of(descriptor, fields);
	struct idm_cursor shapes = ruleset->shapes;
	struct idm_shape shape;

	*is_literal = idm_shape_literal(descriptor, &wanted);
	if (*is_literal) {
		idm_key_entry(key, name.kind, idm_str_of(name.name), remote);
		return true;
	}
	while (idm_ruleset_shape(&shapes, descriptor, &shape)) {
		if (idm_shape_order(descriptor, &shape, &wanted) != 0)
			continue;
		idm_key_patterns(key, name.kind, idm_str_of(name.name));
		return idm_key_bucket(key, descriptor, &shape, fields);
	}
	return false;
}

static enum idm_status
find_in_bucket(struct idm_str bucket, struct idm_str remote,
    struct idm_entry *out, struct idm_err *err)
{
	struct idm_cursor cursor;
	enum idm_status status;
	uint32_t n = 0;

	status = idm_bucket_read(bucket, &cursor, &n, err);
	for (uint32_t i = 0; status == IDM_OK && i < n; i++) {
		struct idm_entry entry;

		status = idm_bucket_next(&cursor, &entry, err);
		if (status == IDM_OK &&
		    idm_str_compare(entry.remote, remote) == 0) {
			*out = entry;
			return IDM_OK;
		}
	}
	return status == IDM_OK ? IDM_NOTFOUND : status;
}

static enum idm_status
find_entry(const struct idm_view *view, const struct idm_ruleset *ruleset,
    struct idm_ruleset_name name, struct idm_str remote, struct idm_entry *out,
    struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct idm_fields fields;
	struct idm_str value;
	enum idm_status status;
	struct idm_buf key;
	bool is_literal;

	if (idm_descriptor_try(&ruleset->descriptor, remote, &fields) !=
	    IDM_SPLIT_GOOD)
		return IDM_NOTFOUND;
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	if (!key_of_entry(&key, ruleset, name, remote, &fields, &is_literal) ||
	    key.status != IDM_OK)
		return IDM_NOTFOUND;
	status = idm_view_get(view, key.data, key.len, &value);
	if (status == IDM_NOTFOUND)
		return status;
	if (status != IDM_OK)
		return damaged(err, "record of an entry");
	if (!is_literal)
		return find_in_bucket(value, remote, out, err);
	status = idm_entry_read(value, out, err);
	if (status == IDM_OK)
		out->remote = remote;
	return status;
}

enum idm_status
idm_entries_find(const struct idm_view *view, struct idm_ruleset_name name,
    struct idm_str remote, struct idm_entry *out, struct idm_err *err)
{
	char memory[IDM_SCHEME_MAX + 4];
	struct idm_ruleset ruleset;
	enum idm_status status;
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	status = read_ruleset(view, name, &key, &ruleset, err);
	if (status != IDM_OK)
		return idm_within(err, status, "%s", name.name);
	status = find_entry(view, &ruleset, name, remote, out, err);
	if (status == IDM_NOTFOUND)
		return idm_fail(err, status, "'%s' has no entry '%.*s'",
		    name.name, (int)(remote.len < 120 ? remote.len : 120),
		    remote.data);
	return status;
}
