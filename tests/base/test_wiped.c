/* Memory that a child finds zeroed. */

#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit.h"

#include "base/wiped.h"

static void
test_it_is_made_once_and_zeroed(void **state)
{
	_Atomic(void *) place = NULL;
	int *number = idm_wiped_get(&place, sizeof(*number));

	(void)state;
	assert_non_null(number);
	assert_int_equal(*number, 0);
	*number = 7;
	assert_ptr_equal(idm_wiped_get(&place, sizeof(*number)), number);
	assert_int_equal(*number, 7);
	idm_wiped_free(&place, sizeof(*number));
	assert_null(atomic_load(&place));
	idm_wiped_free(&place, sizeof(*number));
}

static void
test_who_comes_second_takes_what_the_first_made(void **state)
{
	_Atomic(void *) place = NULL;
	void *first = idm_wiped_make(&place, 64);

	(void)state;
	assert_ptr_equal(idm_wiped_make(&place, 64), first);
	idm_wiped_free(&place, 64);
}

static void
test_a_child_finds_zeros_and_changes_nothing(void **state)
{
	_Atomic(void *) place = NULL;
	int *number = idm_wiped_get(&place, sizeof(*number));
	int status;
	pid_t child;

	(void)state;
	assert_non_null(number);
	*number = 7;
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0) {
		int found = *number;

		*number = 9;
		_exit(idm_wiped_get(&place, sizeof(*number)) == number ? found
								       : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(*number, 7);
	idm_wiped_free(&place, sizeof(*number));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_is_made_once_and_zeroed),
		cmocka_unit_test(
		    test_who_comes_second_takes_what_the_first_made),
		cmocka_unit_test(test_a_child_finds_zeros_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
