#include "tests/random.h"
#include "tests/resolve/world.h"

/*
 * Random worlds.  Without rules the two directions are each other's inverse;
 * with rules the answer is that of a list which is read from its top.
 */

#define WORLDS    12
#define QUESTIONS 150
#define RULES     24

static struct world world;
static struct dice dice = { 0x5eed1d };

/* ---- Without rules. */

static void
random_domains(void)
{
	static const uint8_t catch_all[] = { IDM_BACKEND_EPHEMERAL,
		IDM_BACKEND_TDB, IDM_BACKEND_AUTORID };
	uint8_t backend = catch_all[roll(&dice, 3)];
	struct idm_domain *domain;

	domain = world_domain(&world, "*", NULL, backend, 3000000, 4000000);
	if (roll(&dice, 2) == 0)
		domain->flags |= IDM_DOMAIN_SPLIT_COUNTERS;
	if (backend == IDM_BACKEND_AUTORID)
		domain->rangesize = 10000;
	world_domain(
	    &world, "corp", "S-1-5-21-1-1-1", IDM_BACKEND_RID, 100000, 199999)
	    ->base_rid = roll(&dice, 2) * 500;
	domain = world_domain(
	    &world, "lab", "S-1-5-21-2-2-2", IDM_BACKEND_TDB, 200000, 299999);
	if (roll(&dice, 2) == 0)
		domain->flags |= IDM_DOMAIN_SPLIT_COUNTERS;
	world.policy.unknown_allocate = true;
}

static void
random_sid(char text[static 80])
{
	static const char *const above[] = { "S-1-5-21-1-1-1", "S-1-5-21-2-2-2",
		"S-1-5-21-3-3-3", "S-1-5-32", WORLD_MACHINE, "S-1-22-1",
		"S-1-5-80-1-2-3" };

	(void)snprintf(text, 80, "%s-%u", above[roll(&dice, 7)],
	    roll(&dice, 4) == 0 ? 500 + roll(&dice, 100) : roll(&dice, 130000));
}

/* The kind of an answer as a source type. */
static const char *
sid_type(void)
{
	return world.found.to.type == IDM_ID_GID ? "gsid" : "usid";
}

static bool
is_unix_sid(const char *sid)
{
	return strncmp(sid, "S-1-22-", 7) == 0;
}

/* SID -> id -> SID, with a kind that is asked for or left open. */
static void
check_sid(const char *sid)
{
	static const char *const targets[] = { NULL, "uid", "gid" };
	char from[100], id[64], expected[100];
	const char *back;

	(void)snprintf(from, sizeof(from), "sid:%s", sid);
	(void)snprintf(id, sizeof(id), "%s",
	    world_show(&world, from, targets[roll(&dice, 3)]));
	/* The other name of a uid has no way back. */
	if (world.status != IDM_OK || is_unix_sid(sid))
		return;
	(void)snprintf(expected, sizeof(expected), "%s:%s", sid_type(), sid);
	/* A slice is found by its ids when it stands in the file. */
	if (world.found.source == IDM_SOURCE_NEW &&
	    world.domain[0].backend == IDM_BACKEND_AUTORID)
		world_fold(&world);
	back = world_show(&world, id, sid_type());
	if (world.status == IDM_OK && strcmp(back, expected) != 0)
		fail_msg("%s -> %s -> %s", from, id, back);
	if (world.status != IDM_OK && strcmp(back, "not-user") != 0 &&
	    strcmp(back, "not-group") != 0)
		fail_msg("%s -> %s -> %s: %s", from, id, back, world.err.text);
}

static void
check_id(void)
{
	bool is_group = roll(&dice, 2) == 0;
	char from[64], sid[IDM_SID_TEXT_MAX + 8];
	const char *back;
	uint32_t id;

	id = roll(&dice, 3) == 0 ? roll(&dice, 3500)
				 : 100000 * roll(&dice, 40) + roll(&dice, 3000);
	(void)snprintf(from, sizeof(from), "%s:%lu", is_group ? "gid" : "uid",
	    (unsigned long)id);
	(void)snprintf(sid, sizeof(sid), "%s",
	    world_show(&world, from, is_group ? "gsid" : "usid"));
	if (world.status != IDM_OK)
		return;
	back = world_show(&world, sid, is_group ? "gid" : "uid");
	if (world.status != IDM_OK || strcmp(back, from) != 0)
		fail_msg("%s -> %s -> %s: %s", from, sid, back, world.err.text);
}

