/*
 * The client against servers that are not idmapd.  Most stand on one end of a
 * socket pair, and all they will ever say is written before the client looks.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/unit.h"

#include "wire/client.h"

#define GREETING "IDMAPD\r\n\1\0\1\0"
#define WAIT_MS  100 /* for answers that never come */
#define LONG_MS  20000

static char folder[] = "/tmp/idm-client-XXXXXX";
static uid_t self;

static int
make_folder(void **state)
{
	(void)state;
	self = geteuid();
	return mkdtemp(folder) == NULL || chmod(folder, 0777) == -1;
}

static int
remove_folder(void **state)
{
	(void)state;
	return rmdir(folder) == -1;
}

/* A server that has said what it will say; pair[1] is the client's end. */
static void
serve(int pair[2], const void *bytes, size_t len)
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(write(pair[0], bytes, len), (ssize_t)len);
}

/* The same, and hangs up. */
static int
serve_and_leave(const void *bytes, size_t len)
{
	int pair[2];

	serve(pair, bytes, len);
	assert_int_equal(close(pair[0]), 0);
	return pair[1];
}

/* Greet, and call with these bytes as all that comes behind the greeting. */
static enum idm_status
call(const void *bytes, size_t len, struct idm_buf *reply, struct idm_err *err)
{
	struct idm_client *client = NULL;
	enum idm_status st;
	int pair[2];

	serve(pair, GREETING, IDM_WIRE_GREETING);
	assert_int_equal(write(pair[0], bytes, len), (ssize_t)len);
	assert_good(idm_client_take(pair[1], &self, 1, &client, err), *err);
	st = idm_client_call(
	    client, IDM_OP_PING, idm_str_of("hello"), WAIT_MS, reply, err);
	idm_client_close(&client);
	assert_null(client);
	assert_int_equal(close(pair[0]), 0);
	return st;
}

static void
test_an_answer_is_appended_to_the_reply(void **state)
{
	static const char answer[] = "\3\0\0\0\1\0\0\0abc";
	struct idm_err err;
	struct idm_buf reply;

	(void)state;
	idm_buf_init(&reply, 100);
	idm_buf_puts(&reply, "=");
	assert_good(call(answer, sizeof(answer) - 1, &reply, &err), err);
	assert_string_equal(idm_buf_text(&reply), "=abc");
	idm_buf_fini(&reply);
}

static void
test_what_is_sent_is_the_choice_and_a_frame(void **state)
{
	static const char expected[] = "\1\0\5\0\0\0\1\0\0\0hello";
	struct idm_client *client = NULL;
	struct idm_err err;
	struct idm_buf reply;
	char sent[64];
	int pair[2];

	(void)state;
	idm_buf_init(&reply, 100);
	serve(pair, GREETING "\0\0\0\0\1\0\0\0", IDM_WIRE_GREETING + 8);
	assert_good(idm_client_take(pair[1], &self, 1, &client, &err), err);
	assert_good(idm_client_call(client, IDM_OP_PING, idm_str_of("hello"),
			LONG_MS, &reply, &err),
	    err);
	idm_client_close(&client);
	assert_int_equal(
	    read(pair[0], sent, sizeof(sent)), sizeof(expected) - 1);
	assert_memory_equal(sent, expected, sizeof(expected) - 1);
	assert_int_equal(close(pair[0]), 0);
	idm_buf_fini(&reply);
}

static void
test_bad_answers_are_refused_and_leave_the_reply_alone(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum idm_status st;
		const char *why;
	} bad[] = {
		{ "", 0, IDM_TEMPFAIL, "in time" },
		{ "\3\0\0", 3, IDM_TEMPFAIL, "in time" },
		{ "\3\0\0\0\1\0\0\0ab", 10, IDM_TEMPFAIL, "in time" },
		{ "\3\0\0\0\2\0\0\0abc", 11, IDM_CORRUPT, "operation 2, not" },
		{ "\0\0\0\0\0\0\0\0", 8, IDM_CORRUPT, "operation 0, not" },
		{ "\1\0\x10\1\1\0\0\0", 8, IDM_CORRUPT, "at most 17825792" },
		{ "\xff\xff\xff\xff\1\0\0\0", 8, IDM_CORRUPT, "at most" },
		{ "\0\0\0\0\1\0\xff\0", 8, IDM_CORRUPT, "unknown status" },
		{ "\4\0\0\0\1\0\0\0abcd", 12, IDM_EXHAUSTED, "longer than 4" },
		{ "\2\0\0\0\1\0\5\0no", 10, IDM_EXHAUSTED, "no" },
		{ "\2\0\0\0\0\0\6\0go", 10, IDM_DENIED, "go" },
		{ "\0\2\0\0\1\0\6\0", 8, IDM_CORRUPT, "too long" },
		{ "\2\0\0\0\1\0\6\0a\n", 10, IDM_DENIED, "a?" },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct idm_err err;
		struct idm_buf reply;

		idm_buf_init(&reply, 4);
		idm_buf_puts(&reply, "=");
		assert_fails(call(bad[i].bytes, bad[i].len, &reply, &err),
		    bad[i].st, err, bad[i].why);
		assert_int_equal(reply.len, 1);
		idm_buf_fini(&reply);
	}
}

