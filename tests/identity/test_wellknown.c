#include "tests/unit.h"

#include "base/attr.h"
#include "identity/wellknown.h"
#include "identity/winname.h"

static struct idm_sid
sid_of(const char *text)
{
	struct idm_sid sid;
	struct idm_err err;

	assert_good(idm_sid_parse(idm_str_of(text), &sid, &err), err);
	return sid;
}

static const struct idm_wellknown *
by_sid(const char *text)
{
	struct idm_sid sid = sid_of(text);

	return idm_wellknown_by_sid(&sid);
}

static const struct idm_wellknown *
by_name(const char *name, const char *domain)
{
	return idm_wellknown_by_name(idm_str_of(name), idm_str_of(domain));
}

/* clang-format off */
static const struct {
	const char *sid;
	const char *name;
	const char *domain;    /* as Windows shows it */
	const char *canonical; /* as idmap(1M) lists it */
	bool is_group;
} known[] = {
	{ "S-1-0-0",      "Nobody",         "", "", false },
	{ "S-1-1-0",      "Everyone",       "", "", true },
	{ "S-1-3-0",      "CREATOR OWNER",  "", "", false },
	{ "S-1-5-7",      "ANONYMOUS LOGON", "NT AUTHORITY", "", true },
	{ "S-1-5-18",     "SYSTEM",         "NT AUTHORITY", "", true },
	{ "S-1-5-113",    "Local account",  "NT AUTHORITY", "", true },
	{ "S-1-5-64-10",  "NTLM Authentication", "NT AUTHORITY", "", true },
	{ "S-1-5-32-544", "Administrators", "BUILTIN", "BUILTIN", true },
	{ "S-1-5-32-583", "Device Owners",  "BUILTIN", "BUILTIN", true },
	{ "S-1-5-80-0",   "ALL SERVICES",   "NT SERVICE", "NT SERVICE", true },
	{ "S-1-5-83-0",   "Virtual Machines",
	  "NT VIRTUAL MACHINE", "NT VIRTUAL MACHINE", true },
	{ "S-1-5-90-0-1", "DWM-1", "Window Manager", "Window Manager", false },
	{ "S-1-15-2-1",   "ALL APPLICATION PACKAGES",
	  "APPLICATION PACKAGE AUTHORITY", "APPLICATION PACKAGE AUTHORITY",
	  true },
	{ "S-1-16-8448",  "Medium Plus Mandatory Level",
	  "Mandatory Label", "Mandatory Label", true },
	{ "S-1-18-1",     "Authentication authority asserted identity",
	  "", "", true },
	{ "S-1-5-21-0-0-0-497", "Claims Valid", "NT AUTHORITY", "", true },
};
/* clang-format on */

static void
test_known_sids(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(known); i++) {
		const struct idm_wellknown *row = by_sid(known[i].sid);

		if (row == NULL)
			fail_msg("%s is not found", known[i].sid);
		assert_int_equal(row->where, IDM_WK_ABSOLUTE);
		assert_string_equal(row->name, known[i].name);
		assert_string_equal(row->domain, known[i].domain);
		assert_string_equal(
		    idm_wellknown_domain(row), known[i].canonical);
		assert_int_equal(row->is_group, known[i].is_group);
		assert_ptr_equal(by_name(known[i].name, known[i].domain), row);
		assert_ptr_equal(by_name(known[i].name, ""), row);
	}
}

static void
test_rids_of_domains(void **state)
{
	static const struct {
		uint32_t rid;
		const char *name;
		enum idm_wk_where where;
	} cases[] = {
		{ 498, "Enterprise Read-only Domain Controllers",
		    IDM_WK_DOMAIN },
		{ 500, "Administrator", IDM_WK_ACCOUNT },
		{ 502, "KRBTGT", IDM_WK_ACCOUNT },
		{ 513, "Domain Users", IDM_WK_DOMAIN },
		{ 520, "Group Policy Creator Owners", IDM_WK_DOMAIN },
		{ 527, "Enterprise Key Admins", IDM_WK_DOMAIN },
		{ 553, "RAS and IAS Servers", IDM_WK_DOMAIN },
		{ 572, "Denied RODC Password Replication Group",
		    IDM_WK_DOMAIN },
	};
	struct idm_sid domain = sid_of("S-1-5-21-1-2-3");

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_sid sid = idm_sid_of(&domain, cases[i].rid);
		const struct idm_wellknown *row = idm_wellknown_by_sid(&sid);

		assert_non_null(row);
		assert_string_equal(row->name, cases[i].name);
		assert_int_equal(row->where, cases[i].where);
		assert_int_equal(row->is_group, row->where == IDM_WK_DOMAIN);
		assert_null(row->domain);
		assert_null(idm_wellknown_domain(row));
		assert_ptr_equal(by_name(cases[i].name, "CORP"), row);
	}
}

