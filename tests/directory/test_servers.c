#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit.h"

#include "base/attr.h"
#include "base/clock.h"
#include "directory/servers.h"
#include "directory/session.h"

/* What time it is, for servers alone; 0: as it is.  Linked with --wrap. */
static atomic_llong moment;

int64_t __real_idm_clock_ms(void);
int64_t __wrap_idm_clock_ms(void);

int64_t
__wrap_idm_clock_ms(void)
{
	long long now = atomic_load(&moment);

	return now != 0 ? now : __real_idm_clock_ms();
}

static struct idm_servers *
new_servers(struct idm_directory *settings, const char *uris)
{
	struct idm_servers *servers = NULL;
	struct idm_err err;

	idm_directory_defaults(settings);
	settings->tls = IDM_TLS_OFF;
	(void)snprintf(
	    settings->servers, sizeof(settings->servers), "%s", uris);
	assert_good(idm_servers_new(settings, &servers, &err), err);
	return servers;
}

/* Which server is chosen, and is it a probe: "b", "b?"; "": none. */
static const char *
chosen(struct idm_servers *servers, uint32_t *id)
{
	static char text[8];
	struct idm_tried tried = { .n = 0 };
	struct idm_choice choice;

	if (idm_servers_choose(servers, &tried, 0, &choice, NULL) != IDM_OK)
		return "";
	*id = choice.id;
	(void)snprintf(text, sizeof(text), "%.1s%s",
	    choice.uri + strlen("ldap://"), choice.is_probe ? "?" : "");
	return text;
}

static void
fail_one(struct idm_servers *servers, uint32_t id, enum idm_status st,
    const char *why)
{
	struct idm_err err;

	(void)idm_fail(&err, st, "%s", why);
	idm_servers_failed(servers, id, &err);
}

static const struct {
	const char *uris;
	const char *why;
} bad[] = {
	{ "http://a", "is no LDAP URI" },
	{ "ldap://", "is no URI of a server" },
	{ "ldap://a/dc=x", "is no URI of a server" },
	{ "ldap://a ldap://b/??sub", "is no URI of a server" },
	{ "a.example.com", "is no LDAP URI" },
};

static void
test_what_is_no_server_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct idm_servers *servers = NULL;
		struct idm_directory settings;
		struct idm_err err;

		idm_directory_defaults(&settings);
		(void)snprintf(settings.servers, sizeof(settings.servers), "%s",
		    bad[i].uris);
		assert_fails(idm_servers_new(&settings, &servers, &err),
		    IDM_INVALID, err, bad[i].why);
		assert_null(servers);
	}
}

static void
test_a_password_in_clear_text_is_refused(void **state)
{
	struct idm_servers *servers = NULL;
	struct idm_directory settings;
	struct idm_err err;

	(void)state;
	idm_directory_defaults(&settings);
	settings.bind = IDM_BIND_SIMPLE;
	settings.tls = IDM_TLS_OFF;
	memcpy(settings.servers, "ldaps://a ldap://b", 19);
	assert_fails(idm_servers_new(&settings, &servers, &err), IDM_REFUSED,
	    err, "ldap://b: a password would go over the network");
	memcpy(settings.servers, "ldaps://a ldapi://%2Fb", 23);
	assert_good(idm_servers_new(&settings, &servers, &err), err);
	idm_servers_free(&servers);
}

static void
test_the_first_is_asked_until_it_fails(void **state)
{
	struct idm_directory settings;
	struct idm_servers *servers = new_servers(
	    &settings, "ldap://a ldap://b");
	struct idm_choice probe;
	uint32_t a = 0, b = 0;

	(void)state;
	atomic_store(&moment, 1000000);
	assert_string_equal(chosen(servers, &a), "a");
	assert_string_equal(chosen(servers, &a), "a");
	fail_one(servers, a, IDM_TEMPFAIL, "gone");
	assert_string_equal(chosen(servers, &b), "b");
	idm_servers_answered(servers, b, 100);
	assert_true(idm_servers_is_best(servers, b, &probe));
	assert_int_equal(probe.id, 0);
	/* Its time comes after a second, for one caller. */
	atomic_store(&moment, 1001000);
	assert_true(idm_servers_is_best(servers, b, &probe));
	assert_int_equal(probe.id, a);
	assert_true(idm_servers_is_best(servers, b, &probe));
	assert_int_equal(probe.id, 0);
	/* It is back, and better. */
	idm_servers_answered(servers, a, -1);
	assert_false(idm_servers_is_best(servers, b, &probe));
	assert_string_equal(chosen(servers, &a), "a");
	idm_servers_free(&servers);
	atomic_store(&moment, 0);
}

