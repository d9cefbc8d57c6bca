#include <string.h>

#include "tests/unit.h"

#include "base/attr.h"
#include "config/namesfile.h"

static const struct {
	const char *text;
	const char *why; /* NULL: it is good */
} lines[] = {
	{ "user:1107:alice", NULL },
	{ "user:1107:alice:513:Alice:/home/alice:/bin/sh", NULL },
	{ "user:S-1-5-21-1-2-3-1107:alice::::", NULL },
	{ "group:513:Domain Users:alice,bob", NULL },
	{ "group:513:Domain Users", NULL },
	{ "usr:1:x", "a line begins with 'user:' or 'group:', not with 'usr'" },
	{ "user", "RID: '' is not a number" },
	{ "user:01:x", "RID: '01' has a leading zero" },
	{ "user:4294967296:x", "RID: '4294967296' is above 4294967295" },
	{ "user:S-1-5:x", "SID 'S-1-5' has no sub-authority, and so no RID" },
	{ "user:1:", "Windows name '' is empty" },
	{ "user:1:a@b", "name 'a@b' has a domain: write it without" },
	{ "user:1:D\\b", "name 'D\\b' has a domain: write it without" },
	{ "user:1:a/b", "'/'" },
	{ "user:1:x:::home", "home 'home' is no absolute path" },
	{ "user:1:x::::sh", "shell 'sh' is no absolute path" },
	{ "user:1:x:::/h:/s:more", "there is more than a user has" },
	{ "group:1:x:m:more", "there is more than a group has" },
};

static void
test_each_line_and_why_it_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(lines); i++) {
		struct idm_names_reader reader = { .rest = idm_str_of(
						       lines[i].text) };
		struct idm_names_line line;
		struct idm_err err;
		enum idm_status st = idm_names_next(&reader, &line, &err);

		if (lines[i].why == NULL) {
			assert_good(st, err);
		} else if (st != IDM_INVALID ||
		    strstr(err.text, lines[i].why) == NULL) {
			fail_msg("%s: %s, not %s", lines[i].text,
			    st == IDM_OK ? "accepted" : err.text, lines[i].why);
		}
	}
}

static void
test_a_user_has_its_fields(void **state)
{
	struct idm_names_reader reader = {
		.rest = idm_str_of(
		    "# nobody\n\nuser:7:Al:Staff:Al L:/h/al:/bin/sh\r\n")
	};
	struct idm_names_line line;
	struct idm_err err;

	(void)state;
	assert_good(idm_names_next(&reader, &line, &err), err);
	assert_int_equal(line.line, 3);
	assert_false(line.is_group);
	assert_int_equal(line.sid.nsubs, 0);
	assert_int_equal(line.rid, 7);
	assert_true(idm_str_is(line.name, "Al"));
	assert_true(idm_str_is(line.primary, "Staff"));
	assert_true(idm_str_is(line.gecos, "Al L"));
	assert_true(idm_str_is(line.home, "/h/al"));
	assert_true(idm_str_is(line.shell, "/bin/sh"));
	assert_int_equal(idm_names_next(&reader, &line, &err), IDM_NOTFOUND);
}

static void
test_members_come_one_by_one(void **state)
{
	struct idm_str members = idm_str_of(" a b ,,1107, S-1-1-0,");
	struct idm_str member;

	(void)state;
	assert_true(idm_names_member(&members, &member));
	assert_true(idm_str_is(member, "a b"));
	assert_true(idm_names_member(&members, &member));
	assert_true(idm_str_is(member, "1107"));
	assert_true(idm_names_member(&members, &member));
	assert_true(idm_str_is(member, "S-1-1-0"));
	assert_false(idm_names_member(&members, &member));
}

static void
test_reading_goes_on_behind_a_mistake(void **state)
{
	struct idm_names_reader reader = { .rest = idm_str_of(
					       "user:x:a\nuser:1:b") };
	struct idm_names_line line;
	struct idm_err err;

	(void)state;
	assert_int_equal(idm_names_next(&reader, &line, &err), IDM_INVALID);
	assert_int_equal(reader.line, 1);
	assert_good(idm_names_next(&reader, &line, &err), err);
	assert_int_equal(line.line, 2);
	assert_true(idm_str_is(line.name, "b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_line_and_why_it_is_refused),
		cmocka_unit_test(test_a_user_has_its_fields),
		cmocka_unit_test(test_members_come_one_by_one),
		cmocka_unit_test(test_reading_goes_on_behind_a_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
