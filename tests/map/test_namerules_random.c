/*
 * Random name rules, compared with Solaris' two lists as its manual writes
 * them down: step by step, over all rules in the order of adding, without
 * ranks, keys, shapes or folding libraries.
 */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/random.h"
#include "tests/ruletext.h"
#include "tests/unit.h"

#include "map/domain.h"
#include "map/namerules.h"
#include "map/namerules_edit.h"
#include "map/verify.h"

enum { ROUNDS = 120, CHANGES = 40, RULES_MAX = 200, STEPS = 10 };

/* ---- Names: few of them, so that they meet; and what they are in truth. */

struct name {
	const char *text;
	const char *is; /* without case */
};

static const struct name names[] = {
	{ "a", "a" },
	{ "A", "a" },
	{ "ab", "ab" },
	{ "aB", "ab" },
	{ "a?", "a?" },
	{ "[a]", "[a]" },
	{ "%2a", "%2a" },
	{ "\xc3\x89", "\xc3\xa9" },
	{ "\xc3\xa9", "\xc3\xa9" },
};
static const struct name domains[] = {
	{ "CORP", "corp" },
	{ "corp", "corp" },
	{ "corp.example", "corp" },
	{ "Corp.Example", "corp" },
	{ "OLD", "corp" },
	{ "eu", "eu" },
	{ "EU2", "eu" },
	{ "eu.corp.example", "eu" },
	{ "other", "other" },
	{ "OTHER", "other" },
	{ "[d]", "[d]" },
};
static const char *const accounts[] = { "a", "A", "ab", "a?", "[a]",
	"\xc3\xa9" };

static const struct idm_domain configured[] = {
	{ .name = "corp",
	    .dns = "corp.example",
	    .netbios = "CORP",
	    .alias = { "old" },
	    .naliases = 1 },
	{ .name = "eu", .dns = "eu.corp.example", .netbios = "EU2" },
};

/* ---- The rules as the test knows them. */

struct rule {
	uint64_t id;
	uint8_t direction;
	bool win_is_group, unix_is_group;
	const char *win;    /* in truth; "*", "" */
	const char *domain; /* in truth; "*" */
	const char *unix;   /* "*", "" */
};

struct world {
	struct dice dice;
	struct rule rule[RULES_MAX];
	unsigned n;
	uint64_t next;
	const char *by_default; /* a domain in truth, or NULL */
	bool exists[IDM_COUNTOF(accounts)];
};

static struct fixture fixture;

static bool
same(const char *a, const char *b)
{
	return strcmp(a, b) == 0;
}

static bool
is_any(const char *text)
{
	return same(text, "*");
}

/* Is a rule of Windows to UNIX the subject of this line of the manual? */
static bool
is_step_to_unix(unsigned step, const struct rule *rule, const char *name,
    const char *domain)
{
	bool name_domain = same(rule->win, name) && same(rule->domain, domain);
	bool name_any = same(rule->win, name) && is_any(rule->domain);
	bool any_domain = is_any(rule->win) && same(rule->domain, domain);
	bool any_any = is_any(rule->win) && is_any(rule->domain);
	bool to_none = same(rule->unix, "");
	bool to_any = is_any(rule->unix);
	bool to_name = !to_none && !to_any;

	switch (step) {
	case 1:
		return name_domain && to_none;
	case 2:
		return name_domain && to_name;
	case 3:
		return name_any && to_none;
	case 4:
		return name_any && to_name;
	case 5:
		return any_domain && to_any;
	case 6:
		return any_domain && to_none;
	case 7:
		return any_domain && to_name;
	case 8:
		return any_any && to_any;
	case 9:
		return any_any && to_none;
	default:
		return any_any && to_name;
	}
}

