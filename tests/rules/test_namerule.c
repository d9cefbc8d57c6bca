#include "tests/unit.h"

#include "base/attr.h"
#include "identity/winname.h"
#include "rules/namerule.h"

#define TO_UNIX "Windows to UNIX, "
#define TO_WIN  "UNIX to Windows, "

/* What forbids a cell. */
#define FROM_NONE  "nothing comes from \"\""
#define ONE_TO_ANY "one name cannot become any '*'"
#define ANY_DOMAIN "a name cannot get any domain '*'"

struct sides {
	const char *win;
	const char *domain;
	const char *unix;
};

/*
 * All cells of both tables: a rank, or 0 and why not.  The ranks UNIX to
 * Windows are of straight rules and of diagonal ones.
 */
/* clang-format off */
static const struct {
	struct sides sides;
	unsigned to_unix;
	unsigned to_windows, diagonal;
	const char *why_not_unix;
	const char *why_not_windows;
} cells[] = {
	{ { "joe", "d", "" },    1, 0, 0,  NULL, TO_WIN FROM_NONE },
	{ { "joe", "", "" },     1, 0, 0,  NULL, TO_WIN FROM_NONE },
	{ { "joe", "d", "jo" },  2, 2, 4,  NULL, NULL },
	{ { "joe", "", "jo" },   2, 2, 4,  NULL, NULL },
	{ { "joe", "d", "*" },   0, 8, 10, TO_UNIX ONE_TO_ANY, NULL },
	{ { "joe", "", "*" },    0, 8, 10, TO_UNIX ONE_TO_ANY, NULL },

	{ { "joe", "*", "" },    3, 0, 0,  NULL, TO_WIN FROM_NONE },
	{ { "joe", "*", "jo" },  4, 0, 0,  NULL, TO_WIN ANY_DOMAIN },
	{ { "joe", "*", "*" },   0, 0, 0,  TO_UNIX ONE_TO_ANY,
	    TO_WIN ANY_DOMAIN },

	{ { "*", "d", "" },      6, 0, 0,  NULL, TO_WIN FROM_NONE },
	{ { "*", "", "" },       6, 0, 0,  NULL, TO_WIN FROM_NONE },
	{ { "*", "d", "jo" },    7, 0, 0,  NULL, TO_WIN ONE_TO_ANY },
	{ { "*", "", "jo" },     7, 0, 0,  NULL, TO_WIN ONE_TO_ANY },
	{ { "*", "d", "*" },     5, 5, 6,  NULL, NULL },
	{ { "*", "", "*" },      5, 5, 6,  NULL, NULL },

	{ { "*", "*", "" },      9, 0, 0,  NULL, TO_WIN FROM_NONE },
	{ { "*", "*", "jo" },   10, 0, 0,  NULL, TO_WIN ANY_DOMAIN },
	{ { "*", "*", "*" },     8, 0, 0,  NULL, TO_WIN ANY_DOMAIN },

	{ { "", "", "" },        0, 0, 0,  TO_UNIX FROM_NONE,
	    TO_WIN FROM_NONE },
	{ { "", "", "jo" },      0, 1, 3,  TO_UNIX FROM_NONE, NULL },
	{ { "", "", "*" },       0, 7, 9,  TO_UNIX FROM_NONE, NULL },
};

static const struct {
	struct sides sides;
	const char *why;
} bad_texts[] = {
	{ { "jo*", "d", "x" },    "Windows name 'jo*' has a '*' in it" },
	{ { "*jo", "d", "x" },    "Windows name '*jo' has a '*' in it" },
	{ { "**", "d", "*" },     "Windows name '**' has a '*' in it" },
	{ { "joe", "d*", "x" },   "domain 'd*' has a '*' in it" },
	{ { "joe", "*d", "x" },   "domain '*d' has a '*' in it" },
	{ { "*", "d", "x*" },     "UNIX name 'x*' has a '*' in it" },
	{ { "joe", "d", "**" },   "UNIX name '**' has a '*' in it" },
	{ { "a@b", "d", "x" },    "Windows name 'a@b' has a '@' in it" },
	{ { "a\\b", "d", "x" },   "Windows name 'a\\b' has a '\\' in it" },
	{ { "a", "d@e", "x" },    "domain 'd@e' has a '@' in it" },
	{ { "a", "d\\e", "x" },   "domain 'd\\e' has a '\\' in it" },
	{ { "a", "d", "x:y" },    "UNIX name 'x:y' has a ':' in it" },
	{ { "a\xff", "d", "x" },  "the Windows name: " },
	{ { "a\n", "d", "x" },    "the Windows name: " },
	{ { "a", "\xc0\x80", "x" }, "the domain: " },
	{ { "a", "d", "\xed\xa0\x80" }, "the UNIX name: " },
	{ { "", "d", "x" },       "is empty, but has a domain" },
};

