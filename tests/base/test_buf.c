#include "tests/unit.h"

#include "base/buf.h"

static void
test_it_grows_to_its_maximum_and_no_further(void **state)
{
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	idm_buf_init(&buf, 100);
	for (int i = 0; i < 10; i++)
		idm_buf_puts(&buf, "0123456789");
	assert_good(idm_buf_status(&buf, &err), err);
	assert_int_equal(buf.len, 100);
	idm_buf_puts(&buf, "x");
	assert_fails(
	    idm_buf_status(&buf, &err), IDM_EXHAUSTED, err, "100 bytes");
	idm_buf_fini(&buf);
}

static void
test_a_failure_sticks_until_cleared(void **state)
{
	char memory[8];
	struct idm_buf buf;

	(void)state;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_buf_puts(&buf, "far too long");
	idm_buf_puts(&buf, "x");
	assert_int_equal(buf.len, 0);
	assert_int_equal(idm_buf_status(&buf, NULL), IDM_EXHAUSTED);
	idm_buf_clear(&buf);
	idm_buf_puts(&buf, "x");
	assert_int_equal(idm_buf_status(&buf, NULL), IDM_OK);
	assert_string_equal(idm_buf_text(&buf), "x");
	idm_buf_fini(&buf);
}

static void
test_numbers_are_little_endian(void **state)
{
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 64);
	idm_buf_put_u8(&buf, 0x01);
	idm_buf_put_u16(&buf, 0x0302);
	idm_buf_put_u32(&buf, 0x07060504);
	idm_buf_put_u64(&buf, 0x0f0e0d0c0b0a0908);
	idm_buf_put_str(&buf, "ab", 2);
	assert_int_equal(buf.len, 19);
	for (unsigned char i = 0; i < 15; i++)
		assert_int_equal(buf.data[i], i + 1);
	assert_memory_equal(buf.data + 15, "\002\000ab", 4);
	idm_buf_fini(&buf);
}

static void
test_printf_appends(void **state)
{
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 64);
	idm_buf_printf(&buf, "%d", 4);
	idm_buf_printf(&buf, "-%s", "x");
	assert_string_equal(idm_buf_text(&buf), "4-x");
	assert_int_equal(buf.len, 3);
	idm_buf_fini(&buf);
}

static void
test_decimal_digits_are_those_of_printf(void **state)
{
	static const uint64_t numbers[] = { 0, 9, 10, 4294967295, UINT64_MAX };
	struct idm_buf buf, same;

	(void)state;
	idm_buf_init(&buf, 64);
	idm_buf_init(&same, 64);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		idm_buf_put_decimal(&buf, numbers[i]);
		idm_buf_printf(&same, "%llu", (unsigned long long)numbers[i]);
	}
	assert_string_equal(idm_buf_text(&buf), idm_buf_text(&same));
	idm_buf_fini(&buf);
	idm_buf_fini(&same);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_it_grows_to_its_maximum_and_no_further),
		cmocka_unit_test(test_a_failure_sticks_until_cleared),
		cmocka_unit_test(test_numbers_are_little_endian),
		cmocka_unit_test(test_printf_appends),
		cmocka_unit_test(test_decimal_digits_are_those_of_printf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
