/*
 * The module in processes with many threads: answers while the maps change,
 * in forked children, in threads that are cancelled.  Threads tell what went
 * wrong in their result: only the main thread may fail a test.
 */

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit.h"

#include "map/edit.h"
#include "nss/module.h"
#include "tests/nss/host.h"

#define THREADS  4
#define WAIT_S   20
#define NAME     "comunix!who"
#define SWITCHES 12

/* What a thread may have to complain about. */
static char wrong_answer[] = "an answer was wrong";
static char not_restored[] = "cancelling was left off";

static int
make_host(void **state)
{
	(void)state;
	host_make();
	return 0;
}

static int
remove_host(void **state)
{
	(void)state;
	host_remove();
	return 0;
}

/* Let NAME be this login from now on. */
static void
switch_to(const char *login)
{
	const struct idm_ruleset_name scheme = { IDM_RULESET_SCHEME,
		"myscheme" };
	const struct idm_entry entry = {
		.remote = idm_str_of(NAME),
		.target = idm_str_of(login),
	};
	struct idm_rewrite *rewrite = fixture_begin(host_maps());
	struct idm_err err;
	enum idm_status st;
	bool unchanged;

	st = idm_edit_delete(rewrite, scheme, entry.remote, &err);
	if (st != IDM_NOTFOUND)
		assert_good(st, err);
	assert_good(
	    idm_edit_add(rewrite, scheme, &entry, &unchanged, &err), err);
	fixture_commit(rewrite);
}

/* Who NAME is: a uid, or 0 when the answer is not whole. */
static uid_t
ask_user(void)
{
	struct passwd pw;
	char buffer[128];
	int error;

	if (_nss_idmap_getpwnam_r(NAME, &pw, buffer, sizeof(buffer), &error) !=
	    NSS_STATUS_SUCCESS)
		return 0;
	if (strcmp(pw.pw_name, pw.pw_uid == 1500 ? "foo" : "bar") != 0)
		return 0;
	return pw.pw_uid;
}

/* The same by the groups that it has. */
static uid_t
ask_groups(void)
{
	long start = 1, size = 4;
	gid_t *list = malloc((size_t)size * sizeof(*list));
	uid_t uid = 0;
	int error;

	if (list == NULL)
		return 0;
	list[0] = 1600;
	if (_nss_idmap_initgroups_dyn(NAME, 1600, &start, &size, &list, -1,
		&error) == NSS_STATUS_SUCCESS) {
		if (start == 4 && list[1] == 27 && list[3] == 44)
			uid = 1500;
		if (start == 3 && list[1] == 100 && list[2] == 1501)
			uid = 1501;
	}
	free(list);
	return uid;
}

/* ---- While the maps change. */

static atomic_bool stop;
static _Atomic uid_t seen[THREADS]; /* by each, the last time */

/* Ask until told to stop; NULL when nothing but the two logins was seen. */
static void *
ask_all_the_time(void *place)
{
	_Atomic uid_t *last = place;

	while (!atomic_load(&stop)) {
		uid_t uid[2] = { ask_user(), ask_groups() };

		for (int i = 0; i < 2; i++) {
			if (uid[i] != 1500 && uid[i] != 1501)
				return wrong_answer;
		}
		atomic_store(last, uid[1]);
	}
	return NULL;
}

static void
start_threads(pthread_t thread[THREADS], void *(*run)(void *))
{
	atomic_store(&stop, false);
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&thread[i], NULL, run, &seen[i]), 0);
}

static void
join_threads(pthread_t thread[THREADS])
{
	void *complaint;

	atomic_store(&stop, true);
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(thread[i], &complaint), 0);
		if (complaint != NULL)
			fail_msg("%s", (const char *)complaint);
	}
}

static bool
all_have_seen(uid_t uid)
{
	for (int i = 0; i < THREADS; i++) {
		if (atomic_load(&seen[i]) != uid)
			return false;
	}
	return true;
}

static bool
is_seen_here(uid_t uid)
{
	return ask_user() == uid;
}

