#include "tests/unit.h"

#include "base/quote.h"

#define MAX 12

/* clang-format off */
static const struct {
	char quote;
	const char *text;
	const char *quoted;
} cases[] = {
	{ '\'', "comunix!foo", "'comunix!foo'" },
	{ '\'', "",            "''" },
	{ '\'', "CORP\\al",    "'CORP\\\\al'" },
	{ '\'', "a' is 'root", "'a\\' is \\'root'" },
	{ '\'', "say \"a\"",   "'say \"a\"'" },
	{ '"',  "say \"a'",    "\"say \\\"a'\"" },
	{ '\'', "a\nb\x1b[0m", "'a\\x0ab\\x1b[0m'" },
	{ '\'', "m\xc3\xbcller", "'m\\xc3\\xbcller'" },
	{ '\'', "\x7f\xff",    "'\\x7f\\xff'" },
	{ '\'', "123456789012",  "'123456789012'" },
	{ '\'', "1234567890123", "'123456789012...'" },
};
/* clang-format on */

static void
test_quoted_text_is_one_word_of_a_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		char memory[64];
		struct idm_buf buf;

		idm_buf_init_fixed(&buf, memory, sizeof(memory));
		idm_quote_put(
		    &buf, cases[i].quote, idm_str_of(cases[i].text), MAX);
		assert_string_equal(idm_buf_text(&buf), cases[i].quoted);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quoted_text_is_one_word_of_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
