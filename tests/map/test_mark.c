/*
 * What a writer has put in place is what the next call finds.  The clock by
 * which a snapshot looks at the paths without being told stands still here: so
 * nothing but the mark tells it.
 */

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit.h"

#include "map/cached.h"
#include "map/domain.h"
#include "map/edit.h"
#include "map/mark.h"
#include "map/rewrite.h"
#include "map/snapshot.h"
#include "map/verify.h"

static char dir[] = "/tmp/idm-mark-XXXXXX";

/* ---- The clock, and the looks (linked with --wrap). */

static _Atomic uint32_t clock_ms = 1000;
static atomic_uint looks;

int __real_clock_gettime(clockid_t, struct timespec *);
int __wrap_clock_gettime(clockid_t, struct timespec *);
int __real_lstat(const char *, struct stat *);
int __wrap_lstat(const char *, struct stat *);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *out)
{
	uint32_t now = atomic_load(&clock_ms);

	if (clock != CLOCK_MONOTONIC_COARSE)
		return __real_clock_gettime(clock, out);
	out->tv_sec = now / 1000;
	out->tv_nsec = (long)(now % 1000) * 1000000;
	return 0;
}

int
__wrap_lstat(const char *path, struct stat *out)
{
	(void)atomic_fetch_add(&looks, 1);
	return __real_lstat(path, out);
}

static void
pass(uint32_t ms)
{
	(void)atomic_fetch_add(&clock_ms, ms);
}

/* Somebody who looks between the mark and the rename. */
static struct {
	struct idm_snapshot *snapshot;
	uint64_t old;
} before_rename;

static void look_before_rename(void);

int __real_renameat(int, const char *, int, const char *);
int __wrap_renameat(int, const char *, int, const char *);

int
__wrap_renameat(int from, const char *old, int to, const char *new)
{
	if (before_rename.snapshot != NULL)
		look_before_rename();
	return __real_renameat(from, old, to, new);
}

/* ---- A host whose policy has all of the files. */

static const struct file {
	const char *dir; /* in ours */
	const char *name;
	enum idm_map_kind kind;
} files[] = {
	{ ".", "map.gdbm", IDM_MAP_POLICY },
	{ "state", "users.gdbm", IDM_MAP_USERS },
	{ "state", "state.gdbm", IDM_MAP_STATE },
	{ "state", "cache.gdbm", IDM_MAP_CACHE },
};
static const struct file *const map = &files[0];

static struct idm_rewrite *
begin(const struct file *file)
{
	struct idm_rewrite *rewrite = NULL;
	struct idm_err err;

	assert_good(idm_rewrite_begin(file->dir, file->name, file->kind,
			getuid(), true, 0, &rewrite, &err),
	    err);
	return rewrite;
}

/* Put the next version in place, and give its number. */
static uint64_t
publish(const struct file *file)
{
	struct idm_rewrite *rewrite = begin(file);
	const struct idm_view *view = idm_rewrite_view(rewrite);
	uint64_t generation = view == NULL ? 0
					   : idm_view_header(view)->generation;
	struct idm_err err;

	assert_good(idm_rewrite_put(rewrite, "of a test", 9, &generation,
			sizeof(generation), &err),
	    err);
	assert_good(idm_rewrite_commit(rewrite, NULL, NULL, &err), err);
	idm_rewrite_end(&rewrite);
	return generation + 1;
}

static void
uuid_of(const struct file *file, uint8_t uuid[IDM_UUID_SIZE])
{
	struct idm_rewrite *rewrite = begin(file);

	memcpy(uuid, idm_view_header(idm_rewrite_view(rewrite))->uuid,
	    IDM_UUID_SIZE);
	idm_rewrite_end(&rewrite);
}

static void
put_policy(void)
{
	struct idm_domain domain = {
		.name = "corp",
		.backend = IDM_BACKEND_RID,
		.flags = IDM_DOMAIN_DIRECTORY,
		.low = 1000,
		.high = 1999,
	};
	struct idm_policy policy = idm_policy_default;
	struct idm_rewrite *rewrite = begin(map);
	struct idm_buf buf;
	struct idm_err err;

	policy.nkeepers = 1;
	policy.keeper[0] = getuid();
	policy.has_users = policy.has_state = true;
	uuid_of(&files[1], policy.users_uuid);
	uuid_of(&files[2], policy.state_uuid);
	idm_buf_init(&buf, IDM_VALUE_MAX);
	idm_policy_write(&buf, &policy);
	assert_good(
	    idm_rewrite_put(rewrite, "policy", 6, buf.data, buf.len, &err),
	    err);
	idm_buf_clear(&buf);
	idm_domains_write(&buf, &domain, 1);
	assert_good(idm_rewrite_put(rewrite, IDM_DOMAINS_KEY,
			sizeof(IDM_DOMAINS_KEY) - 1, buf.data, buf.len, &err),
	    err);
	assert_good(idm_rewrite_commit(rewrite, NULL, NULL, &err), err);
	idm_rewrite_end(&rewrite);
	idm_buf_fini(&buf);
}