/* The same UNIX to Windows, diagonal lines behind straight ones. */
static bool
is_step_to_windows(unsigned step, const struct rule *rule, const char *name)
{
	bool diagonal = rule->win_is_group != rule->unix_is_group;
	bool from_name = same(rule->unix, name);
	bool from_any = is_any(rule->unix);
	bool to_none = same(rule->win, "");
	bool to_any = is_any(rule->win);
	bool to_name = !to_none && !to_any;

	switch (step) {
	case 1:
		return from_name && to_none && !diagonal;
	case 2:
		return from_name && to_name && !diagonal;
	case 3:
		return from_name && to_none && diagonal;
	case 4:
		return from_name && to_name && diagonal;
	case 5:
		return from_any && to_any && !diagonal;
	case 6:
		return from_any && to_any && diagonal;
	case 7:
		return from_any && to_none && !diagonal;
	case 8:
		return from_any && to_name && !diagonal;
	case 9:
		return from_any && to_none && diagonal;
	default:
		return from_any && to_name && diagonal;
	}
}

/* What an answer is: a name, refused, or nothing that a rule could say. */
struct answer {
	char ids[800]; /* of all candidates, in their order */
	char text[40]; /* what the first that decides gives */
};

static void
note(struct answer *answer, uint64_t id)
{
	size_t len = strlen(answer->ids);

	(void)snprintf(answer->ids + len, sizeof(answer->ids) - len, "%llu ",
	    (unsigned long long)id);
}

static bool
account_exists(const struct world *world, const char *name)
{
	for (size_t i = 0; i < IDM_COUNTOF(accounts); i++) {
		if (same(accounts[i], name))
			return world->exists[i];
	}
	return false;
}

/*
 * What a matching rule does: inhibits; gives its name, whether or not there is
 * such an account; or gives the name asked for, if there is.
 */
static void
decide(const struct world *world, struct answer *answer, const char *target,
    const char *own)
{
	if (answer->text[0] != '\0')
		return;
	if (same(target, ""))
		(void)snprintf(answer->text, sizeof(answer->text), "inhibited");
	else if (!is_any(target))
		(void)snprintf(
		    answer->text, sizeof(answer->text), "=%s", target);
	else if (account_exists(world, own))
		(void)snprintf(answer->text, sizeof(answer->text), "=%s", own);
}

static struct answer
expect_to_unix(const struct world *world, const char *name, const char *domain,
    bool win_is_group, bool unix_is_group)
{
	struct answer answer = { .ids = "" };

	for (unsigned step = 1; step <= STEPS; step++) {
		for (unsigned i = 0; i < world->n; i++) {
			const struct rule *rule = &world->rule[i];

			if (rule->direction == IDM_RULE_TO_WINDOWS ||
			    rule->win_is_group != win_is_group ||
			    rule->unix_is_group != unix_is_group ||
			    !is_step_to_unix(step, rule, name, domain))
				continue;
			note(&answer, rule->id);
			decide(world, &answer, rule->unix, name);
		}
	}
	return answer;
}

static struct answer
expect_to_windows(const struct world *world, const char *name, bool is_group)
{
	struct answer answer = { .ids = "" };

	/* Of wildcards the default domain's come first. */
	for (unsigned step = 2; step < 2 * STEPS + 2; step++) {
		for (unsigned i = 0; i < world->n; i++) {
			const struct rule *rule = &world->rule[i];
			bool first = is_any(rule->win) &&
			    world->by_default != NULL &&
			    same(rule->domain, world->by_default);

			if (rule->direction == IDM_RULE_TO_UNIX ||
			    rule->unix_is_group != is_group ||
			    first != (step % 2 == 0) ||
			    !is_step_to_windows(step / 2, rule, name))
				continue;
			note(&answer, rule->id);
			decide(world, &answer, rule->win, name);
		}
	}
	return answer;
}

/* ---- What the engine says. */

static struct answer
ask(const struct world *world, struct idm_candidates *candidates, bool any,
    bool to_unix, const char *own)
{
	struct answer answer = { .ids = "" };
	struct idm_namerule rule;
	enum idm_status st = IDM_NOTFOUND;
	struct idm_err err;
	char target[40];

	while (any &&
	    (st = idm_candidates_next(candidates, &rule, &err)) == IDM_OK) {
		struct idm_str text = to_unix ? rule.unix : rule.win;

		note(&answer, rule.id);
		(void)snprintf(
		    target, sizeof(target), "%.*s", (int)text.len, text.data);
		for (size_t i = 0; !to_unix && i < IDM_COUNTOF(names); i++) {
			if (same(target, names[i].text)) {
				(void)snprintf(
				    target, sizeof(target), "%s", names[i].is);
				break;
			}
		}
		decide(world, &answer, target, own);
	}
	assert_int_equal(st, IDM_NOTFOUND);
	return answer;
}

