#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit.h"

#include "map/snapshot.h"
#include "tests/map/raw.h"

static char dir[] = "/tmp/idm-snapshot-XXXXXX";

/*
 * The coarse clock of the snapshot is ours (linked with --wrap), so that no
 * test waits for a tenth of a second, or depends on how long it takes.
 */
static _Atomic uint32_t clock_ms = 1000;

int __wrap_clock_gettime(clockid_t, struct timespec *);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *out)
{
	uint32_t now = atomic_load(&clock_ms);

	assert_int_equal(clock, CLOCK_MONOTONIC_COARSE);
	out->tv_sec = now / 1000;
	out->tv_nsec = (long)(now % 1000) * 1000000;
	return 0;
}

static void
pass(uint32_t ms)
{
	(void)atomic_fetch_add(&clock_ms, ms);
}

static int
enter_folder(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL || chdir(dir) == -1 ||
	    mkdir("state", 0755) == -1;
}

static int
leave_folder(void **state)
{
	(void)state;
	(void)unlink(IDM_MAP_FILE);
	(void)unlink(IDM_USERS_FILE);
	(void)unlink(IDM_STATE_FILE);
	return rmdir("state") == -1 || chdir("/") == -1 || rmdir(dir) == -1;
}

/* ---- Maps to look at. */

/* A policy map of this generation, which its one entry tells too. */
static struct raw
begin_map(uint64_t generation)
{
	struct idm_header header = raw_header;
	char target[32];
	struct raw raw;

	header.generation = generation;
	raw = raw_begin(IDM_MAP_FILE, &header);
	assert_true(snprintf(target, sizeof(target), "%llu",
			(unsigned long long)generation) > 0);
	raw_put_entry(&raw, "x", "who", target);
	return raw;
}

static void
publish_map(uint64_t generation)
{
	struct raw raw = begin_map(generation);

	raw_publish(&raw);
}

static struct idm_policy
policy_with_users(void)
{
	struct idm_policy policy = idm_policy_default;

	policy.nkeepers = 2;
	policy.keeper[0] = getuid() + 7;
	policy.keeper[1] = getuid();
	policy.has_users = true;
	memcpy(policy.users_uuid, raw_header.uuid, sizeof(policy.users_uuid));
	return policy;
}

static void
publish_map_with_policy(const struct idm_policy *policy)
{
	struct raw raw = begin_map(1);

	raw_put_policy(&raw, policy);
	raw_publish(&raw);
}

static void
publish_users(enum idm_map_kind kind, const char *uuid)
{
	struct idm_header header = raw_header;
	struct raw raw;

	header.kind = (uint8_t)kind;
	memcpy(header.uuid, uuid, sizeof(header.uuid));
	raw = raw_begin(IDM_USERS_FILE, &header);
	raw_publish(&raw);
}

static struct idm_snapshot *
new_snapshot(void)
{
	struct idm_snapshot *snapshot = NULL;
	struct idm_err err;

	assert_good(idm_snapshot_new(dir, getuid(), &snapshot, &err), err);
	return snapshot;
}

/* The generation that a thread inside sees; header and entry must agree. */
static uint64_t
generation_of(const struct idm_maps *maps)
{
	struct idm_entry entry;
	struct idm_str value;
	uint64_t generation = idm_view_header(maps->map)->generation;
	char target[32];

	if (idm_view_get(maps->map, "s/x/e/who", 9, &value) != IDM_OK ||
	    idm_entry_read(value, &entry, NULL) != IDM_OK)
		return 0;
	(void)snprintf(
	    target, sizeof(target), "%llu", (unsigned long long)generation);
	return idm_str_is(entry.target, target) ? generation : 0;
}

/* Enter, see which generation it is, leave.  0: unavailable. */
static uint64_t
look_at(struct idm_snapshot *snapshot)
{
	struct idm_inside inside;
	uint64_t generation;

	if (idm_snapshot_enter(snapshot, &inside, NULL) != IDM_OK)
		return 0;
	generation = generation_of(inside.maps);
	idm_snapshot_leave(&inside);
	return generation;
}

