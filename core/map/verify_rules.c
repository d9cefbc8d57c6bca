#include <stdlib.h>
#include <string.h>

#include "map/ruleedit.h"
#include "map/search.h"
#include "map/verify_rules.h"

/* A list that is looked at. */
struct list {
	struct idm_verify_rules *verify;
	struct idm_str key; /* less its end */
	unsigned set;       /* of idm_rule_sets; IDM_RULE_SETS: none */
};

enum idm_status
idm_verify_rules_init(struct idm_verify_rules *verify,
    const struct idm_view *view, struct idm_verify_report *report,
    struct idm_err *err)
{
	struct idm_str value;

	*verify = (struct idm_verify_rules){ .view = view, .report = report };
	/* Domains that cannot be read are told elsewhere. */
	if (idm_view_get(view, IDM_DOMAINS_KEY, strlen(IDM_DOMAINS_KEY),
		&value) == IDM_OK &&
	    idm_domains_read(value, &verify->domains, NULL) != IDM_OK)
		verify->domains = (struct idm_domains){ 0 };
	return idm_changes_new(&verify->ids, err);
}

void
idm_verify_rules_fini(struct idm_verify_rules *verify)
{
	idm_changes_free(&verify->ids);
	idm_domains_free(&verify->domains);
}

#define FOUND(list, ...)                                                       \
	idm_verify_found_at((list)->verify->report, (list)->key, __VA_ARGS__)

static bool
is_to_unix(const struct list *list)
{
	return list->key.data[0] == IDM_RULESET_TO_UNIX;
}

/* The number of the ruleset that a key begins with. */
static unsigned
set_of_key(struct idm_str key)
{
	unsigned i = 0;

	for (; i < IDM_RULE_SETS; i++) {
		const char *name = idm_rule_sets[i].name;
		size_t len = strlen(name);

		if (key.data[0] == idm_rule_sets[i].kind && key.len > 2 + len &&
		    key.data[2 + len] == '/' &&
		    memcmp(key.data + 2, name, len) == 0)
			break;
	}
	return i;
}

/* Where the rule stands in the rulesets of one direction. */
static enum idm_status
place_of(const struct idm_verify_rules *verify, const struct idm_namerule *rule,
    bool to_unix, struct idm_rule_place *place)
{
	return to_unix
	    ? idm_rule_place_to_unix(&verify->domains, rule, place, NULL)
	    : idm_rule_place_to_windows(rule, place, NULL);
}

/* Have the search stand where the place's record is, and look it up. */
static enum idm_status
find_record(struct idm_search *search, const struct idm_rule_place *place,
    char memory[static IDM_KEY_MAX], struct idm_str *value)
{
	const struct idm_descriptor *descriptor = &search->ruleset.descriptor;
	struct idm_shape shape;

	if (idm_descriptor_try(descriptor, place->remote, &search->fields) !=
	    IDM_SPLIT_GOOD)
		return IDM_NOTFOUND;
	shape = idm_shape_of(descriptor, &search->fields);
	if (idm_shape_literal(descriptor, &shape))
		return idm_search_literal(search, place->remote, value, NULL);
	idm_search_patterns(search, memory);
	while (idm_search_shape(search)) {
		if (idm_shape_order(descriptor, &search->shape, &shape) == 0 &&
		    idm_search_fits(search))
			return idm_search_bucket(search, value, NULL);
	}
	return IDM_NOTFOUND;
}

/* The record where a lookup searches for the rules of this place. */
static enum idm_status
find_place(const struct idm_verify_rules *verify,
    const struct idm_rule_place *place, struct idm_str *value)
{
	struct idm_search search = {
		.view = verify->view,
		.kind = (enum idm_ruleset_kind)idm_rule_sets[place->set].kind,
		.name = idm_str_of(idm_rule_sets[place->set].name),
	};
	char memory[IDM_KEY_MAX];
	enum idm_status st = idm_search_ruleset(&search, NULL);

	if (st == IDM_OK)
		st = find_record(&search, place, memory, value);
	return st;
}

static bool
is_equal(const struct idm_namerule *a, const struct idm_namerule *b)
{
	return a->id == b->id && a->direction == b->direction &&
	    a->flags == b->flags && a->win_is_group == b->win_is_group &&
	    a->unix_is_group == b->unix_is_group && a->time == b->time &&
	    a->uid == b->uid && idm_str_compare(a->win, b->win) == 0 &&
	    idm_str_compare(a->domain, b->domain) == 0 &&
	    idm_str_compare(a->unix, b->unix) == 0;
}

static bool
has_rule(struct idm_str value, const struct idm_namerule *rule)
{
	struct idm_cursor cursor;
	struct idm_namerule at;
	bool found = false;
	uint32_t n = 0;

	if (idm_rule_list_read(value, &cursor, &n, NULL) != IDM_OK)
		return false;
	for (uint32_t i = 0; i < n && !found; i++) {
		if (idm_rule_list_next(&cursor, &at, NULL) != IDM_OK)
			break;
		found = is_equal(&at, rule);
	}
	return found;
}

/* A lookup by the rule's names must come to this very record. */
static void
check_here(const struct list *list, const struct idm_namerule *rule,
    struct idm_str value)
{
	struct idm_rule_place place;
	struct idm_str there;

