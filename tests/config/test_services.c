#include "tests/unit.h"

#include "config/services.h"

/* clang-format off */
static const struct {
	const char *list;
	const char *why; /* NULL: it is good */
} cases[] = {
	{ "files",                   NULL },
	{ " files\tldap  extrausers ", NULL },
	{ "nss_x-2",                 NULL },
	{ "",                        "no name service is listed" },
	{ " \t ",                    "no name service is listed" },
	{ "files,ldap",              "'files,ldap' is no list" },
	{ "files [NOTFOUND=return]", "is no list" },
	{ "files\nldap",             "is no list" },
	{ "../x",                    "is no list" },
	{ "Files",                   "is no list" },
	{ "idmap",                   "the name service idmap cannot be asked" },
	{ "files idmap",             "the name service idmap cannot be asked" },
	{ "files compat",            "the name service compat cannot be asked" },
	{ "idmap2",                  NULL },
};
/* clang-format on */

static void
test_lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_err err = { .text = "" };
		enum idm_status st = idm_services_check(
		    idm_str_of(cases[i].list), &err);

		if (cases[i].why == NULL)
			assert_good(st, err);
		else
			assert_fails(st, IDM_INVALID, err, cases[i].why);
	}
}

static void
test_names_come_off_one_by_one(void **state)
{
	struct idm_str rest = idm_str_of(" files\t ldap ");
	struct idm_str name;

	(void)state;
	assert_true(idm_services_next(&rest, &name));
	assert_true(idm_str_is(name, "files"));
	assert_true(idm_str_is(rest, "ldap "));
	assert_true(idm_services_next(&rest, &name));
	assert_true(idm_str_is(name, "ldap"));
	assert_false(idm_services_next(&rest, &name));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_names_come_off_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
