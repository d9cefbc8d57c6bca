#include <stdlib.h>
#include <string.h>

#include "map/operation.h"

#define POLICY_KEY "policy"

const char *
idm_op_kind(enum idm_ruleset_kind kind)
{
	return kind == IDM_RULESET_SCHEME ? "scheme" : "attribute";
}

enum idm_status
idm_op_nomem(struct idm_err *err)
{
	return idm_fail(err, IDM_NOMEM, "out of memory");
}

enum idm_status
idm_op_begin(struct idm_op *op, struct idm_rewrite *rewrite,
    struct idm_ruleset_name name, struct idm_err *err)
{
	*op = (struct idm_op){ .rewrite = rewrite, .name = name };
	idm_buf_init_fixed(&op->key, op->key_memory, sizeof(op->key_memory));
	idm_buf_init(&op->value, IDM_VALUE_MAX);
	return idm_changes_new(&op->todo, err);
}

void
idm_op_fini(struct idm_op *op)
{
	idm_changes_free(&op->todo);
	idm_buf_fini(&op->value);
	free(op->shape);
}

struct idm_str
idm_op_text(const struct idm_buf *buf)
{
	if (buf->status != IDM_OK)
		return idm_str_of("");
	return (struct idm_str){ .data = buf->data, .len = buf->len };
}

enum idm_status
idm_op_get(const struct idm_op *op, struct idm_str key, struct idm_str *value,
    struct idm_err *err)
{
	enum idm_status status;

	status = idm_rewrite_get(op->rewrite, key.data, key.len, value);
	if (status != IDM_OK) {
		return idm_fail(err, status, "record '%.*s': %s", (int)key.len,
		    key.data, idm_status_name(status));
	}
	return IDM_OK;
}

enum idm_status
idm_op_put(struct idm_op *op, struct idm_str key, struct idm_err *err)
{
	enum idm_status status = idm_buf_status(&op->value, err);

	if (status != IDM_OK)
		return status;
	return idm_changes_put(op->todo, key, idm_op_text(&op->value), err);
}

struct idm_buf *
idm_op_empty(struct idm_buf *buf)
{
	idm_buf_clear(buf);
	return buf;
}

struct idm_str
idm_op_ruleset_key(struct idm_op *op)
{
	idm_key_ruleset(
	    idm_op_empty(&op->key), op->name.kind, idm_str_of(op->name.name));
	return idm_op_text(&op->key);
}

struct idm_str
idm_op_entry_key(struct idm_op *op, struct idm_str remote)
{
	idm_key_entry(idm_op_empty(&op->key), op->name.kind,
	    idm_str_of(op->name.name), remote);
	return idm_op_text(&op->key);
}

struct idm_str
idm_op_bucket_key(struct idm_op *op, const struct idm_shape *shape,
    const struct idm_fields *fields)
{
	idm_key_patterns(
	    idm_op_empty(&op->key), op->name.kind, idm_str_of(op->name.name));
	/* An entry's own fields are never too short for its own shape. */
	(void)idm_key_bucket(&op->key, &op->set.descriptor, shape, fields);
	return idm_op_text(&op->key);
}

enum idm_status
idm_op_get_policy(
    const struct idm_op *op, struct idm_policy *policy, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status status;

	status = idm_op_get(op, idm_str_of(POLICY_KEY), &value, err);
	if (status == IDM_NOTFOUND) {
		*policy = idm_policy_default;
		return IDM_OK;
	}
	if (status == IDM_OK)
		status = idm_policy_read(value, policy, err);
	return status;
}

enum idm_status
idm_op_put_policy(
    struct idm_op *op, const struct idm_policy *policy, struct idm_err *err)
{
	idm_policy_write(idm_op_empty(&op->value), policy);
	return idm_op_put(op, idm_str_of(POLICY_KEY), err);
}

enum idm_status
idm_op_finish(struct idm_op *op, struct idm_err *err)
{
	struct idm_policy policy;
	enum idm_status status;

	status = idm_op_get_policy(op, &policy, err);
	if (status != IDM_OK)
		return status;
	policy.epoch++;
	status = idm_op_put_policy(op, &policy, err);
	if (status != IDM_OK)
		return status;
	return idm_rewrite_merge(op->rewrite, op->todo, err);
}

static enum idm_status
load_shapes(struct idm_op *op, struct idm_err *err)
{
	struct idm_cursor shapes = op->set.shapes;
	uint32_t n = 0;

	op->shape = calloc((size_t)op->set.nshapes + 1, sizeof(*op->shape));
	if (op->shape == NULL)
		return idm_op_nomem(err);
	while (n < op->set.nshapes &&
	    idm_ruleset_shape(&shapes, &op->set.descriptor, &op->shape[n]))
		n++;
	if (n != op->set.nshapes)
		return idm_fail(err, IDM_CORRUPT, "damaged list of shapes");
	return IDM_OK;
}

enum idm_status
idm_op_load_ruleset(struct idm_op *op, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status status;

	status = idm_op_get(op, idm_op_ruleset_key(op), &value, err);
	if (status == IDM_NOTFOUND) {
		return idm_fail(err, IDM_NOTFOUND, "no such %s: %s",
		    idm_op_kind(op->name.kind), op->name.name);
	}
	if (status == IDM_OK)
		status = idm_ruleset_read(value, &op->set, err);
	if (status == IDM_OK)
		status = load_shapes(op, err);
	return status;
}

enum idm_status
idm_op_put_ruleset(struct idm_op *op, struct idm_err *err)
{
	idm_ruleset_write(idm_op_empty(&op->value), &op->set, op->shape);
	return idm_op_put(op, idm_op_ruleset_key(op), err);
}

