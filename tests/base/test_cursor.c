#include "tests/unit.h"

#include "base/buf.h"
#include "base/cursor.h"

static void
test_what_was_written_is_read(void **state)
{
	struct idm_cursor cursor;
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 64);
	idm_buf_put_u8(&buf, 200);
	idm_buf_put_u16(&buf, 40000);
	idm_buf_put_u32(&buf, 4000000000u);
	idm_buf_put_u64(&buf, UINT64_MAX);
	idm_buf_put_str(&buf, "name", 4);

	cursor = idm_cursor_over(buf.data, buf.len);
	assert_int_equal(idm_cursor_u8(&cursor), 200);
	assert_int_equal(idm_cursor_u16(&cursor), 40000);
	assert_int_equal(idm_cursor_u32(&cursor), 4000000000u);
	assert_true(idm_cursor_u64(&cursor) == UINT64_MAX);
	assert_false(idm_cursor_done(&cursor));
	assert_true(idm_str_is(idm_cursor_str(&cursor), "name"));
	assert_true(idm_cursor_done(&cursor));
	idm_buf_fini(&buf);
}

static void
test_reading_past_the_end_sticks(void **state)
{
	struct idm_cursor cursor = idm_cursor_over("\001\002\003", 3);

	(void)state;
	assert_int_equal(idm_cursor_u32(&cursor), 0);
	assert_int_equal(idm_cursor_u8(&cursor), 0);
	assert_null(idm_cursor_bytes(&cursor, 1));
	assert_false(idm_cursor_done(&cursor));
}

static void
test_a_string_longer_than_the_rest_is_refused(void **state)
{
	struct idm_cursor cursor = idm_cursor_over("\377\377ab", 4);

	(void)state;
	assert_int_equal(idm_cursor_str(&cursor).len, 0);
	assert_false(idm_cursor_done(&cursor));
}

static void
test_the_rest_is_all_that_was_not_read(void **state)
{
	struct idm_cursor cursor = idm_cursor_over("abc", 3);

	(void)state;
	(void)idm_cursor_u8(&cursor);
	assert_true(idm_str_is(idm_cursor_rest(&cursor), "bc"));
	assert_true(idm_cursor_done(&cursor));
	assert_int_equal(idm_cursor_rest(&cursor).len, 0);
	assert_true(idm_cursor_done(&cursor));
	(void)idm_cursor_u8(&cursor);
	assert_int_equal(idm_cursor_rest(&cursor).len, 0);
	assert_false(idm_cursor_done(&cursor));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_written_is_read),
		cmocka_unit_test(test_reading_past_the_end_sticks),
		cmocka_unit_test(test_a_string_longer_than_the_rest_is_refused),
		cmocka_unit_test(test_the_rest_is_all_that_was_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
