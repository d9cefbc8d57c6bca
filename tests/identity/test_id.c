#include "tests/unit.h"

#include "base/attr.h"
#include "identity/id.h"

static void
test_reserved_ids_have_a_reason(void **state)
{
	static const uint32_t ids[] = { 0, 61184, 62000, 65519, 65534, 65535,
		4294967295u };

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(ids); i++) {
		if (idm_id_reserved(ids[i]) == NULL)
			fail_msg("%u is served", ids[i]);
	}
}

static void
test_their_neighbours_may_be_served(void **state)
{
	static const uint32_t ids[] = { 1, 999, 1000, 61183, 65520, 65533,
		65536, 2147483648u, 4294967294u };

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(ids); i++) {
		if (idm_id_reserved(ids[i]) != NULL)
			fail_msg("%u %s", ids[i], idm_id_reserved(ids[i]));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reserved_ids_have_a_reason),
		cmocka_unit_test(test_their_neighbours_may_be_served),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