enum idm_status
idm_op_begin_ruleset(struct idm_op *op, struct idm_rewrite *rewrite,
    struct idm_ruleset_name name, struct idm_err *err)
{
	enum idm_status status = idm_op_begin(op, rewrite, name, err);

	if (status == IDM_OK)
		status = idm_op_load_ruleset(op, err);
	return status;
}

enum idm_status
idm_op_finish_ruleset(struct idm_op *op, struct idm_err *err)
{
	enum idm_status status = idm_op_put_ruleset(op, err);

	if (status == IDM_OK)
		status = idm_op_finish(op, err);
	return status;
}

/* What idm_rewrite_each() is to do with the records of one ruleset. */
struct removal {
	struct idm_changes *todo;
	struct idm_str prefix; /* "s/NAME/" */
};

static enum idm_status
remove_entry(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct removal *removal = context;

	(void)value;
	if (key.len < removal->prefix.len ||
	    memcmp(key.data, removal->prefix.data, removal->prefix.len) != 0)
		return IDM_OK;
	return idm_changes_remove(removal->todo, key, err);
}

enum idm_status
idm_op_remove_entries(struct idm_op *op, struct idm_err *err)
{
	struct removal removal = { .todo = op->todo };

	(void)idm_op_ruleset_key(op);
	idm_buf_put(&op->key, "/", 1);
	removal.prefix = idm_op_text(&op->key);
	return idm_rewrite_each(op->rewrite, remove_entry, &removal, err);
}

enum idm_status
idm_op_classify(const struct idm_op *op, const struct idm_entry *entry,
    struct idm_fields *fields, struct idm_shape *shape, struct idm_err *err)
{
	const struct idm_descriptor *descriptor = &op->set.descriptor;
	enum idm_status status;

	if (idm_entry_examine(descriptor, entry, err) != IDM_ENTRY_GOOD) {
		return idm_within(err, IDM_INVALID, "%.*s",
		    (int)entry->remote.len, entry->remote.data);
	}
	status = idm_descriptor_split(descriptor, entry->remote, fields, err);
	if (status == IDM_OK)
		*shape = idm_shape_of(descriptor, fields);
	return status;
}

enum idm_status
idm_op_compare(const struct idm_entry *there, const struct idm_entry *entry,
    bool *unchanged, struct idm_err *err)
{
	if (idm_str_compare(there->target, entry->target) != 0) {
		return idm_fail(err, IDM_CONFLICT,
		    "'%.*s' maps to '%.*s' already: delete that entry first",
		    (int)entry->remote.len, entry->remote.data,
		    (int)there->target.len, there->target.data);
	}
	*unchanged = there->flags == entry->flags;
	return IDM_OK;
}

enum idm_status
idm_op_put_literal(
    struct idm_op *op, const struct idm_entry *entry, struct idm_err *err)
{
	idm_entry_write(idm_op_empty(&op->value), entry);
	return idm_op_put(op, idm_op_entry_key(op, entry->remote), err);
}

uint32_t
idm_op_find_shape(
    const struct idm_op *op, const struct idm_shape *shape, bool *found)
{
	uint32_t low = 0, high = op->set.nshapes;

	*found = false;
	while (low < high && !*found) {
		uint32_t middle = low + (high - low) / 2;
		int order = idm_shape_order(
		    &op->set.descriptor, &op->shape[middle], shape);

		*found = order == 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return high;
}

/* Insert a shape at its place, with a new id and no entries. */
static enum idm_status
insert_shape(struct idm_op *op, uint32_t i, const struct idm_shape *shape,
    struct idm_err *err)
{
	struct idm_shape *grown;

	if (op->set.nshapes == IDM_SHAPES_MAX ||
	    op->set.next_shape == UINT32_MAX) {
		return idm_fail(err, IDM_EXHAUSTED,
		    "%s has %d shapes of patterns, which is the limit",
		    op->name.name, IDM_SHAPES_MAX);
	}
	grown = reallocarray(
	    op->shape, (size_t)op->set.nshapes + 1, sizeof(*grown));
	if (grown == NULL)
		return idm_op_nomem(err);
	memmove(
	    &grown[i + 1], &grown[i], (op->set.nshapes - i) * sizeof(*grown));
	grown[i] = *shape;
	grown[i].id = op->set.next_shape++;
	grown[i].entries = 0;
	op->shape = grown;
	op->set.nshapes++;
	return IDM_OK;
}

enum idm_status
idm_op_count_in(struct idm_op *op, struct idm_shape *shape, struct idm_err *err)
{
	bool found;
	uint32_t i = idm_op_find_shape(op, shape, &found);

	if (!found) {
		enum idm_status status = insert_shape(op, i, shape, err);

		if (status != IDM_OK)
			return status;
	}
	op->shape[i].entries++;
	*shape = op->shape[i];
	return IDM_OK;
}

void
idm_op_count_out(struct idm_op *op, uint32_t i)
{
	struct idm_shape *at = &op->shape[i];

	if (at->entries > 1) {
		at->entries--;
		return;
	}
	op->set.nshapes--;
	memmove(at, at + 1, (op->set.nshapes - i) * sizeof(*at));
}

enum idm_status
idm_op_put_bucket(struct idm_op *op, struct idm_str key,
    const struct idm_entry *entry, uint32_t n, struct idm_err *err)
{
	enum idm_status status;

	idm_bucket_write(idm_op_empty(&op->value), entry, n);
	status = idm_op_put(op, key, err);
	if (status == IDM_EXHAUSTED) {
		return idm_fail(err, IDM_EXHAUSTED,
		    "too many patterns like '%.*s', with the same literals",
		    (int)entry->remote.len, entry->remote.data);
	}
	return status;
}