static void
test_without_rules_each_way_undoes_the_other(void **state)
{
	unsigned answered = 0;
	char sid[80];

	(void)state;
	for (int i = 0; i < WORLDS; i++) {
		world_make(&world);
		random_domains();
		if (roll(&dice, 2) == 0)
			world_override(&world, "S-1-5-21-1-1-1-1107", false,
			    5000 + roll(&dice, 100));
		if (roll(&dice, 2) == 0)
			world_own(&world, "corp", "joe", "S-1-5-21-1-1-1-1108",
			    false, 101108);
		world_keeper(&world);
		world_open(&world);
		world.create = true;
		for (int k = 0; k < QUESTIONS; k++) {
			if (roll(&dice, 40) == 0)
				world_fold(&world);
			random_sid(sid);
			check_sid(
			    roll(&dice, 20) == 0 ? "S-1-5-21-1-1-1-1107" : sid);
			answered += world.status == IDM_OK;
			check_id();
		}
		world_remove(&world);
	}
	/* It would be no test if nothing was ever answered. */
	assert_true(answered > WORLDS * QUESTIONS / 4);
}

/* ---- With rules: the lists of the manual, written down once more. */

struct written {
	char text[80];
	char win[8], domain[8], unix[8];
	bool win_is_group, unix_is_group;
	char sign; /* '=', '>' or '<' */
};

static struct written rule[RULES];
static unsigned nrules;

static bool
is(const char *text, const char *other)
{
	return strcmp(text, other) == 0;
}

/* Where the rule stands in the list Windows to UNIX. */
static int
step_to_unix(const struct written *r)
{
	if (is(r->domain, "*") && is(r->win, "*"))
		return is(r->unix, "*") ? 8 : is(r->unix, "") ? 9 : 10;
	if (is(r->win, "*"))
		return is(r->unix, "*") ? 5 : is(r->unix, "") ? 6 : 7;
	if (is(r->domain, "*"))
		return is(r->unix, "") ? 3 : 4;
	return is(r->unix, "") ? 1 : 2;
}

/* And UNIX to Windows. */
static int
step_to_windows(const struct written *r)
{
	int step;

	if (is(r->unix, "*"))
		step = is(r->win, "*") ? 5 : is(r->win, "") ? 7 : 8;
	else
		step = is(r->win, "") ? 1 : 2;
	if (r->win_is_group != r->unix_is_group)
		step += is(r->unix, "*") && is(r->win, "*") ? 1 : 2;
	return step;
}

static void
random_rule(struct written *r)
{
	static const char *const names[] = { "a", "b", "*", "*", "" };
	static const char *const domains[] = { "x", "y", "*" };
	static const char signs[] = "=>><<";
	struct idm_buf buf;

	memset(r, 0, sizeof(*r));
	(void)snprintf(r->win, sizeof(r->win), "%s", names[roll(&dice, 5)]);
	(void)snprintf(r->unix, sizeof(r->unix), "%s", names[roll(&dice, 5)]);
	if (r->win[0] != '\0')
		(void)snprintf(r->domain, sizeof(r->domain), "%s",
		    domains[roll(&dice, 3)]);
	r->win_is_group = roll(&dice, 3) == 0;
	r->unix_is_group = roll(&dice, 3) == 0;
	r->sign = signs[roll(&dice, 5)];
	idm_buf_init_fixed(&buf, r->text, sizeof(r->text));
	idm_buf_puts(&buf, r->win_is_group ? "g:" : "u:");
	idm_buf_puts(&buf, r->win);
	idm_buf_puts(&buf, r->domain[0] != '\0' ? "@" : "");
	idm_buf_puts(&buf, r->domain);
	idm_buf_puts(&buf, r->sign == '=' ? " == " : "");
	idm_buf_puts(&buf, r->sign == '>' ? " => " : "");
	idm_buf_puts(&buf, r->sign == '<' ? " <= " : "");
	idm_buf_puts(&buf, r->unix_is_group ? "g:" : "u:");
	idm_buf_puts(&buf, r->unix);
	(void)idm_buf_text(&buf);
}

