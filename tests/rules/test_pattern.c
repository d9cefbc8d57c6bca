#include "tests/unit.h"

#include "base/attr.h"
#include "rules/pattern.h"

/* clang-format off */
static const struct {
	const char *text;
	const char *why; /* NULL: well-formed */
} checks[] = {
	{ "a",         NULL },
	{ "*",         NULL },
	{ "a?c*",      NULL },
	{ "[abc]",     NULL },
	{ "[]]",       NULL },
	{ "[!]]",      NULL },
	{ "[a-]",      NULL },
	{ "[-a]",      NULL },
	{ "[!-]",      NULL },
	{ "a]b",       NULL },
	{ "[*]",       NULL },
	{ "[[]",       NULL },
	{ "[\xc3\xa0-\xc3\xbf]", NULL },
	{ "",          "is empty" },
	{ "[",         "'[' at 1" },
	{ "[]",        "'[' at 1" },
	{ "[!]",       "'[' at 1" },
	{ "ab[cd",     "'[' at 3" },
	{ "[a]x[",     "'[' at 5" },
	{ "[z-a]",     "runs backwards" },
	{ "[a-",       "'[' at 1" },
};

static const struct {
	const char *text;
	struct idm_rank rank;
	const char *prefix;
	const char *suffix;
} ranks[] = {
	{ "mars",    { IDM_PATTERN_LITERAL,  0, 0, 0 }, "mars", "" },
	{ "a]b",     { IDM_PATTERN_LITERAL,  0, 0, 0 }, "a]b",  "" },
	{ "*",       { IDM_PATTERN_ASTERISK, 0, 0, 1 }, "",     "" },
	{ "**",      { IDM_PATTERN_ASTERISK, 0, 0, 2 }, "",     "" },
	{ "s*",      { IDM_PATTERN_ASTERISK, 1, 1, 1 }, "s",    "" },
	{ "sf*",     { IDM_PATTERN_ASTERISK, 2, 2, 1 }, "sf",   "" },
	{ "a*b*cd",  { IDM_PATTERN_ASTERISK, 1, 4, 2 }, "a",    "cd" },
	{ "ux?",     { IDM_PATTERN_BRACKET,  2, 2, 0 }, "ux",   "" },
	{ "[ab]x",   { IDM_PATTERN_BRACKET,  0, 1, 0 }, "",     "x" },
	{ "[*]x",    { IDM_PATTERN_BRACKET,  0, 1, 0 }, "",     "x" },
	{ "a[]]b",   { IDM_PATTERN_BRACKET,  1, 2, 0 }, "a",    "b" },
	{ "[ab]*c",  { IDM_PATTERN_ASTERISK, 0, 1, 1 }, "",     "c" },
	{ "\xc3\xa9*", { IDM_PATTERN_ASTERISK, 2, 2, 1 }, "\xc3\xa9", "" },
};

/* From the most to the least specific. */
static const char *const falling[] = {
	"mars", "ux[ab]c", "ux?", "u[x]", "[ux]x", "?",
	"sfbay*", "sf*a", "sf*", "sf**", "s*", "*.buu.com", "*a", "*", "**",
};

static const struct {
	const char *pattern;
	const char *value;
	bool matches;
} matches[] = {
	{ "a",         "a",        true },
	{ "a",         "b",        false },
	{ "a",         "ab",       false },
	{ "ab",        "a",        false },
	{ "A",         "a",        false },
	{ "*",         "a",        true },
	{ "*",         "",         true },
	{ "**",        "abc",      true },
	{ "?",         "",         false },
	{ "?",         "a",        true },
	{ "?",         "ab",       false },
	{ "a*",        "a",        true },
	{ "a*c",       "abcbc",    true },
	{ "a*c",       "abcb",     false },
	{ "*a*b*",     "xxaxxbxx", true },
	{ "*a*b*",     "xxbxxaxx", false },
	{ "*ab",       "aab",      true },
	{ "*aab",      "aaab",     true },
	{ "a?c",       "abc",      true },
	{ "[abc]",     "b",        true },
	{ "[abc]",     "d",        false },
	{ "[abc]",     "",         false },
	{ "[a-c]x",    "bx",       true },
	{ "[a-c]x",    "dx",       false },
	{ "[!a-c]",    "d",        true },
	{ "[!a-c]",    "b",        false },
	{ "[!a]",      "",         false },
	{ "[a-]",      "-",        true },
	{ "[a-]",      "b",        false },
	{ "[-a]",      "-",        true },
	{ "[]]",       "]",        true },
	{ "[]-a]",     "^",        true },
	{ "[!]]",      "]",        false },
	{ "[!]]",      "x",        true },
	{ "[*]",       "*",        true },
	{ "[*]",       "a",        false },
	{ "[?]",       "a",        false },
	{ "[[]",       "[",        true },
	{ "a]",        "a]",       true },
	{ "[a-c0-9]",  "7",        true },
	{ "*[0-9]",    "host12",   true },
	{ "*[0-9]",    "host12a",  false },
	{ "?",         "\xc3\xa9", true },
	{ "??",        "\xc3\xa9", false },
	{ "???",       "\xe2\x82\xac", false },
	{ "?",         "\xf0\x9f\x92\xa9", true },
	{ "caf[\xc3\xa8\xc3\xa9]", "caf\xc3\xa9", true },
	{ "[\xc3\xa0-\xc3\xbf]", "\xc3\xa9", true },
	{ "[\xc3\xa0-\xc3\xbf]", "e", false },
	{ "[!a]",      "\xc3\xa9", true },
	{ "[!a][!a]",  "\xc3\xa9", false },
	{ "*\xc3\xa9", "caf\xc3\xa9", true },
	{ "[\xc3\xa9]", "\xc3\xa8", false },
	/* A set without its end is refused when written; it takes nothing. */
	{ "[a",        "a",        false },
	{ "*[",        "[",        false },
};
/* clang-format on */