static void
assert_unavailable(struct idm_snapshot *snapshot, const char *why)
{
	struct idm_inside inside = { 0 };
	struct idm_err err;

	assert_fails(idm_snapshot_enter(snapshot, &inside, &err), IDM_TEMPFAIL,
	    err, why);
	assert_int_equal(err.status, IDM_TEMPFAIL);
	assert_null(inside.maps); /* untouched */
}

/* How many versions of the map are mapped into this process. */
static unsigned
count_mappings(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];
	unsigned n = 0;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps) != NULL) {
		if (strstr(line, dir) != NULL)
			n++;
	}
	assert_int_equal(fclose(maps), 0);
	return n;
}

/* ---- What is seen when. */

static void
test_a_new_version_is_seen_after_100_ms(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();

	(void)state;
	publish_map(1);
	assert_int_equal(look_at(snapshot), 1);
	publish_map(2);
	assert_int_equal(look_at(snapshot), 1);
	pass(99);
	assert_int_equal(look_at(snapshot), 1);
	pass(1);
	assert_int_equal(look_at(snapshot), 2);
	assert_int_equal(count_mappings(), 1);
	/* However long nobody asked. */
	publish_map(3);
	pass(3000000000u);
	assert_int_equal(look_at(snapshot), 3);
	idm_snapshot_free(&snapshot);
	assert_null(snapshot);
	assert_int_equal(count_mappings(), 0);
}

static void
test_a_missing_file_is_looked_for_every_100_ms(void **state)
{
	struct idm_snapshot *snapshot;

	(void)state;
	(void)unlink(IDM_MAP_FILE);
	snapshot = new_snapshot();
	assert_unavailable(snapshot, "map unavailable: ");
	assert_unavailable(snapshot, "/map.gdbm: no such file");
	publish_map(1);
	assert_unavailable(snapshot, "no such file");
	pass(100);
	assert_int_equal(look_at(snapshot), 1);
	assert_int_equal(unlink(IDM_MAP_FILE), 0);
	pass(100);
	assert_unavailable(snapshot, "/map.gdbm: no such file");
	assert_int_equal(count_mappings(), 0);
	idm_snapshot_free(&snapshot);
}

static void
test_an_edit_in_place_and_a_change_of_mode_are_noticed(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();

	(void)state;
	publish_map(1);
	assert_int_equal(look_at(snapshot), 1);
	assert_int_equal(chmod(IDM_MAP_FILE, 0666), 0);
	pass(100);
	assert_unavailable(snapshot, "mode 0666 lets others write it");
	assert_int_equal(chmod(IDM_MAP_FILE, 0644), 0);
	pass(100);
	assert_int_equal(look_at(snapshot), 1);
	assert_int_equal(truncate(IDM_MAP_FILE, 600), 0);
	pass(100);
	assert_unavailable(snapshot, "damaged");
	idm_snapshot_free(&snapshot);
}

static void
test_errno_is_preserved(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();
	struct idm_inside inside;

	(void)state;
	publish_map(1);
	errno = EXDEV;
	assert_int_equal(look_at(snapshot), 1);
	assert_int_equal(errno, EXDEV);
	assert_int_equal(unlink(IDM_MAP_FILE), 0);
	pass(100);
	errno = EXDEV;
	assert_int_equal(
	    idm_snapshot_enter(snapshot, &inside, NULL), IDM_TEMPFAIL);
	assert_int_equal(errno, EXDEV);
	idm_snapshot_free(&snapshot);
}

/* ---- What the maps hold. */

static void
test_policy_and_serving_schemes_are_decoded(void **state)
{
	struct idm_policy policy = idm_policy_default;
	struct raw raw = begin_map(1);
	struct idm_maps *maps = NULL;
	struct idm_err err;

	(void)state;
	policy.epoch = 42;
	raw_put_policy(&raw, &policy);
	raw_put_scheme(&raw, "mine", "M2!M1", 0);
	raw_put_list(&raw, "serving", "mine");
	raw_publish(&raw);
	assert_good(idm_maps_open(dir, getuid(), &maps, &err), err);
	assert_int_equal(maps->policy.epoch, 42);
	assert_int_equal(maps->nserving, 1);
	assert_string_equal(maps->serving[0].scheme, "mine");
	assert_int_equal(maps->serving[0].descriptor.nfields, 2);
	assert_null(maps->users);
	idm_maps_close(&maps);
	assert_null(maps);
	idm_maps_close(&maps);
	assert_int_equal(count_mappings(), 0);
}

