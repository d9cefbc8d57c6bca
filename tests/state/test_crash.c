/*
 * A keeper that dies, or that a system call fails, at every system call of
 * opening, syncing and folding in turn.  It allocates as a keeper does: each
 * number is answered, here by counting it in shared memory, only after a sync.
 */

#include <sys/stat.h>
#include <sys/syscall.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/traced.h"
#include "tests/unit.h"

#include "base/num.h"
#include "state/replay.h"
#include "state/state.h"

#define ROUNDS 2 /* of the child: some numbers, a fold, some numbers */

static char dir[64];

/* What the child has done. */
static struct report {
	uint64_t answered; /* numbers below were answered */
	uint64_t failed;   /* calls of ours that said so */
	bool is_done;
	struct idm_err err; /* of the last failure */
} * report;

static void
path_of(char path[128], const char *name)
{
	(void)snprintf(path, 128, "%s/%s", dir, name);
}

static uint64_t
next_of(const struct idm_state *state)
{
	struct idm_str value;
	uint64_t next = 0;

	if (idm_state_get(state, idm_str_of("h/*/b"), &value) == IDM_OK &&
	    idm_num_parse(value.data, value.len, INT64_MAX, &next, NULL) !=
		IDM_OK)
		return UINT64_MAX;
	return next;
}

static enum idm_status
put_number(struct idm_state *state, const char *key, uint64_t number,
    struct idm_err *err)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
	return idm_state_put(state, idm_str_of(key), idm_str_of(text), err);
}

static enum idm_status
allocate(struct idm_state *state, struct idm_err *err)
{
	uint64_t next = next_of(state);
	enum idm_status st;
	char key[32];

	(void)snprintf(key, sizeof(key), "x/u/%llu", (unsigned long long)next);
	st = put_number(state, key, next, err);
	if (st == IDM_OK)
		st = put_number(state, "h/*/b", next + 1, err);
	if (st == IDM_OK)
		st = idm_state_sync(state, err);
	else
		idm_state_back(state, 0);
	if (st == IDM_OK)
		report->answered = next + 1;
	return st;
}

/* A failure is noted; a state that is of no use any more is opened anew. */
static void
note(struct idm_state **state, enum idm_status st)
{
	if (st == IDM_OK)
		return;
	report->failed++;
	if (*state != NULL && !idm_state_is_usable(*state))
		idm_state_close(state);
	if (*state == NULL &&
	    idm_state_open(
		dir, geteuid(), NULL, false, 0, state, &report->err) != IDM_OK)
		report->failed++;
}

/* As a keeper does it: while it is written somebody is answered, and after. */
static void
fold(struct idm_state **state)
{
	struct idm_err failure;
	enum idm_status st;

	st = idm_state_fold_begin(*state, &report->err);
	note(state, st);
	if (st != IDM_OK || *state == NULL)
		return;
	st = allocate(*state, &report->err);
	if (st != IDM_OK)
		report->failed++;
	st = idm_state_fold_write(*state, &failure);
	if (allocate(*state, &report->err) != IDM_OK)
		report->failed++;
	note(state,
	    idm_state_fold_end(
		*state, st == IDM_OK ? NULL : &failure, &report->err));
}

static void
work(void *context)
{
	struct idm_state *state = NULL;

	(void)context;
	note(&state,
	    idm_state_open(
		dir, geteuid(), NULL, false, 0, &state, &report->err));
	for (int i = 0; i < 2 * ROUNDS && state != NULL; i++) {
		note(&state, allocate(state, &report->err));
		if (i % ROUNDS == 1 && state != NULL)
			fold(&state);
	}
	idm_state_close(&state);
	report->is_done = true;
}

/* ---- What must be so afterwards. */

static void
assert_nothing_left(void)
{
	char path[128];

	path_of(path, ".journal.new");
	assert_int_equal(access(path, F_OK), -1);
	path_of(path, ".state.gdbm.new");
	assert_int_equal(access(path, F_OK), -1);
}

/* All numbers that were answered are there, and none is free again. */
static void
assert_kept(void)
{
	struct idm_state *state = NULL;
	struct idm_str value;
	struct idm_err err;
	uint64_t next;

	assert_good(
	    idm_state_open(dir, geteuid(), NULL, false, 0, &state, &err), err);
	assert_nothing_left();
	next = next_of(state);
	if (next < report->answered)
		fail_msg("%llu were answered, %llu are there",
		    (unsigned long long)report->answered,
		    (unsigned long long)next);
	/* At most the one that was on its way. */
	assert_true(next <= report->answered + 1);
	for (uint64_t i = 0; i < next; i++) {
		char key[32];

		(void)snprintf(
		    key, sizeof(key), "x/u/%llu", (unsigned long long)i);
		assert_int_equal(
		    idm_state_get(state, idm_str_of(key), &value), IDM_OK);
	}
	report->answered = next;
	idm_state_close(&state);
}