/* After how many milliseconds a server that failed n times is tried again. */
static long long
wait_after(struct idm_servers *servers, uint32_t id)
{
	long long begun = atomic_load(&moment);
	uint32_t probed;

	for (long long wait = 0; wait <= 64000; wait += 500) {
		atomic_store(&moment, begun + wait);
		if (chosen(servers, &probed)[0] != '\0') {
			assert_int_equal(probed, id);
			return wait;
		}
	}
	return -1;
}

static void
test_alone_it_is_tried_again_within_four_seconds(void **state)
{
	static const long long waits[] = { 1000, 2000, 4000, 4000, 4000 };
	struct idm_directory settings;
	struct idm_servers *servers = new_servers(&settings, "ldap://a");
	uint32_t a = 0;

	(void)state;
	atomic_store(&moment, 1000000);
	assert_string_equal(chosen(servers, &a), "a");
	for (size_t i = 0; i < IDM_COUNTOF(waits); i++) {
		fail_one(servers, a, IDM_TEMPFAIL, "gone");
		assert_int_equal(wait_after(servers, a), waits[i]);
	}
	idm_servers_free(&servers);
	atomic_store(&moment, 0);
}

static void
test_one_that_refuses_us_is_not_pressed(void **state)
{
	static const long long waits[] = { 1000, 2000, 4000, 8000, 16000, 30000,
		30000 };
	struct idm_directory settings;
	struct idm_servers *servers = new_servers(&settings, "ldap://a");
	struct idm_err err;
	uint32_t a = 0;

	(void)state;
	atomic_store(&moment, 1000000);
	assert_string_equal(chosen(servers, &a), "a");
	for (size_t i = 0; i < IDM_COUNTOF(waits); i++) {
		fail_one(servers, a, IDM_DENIED, "no");
		assert_fails(idm_servers_fail(servers, &err), IDM_DENIED, err,
		    "ldap://a: no");
		assert_int_equal(wait_after(servers, a), waits[i]);
	}
	idm_servers_free(&servers);
	atomic_store(&moment, 0);
}

static void
test_all_are_down_at_once_with_their_reasons(void **state)
{
	struct idm_directory settings;
	struct idm_servers *servers = new_servers(
	    &settings, "ldap://a ldap://b");
	struct idm_server_status status[1];
	struct idm_tried tried = { .n = 0 };
	struct idm_choice choice;
	struct idm_err err;
	uint32_t id = 0;

	(void)state;
	atomic_store(&moment, 1000000);
	assert_string_equal(chosen(servers, &id), "a");
	fail_one(servers, id, IDM_DENIED, "who are you");
	assert_string_equal(chosen(servers, &id), "b");
	fail_one(servers, id, IDM_TEMPFAIL, "no answer");
	assert_fails(idm_servers_choose(servers, &tried, 0, &choice, &err),
	    IDM_TEMPFAIL, err, "ldap://a: who are you; ldap://b: no answer");
	assert_int_equal(idm_servers_status(servers, status, 1), 2);
	assert_string_equal(status[0].uri, "ldap://a");
	assert_true(status[0].was_asked);
	assert_false(status[0].is_up);
	assert_int_equal(status[0].failures, 1);
	assert_string_equal(status[0].last_error, "who are you");
	/* Unless somebody says so. */
	idm_servers_retry(servers);
	assert_string_equal(chosen(servers, &id), "a?");
	assert_string_equal(chosen(servers, &id), "b?");
	assert_string_equal(chosen(servers, &id), "");
	idm_servers_free(&servers);
	atomic_store(&moment, 0);
}

/* ---- A server that binds everybody and finds nothing. */