static void
assert_same(const struct answer *found, const struct answer *expected,
    const char *name, const char *domain)
{
	if (!same(found->ids, expected->ids) ||
	    !same(found->text, expected->text)) {
		fail_msg("%s@%s: rules %s(%s), must be %s(%s)", name, domain,
		    found->ids, found->text, expected->ids, expected->text);
	}
}

/* A name as the caller folds it: Unicode's letters wholly, ASCII's maybe. */
static const char *
as_asked(const struct name *name)
{
	return (unsigned char)name->text[0] < 0x80 ? name->text : name->is;
}

static void
compare_to_unix(const struct world *world, const struct idm_maps *maps,
    const struct name *name, const struct name *domain, unsigned kinds)
{
	bool win_is_group = (kinds & 1) != 0, unix_is_group = (kinds & 2) != 0;
	struct idm_candidates candidates;
	struct answer expected, found;
	bool any;

	expected = expect_to_unix(
	    world, name->is, domain->is, win_is_group, unix_is_group);
	any = idm_candidates_to_unix(&candidates, maps,
	    idm_str_of(as_asked(name)), idm_str_of(domain->text), win_is_group,
	    unix_is_group, NULL);
	found = ask(world, &candidates, any, true, name->is);
	assert_same(&found, &expected, name->text, domain->text);
}

static void
compare_to_windows(const struct world *world, const struct idm_maps *maps,
    const char *name, bool is_group)
{
	struct answer expected = expect_to_windows(world, name, is_group);
	struct idm_candidates candidates;
	struct answer found;
	bool any;

	any = idm_candidates_to_windows(
	    &candidates, maps, idm_str_of(name), is_group, NULL);
	found = ask(world, &candidates, any, false, name);
	assert_same(&found, &expected, name, is_group ? "group" : "user");
}

static void
compare(const struct world *world)
{
	struct idm_maps *maps;
	struct idm_err err;

	assert_good(
	    idm_maps_open(fixture.dir, fixture.owner, &maps, &err), err);
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		for (size_t k = 0; k < 4 * IDM_COUNTOF(domains); k++) {
			compare_to_unix(
			    world, maps, &names[i], &domains[k / 4], k % 4);
		}
	}
	for (size_t i = 0; i < 2 * IDM_COUNTOF(accounts); i++)
		compare_to_windows(world, maps, accounts[i / 2], i % 2);
	idm_maps_close(&maps);
}

/* ---- Random rules. */

static struct idm_namerule
random_rule(struct world *world, struct rule *truth)
{
	const struct name
	    *name = &names[roll(&world->dice, IDM_COUNTOF(names))];
	const struct name
	    *domain = &domains[roll(&world->dice, IDM_COUNTOF(domains))];
	const char
	    *account = accounts[roll(&world->dice, IDM_COUNTOF(accounts))];
	static const struct name any = { "*", "*" }, none = { "", "" };

	if (roll(&world->dice, 3) == 0)
		name = &any;
	if (roll(&world->dice, 4) == 0)
		domain = &any;
	if (roll(&world->dice, 8) == 0)
		name = domain = &none;
	if (roll(&world->dice, 3) == 0)
		account = roll(&world->dice, 2) == 0 ? "" : "*";
	*truth = (struct rule){
		.direction = (uint8_t)roll(&world->dice, 3),
		.win_is_group = roll(&world->dice, 3) == 0,
		.unix_is_group = roll(&world->dice, 3) == 0,
		.win = name->is,
		.domain = domain->is,
		.unix = account,
	};
	return (struct idm_namerule){
		.direction = truth->direction,
		.flags = roll(&world->dice, 2) == 0 ? IDM_RULE_NT4 : 0,
		.win_is_group = truth->win_is_group,
		.unix_is_group = truth->unix_is_group,
		.win = idm_str_of(name->text),
		.domain = idm_str_of(domain->text),
		.unix = idm_str_of(account),
	};
}

