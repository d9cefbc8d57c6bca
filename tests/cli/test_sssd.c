#include "tests/unit.h"

#include "base/attr.h"

#include "cli/sssd.h"

/* As ldbsearch prints a cache. */
static const char
    cache[] = "# record 1\n"
	      "dn: objectSID=S-1-5-21-1-2-3,cn=id_mappings,cn=corp,cn=sysdb\n"
	      "name: corp.example\n"
	      "objectSID: S-1-5-21-1-2-3\n"
	      "slice: 3430\n"
	      "\n"
	      "# record 2\n"
	      "dn: cn=id_mappings,cn=corp,cn=sysdb\n"
	      "\n"
	      "# record 3\n"
	      "dn: objectSID=S-1-5-21-4-5-6,cn=id_mappings,cn=corp,cn=sysdb\n"
	      "objectsid: S-1-5-21-4-5-6\n"
	      "slice: 0\n"
	      "\n"
	      "# returned 3 records\n"
	      "# 3 entries\n"
	      "# 0 referrals\n";

static void
test_slices(void **state)
{
	struct idm_str text = idm_str_of(cache);
	struct sssd_slice slice;
	unsigned long line = 0;
	struct idm_err err = { 0 };

	(void)state;
	assert_good(sssd_next_slice(&text, &slice, &line, &err), err);
	assert_true(idm_str_is(slice.name, "corp.example"));
	assert_int_equal(slice.sid.sub[3], 3);
	assert_int_equal(slice.slice, 3430);
	assert_int_equal(line, 6);
	assert_good(sssd_next_slice(&text, &slice, &line, &err), err);
	assert_int_equal(slice.name.len, 0);
	assert_int_equal(slice.sid.sub[3], 6);
	assert_int_equal(slice.slice, 0);
	assert_fails(sssd_next_slice(&text, &slice, &line, &err), IDM_NOTFOUND,
	    err, "no more slice");
}

static void
test_the_last_line_needs_no_newline(void **state)
{
	struct idm_str text = idm_str_of("objectSID: S-1-5-21-1-2-3\nslice: 7");
	struct sssd_slice slice;
	unsigned long line = 0;
	struct idm_err err;

	(void)state;
	assert_good(sssd_next_slice(&text, &slice, &line, &err), err);
	assert_int_equal(slice.slice, 7);
}

static void
test_what_is_malformed(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} cases[] = {
		{ "objectSID: S-1-5\nslice: 1\n", "has no sub-authority" },
		{ "objectSID: S-1-5-32\nslice: 1\n", "is no domain's SID" },
		{ "objectSID: S-1-5-21-1-2-3\nslice: -1\n",
		    "slice: '-1' is not a number" },
		{ "objectSID: S-1-5-21-1-2-3\nslice: 4294967296\n",
		    "slice: '4294967296' is above" },
		{ "objectSID: S-1-5-21-1-2-3\nname:: eA==\nslice: 1\n",
		    "are not one plain line each" },
		{ "objectSID: S-1-5-21-1-2-3\n 4\nslice: 1\n",
		    "are not one plain line each" },
		{ "objectSID: S-1-5-21-1-2-3\nslice: 1\nslice: 2\n",
		    "are not one plain line each" },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_str text = idm_str_of(cases[i].text);
		struct sssd_slice slice;
		unsigned long line = 0;
		struct idm_err err = { 0 };

		assert_fails(sssd_next_slice(&text, &slice, &line, &err),
		    IDM_INVALID, err, cases[i].why);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_slices),
		cmocka_unit_test(test_the_last_line_needs_no_newline),
		cmocka_unit_test(test_what_is_malformed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
