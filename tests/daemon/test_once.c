#include <stdio.h>

#include "tests/unit.h"

#include "daemon/once.h"

static bool
due(struct once *once, const char *text, int64_t now)
{
	return once_is_due(once, idm_str_of(text), now);
}

static void
test_a_text_is_said_once_a_minute(void **state)
{
	struct once once = { .next = 0 };

	(void)state;
	assert_true(due(&once, "dark", 1000));
	assert_false(due(&once, "dark", 1000));
	assert_true(due(&once, "another", 1000));
	assert_false(due(&once, "dark", 1000 + ONCE_MS - 1));
	assert_true(due(&once, "dark", 1000 + ONCE_MS));
	assert_false(due(&once, "dark", 1001 + ONCE_MS));
}

static void
test_of_many_the_oldest_is_forgotten(void **state)
{
	struct once once = { .next = 0 };
	char text[20];

	(void)state;
	for (int i = 0; i <= ONCE_TEXTS; i++) {
		(void)snprintf(text, sizeof(text), "text %d", i);
		assert_true(due(&once, text, 1000));
	}
	assert_false(due(&once, "text 1", 1000));
	assert_true(due(&once, "text 0", 1000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_text_is_said_once_a_minute),
		cmocka_unit_test(test_of_many_the_oldest_is_forgotten),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
