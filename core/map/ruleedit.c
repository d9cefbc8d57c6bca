#include <stdlib.h>
#include <string.h>

#include "identity/fold.h"
#include "map/host_edit.h"
#include "map/ruleedit.h"

/* ---- Begin and end. */

/* A record as the operation has made it so far. */
static enum idm_status
get_now(const struct idm_rule_edit *edit, struct idm_str key,
    struct idm_str *value, struct idm_err *err)
{
	struct idm_change change;

	if (!idm_changes_find(edit->op.todo, key, &change))
		return idm_op_get(&edit->op, key, value, err);
	if (change.removed)
		return IDM_NOTFOUND;
	*value = change.value;
	return IDM_OK;
}

static enum idm_status
load_domains(struct idm_rule_edit *edit, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_op_get(&edit->op, idm_str_of(IDM_DOMAINS_KEY), &value, err);
	if (st == IDM_OK)
		st = idm_domains_read(value, &edit->domains, err);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	return idm_default_domain_of(
	    edit->op.rewrite, &edit->domains, edit->by_default, err);
}

static enum idm_status
load_count(struct idm_rule_edit *edit, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	edit->count = (struct idm_rule_count){ .rules = 0, .next = 1 };
	st = idm_op_get(&edit->op, idm_str_of(IDM_RULES_KEY), &value, err);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st == IDM_OK)
		st = idm_rule_count_read(value, &edit->count, err);
	return st;
}

enum idm_status
idm_rule_edit_begin(struct idm_rule_edit *edit, struct idm_rewrite *rewrite,
    struct idm_err *err)
{
	struct idm_ruleset_name none = { .name = "" };
	enum idm_status st;

	memset(edit, 0, sizeof(*edit));
	edit->now = IDM_RULE_SETS;
	st = idm_op_begin(&edit->op, rewrite, none, err);
	if (st == IDM_OK)
		st = load_domains(edit, err);
	if (st == IDM_OK)
		st = load_count(edit, err);
	return st;
}

/* The ruleset that the operation has goes to its place among the others. */
static void
park(struct idm_rule_edit *edit)
{
	if (edit->now == IDM_RULE_SETS)
		return;
	edit->parked[edit->now].set = edit->op.set;
	edit->parked[edit->now].shape = edit->op.shape;
	edit->op.shape = NULL;
	edit->now = IDM_RULE_SETS;
}

void
idm_rule_edit_fini(struct idm_rule_edit *edit)
{
	park(edit);
	for (unsigned i = 0; i < IDM_RULE_SETS; i++)
		free(edit->parked[i].shape);
	idm_domains_free(&edit->domains);
	idm_op_fini(&edit->op);
}

/* A ruleset that has no record yet. */
static enum idm_status
make_set(struct idm_rule_edit *edit, unsigned set, struct idm_err *err)
{
	edit->op.set = (struct idm_ruleset){
		.kind = (uint8_t)idm_rule_sets[set].kind,
	};
	return idm_descriptor_parse(idm_str_of(idm_rule_sets[set].descriptor),
	    &edit->op.set.descriptor, err);
}

/* Have this ruleset in edit->op. */
static enum idm_status
turn_to(struct idm_rule_edit *edit, unsigned set, struct idm_err *err)
{
	struct idm_parked_set *parked = &edit->parked[set];
	enum idm_status st = IDM_OK;

	if (edit->now == set)
		return IDM_OK;
	park(edit);
	edit->op.name = (struct idm_ruleset_name){
		.kind = (enum idm_ruleset_kind)idm_rule_sets[set].kind,
		.name = idm_rule_sets[set].name,
	};
	if (parked->is_loaded) {
		edit->op.set = parked->set;
		edit->op.shape = parked->shape;
		parked->shape = NULL;
	} else {
		st = idm_op_load_ruleset(&edit->op, err);
		parked->is_stored = st != IDM_NOTFOUND;
		if (st == IDM_NOTFOUND)
			st = make_set(edit, set, err);
		parked->is_loaded = st == IDM_OK;
	}
	if (st == IDM_OK)
		edit->now = set;
	return st;
}

