/*
 * A writer that dies, or that a system call fails, at every system call of an
 * update in turn.  The update runs in a child under ptrace(2), which stops it
 * at the entry and at the exit of each call.
 */

#include <sys/syscall.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/traced.h"
#include "tests/unit.h"

#include "map/edit.h"
#include "map/snapshot.h"

static const struct idm_ruleset_name scheme = { IDM_RULESET_SCHEME, "corp" };

static struct fixture fixture;

/* The clock of snapshots stands still (linked with --wrap). */
int __real_clock_gettime(clockid_t, struct timespec *);
int __wrap_clock_gettime(clockid_t, struct timespec *);

int
__wrap_clock_gettime(clockid_t clock, struct timespec *out)
{
	if (clock != CLOCK_MONOTONIC_COARSE)
		return __real_clock_gettime(clock, out);
	*out = (struct timespec){ .tv_sec = 1000 };
	return 0;
}

/* What the child leaves behind, in shared memory: no system call tells it. */
static struct report {
	enum idm_status status;
	struct idm_err err;
} * report;

/* An update of a map of so many entries: of few by building, else by copy. */
struct update {
	size_t entries;
	size_t adds;
};

static const struct update by_build = { .entries = 8, .adds = 3 };
static const struct update by_copy = { .entries = 900, .adds = 3 };

static void
make_map(const struct update *update)
{
	struct fixture_ruleset ruleset = {
		.name = scheme,
		.descriptor = "M2!M1",
		.n = update->entries,
	};
	struct fixture_entry *entry = calloc(update->entries, sizeof(*entry));
	char(*text)[32] = calloc(update->entries, sizeof(*text));

	assert_non_null(entry);
	assert_non_null(text);
	for (size_t i = 0; i < update->entries; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "%shost!u%zu",
		    i % 4 == 0 ? "*" : "", i);
		entry[i] = (struct fixture_entry){ text[i], "foo", 0 };
	}
	ruleset.entry = entry;
	fixture_make(&fixture, geteuid());
	fixture_install(&fixture, &ruleset);
	free(entry);
	free(text);
}

static enum idm_status
add_new(struct idm_rewrite *rewrite, size_t adds, struct idm_err *err)
{
	enum idm_status status = IDM_OK;

	for (size_t i = 0; i < adds && status == IDM_OK; i++) {
		char text[32];
		struct idm_entry entry = { .target = idm_str_of("foo") };
		bool unchanged;

		(void)snprintf(
		    text, sizeof(text), "%snew!u%zu", i % 2 == 0 ? "" : "*", i);
		entry.remote = idm_str_of(text);
		status = idm_edit_add(rewrite, scheme, &entry, &unchanged, err);
	}
	return status;
}

/* The whole update, as a tool makes it; nobody else has the lock. */
static enum idm_status
run_update(const struct update *update, struct idm_err *err)
{
	struct idm_rewrite *rewrite = NULL;
	enum idm_status status;

	status = idm_rewrite_begin(fixture.dir, "map.gdbm", IDM_MAP_POLICY,
	    fixture.owner, false, 0, &rewrite, err);
	if (status == IDM_OK)
		status = add_new(rewrite, update->adds, err);
	if (status == IDM_OK)
		status = idm_rewrite_commit(rewrite, NULL, NULL, err);
	idm_rewrite_end(&rewrite);
	return status;
}

/* ---- Under ptrace. */

static void
work(void *context)
{
	report->status = run_update(context, &report->err);
}

static pid_t
start_traced(const struct update *update)
{
	*report = (struct report){ .status = IDM_INVALID };
	return traced_start(work, (void *)(uintptr_t)update);
}

/* Run the update and kill it at its nth stop; false when there are fewer. */
static bool
kill_at(const struct update *update, unsigned nth)
{
	pid_t pid = start_traced(update);

	while (nth-- > 0) {
		if (!traced_next(pid))
			return false;
	}
	traced_kill(pid);
	return true;
}

