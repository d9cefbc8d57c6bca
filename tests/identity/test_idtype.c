#include "tests/unit.h"

#include "base/attr.h"
#include "identity/idtype.h"

/* clang-format off */
static const struct {
	const char *operand;
	enum idm_idtype type;
	const char *text;
} good[] = {
	{ "winuser:alice@corp",  IDM_ID_WINUSER,   "alice@corp" },
	{ "WinGroup:CORP\\staff", IDM_ID_WINGROUP, "CORP\\staff" },
	{ "winname:alice",       IDM_ID_WINNAME,   "alice" },
	{ "unixuser:alice",      IDM_ID_UNIXUSER,  "alice" },
	{ "unixgroup:a:b",       IDM_ID_UNIXGROUP, "a:b" },
	{ "unixuser:*",          IDM_ID_UNIXUSER,  "*" },
	{ "uid:0",               IDM_ID_UID,       "0" },
	{ "GID:4294967294",      IDM_ID_GID,       "4294967294" },
	{ "sid:S-1-5-18",        IDM_ID_SID,       "S-1-5-18" },
	{ "usid:S-1-5-18",       IDM_ID_USID,      "S-1-5-18" },
	{ "gsid:S-1-5-18",       IDM_ID_GSID,      "S-1-5-18" },
	{ "alice",               IDM_ID_NONE,      "alice" },
	{ "alice@corp",          IDM_ID_NONE,      "alice@corp" },
	{ "CORP\\alice",         IDM_ID_NONE,      "CORP\\alice" },
	{ "",                    IDM_ID_NONE,      "" },
	{ "\"\"",                IDM_ID_NONE,      "" },
	{ "winuser:",            IDM_ID_WINUSER,   "" },
	{ "winuser:\"\"",        IDM_ID_WINUSER,   "" },
	{ "unixgroup:\"\"",      IDM_ID_UNIXGROUP, "" },
};

static const struct {
	const char *operand;
	const char *why;
} bad[] = {
	{ "pid:1",             "'pid' is no type of identity" },
	{ "unixname:a",        "'unixname' is no type of identity" },
	{ "al:ice",            "'al' is no type of identity" },
	{ ":a",                "'' is no type of identity" },
	{ "uid:",              "uid: '' is not a number" },
	{ "uid:1x",            "uid: '1x' is not a number" },
	{ "gid:4294967295",    "gid: '4294967295' is above 4294967294" },
	{ "gid:-1",            "gid: '-1' is not a number" },
	{ "sid:",              "sid: SID '' does not begin" },
	{ "usid:S-1-5",        "usid: SID 'S-1-5' has no sub-authority" },
	{ "winuser:@corp",     "winuser: Windows name '@corp' has an empty name" },
	{ "a@",                "has an empty domain" },
	{ "unixuser:a\nb",     "unixuser: remote name has the control" },
	{ "a\tb",              "remote name has the control" },
};
/* clang-format on */

static void
test_operands(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(good); i++) {
		struct idm_identity identity;
		struct idm_err err;

		assert_good(idm_identity_parse(
				idm_str_of(good[i].operand), &identity, &err),
		    err);
		assert_int_equal(identity.type, good[i].type);
		if (!idm_str_is(identity.text, good[i].text)) {
			fail_msg("%s: '%.*s'", good[i].operand,
			    (int)identity.text.len, identity.text.data);
		}
	}
}

static void
test_values_are_read(void **state)
{
	struct idm_identity identity;
	struct idm_err err;

	(void)state;
	assert_good(
	    idm_identity_parse(idm_str_of("uid:1234"), &identity, &err), err);
	assert_int_equal(identity.id, 1234);
	assert_good(
	    idm_identity_parse(idm_str_of("gsid:S-1-5-9"), &identity, &err),
	    err);
	assert_int_equal(identity.sid.sub[0], 9);
	assert_good(
	    idm_identity_parse(idm_str_of("CORP\\al"), &identity, &err), err);
	assert_true(idm_str_is(identity.win.domain, "CORP"));
	assert_true(idm_str_is(identity.win.name, "al"));
	assert_good(
	    idm_identity_parse(idm_str_of("winname:al@d"), &identity, &err),
	    err);
	assert_true(idm_str_is(identity.win.domain, "d"));
}

static void
test_each_fault_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct idm_identity identity = { .id = 77 };
		struct idm_err err = { 0 };

		assert_fails(idm_identity_parse(
				 idm_str_of(bad[i].operand), &identity, &err),
		    IDM_INVALID, err, bad[i].why);
		assert_int_equal(identity.id, 77);
	}
}

static void
test_types(void **state)
{
	(void)state;
	for (unsigned i = IDM_ID_USID; i <= IDM_ID_WINNAME; i++) {
		enum idm_idtype type = (enum idm_idtype)i;
		enum idm_idtype back = IDM_ID_NONE;
		struct idm_err err;

		assert_good(idm_idtype_parse(
				idm_str_of(idm_idtype_name(type)), &back, &err),
		    err);
		assert_int_equal(back, type);
		assert_true(
		    idm_idtype_is_windows(type) != idm_idtype_is_unix(type));
	}
	assert_string_equal(idm_idtype_name(IDM_ID_NONE), "");
	assert_false(idm_idtype_is_windows(IDM_ID_NONE));
	assert_false(idm_idtype_is_unix(IDM_ID_NONE));
	assert_true(idm_idtype_is_name(IDM_ID_UNIXGROUP));
	assert_true(idm_idtype_is_name(IDM_ID_WINNAME));
	assert_false(idm_idtype_is_name(IDM_ID_SID));
	assert_false(idm_idtype_is_name(IDM_ID_GID));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_operands),
		cmocka_unit_test(test_values_are_read),
		cmocka_unit_test(test_each_fault_is_named),
		cmocka_unit_test(test_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
