#include "tests/unit.h"

#include "daemon/asklog.h"

#define SECOND 1000

static void
assert_line(const struct asklog_line *line, const char *expected)
{
	struct idm_buf buf;

	idm_buf_init(&buf, 4096);
	asklog_put(&buf, line);
	assert_string_equal(idm_buf_text(&buf), expected);
	idm_buf_fini(&buf);
}

static const struct caller alice = { .uid = 1501, .pid = 4711 };

static void
test_what_users_typed_stays_in_its_place(void **state)
{
	const struct idm_lookup lookup = {
		.kind = IDM_LOOKUP_GROUPS,
		.by = IDM_LOOKUP_BY_NAME,
		.name = idm_str_of("a\" outcome=found\nlookup \xe2\x80\xae"),
		.domain = idm_str_of("corp"),
	};
	const struct asklog_line line = {
		.caller = &alice,
		.lookup = &lookup,
		.status = IDM_NOTFOUND,
		.answer = idm_str_of("there is \"none\""),
		.source = ASKLOG_MEMORY,
	};

	(void)state;
	assert_line(&line,
	    "lookup caller_uid=1501 caller_pid=4711 what=groups "
	    "name=\"a\\\" outcome=found\\x0alookup \\xe2\\x80\\xae\" "
	    "domain=\"corp\" outcome=absent reason=\"there is \\\"none\\\"\" "
	    "from=memory ms=0");
}

static void
test_a_question_behind_the_caller_says_so(void **state)
{
	const struct idm_lookup lookup = {
		.kind = IDM_LOOKUP_USER,
		.by = IDM_LOOKUP_BY_ID,
		.id = 201000,
	};
	const struct asklog_line line = {
		.caller = &alice,
		.lookup = &lookup,
		.status = IDM_TEMPFAIL,
		.answer = idm_str_of("idmapd is busy"),
		.source = ASKLOG_NOBODY,
		.is_behind = true,
		.took_ms = 12,
	};

	(void)state;
	assert_line(&line,
	    "lookup caller_uid=1501 caller_pid=4711 what=user id=201000 "
	    "behind=yes outcome=unavailable reason=\"idmapd is busy\" "
	    "from=nobody ms=12");
}

static int
admitted(struct asklog *log, int n, int64_t now)
{
	int count = 0;

	for (int i = 0; i < n; i++)
		count += asklog_admits(log, now) ? 1 : 0;
	return count;
}

static void
test_lines_are_bounded(void **state)
{
	struct asklog log = { .is_on = true };

	(void)state;
	assert_int_equal(admitted(&log, 5000, 7), ASKLOG_BURST);
	assert_int_equal(log.left_out, 5000 - ASKLOG_BURST);
	assert_int_equal(admitted(&log, 5000, 7 + SECOND), ASKLOG_RATE);
	assert_int_equal(admitted(&log, 1, 7 + SECOND), 0);
	assert_int_equal(admitted(&log, 5000, INT64_MAX / 4), ASKLOG_BURST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_users_typed_stays_in_its_place),
		cmocka_unit_test(test_a_question_behind_the_caller_says_so),
		cmocka_unit_test(test_lines_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
