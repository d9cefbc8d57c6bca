#include "tests/unit.h"

#include "base/attr.h"
#include "rules/descriptor.h"

/* clang-format off */
static const char *const good[] = {
	"M1", "M9", "M1@M2", "M2!M1", "M2:M1", "M1@M2.M3", "M1@M2.M3.M4.M5",
	"M2\\M1", "M1/M3", "M9.M8.M7.M6.M5.M4.M3.M2.M1",
};

static const struct {
	const char *text;
	const char *why;
} bad[] = {
	{ "",         "is empty" },
	{ "M1@",      "no field behind the last separator" },
	{ "1@M2",     "field 1 does not begin with 'M'" },
	{ "M1@M1",    "field number 1 is used twice" },
	{ "O1@M2",    "field 1 does not begin with 'M'" },
	{ "M1@M2.",   "no field behind the last separator" },
	{ "M",        "field 1 has no number" },
	{ "M0@M1",    "field 1 has no number" },
	{ "Mx@M1",    "field 1 has no number" },
	{ "@M1",      "field 1 does not begin with 'M'" },
	{ "M1@@M2",   "field 2 does not begin with 'M'" },
	{ "M1M2",     "'M' behind field 1 is no separator" },
	{ "M12",      "'2' behind field 1 is no separator" },
	{ "M1 M2",    "' ' behind field 1 is no separator" },
	{ "M1*M2",    "'*' behind field 1 is no separator" },
	{ "M1?M2",    "'?' behind field 1 is no separator" },
	{ "M1[M2",    "'[' behind field 1 is no separator" },
	{ "M1]M2",    "']' behind field 1 is no separator" },
	{ "M1%M2",    "'%' behind field 1 is no separator" },
	{ "M1\"M2",   "behind field 1 is no separator" },
	{ "M1\tM2",   "behind field 1 is no separator" },
	{ "M1\x7fM2", "behind field 1 is no separator" },
	{ "M1\xc3\xa9M2", "behind field 1 is no separator" },
	{ "m1@m2",    "field 1 does not begin with 'M'" },
	{ "M1@M2 ",   "' ' behind field 2 is no separator" },
	{ "M9.M8.M7.M6.M5.M4.M3.M2.M1.M1", "field number 1 is used twice" },
};

static const struct {
	const char *descriptor;
	const char *name;
	const char *fields[IDM_FIELDS_MAX];
} splits[] = {
	{ "M1",       "alice",             { "alice" } },
	{ "M1",       "a@b c",             { "a@b c" } },
	{ "M1@M2",    "a@b",               { "a", "b" } },
	{ "M2!M1",    "comunix!foo",       { "comunix", "foo" } },
	{ "M1@M2.M3", "a@b.c",             { "a", "b", "c" } },
	{ "M1.M2.M3", "a.b.c",             { "a", "b", "c" } },
	{ "M1@M2.M3.M4.M5", "root@joker.sf.buu.com",
	    { "root", "joker", "sf", "buu", "com" } },
};

static const struct {
	const char *descriptor;
	const char *name;
	const char *why;
} unsplit[] = {
	{ "M1@M2",    "",        "mandatory field is missing" },
	{ "M1",       "",        "mandatory field is missing" },
	{ "M1@M2",    "alice",   "mandatory field is missing" },
	{ "M1@M2",    "@b",      "mandatory field is missing" },
	{ "M1@M2",    "a@",      "mandatory field is missing" },
	{ "M1@M2",    "@",       "mandatory field is missing" },
	{ "M1@M2",    "a!b",     "mandatory field is missing" },
	{ "M1@M2.M3", "a@b",     "mandatory field is missing" },
	{ "M1@M2.M3", "a@.c",    "mandatory field is missing" },
	{ "M1@M2.M3", "a.b@c",   "mandatory field is missing" },
	{ "M1@M2",    "a@b@c",   "a separator too many" },
	{ "M1@M2",    "a@@b",    "a separator too many" },
	{ "M2!M1",    "evil!comunix!foo", "a separator too many" },
	{ "M1.M2.M3", "a.b.c.d", "a separator too many" },
	{ "M1@M2.M3", "a@b@c.d", "a separator too many" },
	{ "M1@M2.M3", "a@b.c@d", "a separator too many" },
	/* Who controls the first part must not reach the second. */
	{ "M1.M2@M3", "a.x.b@c", "a separator too many" },
	{ "M1@M2.M3", "first.last@h.dom", "a separator too many" },
};
/* clang-format on */

static struct idm_descriptor
descriptor(const char *text)
{
	struct idm_descriptor desc;
	struct idm_err err;

	assert_good(idm_descriptor_parse(idm_str_of(text), &desc, &err), err);
	return desc;
}

static void
test_good_text_survives_a_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(good); i++) {
		char text[IDM_DESCRIPTOR_TEXT_MAX];
		struct idm_descriptor desc = descriptor(good[i]);

		assert_string_equal(
		    idm_descriptor_format(&desc, text), good[i]);
	}
}

