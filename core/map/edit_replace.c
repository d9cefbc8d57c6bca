#include <stdint.h>
#include <stdlib.h>

#include "map/edit.h"
#include "map/operation.h"

/* A pattern on its way to its bucket. */
struct pattern {
	const struct idm_entry *entry;
	size_t key_at; /* its bucket's key, in struct patterns' pool */
	size_t key_len;
	const char *pool;
};

struct patterns {
	struct pattern *pattern;
	size_t n;
	struct idm_buf pool;
};

static struct idm_str
pattern_key(const struct pattern *pattern)
{
	return (struct idm_str){
		.data = pattern->pool + pattern->key_at,
		.len = pattern->key_len,
	};
}

static int
by_bucket(const void *a, const void *b)
{
	const struct pattern *left = a, *right = b;
	int order = idm_str_compare(pattern_key(left), pattern_key(right));

	if (order != 0)
		return order;
	return idm_str_compare(left->entry->remote, right->entry->remote);
}

/* A literal goes to its record at once; twice the same counts once. */
static enum idm_status
place_literal(
    struct idm_op *op, const struct idm_entry *entry, struct idm_err *err)
{
	struct idm_change change;
	struct idm_entry there;
	enum idm_status status;
	bool same;

	if (!idm_changes_find(
		op->todo, idm_op_entry_key(op, entry->remote), &change) ||
	    change.removed) {
		op->set.entries++;
		return idm_op_put_literal(op, entry, err);
	}
	status = idm_entry_read(change.value, &there, err);
	if (status == IDM_OK)
		status = idm_op_compare(&there, entry, &same, err);
	return status;
}

/* A pattern waits until all are there, so that each bucket is made once. */
static enum idm_status
place_pattern(struct idm_op *op, struct patterns *patterns,
    const struct idm_entry *entry, const struct idm_fields *fields,
    struct idm_shape *shape, struct idm_err *err)
{
	enum idm_status status = idm_op_count_in(op, shape, err);
	struct idm_str key;

	if (status != IDM_OK)
		return status;
	key = idm_op_bucket_key(op, shape, fields);
	patterns->pattern[patterns->n++] = (struct pattern){
		.entry = entry,
		.key_at = patterns->pool.len,
		.key_len = key.len,
	};
	idm_buf_put(&patterns->pool, key.data, key.len);
	return idm_buf_status(&patterns->pool, err);
}

static enum idm_status
place_entries(struct idm_op *op, struct patterns *patterns,
    const struct idm_entry *entry, size_t n, struct idm_err *err)
{
	enum idm_status status = IDM_OK;

	for (size_t i = 0; i < n && status == IDM_OK; i++) {
		struct idm_fields fields;
		struct idm_shape shape;

		status = idm_op_classify(op, &entry[i], &fields, &shape, err);
		if (status != IDM_OK)
			break;
		if (idm_shape_literal(&op->set.descriptor, &shape))
			status = place_literal(op, &entry[i], err);
		else
			status = place_pattern(
			    op, patterns, &entry[i], &fields, &shape, err);
	}
	return status;
}

/* One bucket of the sorted patterns: from here on those of the same key. */
static enum idm_status
place_bucket(struct idm_op *op, const struct patterns *patterns, size_t first,
    size_t *next, struct idm_err *err)
{
	struct idm_str key = pattern_key(&patterns->pattern[first]);
	struct idm_entry *entry;
	enum idm_status status;
	size_t end = first;
	uint32_t n = 0;

	while (end < patterns->n &&
	    idm_str_compare(pattern_key(&patterns->pattern[end]), key) == 0)
		end++;
	entry = calloc(end - first, sizeof(*entry));
	if (entry == NULL)
		return idm_op_nomem(err);
	for (size_t i = first; i < end; i++)
		entry[n++] = *patterns->pattern[i].entry;
	op->set.entries += n;
	*next = end;
	status = idm_op_put_bucket(op, key, entry, n, err);
	free(entry);
	return status;
}

/* An entry that is there twice was counted twice. */
static void
discount(struct idm_op *op, const struct idm_entry *entry)
{
	struct idm_fields fields;
	struct idm_shape shape;
	bool found;

	if (idm_op_classify(op, entry, &fields, &shape, NULL) == IDM_OK)
		idm_op_count_out(op, idm_op_find_shape(op, &shape, &found));
}

/* Take out what is there twice; the patterns are sorted. */
static enum idm_status
remove_duplicates(
    struct idm_op *op, struct patterns *patterns, struct idm_err *err)
{
	struct pattern *last = NULL;
	size_t kept = 0;

	for (size_t i = 0; i < patterns->n; i++) {
		struct pattern *one = &patterns->pattern[i];
		enum idm_status status;
		bool same;

		if (last == NULL || by_bucket(last, one) != 0) {
			last = &patterns->pattern[kept++];
			*last = *one;
			continue;
		}
		status = idm_op_compare(last->entry, one->entry, &same, err);
		if (status != IDM_OK)
			return status;
		discount(op, one->entry);
	}
	patterns->n = kept;
	return IDM_OK;
}

static enum idm_status
place_buckets(struct idm_op *op, struct patterns *patterns, struct idm_err *err)
{
	enum idm_status status;
	size_t at = 0;

	for (size_t i = 0; i < patterns->n; i++)
		patterns->pattern[i].pool = patterns->pool.data;
	qsort(patterns->pattern, patterns->n, sizeof(*patterns->pattern),
	    by_bucket);
	status = remove_duplicates(op, patterns, err);
	while (status == IDM_OK && at < patterns->n)
		status = place_bucket(op, patterns, at, &at, err);
	return status;
}

static enum idm_status
replace(struct idm_op *op, const struct idm_entry *entry, size_t n,
    struct idm_err *err)
{
	struct patterns patterns = { 0 };
	enum idm_status status;

	idm_buf_init(&patterns.pool, SIZE_MAX / 2);
	patterns.pattern = reallocarray(NULL, n + 1, sizeof(*patterns.pattern));
	if (patterns.pattern == NULL) {
		status = idm_op_nomem(err);
		goto out;
	}
	status = idm_op_remove_entries(op, err);
	if (status != IDM_OK)
		goto out;
	op->set.entries = 0;
	op->set.nshapes = 0;
	status = place_entries(op, &patterns, entry, n, err);
	if (status == IDM_OK)
		status = place_buckets(op, &patterns, err);
	if (status == IDM_OK)
		status = idm_op_finish_ruleset(op, err);
out:
	free(patterns.pattern);
	idm_buf_fini(&patterns.pool);
	return status;
}

enum idm_status
idm_edit_replace(struct idm_rewrite *rewrite, struct idm_ruleset_name name,
    const struct idm_entry *entry, size_t n, struct idm_err *err)
{
	struct idm_op op;
	enum idm_status status;

	status = idm_op_begin_ruleset(&op, rewrite, name, err);
	if (status == IDM_OK)
		status = replace(&op, entry, n, err);
	idm_op_fini(&op);
	return status;
}
