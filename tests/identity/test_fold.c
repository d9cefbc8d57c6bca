#include "tests/unit.h"

#include "base/attr.h"
#include "base/utf8.h"
#include "identity/fold.h"
#include "identity/winname.h"

/* CaseFolding.txt, statuses C and S; UnicodeData.txt, simple lower case. */
/* clang-format off */
static const struct {
	const char *what;
	const char *text;
	const char *folded;
	const char *lower;
} cases[] = {
	{ "empty", "", "", "" },
	{ "ASCII", "Alice_09@CORP", "alice_09@corp", "alice_09@corp" },
	{ "sharp s has but a full folding", "\u00df", "\u00df", "\u00df" },
	{ "capital sharp s folds to it", "\u1e9e", "\u00df", "\u00df" },
	{ "capital I with a dot stays", "\u0130", "\u0130", "i" },
	{ "i without a dot is not i", "\u0131", "\u0131", "\u0131" },
	{ "sigma", "\u03a3", "\u03c3", "\u03c3" },
	{ "final sigma", "\u03c2", "\u03c3", "\u03c2" },
	{ "Greek", "\u0391\u03a9\u0386", "\u03b1\u03c9\u03ac",
	  "\u03b1\u03c9\u03ac" },
	{ "Cyrillic", "\u0416\u042f\u0401", "\u0436\u044f\u0451",
	  "\u0436\u044f\u0451" },
	{ "Latin-1", "\u00c9\u00dc\u00d8", "\u00e9\u00fc\u00f8",
	  "\u00e9\u00fc\u00f8" },
	{ "y with diaeresis is lower", "\u00ff\u0178", "\u00ff\u00ff",
	  "\u00ff\u00ff" },
	{ "micro sign is mu", "\u00b5", "\u03bc", "\u00b5" },
	{ "long s is s", "\u017f", "s", "\u017f" },
	{ "Kelvin sign is k", "\u212a", "k", "k" },
	{ "Angstrom sign", "\u212b", "\u00e5", "\u00e5" },
	{ "dz, title case", "\u01c5", "\u01c6", "\u01c6" },
	{ "Greek with iota below, title case", "\u1f88", "\u1f80", "\u1f80" },
	{ "the same, another", "\u1fbc", "\u1fb3", "\u1fb3" },
	{ "capital theta symbol", "\u03f4", "\u03b8", "\u03b8" },
	{ "ligature stays", "\ufb01", "\ufb01", "\ufb01" },
	{ "apostrophe n stays", "\u0149", "\u0149", "\u0149" },
	{ "Cherokee folds to capitals", "\uab70\u13f8", "\u13a0\u13f0",
	  "\uab70\u13f8" },
	{ "Georgian Mtavruli", "\u1c90", "\u10d0", "\u10d0" },
	{ "Armenian", "\u0531", "\u0561", "\u0561" },
	{ "Deseret, four bytes", "\U00010400", "\U00010428", "\U00010428" },
	{ "no case at all", "\u4e2d\u6587\u05d0", "\u4e2d\u6587\u05d0",
	  "\u4e2d\u6587\u05d0" },
	{ "nothing is composed", "e\u0301", "e\u0301", "e\u0301" },
};
/* clang-format on */

typedef enum idm_status changer(
    struct idm_buf *, struct idm_str, struct idm_err *);

static void
check(changer *change, const char *what, const char *text, const char *expected)
{
	struct idm_buf buf;
	struct idm_err err;

	idm_buf_init(&buf, 1000);
	assert_good(change(&buf, idm_str_of(text), &err), err);
	if (strcmp(idm_buf_text(&buf), expected) != 0)
		fail_msg(
		    "%s: '%s', not '%s'", what, idm_buf_text(&buf), expected);
	idm_buf_fini(&buf);
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		check(idm_fold_put, cases[i].what, cases[i].text,
		    cases[i].folded);
		check(idm_lower_put, cases[i].what, cases[i].text,
		    cases[i].lower);
	}
}