/* ---- What must be so afterwards. */

static void
assert_no_temporary(void)
{
	DIR *dir = opendir(fixture.dir);
	struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 &&
		    strcmp(entry->d_name, "..") != 0 &&
		    strcmp(entry->d_name, "map.gdbm") != 0 &&
		    strcmp(entry->d_name, ".map.gdbm.lock") != 0)
			fail_msg("%s was left behind", entry->d_name);
	}
	assert_int_equal(closedir(dir), 0);
}

/* Every record can be read, and there are as many as the header says. */
static void
assert_whole(const struct idm_view *view)
{
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	enum idm_status status;
	struct idm_err err;
	uint64_t n = 0;

	while (
	    (status = idm_view_next(view, &walk, &key, &value, &err)) == IDM_OK)
		n++;
	assert_int_equal(status, IDM_NOTFOUND);
	assert_int_equal(n, idm_view_header(view)->records);
}

/* Is the map the new one?  It must be exactly the old or exactly the new. */
static bool
is_new(const struct update *update, uint64_t generation)
{
	struct idm_view *view = NULL;
	struct idm_entries entries;
	char path[128];
	struct idm_err err;
	bool new;

	(void)snprintf(path, sizeof(path), "%s/map.gdbm", fixture.dir);
	assert_good(
	    idm_view_open(path, IDM_MAP_POLICY, &fixture.owner, 1, &view, &err),
	    err);
	assert_whole(view);
	new = idm_view_header(view)->generation != generation;
	assert_int_equal(
	    idm_view_header(view)->generation, generation + (new ? 1 : 0));
	assert_good(idm_entries_load(view, scheme, &entries, &err), err);
	assert_int_equal(entries.n, update->entries + (new ? update->adds : 0));
	idm_entries_free(&entries);
	idm_view_close(&view);
	return new;
}

/* The next writer comes through at once; it also makes the map the old one. */
static uint64_t
take_back(const struct update *update, bool new)
{
	struct idm_rewrite *rewrite = NULL;
	uint64_t generation;
	struct idm_err err;

	assert_good(idm_rewrite_begin(fixture.dir, "map.gdbm", IDM_MAP_POLICY,
			fixture.owner, false, 0, &rewrite, &err),
	    err);
	assert_no_temporary();
	for (size_t i = 0; i < update->adds && new; i++) {
		char text[32];

		(void)snprintf(
		    text, sizeof(text), "%snew!u%zu", i % 2 == 0 ? "" : "*", i);
		assert_good(
		    idm_edit_delete(rewrite, scheme, idm_str_of(text), &err),
		    err);
	}
	if (!new)
		assert_good(idm_edit_mode(rewrite, "corp", true, &err), err);
	assert_good(idm_rewrite_commit(rewrite, NULL, NULL, &err), err);
	if (!new) {
		assert_good(idm_edit_mode(rewrite, "corp", false, &err), err);
		assert_good(idm_rewrite_commit(rewrite, NULL, NULL, &err), err);
	}
	generation = idm_view_header(idm_rewrite_view(rewrite))->generation;
	idm_rewrite_end(&rewrite);
	assert_no_temporary();
	return generation;
}

/*
 * What a process finds that has the map open: its clock stands still, so that
 * it looks at the path only when the file is marked.
 */
static uint64_t
found_by_a_reader(struct idm_snapshot *reader)
{
	struct idm_inside inside;
	uint64_t generation;
	struct idm_err err;

	assert_good(idm_snapshot_enter(reader, &inside, &err), err);
	generation = idm_view_header(inside.maps->map)->generation;
	idm_snapshot_leave(&inside);
	return generation;
}