/* Rules that are none, or contradict another, are left out. */
static void
random_rules(void)
{
	struct idm_rewrite *rewrite = fixture_begin(&world.fixture);

	nrules = 0;
	for (int i = 0; i < RULES; i++) {
		struct written *r = &rule[nrules];
		struct idm_namerule named;
		bool unchanged = false;

		random_rule(r);
		named = ruletext(r->text);
		if (idm_namerules_add(rewrite, &named, &unchanged, NULL) ==
			IDM_OK &&
		    !unchanged)
			nrules++;
	}
	fixture_commit(rewrite);
}

/* a is a user and a group, b neither. */
static const char *
expected_to_unix(
    const char *name, const char *domain, bool win_is_group, bool unix_is_group)
{
	for (int step = 1; step <= 10; step++)
		for (unsigned i = 0; i < nrules; i++) {
			const struct written *r = &rule[i];
			bool is_wild = is(r->unix, "*");

			if (r->sign == '<' || r->win_is_group != win_is_group ||
			    r->unix_is_group != unix_is_group ||
			    step_to_unix(r) != step ||
			    (!is(r->win, "*") && !is(r->win, name)) ||
			    (!is(r->domain, "*") && !is(r->domain, domain)))
				continue;
			if (is(r->unix, ""))
				return "inhibited";
			if (is(is_wild ? name : r->unix, "a"))
				return unix_is_group ? "gid:1600" : "uid:1500";
			if (!is_wild)
				return "no-account";
		}
	return "no-mapping";
}

/* Rules for the other kind count when either was asked for. */
static const char *
expected_to_windows(bool unix_is_group, bool either, char answer[static 64])
{
	for (int step = 1; step <= 10; step++)
		for (unsigned i = 0; i < nrules; i++) {
			const struct written *r = &rule[i];

			if (r->sign == '>' ||
			    r->unix_is_group != unix_is_group ||
			    (!either && r->win_is_group != unix_is_group) ||
			    step_to_windows(r) != step ||
			    (!is(r->unix, "*") && !is(r->unix, "a")))
				continue;
			if (is(r->win, ""))
				return "inhibited";
			(void)snprintf(answer, 64, "%s:%s@%s",
			    r->win_is_group ? "wingroup" : "winuser",
			    is(r->win, "*") ? "a" : r->win, r->domain);
			return answer;
		}
	(void)snprintf(answer, 64, "%s:a@" WORLD_HOST,
	    unix_is_group ? "wingroup" : "winuser");
	return answer;
}

static void
check_rules(void)
{
	char from[64], answer[64];

	for (unsigned bits = 0; bits < 16; bits++) {
		const char *name = bits & 1 ? "a" : "b";
		const char *domain = bits & 2 ? "x" : "y";

		(void)snprintf(from, sizeof(from), "%s:%s@%s",
		    bits & 4 ? "wingroup" : "winuser", name, domain);
		assert_string_equal(
		    world_show(&world, from, bits & 8 ? "gid" : "uid"),
		    expected_to_unix(name, domain, bits & 4, bits & 8));
	}
	for (unsigned bits = 0; bits < 4; bits++) {
		bool is_group = bits & 1;
		bool either = bits & 2;

		assert_string_equal(
		    world_show(&world, is_group ? "unixgroup:a" : "unixuser:a",
			either ? "winname" : NULL),
		    expected_to_windows(is_group, either, answer));
	}
}

static void
test_with_rules_the_answer_is_that_of_the_list(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++) {
		world_make(&world);
		world_accounts(&world, "a:1500", "a:1600");
		random_rules();
		world_open(&world);
		check_rules();
		world_remove(&world);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_rules_each_way_undoes_the_other),
		cmocka_unit_test(
		    test_with_rules_the_answer_is_that_of_the_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