static int
make_host(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL || chdir(dir) == -1 ||
	    mkdir("state", 0755) == -1)
		return -1;
	for (size_t i = 0; i < IDM_COUNTOF(files); i++)
		(void)publish(&files[i]);
	put_policy();
	return 0;
}

static int
remove_host(void **state)
{
	char command[64];

	(void)state;
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	return chdir("/") == -1 || system(command) != 0;
}

static struct idm_snapshot *
new_snapshot(void)
{
	struct idm_snapshot *snapshot = NULL;
	struct idm_err err;

	assert_good(idm_snapshot_new(dir, getuid(), &snapshot, &err), err);
	return snapshot;
}

/* Which version of a file a lookup finds; 0: none. */
static uint64_t
look_at(struct idm_snapshot *snapshot, const struct file *file)
{
	const struct idm_view *view = NULL;
	struct idm_inside inside;
	uint64_t generation = 0;

	if (idm_snapshot_enter(snapshot, &inside, NULL) != IDM_OK)
		return 0;
	switch (file->kind) {
	case IDM_MAP_POLICY:
		view = inside.maps->map;
		break;
	case IDM_MAP_USERS:
		view = inside.maps->users;
		break;
	case IDM_MAP_STATE:
		view = inside.maps->state;
		break;
	case IDM_MAP_CACHE:
		view = inside.maps->cache;
		break;
	}
	if (view != NULL)
		generation = idm_view_header(view)->generation;
	idm_snapshot_leave(&inside);
	return generation;
}

/* ---- Another process. */

struct reader {
	pid_t pid;
	int ask; /* write which file */
	int answer;
};

static void
read_for_others(int asked, int answers)
{
	struct idm_snapshot *snapshot = new_snapshot();
	unsigned char which;

	while (read(asked, &which, 1) == 1) {
		uint64_t found = look_at(snapshot, &files[which]);

		if (write(answers, &found, sizeof(found)) != sizeof(found))
			break;
	}
	_exit(0);
}

static struct reader
start_reader(void)
{
	struct reader reader;
	int asked[2], answers[2];

	assert_int_equal(pipe(asked), 0);
	assert_int_equal(pipe(answers), 0);
	reader.pid = fork();
	assert_int_not_equal(reader.pid, -1);
	if (reader.pid == 0) {
		(void)close(asked[1]);
		read_for_others(asked[0], answers[1]);
	}
	(void)close(asked[0]);
	(void)close(answers[1]);
	reader.ask = asked[1];
	reader.answer = answers[0];
	return reader;
}

static uint64_t
have_read(const struct reader *reader, const struct file *file)
{
	unsigned char which = (unsigned char)(file - files);
	uint64_t found = 0;

	assert_int_equal(write(reader->ask, &which, 1), 1);
	assert_int_equal(
	    read(reader->answer, &found, sizeof(found)), sizeof(found));
	return found;
}

static void
stop_reader(struct reader *reader)
{
	int status;

	(void)close(reader->ask);
	(void)close(reader->answer);
	assert_int_equal(waitpid(reader->pid, &status, 0), reader->pid);
	assert_int_equal(status, 0);
}

#define TIMES 1000

static void
test_another_process_finds_it_at_its_next_call(void **state)
{
	struct reader reader = start_reader();

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(files); i++)
		assert_true(have_read(&reader, &files[i]) > 0);
	for (unsigned i = 0; i < TIMES; i++) {
		const struct file *file = &files[i % IDM_COUNTOF(files)];
		uint64_t put = publish(file);

		assert_int_equal(have_read(&reader, file), put);
	}
	stop_reader(&reader);
}

static void
test_who_does_not_ask_at_a_path_makes_no_call(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();
	uint64_t put = publish(map);
	unsigned before;

	(void)state;
	assert_int_equal(look_at(snapshot, map), put);
	before = atomic_load(&looks);
	for (int i = 0; i < TIMES; i++)
		assert_int_equal(look_at(snapshot, map), put);
	assert_int_equal(atomic_load(&looks), before);
	idm_snapshot_free(&snapshot);
}