static int
listen_somewhere(int *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_not_equal(fd, -1);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 64), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* Messages are short here: 30 LEN 02 IDLEN ID... OP */
static void *
serve_one(void *argument)
{
	int fd = (int)(intptr_t)argument;
	unsigned char ask[512];
	unsigned served = 0;

	while (recv(fd, ask, 2, MSG_WAITALL) == 2 && ask[1] < 128 &&
	    recv(fd, ask + 2, ask[1], MSG_WAITALL) == ask[1]) {
		unsigned char say[32] = { 0x30 };
		size_t len = 2u + ask[3];
		unsigned char operation = ask[2 + len];

		/* Now and then a connection ends, instead of an answer. */
		if (operation == 0x42 || ++served % 50 == 0)
			break;
		memcpy(say + 2, ask + 2, len);
		memcpy(say + 2 + len, "\x65\7\n\1\0\4\0\4\0", 9);
		say[1] = (unsigned char)(len + 9);
		if (operation == 0x60)
			say[2 + len] = 0x61;
		if (send(fd, say, len + 11, MSG_NOSIGNAL) == -1)
			break;
	}
	(void)close(fd);
	return NULL;
}

static void *
serve(void *argument)
{
	int server = (int)(intptr_t)argument;
	int fd;

	while ((fd = accept(server, NULL, NULL)) != -1) {
		pthread_t thread;

		if (pthread_create(
			&thread, NULL, serve_one, (void *)(intptr_t)fd) != 0)
			(void)close(fd);
		else
			(void)pthread_detach(thread);
	}
	return NULL;
}

static enum idm_status
ignore(void *context, const struct idm_object *object, struct idm_err *err)
{
	(void)context;
	(void)object;
	(void)err;
	return IDM_OK;
}

struct asker {
	struct idm_servers *servers;
	unsigned answers;
	unsigned failures;
};

static void *
ask(void *argument)
{
	struct asker *asker = argument;
	const struct idm_search search = { .base = { .data = "dc=x", .len = 4 },
		.scope = IDM_SCOPE_BASE };
	struct idm_session *session = NULL;

	for (int i = 0; i < 200; i++) {
		enum idm_status st;

		if (session == NULL &&
		    idm_session_new(idm_servers_settings(asker->servers),
			asker->servers, &session, NULL) != IDM_OK)
			break;
		st = idm_session_search(session, &search,
		    idm_clock_ms() + 20000, ignore, NULL, NULL);
		if (st == IDM_OK)
			asker->answers++;
		else
			asker->failures++;
		if (i % 40 == 39)
			idm_session_free(&session);
	}
	idm_session_free(&session);
	return NULL;
}

static void
test_sessions_of_many_threads_share_servers(void **state)
{
	struct asker askers[6];
	pthread_t threads[IDM_COUNTOF(askers)], server;
	struct idm_directory settings;
	struct idm_servers *servers;
	char uris[200];
	int port, dead, fd;

	(void)state;
	(void)close(listen_somewhere(&dead));
	fd = listen_somewhere(&port);
	(void)snprintf(uris, sizeof(uris),
	    "ldap://127.0.0.1:%d ldap://127.0.0.1:%d", dead, port);
	servers = new_servers(&settings, uris);
	assert_int_equal(
	    pthread_create(&server, NULL, serve, (void *)(intptr_t)fd), 0);
	for (size_t i = 0; i < IDM_COUNTOF(askers); i++) {
		askers[i] = (struct asker){ .servers = servers };
		assert_int_equal(
		    pthread_create(&threads[i], NULL, ask, &askers[i]), 0);
	}
	for (size_t i = 0; i < IDM_COUNTOF(askers); i++) {
		struct idm_server_status status[2];

		assert_int_equal(idm_servers_status(servers, status, 2), 2);
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		/* A connection that ended is made again, without a word. */
		assert_int_equal(askers[i].answers, 200);
		assert_int_equal(askers[i].failures, 0);
	}
	(void)shutdown(fd, SHUT_RDWR);
	assert_int_equal(pthread_join(server, NULL), 0);
	(void)close(fd);
	idm_servers_free(&servers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_no_server_is_refused),
		cmocka_unit_test(test_a_password_in_clear_text_is_refused),
		cmocka_unit_test(test_the_first_is_asked_until_it_fails),
		cmocka_unit_test(
		    test_alone_it_is_tried_again_within_four_seconds),
		cmocka_unit_test(test_one_that_refuses_us_is_not_pressed),
		cmocka_unit_test(test_all_are_down_at_once_with_their_reasons),
		cmocka_unit_test(test_sessions_of_many_threads_share_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
