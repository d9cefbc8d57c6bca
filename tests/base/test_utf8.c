#include "tests/unit.h"

#include "base/attr.h"
#include "base/utf8.h"

/* clang-format off */
static const struct {
	const char *what;
	const char *bytes;
	size_t used; /* 0: malformed */
	uint32_t point;
} cases[] = {
	{ "ascii",                     "a",                1, 'a' },
	{ "first of two bytes",        "\xc2\x80",         2, 0x80 },
	{ "last of two bytes",         "\xdf\xbf",         2, 0x7ff },
	{ "first of three bytes",      "\xe0\xa0\x80",     3, 0x800 },
	{ "last before surrogates",    "\xed\x9f\xbf",     3, 0xd7ff },
	{ "first behind surrogates",   "\xee\x80\x80",     3, 0xe000 },
	{ "last of three bytes",       "\xef\xbf\xbf",     3, 0xffff },
	{ "first of four bytes",       "\xf0\x90\x80\x80", 4, 0x10000 },
	{ "last of all",               "\xf4\x8f\xbf\xbf", 4, 0x10ffff },
	{ "only the front is decoded", "\xc3\xa9x",        2, 0xe9 },
	{ "empty",                     "",                 0, 0 },
	{ "a continuation alone",      "\x80",             0, 0 },
	{ "overlong in two bytes",     "\xc0\xaf",         0, 0 },
	{ "overlong, last",            "\xc1\xbf",         0, 0 },
	{ "overlong in three bytes",   "\xe0\x9f\xbf",     0, 0 },
	{ "overlong in four bytes",    "\xf0\x8f\xbf\xbf", 0, 0 },
	{ "first surrogate",           "\xed\xa0\x80",     0, 0 },
	{ "last surrogate",            "\xed\xbf\xbf",     0, 0 },
	{ "above U+10FFFF",            "\xf4\x90\x80\x80", 0, 0 },
	{ "five bytes",                "\xf8\x88\x80\x80\x80", 0, 0 },
	{ "0xff",                      "\xff",             0, 0 },
	{ "cut short, two",            "\xc3",             0, 0 },
	{ "cut short, three",          "\xe2\x82",         0, 0 },
	{ "cut short, four",           "\xf0\x9f\x92",     0, 0 },
	{ "broken in the middle",      "\xe2x\x82",        0, 0 },
};
/* clang-format on */

static void
test_characters_are_decoded_strictly(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		uint32_t point = 0;
		size_t used;

		used = idm_utf8_decode(
		    cases[i].bytes, strlen(cases[i].bytes), &point);
		if (used != cases[i].used || point != cases[i].point)
			fail_msg("%s: %zu bytes, U+%04X", cases[i].what, used,
			    (unsigned)point);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_characters_are_decoded_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