/* ---- Threads. */

#define READERS 4
#define ROUNDS  200

struct crowd {
	struct idm_snapshot *snapshot;
	_Atomic uint64_t known; /* by anybody */
	_Atomic bool stop;
	atomic_uint old; /* answers older than what was known before */
};

/* What anybody has seen, everybody sees. */
static void *
read_on(void *argument)
{
	struct crowd *crowd = argument;

	while (!atomic_load(&crowd->stop)) {
		uint64_t known = atomic_load(&crowd->known);
		uint64_t found = look_at(crowd->snapshot, map);

		if (found < known)
			(void)atomic_fetch_add(&crowd->old, 1);
		while (known < found &&
		    !atomic_compare_exchange_weak(&crowd->known, &known, found))
			;
	}
	return NULL;
}

static void
test_what_one_thread_has_seen_all_see(void **state)
{
	struct crowd crowd = { .snapshot = new_snapshot() };
	/* As another process, that shares nothing with the first one. */
	struct crowd other = { .snapshot = new_snapshot() };
	pthread_t thread[2 * READERS];
	uint64_t put = 0;

	(void)state;
	for (int i = 0; i < 2 * READERS; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, read_on,
				     i % 2 == 0 ? &crowd : &other),
		    0);
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t seen;

		put = publish(map);
		atomic_store(&crowd.known, put);
		atomic_store(&other.known, put);
		seen = look_at(crowd.snapshot, map);
		assert_int_equal(seen, put);
	}
	atomic_store(&crowd.stop, true);
	atomic_store(&other.stop, true);
	for (int i = 0; i < 2 * READERS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	assert_int_equal(atomic_load(&crowd.old), 0);
	assert_int_equal(atomic_load(&other.old), 0);
	assert_int_equal(look_at(crowd.snapshot, map), put);
	idm_snapshot_free(&crowd.snapshot);
	idm_snapshot_free(&other.snapshot);
}

/* ---- Marks whose rename does not come. */

/* As a writer that dies between the mark and the rename. */
static void
mark_only(const struct file *file)
{
	struct idm_rewrite *rewrite = begin(file);
	int dirfd = open(file->dir, O_RDONLY | O_DIRECTORY);
	struct idm_mark mark = idm_mark_open(
	    dirfd, file->name, idm_rewrite_view(rewrite));

	assert_int_not_equal(mark.fd, -1);
	idm_mark_change(&mark);
	idm_mark_close(&mark);
	assert_int_equal(close(dirfd), 0);
	idm_rewrite_end(&rewrite);
}

static unsigned
looks_of_a_call(
    struct idm_snapshot *snapshot, const struct file *file, uint64_t expected)
{
	unsigned before = atomic_load(&looks);

	assert_int_equal(look_at(snapshot, file), expected);
	return atomic_load(&looks) - before;
}

/* Each call looks for 100 ms, and then none. */
static void
assert_settles(
    struct idm_snapshot *snapshot, const struct file *file, uint64_t expected)
{
	for (int i = 0; i < 3; i++) {
		assert_true(looks_of_a_call(snapshot, file, expected) > 0);
		pass(60);
	}
	(void)looks_of_a_call(snapshot, file, expected);
	assert_int_equal(looks_of_a_call(snapshot, file, expected), 0);
	/* As without any mark. */
	pass(100);
	assert_true(looks_of_a_call(snapshot, file, expected) > 0);
	assert_int_equal(looks_of_a_call(snapshot, file, expected), 0);
}

static void
look_before_rename(void)
{
	struct idm_snapshot *snapshot = before_rename.snapshot;

	before_rename.snapshot = NULL;
	assert_settles(snapshot, map, before_rename.old);
}

static void
test_a_mark_without_a_rename_is_settled(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(files); i++) {
		struct idm_snapshot *snapshot = new_snapshot();
		uint64_t put = publish(&files[i]);

		assert_int_equal(look_at(snapshot, &files[i]), put);
		mark_only(&files[i]);
		assert_settles(snapshot, &files[i], put);
		/* Another that dies, and one that does not. */
		mark_only(&files[i]);
		assert_settles(snapshot, &files[i], put);
		put = publish(&files[i]);
		assert_int_equal(look_at(snapshot, &files[i]), put);
		assert_int_equal(looks_of_a_call(snapshot, &files[i], put), 0);
		idm_snapshot_free(&snapshot);
	}
}

