#include <stdlib.h>
#include <string.h>

#include "map/edit.h"
#include "map/operation.h"

static enum idm_status
add_literal(struct idm_op *op, const struct idm_entry *entry, bool *unchanged,
    struct idm_err *err)
{
	struct idm_entry there;
	struct idm_str value;
	enum idm_status status;

	status = idm_op_get(
	    op, idm_op_entry_key(op, entry->remote), &value, err);
	if (status == IDM_NOTFOUND) {
		op->set.entries++;
		return idm_op_put_literal(op, entry, err);
	}
	if (status == IDM_OK)
		status = idm_entry_read(value, &there, err);
	if (status == IDM_OK)
		status = idm_op_compare(&there, entry, unchanged, err);
	if (status == IDM_OK && !*unchanged)
		status = idm_op_put_literal(op, entry, err);
	return status;
}

/* The entries of one bucket, by the bytes of their remote names. */
struct bucket {
	struct idm_entry *entry; /* lent texts; room for one more */
	uint32_t n;
};

/* Read a bucket; one that does not exist is empty. */
static enum idm_status
load_bucket(const struct idm_op *op, struct idm_str key, struct bucket *bucket,
    struct idm_err *err)
{
	struct idm_cursor cursor;
	enum idm_status status;
	struct idm_str value;
	uint32_t n = 0;

	status = idm_op_get(op, key, &value, err);
	if (status == IDM_OK)
		status = idm_bucket_read(value, &cursor, &n, err);
	if (status != IDM_OK && status != IDM_NOTFOUND)
		return status;
	bucket->entry = calloc((size_t)n + 1, sizeof(*bucket->entry));
	if (bucket->entry == NULL)
		return idm_op_nomem(err);
	for (bucket->n = 0; bucket->n < n; bucket->n++) {
		status = idm_bucket_next(
		    &cursor, &bucket->entry[bucket->n], err);
		if (status != IDM_OK)
			return status;
	}
	return IDM_OK;
}

static uint32_t
find_in_bucket(const struct bucket *bucket, struct idm_str remote, bool *found)
{
	uint32_t i = 0;
	int order = 1;

	while (i < bucket->n) {
		order = idm_str_compare(bucket->entry[i].remote, remote);
		if (order >= 0)
			break;
		i++;
	}
	*found = i < bucket->n && order == 0;
	return i;
}

static enum idm_status
add_to_bucket(struct idm_op *op, struct bucket *bucket, struct idm_str key,
    const struct idm_entry *entry, bool *unchanged, struct idm_err *err)
{
	bool found;
	uint32_t i = find_in_bucket(bucket, entry->remote, &found);
	struct idm_entry *at = &bucket->entry[i];

	if (found) {
		enum idm_status status = idm_op_compare(
		    at, entry, unchanged, err);

		if (status != IDM_OK || *unchanged)
			return status;
	} else {
		memmove(at + 1, at, (bucket->n - i) * sizeof(*at));
		bucket->n++;
		op->set.entries++;
	}
	*at = *entry;
	return idm_op_put_bucket(op, key, bucket->entry, bucket->n, err);
}

static enum idm_status
add_pattern(struct idm_op *op, const struct idm_entry *entry,
    const struct idm_fields *fields, struct idm_shape *shape, bool *unchanged,
    struct idm_err *err)
{
	uint64_t before = op->set.entries;
	struct bucket bucket = { 0 };
	enum idm_status status;
	struct idm_str key;

	status = idm_op_count_in(op, shape, err);
	if (status != IDM_OK)
		return status;
	key = idm_op_bucket_key(op, shape, fields);
	status = load_bucket(op, key, &bucket, err);
	if (status == IDM_OK) {
		status = add_to_bucket(op, &bucket, key, entry, unchanged, err);
	}
	/* It was there before: the shape has not one more. */
	if (status == IDM_OK && op->set.entries == before) {
		bool found;

		idm_op_count_out(op, idm_op_find_shape(op, shape, &found));
	}
	free(bucket.entry);
	return status;
}

static enum idm_status
add(struct idm_op *op, const struct idm_entry *entry, bool *unchanged,
    struct idm_err *err)
{
	struct idm_fields fields;
	struct idm_shape shape;
	enum idm_status status;