static void
kill_everywhere(const struct update *update)
{
	struct idm_snapshot *reader = NULL;
	unsigned nth = 1, old = 0, new = 0;
	uint64_t generation;
	struct idm_err err;

	make_map(update);
	assert_good(
	    idm_snapshot_new(fixture.dir, fixture.owner, &reader, &err), err);
	generation = take_back(update, false);
	assert_int_equal(found_by_a_reader(reader), generation);
	for (; kill_at(update, nth); nth++) {
		bool changed = is_new(update, generation);

		/* Also of a writer that dies right behind the rename. */
		assert_int_equal(
		    found_by_a_reader(reader), generation + changed);
		old += !changed;
		new += changed;
		generation = take_back(update, changed);
		assert_int_equal(found_by_a_reader(reader), generation);
	}
	idm_snapshot_free(&reader);
	assert_int_equal(report->status, IDM_OK);
	assert_true(is_new(update, generation));
	/* There were calls on both sides of the step. */
	assert_true(old > 40);
	assert_true(new > 4);
	fixture_remove(&fixture);
}

static void
test_killed_anywhere_while_copying(void **state)
{
	(void)state;
	kill_everywhere(&by_copy);
}

static void
test_killed_anywhere_while_building(void **state)
{
	(void)state;
	kill_everywhere(&by_build);
}

/* ---- Calls that fail. */

#if defined(TRACED_FAILS)
/* Run the update with its nth call failing; false when there are fewer. */
static bool
fail_at(const struct update *update, unsigned nth, unsigned long *failed)
{
	pid_t pid = start_traced(update);
	unsigned calls = 0;

	while (traced_next(pid)) { /* at the entry of a call */
		bool fails = ++calls == nth && traced_is_of_interest(pid);

		if (fails) {
			*failed = traced_call(pid);
			traced_skip(pid);
		}
		if (!traced_next(pid)) /* at its exit */
			break;
		if (fails)
			traced_fail(pid, ENOSPC);
	}
	return calls >= nth;
}

/*
 * libgdbm does not keep the reason when it fails to map or to ask for a size,
 * or to sync the memory where it builds a file.  None of these depends on the
 * disk.
 */
static bool
tells_why(const struct update *update, unsigned long call)
{
	switch (call) {
	case SYS_fsync:
		return update == &by_copy;
	case SYS_mmap:
	case SYS_msync:
	case SYS_newfstatat:
		return false;
	default:
		return true;
	}
}

/* The reason must be told, and of which file if it was about one. */
static void
assert_told(const struct update *update, unsigned nth, unsigned long call)
{
	const char *text = report->err.text;

	if (call != SYS_getrandom && strstr(text, "map.gdbm") == NULL &&
	    strstr(text, fixture.dir) == NULL)
		fail_msg(
		    "call %lu (the %uth): which file? %s", call, nth, text);
	if (tells_why(update, call) &&
	    strstr(text, "No space left on device") == NULL)
		fail_msg("call %lu (the %uth): why? %s", call, nth, text);
}

static void
fail_everywhere(const struct update *update)
{
	unsigned failed = 0;
	unsigned long call = 0;
	uint64_t generation;

	make_map(update);
	generation = take_back(update, false);
	for (unsigned nth = 1; fail_at(update, nth, &call); nth++) {
		bool changed = is_new(update, generation);

		if (report->status == IDM_OK) {
			assert_true(changed);
		} else {
			assert_told(update, nth, call);
			/* Only the last sync fails after the step. */
			if (changed)
				assert_int_equal(call, SYS_fsync);
			failed++;
		}
		assert_no_temporary();
		generation = take_back(update, changed);
	}
	assert_true(failed > 20);
	fixture_remove(&fixture);
}

static void
test_failing_anywhere_while_copying(void **state)
{
	(void)state;
	fail_everywhere(&by_copy);
}

static void
test_failing_anywhere_while_building(void **state)
{
	(void)state;
	fail_everywhere(&by_build);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed_anywhere_while_copying),
		cmocka_unit_test(test_killed_anywhere_while_building),
#if defined(TRACED_FAILS)
		cmocka_unit_test(test_failing_anywhere_while_copying),
		cmocka_unit_test(test_failing_anywhere_while_building),
#endif
	};

	report = traced_share(sizeof(*report));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
