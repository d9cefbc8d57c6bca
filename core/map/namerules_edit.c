#include <stdlib.h>
#include <string.h>

#include "identity/fold.h"
#include "map/namerules_edit.h"
#include "map/rulecanon.h"
#include "map/ruleedit.h"

/* ---- Add. */

static enum idm_status
conflict(const struct idm_namerule *other, struct idm_err *err)
{
	char memory[800];
	struct idm_buf line;
	char *tab;

	idm_buf_init_fixed(&line, memory, sizeof(memory) - 1);
	idm_namerule_put(&line, other, false);
	memory[line.len] = '\0';
	while ((tab = strchr(memory, '\t')) != NULL)
		*tab = ' ';
	return idm_fail(err, IDM_CONFLICT,
	    "conflicts with rule %llu, '%s': remove that one first",
	    (unsigned long long)other->id, memory);
}

/* Do the rules say the same, whatever their flags? */
static bool
is_same(const struct idm_domains *domains, const struct idm_namerule *a,
    const struct idm_namerule *b)
{
	return a->direction == b->direction &&
	    a->unix_is_group == b->unix_is_group &&
	    idm_str_compare(a->unix, b->unix) == 0 &&
	    idm_rule_same_windows(domains, a, b);
}

/*
 * Look for a rule at this place that the new one excludes.  The same rule is
 * none: *there becomes it, and its texts are lent from the map.
 */
static enum idm_status
check_place(struct idm_rule_edit *edit, const struct idm_rule_place *place,
    const struct idm_namerule *rule, struct idm_namerule *there,
    struct idm_err *err)
{
	struct idm_rule_list list;
	enum idm_status st;

	st = idm_rule_list_load(edit, place, &list, err);
	for (uint32_t i = 0; st == IDM_OK && i < list.n; i++) {
		if (!idm_rule_rivals(
			&edit->domains, place, &list.rule[i], rule))
			continue;
		if (is_same(&edit->domains, &list.rule[i], rule))
			*there = list.rule[i];
		else
			st = conflict(&list.rule[i], err);
	}
	free(list.rule);
	return st;
}

/* The places where a rule stands by its direction: one or two. */
struct places {
	struct idm_rule_place place[2];
	unsigned n;
};

static enum idm_status
find_places(const struct idm_rule_edit *edit, const struct idm_namerule *rule,
    struct places *places, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	places->n = 0;
	if (rule->direction != IDM_RULE_TO_WINDOWS) {
		st = idm_rule_place_to_unix(
		    &edit->domains, rule, &places->place[places->n++], err);
	}
	if (st == IDM_OK && rule->direction != IDM_RULE_TO_UNIX) {
		st = idm_rule_place_to_windows(
		    rule, &places->place[places->n++], err);
	}
	return st;
}

static enum idm_status
put_rule(struct idm_rule_edit *edit, const struct places *places,
    const struct idm_namerule *rule, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (unsigned i = 0; st == IDM_OK && i < places->n; i++)
		st = idm_rule_put(edit, &places->place[i], rule, err);
	return st;
}

/* The rule as it is to be stored, in *rule; a conflict is one for no flags. */
static enum idm_status
add(struct idm_rule_edit *edit, struct idm_namerule *rule, bool *unchanged,
    struct idm_err *err)
{
	struct idm_namerule there = { .id = 0 };
	struct places places;
	enum idm_status st;

	st = find_places(edit, rule, &places, err);
	for (unsigned i = 0; st == IDM_OK && i < places.n; i++)
		st = check_place(edit, &places.place[i], rule, &there, err);
	if (st != IDM_OK)
		return st;
	*unchanged = there.id != 0 &&
	    ((there.flags ^ rule->flags) & IDM_RULE_PRIVILEGED) == 0;
	if (*unchanged)
		return IDM_OK;
	rule->id = there.id;
	if (there.id == 0) {
		rule->id = edit->count.next++;
		edit->count.rules++;
	}
	return put_rule(edit, &places, rule, err);
}

struct idm_namerules_adding {
	struct idm_rule_edit edit;
	char host_memory[IDM_HOST_NAME_MAX + 1];
	const char *host;
	bool has_changed;
};

enum idm_status
idm_namerules_add_begin(struct idm_rewrite *rewrite,
    struct idm_namerules_adding **out, struct idm_err *err)
{
	struct idm_namerules_adding *adding = calloc(1, sizeof(*adding));
	enum idm_status st;

	if (adding == NULL)
		return idm_op_nomem(err);
	adding->host = idm_host_name(adding->host_memory);
	st = idm_rule_edit_begin(&adding->edit, rewrite, err);
	if (st == IDM_OK)
		*out = adding;
	else
		idm_namerules_add_free(&adding);
	return st;
}