	if (place_of(list->verify, rule, is_to_unix(list), &place) != IDM_OK ||
	    place.set != list->set ||
	    find_place(list->verify, &place, &there) != IDM_OK ||
	    there.data != value.data) {
		FOUND(list, "rule %llu is under the wrong key",
		    (unsigned long long)rule->id);
	}
}

/* A rule of both directions stands in two lists. */
static void
check_other(const struct list *list, const struct idm_namerule *rule)
{
	struct idm_rule_place place;
	struct idm_str there;

	if (rule->direction != IDM_RULE_BOTH)
		return;
	if (place_of(list->verify, rule, !is_to_unix(list), &place) != IDM_OK ||
	    find_place(list->verify, &place, &there) != IDM_OK ||
	    !has_rule(there, rule)) {
		FOUND(list, "rule %llu is not the same in both directions",
		    (unsigned long long)rule->id);
	}
}

/* Each rule is counted once: where it leads to UNIX, if it does. */
static void
count_rule(const struct list *list, const struct idm_namerule *rule)
{
	struct idm_verify_rules *verify = list->verify;
	struct idm_str key = { (const char *)&rule->id, sizeof(rule->id) };
	struct idm_change before;

	if (!is_to_unix(list) && rule->direction != IDM_RULE_TO_WINDOWS)
		return;
	verify->rules++;
	if (rule->id > verify->highest)
		verify->highest = rule->id;
	if (idm_changes_find(verify->ids, key, &before)) {
		FOUND(list, "there are two rules %llu",
		    (unsigned long long)rule->id);
	} else if (idm_changes_put(verify->ids, key, key, NULL) != IDM_OK) {
		verify->out_of_memory = true;
	}
}

static void
check_rule(const struct list *list, const struct idm_namerule *rule,
    struct idm_str value)
{
	struct idm_err err;

	if (idm_namerule_check(rule, &err) != IDM_OK) {
		FOUND(list, "rule %llu: %s", (unsigned long long)rule->id,
		    err.text);
		return;
	}
	if (rule->direction ==
	    (is_to_unix(list) ? IDM_RULE_TO_WINDOWS : IDM_RULE_TO_UNIX)) {
		FOUND(list, "rule %llu leads the other way",
		    (unsigned long long)rule->id);
	}
	check_here(list, rule, value);
	check_other(list, rule);
	count_rule(list, rule);
}

/* By their ranks, then by their ids; no two that exclude each other. */
static void
check_order(const struct list *list, const struct idm_namerule *last,
    const struct idm_namerule *rule)
{
	struct idm_rule_place place = { .set = list->set };
	unsigned before = idm_rule_rank_at(&place, last);
	unsigned rank = idm_rule_rank_at(&place, rule);

	if (before > rank || (before == rank && last->id >= rule->id))
		FOUND(list, "the rules are not sorted");
	if (before == rank &&
	    idm_rule_rivals(&list->verify->domains, &place, last, rule)) {
		FOUND(list, "rules %llu and %llu exclude each other",
		    (unsigned long long)last->id, (unsigned long long)rule->id);
	}
}

uint32_t
idm_verify_rules_list(
    struct idm_verify_rules *verify, struct idm_str key, struct idm_str value)
{
	struct list list = { verify, key, set_of_key(key) };
	struct idm_namerule rule, last;
	struct idm_cursor cursor;
	struct idm_err err;
	uint32_t n;

	if (list.set == IDM_RULE_SETS) {
		FOUND(&list, "there are no rules of such a kind");
		return 0;
	}
	if (idm_rule_list_read(value, &cursor, &n, &err) != IDM_OK) {
		FOUND(&list, "%s", err.text);
		return 0;
	}
	for (uint32_t i = 0; i < n; i++) {
		if (idm_rule_list_next(&cursor, &rule, &err) != IDM_OK) {
			FOUND(&list, "%s", err.text);
			return i;
		}
		check_rule(&list, &rule, value);
		if (i > 0)
			check_order(&list, &last, &rule);
		last = rule;
	}
	if (!idm_cursor_done(&cursor))
		FOUND(&list, "there are bytes behind the last rule");
	return n;
}

void
idm_verify_rules_count(
    struct idm_verify_rules *verify, struct idm_str key, struct idm_str value)
{
	struct idm_err err;

	if (idm_rule_count_read(value, &verify->count, &err) != IDM_OK) {
		idm_verify_found_at(verify->report, key, "%s", err.text);
		return;
	}
	verify->is_counted = true;
}

void
idm_verify_rules_sum(struct idm_verify_rules *verify)
{
	struct idm_str key = idm_str_of(IDM_RULES_KEY);

	if (!verify->is_counted) {
		if (verify->rules > 0)
			idm_verify_found_at(verify->report, key,
			    "is missing, and there are %llu rules",
			    (unsigned long long)verify->rules);
		return;
	}
	if (verify->count.rules != verify->rules) {
		idm_verify_found_at(verify->report, key,
		    "says %llu rules, there are %llu",
		    (unsigned long long)verify->count.rules,
		    (unsigned long long)verify->rules);
	}
	if (verify->count.next <= verify->highest) {
		idm_verify_found_at(verify->report, key,
		    "rule %llu has an id that is yet to come",
		    (unsigned long long)verify->highest);
	}
}
