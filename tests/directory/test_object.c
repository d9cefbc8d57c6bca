#include "tests/unit.h"

#include "base/attr.h"
#include "directory/object.h"

#define STR(text)                                                              \
	{                                                                      \
		.data = (text), .len = sizeof(text) - 1                        \
	}

static const struct idm_str classes[] = { STR("top"), STR("posixAccount"),
	STR("a\0b") };
static const struct idm_attribute_values attributes[] = {
	{ .name = STR("objectClass"), .value = classes, .n = 3 },
	{ .name = STR("empty"), .value = NULL, .n = 0 },
	{ .name = STR("uid"), .value = classes + 1, .n = 1 },
};
static const struct idm_object object = {
	.attribute = attributes,
	.n = IDM_COUNTOF(attributes),
};

static void
test_names_of_attributes_have_no_case(void **state)
{
	(void)state;
	assert_ptr_equal(
	    idm_object_values(&object, "OBJECTCLASS"), &attributes[0]);
	assert_ptr_equal(idm_object_values(&object, "uid"), &attributes[2]);
	assert_null(idm_object_values(&object, "ui"));
	assert_null(idm_object_values(&object, "uidNumber"));
	assert_null(idm_object_values(&object, ""));
}

static void
test_the_first_value_is_empty_when_there_is_none(void **state)
{
	(void)state;
	assert_true(
	    idm_str_is(idm_object_first(&object, "UID"), "posixAccount"));
	assert_int_equal(idm_object_first(&object, "empty").len, 0);
	assert_non_null(idm_object_first(&object, "empty").data);
	assert_int_equal(idm_object_first(&object, "absent").len, 0);
}

static void
test_a_value_is_compared_whole(void **state)
{
	(void)state;
	assert_true(idm_object_has(&object, "objectclass", "POSIXACCOUNT"));
	assert_false(idm_object_has(&object, "objectclass", "posix"));
	assert_false(idm_object_has(&object, "objectclass", "a"));
	assert_false(idm_object_has(&object, "empty", ""));
	assert_false(idm_object_has(&object, "absent", "top"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_of_attributes_have_no_case),
		cmocka_unit_test(
		    test_the_first_value_is_empty_when_there_is_none),
		cmocka_unit_test(test_a_value_is_compared_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