enum idm_status
idm_namerules_add_one(struct idm_namerules_adding *adding,
    const struct idm_namerule *given, bool *out_unchanged, struct idm_err *err)
{
	struct idm_namerule rule = *given;
	bool unchanged = false;
	enum idm_status st;

	st = idm_namerule_check(&rule, err);
	if (st != IDM_OK)
		return st;
	idm_namerule_canonicalise(&rule, adding->edit.by_default, adding->host);
	st = add(&adding->edit, &rule, &unchanged, err);
	if (st != IDM_OK)
		return st;
	adding->has_changed |= !unchanged;
	*out_unchanged = unchanged;
	return IDM_OK;
}

enum idm_status
idm_namerules_add_finish(
    struct idm_namerules_adding *adding, struct idm_err *err)
{
	if (!adding->has_changed)
		return IDM_OK;
	return idm_rule_edit_finish(&adding->edit, err);
}

void
idm_namerules_add_free(struct idm_namerules_adding **adding)
{
	if (*adding == NULL)
		return;
	idm_rule_edit_fini(&(*adding)->edit);
	free(*adding);
	*adding = NULL;
}

enum idm_status
idm_namerules_add(struct idm_rewrite *rewrite, const struct idm_namerule *rule,
    bool *out_unchanged, struct idm_err *err)
{
	struct idm_namerules_adding *adding = NULL;
	bool unchanged = false;
	enum idm_status st;

	st = idm_namerules_add_begin(rewrite, &adding, err);
	if (st == IDM_OK)
		st = idm_namerules_add_one(adding, rule, &unchanged, err);
	if (st == IDM_OK)
		st = idm_namerules_add_finish(adding, err);
	if (st == IDM_OK)
		*out_unchanged = unchanged;
	idm_namerules_add_free(&adding);
	return st;
}

/* ---- Remove. */

/* What is removed, and of which rules. */
struct removal {
	struct idm_rule_edit *edit;
	const struct idm_namerule_filter *filter;
	bool has_one_direction;
	uint8_t direction; /* then: which one goes */
	size_t removed;
};

static bool
same_folded(struct idm_str a, struct idm_str b)
{
	char memory[2][2 * IDM_WINNAME_MAX];
	struct idm_buf left, right;

	idm_buf_init_fixed(&left, memory[0], sizeof(memory[0]));
	idm_buf_init_fixed(&right, memory[1], sizeof(memory[1]));
	return idm_fold_put(&left, a, NULL) == IDM_OK &&
	    idm_fold_put(&right, b, NULL) == IDM_OK &&
	    idm_str_compare(idm_op_text(&left), idm_op_text(&right)) == 0;
}

static bool
agrees_windows(const struct removal *removal, const struct idm_namerule *rule)
{
	const struct idm_namerule_filter *filter = removal->filter;
	struct idm_namerule like = *filter->like;

	if (filter->any_win_kind)
		like.win_is_group = rule->win_is_group;
	if (like.win_is_group != rule->win_is_group)
		return false;
	if (!filter->has_domain)
		return same_folded(like.win, rule->win);
	like.unix_is_group = rule->unix_is_group;
	return idm_rule_same_windows(&removal->edit->domains, &like, rule);
}

static bool
agrees(const struct removal *removal, const struct idm_namerule *rule)
{
	const struct idm_namerule_filter *filter = removal->filter;

	if (removal->has_one_direction && rule->direction != IDM_RULE_BOTH &&
	    rule->direction != removal->direction)
		return false;
	if (filter->like == NULL)
		return true;
	if (filter->has_unix &&
	    (rule->unix_is_group != filter->like->unix_is_group ||
		idm_str_compare(rule->unix, filter->like->unix) != 0))
		return false;
	return !filter->has_win || agrees_windows(removal, rule);
}

/* The whole rule goes. */
static enum idm_status
take_rule(struct idm_rule_edit *edit, const struct idm_namerule *rule,
    struct idm_err *err)
{
	struct places places;
	enum idm_status st;

	st = find_places(edit, rule, &places, err);
	for (unsigned i = 0; st == IDM_OK && i < places.n; i++)
		st = idm_rule_take(edit, &places.place[i], rule->id, err);
	edit->count.rules--;
	return st;
}