static void
wait_until(bool (*is_so)(uid_t), uid_t uid)
{
	const struct timespec pause = { .tv_nsec = 10000000 };

	for (int i = 0; i < WAIT_S * 100; i++) {
		if (is_so(uid))
			return;
		(void)nanosleep(&pause, NULL);
	}
	fail_msg("uid %u was not seen in %d seconds", uid, WAIT_S);
}

/* Wait until this thread, too, sees the login. */
static void
wait_for(uid_t uid)
{
	wait_until(is_seen_here, uid);
}

static unsigned
count_lines(const char *path, const char *with)
{
	FILE *file = fopen(path, "re");
	char line[512];
	unsigned n = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		n += strstr(line, with) != NULL;
	(void)fclose(file);
	return n;
}

/* Old versions are unmapped once nobody is in them. */
static void
check_nothing_piled_up(void)
{
	switch_to("foo");
	wait_for(1500);
	switch_to("bar");
	wait_for(1501);
	assert_in_range(count_lines("/proc/self/maps", "map.gdbm"), 1, 4);
}

static void
test_answers_are_whole_while_the_maps_change(void **state)
{
	pthread_t thread[THREADS];

	(void)state;
	switch_to("foo");
	host_forget_maps();
	start_threads(thread, ask_all_the_time);
	for (int i = 0; i < SWITCHES; i++) {
		switch_to(i % 2 == 0 ? "bar" : "foo");
		wait_until(all_have_seen, i % 2 == 0 ? 1501 : 1500);
	}
	join_threads(thread);
	check_nothing_piled_up();
}

/* ---- Forked children. */

/*
 * In a child of a process with threads the address sanitizer's allocator may be
 * locked for ever.
 */
#ifndef __SANITIZE_ADDRESS__
static void
test_forked_children_are_answered(void **state)
{
	pthread_t thread[THREADS];

	(void)state;
	switch_to("foo");
	host_forget_maps();
	start_threads(thread, ask_all_the_time);
	for (int i = 0; i < 40; i++) {
		int status;
		pid_t child;

		switch_to(i % 2 == 0 ? "bar" : "foo");
		if (i >= 36) /* all threads shall see both */
			wait_for(i % 2 == 0 ? 1501 : 1500);
		child = fork();
		assert_int_not_equal(child, -1);
		if (child == 0) {
			(void)alarm(WAIT_S);
			_exit(ask_user() == 0 || ask_groups() == 0);
		}
		assert_int_equal(waitpid(child, &status, 0), child);
		assert_int_equal(status, 0);
	}
	join_threads(thread);
}
#endif

/* ---- Cancelled threads. */

static void *
ask_until_cancelled(void *unused)
{
	(void)unused;
	for (;;) {
		int state;

		if (ask_user() == 0 || ask_groups() == 0)
			return wrong_answer;
		/* The caller's wish is as it was. */
		(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
		if (state != PTHREAD_CANCEL_ENABLE)
			return not_restored;
		(void)pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
		pthread_testcancel();
	}
}

static void
test_cancelled_threads_leave_nothing_behind(void **state)
{
	unsigned before;

	(void)state;
	switch_to("foo");
	host_forget_maps();
	wait_for(1500);
	before = open_files();
	for (int round = 0; round < 100; round++) {
		const struct timespec pause = { .tv_nsec = round * 10000 };
		void *result;
		pthread_t thread;

		assert_int_equal(
		    pthread_create(&thread, NULL, ask_until_cancelled, NULL),
		    0);
		(void)nanosleep(&pause, NULL);
		assert_int_equal(pthread_cancel(thread), 0);
		assert_int_equal(pthread_join(thread, &result), 0);
		assert_ptr_equal(result, PTHREAD_CANCELED);
	}
	assert_int_equal(open_files(), before);
	check_nothing_piled_up();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers_are_whole_while_the_maps_change),
#ifndef __SANITIZE_ADDRESS__
		cmocka_unit_test(test_forked_children_are_answered),
#endif
		cmocka_unit_test(test_cancelled_threads_leave_nothing_behind),
	};

	return cmocka_run_group_tests(tests, make_host, remove_host);
}