/* A ruleset without rules has no record: that is how readers see it. */
static enum idm_status
finish_set(struct idm_rule_edit *edit, unsigned set, struct idm_err *err)
{
	enum idm_status st = turn_to(edit, set, err);

	if (st != IDM_OK)
		return st;
	if (edit->op.set.entries > 0)
		return idm_op_put_ruleset(&edit->op, err);
	if (!edit->parked[set].is_stored)
		return IDM_OK;
	return idm_changes_remove(
	    edit->op.todo, idm_op_ruleset_key(&edit->op), err);
}

enum idm_status
idm_rule_edit_finish(struct idm_rule_edit *edit, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (unsigned i = 0; st == IDM_OK && i < IDM_RULE_SETS; i++) {
		if (edit->parked[i].is_loaded)
			st = finish_set(edit, i, err);
	}
	if (st != IDM_OK)
		return st;
	idm_rule_count_write(idm_op_empty(&edit->op.value), &edit->count);
	st = idm_op_put(&edit->op, idm_str_of(IDM_RULES_KEY), err);
	if (st == IDM_OK)
		st = idm_op_finish(&edit->op, err);
	return st;
}

/* ---- Places. */

/* Append a Windows name or domain as keys have it. */
static enum idm_status
put_windows(struct idm_buf *key, struct idm_str part, struct idm_err *err)
{
	char memory[2 * IDM_WINNAME_MAX];
	struct idm_buf folded;
	enum idm_status st;

	if (idm_str_is(part, "*")) {
		idm_buf_put(key, "*", 1);
		return IDM_OK;
	}
	idm_buf_init_fixed(&folded, memory, sizeof(memory));
	st = idm_fold_put(&folded, part, err);
	if (st == IDM_OK)
		st = idm_buf_status(&folded, err);
	if (st == IDM_OK)
		idm_rule_key_windows(key, idm_op_text(&folded));
	return st;
}

/* A domain, by the one name it has here. */
static enum idm_status
put_domain(const struct idm_domains *domains, struct idm_buf *key,
    struct idm_str domain, struct idm_err *err)
{
	return put_windows(key, idm_rule_domain(domains, domain), err);
}

static enum idm_status
finish_place(const struct idm_buf *key, struct idm_rule_place *place,
    struct idm_err *err)
{
	if (key->status != IDM_OK || key->len > IDM_REMOTE_MAX) {
		return idm_fail(err, IDM_INVALID,
		    "the name and its domain are too long, or have too many "
		    "of %% * ? [");
	}
	place->remote = idm_op_text(key);
	return IDM_OK;
}

enum idm_status
idm_rule_place_to_unix(const struct idm_domains *domains,
    const struct idm_namerule *rule, struct idm_rule_place *place,
    struct idm_err *err)
{
	enum idm_status st;
	struct idm_buf key;

	place->set = idm_rule_set_to_unix(
	    rule->win_is_group, rule->unix_is_group);
	idm_buf_init_fixed(&key, place->memory, sizeof(place->memory));
	st = put_windows(&key, rule->win, err);
	idm_buf_put(&key, "@", 1);
	if (st == IDM_OK)
		st = put_domain(domains, &key, rule->domain, err);
	if (st == IDM_OK)
		st = finish_place(&key, place, err);
	return st;
}

enum idm_status
idm_rule_place_to_windows(const struct idm_namerule *rule,
    struct idm_rule_place *place, struct idm_err *err)
{
	struct idm_buf key;

	place->set = idm_rule_set_to_windows(rule->unix_is_group);
	idm_buf_init_fixed(&key, place->memory, sizeof(place->memory));
	if (idm_str_is(rule->unix, "*"))
		idm_buf_put(&key, "*", 1);
	else
		idm_rule_key_unix(&key, rule->unix);
	return finish_place(&key, place, err);
}

bool
idm_rule_same_windows(const struct idm_domains *domains,
    const struct idm_namerule *a, const struct idm_namerule *b)
{
	struct idm_rule_place one, other;

	return a->win_is_group == b->win_is_group &&
	    idm_rule_place_to_unix(domains, a, &one, NULL) == IDM_OK &&
	    idm_rule_place_to_unix(domains, b, &other, NULL) == IDM_OK &&
	    idm_str_compare(one.remote, other.remote) == 0;
}