/* The step at which a rule is found in a direction; 0: in none. */
static unsigned
step_of(const struct rule *rule, bool to_unix)
{
	uint8_t other = to_unix ? IDM_RULE_TO_WINDOWS : IDM_RULE_TO_UNIX;

	for (unsigned step = 1; step <= STEPS; step++) {
		if (rule->direction == other)
			return 0;
		if (to_unix
			? is_step_to_unix(step, rule, rule->win, rule->domain)
			: is_step_to_windows(step, rule, rule->unix))
			return step;
	}
	return 0;
}

static bool
same_windows(const struct rule *a, const struct rule *b)
{
	return a->win_is_group == b->win_is_group && same(a->win, b->win) &&
	    same(a->domain, b->domain);
}

static bool
same_unix(const struct rule *a, const struct rule *b)
{
	return a->unix_is_group == b->unix_is_group && same(a->unix, b->unix);
}

static bool
is_equal(const struct rule *a, const struct rule *b)
{
	return a->direction == b->direction && same_windows(a, b) &&
	    same_unix(a, b);
}

/* Does a rule that is there keep a new one out? */
static bool
keeps_out(const struct rule *old, const struct rule *new)
{
	unsigned step = step_of(new, true);

	if (is_equal(old, new))
		return false;
	if (step != 0 && step == step_of(old, true) && same_windows(old, new) &&
	    old->unix_is_group == new->unix_is_group)
		return true;
	step = step_of(new, false);
	if (step == 0 || step != step_of(old, false) || !same_unix(old, new))
		return false;
	return (step != 5 && step != 6) || same_windows(old, new);
}

/* What adding this rule must come to. */
static enum idm_status
expect_add(const struct world *world, const struct rule *new, bool *unchanged)
{
	*unchanged = false;
	for (unsigned i = 0; i < world->n; i++) {
		if (keeps_out(&world->rule[i], new))
			return IDM_CONFLICT;
		*unchanged |= is_equal(&world->rule[i], new);
	}
	return IDM_OK;
}

static void
add_one(struct world *world, struct idm_rewrite *rewrite)
{
	struct idm_namerule rule;
	struct rule truth;
	bool expected = false, unchanged = false;
	enum idm_status st, must;
	struct idm_err err;

	rule = random_rule(world, &truth);
	if (idm_namerule_check(&rule, NULL) != IDM_OK || world->n == RULES_MAX)
		return;
	must = expect_add(world, &truth, &expected);
	st = idm_namerules_add(rewrite, &rule, &unchanged, &err);
	if (st != must) {
		fail_msg("adding %s@%s, %s: %d, must be %d", truth.win,
		    truth.domain, truth.unix, (int)st, (int)must);
	}
	if (st != IDM_OK)
		return;
	assert_int_equal(unchanged, expected);
	if (!unchanged) {
		truth.id = world->next++;
		world->rule[world->n++] = truth;
	}
}

/* Remove by what a random rule has; the test does it by hand. */
static void
remove_some(struct world *world, struct idm_rewrite *rewrite)
{
	struct rule truth;
	struct idm_namerule like = random_rule(world, &truth);
	struct idm_namerule_filter filter = {
		.like = &like,
		.has_win = roll(&world->dice, 3) > 0,
		.has_domain = roll(&world->dice, 2) > 0,
		.has_unix = roll(&world->dice, 2) > 0,
		.any_win_kind = roll(&world->dice, 3) == 0,
		.as_source = roll(&world->dice, 3) == 0,
	};
	size_t removed = 0, expected = 0;
	unsigned kept = 0;
	struct idm_err err;
	bool one_way, to_unix;

	if (!filter.has_win && !filter.has_unix)
		filter.has_unix = true;
	filter.as_destination = !filter.as_source && roll(&world->dice, 3) == 0;
	one_way = filter.as_source || filter.as_destination;
	to_unix = filter.has_win && filter.has_unix
	    ? truth.direction == IDM_RULE_TO_UNIX
	    : filter.has_win;
	if (filter.as_destination)
		to_unix = !to_unix;
	for (unsigned i = 0; i < world->n; i++) {
		struct rule rule = world->rule[i];
		uint8_t gone = to_unix ? IDM_RULE_TO_UNIX : IDM_RULE_TO_WINDOWS;
		bool agrees = true;

		if (filter.has_unix)
			agrees = same_unix(&rule, &truth);
		if (filter.has_win) {
			agrees = agrees && same(rule.win, truth.win) &&
			    (filter.any_win_kind ||
				rule.win_is_group == truth.win_is_group) &&
			    (!filter.has_domain ||
				same(rule.domain, truth.domain));
		}
		if (one_way && rule.direction != IDM_RULE_BOTH)
			agrees = agrees && rule.direction == gone;
		expected += agrees;
		if (agrees && (!one_way || rule.direction == gone))
			continue;
		if (agrees) {
			rule.direction = to_unix ? IDM_RULE_TO_WINDOWS
						 : IDM_RULE_TO_UNIX;
		}
		world->rule[kept++] = rule;
	}
	world->n = kept;
	assert_good(
	    idm_namerules_remove(rewrite, &filter, &removed, &err), err);
	assert_int_equal(removed, expected);
}