static void
test_what_is_not_wellknown(void **state)
{
	(void)state;
	assert_null(by_sid("S-1-5-21-1-2-3"));
	assert_null(by_sid("S-1-5-21-1-2-3-1000"));
	assert_null(by_sid("S-1-5-21-1-2-513"));
	assert_null(by_sid("S-1-5-21-1-2-3-4-513"));
	assert_null(by_sid("S-1-5-21-0-0-0-513"));
	assert_null(by_sid("S-1-5-32"));
	assert_null(by_sid("S-1-5-32-1000"));
	assert_null(by_sid("S-1-22-1-0"));
	assert_null(by_name("alice", ""));
	assert_null(by_name("Administrators", "CORP"));
	assert_null(by_name("SYSTEM", "BUILTIN"));
	assert_null(by_name("", ""));
}

static void
test_names_have_no_case_and_older_spellings(void **state)
{
	(void)state;
	assert_ptr_equal(
	    by_name("ADMINistrators", "builtin"), by_sid("S-1-5-32-544"));
	assert_ptr_equal(
	    by_name("network service", "nt authority"), by_sid("S-1-5-20"));
	assert_ptr_equal(by_name("global policy creator owners", "CORP"),
	    by_sid("S-1-5-21-1-2-3-520"));
	assert_ptr_equal(by_name("Local System", ""), by_sid("S-1-5-18"));
	assert_ptr_equal(
	    by_name("Terminal Server Users", ""), by_sid("S-1-5-13"));
	assert_ptr_equal(by_name("NULL SID", ""), by_sid("S-1-0-0"));
}

/* idmap(1M)'s hard-wired mappings are these and no others. */
static void
test_hard_mappings(void **state)
{
	static const struct {
		const char *sid;
		enum idm_wk_map map;
		uint32_t id;
	} hard[] = {
		{ "S-1-0-0", IDM_WK_INHIBITED, 0 },
		{ "S-1-3-0", IDM_WK_UID, 2147483648u },
		{ "S-1-3-1", IDM_WK_GID, 2147483649u },
		{ "S-1-3-3", IDM_WK_INHIBITED, 0 },
		{ "S-1-5-7", IDM_WK_NOBODY, 0 },
		{ "S-1-5-18", IDM_WK_GID, 2147483648u },
	};
	unsigned n, left = IDM_COUNTOF(hard);
	const struct idm_wellknown *rows = idm_wellknown_all(&n);

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(hard); i++) {
		assert_int_equal(by_sid(hard[i].sid)->map, hard[i].map);
		assert_int_equal(by_sid(hard[i].sid)->id, hard[i].id);
	}
	for (unsigned i = 0; i < n; i++)
		left -= rows[i].map != IDM_WK_FREE;
	assert_int_equal(left, 0);
}

static bool
are_same_name(const struct idm_wellknown *a, const struct idm_wellknown *b)
{
	return idm_fold_ascii_equal(idm_str_of(a->name), idm_str_of(b->name));
}

/* Each row is found by its own SID, and its name is nobody else's. */
static void
test_the_table_is_sound(void **state)
{
	struct idm_sid domain = sid_of("S-1-5-21-1-2-3");
	unsigned n;
	const struct idm_wellknown *rows = idm_wellknown_all(&n);

	(void)state;
	assert_true(n > 120);
	for (unsigned i = 0; i < n; i++) {
		struct idm_sid sid = rows[i].where == IDM_WK_ABSOLUTE
		    ? sid_of(rows[i].sid)
		    : idm_sid_of(&domain, rows[i].rid);

		assert_ptr_equal(idm_wellknown_by_sid(&sid), &rows[i]);
		for (unsigned j = 0; j < i; j++) {
			if (are_same_name(&rows[i], &rows[j]))
				fail_msg("two are '%s'", rows[i].name);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_sids),
		cmocka_unit_test(test_rids_of_domains),
		cmocka_unit_test(test_what_is_not_wellknown),
		cmocka_unit_test(test_names_have_no_case_and_older_spellings),
		cmocka_unit_test(test_hard_mappings),
		cmocka_unit_test(test_the_table_is_sound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
