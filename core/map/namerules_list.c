#include <stdlib.h>

#include "map/namerules_edit.h"
#include "map/ruleedit.h"

/* All rules of a map, as they are come across. */
struct collection {
	struct idm_namerule *rule;
	size_t n;
	size_t size;
};

static enum idm_status
collect(struct collection *all, const struct idm_namerule *rule,
    struct idm_err *err)
{
	if (all->n == all->size) {
		size_t size = all->size == 0 ? 64 : all->size * 2;
		struct idm_namerule *grown = reallocarray(
		    all->rule, size, sizeof(*grown));

		if (grown == NULL)
			return idm_op_nomem(err);
		all->rule = grown;
		all->size = size;
	}
	all->rule[all->n++] = *rule;
	return IDM_OK;
}

/* A rule of both directions is taken where it is one to UNIX. */
static enum idm_status
collect_record(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct idm_cursor cursor;
	struct idm_namerule rule;
	enum idm_status st;
	uint32_t n = 0;

	if (!idm_rule_list_key(key))
		return IDM_OK;
	st = idm_rule_list_read(value, &cursor, &n, err);
	for (uint32_t i = 0; st == IDM_OK && i < n; i++) {
		st = idm_rule_list_next(&cursor, &rule, err);
		if (st == IDM_OK &&
		    (key.data[0] == IDM_RULESET_TO_UNIX ||
			rule.direction == IDM_RULE_TO_WINDOWS))
			st = collect(context, &rule, err);
	}
	if (st != IDM_OK)
		return idm_within(err, st, "a record of name rules");
	return IDM_OK;
}

static int
by_id(const void *a, const void *b)
{
	uint64_t left = ((const struct idm_namerule *)a)->id;
	uint64_t right = ((const struct idm_namerule *)b)->id;

	return (left > right) - (left < right);
}

static enum idm_status
give_sorted(struct collection *all, idm_namerule_each *each, void *context,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	if (all->n > 0)
		qsort(all->rule, all->n, sizeof(*all->rule), by_id);
	for (size_t i = 0; st == IDM_OK && i < all->n; i++)
		st = each(context, &all->rule[i], err);
	return st;
}

enum idm_status
idm_namerules_each(const struct idm_view *view, idm_namerule_each *each,
    void *context, struct idm_err *err)
{
	struct collection all = { 0 };
	struct idm_str key, value;
	struct idm_walk at = { 0 };
	enum idm_status st;

	while ((st = idm_view_next(view, &at, &key, &value, err)) == IDM_OK) {
		st = collect_record(&all, key, value, err);
		if (st != IDM_OK)
			break;
	}
	if (st == IDM_NOTFOUND)
		st = give_sorted(&all, each, context, err);
	free(all.rule);
	return st;
}

enum idm_status
idm_namerules_each_of(const struct idm_rewrite *rewrite,
    idm_namerule_each *each, void *context, struct idm_err *err)
{
	struct collection all = { 0 };
	enum idm_status st;

	st = idm_rewrite_each(rewrite, collect_record, &all, err);
	if (st == IDM_OK)
		st = give_sorted(&all, each, context, err);
	free(all.rule);
	return st;
}