/* As lists have them; the output is one line of a batch. */
static const struct {
	struct sides sides;
	enum idm_rule_direction direction;
	uint8_t flags;
	bool win_is_group, unix_is_group, as_winname;
	const char *line;
} lines[] = {
	{ { "joe", "d.com", "jo" }, IDM_RULE_BOTH, 0, false, false, false,
	    "add \twinuser:joe@d.com\tunixuser:jo" },
	{ { "joe", "", "jo" }, IDM_RULE_BOTH, 0, false, false, false,
	    "add \twinuser:joe\tunixuser:jo" },
	{ { "*", "d.com", "*" }, IDM_RULE_BOTH, 0, true, true, false,
	    "add \twingroup:*@d.com\tunixgroup:*" },
	{ { "*", "*", "*" }, IDM_RULE_TO_UNIX, 0, false, false, false,
	    "add -d\twinuser:*@*\tunixuser:*" },
	{ { "joe", "d", "" }, IDM_RULE_TO_UNIX, 0, false, true, true,
	    "add -d\twinname:joe@d\tunixgroup:\"\"" },
	{ { "", "", "jo" }, IDM_RULE_TO_WINDOWS, 0, true, false, false,
	    "add -d\tunixuser:jo\twingroup:\"\"" },
	{ { "joe", "D", "jo" }, IDM_RULE_TO_WINDOWS, IDM_RULE_NT4, false, false,
	    false, "add -d\tunixuser:jo\t\"winuser:D\\\\joe\"" },
	{ { "joe", "", "jo" }, IDM_RULE_BOTH, IDM_RULE_NT4, false, false,
	    false, "add \twinuser:joe\tunixuser:jo" },
	{ { "Joe Smith", "d", "a b" }, IDM_RULE_BOTH, 0, false, false, false,
	    "add \t\"winuser:Joe Smith@d\"\tunixuser:a\\ b" },
	{ { "a\"b$c!", "d", "x$\"#\\y" }, IDM_RULE_BOTH, 0, false, false,
	    false, "add \t\"winuser:a\\\"b\\$c!@d\"\tunixuser:x\\$\\\"\\#\\\\y" },
	{ { "a", "d#1", "x" }, IDM_RULE_BOTH, 0, false, false, false,
	    "add \t\"winuser:a@d#1\"\tunixuser:x" },
	{ { "J\xc3\xb6rg", "d", "j\xc3\xb6rg" }, IDM_RULE_BOTH, 0, false, false,
	    false, "add \twinuser:J\xc3\xb6rg@d\tunixuser:j\xc3\xb6rg" },
	{ { "a", "d", "root" }, IDM_RULE_BOTH, IDM_RULE_PRIVILEGED, false,
	    false, false, "add --privileged\twinuser:a@d\tunixuser:root" },
	{ { "a", "d", "root" }, IDM_RULE_TO_UNIX, IDM_RULE_PRIVILEGED, false,
	    false, false, "add -d --privileged\twinuser:a@d\tunixuser:root" },
};
/* clang-format on */

static struct idm_namerule
rule_of(const struct sides *sides, enum idm_rule_direction direction)
{
	return (struct idm_namerule){
		.direction = (uint8_t)direction,
		.win = idm_str_of(sides->win),
		.domain = idm_str_of(sides->domain),
		.unix = idm_str_of(sides->unix),
	};
}

/* Check one rule in one direction: good, or refused for this reason. */
static void
check(const struct sides *sides, enum idm_rule_direction direction,
    const char *why)
{
	struct idm_namerule rule = rule_of(sides, direction);
	struct idm_err err = { .text = "" };

	if (why == NULL)
		assert_good(idm_namerule_check(&rule, &err), err);
	else
		assert_fails(
		    idm_namerule_check(&rule, &err), IDM_INVALID, err, why);
}

