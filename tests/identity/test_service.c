#include "tests/unit.h"

#include "identity/service.h"

/* clang-format off */
static const struct {
	const char *service;
	bool holds;
} cases[] = {
	{ "sshd",          true },
	{ "sshd-internal", true },
	{ "su",            true },
	{ "su-l",          true },
	{ "su-rs",         true },
	{ "sudo",          true },
	{ "sudo-i",        true },
	{ "sudo-rs-i",     true },
	{ "runuser-l",     true },
	{ "doas",          true },
	{ "login",         false },
	{ "gdm-password",  false },
	{ "super",         false },
	{ "sudoku",        false },
	{ "xsshd",         false },
	{ "-su",           false },
	{ "",              false },
};
/* clang-format on */

static void
test_services_that_compare_names_are_known(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_str service = idm_str_of(cases[i].service);

		if (idm_service_holds_name(service) != cases[i].holds)
			fail_msg("'%s'", cases[i].service);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_services_that_compare_names_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
