/* What two operands are to each other. */

#include "tests/unit.h"

#include "base/attr.h"

#include "cli/pair.h"

/* clang-format off */
static const struct {
	const char *first, *second;
	enum idm_idtype win, unix;
	const char *name, *domain, *local;
	bool win_first;
} good[] = {
	{ "winuser:a@d", "unixuser:b", IDM_ID_WINUSER, IDM_ID_UNIXUSER,
	    "a", "d", "b", true },
	{ "unixuser:b", "winuser:a@d", IDM_ID_WINUSER, IDM_ID_UNIXUSER,
	    "a", "d", "b", false },
	{ "WinUser:a", "UNIXGROUP:b", IDM_ID_WINUSER, IDM_ID_UNIXGROUP,
	    "a", "", "b", true },
	{ "wingroup:administrators", "sysadmin", IDM_ID_WINGROUP,
	    IDM_ID_UNIXGROUP, "administrators", "", "sysadmin", true },
	{ "sysadmin", "wingroup:administrators", IDM_ID_WINGROUP,
	    IDM_ID_UNIXGROUP, "administrators", "", "sysadmin", false },
	{ "winuser:a@d", "b@c", IDM_ID_WINUSER, IDM_ID_UNIXUSER,
	    "a", "d", "b@c", true },
	{ "fred", "unixuser:fredf", IDM_ID_WINNAME, IDM_ID_UNIXUSER,
	    "fred", "", "fredf", true },
	{ "unixgroup:staff", "members@dom", IDM_ID_WINNAME, IDM_ID_UNIXGROUP,
	    "members", "dom", "staff", false },
	{ "DOM\\fred", "unixuser:f", IDM_ID_WINNAME, IDM_ID_UNIXUSER,
	    "fred", "DOM", "f", true },
	{ "winuser:*@*", "unixuser:*", IDM_ID_WINUSER, IDM_ID_UNIXUSER,
	    "*", "*", "*", true },
	{ "winuser:x@y", "", IDM_ID_WINUSER, IDM_ID_UNIXUSER,
	    "x", "y", "", true },
	{ "winuser:x@y", "unixuser:\"\"", IDM_ID_WINUSER, IDM_ID_UNIXUSER,
	    "x", "y", "", true },
	{ "unixuser:x", "winuser:", IDM_ID_WINUSER, IDM_ID_UNIXUSER,
	    "", "", "x", false },
	{ "unixuser:x", "\"\"", IDM_ID_WINNAME, IDM_ID_UNIXUSER,
	    "", "", "x", false },
};

static const struct {
	const char *first, *second, *why;
} bad[] = {
	{ "joe@example.com", "joes", "the type of 'joes' cannot be told" },
	{ "joe", "joes", "the type of 'joe' cannot be told" },
	{ "joes", "joe@example.com", "the type of 'joes' cannot be told" },
	{ "winname:x", "foo", "the type of 'foo' cannot be told" },
	{ "foo", "winname:x", "the type of 'foo' cannot be told" },
	{ "winuser:a", "wingroup:b", "both are Windows names" },
	{ "a@b", "c@d", "both are Windows names" },
	{ "unixuser:a", "unixgroup:b", "both are UNIX names" },
	{ "uid:5", "winuser:a", "'uid:5' is not a name" },
	{ "winuser:a", "sid:S-1-5-18", "'sid:S-1-5-18' is not a name" },
	{ "foo:a", "winuser:a", "'foo' is no type" },
	{ "winuser:a@b@c", "unixuser:x", "inside its domain" },
	{ "winuser:a@", "unixuser:x", "empty domain" },
	{ "winuser:\xff", "unixuser:x", "is not UTF-8" },
};

static const struct {
	const char *name;
	enum idm_idtype type; /* IDM_ID_NONE: refused */
} single[] = {
	{ "winname:guest", IDM_ID_WINNAME },
	{ "a@b", IDM_ID_WINNAME },
	{ "D\\b", IDM_ID_WINNAME },
	{ "unixgroup:x", IDM_ID_UNIXGROUP },
	{ "guest", IDM_ID_NONE },
	{ "gid:5", IDM_ID_NONE },
};
/* clang-format on */

static void
assert_text(struct idm_str have, const char *want)
{
	if (!idm_str_is(have, want))
		fail_msg("'%.*s' is not '%s'", (int)have.len, have.data, want);
}

static void
test_types_are_deduced(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(good); i++) {
		struct idm_namerule rule;
		struct cli_pair pair;
		struct idm_err err;

		assert_good(
		    cli_pair_parse(good[i].first, good[i].second, &pair, &err),
		    err);
		assert_int_equal(pair.win.type, good[i].win);
		assert_int_equal(pair.unix.type, good[i].unix);
		assert_int_equal(pair.is_win_first, good[i].win_first);
		rule = cli_pair_rule(&pair, true);
		assert_text(rule.win, good[i].name);
		assert_text(rule.domain, good[i].domain);
		assert_text(rule.unix, good[i].local);
		assert_int_equal(rule.direction,
		    good[i].win_first ? IDM_RULE_TO_UNIX : IDM_RULE_TO_WINDOWS);
		assert_int_equal(
		    cli_pair_rule(&pair, false).direction, IDM_RULE_BOTH);
	}
}

static void
test_what_is_no_pair_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct cli_pair pair;
		struct idm_err err;

		assert_fails(
		    cli_pair_parse(bad[i].first, bad[i].second, &pair, &err),
		    IDM_INVALID, err, bad[i].why);
	}
}

static void
test_one_name_needs_a_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(single); i++) {
		struct idm_identity identity;
		struct idm_err err;

		if (single[i].type == IDM_ID_NONE) {
			assert_int_equal(
			    cli_name_parse(single[i].name, &identity, &err),
			    IDM_INVALID);
			continue;
		}
		assert_good(
		    cli_name_parse(single[i].name, &identity, &err), err);
		assert_int_equal(identity.type, single[i].type);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types_are_deduced),
		cmocka_unit_test(test_what_is_no_pair_is_refused),
		cmocka_unit_test(test_one_name_needs_a_type),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
