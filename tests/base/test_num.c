#include "tests/unit.h"

#include "base/attr.h"
#include "base/num.h"

/* clang-format off */
static const struct {
	const char *text;
	uint32_t id;
} good[] = {
	{ "0", 0 },
	{ "7", 7 },
	{ "1000", 1000 },
	{ "4294967294", 4294967294u },
};

static const struct {
	const char *text;
	const char *why;
} bad[] = {
	{ "", "not a number" },
	{ "-1", "not a number" },
	{ "+1", "not a number" },
	{ " 1", "not a number" },
	{ "1 ", "not a number" },
	{ "1e3", "not a number" },
	{ "0x10", "leading zero" },
	{ "007", "leading zero" },
	{ "4294967295", "above 4294967294" },
	{ "4294967296", "above 4294967294" },
	{ "99999999999999999999999", "above 4294967294" },
};
/* clang-format on */

static void
test_good_ids_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(good); i++) {
		struct idm_err err;
		uint32_t id;

		assert_good(
		    idm_num_id(good[i].text, strlen(good[i].text), &id, &err),
		    err);
		assert_int_equal(id, good[i].id);
	}
}

static void
test_bad_ids_are_refused_and_say_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct idm_err err = { 0 };
		uint32_t id = 42;

		assert_fails(
		    idm_num_id(bad[i].text, strlen(bad[i].text), &id, &err),
		    IDM_INVALID, err, bad[i].why);
		assert_int_equal(id, 42); /* untouched */
	}
}

static void
test_a_small_maximum_holds(void **state)
{
	struct idm_err err;
	uint64_t value;

	(void)state;
	assert_good(idm_num_parse("9", 1, 9, &value, &err), err);
	assert_fails(
	    idm_num_parse("10", 2, 9, &value, &err), IDM_INVALID, err, "above");
	assert_fails(
	    idm_num_parse("5", 1, 3, &value, &err), IDM_INVALID, err, "above");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_ids_are_read),
		cmocka_unit_test(test_bad_ids_are_refused_and_say_why),
		cmocka_unit_test(test_a_small_maximum_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
