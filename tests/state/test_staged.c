#include <stdio.h>

#include "tests/random.h"
#include "tests/unit.h"

#include "state/staged.h"

static struct idm_staged *
new_staged(void)
{
	struct idm_staged *staged = NULL;
	struct idm_err err;

	assert_good(idm_staged_new(&staged, &err), err);
	return staged;
}

static void
add(struct idm_staged *staged, const char *key, const char *value)
{
	struct idm_change change = { .key = idm_str_of(key) };
	struct idm_err err;

	change.removed = value == NULL;
	change.value = idm_str_of(value == NULL ? "" : value);
	assert_good(idm_staged_add(staged, &change, &err), err);
}

/* The value of a key, "-" when removed, "" when it is not there. */
static void
assert_value(
    const struct idm_staged *staged, const char *key, const char *value)
{
	struct idm_change change;

	if (!idm_staged_find(staged, idm_str_of(key), &change))
		assert_string_equal(value, "");
	else if (change.removed)
		assert_string_equal(value, "-");
	else
		assert_true(idm_str_is(change.value, value));
}

static void
test_the_latest_is_found_and_taken_back(void **state)
{
	struct idm_staged *staged = new_staged();

	(void)state;
	assert_value(staged, "a", "");
	add(staged, "a", "1");
	add(staged, "b", "2");
	add(staged, "a", "3");
	add(staged, "a", NULL);
	assert_value(staged, "a", "-");
	idm_staged_back(staged, 3);
	assert_value(staged, "a", "3");
	idm_staged_back(staged, 2);
	assert_value(staged, "a", "1");
	assert_value(staged, "b", "2");
	idm_staged_back(staged, 5); /* further than there is: nothing */
	assert_int_equal(idm_staged_count(staged), 2);
	idm_staged_back(staged, 0);
	assert_value(staged, "a", "");
	idm_staged_free(&staged);
	assert_null(staged);
	idm_staged_free(&staged);
}

#define KEYS  200
#define STEPS 20000

/* Against a list that is searched from its end. */
static void
test_random_steps_agree_with_a_list(void **state)
{
	static unsigned key_of[STEPS], value_of[STEPS];
	struct idm_staged *staged = new_staged();
	struct dice dice = { 0x5eed5 };
	size_t n = 0;

	(void)state;
	for (unsigned step = 0; step < STEPS; step++) {
		unsigned key = roll(&dice, KEYS);
		char name[16], value[16] = "";

		(void)snprintf(name, sizeof(name), "k%u", key);
		for (size_t i = n; i-- > 0 && value[0] == '\0';) {
			if (key_of[i] == key)
				(void)snprintf(
				    value, sizeof(value), "v%u", value_of[i]);
		}
		assert_value(staged, name, value);
		if (roll(&dice, 100) == 0) {
			n = roll(&dice, (unsigned)n + 1);
			idm_staged_back(staged, n);
		} else {
			key_of[n] = key;
			value_of[n++] = step;
			(void)snprintf(value, sizeof(value), "v%u", step);
			add(staged, name, value);
		}
		assert_int_equal(idm_staged_count(staged), n);
	}
	idm_staged_free(&staged);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_latest_is_found_and_taken_back),
		cmocka_unit_test(test_random_steps_agree_with_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