static void
test_without_a_policy_there_is_the_default(void **state)
{
	struct idm_maps *maps = NULL;
	struct idm_err err;

	(void)state;
	publish_map(1);
	assert_good(idm_maps_open(dir, getuid(), &maps, &err), err);
	assert_int_equal(maps->policy.uid_min, idm_policy_default.uid_min);
	assert_int_equal(maps->nserving, 0);
	idm_maps_close(&maps);
}

static void
put_damaged_policy(struct raw *raw)
{
	raw_put(raw, "policy", "P1", 2);
}

static void
put_unknown_scheme(struct raw *raw)
{
	raw_put_list(raw, "serving", "gone");
}

static void
put_bad_scheme_name(struct raw *raw)
{
	raw_put_list(raw, "serving", "../x");
}

static void
put_newer_scheme(struct raw *raw)
{
	raw_put(raw, "s/new", "S2", 2);
	raw_put_list(raw, "serving", "new");
}

static void
put_too_many_schemes(struct raw *raw)
{
	struct idm_str names[IDM_SERVING_MAX + 1];
	struct idm_buf buf;

	for (size_t i = 0; i < IDM_COUNTOF(names); i++)
		names[i] = idm_str_of("x");
	idm_buf_init(&buf, 4096);
	idm_list_write(&buf, names, IDM_COUNTOF(names));
	raw_put_buf(raw, "serving", &buf);
}

static const struct {
	void (*put)(struct raw *);
	const char *why;
} damages[] = {
	{ put_damaged_policy,
	    "map.gdbm: record 'policy': record is cut short" },
	{ put_unknown_scheme,
	    "record 'serving': scheme 'gone': no such scheme" },
	{ put_bad_scheme_name, "record 'serving': scheme '../x': " },
	{ put_newer_scheme, "scheme 'new': record of version 0x32" },
	{ put_too_many_schemes, "record 'serving': more than 64 schemes" },
};

static void
test_what_cannot_be_read_makes_the_map_unavailable(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(damages); i++) {
		struct idm_snapshot *snapshot = new_snapshot();
		struct raw raw = begin_map(1);
		struct idm_maps *maps = NULL;
		struct idm_err err;

		damages[i].put(&raw);
		raw_publish(&raw);
		assert_unavailable(snapshot, damages[i].why);
		assert_fails(idm_maps_open(dir, getuid(), &maps, &err),
		    IDM_CORRUPT, err, damages[i].why);
		assert_null(maps);
		idm_snapshot_free(&snapshot);
	}
	assert_int_equal(count_mappings(), 0);
}

static void
test_a_map_of_another_owner_is_refused(void **state)
{
	struct idm_maps *maps = NULL;
	struct idm_err err;

	(void)state;
	publish_map(1);
	assert_fails(idm_maps_open(dir, getuid() + 1, &maps, &err), IDM_DENIED,
	    err, "owned by uid");
	assert_fails(idm_maps_open("/nowhere", getuid(), &maps, &err),
	    IDM_NOTFOUND, err, "/nowhere/map.gdbm: no such file");
}

/* ---- The users' map. */

static void
assert_no_users(const char *why)
{
	struct idm_maps *maps = NULL;
	struct idm_err err;

	assert_good(idm_maps_open(dir, getuid(), &maps, &err), err);
	assert_null(maps->users);
	if (strstr(maps->users_err.text, why) == NULL)
		fail_msg("said '%s', not '%s'", maps->users_err.text, why);
	idm_maps_close(&maps);
}

