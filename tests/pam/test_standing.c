#include "tests/unit.h"

#include "pam/standing.h"

#define HOUR   UINT64_C(3600)
#define SUNDAY (UINT64_C(3) * 24 * HOUR) /* 1970-01-04, midnight UTC */
#define WEEK   (7 * 24 * HOUR)

/* Each hour of a week is one bit, from Sunday's midnight on, in UTC. */
static void
test_each_hour_has_its_bit(void **state)
{
	(void)state;
	for (unsigned hour = 0; hour < 168; hour++) {
		struct idm_cached_account account = { .has_hours = true };
		uint64_t begin = SUNDAY + 2000 * WEEK + hour * HOUR;

		account.hours[hour / 8] = (uint8_t)(1u << hour % 8);
		assert_true(idm_pam_standing_is_in_hours(&account, begin));
		assert_true(
		    idm_pam_standing_is_in_hours(&account, begin + HOUR - 1));
		assert_false(idm_pam_standing_is_in_hours(&account, begin - 1));
		assert_false(
		    idm_pam_standing_is_in_hours(&account, begin + HOUR));
	}
}

static void
test_without_hours_all_are_good(void **state)
{
	const struct idm_cached_account account = { .has_hours = false };

	(void)state;
	assert_true(idm_pam_standing_is_in_hours(&account, 0));
	assert_true(idm_pam_standing_is_in_hours(&account, SUNDAY - 1));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_hour_has_its_bit),
		cmocka_unit_test(test_without_hours_all_are_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
