#include <errno.h>

#include "tests/unit.h"

static void
test_each_layer_adds_where(void **state)
{
	struct idm_err err;
	enum idm_status st;

	(void)state;
	st = idm_fail(&err, IDM_INVALID, "'%s' is not a SID", "S-1");
	st = idm_within(&err, st, "line %d", 12);
	st = idm_within(&err, st, "idmap.conf");
	assert_int_equal(st, IDM_INVALID);
	assert_int_equal(err.status, IDM_INVALID);
	assert_string_equal(
	    err.text, "idmap.conf: line 12: 'S-1' is not a SID");
}

static void
test_a_layer_may_judge_otherwise(void **state)
{
	struct idm_err err;

	(void)state;
	(void)idm_fail(&err, IDM_INVALID, "no login");
	assert_int_equal(idm_within(&err, IDM_CORRUPT, "record"), IDM_CORRUPT);
	assert_int_equal(err.status, IDM_CORRUPT);
	assert_string_equal(err.text, "record: no login");
}

static void
test_errno_becomes_text_and_is_kept(void **state)
{
	struct idm_err err;

	(void)state;
	errno = ENOSPC;
	assert_int_equal(idm_fail_errno(&err, "write %s", "map"), IDM_SYSTEM);
	assert_string_equal(err.text, "write map: No space left on device");
}

static void
test_control_bytes_never_reach_a_log(void **state)
{
	struct idm_err err;

	(void)state;
	(void)idm_fail(&err, IDM_INVALID, "'%s'", "a\nb\033[1m\177");
	assert_string_equal(err.text, "'a?b?[1m?'");
}

static void
test_long_text_is_cut_not_overrun(void **state)
{
	struct idm_err err;
	enum idm_status st;

	(void)state;
	st = idm_fail(&err, IDM_INVALID, "%0600d", 1);
	st = idm_within(&err, st, "%0600d", 2);
	assert_int_equal(st, IDM_INVALID);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void
test_nobody_has_to_listen(void **state)
{
	(void)state;
	assert_int_equal(idm_fail(NULL, IDM_DENIED, "x"), IDM_DENIED);
	assert_int_equal(idm_fail_errno(NULL, "x"), IDM_SYSTEM);
	assert_int_equal(idm_within(NULL, IDM_DENIED, "x"), IDM_DENIED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_layer_adds_where),
		cmocka_unit_test(test_a_layer_may_judge_otherwise),
		cmocka_unit_test(test_errno_becomes_text_and_is_kept),
		cmocka_unit_test(test_control_bytes_never_reach_a_log),
		cmocka_unit_test(test_long_text_is_cut_not_overrun),
		cmocka_unit_test(test_nobody_has_to_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
