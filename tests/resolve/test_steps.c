#include "tests/resolve/world.h"

/* Which step beats which: one world for each pair of rules. */

static struct world world;

static int
make_world(void **state)
{
	(void)state;
	world_make(&world);
	return 0;
}

static int
remove_world(void **state)
{
	(void)state;
	world_remove(&world);
	return 0;
}

/* ---- Windows to UNIX, in the order of the manual. */

static const char *const to_unix[] = {
	"u:joe@corp => %c:",
	"u:joe@corp => %c:one",
	"u:joe@* => %c:",
	"u:joe@* => %c:two",
	"u:*@corp => %c:*",
	"u:*@corp => %c:",
	"u:*@corp => %c:three",
	"u:*@* => %c:*",
	"u:*@* => %c:",
	"u:*@* => %c:four",
};

static const char *const from_unix[] = {
	"u: <= u:al",
	"u:joe@corp <= u:al",
	"g: <= u:al",
	"g:crew@corp <= u:al",
	"u:*@corp <= u:*",
	"g:*@corp <= u:*",
	"u: <= u:*",
	"u:joe@lab <= u:*",
	"g: <= u:*",
	"g:crew@lab <= u:*",
};

/* The rule as the answer quotes it. */
static const char *
quoted(const char *text, char line[static 400])
{
	struct idm_namerule rule = ruletext(text);
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, line, 400);
	idm_namerule_put(&buf, &rule, false);
	return idm_buf_text(&buf);
}

static void
assert_beats(
    const char *first, const char *second, const char *from, const char *target)
{
	char line[400];

	/* The one that is to lose is added first. */
	world_make(&world);
	world_accounts(&world, "al:1500 joe:1501 one:1 two:2 three:3 four:4",
	    "joe:1601 one:11 two:12 three:13 four:14");
	world_rule(&world, second);
	world_rule(&world, first);
	world_open(&world);
	(void)world_show(&world, from, target);
	if (strcmp(world.found.rule, quoted(first, line)) != 0)
		fail_msg("%s and %s: took %s (%s)", first, second,
		    world.found.rule, world.shown);
	world_remove(&world);
}

static void
check_pairs_to_unix(char kind, const char *target)
{
	char first[80], second[80];

	for (size_t i = 0; i < IDM_COUNTOF(to_unix); i++)
		for (size_t j = i + 1; j < IDM_COUNTOF(to_unix); j++) {
			struct idm_buf buf;

			/* The texts are formats with one %c in them. */
			for (int k = 0; k < 2; k++) {
				const char *text = to_unix[k == 0 ? i : j];
				const char *mark = strchr(text, '%');

				idm_buf_init_fixed(
				    &buf, k == 0 ? first : second, 80);
				idm_buf_put(&buf, text, (size_t)(mark - text));
				idm_buf_put(&buf, &kind, 1);
				idm_buf_puts(&buf, mark + 2);
				(void)idm_buf_text(&buf);
			}
			assert_beats(first, second, "winuser:joe@corp", target);
		}
}

static void
test_each_straight_step_to_unix_beats_the_next(void **state)
{
	(void)state;
	check_pairs_to_unix('u', "uid");
}

static void
test_each_diagonal_step_to_unix_beats_the_next(void **state)
{
	(void)state;
	check_pairs_to_unix('g', "gid");
}

static void
test_each_step_to_windows_beats_the_next(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(from_unix); i++)
		for (size_t j = i + 1; j < IDM_COUNTOF(from_unix); j++)
			assert_beats(from_unix[i], from_unix[j], "unixuser:al",
			    "winname");
}

static void
test_a_diagonal_rule_to_windows_is_for_who_asks(void **state)
{
	(void)state;
	world_accounts(&world, "al:1500", "");
	world_rule(&world, "g:crew@corp <= u:al");
	world_open(&world);
	assert_string_equal(
	    world_show(&world, "unixuser:al", "winname"), "wingroup:crew@corp");
	assert_string_equal(world_show(&world, "unixuser:al", "wingroup"),
	    "wingroup:crew@corp");
	(void)world_show(&world, "unixuser:al", NULL);
	assert_int_not_equal(world.found.method, IDM_METHOD_NAME_RULE);
}

/* ---- Stops and falls. */

static void
test_inhibit_beats_a_named_rule(void **state)
{
	(void)state;
	world_accounts(&world, "al:1500", "");
	world_rule(&world, "u:joe@corp => u:");
	world_rule(&world, "u:joe@corp => u:al");
	world_open(&world);
	assert_string_equal(world_show(&world, "joe@corp", NULL), "inhibited");
	assert_int_equal(world.status, IDM_REFUSED);
}

static void
test_a_named_rule_to_nobody_stops(void **state)
{
	(void)state;
	world_ephemeral(&world);
	world_accounts(&world, "joe:1501", "");
	world_rule(&world, "u:joe@corp => u:al");
	world_rule(&world, "u:*@corp => u:*");
	world_keeper(&world);
	world_open(&world);
	world.create = true;
	assert_string_equal(
	    world_show(&world, "joe@corp", "uid"), "no-account");
	assert_non_null(strstr(world.err.text, "no UNIX user 'al'"));
}