static void
test_bad_text_is_refused_and_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct idm_descriptor desc = { .nfields = 42 };
		struct idm_err err = { 0 };

		assert_fails(
		    idm_descriptor_parse(idm_str_of(bad[i].text), &desc, &err),
		    IDM_INVALID, err, bad[i].why);
		assert_int_equal(desc.nfields, 42); /* untouched */
	}
}

static void
test_the_order_falls_from_the_highest_number(void **state)
{
	struct idm_descriptor desc = descriptor("M2!M9.M1@M5");

	(void)state;
	assert_int_equal(desc.order[0], 1);
	assert_int_equal(desc.order[1], 3);
	assert_int_equal(desc.order[2], 0);
	assert_int_equal(desc.order[3], 2);
	assert_int_equal(idm_descriptor_position(&desc, 5), 3);
	assert_int_equal(idm_descriptor_position(&desc, 3), -1);
}

static void
test_names_split(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(splits); i++) {
		struct idm_descriptor desc = descriptor(splits[i].descriptor);
		struct idm_fields fields;
		struct idm_err err;

		assert_good(idm_descriptor_split(&desc,
				idm_str_of(splits[i].name), &fields, &err),
		    err);
		assert_int_equal(fields.nfields, desc.nfields);
		for (uint8_t j = 0; j < fields.nfields; j++) {
			if (!idm_str_is(fields.field[j], splits[i].fields[j]))
				fail_msg("%s: field %u", splits[i].name, j);
		}
	}
}

static void
test_names_that_do_not_split_say_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(unsplit); i++) {
		struct idm_descriptor desc = descriptor(unsplit[i].descriptor);
		struct idm_fields fields = { .nfields = 42 };
		struct idm_err err = { 0 };

		assert_fails(idm_descriptor_split(&desc,
				 idm_str_of(unsplit[i].name), &fields, &err),
		    IDM_INVALID, err, unsplit[i].why);
		assert_int_equal(fields.nfields, 42); /* untouched */
	}
}

/* The n-th text of letters and separators, in buf: a, @, ., aa, a@, ... */
static struct idm_str
nth_text(size_t n, char buf[4])
{
	size_t len = 0;

	for (n++; n > 0; n = (n - 1) / 3)
		buf[len++] = "a@."[(n - 1) % 3];
	return (struct idm_str){ buf, len };
}

static bool
is_plain(struct idm_str text)
{
	return memchr(text.data, '@', text.len) == NULL &&
	    memchr(text.data, '.', text.len) == NULL;
}

/* Join three fields: without a separator in one, they come out as they were;
 * with one, nothing does. */
static void
check_joined(const struct idm_descriptor *desc, const struct idm_str field[3])
{
	char name[16];
	size_t len = 0;
	struct idm_fields fields;
	bool is_split;

	for (size_t i = 0; i < 3; i++) {
		if (i > 0)
			name[len++] = desc->separator[i - 1];
		memcpy(name + len, field[i].data, field[i].len);
		len += field[i].len;
	}
	is_split = idm_descriptor_try(desc, (struct idm_str){ name, len },
		       &fields) == IDM_SPLIT_GOOD;
	if (is_split !=
	    (is_plain(field[0]) && is_plain(field[1]) && is_plain(field[2])))
		fail_msg("'%.*s' %s", (int)len, name,
		    is_split ? "splits" : "does not split");
	if (!is_split)
		return;
	for (size_t i = 0; i < 3; i++) {
		if (idm_str_compare(fields.field[i], field[i]) != 0)
			fail_msg("'%.*s' has another split", (int)len, name);
	}
}

/* Whoever controls fields, even all of them, cannot shift the split. */
static void
test_no_field_can_shift_the_split(void **state)
{
	static const char *const formats[] = { "M1@M2.M3", "M1.M2@M3" };
	enum { TEXTS = 3 + 9 + 27 };

	(void)state;
	for (size_t d = 0; d < IDM_COUNTOF(formats); d++) {
		struct idm_descriptor desc = descriptor(formats[d]);

		for (size_t n = 0; n < TEXTS * TEXTS * TEXTS; n++) {
			char buf[3][4];
			const struct idm_str field[3] = {
				nth_text(n % TEXTS, buf[0]),
				nth_text(n / TEXTS % TEXTS, buf[1]),
				nth_text(n / TEXTS / TEXTS, buf[2]),
			};

			check_joined(&desc, field);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_text_survives_a_round_trip),
		cmocka_unit_test(test_bad_text_is_refused_and_says_why),
		cmocka_unit_test(test_the_order_falls_from_the_highest_number),
		cmocka_unit_test(test_names_split),
		cmocka_unit_test(test_names_that_do_not_split_say_why),
		cmocka_unit_test(test_no_field_can_shift_the_split),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