static void
test_users_map_must_be_the_adopted_one(void **state)
{
	struct idm_policy policy = policy_with_users();
	const char *uuid = (const char *)raw_header.uuid;

	(void)state;
	publish_map_with_policy(&policy);
	assert_no_users("users.gdbm: no such file");
	publish_users(IDM_MAP_POLICY, uuid);
	assert_no_users("kind 'M', not 'U'");
	publish_users(IDM_MAP_USERS, "another one here");
	assert_no_users("not the users' map that was adopted: other UUID");
	publish_users(IDM_MAP_USERS, uuid);
	assert_int_equal(chmod(IDM_USERS_FILE, 0660), 0);
	assert_no_users("mode 0660 lets others write it");
	publish_users(IDM_MAP_USERS, uuid);
	policy.nkeepers = 1;
	publish_map_with_policy(&policy);
	assert_no_users("owned by uid");
	policy.nkeepers = 0;
	publish_map_with_policy(&policy);
	assert_no_users("owned by uid");
	policy = policy_with_users();
	policy.has_users = false;
	publish_map_with_policy(&policy);
	assert_no_users("");
}

static void
assert_users(struct idm_snapshot *snapshot, bool there)
{
	struct idm_inside inside;
	struct idm_err err;

	assert_good(idm_snapshot_enter(snapshot, &inside, &err), err);
	assert_int_equal(inside.maps->users != NULL, there);
	idm_snapshot_leave(&inside);
}

static void
test_users_map_comes_goes_and_changes(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();
	struct idm_policy policy = policy_with_users();
	const char *uuid = (const char *)raw_header.uuid;

	(void)state;
	(void)unlink(IDM_USERS_FILE);
	publish_map_with_policy(&policy);
	assert_users(snapshot, false);
	publish_users(IDM_MAP_USERS, uuid);
	assert_users(snapshot, false);
	pass(100);
	assert_users(snapshot, true);
	assert_int_equal(count_mappings(), 2);
	publish_users(IDM_MAP_USERS, "another one here");
	pass(100);
	assert_users(snapshot, false);
	publish_users(IDM_MAP_USERS, uuid);
	pass(100);
	assert_users(snapshot, true);
	assert_int_equal(unlink(IDM_USERS_FILE), 0);
	pass(100);
	assert_users(snapshot, false);
	assert_int_equal(count_mappings(), 1);
	idm_snapshot_free(&snapshot);
}

/* ---- The state store, and the domains. */

static void
publish_state(enum idm_map_kind kind, const char *uuid)
{
	struct idm_header header = raw_header;
	struct raw raw;

	header.kind = (uint8_t)kind;
	memcpy(header.uuid, uuid, sizeof(header.uuid));
	raw = raw_begin(IDM_STATE_FILE, &header);
	raw_publish(&raw);
}

static void
assert_state(struct idm_snapshot *snapshot, const char *why)
{
	struct idm_inside inside;
	struct idm_err err;

	assert_good(idm_snapshot_enter(snapshot, &inside, &err), err);
	assert_int_equal(inside.maps->state != NULL, why == NULL);
	if (why != NULL && strstr(inside.maps->state_err.text, why) == NULL)
		fail_msg(
		    "said '%s', not '%s'", inside.maps->state_err.text, why);
	idm_snapshot_leave(&inside);
	pass(100);
}

static void
test_state_store_must_be_the_adopted_one(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();
	struct idm_policy policy = policy_with_users();
	const char *uuid = (const char *)raw_header.uuid;

	(void)state;
	policy.has_users = false;
	publish_state(IDM_MAP_STATE, uuid);
	publish_map_with_policy(&policy);
	assert_state(snapshot, "");
	policy.has_state = true;
	memcpy(policy.state_uuid, uuid, sizeof(policy.state_uuid));
	publish_map_with_policy(&policy);
	assert_state(snapshot, NULL);
	publish_state(IDM_MAP_USERS, uuid);
	assert_state(snapshot, "kind 'U', not 'A'");
	publish_state(IDM_MAP_STATE, "another one here");
	assert_state(snapshot, "not the state store that was adopted");
	publish_state(IDM_MAP_STATE, uuid);
	assert_state(snapshot, NULL);
	assert_int_equal(chmod(IDM_STATE_FILE, 0666), 0);
	assert_state(snapshot, "mode 0666 lets others write it");
	assert_int_equal(unlink(IDM_STATE_FILE), 0);
	assert_state(snapshot, "state.gdbm: no such file");
	assert_int_equal(count_mappings(), 1);
	idm_snapshot_free(&snapshot);
}