/* ---- The rounds. */

static enum idm_status
check_listed(
    void *context, const struct idm_namerule *rule, struct idm_err *err)
{
	const struct rule **next = context;

	(void)err;
	assert_int_equal(rule->id, (*next)->id);
	assert_int_equal(rule->direction, (*next)->direction);
	(*next)++;
	return IDM_OK;
}

static void
tell(void *context, const char *text)
{
	(void)context;
	fail_msg("verify: %s", text);
}

static void
check_whole(const struct world *world)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	const struct idm_view *view = idm_rewrite_view(rewrite);
	struct idm_verify_report report = { .finding = tell };
	const struct rule *next = world->rule;
	struct idm_err err;

	assert_good(idm_verify(view, &report, &err), err);
	assert_good(idm_namerules_each(view, check_listed, &next, &err), err);
	assert_ptr_equal(next, world->rule + world->n);
	idm_rewrite_end(&rewrite);
}

static void
configure(struct world *world, struct idm_rewrite *rewrite)
{
	struct idm_domain domain[IDM_COUNTOF(configured)];
	unsigned chosen = roll(&world->dice, 3);
	struct idm_err err;
	struct idm_buf buf;

	world->by_default = NULL;
	for (unsigned i = 0; i < IDM_COUNTOF(domain); i++) {
		domain[i] = configured[i];
		if (i != chosen)
			continue;
		domain[i].flags |= IDM_DOMAIN_DEFAULT;
		world->by_default = configured[i].name;
	}
	idm_buf_init(&buf, IDM_VALUE_MAX);
	idm_domains_write(&buf, domain, IDM_COUNTOF(domain));
	assert_good(idm_rewrite_put(rewrite, IDM_DOMAINS_KEY,
			strlen(IDM_DOMAINS_KEY), buf.data, buf.len, &err),
	    err);
	idm_buf_fini(&buf);
}

static void
test_the_engine_equals_the_lists(void **state)
{
	static struct world world;
	unsigned most = 0;

	(void)state;
	world.dice.state = 20070815;
	for (unsigned round = 0; round < ROUNDS; round++) {
		fixture_make(&fixture, getuid());
		world.n = 0;
		world.next = 1;
		for (size_t i = 0; i < IDM_COUNTOF(accounts); i++)
			world.exists[i] = roll(&world.dice, 2) == 0;
		for (unsigned part = 0; part < 3; part++) {
			struct idm_rewrite *rewrite = fixture_begin(&fixture);

			configure(&world, rewrite);
			for (unsigned i = 0; i < CHANGES; i++)
				add_one(&world, rewrite);
			for (unsigned i = 0; part > 0 && i < CHANGES / 4; i++)
				remove_some(&world, rewrite);
			fixture_commit(rewrite);
			compare(&world);
			check_whole(&world);
			if (world.n > most)
				most = world.n;
		}
		fixture_remove(&fixture);
	}
	/* Otherwise nothing was tried. */
	assert_in_range(most, 40, RULES_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_engine_equals_the_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