/* One direction of a rule of both goes, the other stays under its id. */
static enum idm_status
take_direction(struct idm_rule_edit *edit, const struct idm_namerule *rule,
    uint8_t direction, struct idm_err *err)
{
	struct idm_namerule rest = *rule, gone = *rule;
	struct places from, at;
	enum idm_status st;

	gone.direction = direction;
	rest.direction = direction == IDM_RULE_TO_UNIX ? IDM_RULE_TO_WINDOWS
						       : IDM_RULE_TO_UNIX;
	st = find_places(edit, &gone, &from, err);
	if (st == IDM_OK)
		st = find_places(edit, &rest, &at, err);
	if (st == IDM_OK)
		st = idm_rule_take(edit, &from.place[0], rule->id, err);
	if (st == IDM_OK)
		st = put_rule(edit, &at, &rest, err);
	return st;
}

static enum idm_status
remove_one(void *context, const struct idm_namerule *rule, struct idm_err *err)
{
	struct removal *removal = context;

	if (!agrees(removal, rule))
		return IDM_OK;
	removal->removed++;
	if (removal->has_one_direction && rule->direction == IDM_RULE_BOTH) {
		return take_direction(
		    removal->edit, rule, removal->direction, err);
	}
	return take_rule(removal->edit, rule, err);
}

/* Which direction -d, -f and -t mean, from the names that were given. */
static void
find_direction(struct removal *removal)
{
	const struct idm_namerule_filter *filter = removal->filter;
	bool from_windows = filter->has_win;

	if (filter->has_win && filter->has_unix)
		from_windows = filter->like->direction == IDM_RULE_TO_UNIX;
	removal->has_one_direction = filter->as_source ||
	    filter->as_destination;
	removal->direction = from_windows == filter->as_source
	    ? IDM_RULE_TO_UNIX
	    : IDM_RULE_TO_WINDOWS;
}

/* The rules of a place that have this direction, or any when it is both. */
static enum idm_status
gather_at(struct removal *removal, const struct idm_rule_place *place,
    struct idm_rule_list *list, struct idm_err *err)
{
	bool to_unix = idm_rule_sets[place->set].kind == IDM_RULESET_TO_UNIX;
	enum idm_status st;
	uint32_t kept = 0;

	st = idm_rule_list_load(removal->edit, place, list, err);
	for (uint32_t i = 0; st == IDM_OK && i < list->n; i++) {
		if (to_unix || list->rule[i].direction == IDM_RULE_TO_WINDOWS)
			list->rule[kept++] = list->rule[i];
	}
	list->n = kept;
	return st;
}

/*
 * The rules between two whole names stand at two places, so that nobody has to
 * go through the map.  Both lists are read before one of them is changed.
 */
static enum idm_status
remove_between(
    struct removal *removal, struct idm_namerule *like, struct idm_err *err)
{
	struct idm_rule_list list[2] = { { .rule = NULL }, { .rule = NULL } };
	const struct idm_domains *domains = &removal->edit->domains;
	struct idm_rule_place place;
	enum idm_status st = IDM_OK;

	/* Nothing leads away from a name that inhibits. */
	if (like->win.len > 0)
		st = idm_rule_place_to_unix(domains, like, &place, err);
	if (st == IDM_OK && like->win.len > 0)
		st = gather_at(removal, &place, &list[0], err);
	if (st == IDM_OK && like->unix.len > 0)
		st = idm_rule_place_to_windows(like, &place, err);
	if (st == IDM_OK && like->unix.len > 0)
		st = gather_at(removal, &place, &list[1], err);
	for (unsigned i = 0; i < IDM_COUNTOF(list); i++) {
		for (uint32_t k = 0; st == IDM_OK && k < list[i].n; k++)
			st = remove_one(removal, &list[i].rule[k], err);
	}
	free(list[0].rule);
	free(list[1].rule);
	return st;
}

static enum idm_status
remove_matching(
    struct removal *removal, struct idm_rewrite *rewrite, struct idm_err *err)
{
	const struct idm_namerule_filter *filter = removal->filter;
	struct idm_namerule like;
	enum idm_status st;

	if (filter->like == NULL || !filter->has_win || !filter->has_domain ||
	    !filter->has_unix)
		return idm_namerules_each_of(rewrite, remove_one, removal, err);
	like = *filter->like;
	st = remove_between(removal, &like, err);
	if (st == IDM_OK && filter->any_win_kind) {
		like.win_is_group = !like.win_is_group;
		st = remove_between(removal, &like, err);
	}
	return st;
}

enum idm_status
idm_namerules_remove(struct idm_rewrite *rewrite,
    const struct idm_namerule_filter *filter, size_t *removed,
    struct idm_err *err)
{
	struct idm_rule_edit edit;
	struct removal removal = { .edit = &edit, .filter = filter };
	enum idm_status st;

