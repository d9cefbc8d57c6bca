#include "tests/unit.h"

#include "daemon/session.h"

/* Feed bytes as they are wanted, in pieces of at most most bytes. */
static enum idm_status
feed(struct session *session, const char *bytes, size_t len, size_t most,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	while (len > 0 && st == IDM_OK && session_wants(session) > 0) {
		size_t n = session_wants(session);

		n = n < most ? n : most;
		n = n < len ? n : len;
		st = session_take(session, bytes, n, err);
		bytes += n;
		len -= n;
	}
	return st;
}

static void
test_requests_come_out_however_they_are_cut(void **state)
{
	static const char said[] = "\1\0"
				   "\3\0\0\0\1\0\0\0abc"
				   "\0\0\0\0\2\0\0\0";

	(void)state;
	for (size_t most = 1; most < sizeof(said); most++) {
		struct session session;
		struct idm_err err;

		session_init(&session);
		assert_good(feed(&session, said, 13, most, &err), err);
		assert_int_equal(session.state, SESSION_READY);
		assert_int_equal(session_wants(&session), 0);
		assert_int_equal(session.frame.op, 1);
		assert_int_equal(session_body(&session).len, 3);
		assert_memory_equal(session_body(&session).data, "abc", 3);
		session_next(&session);
		assert_int_equal(session_wants(&session), IDM_WIRE_FRAME);
		assert_good(feed(&session, said + 13, 8, most, &err), err);
		assert_int_equal(session.state, SESSION_READY);
		assert_int_equal(session.frame.op, 2);
		assert_int_equal(session_body(&session).len, 0);
		session_fini(&session);
	}
}

static void
test_who_breaks_the_protocol_is_told_how(void **state)
{
	static const struct {
		const char *said;
		size_t len;
		const char *why;
	} bad[] = {
		{ "\2\0", 2, "version 2 was not offered, only 1" },
		{ "GE", 2, "version 17735 was not offered" },
		{ "\1\0\1\x80\0\0\1\0\0\0", 10, "32769 bytes" },
		{ "\1\0\0\0\0\0\1\0\2\0", 10, "has no status" },
		{ "\1\0\0\0\0\0\1\0\xff\xff", 10, "unknown status 65535" },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct session session;
		struct idm_err err;

		session_init(&session);
		assert_fails(feed(&session, bad[i].said, bad[i].len, 100, &err),
		    IDM_CORRUPT, err, bad[i].why);
		session_fini(&session);
	}
}

static void
test_memory_is_not_taken_for_what_is_only_announced(void **state)
{
	struct session session;
	struct idm_err err;

	(void)state;
	session_init(&session);
	assert_good(
	    feed(&session, "\1\0\0\x80\0\0\1\0\0\0x", 11, 100, &err), err);
	assert_int_equal(session_wants(&session), 32767);
	assert_true(session.in.size <= 256);
	session_fini(&session);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests_come_out_however_they_are_cut),
		cmocka_unit_test(test_who_breaks_the_protocol_is_told_how),
		cmocka_unit_test(
		    test_memory_is_not_taken_for_what_is_only_announced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