static void
put_domain(struct raw *raw, const char *name)
{
	struct idm_domain domain = {
		.backend = IDM_BACKEND_RID, .low = 1000, .high = 1999
	};
	struct idm_buf buf;

	assert_true(snprintf(domain.name, sizeof(domain.name), "%s", name) > 0);
	idm_buf_init(&buf, IDM_VALUE_MAX);
	idm_domains_write(&buf, &domain, 1);
	raw_put_buf(raw, IDM_DOMAINS_KEY, &buf);
}

static void
test_domains_come_with_their_map(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();
	struct idm_inside inside, later;
	struct idm_err err;
	struct raw raw = begin_map(1);

	(void)state;
	put_domain(&raw, "corp");
	raw_publish(&raw);
	assert_good(idm_snapshot_enter(snapshot, &inside, &err), err);
	assert_int_equal(inside.maps->domains.n, 1);
	raw = begin_map(2);
	put_domain(&raw, "other");
	raw_publish(&raw);
	pass(100);
	assert_good(idm_snapshot_enter(snapshot, &later, &err), err);
	assert_string_equal(later.maps->domains.domain[0].name, "other");
	/* The old one's are lent until its last thread has left. */
	assert_string_equal(inside.maps->domains.domain[0].name, "corp");
	idm_snapshot_leave(&later);
	idm_snapshot_leave(&inside);
	raw = begin_map(3);
	raw_put(&raw, IDM_DOMAINS_KEY, "D1\1\0\0\0", 6);
	raw_publish(&raw);
	pass(100);
	assert_unavailable(
	    snapshot, "record 'domains': record has number of domains");
	idm_snapshot_free(&snapshot);
}

/* ---- Descriptors. */

static void
test_no_descriptor_to_be_had_is_unavailable(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();
	struct idm_policy policy = policy_with_users();
	struct rlimit saved, none;

	(void)state;
	publish_users(IDM_MAP_USERS, (const char *)raw_header.uuid);
	publish_map_with_policy(&policy);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
	none = saved;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_unavailable(snapshot, "Too many open files");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
	pass(100);
	assert_users(snapshot, true);
	/* Nothing changed, so none is needed. */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	pass(100);
	assert_users(snapshot, true);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
	idm_snapshot_free(&snapshot);
}

