#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit.h"

#include "resolve/census.h"

#define THREADS 4
#define ROUNDS  2000

static char dir[] = "/tmp/idm-census-XXXXXX";
static struct idm_census *census;

/* A file of the folder, in place of the one before. */
static void
put(const char *name, const char *text)
{
	char path[64], temporary[64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	(void)snprintf(temporary, sizeof(temporary), "%s/new", dir);
	file = fopen(temporary, "we");
	assert_non_null(file);
	assert_int_equal(fputs(text, file) == EOF || fclose(file) == EOF, 0);
	assert_int_equal(rename(temporary, path), 0);
}

/* As if it had been written long ago, so that it need not be read again. */
static void
make_old(const char *name)
{
	const struct timespec long_ago[2] = { { .tv_sec = 1000 },
		{ .tv_sec = 1000 } };
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_int_equal(utimensat(AT_FDCWD, path, long_ago, 0), 0);
}

static int
begin(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	census = idm_census_new(dir);
	return census == NULL;
}

static int
end(void **state)
{
	char path[64];

	(void)state;
	idm_census_free(&census);
	(void)snprintf(path, sizeof(path), "%s/passwd", dir);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/group", dir);
	(void)unlink(path);
	return rmdir(dir);
}

static bool
has_user(uint32_t uid)
{
	const struct idm_taken *taken;
	struct idm_err err;
	bool found;

	assert_good(idm_census_enter(census, &taken, &err), err);
	found = idm_taken_id(taken, false, uid);
	idm_census_leave(census, taken);
	return found;
}

static void
test_a_change_is_seen(void **state)
{
	(void)state;
	put("passwd", "a:x:1000:1000::/:/bin/sh\n");
	put("group", "a:x:1000:\n");
	assert_true(has_user(1000));
	assert_false(has_user(1001));
	/* As long, and perhaps within the same tick of the file system. */
	put("passwd", "a:x:1001:1000::/:/bin/sh\n");
	assert_true(has_user(1001));
	assert_false(has_user(1000));
}

static void
test_what_did_not_change_is_not_read_again(void **state)
{
	const struct idm_taken *first, *again, *changed;
	struct idm_err err;

	(void)state;
	make_old("passwd");
	make_old("group");
	assert_good(idm_census_enter(census, &first, &err), err);
	assert_good(idm_census_enter(census, &again, &err), err);
	assert_ptr_equal(first, again);
	put("group", "b:x:1002:\n");
	assert_good(idm_census_enter(census, &changed, &err), err);
	assert_ptr_not_equal(first, changed);
	assert_true(idm_taken_id(changed, true, 1002));
	/* Who is still inside sees what he saw. */
	assert_false(idm_taken_id(first, true, 1002));
	idm_census_leave(census, first);
	assert_false(idm_taken_id(again, true, 1002));
	idm_census_leave(census, again);
	idm_census_leave(census, changed);
}

static void *
look(void *failed)
{
	const struct idm_taken *taken;
	struct idm_err err;

	for (int i = 0; i < ROUNDS; i++) {
		if (idm_census_enter(census, &taken, &err) != IDM_OK) {
			*(bool *)failed = true;
			return NULL;
		}
		if (!idm_taken_name(taken, false, idm_str_of("a")))
			*(bool *)failed = true;
		idm_census_leave(census, taken);
	}
	return NULL;
}

static void
test_threads_look_while_it_changes(void **state)
{
	bool failed[THREADS] = { false };
	pthread_t thread[THREADS];

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&thread[i], NULL, look, &failed[i]), 0);
	for (int i = 0; i < 200; i++) {
		put("passwd",
		    i % 2 == 0 ? "a:x:1003:1::/:/bin/sh\n"
			       : "a:x:1004:1::/:/bin/sh\n");
		if (i % 3 == 0)
			make_old("passwd");
	}
	for (int i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(thread[i], NULL), 0);
		assert_false(failed[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_change_is_seen),
		cmocka_unit_test(test_what_did_not_change_is_not_read_again),
		cmocka_unit_test(test_threads_look_while_it_changes),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
