#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit.h"

#include "daemon/conns.h"

#define MANY 200 /* more than there are places at first */

static struct conn *
connected(void)
{
	struct conn *conn = NULL;
	struct idm_err err;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	(void)close(pair[1]);
	assert_good(conn_new(pair[0], &conn, &err), err);
	return conn;
}

static void
test_a_handle_finds_its_connection(void **state)
{
	struct conns *conns = conns_new();
	struct conn *conn[MANY];

	(void)state;
	assert_non_null(conns);
	for (size_t i = 0; i < MANY; i++) {
		conn[i] = connected();
		assert_true(conns_add(conns, conn[i]));
		assert_true(conn[i]->handle >= CONNS_FIRST);
	}
	assert_int_equal(conns_count(conns), MANY);
	for (size_t i = 0; i < MANY; i++)
		assert_ptr_equal(conns_find(conns, conn[i]->handle), conn[i]);
	conns_free(&conns);
	assert_null(conns);
}

/* What is told of one who is gone must not hit who came after. */
static void
test_a_handle_is_never_anothers(void **state)
{
	struct conns *conns = conns_new();
	struct conn *first = connected(), *second = connected();
	uint64_t gone;

	(void)state;
	assert_true(conns_add(conns, first));
	gone = first->handle;
	conns_remove(conns, first);
	conn_free(&first);
	assert_null(conns_find(conns, gone));
	assert_int_equal(conns_count(conns), 0);

	assert_true(conns_add(conns, second));
	assert_null(conns_find(conns, gone));
	assert_ptr_equal(conns_find(conns, second->handle), second);
	assert_ptr_equal(conns_at(conns, 0), second);
	conns_free(&conns);
}

static void
test_what_is_no_handle_finds_nobody(void **state)
{
	static const uint64_t none[] = { 0, 1, CONNS_FIRST - 1, CONNS_FIRST,
		CONNS_FIRST + 1000, UINT64_MAX };
	struct conns *conns = conns_new();

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(none); i++)
		assert_null(conns_find(conns, none[i]));
	assert_null(conns_at(conns, conns_places(conns)));
	conns_free(&conns);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_handle_finds_its_connection),
		cmocka_unit_test(test_a_handle_is_never_anothers),
		cmocka_unit_test(test_what_is_no_handle_finds_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