/* The rename comes so late that nobody waits for it any more. */
static void
test_the_second_mark_is_for_those_who_have_stopped(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();
	uint64_t old = publish(map), put;

	(void)state;
	assert_int_equal(look_at(snapshot, map), old);
	before_rename.snapshot = snapshot;
	before_rename.old = old;
	put = publish(map);
	assert_null(before_rename.snapshot);
	assert_int_equal(look_at(snapshot, map), put);
	idm_snapshot_free(&snapshot);
}

static void
test_a_file_that_is_linked_back_is_one_like_others(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();
	uint64_t old = publish(map), put;

	(void)state;
	assert_int_equal(look_at(snapshot, map), old);
	assert_int_equal(link("map.gdbm", "kept"), 0);
	put = publish(map);
	assert_int_equal(look_at(snapshot, map), put);
	/* Nobody marks it: this is found as ever. */
	assert_int_equal(rename("kept", "map.gdbm"), 0);
	assert_int_equal(look_at(snapshot, map), put);
	pass(100);
	assert_int_equal(look_at(snapshot, map), old);
	assert_settles(snapshot, map, old);
	put = publish(map);
	assert_int_equal(look_at(snapshot, map), put);
	assert_int_equal(looks_of_a_call(snapshot, map, put), 0);
	idm_snapshot_free(&snapshot);
}

/* ---- Marked files are good ones, and none is born marked. */

static unsigned char
mark_of(const struct file *file)
{
	struct idm_rewrite *rewrite = begin(file);
	unsigned char mark = *idm_view_mark(idm_rewrite_view(rewrite));

	idm_rewrite_end(&rewrite);
	return mark;
}

static void
pass_over(void *context, const char *text)
{
	(void)context;
	(void)text;
}

/* What is wrong with the map: the record of these tests is none of its kinds.
 */
static uint64_t
count_faults(void)
{
	struct idm_verify_report report = { .finding = pass_over };
	struct idm_rewrite *rewrite = begin(map);
	struct idm_err err;

	assert_good(idm_verify(idm_rewrite_view(rewrite), &report, &err), err);
	idm_rewrite_end(&rewrite);
	return report.findings;
}

static void
test_a_marked_file_is_as_sound_as_before(void **state)
{
	(void)state;
	(void)publish(map);
	assert_int_equal(mark_of(map), 0);
	assert_int_equal(count_faults(), 1);
	mark_only(map);
	assert_int_not_equal(mark_of(map), 0);
	assert_int_equal(count_faults(), 1);
}

static void
test_the_next_version_of_a_marked_file_has_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(files); i++) {
		mark_only(&files[i]);
		(void)publish(&files[i]);
		assert_int_equal(mark_of(&files[i]), 0);
	}
}

/* By copying, not by building: with many records and one change. */
static void
test_nor_has_a_copy_with_changes(void **state)
{
	struct idm_rewrite *rewrite = begin(map);
	struct idm_err err;
	char key[16];

	(void)state;
	for (int i = 0; i < 2000; i++) {
		int len = snprintf(key, sizeof(key), "many %d", i);

		assert_good(
		    idm_rewrite_put(rewrite, key, (size_t)len, "x", 1, &err),
		    err);
	}
	assert_good(idm_rewrite_commit(rewrite, NULL, NULL, &err), err);
	idm_rewrite_end(&rewrite);
	mark_only(map);
	(void)publish(map);
	assert_int_equal(mark_of(map), 0);
}

/* 0 says that there is none: from the last number on it goes on with 1. */
static void
test_a_mark_never_becomes_none(void **state)
{
	(void)state;
	(void)publish(map);
	for (int i = 1; i <= 255; i++) {
		mark_only(map);
		assert_int_equal(mark_of(map), i);
	}
	mark_only(map);
	assert_int_equal(mark_of(map), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_another_process_finds_it_at_its_next_call),
		cmocka_unit_test(test_who_does_not_ask_at_a_path_makes_no_call),
		cmocka_unit_test(test_what_one_thread_has_seen_all_see),
		cmocka_unit_test(test_a_mark_without_a_rename_is_settled),
		cmocka_unit_test(
		    test_the_second_mark_is_for_those_who_have_stopped),
		cmocka_unit_test(
		    test_a_file_that_is_linked_back_is_one_like_others),
		cmocka_unit_test(test_a_marked_file_is_as_sound_as_before),
		cmocka_unit_test(
		    test_the_next_version_of_a_marked_file_has_none),
		cmocka_unit_test(test_nor_has_a_copy_with_changes),
		cmocka_unit_test(test_a_mark_never_becomes_none),
	};

	return cmocka_run_group_tests(tests, make_host, remove_host);
}