	status = idm_op_classify(op, entry, &fields, &shape, err);
	if (status != IDM_OK)
		return status;
	if (idm_shape_literal(&op->set.descriptor, &shape))
		status = add_literal(op, entry, unchanged, err);
	else
		status = add_pattern(
		    op, entry, &fields, &shape, unchanged, err);
	if (status == IDM_OK && !*unchanged)
		status = idm_op_finish_ruleset(op, err);
	return status;
}

enum idm_status
idm_edit_add(struct idm_rewrite *rewrite, struct idm_ruleset_name name,
    const struct idm_entry *entry, bool *out_unchanged, struct idm_err *err)
{
	bool unchanged = false;
	struct idm_op op;
	enum idm_status status = idm_op_begin_ruleset(&op, rewrite, name, err);

	if (status == IDM_OK)
		status = add(&op, entry, &unchanged, err);
	if (status == IDM_OK)
		*out_unchanged = unchanged;
	idm_op_fini(&op);
	return status;
}

static enum idm_status
no_such_entry(struct idm_str remote, struct idm_err *err)
{
	return idm_fail(err, IDM_NOTFOUND, "no entry for %.*s", (int)remote.len,
	    remote.data);
}

static enum idm_status
delete_literal(struct idm_op *op, struct idm_str remote, struct idm_err *err)
{
	struct idm_str key = idm_op_entry_key(op, remote);
	struct idm_str value;
	enum idm_status status;

	status = idm_op_get(op, key, &value, err);
	if (status == IDM_NOTFOUND)
		return no_such_entry(remote, err);
	if (status == IDM_OK)
		status = idm_changes_remove(op->todo, key, err);
	return status;
}

static enum idm_status
delete_from_bucket(struct idm_op *op, struct bucket *bucket, struct idm_str key,
    struct idm_str remote, struct idm_err *err)
{
	bool found;
	uint32_t i = find_in_bucket(bucket, remote, &found);
	struct idm_entry *at = &bucket->entry[i];

	if (!found)
		return no_such_entry(remote, err);
	bucket->n--;
	if (bucket->n == 0)
		return idm_changes_remove(op->todo, key, err);
	memmove(at, at + 1, (bucket->n - i) * sizeof(*at));
	return idm_op_put_bucket(op, key, bucket->entry, bucket->n, err);
}

static enum idm_status
delete_pattern(struct idm_op *op, struct idm_str remote,
    const struct idm_fields *fields, const struct idm_shape *wanted,
    struct idm_err *err)
{
	struct bucket bucket = { 0 };
	enum idm_status status;
	struct idm_str key;
	bool found;
	uint32_t i = idm_op_find_shape(op, wanted, &found);

	if (!found)
		return no_such_entry(remote, err);
	key = idm_op_bucket_key(op, &op->shape[i], fields);
	status = load_bucket(op, key, &bucket, err);
	if (status == IDM_OK)
		status = delete_from_bucket(op, &bucket, key, remote, err);
	if (status == IDM_OK)
		idm_op_count_out(op, i);
	free(bucket.entry);
	return status;
}

static enum idm_status
delete_entry(struct idm_op *op, struct idm_str remote, struct idm_err *err)
{
	const struct idm_descriptor *descriptor = &op->set.descriptor;
	struct idm_fields fields;
	struct idm_shape shape;
	enum idm_status status;

	if (idm_descriptor_try(descriptor, remote, &fields) != IDM_SPLIT_GOOD)
		return no_such_entry(remote, err);
	shape = idm_shape_of(descriptor, &fields);
	if (idm_shape_literal(descriptor, &shape))
		status = delete_literal(op, remote, err);
	else
		status = delete_pattern(op, remote, &fields, &shape, err);
	if (status != IDM_OK)
		return status;
	op->set.entries--;
	return idm_op_finish_ruleset(op, err);
}

enum idm_status
idm_edit_delete(struct idm_rewrite *rewrite, struct idm_ruleset_name name,
    struct idm_str remote, struct idm_err *err)
{
	struct idm_op op;
	enum idm_status status = idm_op_begin_ruleset(&op, rewrite, name, err);

	if (status == IDM_OK)
		status = delete_entry(&op, remote, err);
	idm_op_fini(&op);
	return status;
}