unsigned
idm_rule_rank_at(
    const struct idm_rule_place *place, const struct idm_namerule *rule)
{
	return idm_rule_sets[place->set].kind == IDM_RULESET_TO_UNIX
	    ? idm_namerule_rank_to_unix(rule)
	    : idm_namerule_rank_to_windows(rule);
}

bool
idm_rule_rivals(const struct idm_domains *domains,
    const struct idm_rule_place *place, const struct idm_namerule *a,
    const struct idm_namerule *b)
{
	if (idm_rule_rank_at(place, a) != idm_rule_rank_at(place, b))
		return false;
	return !idm_str_is(a->unix, "*") || !idm_str_is(a->win, "*") ||
	    idm_rule_same_windows(domains, a, b);
}

/* ---- The lists of rules at the places. */

/* Which shape the place has in its ruleset, which op has. */
static enum idm_status
classify(const struct idm_rule_edit *edit, const struct idm_rule_place *place,
    struct idm_fields *fields, struct idm_shape *shape, bool *is_literal,
    struct idm_err *err)
{
	const struct idm_descriptor *descriptor = &edit->op.set.descriptor;
	enum idm_status st;

	st = idm_descriptor_split(descriptor, place->remote, fields, err);
	if (st != IDM_OK)
		return st;
	*shape = idm_shape_of(descriptor, fields);
	*is_literal = idm_shape_literal(descriptor, shape);
	return IDM_OK;
}

/*
 * The key of a place's record, in op.key.  Of wildcards whose shape there is
 * none of yet the key is empty, which no record has.
 */
static enum idm_status
find_key(struct idm_rule_edit *edit, const struct idm_rule_place *place,
    struct idm_str *key, struct idm_err *err)
{
	struct idm_fields fields;
	struct idm_shape shape;
	bool is_literal, found;
	enum idm_status st;
	uint32_t i;

	st = turn_to(edit, place->set, err);
	if (st == IDM_OK)
		st = classify(edit, place, &fields, &shape, &is_literal, err);
	if (st != IDM_OK)
		return st;
	if (is_literal) {
		*key = idm_op_entry_key(&edit->op, place->remote);
		return IDM_OK;
	}
	i = idm_op_find_shape(&edit->op, &shape, &found);
	*key = found ? idm_op_bucket_key(&edit->op, &edit->op.shape[i], &fields)
		     : idm_str_of("");
	return IDM_OK;
}

enum idm_status
idm_rule_list_load(struct idm_rule_edit *edit,
    const struct idm_rule_place *place, struct idm_rule_list *list,
    struct idm_err *err)
{
	struct idm_str key = idm_str_of(""), value;
	struct idm_cursor cursor;
	enum idm_status st;
	uint32_t n = 0;

	list->rule = NULL;
	list->n = 0;
	st = find_key(edit, place, &key, err);
	if (st == IDM_OK)
		st = get_now(edit, key, &value, err);
	if (st == IDM_OK)
		st = idm_rule_list_read(value, &cursor, &n, err);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	list->rule = calloc((size_t)n + 1, sizeof(*list->rule));
	if (list->rule == NULL)
		return idm_op_nomem(err);
	for (; list->n < n; list->n++) {
		st = idm_rule_list_next(&cursor, &list->rule[list->n], err);
		if (st != IDM_OK)
			return st;
	}
	return IDM_OK;
}

/* Store a list; an empty one has no record. */
static enum idm_status
store_list(struct idm_rule_edit *edit, const struct idm_rule_place *place,
    const struct idm_rule_list *list, struct idm_err *err)
{
	enum idm_status st;
	struct idm_str key;

	st = find_key(edit, place, &key, err);
	if (st != IDM_OK)
		return st;
	if (list->n == 0)
		return idm_changes_remove(edit->op.todo, key, err);
	idm_rule_list_write(idm_op_empty(&edit->op.value), list->rule, list->n);
	return idm_op_put(&edit->op, key, err);
}

/* One rule more: the ruleset counts it, and its shape when it is a wildcard. */
static enum idm_status
count_in(struct idm_rule_edit *edit, const struct idm_rule_place *place,
    struct idm_err *err)
{
	struct idm_fields fields;
	struct idm_shape shape;
	enum idm_status st;
	bool is_literal;

