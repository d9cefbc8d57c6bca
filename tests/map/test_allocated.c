#include "tests/unit.h"

#include "map/allocated.h"

static struct idm_str
str_of(const struct idm_buf *buf)
{
	assert_int_equal(buf->status, IDM_OK);
	return (struct idm_str){ .data = buf->data, .len = buf->len };
}

static struct idm_sid
sid_of(const char *text)
{
	struct idm_err err;
	struct idm_sid sid;

	assert_good(idm_sid_parse(idm_str_of(text), &sid, &err), err);
	return sid;
}

static const struct idm_allocated allocated = {
	.id = 90000123,
	.kind = 'B',
	.is_imported = true,
	.time = 1795000000,
	.domain = { "*", 1 },
};

static void
test_an_allocation_survives_a_round_trip(void **state)
{
	struct idm_allocated back;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	idm_buf_init(&buf, 1024);
	idm_allocated_write(&buf, &allocated);
	assert_good(idm_allocated_read(str_of(&buf), &back, &err), err);
	assert_int_equal(back.id, allocated.id);
	assert_int_equal(back.kind, allocated.kind);
	assert_true(back.is_imported);
	assert_int_equal(back.time, allocated.time);
	assert_true(idm_str_is(back.domain, "*"));
	idm_buf_fini(&buf);
}

static void
test_a_damaged_allocation_is_refused_and_says_why(void **state)
{
	struct idm_allocated back = { .id = 42 };
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	idm_buf_init(&buf, 1024);
	idm_allocated_write(&buf, &allocated);
	for (size_t len = 0; len < buf.len; len++) {
		assert_fails(
		    idm_allocated_read(
			(struct idm_str){ buf.data, len }, &back, &err),
		    IDM_CORRUPT, err, "cut short");
	}
	buf.data[6] = 'X';
	assert_fails(idm_allocated_read(str_of(&buf), &back, &err), IDM_CORRUPT,
	    err, "kind out of range");
	buf.data[6] = 'U';
	buf.data[7] = 2;
	assert_fails(idm_allocated_read(str_of(&buf), &back, &err), IDM_CORRUPT,
	    err, "origin out of range");
	buf.data[7] = 0;
	buf.data[16] = 0;
	assert_fails(idm_allocated_read(str_of(&buf), &back, &err), IDM_CORRUPT,
	    err, "too many");
	buf.len--;
	assert_fails(idm_allocated_read(str_of(&buf), &back, &err), IDM_CORRUPT,
	    err, "length of a domain's name");
	assert_int_equal(back.id, 42);
	idm_buf_fini(&buf);
}

static void
test_keys_are_as_documented(void **state)
{
	struct idm_sid sid = sid_of("S-1-5-21-1-2-3-1107");
	struct idm_sid domain = sid_of("S-1-5-21-1-2-3");
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 1024);
	idm_state_key_sid(&buf, 'u', &sid);
	idm_buf_puts(&buf, " ");
	idm_state_key_name(&buf, 'g', idm_str_of("staff@corp"));
	idm_buf_puts(&buf, " ");
	idm_state_key_id(&buf, 'u', 4294967294);
	idm_buf_puts(&buf, " ");
	idm_state_key_next(&buf, idm_str_of("*"), 'b');
	idm_buf_puts(&buf, " ");
	idm_state_key_window(&buf, idm_str_of("*"), &domain, 12);
	idm_buf_puts(&buf, " ");
	idm_state_key_slice(&buf, idm_str_of("sssd"), 9999);
	assert_string_equal(idm_buf_text(&buf),
	    "a/u/S-1-5-21-1-2-3-1107 b/g/staff@corp x/u/4294967294 h/*/b "
	    "w/*/S-1-5-21-1-2-3#12 v/sssd/9999");
	idm_buf_fini(&buf);
}

static void
test_owners_of_slices_are_read_back(void **state)
{
	struct idm_sid domain = sid_of("S-1-5-21-1-2-3"), back;
	struct idm_buf text, value;
	struct idm_err err;
	uint32_t n;

	(void)state;
	idm_buf_init(&text, 1024);
	idm_buf_init(&value, 1024);
	idm_window_owner_put(&text, &domain, UINT32_MAX);
	idm_owner_write(&value, str_of(&text));
	assert_good(
	    idm_window_owner_read(str_of(&value), &back, &n, &err), err);
	assert_true(idm_sid_equal(&back, &domain));
	assert_int_equal(n, UINT32_MAX);
	idm_buf_fini(&text);
	idm_buf_fini(&value);
}

static const struct {
	const char *text;
	const char *why;
} bad_owners[] = {
	{ "", "length of an owner" },
	{ "S-1-5-21-1-2-3", "without a window" },
	{ "S-1-5-21-1-2-3#", "is not a number" },
	{ "S-1-5-21-1-2-3#01", "leading zero" },
	{ "S-1-5-21-1-2-3#4294967296", "is above" },
	{ "alice@corp#1", "owner of a slice" },
};

static void
test_other_owners_are_refused_and_say_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_owners) / sizeof(*bad_owners); i++) {
		struct idm_sid back = { .nsubs = 0 };
		struct idm_buf value;
		struct idm_err err;
		uint32_t n = 42;

		idm_buf_init(&value, 1024);
		idm_owner_write(&value, idm_str_of(bad_owners[i].text));
		assert_fails(
		    idm_window_owner_read(str_of(&value), &back, &n, &err),
		    IDM_CORRUPT, err, bad_owners[i].why);
		assert_int_equal(n, 42);
		idm_buf_fini(&value);
	}
}

static void
test_numbers_are_read_back_and_nothing_else(void **state)
{
	struct idm_buf value;
	struct idm_err err;
	uint64_t number;

	(void)state;
	idm_buf_init(&value, 64);
	idm_number_write(&value, UINT64_MAX);
	assert_good(idm_number_read(str_of(&value), &number, &err), err);
	assert_true(number == UINT64_MAX);
	value.len--;
	assert_fails(idm_number_read(str_of(&value), &number, &err),
	    IDM_CORRUPT, err, "cut short");
	value.data[0] = 'X';
	assert_fails(idm_number_read(str_of(&value), &number, &err),
	    IDM_CORRUPT, err, "not 'W'");
	idm_buf_fini(&value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_allocation_survives_a_round_trip),
		cmocka_unit_test(
		    test_a_damaged_allocation_is_refused_and_says_why),
		cmocka_unit_test(test_keys_are_as_documented),
		cmocka_unit_test(test_owners_of_slices_are_read_back),
		cmocka_unit_test(test_other_owners_are_refused_and_say_why),
		cmocka_unit_test(test_numbers_are_read_back_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
