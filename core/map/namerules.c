#include <limits.h>

#include "map/namerules.h"
#include "map/rulekey.h"
#include "map/rulerecord.h"
#include "map/search.h"

/* Which record the search has come to. */
enum place {
	PLACE_NAME,     /* that of this very name is next */
	PLACE_PATTERNS, /* those of wildcards are next */
	PLACE_END,
};

struct state {
	struct idm_search search;
	enum idm_status failed; /* to begin with: told by the first next() */
	bool is_to_windows;
	enum place place;
	char key[IDM_KEY_MAX];
	char memory[IDM_RULE_REMOTE_MAX];
	struct idm_str remote; /* NAME@DOMAIN or NAME, in memory */

	/* The record that is gone through. */
	struct idm_cursor rules; /* all of it */
	uint32_t n;
	unsigned order;       /* of the rules that are given now; 0: of none */
	struct idm_cursor at; /* those of it that were not looked at yet */
	uint32_t left;
};

_Static_assert(
    sizeof(struct state) <= sizeof(((struct idm_candidates *)0)->state.memory),
    "the state of a search does not fit");

static struct state *
state_of(struct idm_candidates *candidates)
{
	return (struct state *)candidates->state.memory;
}

/* The ruleset; a damaged one is told by the first idm_candidates_next(). */
static enum idm_status
find_ruleset(struct state *state, unsigned set)
{
	struct idm_search *search = &state->search;
	uint8_t nfields = state->is_to_windows ? 1 : 2;
	enum idm_status st;

	search->kind = (enum idm_ruleset_kind)idm_rule_sets[set].kind;
	search->name = idm_str_of(idm_rule_sets[set].name);
	st = idm_search_ruleset(search, NULL);
	if (st == IDM_OK && search->ruleset.descriptor.nfields != nfields)
		return IDM_CORRUPT;
	return st;
}

/* False: there are no rules of this kind. */
static bool
begin(struct idm_candidates *candidates, const struct idm_maps *maps,
    const struct idm_trace *trace, unsigned set)
{
	struct state *state = state_of(candidates);

	candidates->maps = maps;
	candidates->trace = trace;
	state->search.view = maps->map;
	state->place = PLACE_NAME;
	state->n = state->left = 0;
	state->failed = find_ruleset(state, set);
	if (state->failed == IDM_NOTFOUND)
		idm_trace_say(trace, "there are no name rules of this kind");
	return state->failed != IDM_NOTFOUND;
}

/* What stands in the buffer from a place on. */
static struct idm_str
text_from(const struct idm_buf *buf, size_t from)
{
	return (struct idm_str){ buf->data + from, buf->len - from };
}

bool
idm_candidates_to_unix(struct idm_candidates *candidates,
    const struct idm_maps *maps, struct idm_str name, struct idm_str domain,
    bool win_is_group, bool unix_is_group, const struct idm_trace *trace)
{
	struct state *state = state_of(candidates);
	struct idm_fields *fields = &state->search.fields;
	struct idm_buf buf;
	size_t at;

	state->is_to_windows = false;
	if (!begin(candidates, maps, trace,
		idm_rule_set_to_unix(win_is_group, unix_is_group)))
		return false;
	idm_buf_init_fixed(&buf, state->memory, sizeof(state->memory));
	idm_rule_key_windows(&buf, name);
	fields->nfields = 2;
	fields->field[0] = text_from(&buf, 0);
	idm_buf_put(&buf, "@", 1);
	at = buf.len;
	idm_rule_key_windows(&buf, idm_rule_domain(&maps->domains, domain));
	fields->field[1] = text_from(&buf, at);
	state->remote = text_from(&buf, 0);
	/* No rule has a name that is too long. */
	return buf.status == IDM_OK;
}

bool
idm_candidates_to_windows(struct idm_candidates *candidates,
    const struct idm_maps *maps, struct idm_str unix, bool unix_is_group,
    const struct idm_trace *trace)
{
	struct state *state = state_of(candidates);
	struct idm_fields *fields = &state->search.fields;
	struct idm_buf buf;

	state->is_to_windows = true;
	if (!begin(candidates, maps, trace,
		idm_rule_set_to_windows(unix_is_group)))
		return false;
	idm_buf_init_fixed(&buf, state->memory, sizeof(state->memory));
	idm_rule_key_unix(&buf, unix);
	fields->nfields = 1;
	fields->field[0] = text_from(&buf, 0);
	state->remote = fields->field[0];
	return buf.status == IDM_OK;
}

/* The next place where rules for the name stand. */
static enum idm_status
next_record(struct state *state, struct idm_str *value, struct idm_err *err)
{
	struct idm_search *search = &state->search;
	enum idm_status st;

	if (state->place == PLACE_NAME) {
		state->place = PLACE_PATTERNS;
		idm_search_patterns(search, state->key);
		st = idm_search_literal(search, state->remote, value, err);
		if (st != IDM_NOTFOUND)
			return st;
	}
	while (idm_search_shape(search)) {
		if (!idm_search_fits(search))
			continue;
		st = idm_search_bucket(search, value, err);
		if (st != IDM_NOTFOUND)
			return st;
	}
	st = idm_search_status(search, err);
	return st == IDM_OK ? IDM_NOTFOUND : st;
}