	st = turn_to(edit, place->set, err);
	if (st == IDM_OK)
		st = classify(edit, place, &fields, &shape, &is_literal, err);
	if (st == IDM_OK && !is_literal)
		st = idm_op_count_in(&edit->op, &shape, err);
	if (st == IDM_OK)
		edit->op.set.entries++;
	return st;
}

/* One less; the record was stored before, while its shape was there. */
static enum idm_status
count_out(struct idm_rule_edit *edit, const struct idm_rule_place *place,
    struct idm_err *err)
{
	struct idm_fields fields;
	struct idm_shape shape;
	bool is_literal, found;
	enum idm_status st;

	st = classify(edit, place, &fields, &shape, &is_literal, err);
	if (st != IDM_OK)
		return st;
	if (!is_literal)
		idm_op_count_out(
		    &edit->op, idm_op_find_shape(&edit->op, &shape, &found));
	edit->op.set.entries--;
	return IDM_OK;
}

/* Where the rule stands in the list, or would stand. */
static uint32_t
find_in_list(const struct idm_rule_place *place,
    const struct idm_rule_list *list, const struct idm_namerule *rule)
{
	unsigned rank = idm_rule_rank_at(place, rule);
	uint32_t i = 0;

	while (i < list->n) {
		const struct idm_namerule *at = &list->rule[i];
		unsigned other = idm_rule_rank_at(place, at);

		if (other > rank || (other == rank && at->id >= rule->id))
			break;
		i++;
	}
	return i;
}

enum idm_status
idm_rule_put(struct idm_rule_edit *edit, const struct idm_rule_place *place,
    const struct idm_namerule *rule, struct idm_err *err)
{
	struct idm_rule_list list;
	enum idm_status st;
	uint32_t i;

	st = idm_rule_list_load(edit, place, &list, err);
	if (st != IDM_OK)
		goto out;
	i = find_in_list(place, &list, rule);
	if (i == list.n || list.rule[i].id != rule->id) {
		memmove(&list.rule[i + 1], &list.rule[i],
		    (list.n - i) * sizeof(*list.rule));
		list.n++;
		st = count_in(edit, place, err);
	}
	list.rule[i] = *rule;
	if (st == IDM_OK)
		st = store_list(edit, place, &list, err);
out:
	free(list.rule);
	return st;
}

enum idm_status
idm_rule_take(struct idm_rule_edit *edit, const struct idm_rule_place *place,
    uint64_t id, struct idm_err *err)
{
	struct idm_rule_list list;
	enum idm_status st;
	uint32_t i = 0;

	st = idm_rule_list_load(edit, place, &list, err);
	if (st != IDM_OK)
		goto out;
	while (i < list.n && list.rule[i].id != id)
		i++;
	if (i == list.n) {
		st = idm_fail(err, IDM_CORRUPT,
		    "rule %llu is not where it must be: see \"idmap verify\"",
		    (unsigned long long)id);
		goto out;
	}
	list.n--;
	memmove(&list.rule[i], &list.rule[i + 1],
	    (list.n - i) * sizeof(*list.rule));
	st = store_list(edit, place, &list, err);
	if (st == IDM_OK)
		st = count_out(edit, place, err);
out:
	free(list.rule);
	return st;
}

/* ---- All of them. */

bool
idm_rule_list_key(struct idm_str key)
{
	return key.len > 2 && key.data[1] == '/' &&
	    (key.data[0] == IDM_RULESET_TO_UNIX ||
		key.data[0] == IDM_RULESET_TO_WINDOWS) &&
	    memchr(key.data + 2, '/', key.len - 2) != NULL;
}

static enum idm_status
remove_list(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct idm_rule_edit *edit = context;

	(void)value;
	if (!idm_rule_list_key(key))
		return IDM_OK;
	return idm_changes_remove(edit->op.todo, key, err);
}

enum idm_status
idm_rule_edit_clear(struct idm_rule_edit *edit, struct idm_err *err)
{
	enum idm_status st;

	st = idm_rewrite_each(edit->op.rewrite, remove_list, edit, err);
	for (unsigned i = 0; st == IDM_OK && i < IDM_RULE_SETS; i++) {
		st = turn_to(edit, i, err);
		edit->op.set.entries = 0;
		edit->op.set.nshapes = 0;
	}
	edit->count.rules = 0;
	return st;
}