static void
make_state(void)
{
	struct idm_state *state = NULL;
	struct idm_err err;

	(void)snprintf(dir, sizeof(dir), "/tmp/idm-crash-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	memset(report, 0, sizeof(*report));
	assert_good(
	    idm_state_open(dir, geteuid(), NULL, true, 0, &state, &err), err);
	for (int i = 0; i < 3; i++)
		assert_good(allocate(state, &err), err);
	idm_state_close(&state);
}

static void
remove_state(void)
{
	static const char *const names[] = { "state.gdbm", "journal",
		".state.gdbm.lock" };
	char path[128];

	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		path_of(path, names[i]);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(rmdir(dir), 0);
}

/* ---- Dying. */

/* What of the journal is on disk for certain. */
struct durable {
	ino_t inode;
	off_t size;
};

static void
look(struct durable *durable)
{
	char path[128];
	struct stat st;

	path_of(path, "journal");
	assert_int_equal(stat(path, &st), 0);
	*durable = (struct durable){ st.st_ino, st.st_size };
}

/*
 * A machine that loses its power has on disk what was synced, and of the rest
 * any part: here none.
 */
static void
lose_power(const struct durable *durable)
{
	struct durable now;
	char path[128];

	look(&now);
	path_of(path, "journal");
	if (now.inode == durable->inode)
		assert_int_equal(truncate(path, durable->size), 0);
}

static bool
kill_at(unsigned nth, bool with_power)
{
	pid_t pid = traced_start(work, NULL);
	struct durable durable;

	look(&durable);
	for (unsigned i = 1; i <= nth; i++) {
		if (!traced_next(pid))
			return false;
#if defined(TRACED_FAILS)
		/* At the exit: entries and exits take turns. */
		if (i % 2 == 0 &&
		    (traced_call(pid) == SYS_fdatasync ||
			traced_call(pid) == SYS_fsync))
			look(&durable);
#else
		look(&durable);
#endif
	}
	traced_kill(pid);
	if (!with_power)
		lose_power(&durable);
	return true;
}

static void
kill_everywhere(bool with_power)
{
	unsigned nth = 1;

	make_state();
	report->is_done = false;
	for (; kill_at(nth, with_power); nth++)
		assert_kept();
	assert_true(report->is_done);
	assert_int_equal(report->failed, 0);
	assert_kept();
	assert_true(nth > 200);
	remove_state();
}

static void
test_killed_anywhere(void **state)
{
	(void)state;
	kill_everywhere(true);
}

static void
test_powerless_anywhere(void **state)
{
	(void)state;
	kill_everywhere(false);
}

/* Before the state was ever finished nothing was allocated: try again. */
static void
create(void *context)
{
	struct idm_state *state = NULL;

	(void)context;
	if (idm_state_open(
		dir, geteuid(), NULL, true, 0, &state, &report->err) != IDM_OK)
		return;
	idm_state_close(&state);
	report->is_done = true;
}

static void
test_killed_anywhere_while_it_is_made(void **unused)
{
	unsigned nth = 1;

	(void)unused;
	for (bool goes_on = true; goes_on; nth++) {
		struct idm_state *state = NULL;
		struct idm_err err;
		pid_t pid;

		(void)snprintf(dir, sizeof(dir), "/tmp/idm-crash-XXXXXX");
		assert_non_null(mkdtemp(dir));
		assert_int_equal(chmod(dir, 0755), 0);
		memset(report, 0, sizeof(*report));
		pid = traced_start(create, NULL);
		for (unsigned i = 0; i < nth && goes_on; i++)
			goes_on = traced_next(pid);
		if (goes_on)
			traced_kill(pid);
		else
			assert_true(report->is_done);
		assert_good(
		    idm_state_open(dir, geteuid(), NULL, true, 0, &state, &err),
		    err);
		assert_good(allocate(state, &err), err);
		idm_state_close(&state);
		remove_state();
	}
	assert_true(nth > 50);
}

/* ---- Calls that fail. */

#if defined(TRACED_FAILS)
static bool
fail_at(unsigned nth, int error, unsigned long *failed)
{
	pid_t pid = traced_start(work, NULL);
	unsigned calls = 0;

	*failed = 0;
	while (traced_next(pid)) { /* at the entry of a call */
		bool fails = ++calls == nth && traced_is_of_interest(pid);

		if (fails) {
			*failed = traced_call(pid);
			traced_skip(pid);
		}
		if (!traced_next(pid)) /* at its exit */
			break;
		if (fails)
			traced_fail(pid, error);
	}
	return calls >= nth;
}

/* The writes and syncs of the journal and of state.gdbm must not pass. */
static void
fail_everywhere(int error)
{
	unsigned long call;
	unsigned told = 0;

	make_state();
	for (unsigned nth = 1;; nth++) {
		bool goes_on;

		report->failed = 0;
		report->is_done = false;
		goes_on = fail_at(nth, error, &call);
		if (!goes_on)
			break;
		assert_true(report->is_done);
		if (report->failed > 0) {
			told++;
			assert_true(strlen(report->err.text) > 0);
		} else if (call == SYS_fdatasync || call == SYS_fsync ||
		    call == SYS_writev || call == SYS_renameat) {
			fail_msg("call %lu (the %uth) failed, and nobody was "
				 "told",
			    call, nth);
		}
		if (report->failed > 0 && call == SYS_fdatasync)
			assert_non_null(strstr(report->err.text, "journal"));
		assert_kept();
	}
	assert_true(told > 40);
	remove_state();
}

static void
test_failing_anywhere_without_space(void **state)
{
	(void)state;
	fail_everywhere(ENOSPC);
}

static void
test_failing_anywhere_without_a_disk(void **state)
{
	(void)state;
	fail_everywhere(EIO);
}
#endif

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed_anywhere),
		cmocka_unit_test(test_powerless_anywhere),
		cmocka_unit_test(test_killed_anywhere_while_it_is_made),
#if defined(TRACED_FAILS)
		cmocka_unit_test(test_failing_anywhere_without_space),
		cmocka_unit_test(test_failing_anywhere_without_a_disk),
#endif
	};

	report = traced_share(sizeof(*report));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