static void
test_each_cell_of_the_tables_allows_or_says_why_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cells); i++) {
		const char *unix_why = cells[i].why_not_unix;
		const char *windows_why = cells[i].why_not_windows;

		check(&cells[i].sides, IDM_RULE_TO_UNIX, unix_why);
		check(&cells[i].sides, IDM_RULE_TO_WINDOWS, windows_why);
		check(&cells[i].sides, IDM_RULE_BOTH,
		    unix_why != NULL ? unix_why : windows_why);
	}
}

static void
test_the_ranks_are_those_of_the_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cells); i++) {
		struct idm_namerule rule = rule_of(
		    &cells[i].sides, IDM_RULE_TO_UNIX);

		assert_int_equal(
		    idm_namerule_rank_to_unix(&rule), cells[i].to_unix);
		assert_int_equal(idm_namerule_rank_to_windows(&rule), 0);
		rule.unix_is_group = true;
		assert_int_equal(
		    idm_namerule_rank_to_unix(&rule), cells[i].to_unix);

		rule.direction = IDM_RULE_TO_WINDOWS;
		assert_int_equal(idm_namerule_rank_to_unix(&rule), 0);
		assert_int_equal(
		    idm_namerule_rank_to_windows(&rule), cells[i].diagonal);
		rule.win_is_group = true;
		assert_int_equal(
		    idm_namerule_rank_to_windows(&rule), cells[i].to_windows);

		rule.direction = IDM_RULE_BOTH;
		assert_int_equal(
		    idm_namerule_rank_to_unix(&rule), cells[i].to_unix);
		assert_int_equal(
		    idm_namerule_rank_to_windows(&rule), cells[i].to_windows);
	}
}

static void
test_what_to_do_is_said(void **state)
{
	struct sides fallback = { "*", "d", "guest" };
	struct sides any = { "joe", "*", "guest" };

	(void)state;
	check(&fallback, IDM_RULE_BOTH, "say -d and the Windows name first");
	check(&any, IDM_RULE_BOTH, "say -d and the Windows name first");
}

static void
test_partial_wildcards_and_bad_texts_are_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad_texts); i++) {
		check(&bad_texts[i].sides, IDM_RULE_TO_UNIX, bad_texts[i].why);
		check(
		    &bad_texts[i].sides, IDM_RULE_TO_WINDOWS, bad_texts[i].why);
	}
}

static void
test_names_have_their_longest_length(void **state)
{
	char name[IDM_WINNAME_MAX + 1];
	struct idm_namerule rule = {
		.win = idm_str_of("joe"),
		.domain = idm_str_of("d"),
		.unix = idm_str_of("jo"),
	};
	struct idm_err err;

	(void)state;
	memset(name, 'a', sizeof(name));
	rule.win = (struct idm_str){ name, IDM_WINNAME_MAX };
	rule.domain = (struct idm_str){ name, IDM_DOMAIN_MAX };
	assert_good(idm_namerule_check(&rule, &err), err);
	rule.domain.len++;
	assert_fails(idm_namerule_check(&rule, &err), IDM_INVALID, err,
	    "the domain is longer than 253 bytes");
	rule.domain.len--;
	rule.win.len++;
	assert_fails(idm_namerule_check(&rule, &err), IDM_INVALID, err,
	    "the Windows name is longer than 255 bytes");
	rule.win.len--;
	rule.unix = (struct idm_str){ name, sizeof(name) };
	assert_fails(idm_namerule_check(&rule, &err), IDM_INVALID, err,
	    "the UNIX name is longer than 255 bytes");
}

static void
test_lines_are_as_lists_have_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(lines); i++) {
		struct idm_namerule rule = rule_of(
		    &lines[i].sides, lines[i].direction);
		struct idm_buf buf;

		rule.flags = lines[i].flags;
		rule.win_is_group = lines[i].win_is_group;
		rule.unix_is_group = lines[i].unix_is_group;
		idm_buf_init(&buf, 1000);
		idm_namerule_put(&buf, &rule, lines[i].as_winname);
		assert_string_equal(idm_buf_text(&buf), lines[i].line);
		idm_buf_fini(&buf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_each_cell_of_the_tables_allows_or_says_why_not),
		cmocka_unit_test(test_the_ranks_are_those_of_the_lists),
		cmocka_unit_test(test_what_to_do_is_said),
		cmocka_unit_test(
		    test_partial_wildcards_and_bad_texts_are_refused),
		cmocka_unit_test(test_names_have_their_longest_length),
		cmocka_unit_test(test_lines_are_as_lists_have_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