static void
test_a_failure_keeps_the_connection_and_a_lost_answer_does_not(void **state)
{
	static const char said[] = GREETING "\2\0\0\0\1\0\3\0no"
					    "\1\0\0\0\1\0\0\0y";
	struct idm_client *client = NULL;
	struct idm_err err;
	struct idm_buf reply;
	int pair[2];

	(void)state;
	idm_buf_init(&reply, 100);
	serve(pair, said, sizeof(said) - 1);
	assert_good(idm_client_take(pair[1], &self, 1, &client, &err), err);
	assert_fails(idm_client_call(client, IDM_OP_PING, idm_str_of(""),
			 LONG_MS, &reply, &err),
	    IDM_INVALID, err, "no");
	assert_good(idm_client_call(client, IDM_OP_PING, idm_str_of(""),
			LONG_MS, &reply, &err),
	    err);
	assert_string_equal(idm_buf_text(&reply), "y");
	assert_fails(idm_client_call(client, IDM_OP_PING, idm_str_of(""),
			 WAIT_MS, &reply, &err),
	    IDM_TEMPFAIL, err, "in time");
	/* A late answer must not be taken for that of the next question. */
	assert_int_equal(write(pair[0], "\0\0\0\0\1\0\0\0", 8), 8);
	assert_fails(idm_client_call(client, IDM_OP_PING, idm_str_of(""),
			 LONG_MS, &reply, &err),
	    IDM_TEMPFAIL, err, "closed the connection");
	idm_client_close(&client);
	assert_int_equal(close(pair[0]), 0);
	idm_buf_fini(&reply);
}

static void
test_a_server_that_hangs_up_is_heard_first(void **state)
{
	static const char said[] = GREETING "\4\0\0\0\0\0\5\0full";
	struct idm_client *client = NULL;
	struct idm_err err;
	struct idm_buf reply;

	(void)state;
	idm_buf_init(&reply, 100);
	assert_good(idm_client_take(serve_and_leave(said, sizeof(said) - 1),
			&self, 1, &client, &err),
	    err);
	assert_fails(idm_client_call(client, IDM_OP_PING, idm_str_of(""),
			 LONG_MS, &reply, &err),
	    IDM_EXHAUSTED, err, "full");
	/* It was told to everything we could ask on this connection. */
	assert_fails(idm_client_call(client, IDM_OP_PING, idm_str_of(""),
			 LONG_MS, &reply, &err),
	    IDM_TEMPFAIL, err, "closed the connection");
	idm_client_close(&client);

	assert_good(
	    idm_client_take(serve_and_leave(GREETING, IDM_WIRE_GREETING), &self,
		1, &client, &err),
	    err);
	assert_fails(idm_client_call(client, IDM_OP_PING, idm_str_of("x"),
			 LONG_MS, &reply, &err),
	    IDM_TEMPFAIL, err, "closed the connection");
	idm_client_close(&client);
	idm_buf_fini(&reply);
}

static void
test_a_bad_greeting_is_refused(void **state)
{
	static const struct {
		const char *said;
		size_t len;
		enum idm_status st;
		const char *why;
	} bad[] = {
		{ "", 0, IDM_TEMPFAIL, "closed the connection" },
		{ "IDMAP", 5, IDM_TEMPFAIL, "closed the connection" },
		{ "220 localhost ESMTP", 19, IDM_CORRUPT, "not idmapd" },
		{ "IDMAPD\r\n\2\0\2\0", 12, IDM_CORRUPT, "this program" },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct idm_client *client = NULL;
		struct idm_err err;

		assert_fails(
		    idm_client_take(serve_and_leave(bad[i].said, bad[i].len),
			&self, 1, &client, &err),
		    bad[i].st, err, bad[i].why);
		assert_null(client);
	}
}

static void
test_a_request_too_long_is_not_sent(void **state)
{
	static const char zeros[IDM_WIRE_REQUEST_MAX + 1];
	struct idm_client *client = NULL;
	struct idm_err err;
	struct idm_buf reply;
	int pair[2];
	char sent[64];

	(void)state;
	idm_buf_init(&reply, 100);
	serve(pair, GREETING, IDM_WIRE_GREETING);
	assert_good(idm_client_take(pair[1], &self, 1, &client, &err), err);
	assert_fails(idm_client_call(client, IDM_OP_PING,
			 (struct idm_str){ zeros, sizeof(zeros) }, LONG_MS,
			 &reply, &err),
	    IDM_INVALID, err, "longer than 32768");
	idm_client_close(&client);
	assert_int_equal(read(pair[0], sent, sizeof(sent)), IDM_WIRE_CHOICE);
	assert_int_equal(close(pair[0]), 0);
	idm_buf_fini(&reply);
}

