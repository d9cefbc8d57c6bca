#include "tests/unit.h"

#include "base/attr.h"
#include "identity/name.h"

typedef enum idm_status checker(struct idm_str, struct idm_err *);

struct refusal {
	const char *text;
	const char *why;
};

/* clang-format off */
static const char *const good_logins[] = {
	"a", "root", "Alice", "first.last", "_apt", "a-b", "www-data", "host$",
	"1a", "3com.net", "a..b", "...", ".x", "0x10",
};

static const struct refusal bad_logins[] = {
	{ "",           "login name is empty" },
	{ "-x",         "begins with '-'" },
	{ "-",          "begins with '-'" },
	{ "1000",       "digits only" },
	{ "0",          "digits only" },
	{ ".",          "is a path" },
	{ "..",         "is a path" },
	{ "$",          "byte 0x24 at 1" },
	{ "a$b",        "byte 0x24 at 2" },
	{ "a$$",        "byte 0x24 at 2" },
	{ "a b",        "byte 0x20 at 2" },
	{ "a:b",        "byte 0x3a at 2" },
	{ "a/b",        "byte 0x2f at 2" },
	{ "a\n",        "byte 0x0a at 2" },
	{ "a,b",        "byte 0x2c at 2" },
	{ "a@b",        "byte 0x40 at 2" },
	{ "caf\xc3\xa9", "byte 0xc3 at 4" },
};

static const char *const good_remotes[] = {
	"a", "comunix!foo", "CORP\\John Smith", "*!*", "a@b", " ", "1000", "~",
	"\xc2\xa0", "jos\xc3\xa9@h\xc3\xb4te", "\xe2\x82\xac",
	"\xed\x9f\xbf\xee\x80\x80", "\xf0\x9f\x92\xa9", "\xf4\x8f\xbf\xbf",
};

static const struct refusal bad_remotes[] = {
	{ "",                     "remote name is empty" },
	{ "a\nb",                 "U+000A at 2" },
	{ "\t",                   "U+0009 at 1" },
	{ "a\x1b[2J",             "U+001B at 2" },
	{ "\x7f",                 "U+007F at 1" },
	{ "a\xc2\x80",            "U+0080 at 2" },
	{ "a\xc2\x9f",            "U+009F at 2" },
	{ "a\xff",                "byte 0xff at 2, which is not UTF-8" },
	{ "\x80",                 "byte 0x80 at 1, which is not UTF-8" },
	{ "a\xc0\xaf",            "byte 0xc0 at 2, which is not UTF-8" },
	{ "a\xe0\x9f\xbf",        "byte 0xe0 at 2, which is not UTF-8" },
	{ "a\xed\xa0\x80",        "byte 0xed at 2, which is not UTF-8" },
	{ "a\xf4\x90\x80\x80",    "byte 0xf4 at 2, which is not UTF-8" },
	{ "abc\xe2\x82",          "byte 0xe2 at 4, which is not UTF-8" },
};

static const char *const good_schemes[] = {
	"cr1", "myscheme", "a", "A.b_c-9", "-x", "a.b",
	"12345678901234567890123456789012",
};

static const struct refusal bad_schemes[] = {
	{ "",       "name is empty" },
	{ ".x",     "begins with '.'" },
	{ "..",     "begins with '.'" },
	{ "../x",   "begins with '.'" },
	{ "a/b",    "byte 0x2f at 2" },
	{ "a b",    "byte 0x20 at 2" },
	{ "a$",     "byte 0x24 at 2" },
	{ "\xc3\xa9", "byte 0xc3 at 1" },
	{ "123456789012345678901234567890123", "longer than 32 bytes" },
};

static const char *const good_owns[] = {
	"a", "alice@corp.example", "CORP\\alice", "domain users@corp.example",
	"caf\xc3\xa9@corp.example", "host$@corp", "S-1-5@x", "0x1", "...",
	"\xd0\xb0\xd0\xbb\xd0\xb8\xd1\x81\xd0\xb0@corp.example",
};

static const struct refusal bad_owns[] = {
	{ "",            "name is empty" },
	{ "a:b@c",       "name has a ':'" },
	{ "12345678:",   "name has a ':'" },
	{ "a,b@c",       "name has a ','" },
	{ "1234567,9",   "name has a ','" },
	{ "a/b@c",       "name has a '/'" },
	{ "12345678/90", "name has a '/'" },
	{ "a\nb",        "U+000A at 2" },
	{ "12345678\x7f", "U+007F at 9" },
	{ "a\xc2\x85",   "U+0085 at 2" },
	{ "abcdefgh\xff", "byte 0xff at 9, which is not UTF-8" },
	{ "-x@c",        "begins with '-'" },
	{ "+x@c",        "begins with '+'" },
	{ " x@c",        "begins or ends with a blank" },
	{ "x@c ",        "begins or ends with a blank" },
	{ "4294967295",  "consists of digits only" },
	{ "0",           "consists of digits only" },
	{ ".",           "is a path" },
	{ "..",          "is a path" },
};

static const char *const good_fields[] = {
	"", "/bin/sh", "Alice, caf\xc3\xa9", " ", "/", "12345678", "a,b/c",
};

static const struct refusal bad_fields[] = {
	{ ":",            "text has a ':'" },
	{ "12345678:9",   "text has a ':'" },
	{ "a\tb",         "U+0009 at 2" },
	{ "12345678\x1b", "U+001B at 9" },
	{ "\xc0\xaf",     "byte 0xc0 at 1, which is not UTF-8" },
};
/* clang-format on */

static void
check_good(checker *check, const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct idm_err err;

		if (check(idm_str_of(texts[i]), &err) != IDM_OK)
			fail_msg("'%s': %s", texts[i], err.text);
	}
}

