#include "tests/unit.h"

#include "base/attr.h"
#include "identity/winname.h"

/* clang-format off */
static const struct {
	const char *text;
	const char *name;
	const char *domain;
	enum idm_spelling spelling;
} good[] = {
	{ "alice",              "alice",       "",             IDM_SPELL_BARE },
	{ "*",                  "*",           "",             IDM_SPELL_BARE },
	{ "*@*",                "*",           "*",            IDM_SPELL_AT },
	{ "alice@corp.example", "alice",       "corp.example", IDM_SPELL_AT },
	{ "CORP\\alice",        "alice",       "CORP",         IDM_SPELL_NT4 },
	{ "Domain Users@CORP",  "Domain Users", "CORP",        IDM_SPELL_AT },
	{ "NT AUTHORITY\\SYSTEM", "SYSTEM",    "NT AUTHORITY", IDM_SPELL_NT4 },
	{ "host$@d",            "host$",       "d",            IDM_SPELL_AT },
	{ "jos\xc3\xa9@h\xc3\xb4te", "jos\xc3\xa9", "h\xc3\xb4te",
	  IDM_SPELL_AT },
};

static const struct {
	const char *text;
	const char *why;
} bad[] = {
	{ "",          "'' is empty" },
	{ "@d",        "has an empty name" },
	{ "D\\",       "has an empty name" },
	{ "n@",        "has an empty domain" },
	{ "\\n",       "has an empty domain" },
	{ "@",         "has an empty name" },
	{ "D\\n@d",    "inside its name" },
	{ "n@d@e",     "inside its domain" },
	{ "A\\B\\n",   "inside its domain" },
	{ "n@d\\e",    "inside its domain" },
	{ "a\xff@d",   "is not UTF-8" },
	{ "a@\xc0\xaf", "is not UTF-8" },
	{ "a\nb@d",    "has a control character" },
	{ "a@d\x7f",   "has a control character" },
	{ "a\xc2\x9b", "has a control character" },
};
/* clang-format on */

static void
assert_str(struct idm_str str, const char *text)
{
	if (!idm_str_is(str, text))
		fail_msg("'%.*s', not '%s'", (int)str.len, str.data, text);
}

static void
test_names_split_and_are_written_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(good); i++) {
		struct idm_winname name;
		struct idm_buf buf;
		struct idm_err err;

		assert_good(
		    idm_winname_split(idm_str_of(good[i].text), &name, &err),
		    err);
		assert_str(name.name, good[i].name);
		assert_str(name.domain, good[i].domain);
		assert_int_equal(name.spelling, good[i].spelling);
		idm_buf_init(&buf, 600);
		idm_winname_put(&buf, &name);
		assert_string_equal(idm_buf_text(&buf), good[i].text);
		idm_buf_fini(&buf);
	}
}

static void
test_each_fault_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct idm_winname name = { .spelling = 77 };
		struct idm_err err = { 0 };

		assert_fails(
		    idm_winname_split(idm_str_of(bad[i].text), &name, &err),
		    IDM_INVALID, err, bad[i].why);
		assert_int_equal(name.spelling, 77);
	}
}

static void
test_limits_are_exact(void **state)
{
	char text[IDM_WINNAME_MAX + 1 + IDM_DOMAIN_MAX + 1];
	struct idm_winname name;
	struct idm_err err;

	(void)state;
	memset(text, 'a', sizeof(text));
	text[IDM_WINNAME_MAX] = '@';
	assert_good(
	    idm_winname_split(
		(struct idm_str){ text, sizeof(text) - 1 }, &name, &err),
	    err);
	assert_fails(idm_winname_split(
			 (struct idm_str){ text, sizeof(text) }, &name, &err),
	    IDM_INVALID, err, "has a domain longer than 253 bytes");
	text[IDM_WINNAME_MAX] = 'a';
	assert_fails(
	    idm_winname_split(
		(struct idm_str){ text, IDM_WINNAME_MAX + 1 }, &name, &err),
	    IDM_INVALID, err, "has a name longer than 255 bytes");
}

static void
test_a_nul_is_a_control_character(void **state)
{
	struct idm_winname name;
	struct idm_err err;

	(void)state;
	assert_fails(
	    idm_winname_split((struct idm_str){ "a\0@d", 4 }, &name, &err),
	    IDM_INVALID, err, "has a control character");
}

static void
test_only_ascii_is_folded(void **state)
{
	struct idm_str text = idm_str_of("AZaz09[`\xc3\x89");
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 200);
	idm_fold_ascii_put(&buf, text);
	assert_string_equal(idm_buf_text(&buf), "azaz09[`\xc3\x89");
	assert_true(
	    idm_fold_ascii_equal(text, (struct idm_str){ buf.data, buf.len }));
	idm_buf_fini(&buf);
	assert_false(idm_fold_ascii_equal(
	    idm_str_of("\xc3\x89"), idm_str_of("\xc3\xa9")));
	assert_false(idm_fold_ascii_equal(idm_str_of("ab"), idm_str_of("abc")));
	/* '@' and '`' differ in the bit in which 'A' and 'a' do. */
	assert_false(idm_fold_ascii_equal(idm_str_of("@"), idm_str_of("`")));
}

static void
test_long_texts_are_folded_whole(void **state)
{
	char text[200];
	struct idm_buf buf;

	(void)state;
	memset(text, 'Q', sizeof(text));
	for (size_t len = 0; len <= sizeof(text); len++) {
		idm_buf_init(&buf, 200);
		idm_fold_ascii_put(&buf, (struct idm_str){ text, len });
		assert_int_equal(buf.len, len);
		for (size_t i = 0; i < len; i++)
			assert_int_equal(buf.data[i], 'q');
		idm_buf_fini(&buf);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_split_and_are_written_back),
		cmocka_unit_test(test_each_fault_is_named),
		cmocka_unit_test(test_limits_are_exact),
		cmocka_unit_test(test_a_nul_is_a_control_character),
		cmocka_unit_test(test_only_ascii_is_folded),
		cmocka_unit_test(test_long_texts_are_folded_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
