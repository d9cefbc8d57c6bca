#include <stdlib.h>

#include "tests/unit.h"

#include "base/attr.h"

#include "cli/cover.h"

static struct idm_descriptor
descriptor_of(const char *text)
{
	struct idm_descriptor descriptor;
	struct idm_err err;

	assert_good(
	    idm_descriptor_parse(idm_str_of(text), &descriptor, &err), err);
	return descriptor;
}

static struct idm_entry
entry_of(const char *remote)
{
	return (struct idm_entry){
		.remote = idm_str_of(remote),
		.target = idm_str_of("x"),
	};
}

/* clang-format off */
static const struct {
	const char *earlier;
	const char *later;
	bool covers;
} cases[] = {
	{ "*@*",        "a@b",          true },
	{ "*@*",        "*@*",          true },
	{ "*@*",        "**@*",         true },
	{ "**@*",       "*@*",          true },
	{ "*@*",        "[ab]*@?",      true },
	{ "a*@*",       "ab*@*",        true },
	{ "ab*@*",      "a*@*",         false },
	{ "*a@*",       "a*@*",         false },
	{ "a*c@*",      "abc@x",        true },
	{ "a*c@*",      "a*b*c@x",      true },
	{ "a*b*c@*",    "a*c@x",        false },
	{ "?@x",        "[ab]@x",       true },
	{ "[ab]@x",     "?@x",          false },
	{ "[ab]@x",     "a@x",          true },
	{ "[ab]@x",     "c@x",          false },
	{ "[ab]@x",     "[ab]@x",       true },
	{ "[!a]@x",     "b@x",          true },
	{ "[!a]@x",     "a@x",          false },
	{ "?*@x",       "ab@x",         true },
	{ "?*@x",       "*@x",          false },
	{ "?@x",        "\xc3\xbc@x",   true },
	{ "??@x",       "\xc3\xbc@x",   false },
	{ "*@x",        "*@y",          false },
	{ "*@*.org",    "*@a.org",      true },
	{ "*@*.org",    "*@a.com",      false },
	{ "[]]@x",      "]@x",          true },
	{ "*a*b@x",     "ab*ab@x",      true },
	{ "*ab@x",      "aab@x",        true },
};
/* clang-format on */

static void
test_what_covers_what(void **state)
{
	struct idm_descriptor descriptor = descriptor_of("M1@M2");

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_entry earlier = entry_of(cases[i].earlier);
		struct idm_entry later = entry_of(cases[i].later);

		if (cli_cover(&descriptor, &earlier, &later) != cases[i].covers)
			fail_msg(
			    "'%s' and '%s'", cases[i].earlier, cases[i].later);
	}
}

/* A pattern of one field over a small alphabet, by the bits of a number. */
static void
make_pattern(unsigned bits, char text[static 16])
{
	static const char *const tokens[] = { "a", "b", "*", "?", "[ab]",
		"[!a]", "*", "b" };
	size_t len = 0;

	for (unsigned i = 0; i < 3; i++, bits >>= 3) {
		const char *token = tokens[bits & 7];
		size_t n = strlen(token);

		memcpy(text + len, token, n);
		len += n;
	}
	text[len] = '\0';
}

/* Every name of up to four characters that the alphabet has. */
static bool
every_name_matches_both(
    const struct idm_entry *earlier, const struct idm_entry *later)
{
	for (unsigned len = 1; len <= 4; len++) {
		for (unsigned bits = 0; bits < 81; bits++) {
			char name[5] = "";
			unsigned rest = bits;

			for (unsigned i = 0; i < len; i++, rest /= 3)
				name[i] = "abc"[rest % 3];
			if (idm_pattern_match(
				later->remote, idm_str_of(name)) &&
			    !idm_pattern_match(
				earlier->remote, idm_str_of(name)))
				return false;
		}
	}
	return true;
}

static void
test_what_is_said_to_cover_does(void **state)
{
	struct idm_descriptor descriptor = descriptor_of("M1");
	unsigned covered = 0;

	(void)state;
	for (unsigned a = 0; a < 512; a++) {
		for (unsigned b = 0; b < 512; b += 3) {
			char one[16], other[16];
			struct idm_entry earlier, later;

			make_pattern(a, one);
			make_pattern(b, other);
			earlier = entry_of(one);
			later = entry_of(other);
			if (!cli_cover(&descriptor, &earlier, &later))
				continue;
			covered++;
			if (!every_name_matches_both(&earlier, &later))
				fail_msg(
				    "'%s' does not cover '%s'", one, other);
		}
	}
	assert_true(covered > 1000);
}

static void
test_the_search_finds_the_one_that_covers(void **state)
{
	/* In their total order, by M1@M2. */
	static const char *const remotes[] = { "a@host", "?@host", "[ab]@host",
		"x*@host", "xy*@*", "*@dom*", "a*@domain*" };
	struct idm_descriptor descriptor = descriptor_of("M1@M2");
	struct idm_entry entry[IDM_COUNTOF(remotes)];
	const struct idm_entry *entries[IDM_COUNTOF(remotes)];
	size_t covered_by[IDM_COUNTOF(remotes)];
	const size_t none = IDM_COUNTOF(remotes);
	const size_t expected[] = { none, none, 1, none, none, none, 5 };
	struct idm_err err;

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(remotes); i++) {
		entry[i] = entry_of(remotes[i]);
		entries[i] = &entry[i];
	}
	assert_good(cli_cover_find(&descriptor, entries, IDM_COUNTOF(remotes),
			covered_by, &err),
	    err);
	for (size_t i = 0; i < IDM_COUNTOF(remotes); i++)
		assert_int_equal(covered_by[i], expected[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_covers_what),
		cmocka_unit_test(test_what_is_said_to_cover_does),
		cmocka_unit_test(test_the_search_finds_the_one_that_covers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
