#include "tests/unit.h"

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/attr.h"

#include "cli/run.h"

#define SOON 10000 /* milliseconds, which none of these needs */

static struct idm_buf out;

static int
empty(void **state)
{
	(void)state;
	idm_buf_fini(&out);
	idm_buf_init(&out, 1 << 20);
	return 0;
}

static int
drop(void **state)
{
	(void)state;
	idm_buf_fini(&out);
	return 0;
}

static void
test_what_it_prints(void **state)
{
	static const char *const argv[] = { "echo", "a  b", "$HOME", NULL };
	struct idm_err err;

	(void)state;
	assert_good(cli_run(argv, SOON, &out, &err), err);
	assert_string_equal(idm_buf_text(&out), "a  b $HOME\n");
}

static void
test_what_it_reads(void **state)
{
	static const char *const argv[] = { "cat", NULL };
	static char much[300000];
	struct idm_err err;

	(void)state;
	memset(much, 'x', sizeof(much));
	assert_good(cli_run_with(argv, (struct idm_str){ much, sizeof(much) },
			SOON, &out, &err),
	    err);
	assert_int_equal(out.len, sizeof(much));
	assert_memory_equal(out.data, much, sizeof(much));
}

static void
test_without_input_it_reads_nothing(void **state)
{
	static const char *const argv[] = { "cat", NULL };
	struct idm_err err;

	(void)state;
	assert_good(cli_run(argv, SOON, &out, &err), err);
	assert_int_equal(out.len, 0);
}

static void
test_failures(void **state)
{
	static const char *const missing[] = { "/nosuch/program", NULL };
	static const char *const fails[] = { "sh", "-c", "exit 7", NULL };
	static const char *const dies[] = { "sh", "-c", "kill -9 $$", NULL };
	static const char *const floods[] = { "yes", NULL };
	struct idm_err err = { 0 };

	(void)state;
	assert_fails(cli_run(missing, SOON, &out, &err), IDM_NOTFOUND, err,
	    "there is no program '/nosuch/program'");
	assert_fails(cli_run(fails, SOON, &out, &err), IDM_SYSTEM, err,
	    "'sh' failed with status 7");
	assert_fails(cli_run(dies, SOON, &out, &err), IDM_SYSTEM, err,
	    "'sh' died of signal 9");
	assert_fails(cli_run(floods, SOON, &out, &err), IDM_EXHAUSTED, err,
	    "'yes': longer than 1048576 bytes");
}

static void
test_whoever_takes_too_long_is_ended(void **state)
{
	static const char *const silent[] = { "sleep", "1000", NULL };
	static const char *const closed[] = { "sh", "-c",
		"exec >&-; exec sleep 1000", NULL };
	struct idm_err err = { 0 };

	(void)state;
	assert_fails(cli_run(silent, 100, &out, &err), IDM_TEMPFAIL, err,
	    "'sleep' took too long and was ended");
	assert_fails(cli_run(closed, 100, &out, &err), IDM_TEMPFAIL, err,
	    "'sh' took too long and was ended");
}

/* The caller's PATH may have folders that others write to. */
static void
test_programs_are_the_systems(void **state)
{
	static const char *const argv[] = { "echo", "good", NULL };
	char folder[] = "/tmp/test_run-XXXXXX", path[64];
	char *before = strdup(getenv("PATH"));
	struct idm_err err;
	FILE *file;

	(void)state;
	assert_non_null(before);
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/echo", folder);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs("#!/bin/sh\nprintf 'evil\\n'\n", file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0755), 0);
	assert_int_equal(setenv("PATH", folder, 1), 0);
	assert_good(cli_run(argv, SOON, &out, &err), err);
	assert_int_equal(setenv("PATH", before, 1), 0);
	free(before);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
	assert_string_equal(idm_buf_text(&out), "good\n");
}

/* What winbindd starts must not come to wait for winbindd. */
static void
test_winbind_is_not_asked_by_its_own(void **state)
{
	static const char *const argv[] = { "env", NULL };
	struct idm_err err;

	(void)state;
	assert_int_equal(setenv("_NO_WINBINDD", "1", 1), 0);
	assert_int_equal(setenv("IDM_OTHER", "1", 1), 0);
	assert_good(cli_run(argv, SOON, &out, &err), err);
	assert_int_equal(unsetenv("_NO_WINBINDD"), 0);
	assert_non_null(strstr(idm_buf_text(&out), "_NO_WINBINDD=1\n"));
	assert_null(strstr(idm_buf_text(&out), "IDM_OTHER"));
	idm_buf_clear(&out);
	assert_good(cli_run(argv, SOON, &out, &err), err);
	assert_null(strstr(idm_buf_text(&out), "_NO_WINBINDD"));
}

int
main(void)
{
#define WITH_BUFFER(test) cmocka_unit_test_setup_teardown(test, empty, drop)
	const struct CMUnitTest tests[] = {
		WITH_BUFFER(test_what_it_prints),
		WITH_BUFFER(test_what_it_reads),
		WITH_BUFFER(test_without_input_it_reads_nothing),
		WITH_BUFFER(test_failures),
		WITH_BUFFER(test_whoever_takes_too_long_is_ended),
		WITH_BUFFER(test_programs_are_the_systems),
		WITH_BUFFER(test_winbind_is_not_asked_by_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