static void
check_bad(checker *check, const struct refusal *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct idm_err err = { 0 };

		assert_fails(check(idm_str_of(cases[i].text), &err),
		    IDM_INVALID, err, cases[i].why);
	}
}

static void
test_logins(void **state)
{
	(void)state;
	check_good(idm_name_login, good_logins, IDM_COUNTOF(good_logins));
	check_bad(idm_name_login, bad_logins, IDM_COUNTOF(bad_logins));
}

static void
test_remote_names(void **state)
{
	(void)state;
	check_good(idm_name_remote, good_remotes, IDM_COUNTOF(good_remotes));
	check_bad(idm_name_remote, bad_remotes, IDM_COUNTOF(bad_remotes));
}

static void
test_scheme_names(void **state)
{
	(void)state;
	check_good(idm_name_scheme, good_schemes, IDM_COUNTOF(good_schemes));
	check_bad(idm_name_scheme, bad_schemes, IDM_COUNTOF(bad_schemes));
}

static void
test_own_names(void **state)
{
	(void)state;
	check_good(idm_name_own, good_owns, IDM_COUNTOF(good_owns));
	check_bad(idm_name_own, bad_owns, IDM_COUNTOF(bad_owns));
}

static void
test_fields(void **state)
{
	(void)state;
	check_good(idm_name_field, good_fields, IDM_COUNTOF(good_fields));
	check_bad(idm_name_field, bad_fields, IDM_COUNTOF(bad_fields));
}

static void
test_limits_are_exact(void **state)
{
	char text[IDM_REMOTE_MAX + 1];
	struct idm_err err;

	(void)state;
	memset(text, 'a', sizeof(text));
	assert_good(
	    idm_name_login((struct idm_str){ text, IDM_LOGIN_MAX }, &err), err);
	assert_fails(
	    idm_name_login((struct idm_str){ text, IDM_LOGIN_MAX + 1 }, &err),
	    IDM_INVALID, err, "longer than 255 bytes");
	assert_good(
	    idm_name_remote((struct idm_str){ text, IDM_REMOTE_MAX }, &err),
	    err);
	assert_fails(
	    idm_name_remote((struct idm_str){ text, IDM_REMOTE_MAX + 1 }, &err),
	    IDM_INVALID, err, "longer than 1023 bytes");
	assert_good(
	    idm_name_own((struct idm_str){ text, IDM_OWN_MAX }, &err), err);
	assert_fails(
	    idm_name_own((struct idm_str){ text, IDM_OWN_MAX + 1 }, &err),
	    IDM_INVALID, err, "longer than 509 bytes");
	assert_good(
	    idm_name_field((struct idm_str){ text, IDM_FIELD_MAX }, &err), err);
	assert_fails(
	    idm_name_field((struct idm_str){ text, IDM_FIELD_MAX + 1 }, &err),
	    IDM_INVALID, err, "longer than 1023 bytes");
}

static void
test_an_embedded_nul_is_refused(void **state)
{
	struct idm_str text = { .data = "a\0b", .len = 3 };
	struct idm_err err;

	(void)state;
	assert_fails(idm_name_login(text, &err), IDM_INVALID, err, "0x00 at 2");
	assert_fails(
	    idm_name_remote(text, &err), IDM_INVALID, err, "U+0000 at 2");
	assert_fails(
	    idm_name_scheme(text, &err), IDM_INVALID, err, "0x00 at 2");
	assert_fails(idm_name_own(text, &err), IDM_INVALID, err, "U+0000 at 2");
	assert_fails(
	    idm_name_field(text, &err), IDM_INVALID, err, "U+0000 at 2");
}

/* Each byte at each place of two texts, against what each of them may be. */
static void
test_plain_fields_are_fields(void **state)
{
	static const char texts[] = "Alice Liddell,,,\0/home/corp/alice";
	char changed[sizeof(texts)];

	(void)state;
	for (size_t i = 0; i < sizeof(texts); i++) {
		for (int byte = 0; byte < 256; byte++) {
			bool is_end = texts[i] == '\0';
			bool is_plain = byte >= 0x20 && byte < 0x7f &&
			    byte != ':';

			memcpy(changed, texts, sizeof(texts));
			changed[i] = (char)byte;
			if (idm_name_are_plain_fields(
				(struct idm_str){ changed, sizeof(changed) },
				2) != (is_end ? byte == 0 : is_plain))
				fail_msg("byte 0x%02x at %zu", byte, i);
		}
	}
}

static void
test_fields_that_are_not_so_many_or_long_are_not_plain(void **state)
{
	char texts[249];

	(void)state;
	memset(texts, 'a', sizeof(texts));
	for (size_t len = 1; len < sizeof(texts); len++) {
		struct idm_str one = { texts, len };

		texts[len - 1] = '\0';
		assert_true(idm_name_are_plain_fields(one, 1));
		assert_false(idm_name_are_plain_fields(one, 2));
		assert_false(idm_name_are_plain_fields(one, 0));
		texts[len - 1] = 'a';
		assert_false(idm_name_are_plain_fields(one, 1));
	}
	texts[sizeof(texts) - 1] = '\0';
	assert_false(idm_name_are_plain_fields(
	    (struct idm_str){ texts, sizeof(texts) }, 1));
	memset(texts, 0, sizeof(texts));
	assert_true(
	    idm_name_are_plain_fields((struct idm_str){ texts, 248 }, 248));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_logins),
		cmocka_unit_test(test_remote_names),
		cmocka_unit_test(test_scheme_names),
		cmocka_unit_test(test_own_names),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_limits_are_exact),
		cmocka_unit_test(test_an_embedded_nul_is_refused),
		cmocka_unit_test(test_plain_fields_are_fields),
		cmocka_unit_test(
		    test_fields_that_are_not_so_many_or_long_are_not_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
