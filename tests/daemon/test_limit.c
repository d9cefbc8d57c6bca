#include "tests/unit.h"

#include "daemon/limit.h"

#define ALICE   1501
#define MALLORY 1502

static int
make_limits(void **state)
{
	struct limits *limits;
	struct idm_err err;

	if (limits_new(&limits, &err) != IDM_OK)
		return 1;
	limits_set(limits, 64, 4);
	*state = limits;
	return 0;
}

static int
free_limits(void **state)
{
	struct limits *limits = *state;

	limits_free(&limits);
	return limits != NULL;
}

static void
test_a_user_has_so_many_connections(void **state)
{
	struct limits *limits = *state;
	struct idm_err err;

	for (int i = 0; i < 4; i++)
		assert_good(limits_connect(limits, MALLORY, 0, &err), err);
	assert_fails(limits_connect(limits, MALLORY, 0, &err), IDM_EXHAUSTED,
	    err, "uid 1502 has 4 connections");
	assert_good(limits_connect(limits, ALICE, 0, &err), err);
	assert_int_equal(limits_connections(limits), 5);
	limits_disconnect(limits, MALLORY);
	assert_good(limits_connect(limits, MALLORY, 0, &err), err);
	/* Not so root. */
	for (int i = 0; i < 20; i++)
		assert_good(limits_connect(limits, 0, 0, &err), err);
	assert_int_equal(limits_connections(limits), 25);
}

static void
test_who_is_no_user_shares(void **state)
{
	struct limits *limits = *state;
	struct idm_err err;

	assert_false(limits_knows(limits, ALICE));
	assert_good(limits_connect(limits, ALICE, 0, &err), err);
	assert_true(limits_knows(limits, ALICE));
	for (int i = 0; i < 4; i++)
		assert_good(
		    limits_connect(limits, LIMIT_STRANGERS, 0, &err), err);
	assert_fails(limits_connect(limits, LIMIT_STRANGERS, 0, &err),
	    IDM_EXHAUSTED, err, "uids that are no user's have 4 connections");
}

static void
test_the_last_connections_are_roots(void **state)
{
	struct limits *limits = *state;
	struct idm_err err;
	uint32_t uid = 2000;

	for (uint32_t i = 0; i < 64 - LIMIT_RESERVE; i++)
		assert_good(limits_connect(limits, uid++, 0, &err), err);
	assert_fails(limits_connect(limits, uid, 0, &err), IDM_EXHAUSTED, err,
	    "as many clients as it may");
	for (int i = 0; i < LIMIT_RESERVE; i++)
		assert_good(limits_connect(limits, 0, 0, &err), err);
	assert_fails(limits_connect(limits, 0, 0, &err), IDM_EXHAUSTED, err,
	    "as many clients as it may");
	limits_disconnect(limits, 0);
	assert_fails(limits_connect(limits, uid, 0, &err), IDM_EXHAUSTED, err,
	    "as many clients as it may");
	assert_good(limits_connect(limits, 0, 0, &err), err);
}

/* Requests that are served out of count, all at one moment. */
static int
served(struct limits *limits, uint32_t uid, int count, int64_t now)
{
	int n = 0;

	for (int i = 0; i < count; i++)
		n += limits_request(limits, uid, now, NULL) == IDM_OK;
	return n;
}

static void
test_requests_come_in_a_burst_and_then_at_a_rate(void **state)
{
	struct limits *limits = *state;
	int64_t now = 1000;

	assert_good(
	    limits_connect(limits, MALLORY, now, NULL), (struct idm_err){ 0 });
	assert_int_equal(served(limits, MALLORY, 100, now), LIMIT_BURST);
	assert_int_equal(
	    served(limits, MALLORY, 100, now + 999), LIMIT_RATE - 1);
	assert_int_equal(served(limits, MALLORY, 100, now + 1000), 1);
	/* However long the silence, no more than a bucket is saved. */
	assert_int_equal(
	    served(limits, MALLORY, 100, INT64_MAX / 2), LIMIT_BURST);
	assert_int_equal(served(limits, 0, 1000, now), 1000);
}

static void
test_only_the_first_refusal_of_a_row_is_recorded(void **state)
{
	struct limits *limits = *state;
	struct idm_err err;

	assert_good(limits_connect(limits, MALLORY, 0, &err), err);
	assert_int_equal(served(limits, MALLORY, LIMIT_BURST, 0), LIMIT_BURST);
	assert_fails(limits_request(limits, MALLORY, 0, &err), IDM_EXHAUSTED,
	    err, "too many requests; at most 20 a second");
	/* One that nobody wants on record does not stand for those that are. */
	assert_int_equal(served(limits, MALLORY, 1, 0), 0);
	assert_true(limits_record(limits, MALLORY));
	assert_false(limits_record(limits, MALLORY));
	/* A second later there is a little, which does not end the row. */
	assert_int_equal(served(limits, MALLORY, 100, 1000), LIMIT_RATE);
	assert_false(limits_record(limits, MALLORY));
	/* Quiet for long enough, it is a new one. */
	assert_int_equal(
	    served(limits, MALLORY, LIMIT_BURST, 9000), LIMIT_BURST);
	assert_true(limits_record(limits, MALLORY));
}

/* Connecting again must not fill the bucket. */
static void
test_a_user_who_leaves_is_not_forgotten_at_once(void **state)
{
	struct limits *limits = *state;
	struct idm_err err;

	assert_good(limits_connect(limits, MALLORY, 0, &err), err);
	assert_int_equal(served(limits, MALLORY, 100, 0), LIMIT_BURST);
	limits_disconnect(limits, MALLORY);
	assert_good(limits_connect(limits, MALLORY, 0, &err), err);
	assert_int_equal(served(limits, MALLORY, 100, 0), 0);
}

static void
test_memory_is_bounded_and_comes_back(void **state)
{
	struct limits *limits = *state;
	struct idm_err err;

	for (uint32_t uid = 1; uid <= LIMIT_USERS; uid++) {
		assert_good(limits_connect(limits, uid, 0, &err), err);
		assert_int_equal(served(limits, uid, 1, 0), 1);
		limits_disconnect(limits, uid);
	}
	assert_fails(limits_connect(limits, 70000, 0, &err), IDM_EXHAUSTED, err,
	    "as many users as it may");
	assert_good(limits_connect(limits, 0, 0, &err), err);
	assert_good(limits_connect(limits, 70000, 60000, &err), err);
}

int
main(void)
{
#define WITH_LIMITS(test)                                                      \
	cmocka_unit_test_setup_teardown(test, make_limits, free_limits)
	const struct CMUnitTest tests[] = {
		WITH_LIMITS(test_a_user_has_so_many_connections),
		WITH_LIMITS(test_who_is_no_user_shares),
		WITH_LIMITS(test_the_last_connections_are_roots),
		WITH_LIMITS(test_requests_come_in_a_burst_and_then_at_a_rate),
		WITH_LIMITS(test_only_the_first_refusal_of_a_row_is_recorded),
		WITH_LIMITS(test_a_user_who_leaves_is_not_forgotten_at_once),
		WITH_LIMITS(test_memory_is_bounded_and_comes_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