static bool
is_of_default_domain(
    const struct idm_domains *domains, const struct idm_namerule *rule)
{
	return domains->by_default != NULL && rule->domain.len > 0 &&
	    idm_domain_by_name(domains, rule->domain) == domains->by_default;
}

/*
 * The order of a rule among those of its record: its rank, and of wildcards
 * UNIX to Windows the default domain's first.  0: it may not stand there.
 */
static unsigned
order_of(const struct idm_candidates *candidates, const struct state *state,
    const struct idm_namerule *rule)
{
	unsigned order;

	if (!state->is_to_windows)
		return idm_namerule_rank_to_unix(rule);
	order = 2 * idm_namerule_rank_to_windows(rule);
	if (order != 0 && idm_str_is(rule->win, "*") &&
	    is_of_default_domain(&candidates->maps->domains, rule))
		order--;
	return order;
}

static enum idm_status
read_rule(const struct idm_candidates *candidates, const struct state *state,
    struct idm_cursor *at, struct idm_namerule *rule, unsigned *order,
    struct idm_err *err)
{
	enum idm_status st = idm_rule_list_next(at, rule, err);

	if (st != IDM_OK)
		return st;
	*order = order_of(candidates, state, rule);
	if (*order == 0) {
		return idm_fail(err, IDM_CORRUPT,
		    "rule %llu stands where it cannot be",
		    (unsigned long long)rule->id);
	}
	return IDM_OK;
}

/* Go through the record once more, for the rules that are next by order. */
static enum idm_status
next_order(const struct idm_candidates *candidates, struct state *state,
    struct idm_err *err)
{
	struct idm_cursor at = state->rules;
	unsigned least = UINT_MAX;

	for (uint32_t i = 0; i < state->n; i++) {
		struct idm_namerule rule;
		unsigned order;
		enum idm_status st;

		st = read_rule(candidates, state, &at, &rule, &order, err);
		if (st != IDM_OK)
			return st;
		if (order > state->order && order < least)
			least = order;
	}
	if (least == UINT_MAX)
		return IDM_NOTFOUND;
	state->order = least;
	state->at = state->rules;
	state->left = state->n;
	return IDM_OK;
}

/* The next rule of the record; IDM_NOTFOUND when all were given. */
static enum idm_status
next_in_record(const struct idm_candidates *candidates, struct state *state,
    struct idm_namerule *out, struct idm_err *err)
{
	for (;;) {
		enum idm_status st;

		while (state->left > 0) {
			unsigned order;

			state->left--;
			st = read_rule(
			    candidates, state, &state->at, out, &order, err);
			if (st != IDM_OK || order == state->order)
				return st;
		}
		st = next_order(candidates, state, err);
		if (st != IDM_OK)
			return st;
	}
}

static enum idm_status
next_rule(const struct idm_candidates *candidates, struct state *state,
    struct idm_namerule *out, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	for (;;) {
		st = next_in_record(candidates, state, out, err);
		if (st != IDM_NOTFOUND)
			return st;
		st = next_record(state, &value, err);
		if (st == IDM_OK) {
			st = idm_rule_list_read(
			    value, &state->rules, &state->n, err);
		}
		if (st != IDM_OK)
			return st;
		state->order = 0;
	}
}

/* In a function of its own, so that its memory is not on everybody's stack. */
static void __attribute__((noinline))
trace_rule(const struct idm_candidates *candidates, const struct state *state,
    const struct idm_namerule *rule)
{
	unsigned rank = state->is_to_windows
	    ? idm_namerule_rank_to_windows(rule)
	    : idm_namerule_rank_to_unix(rule);
	char memory[800];
	struct idm_buf line;

	if (candidates->trace == NULL)
		return;
	idm_buf_init_fixed(&line, memory, sizeof(memory));
	idm_namerule_put(&line, rule, false);
	/* A trace has no control characters. */
	for (size_t i = 0; i < line.len; i++) {
		if (memory[i] == '\t')
			memory[i] = ' ';
	}
	idm_trace_say(candidates->trace, "step %u: rule %llu, %s", rank,
	    (unsigned long long)rule->id, idm_buf_text(&line));
}

enum idm_status
idm_candidates_next(struct idm_candidates *candidates, struct idm_namerule *out,
    struct idm_err *err)
{
	struct state *state = state_of(candidates);
	struct idm_namerule rule;
	enum idm_status st = state->failed;

	if (st != IDM_OK)
		return idm_fail(err, st, "name rules: their record is damaged");
	st = next_rule(candidates, state, &rule, err);
	if (st == IDM_NOTFOUND) {
		idm_trace_say(candidates->trace, "no more name rules match");
		return idm_fail(err, st, "no name rule matches");
	}
	if (st != IDM_OK) {
		/* What is damaged stays so: no search goes on behind it. */
		state->failed = st;
		return idm_within(err, st, "name rules");
	}
	trace_rule(candidates, state, &rule);
	*out = rule;
	return IDM_OK;
}
