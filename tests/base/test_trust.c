#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit.h"

#include "base/trust.h"

static char dir[] = "/tmp/idm-trust-XXXXXX";

static int
enter_folder(void **state)
{
	(void)state;
	return mkdtemp(dir) == NULL || chdir(dir) == -1;
}

static int
leave_folder(void **state)
{
	(void)state;
	return chdir("/") == -1 || rmdir(dir) == -1;
}

static void
make(const char *name, mode_t mode)
{
	int fd = open(name, O_WRONLY | O_CREAT | O_EXCL, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

static enum idm_status
try(const char *name, uid_t owner, struct idm_err *err)
{
	enum idm_status status;
	struct stat st;
	int fd = -1;

	status = idm_trust_open(name, &owner, 1, &fd, &st, err);
	if (status == IDM_OK) {
		assert_true(fd > 2);
		assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
		assert_true(S_ISREG(st.st_mode));
		assert_int_equal(close(fd), 0);
	} else {
		assert_int_equal(fd, -1); /* untouched */
	}
	return status;
}

static void
test_an_own_file_is_opened(void **state)
{
	struct idm_err err;

	(void)state;
	make("good", 0644);
	assert_good(try("good", getuid(), &err), err);
	assert_int_equal(unlink("good"), 0);
}

static void
test_others_files_are_refused_and_say_why(void **state)
{
	struct idm_err err;

	(void)state;
	assert_fails(try("none", getuid(), &err), IDM_NOTFOUND, err, "none");
	make("file", 0664);
	assert_fails(try("file", getuid(), &err), IDM_DENIED, err, "0664");
	assert_int_equal(chmod("file", 0644), 0);
	assert_fails(
	    try("file", getuid() + 1, &err), IDM_DENIED, err, "owned by");
	assert_int_equal(symlink("file", "link"), 0);
	assert_fails(
	    try("link", getuid(), &err), IDM_DENIED, err, "symbolic link");
	assert_int_equal(unlink("link"), 0);
	assert_int_equal(unlink("file"), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_fails(try("fifo", getuid(), &err), IDM_DENIED, err, "regular");
	assert_int_equal(unlink("fifo"), 0);
}

static void
test_closed_standard_streams_stay_closed(void **state)
{
	struct idm_err err;
	int saved = dup(0);

	(void)state;
	make("good", 0644);
	assert_int_equal(close(0), 0);
	assert_good(try("good", getuid(), &err), err);
	assert_int_equal(fcntl(0, F_GETFD), -1);
	assert_int_equal(dup2(saved, 0), 0);
	assert_int_equal(close(saved), 0);
	assert_int_equal(unlink("good"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_own_file_is_opened),
		cmocka_unit_test(test_others_files_are_refused_and_say_why),
		cmocka_unit_test(test_closed_standard_streams_stay_closed),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
