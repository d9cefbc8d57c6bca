#include "tests/unit.h"

#include "base/attr.h"
#include "identity/sid.h"

/* clang-format off */
static const struct {
	const char *text;
	struct idm_sid sid;
} good[] = {
	{ "S-1-0-0",     { .authority = 0, .sub = { 0 }, .nsubs = 1 } },
	{ "S-1-5-18",    { .authority = 5, .sub = { 18 }, .nsubs = 1 } },
	{ "S-1-5-21-1-2-3-500",
	  { .authority = 5, .sub = { 21, 1, 2, 3, 500 }, .nsubs = 5 } },
	{ "S-1-281474976710655-4294967295",
	  { .authority = 281474976710655, .sub = { 4294967295u }, .nsubs = 1 } },
	{ "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15",
	  { .authority = 5, .nsubs = 15,
	    .sub = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 } } },
};

static const struct {
	const char *text;
	const char *why;
} bad[] = {
	{ "",                   "SID '' does not begin with 'S-1-'" },
	{ "S-1",                "does not begin with 'S-1-'" },
	{ "s-1-5-18",           "does not begin with 'S-1-'" },
	{ "S-2-5-18",           "does not begin with 'S-1-'" },
	{ "S1-5-18",            "does not begin with 'S-1-'" },
	{ " S-1-5-18",          "does not begin with 'S-1-'" },
	{ "S-1-",               "ends with '-'" },
	{ "S-1-5",              "'S-1-5' has no sub-authority, and so no RID" },
	{ "S-1-5-",             "ends with '-'" },
	{ "S-1-5-21-",          "ends with '-'" },
	{ "S-1--5-21",          "has a second '-' at 5" },
	{ "S-1-5--21",          "has a second '-' at 7" },
	{ "S-1-5-21--",         "has a second '-' at 10" },
	{ "S-1-x-21",           "has something else than digits at 5" },
	{ "S-1-5x-21",          "has something else than digits at 6" },
	{ "S-1-0x5-21",         "has something else than digits at 6" },
	{ "S-1-5-21 ",          "has something else than digits at 9" },
	{ "S-1-5-+21",          "has something else than digits at 7" },
	{ "S-1-5-21-1-2-3-500\n", "has something else than digits at 19" },
	{ "S-1-05-21",          "has a leading zero at 5" },
	{ "S-1-5-021",          "has a leading zero at 7" },
	{ "S-1-5-00",           "has a leading zero at 7" },
	{ "S-1-281474976710656-1",
	  "has an authority above 281474976710655 at 5" },
	{ "S-1-99999999999999999999999-1",
	  "has an authority above 281474976710655 at 5" },
	{ "S-1-5-4294967296",   "has a sub-authority above 4294967295 at 7" },
	{ "S-1-5-21-18446744073709551617",
	  "has a sub-authority above 4294967295 at 10" },
	{ "S-1-5-1-2-3-4-5-6-7-8-9-10-11-12-13-14-15-16",
	  "has more than 15 sub-authorities, the next at 43" },
	{ "S-1-5-\x1b[2J",      "'S-1-5-\\x1b[2J' has something else" },
};
/* clang-format on */

static void
test_text_is_read_and_written_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(good); i++) {
		char text[IDM_SID_TEXT_MAX];
		struct idm_sid sid;
		struct idm_err err;

		assert_good(
		    idm_sid_parse(idm_str_of(good[i].text), &sid, &err), err);
		assert_true(idm_sid_equal(&sid, &good[i].sid));
		assert_string_equal(idm_sid_format(&sid, text), good[i].text);
	}
}

static void
test_each_fault_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct idm_sid sid = { .nsubs = 77 };
		struct idm_err err = { 0 };

		assert_fails(idm_sid_parse(idm_str_of(bad[i].text), &sid, &err),
		    IDM_INVALID, err, bad[i].why);
		assert_int_equal(sid.nsubs, 77);
	}
}

static void
test_the_longest_text_fits(void **state)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_sid sid = {
		.authority = 281474976710655,
		.nsubs = IDM_SID_SUBS_MAX,
	};
	struct idm_sid back;
	struct idm_err err;

	(void)state;
	memset(sid.sub, 0xff, sizeof(sid.sub));
	assert_int_equal(
	    strlen(idm_sid_format(&sid, text)), IDM_SID_TEXT_MAX - 1);
	assert_good(idm_sid_parse(idm_str_of(text), &back, &err), err);
	assert_true(idm_sid_equal(&sid, &back));
}

/* The example of a domain's administrator, byte by byte. */
static const unsigned char binary[] = { 1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1,
	0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 0xf4, 1, 0, 0 };

static void
test_binary_is_read_and_written_back(void **state)
{
	char memory[IDM_SID_BINARY_MAX];
	struct idm_buf buf;
	struct idm_sid sid;
	struct idm_err err;

	(void)state;
	assert_good(idm_sid_read((struct idm_str){ (const char *)binary,
				     sizeof(binary) },
			&sid, &err),
	    err);
	assert_true(idm_sid_equal(&sid, &good[2].sid));
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_sid_write(&buf, &sid);
	assert_int_equal(buf.len, sizeof(binary));
	assert_memory_equal(buf.data, binary, sizeof(binary));
}