static void
test_patterns_are_checked(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(checks); i++) {
		struct idm_str text = idm_str_of(checks[i].text);
		struct idm_err err = { 0 };

		if (checks[i].why == NULL)
			assert_good(idm_pattern_check(text, &err), err);
		else
			assert_fails(idm_pattern_check(text, &err), IDM_INVALID,
			    err, checks[i].why);
	}
}

static void
test_ranks_and_literal_ends(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(ranks); i++) {
		struct idm_str text = idm_str_of(ranks[i].text);
		struct idm_rank rank = idm_pattern_rank(text);

		if (idm_rank_compare(&rank, &ranks[i].rank) != 0 ||
		    rank.class != ranks[i].rank.class)
			fail_msg("%s: %u %u %u %u", ranks[i].text, rank.class,
			    rank.first, rank.literals, rank.stars);
		if (!idm_str_is(idm_pattern_prefix(text), ranks[i].prefix) ||
		    !idm_str_is(idm_pattern_suffix(text), ranks[i].suffix))
			fail_msg("%s: wrong ends", ranks[i].text);
		assert_int_equal(idm_pattern_is_literal(text),
		    ranks[i].rank.class == IDM_PATTERN_LITERAL);
	}
}

static int
compare_ranks(const char *a, const char *b)
{
	struct idm_rank left = idm_pattern_rank(idm_str_of(a));
	struct idm_rank right = idm_pattern_rank(idm_str_of(b));

	return idm_rank_compare(&left, &right);
}

static void
test_the_more_specific_ranks_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(falling); i++) {
		assert_int_equal(compare_ranks(falling[i], falling[i]), 0);
		for (size_t j = i + 1; j < IDM_COUNTOF(falling); j++) {
			if (compare_ranks(falling[i], falling[j]) >= 0 ||
			    compare_ranks(falling[j], falling[i]) <= 0)
				fail_msg("%s, %s", falling[i], falling[j]);
		}
	}
	/* A set counts as '?' does. */
	assert_int_equal(compare_ranks("ux[a-z]", "ux?"), 0);
}

static void
test_matching(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(matches); i++) {
		if (idm_pattern_match(idm_str_of(matches[i].pattern),
			idm_str_of(matches[i].value)) != matches[i].matches)
			fail_msg(
			    "'%s', '%s'", matches[i].pattern, matches[i].value);
	}
}

/* A byte that is no UTF-8 is one character and equals only itself. */
static void
test_stray_bytes_are_characters(void **state)
{
	(void)state;
	assert_true(idm_pattern_match(idm_str_of("?"), idm_str_of("\xff")));
	assert_true(idm_pattern_match(idm_str_of("\xff"), idm_str_of("\xff")));
	assert_false(idm_pattern_match(idm_str_of("\xff"), idm_str_of("\xfe")));
	assert_false(
	    idm_pattern_match(idm_str_of("?"), idm_str_of("\xc3\xc3")));
}

/*
 * With one retry per star this would take 2^500 steps: the test ends only
 * because matching takes pattern times value.
 */
static void
test_many_stars_end(void **state)
{
	char pattern[1000];
	char value[1000];

	(void)state;
	for (size_t i = 0; i < sizeof(pattern); i++)
		pattern[i] = i % 2 == 0 ? '*' : 'a';
	pattern[sizeof(pattern) - 1] = 'b';
	memset(value, 'a', sizeof(value));
	assert_false(
	    idm_pattern_match((struct idm_str){ pattern, sizeof(pattern) },
		(struct idm_str){ value, sizeof(value) }));
	value[sizeof(value) - 1] = 'b';
	assert_true(
	    idm_pattern_match((struct idm_str){ pattern, sizeof(pattern) },
		(struct idm_str){ value, sizeof(value) }));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_patterns_are_checked),
		cmocka_unit_test(test_ranks_and_literal_ends),
		cmocka_unit_test(test_the_more_specific_ranks_first),
		cmocka_unit_test(test_matching),
		cmocka_unit_test(test_stray_bytes_are_characters),
		cmocka_unit_test(test_many_stars_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