static size_t
encode(char bytes[static 4], uint32_t point)
{
	static const uint8_t lead[] = { 0, 0xc0, 0xe0, 0xf0 };
	size_t more = point < 0x80 ? 0 : point < 0x800 ? 1 : 2;

	if (point > 0xffff)
		more = 3;
	for (size_t i = more; i > 0; i--) {
		bytes[i] = (char)(0x80 | (point & 0x3f));
		point >>= 6;
	}
	bytes[0] = (char)(lead[more] | point);
	return more + 1;
}

/* What is folded is one character, and stays as it is when folded again. */
static void
test_every_character_folds_once_and_for_all(void **state)
{
	unsigned changed = 0;

	(void)state;
	for (uint32_t point = 1; point <= 0x10ffff; point++) {
		char bytes[4], once[8], twice[8];
		struct idm_str text = { bytes, encode(bytes, point) };
		struct idm_buf first, second;
		uint32_t result;

		if (point >= 0xd800 && point <= 0xdfff)
			continue;
		idm_buf_init_fixed(&first, once, sizeof(once));
		idm_buf_init_fixed(&second, twice, sizeof(twice));
		assert_int_equal(idm_fold_put(&first, text, NULL), IDM_OK);
		assert_int_equal(
		    idm_utf8_decode(first.data, first.len, &result), first.len);
		changed += result != point;
		assert_int_equal(
		    idm_fold_put(&second,
			(struct idm_str){ first.data, first.len }, NULL),
		    IDM_OK);
		assert_int_equal(first.len, second.len);
		assert_memory_equal(once, twice, first.len);
	}
	/* Unicode 14 has 1454 of C and S; later ones have a few more. */
	assert_true(changed >= 1454 && changed < 1600);
}

/* What modules fold by themselves they fold as the library does. */
static void
test_ascii_agrees_with_the_ascii_folding(void **state)
{
	(void)state;
	for (char c = 1; c < 0x7f; c++) {
		char once[4], other[4];
		struct idm_buf library, ascii;

		idm_buf_init_fixed(&library, once, sizeof(once));
		idm_buf_init_fixed(&ascii, other, sizeof(other));
		assert_int_equal(
		    idm_fold_put(&library, (struct idm_str){ &c, 1 }, NULL),
		    IDM_OK);
		idm_fold_ascii_put(&ascii, (struct idm_str){ &c, 1 });
		assert_int_equal(once[0], other[0]);
	}
}

static void
test_what_is_no_utf8_leaves_the_buffer(void **state)
{
	static const char *const texts[] = { "a\xff", "\xc3",
		"ab\xed\xa0\x80" };

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(texts); i++) {
		struct idm_buf buf;
		struct idm_err err = { 0 };

		idm_buf_init(&buf, 100);
		idm_buf_puts(&buf, "x");
		assert_fails(idm_fold_put(&buf, idm_str_of(texts[i]), &err),
		    IDM_INVALID, err, "which is not UTF-8");
		assert_fails(idm_lower_put(&buf, idm_str_of(texts[i]), &err),
		    IDM_INVALID, err, "which is not UTF-8");
		assert_string_equal(idm_buf_text(&buf), "x");
		idm_buf_fini(&buf);
	}
}

static void
test_a_full_buffer_is_told(void **state)
{
	char memory[3];
	struct idm_buf buf;
	struct idm_err err = { 0 };

	(void)state;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	assert_fails(idm_fold_put(&buf, idm_str_of("ABCD"), &err),
	    IDM_EXHAUSTED, err, "longer than 3 bytes");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_every_character_folds_once_and_for_all),
		cmocka_unit_test(test_ascii_agrees_with_the_ascii_folding),
		cmocka_unit_test(test_what_is_no_utf8_leaves_the_buffer),
		cmocka_unit_test(test_a_full_buffer_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