static void
test_a_wildcard_without_an_account_falls_through(void **state)
{
	(void)state;
	world_ephemeral(&world);
	world_accounts(&world, "guest:1600", "");
	world_rule(&world, "u:*@corp => u:*");
	world_rule(&world, "u:*@corp => u:guest");
	world_rule(&world, "u:*@lab => u:*");
	world_keeper(&world);
	world_open(&world);
	assert_string_equal(world_show(&world, "joe@corp", "uid"), "uid:1600");
	assert_string_equal(
	    world_show(&world, "joe@lab", "uid"), "none-generated");
	world.create = true;
	assert_string_equal(
	    world_show(&world, "joe@lab", "uid"), "uid:2147483649");
	assert_int_equal(world.found.method, IDM_METHOD_EPHEMERAL);
	assert_int_equal(world.found.source, IDM_SOURCE_NEW);
	assert_string_equal(
	    world_show(&world, "JOE@LAB", "uid"), "uid:2147483649");
	assert_int_equal(world.found.source, IDM_SOURCE_CACHE);
}

static void
test_a_wildcard_tries_the_name_then_its_lower_case(void **state)
{
	(void)state;
	world_accounts(&world, "sam:1 Sam:2 SAM:3 bob:4", "");
	world_rule(&world, "u:*@example == u:*");
	world_open(&world);
	assert_string_equal(world_show(&world, "SAM@example", "uid"), "uid:3");
	assert_string_equal(world_show(&world, "Sam@EXAMPLE", "uid"), "uid:2");
	assert_string_equal(world_show(&world, "sAM@example", "uid"), "uid:1");
	assert_string_equal(world_show(&world, "BOB@example", "uid"), "uid:4");
	assert_string_equal(
	    world_show(&world, "uid:2", NULL), "winuser:Sam@example");
}

static void
test_a_wildcard_has_the_case_that_records_know(void **state)
{
	(void)state;
	world_domain(
	    &world, "corp", "S-1-5-21-1-2-3", IDM_BACKEND_RID, 100000, 199999);
	world_own(&world, "corp", "Sam", "S-1-5-21-1-2-3-1107", false, 101107);
	world_accounts(&world, "sam:1 Sam:2 SAM:3", "");
	world_rule(&world, "u:*@corp => u:*");
	world_open(&world);
	/* i/p/ keys are folded; world_own() writes them as they are. */
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-1-2-3-1107", NULL), "uid:2");
}

static void
test_rules_are_asked_before_the_backend(void **state)
{
	(void)state;
	world_domain(
	    &world, "corp", "S-1-5-21-1-2-3", IDM_BACKEND_RID, 100000, 199999);
	world_own(&world, "corp", "joe", "S-1-5-21-1-2-3-1107", false, 101107);
	world_accounts(&world, "al:1500", "");
	world_rule(&world, "u:joe@corp => u:al");
	world_open(&world);
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-1-2-3-1107", NULL), "uid:1500");
	assert_string_equal(
	    world_show(&world, "uid:101107", NULL), "usid:S-1-5-21-1-2-3-1107");
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-1-2-3-1108", NULL), "uid:101108");
	assert_int_equal(world.found.kind, IDM_KIND_BOTH);
	world_override(&world, "S-1-5-21-1-2-3-1107", false, 1777);
	world_open(&world);
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-1-2-3-1107", NULL), "uid:1777");
	assert_string_equal(
	    world_show(&world, "uid:1777", NULL), "usid:S-1-5-21-1-2-3-1107");
	assert_string_equal(
	    world_show(&world, "uid:101107", NULL), "no-mapping");
}

static void
test_the_trace_has_a_line_for_each_step(void **state)
{
	(void)state;
	world_accounts(&world, "al:1500", "");
	world_rule(&world, "u:joe@corp => u:al");
	world_open(&world);
	assert_string_equal(world_show(&world, "joe@corp", "uid"), "uid:1500");
	assert_non_null(strstr(idm_buf_text(&world.trace),
	    "winname joe@corp -> unixuser - start\n"));
	assert_non_null(strstr(idm_buf_text(&world.trace),
	    "winuser joe@corp -> unixuser al 1500 - Name Rule "
	    "(Algorithmic)\n"));
	assert_string_equal(
	    world_show(&world, "sid:S-1-0-0", NULL), "inhibited");
	assert_non_null(
	    strstr(idm_buf_text(&world.trace), "unixuser Error -9981 - "));
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, make_world, remove_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_each_straight_step_to_unix_beats_the_next),
		cmocka_unit_test(
		    test_each_diagonal_step_to_unix_beats_the_next),
		cmocka_unit_test(test_each_step_to_windows_beats_the_next),
		TEST(a_diagonal_rule_to_windows_is_for_who_asks),
		TEST(inhibit_beats_a_named_rule),
		TEST(a_named_rule_to_nobody_stops),
		TEST(a_wildcard_without_an_account_falls_through),
		TEST(a_wildcard_tries_the_name_then_its_lower_case),
		TEST(a_wildcard_has_the_case_that_records_know),
		TEST(rules_are_asked_before_the_backend),
		TEST(the_trace_has_a_line_for_each_step),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
