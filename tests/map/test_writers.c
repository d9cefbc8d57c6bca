/*
 * Two hundred writers at once, and a reader among them: nothing is lost, and
 * every version that can be seen is whole.
 */

#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/unit.h"

#include "map/edit.h"

#define WRITERS 200
#define WAIT_MS 60000

static const struct idm_ruleset_name scheme = { IDM_RULESET_SCHEME, "corp" };

static struct fixture fixture;

static enum idm_status
add_entry(int number)
{
	struct idm_entry entry = { .target = idm_str_of("foo") };
	struct idm_rewrite *rewrite = NULL;
	enum idm_status status;
	char text[32];
	bool unchanged;

	(void)snprintf(text, sizeof(text), "host!u%03d%s", number,
	    number % 10 == 0 ? "*" : "");
	entry.remote = idm_str_of(text);
	status = idm_rewrite_begin(fixture.dir, "map.gdbm", IDM_MAP_POLICY,
	    fixture.owner, false, WAIT_MS, &rewrite, NULL);
	if (status == IDM_OK)
		status = idm_edit_add(
		    rewrite, scheme, &entry, &unchanged, NULL);
	if (status == IDM_OK)
		status = idm_rewrite_commit(rewrite, NULL, NULL, NULL);
	idm_rewrite_end(&rewrite);
	return status;
}

/* Start the writers; all begin when the pipe is closed. */
static void
start_writers(const int start[2])
{
	for (int i = 0; i < WRITERS; i++) {
		pid_t pid = fork();

		assert_int_not_equal(pid, -1);
		if (pid == 0) {
			char byte;

			(void)close(start[1]);
			if (read(start[0], &byte, 1) != 0)
				_exit(99);
			_exit((int)add_entry(i));
		}
	}
}

/* One look at the map: its generation is never less than before. */
static void
look(uint64_t *generation)
{
	struct idm_view *view = NULL;
	struct idm_entries entries;
	char path[128];
	struct idm_err err;
	uint64_t seen;

	(void)snprintf(path, sizeof(path), "%s/map.gdbm", fixture.dir);
	assert_good(
	    idm_view_open(path, IDM_MAP_POLICY, &fixture.owner, 1, &view, &err),
	    err);
	seen = idm_view_header(view)->generation;
	assert_true(seen >= *generation);
	*generation = seen;
	assert_good(idm_entries_load(view, scheme, &entries, &err), err);
	/* After policy and scheme, each publish adds one. */
	assert_int_equal(entries.n, seen - 2);
	idm_entries_free(&entries);
	idm_view_close(&view);
}

static void
test_nothing_is_lost(void **state)
{
	struct fixture_ruleset none = { .name = scheme, .descriptor = "M2!M1" };
	uint64_t generation = 0;
	int start[2], done = 0;

	(void)state;
	fixture_make(&fixture, geteuid());
	fixture_install(&fixture, &none);
	assert_int_equal(pipe(start), 0);
	start_writers(start);
	assert_int_equal(close(start[1]), 0);
	while (done < WRITERS) {
		int status;
		pid_t pid = waitpid(-1, &status, WNOHANG);

		assert_int_not_equal(pid, -1);
		if (pid > 0) {
			assert_true(WIFEXITED(status));
			assert_int_equal(WEXITSTATUS(status), IDM_OK);
			done++;
		}
		look(&generation);
	}
	assert_int_equal(generation, WRITERS + 2);
	assert_int_equal(close(start[0]), 0);
	fixture_remove(&fixture);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
