/* Which word is taken for the one that was meant. */

#include "tests/unit.h"

#include "base/attr.h"

#include "base/nearest.h"

static const char *const words[] = { "add", "apply", "backup", "domain list",
	"domain edit", "dump", "export", "import", "list", "remove", "restore",
	"show", "status" };

/* clang-format off */
static const struct {
	const char *typed;
	const char *meant; /* NULL: none is near enough */
} cases[] = {
	{ "aply", "apply" },
	{ "aplpy", "apply" },
	{ "lsit", "list" },
	{ "exprot", "export" },
	{ "rest", "restore" },
	{ "domain lst", "domain list" },
	{ "domain edti", "domain edit" },
	{ "d", "domain list" },
	{ "frobnicate", NULL },
	{ "xyz", NULL },
	{ "", NULL },
	{ "restorerestorerestorerestorerestorerestore", NULL },
};
/* clang-format on */

static void
test_the_nearest_word_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_nearest nearest = idm_nearest_to(cases[i].typed);

		for (size_t j = 0; j < IDM_COUNTOF(words); j++)
			idm_nearest_try(&nearest, words[j]);
		if (cases[i].meant == NULL) {
			if (nearest.best != NULL)
				fail_msg("'%s': found '%s'", cases[i].typed,
				    nearest.best);
			continue;
		}
		if (nearest.best == NULL)
			fail_msg("'%s': found none", cases[i].typed);
		assert_string_equal(nearest.best, cases[i].meant);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_nearest_word_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
