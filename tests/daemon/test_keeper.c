/*
 * A keeper of the test's own, to which it speaks as the engine does, and which
 * it kills.  Takes root, whose the map must be.
 */

#include <sys/socket.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit.h"

#include "daemon/cacheitem.h"
#include "daemon/keeper.h"
#include "daemon/record.h"
#include "map/cached.h"
#include "map/snapshot.h"
#include "map/verify.h"
#include "tests/fixture.h"
#include "tests/random.h"

#define STR(text)                                                              \
	{                                                                      \
		(text), sizeof(text) - 1                                       \
	}

enum { STAMP = 7, WAIT_MS = 60000, ROUNDS = 40, LATEST_US = 4000 };

static const struct idm_domain domains[] = {
	{
	    .name = "corp",
	    .dns = "corp.example",
	    .sid = { 5, { 21, 1, 2, 3 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .flags = IDM_DOMAIN_DIRECTORY,
	    .low = 100000,
	    .high = 199999,
	    .stamp = STAMP,
	    .cache_s = 900,
	    .wait_ms = 1000,
	},
};

static struct fixture fixture;

static int
make_maps(void **state)
{
	struct idm_rewrite *rewrite;

	(void)state;
	if (getuid() != 0)
		return 0;
	fixture_make(&fixture, 0);
	fixture_domains(&fixture, domains, IDM_COUNTOF(domains));
	rewrite = fixture_begin_cache(&fixture);
	idm_rewrite_end(&rewrite);
	return 0;
}

static int
remove_maps(void **state)
{
	(void)state;
	if (getuid() == 0)
		fixture_remove(&fixture);
	return 0;
}

/* ---- The keeper. */

struct keeping {
	pid_t pid;
	int fd;
};

static void
take_reply(const struct keeping *keeping, struct record_reply *reply)
{
	static char packet[RECORD_MAX];
	struct pollfd pfd = { .fd = keeping->fd, .events = POLLIN };
	struct idm_err err;
	ssize_t len;

	assert_int_equal(poll(&pfd, 1, WAIT_MS), 1);
	len = recv(keeping->fd, packet, sizeof(packet), 0);
	assert_true(len > 0);
	assert_good(record_reply_read(
			(struct idm_str){ packet, (size_t)len }, reply, &err),
	    err);
}

static struct keeping
start_keeper(void)
{
	struct record_reply ready;
	struct keeping keeping;
	int ends[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	keeping.fd = ends[0];
	keeping.pid = fork();
	assert_true(keeping.pid >= 0);
	if (keeping.pid == 0) {
		const struct keeper_setup setup = {
			.state_dir = fixture.dir,
			.accounts = "/etc",
			.uid = 0,
			.engine = ends[1],
			.log = open("/dev/null", O_WRONLY | O_CLOEXEC),
		};

		(void)close(ends[0]);
		_exit(keeper_run(&setup));
	}
	(void)close(ends[1]);
	take_reply(&keeping, &ready);
	assert_int_equal(ready.id, 0);
	return keeping;
}

static int
end_keeper(struct keeping *keeping)
{
	int status;

	(void)close(keeping->fd);
	assert_int_equal(waitpid(keeping->pid, &status, 0), keeping->pid);
	return status;
}

/* ---- What it is told. */

static void
put_item(struct idm_buf *items, const char *prefix, const char *text,
    const struct idm_buf *value)
{
	struct idm_buf key;

	idm_buf_init(&key, 4096);
	idm_own_key(&key, prefix, idm_str_of(text));
	cache_item_write(items,
	    &(struct cache_item){
		.kind = CACHE_PUT,
		.key = { key.data, key.len },
		.value = { value->data, value->len },
	    });
	idm_buf_fini(&key);
}

/* A user called by this number, which is also in the text of gecos. */
static void
send_user(
    const struct keeping *keeping, uint32_t id, uint32_t number, uint8_t flags)
{
	struct idm_own_user user = {
		.name = STR("alice@corp.example"),
		.key = STR("alice@corp.example"),
		.domain = STR("corp"),
		.uid = 100000 + number,
		.gid = 100513,
	};
	struct record_request request = { .id = id, .op = IDM_OP_CACHE_PUT };
	struct idm_cached cached = { .when = 1, .stamp = STAMP };
	struct idm_buf record, value, items, body, packet;
	char uid[12];
	size_t at = 0;

	idm_buf_init(&record, 4096);
	idm_buf_init(&value, 4096);
	idm_buf_init(&items, 65536);
	idm_buf_init(&body, RECORD_MAX);
	idm_buf_init(&packet, RECORD_MAX);
	(void)snprintf(uid, sizeof(uid), "%u", user.uid);
	user.gecos = idm_str_of(uid);
	idm_own_user_write(&record, &user);
	cached.record = (struct idm_str){ record.data, record.len };
	idm_cached_write(&value, &cached);
	put_item(&items, IDM_OWN_USER, user.key.data, &value);
	put_item(&items, IDM_OWN_UID, uid, &value);
	assert_true(cache_item_packet(
	    (struct idm_str){ items.data, items.len }, &at, flags, &body));
	request.cache = (struct idm_str){ body.data, body.len };
	request.reason = idm_str_of("");
	record_request_write(&packet, &request);
	assert_int_equal(packet.status, IDM_OK);
	assert_int_equal(
	    send(keeping->fd, packet.data, packet.len, MSG_NOSIGNAL),
	    packet.len);
	idm_buf_fini(&record);
	idm_buf_fini(&value);
	idm_buf_fini(&items);
	idm_buf_fini(&body);
	idm_buf_fini(&packet);
}

static uint64_t
version_of(const struct record_reply *reply)
{
	struct idm_cursor cursor = idm_cursor_over(
	    reply->body.data, reply->body.len);

	return idm_cursor_u64(&cursor);
}

/* ---- What is there. */

static void
tell(void *context, const char *text)
{
	(void)context;
	print_message("%s\n", text);
}

/* The number of the user; 0: nobody is cached.  The file must be whole. */
static uint32_t
look(void)
{
	struct idm_verify_report report = { .finding = tell };
	struct idm_maps *maps = NULL;
	struct idm_own_user user;
	struct idm_cached cached;
	struct idm_err err;
	uint32_t number = 0;

	assert_good(idm_maps_open(fixture.dir, 0, &maps, &err), err);
	if (maps->cache != NULL) {
		assert_good(idm_verify(maps->cache, &report, &err), err);
		assert_int_equal(report.findings, 0);
		assert_int_equal(idm_cached_find(maps->cache, IDM_OWN_USER,
				     idm_str_of("alice@corp.example"), &cached),
		    IDM_OK);
		assert_good(idm_own_user_read(cached.record, &user, &err), err);
		number = user.uid - 100000;
	} else if (maps->cache_err.status != IDM_NOTFOUND) {
		fail_msg("%s", maps->cache_err.text);
	}
	idm_maps_close(&maps);
	return number;
}

static void
test_what_is_awaited_is_there(void **state)
{
	struct record_reply reply;
	struct keeping keeping;

	(void)state;
	if (getuid() != 0)
		skip();
	keeping = start_keeper();
	send_user(&keeping, 1, 1, CACHE_NOW | CACHE_AWAIT);
	take_reply(&keeping, &reply);
	assert_int_equal(reply.id, 1);
	assert_int_equal(reply.status, IDM_OK);
	assert_true(version_of(&reply) == 1);
	assert_int_equal(look(), 1);
	/* One that is not awaited is answered at once, or not at all. */
	send_user(&keeping, 2, 2, 0);
	take_reply(&keeping, &reply);
	assert_int_equal(reply.id, 2);
	assert_int_equal(reply.body.len, 0);
	send_user(&keeping, 0, 3, 0);
	/* The end of the engine is no reason to lose it. */
	assert_int_equal(end_keeper(&keeping), 0);
	assert_int_equal(look(), 3);
}

static void
test_a_keeper_that_is_killed_leaves_the_old_or_the_new(void **state)
{
	struct dice dice = { 4711 };
	uint32_t last;

	(void)state;
	if (getuid() != 0)
		skip();
	last = look();
	for (uint32_t i = 4; i < 4 + ROUNDS; i++) {
		struct timespec nap = {
			.tv_nsec = (long)roll(&dice, LATEST_US) * 1000,
		};
		struct keeping keeping = start_keeper();
		uint32_t now;
		int status;

		send_user(&keeping, i, i, CACHE_NOW | CACHE_AWAIT);
		(void)nanosleep(&nap, NULL);
		assert_int_equal(kill(keeping.pid, SIGKILL), 0);
		status = end_keeper(&keeping);
		assert_true(WIFSIGNALED(status));
		now = look();
		if (now != last && now != i)
			fail_msg("%u: neither %u nor %u", now, last, i);
		last = now;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_awaited_is_there),
		cmocka_unit_test(
		    test_a_keeper_that_is_killed_leaves_the_old_or_the_new),
	};

	return cmocka_run_group_tests(tests, make_maps, remove_maps);
}