	find_direction(&removal);
	st = idm_rule_edit_begin(&edit, rewrite, err);
	if (st == IDM_OK)
		st = remove_matching(&removal, rewrite, err);
	if (st == IDM_OK && removal.removed > 0)
		st = idm_rule_edit_finish(&edit, err);
	if (st == IDM_OK)
		*removed = removal.removed;
	idm_rule_edit_fini(&edit);
	return st;
}

enum idm_status
idm_namerules_clear(
    struct idm_rewrite *rewrite, size_t *removed, struct idm_err *err)
{
	struct idm_rule_edit edit;
	enum idm_status st;
	size_t n = 0;

	st = idm_rule_edit_begin(&edit, rewrite, err);
	if (st == IDM_OK) {
		n = edit.count.rules;
		st = idm_rule_edit_clear(&edit, err);
	}
	/* A record of the count that is wrong goes with the rules. */
	if (st == IDM_OK && idm_changes_count(edit.op.todo) > 0)
		st = idm_rule_edit_finish(&edit, err);
	if (st == IDM_OK)
		*removed = n;
	idm_rule_edit_fini(&edit);
	return st;
}

/* ---- Domains got other names. */

struct rekeying {
	struct idm_rule_edit *edit;
	const char *host;
	size_t moved;
};

/* A name that was bare when there was no default domain has one now. */
static struct idm_namerule
complete(const struct rekeying *rekeying, const struct idm_namerule *rule)
{
	struct idm_namerule out = *rule;

	if (rule->domain.len == 0)
		idm_namerule_canonicalise(
		    &out, rekeying->edit->by_default, rekeying->host);
	return out;
}

static bool
stands_at(
    struct idm_rule_edit *edit, const struct idm_rule_place *place, uint64_t id)
{
	struct idm_rule_list list;
	bool found = false;

	if (idm_rule_list_load(edit, place, &list, NULL) != IDM_OK)
		list.n = 0;
	for (uint32_t i = 0; i < list.n; i++)
		found |= list.rule[i].id == id;
	free(list.rule);
	return found;
}

static enum idm_status
count_moved(void *context, const struct idm_namerule *rule, struct idm_err *err)
{
	struct rekeying *rekeying = context;
	struct idm_rule_place place;
	enum idm_status st;

	if (complete(rekeying, rule).domain.len != rule->domain.len) {
		rekeying->moved++;
		return IDM_OK;
	}
	if (rule->direction == IDM_RULE_TO_WINDOWS)
		return IDM_OK;
	st = idm_rule_place_to_unix(
	    &rekeying->edit->domains, rule, &place, err);
	if (st == IDM_OK && !stands_at(rekeying->edit, &place, rule->id))
		rekeying->moved++;
	return st;
}

/* Put a rule where it belongs now; two may have become one, or rivals. */
static enum idm_status
put_again(void *context, const struct idm_namerule *given, struct idm_err *err)
{
	struct rekeying *rekeying = context;
	const struct idm_namerule rule = complete(rekeying, given);
	struct idm_namerule there = { .id = 0 };
	struct idm_rule_edit *edit = rekeying->edit;
	struct places places;
	enum idm_status st;

	st = find_places(edit, &rule, &places, err);
	for (unsigned i = 0; st == IDM_OK && i < places.n; i++) {
		st = check_place(edit, &places.place[i], &rule, &there, err);
		if (st != IDM_OK) {
			st = idm_within(
			    err, st, "rule %llu", (unsigned long long)rule.id);
		}
	}
	if (st != IDM_OK || there.id != 0)
		return st;
	edit->count.rules++;
	return put_rule(edit, &places, &rule, err);
}

enum idm_status
idm_namerules_rekey(
    struct idm_rewrite *rewrite, size_t *moved, struct idm_err *err)
{
	char host[IDM_HOST_NAME_MAX + 1];
	struct idm_rule_edit edit;
	struct rekeying rekeying = {
		.edit = &edit,
		.host = idm_host_name(host),
	};
	enum idm_status st;

	st = idm_rule_edit_begin(&edit, rewrite, err);
	if (st == IDM_OK) {
		st = idm_namerules_each_of(
		    rewrite, count_moved, &rekeying, err);
	}
	if (st == IDM_OK && rekeying.moved > 0)
		st = idm_rule_edit_clear(&edit, err);
	if (st == IDM_OK && rekeying.moved > 0)
		st = idm_namerules_each_of(rewrite, put_again, &rekeying, err);
	if (st == IDM_OK && rekeying.moved > 0)
		st = idm_rule_edit_finish(&edit, err);
	if (st == IDM_OK)
		*moved = rekeying.moved;
	idm_rule_edit_fini(&edit);
	return st;
}