static int
listen_at(const char *path, int backlog)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_not_equal(fd, -1);
	assert_true(strlen(path) < sizeof(address.sun_path));
	memcpy(address.sun_path, path, strlen(path));
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, backlog), 0);
	return fd;
}

static void
path_in_folder(char path[static 64])
{
	int n = snprintf(path, 64, "%s/sock", folder);

	assert_true(n > 0 && n < 64);
}

static void
test_nobody_there_is_a_temporary_failure(void **state)
{
	struct idm_client *client = NULL;
	struct idm_err err;
	char path[64];
	char deep[200];
	int fd;

	(void)state;
	path_in_folder(path);
	assert_fails(idm_client_open(path, &self, 1, &client, &err),
	    IDM_TEMPFAIL, err, "not running");
	/* A daemon that died leaves its socket behind. */
	fd = listen_at(path, 1);
	assert_int_equal(close(fd), 0);
	assert_fails(idm_client_open(path, &self, 1, &client, &err),
	    IDM_TEMPFAIL, err, "not running");
	assert_int_equal(unlink(path), 0);

	memset(deep, 'x', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	assert_fails(idm_client_open(deep, &self, 1, &client, &err),
	    IDM_INVALID, err, "too long");
	assert_null(client);
}

static void
test_a_silent_server_is_told_of(void **state)
{
	struct idm_client *client = NULL;
	struct idm_err err;
	char path[64];
	int fd;

	(void)state;
	path_in_folder(path);
	fd = listen_at(path, 1);
	assert_fails(idm_client_open(path, &self, 1, &client, &err),
	    IDM_TEMPFAIL, err, "did not answer in time");
	assert_null(client);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);
}

static void
test_a_full_queue_is_a_busy_daemon(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct idm_client *client = NULL;
	struct idm_err err;
	char path[64];
	int waiting[8];
	size_t n = 0;
	int fd;

	(void)state;
	path_in_folder(path);
	fd = listen_at(path, 0);
	memcpy(address.sun_path, path, strlen(path));
	do {
		assert_true(n < IDM_COUNTOF(waiting));
		waiting[n] = socket(
		    AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		assert_int_not_equal(waiting[n], -1);
	} while (connect(waiting[n++], (struct sockaddr *)&address,
		     sizeof(address)) == 0);
	assert_int_equal(errno, EAGAIN);
	assert_fails(idm_client_open(path, &self, 1, &client, &err),
	    IDM_TEMPFAIL, err, "idmapd is busy");
	while (n > 0)
		assert_int_equal(close(waiting[--n]), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);
}

/* The kernel notes who calls listen(): another uid is nobody we trust. */
static void
test_a_server_of_another_user_is_denied(void **state)
{
	const uid_t trusted[] = { self + 1, self + 2 };
	struct idm_client *client = NULL;
	struct idm_err err;
	char path[64];
	int fd;

	(void)state;
	path_in_folder(path);
	if (self == 0)
		assert_int_equal(seteuid(4242), 0);
	fd = listen_at(path, 1);
	assert_int_equal(seteuid(self), 0);
	assert_fails(idm_client_open(path, trusted, 2, &client, &err),
	    IDM_DENIED, err, "is not trusted");
	assert_fails(idm_client_open(path, NULL, 0, &client, &err), IDM_DENIED,
	    err, "is not trusted");
	assert_null(client);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);
}

static void
test_the_descriptor_stays_clear_of_the_standard_streams(void **state)
{
	struct idm_client *client = NULL;
	struct idm_err err;
	char path[64];
	int saved;
	int fd;

	(void)state;
	path_in_folder(path);
	fd = listen_at(path, 4);
	saved = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
	(void)close(STDIN_FILENO);
	assert_fails(idm_client_open(path, &self, 1, &client, &err),
	    IDM_TEMPFAIL, err, "in time");
	/* Nothing was left in the place of standard input. */
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
	if (saved != -1)
		assert_int_equal(dup2(saved, STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_answer_is_appended_to_the_reply),
		cmocka_unit_test(test_what_is_sent_is_the_choice_and_a_frame),
		cmocka_unit_test(
		    test_bad_answers_are_refused_and_leave_the_reply_alone),
		cmocka_unit_test(
		    test_a_failure_keeps_the_connection_and_a_lost_answer_does_not),
		cmocka_unit_test(test_a_server_that_hangs_up_is_heard_first),
		cmocka_unit_test(test_a_bad_greeting_is_refused),
		cmocka_unit_test(test_a_request_too_long_is_not_sent),
		cmocka_unit_test(test_nobody_there_is_a_temporary_failure),
		cmocka_unit_test(test_a_silent_server_is_told_of),
		cmocka_unit_test(test_a_full_queue_is_a_busy_daemon),
		cmocka_unit_test(test_a_server_of_another_user_is_denied),
		cmocka_unit_test(
		    test_the_descriptor_stays_clear_of_the_standard_streams),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