static void
test_the_authority_is_big_endian(void **state)
{
	static const char bytes[] = { 1, 1, 1, 2, 3, 4, 5, 6, 9, 0, 0, 0 };
	char text[IDM_SID_TEXT_MAX];
	struct idm_sid sid;
	struct idm_err err;

	(void)state;
	assert_good(
	    idm_sid_read((struct idm_str){ bytes, sizeof(bytes) }, &sid, &err),
	    err);
	assert_string_equal(idm_sid_format(&sid, text), "S-1-1108152157446-9");
}

static void
test_binary_faults_are_named(void **state)
{
	static const struct {
		unsigned char bytes[16];
		size_t len;
		const char *why;
	} cases[] = {
		{ { 0 }, 0, "has 0 bytes; 8 is the least" },
		{ { 1, 1, 0, 0, 0, 0, 0 }, 7, "has 7 bytes; 8 is the least" },
		{ { 2, 1, 0, 0, 0, 0, 0, 5, 1, 0, 0, 0 }, 12, "revision 2" },
		{ { 1, 0, 0, 0, 0, 0, 0, 5 }, 8, "has 0 sub-authorities" },
		{ { 1, 16, 0, 0, 0, 0, 0, 5 }, 8, "has 16 sub-authorities" },
		{ { 1, 1, 0, 0, 0, 0, 0, 5, 1, 0, 0 }, 11,
		    "has 11 bytes; its 1 sub-authorities make 12" },
		{ { 1, 1, 0, 0, 0, 0, 0, 5, 1, 0, 0, 0, 0 }, 13,
		    "has 13 bytes; its 1 sub-authorities make 12" },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_sid sid = { .nsubs = 77 };
		struct idm_err err = { 0 };

		assert_fails(
		    idm_sid_read((struct idm_str){ (const char *)cases[i].bytes,
				     cases[i].len },
			&sid, &err),
		    IDM_INVALID, err, cases[i].why);
		assert_int_equal(sid.nsubs, 77);
	}
}

static struct idm_sid
sid_of(const char *text)
{
	struct idm_sid sid;
	struct idm_err err;

	assert_good(idm_sid_parse(idm_str_of(text), &sid, &err), err);
	return sid;
}

static void
test_order(void **state)
{
	static const char *const ascending[] = { "S-1-0-0", "S-1-5-21",
		"S-1-5-21-1-2-3", "S-1-5-21-1-2-3-9", "S-1-5-21-1-2-3-10",
		"S-1-5-21-4294967295", "S-1-5-32-544", "S-1-16-0" };

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(ascending); i++) {
		for (size_t j = 0; j < IDM_COUNTOF(ascending); j++) {
			struct idm_sid a = sid_of(ascending[i]);
			struct idm_sid b = sid_of(ascending[j]);
			int order = idm_sid_compare(&a, &b);

			assert_int_equal(
			    (order > 0) - (order < 0), (i > j) - (i < j));
			assert_int_equal(idm_sid_equal(&a, &b), i == j);
		}
	}
}

static void
test_a_rid_is_split_off_and_put_back(void **state)
{
	struct idm_sid account = sid_of("S-1-5-21-1-2-3-500");
	struct idm_sid single = sid_of("S-1-5-18");
	struct idm_sid domain;
	struct idm_sid back;
	uint32_t rid = 7;

	(void)state;
	assert_true(idm_sid_split(&account, &domain, &rid));
	assert_int_equal(rid, 500);
	assert_true(idm_sid_is_domain(&domain));
	back = idm_sid_of(&domain, rid);
	assert_true(idm_sid_equal(&account, &back));
	rid = 7;
	assert_false(idm_sid_split(&single, &domain, &rid));
	assert_int_equal(rid, 7);
}

static void
test_kinds(void **state)
{
	static const struct {
		const char *text;
		bool is_domain;
		bool is_builtin;
	} cases[] = {
		{ "S-1-5-21-1-2-3", true, false },
		{ "S-1-5-21-1-2", false, false },
		{ "S-1-5-21-1-2-3-500", false, false },
		{ "S-1-5-22-1-2-3", false, false },
		{ "S-1-4-21-1-2-3", false, false },
		{ "S-1-5-32", false, true },
		{ "S-1-5-32-544", false, true },
		{ "S-1-4-32-544", false, false },
		{ "S-1-5-18", false, false },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_sid sid = sid_of(cases[i].text);

		assert_int_equal(idm_sid_is_domain(&sid), cases[i].is_domain);
		assert_int_equal(idm_sid_is_builtin(&sid), cases[i].is_builtin);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_is_read_and_written_back),
		cmocka_unit_test(test_each_fault_is_named),
		cmocka_unit_test(test_the_longest_text_fits),
		cmocka_unit_test(test_binary_is_read_and_written_back),
		cmocka_unit_test(test_the_authority_is_big_endian),
		cmocka_unit_test(test_binary_faults_are_named),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_a_rid_is_split_off_and_put_back),
		cmocka_unit_test(test_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