/* Run check in a forked child; it returns whether all is well. */
static void
in_child(bool (*check)(struct idm_snapshot *), struct idm_snapshot *snapshot)
{
	int status;
	pid_t pid = fork();

	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(check(snapshot) ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

/* As a daemon does: nothing open, and files of its own in those places. */
static bool
works_without_descriptors(struct idm_snapshot *snapshot)
{
	if (close_range(0, ~0u, 0) == -1)
		return false;
	pass(100);
	if (look_at(snapshot) != 2 || fcntl(0, F_GETFD) != -1 ||
	    fcntl(3, F_GETFD) != -1)
		return false;
	return true;
}

static void
test_closed_descriptors_do_no_harm(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();

	(void)state;
	publish_map(1);
	assert_int_equal(look_at(snapshot), 1);
	publish_map(2);
	in_child(works_without_descriptors, snapshot);
	idm_snapshot_free(&snapshot);
}

/* ---- Threads. */

static void
test_one_thread_may_be_inside_twice(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();
	struct idm_inside outer, inner;
	struct idm_err err;

	(void)state;
	publish_map(1);
	assert_good(idm_snapshot_enter(snapshot, &outer, &err), err);
	publish_map(2);
	pass(100);
	assert_good(idm_snapshot_enter(snapshot, &inner, &err), err);
	assert_int_equal(generation_of(outer.maps), 1);
	assert_int_equal(generation_of(inner.maps), 2);
	idm_snapshot_leave(&inner);
	pass(100);
	assert_int_equal(look_at(snapshot), 2);
	assert_int_equal(generation_of(outer.maps), 1);
	assert_int_equal(count_mappings(), 2);
	idm_snapshot_leave(&outer);
	pass(100);
	assert_int_equal(look_at(snapshot), 2);
	assert_int_equal(count_mappings(), 1);
	idm_snapshot_free(&snapshot);
}

#define REPLACEMENTS 1000
#define READERS      4

struct readers {
	struct idm_snapshot *snapshot;
	pthread_barrier_t start;
	_Atomic bool stop;
	_Atomic unsigned torn;
	_Atomic unsigned backwards;
	_Atomic unsigned failed;
};

/* Read until told to stop: never half a version, never back to an old one. */
static void *
read_on(void *argument)
{
	struct readers *readers = argument;
	uint64_t last = 0;

	(void)pthread_barrier_wait(&readers->start);
	while (!atomic_load(&readers->stop)) {
		struct idm_inside inside;
		uint64_t generation;

		if (idm_snapshot_enter(readers->snapshot, &inside, NULL) !=
		    IDM_OK) {
			atomic_fetch_add(&readers->failed, 1);
			continue;
		}
		generation = generation_of(inside.maps);
		idm_snapshot_leave(&inside);
		if (generation == 0)
			atomic_fetch_add(&readers->torn, 1);
		if (generation < last)
			atomic_fetch_add(&readers->backwards, 1);
		last = generation;
	}
	return NULL;
}

static void
test_threads_read_during_a_thousand_replacements(void **state)
{
	struct readers readers = { .snapshot = new_snapshot() };
	pthread_t thread[READERS];

	(void)state;
	publish_map(1);
	assert_int_equal(
	    pthread_barrier_init(&readers.start, NULL, READERS + 1), 0);
	for (int i = 0; i < READERS; i++) {
		assert_int_equal(
		    pthread_create(&thread[i], NULL, read_on, &readers), 0);
	}
	(void)pthread_barrier_wait(&readers.start);
	for (uint64_t i = 2; i <= REPLACEMENTS; i++) {
		publish_map(i);
		/* Whoever looks now, sooner or later all see it. */
		do {
			pass(100);
		} while (look_at(readers.snapshot) != i);
	}
	atomic_store(&readers.stop, true);
	for (int i = 0; i < READERS; i++)
		assert_int_equal(pthread_join(thread[i], NULL), 0);
	assert_int_equal(readers.failed, 0);
	assert_int_equal(readers.torn, 0);
	assert_int_equal(readers.backwards, 0);
	pass(100);
	assert_int_equal(look_at(readers.snapshot), REPLACEMENTS);
	assert_int_equal(count_mappings(), 1);
	assert_int_equal(pthread_barrier_destroy(&readers.start), 0);
	idm_snapshot_free(&readers.snapshot);
}

/*
 * Cancelled before it looks; the look is over before that takes effect.  Here
 * it never does: the unwinding of a thread confuses sanitizers.
 */
static void *
look_cancelled(void *argument)
{
	struct idm_snapshot *snapshot = argument;
	uint64_t generation;

	(void)pthread_cancel(pthread_self());
	generation = look_at(snapshot);
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	return generation == 1 ? snapshot : NULL;
}

static void
test_a_cancelled_thread_finishes_its_look(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();
	pthread_t thread;
	void *result;

	(void)state;
	publish_map(1);
	assert_int_equal(
	    pthread_create(&thread, NULL, look_cancelled, snapshot), 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, snapshot);
	idm_snapshot_free(&snapshot);
}

/* ---- Fork. */

struct guest {
	struct idm_snapshot *snapshot;
	pthread_barrier_t entered;
	pthread_barrier_t leave;
};

/* Enter, and stay until told to leave. */
static void *
stay_inside(void *argument)
{
	struct guest *guest = argument;
	struct idm_inside inside;
	bool good;

	good = idm_snapshot_enter(guest->snapshot, &inside, NULL) == IDM_OK;
	(void)pthread_barrier_wait(&guest->entered);
	(void)pthread_barrier_wait(&guest->leave);
	good = good && generation_of(inside.maps) == 1;
	idm_snapshot_leave(&inside);
	return good ? guest : NULL;
}

/* Nobody is inside here, so what was retired is unmapped. */
static bool
keeps_no_old_version(struct idm_snapshot *snapshot)
{
	pass(100);
	if (look_at(snapshot) != 2 || count_mappings() != 1)
		return false;
	publish_map(3);
	pass(100);
	return look_at(snapshot) == 3 && count_mappings() == 1;
}

static void
test_a_forked_child_starts_with_nobody_inside(void **state)
{
	struct guest guest = { .snapshot = new_snapshot() };
	pthread_t thread;
	void *good;

	(void)state;
	publish_map(1);
	assert_int_equal(pthread_barrier_init(&guest.entered, NULL, 2), 0);
	assert_int_equal(pthread_barrier_init(&guest.leave, NULL, 2), 0);
	assert_int_equal(pthread_create(&thread, NULL, stay_inside, &guest), 0);
	(void)pthread_barrier_wait(&guest.entered);
	publish_map(2);
	pass(100);
	assert_int_equal(look_at(guest.snapshot), 2);
	assert_int_equal(count_mappings(), 2);
	in_child(keeps_no_old_version, guest.snapshot);

	/* Here the guest is still inside, and keeps all that came since. */
	pass(100);
	assert_int_equal(look_at(guest.snapshot), 3);
	assert_int_equal(count_mappings(), 3);
	(void)pthread_barrier_wait(&guest.leave);
	assert_int_equal(pthread_join(thread, &good), 0);
	assert_non_null(good);
	pass(100);
	assert_int_equal(look_at(guest.snapshot), 3);
	assert_int_equal(count_mappings(), 1);
	assert_int_equal(pthread_barrier_destroy(&guest.entered), 0);
	assert_int_equal(pthread_barrier_destroy(&guest.leave), 0);
	idm_snapshot_free(&guest.snapshot);
}

static struct idm_inside inside_at_fork;

/* As after a signal handler that forked: what began before goes on here. */
static bool
leaves_what_the_parent_entered(struct idm_snapshot *snapshot)
{
	if (generation_of(inside_at_fork.maps) != 1)
		return false;
	idm_snapshot_leave(&inside_at_fork);
	publish_map(2);
	pass(100);
	return look_at(snapshot) == 2 && count_mappings() == 1;
}

static void
test_a_fork_inside_may_leave_in_the_child(void **state)
{
	struct idm_snapshot *snapshot = new_snapshot();
	struct idm_err err;

	(void)state;
	publish_map(1);
	assert_good(idm_snapshot_enter(snapshot, &inside_at_fork, &err), err);
	in_child(leaves_what_the_parent_entered, snapshot);
	idm_snapshot_leave(&inside_at_fork);
	pass(100);
	assert_int_equal(look_at(snapshot), 2);
	assert_int_equal(count_mappings(), 1);
	idm_snapshot_free(&snapshot);
}

static void
test_the_system_snapshot_is_always_the_same(void **state)
{
	(void)state;
	assert_non_null(idm_snapshot_system());
	assert_ptr_equal(idm_snapshot_system(), idm_snapshot_system());
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_new_version_is_seen_after_100_ms),
		cmocka_unit_test(
		    test_a_missing_file_is_looked_for_every_100_ms),
		cmocka_unit_test(
		    test_an_edit_in_place_and_a_change_of_mode_are_noticed),
		cmocka_unit_test(test_errno_is_preserved),
		cmocka_unit_test(test_policy_and_serving_schemes_are_decoded),
		cmocka_unit_test(test_without_a_policy_there_is_the_default),
		cmocka_unit_test(
		    test_what_cannot_be_read_makes_the_map_unavailable),
		cmocka_unit_test(test_a_map_of_another_owner_is_refused),
		cmocka_unit_test(test_users_map_must_be_the_adopted_one),
		cmocka_unit_test(test_users_map_comes_goes_and_changes),
		cmocka_unit_test(test_state_store_must_be_the_adopted_one),
		cmocka_unit_test(test_domains_come_with_their_map),
		cmocka_unit_test(test_no_descriptor_to_be_had_is_unavailable),
		cmocka_unit_test(test_closed_descriptors_do_no_harm),
		cmocka_unit_test(test_one_thread_may_be_inside_twice),
		cmocka_unit_test(
		    test_threads_read_during_a_thousand_replacements),
		cmocka_unit_test(test_a_cancelled_thread_finishes_its_look),
		cmocka_unit_test(test_a_forked_child_starts_with_nobody_inside),
		cmocka_unit_test(test_a_fork_inside_may_leave_in_the_child),
		cmocka_unit_test(test_the_system_snapshot_is_always_the_same),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
