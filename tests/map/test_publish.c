#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit.h"

#include "map/publish.h"

static char dir[32];
static int dirfd;

static int
enter_folder(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/idm-publish-XXXXXX");
	if (mkdtemp(dir) == NULL)
		return -1;
	dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dirfd == -1;
}

/* A leaked temporary file fails the rmdir(), and so the test. */
static int
leave_folder(void **state)
{
	(void)state;
	(void)unlinkat(dirfd, ".map.lock", 0);
	(void)unlinkat(dirfd, "map", 0);
	return close(dirfd) == -1 || rmdir(dir) == -1;
}

static void
write_file(const char *name, const char *content)
{
	int fd = openat(dirfd, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_not_equal(fd, -1);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	assert_int_equal(close(fd), 0);
}

static void
assert_content(const char *name, const char *expected)
{
	char content[64] = "";
	int fd = openat(dirfd, name, O_RDONLY);

	assert_int_not_equal(fd, -1);
	assert_true(read(fd, content, sizeof(content) - 1) >= 0);
	assert_int_equal(close(fd), 0);
	assert_string_equal(content, expected);
}

/* ---- Publishing.  The n-th call fails with EIO; 0 means none does. */

static int fsync_fails_at, rename_fails_at, fchmod_fails_at;

int __real_fsync(int);
int __wrap_fsync(int);
int __real_renameat(int, const char *, int, const char *);
int __wrap_renameat(int, const char *, int, const char *);
int __real_fchmod(int, mode_t);
int __wrap_fchmod(int, mode_t);

static bool
fails(int *at)
{
	if (*at == 0 || --*at > 0)
		return false;
	errno = EIO;
	return true;
}

int
__wrap_fsync(int fd)
{
	return fails(&fsync_fails_at) ? -1 : __real_fsync(fd);
}

int
__wrap_renameat(int from, const char *old, int to, const char *new)
{
	return fails(&rename_fails_at) ? -1
				       : __real_renameat(from, old, to, new);
}

int
__wrap_fchmod(int fd, mode_t mode)
{
	return fails(&fchmod_fails_at) ? -1 : __real_fchmod(fd, mode);
}

static void
test_a_file_is_put_in_place_with_its_mode(void **state)
{
	struct idm_err err;
	struct stat st;

	(void)state;
	write_file("map", "one");
	write_file(".map.new", "two");
	assert_good(
	    idm_publish(dirfd, ".map.new", "map", 0644, NULL, &err), err);
	assert_content("map", "two");
	assert_int_equal(fstatat(dirfd, "map", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static void
make_fifo(const char *name)
{
	assert_int_equal(mkfifoat(dirfd, name, 0600), 0);
}

static void
make_link(const char *name)
{
	write_file("other", "secret");
	assert_int_equal(linkat(dirfd, "other", dirfd, name, 0), 0);
}

static void
make_symlink(const char *name)
{
	write_file("other", "secret");
	assert_int_equal(symlinkat("other", dirfd, name), 0);
}

/* clang-format off */
static const struct {
	void (*put)(const char *name);
	enum idm_status status;
	const char *why;
} exchanges[] = {
	{ make_fifo,    IDM_DENIED, ".map.new: is not the file that was" },
	{ make_link,    IDM_DENIED, ".map.new: is not the file that was" },
	{ make_symlink, IDM_SYSTEM, "open .map.new: Too many levels" },
};
/* clang-format on */

/* As whoever the folder belongs to can do it, before the last step. */
static void
test_another_file_under_the_name_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(exchanges); i++) {
		struct idm_err err;
		struct stat st;

		write_file("map", "one");
		exchanges[i].put(".map.new");
		assert_fails(
		    idm_publish(dirfd, ".map.new", "map", 0666, NULL, &err),
		    exchanges[i].status, err, exchanges[i].why);
		assert_content("map", "one");
		if (fstatat(dirfd, "other", &st, 0) == 0) {
			assert_int_equal(st.st_mode & 07777, 0600);
			assert_int_equal(unlinkat(dirfd, "other", 0), 0);
		}
	}
}

/* clang-format off */
static const struct {
	int *fails_at;
	int nth;
	const char *why;
	const char *content; /* of the map afterwards */
} failures[] = {
	{ &fchmod_fails_at, 1, "sync .map.new: Input/output error", "one" },
	{ &fsync_fails_at,  1, "sync .map.new: Input/output error", "one" },
	{ &rename_fails_at, 1, "rename .map.new to map: Input/output error",
	  "one" },
	{ &fsync_fails_at,  2, "sync directory of map: Input/output error",
	  "two" },
};
/* clang-format on */

static void
test_failures_keep_the_old_file_and_no_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(failures); i++) {
		struct idm_err err;

		write_file("map", "one");
		write_file(".map.new", "two");
		*failures[i].fails_at = failures[i].nth;
		assert_fails(
		    idm_publish(dirfd, ".map.new", "map", 0644, NULL, &err),
		    IDM_SYSTEM, err, failures[i].why);
		*failures[i].fails_at = 0;
		assert_content("map", failures[i].content);
		assert_int_equal(faccessat(dirfd, ".map.new", F_OK, 0), -1);
	}
}

static void
test_without_a_file_nothing_is_published(void **state)
{
	struct idm_err err;

	(void)state;
	assert_fails(idm_publish(dirfd, ".map.new", "map", 0644, NULL, &err),
	    IDM_SYSTEM, err, "open .map.new: No such file or directory");
}

/* ---- The lock. */

/* Run take() in a process of its own and give its exit status. */
static int
in_child(int (*take)(void))
{
	pid_t pid = fork();
	int status;

	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(take());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int
try_lock(void)
{
	struct idm_lock *lock = NULL;

	return (int)idm_lock_take(dirfd, "map", 0, &lock, NULL);
}

static void
test_only_one_process_has_the_lock(void **state)
{
	struct idm_lock *lock = NULL;
	struct idm_err err;
	struct stat st;

	(void)state;
	assert_good(idm_lock_take(dirfd, "map", 0, &lock, &err), err);
	assert_int_equal(fstatat(dirfd, ".map.lock", &st, 0), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(in_child(try_lock), IDM_TEMPFAIL);
	idm_lock_release(&lock);
	assert_null(lock);
	/* The child dies with the lock; the kernel gives it back. */
	assert_int_equal(in_child(try_lock), IDM_OK);
	assert_int_equal(in_child(try_lock), IDM_OK);
}

static void
test_the_holder_is_named(void **state)
{
	struct idm_lock *lock = NULL, *second = NULL;
	char expected[64];
	struct idm_err err;

	(void)state;
	assert_good(idm_lock_take(dirfd, "map", 0, &lock, &err), err);
	(void)snprintf(expected, sizeof(expected), ".map.lock: held by pid %ld",
	    (long)getpid());
	/* The lock is the open file's, so even this process has no second. */
	assert_fails(idm_lock_take(dirfd, "map", 30, &second, &err),
	    IDM_TEMPFAIL, err, expected);
	write_file(".map.lock", "123 and nonsense\n");
	assert_fails(idm_lock_take(dirfd, "map", 0, &second, &err),
	    IDM_TEMPFAIL, err, "held by another process");
	idm_lock_release(&lock);
	assert_content(".map.lock", "");
}

static void
test_a_lock_file_that_others_may_open_is_refused(void **state)
{
	struct idm_lock *lock = NULL;
	struct idm_err err;

	(void)state;
	write_file(".map.lock", "");
	assert_int_equal(fchmodat(dirfd, ".map.lock", 0644, 0), 0);
	assert_fails(idm_lock_take(dirfd, "map", 0, &lock, &err), IDM_DENIED,
	    err, ".map.lock: mode 0644 lets others lock it");
	assert_int_equal(unlinkat(dirfd, ".map.lock", 0), 0);
	assert_int_equal(mkfifoat(dirfd, ".map.lock", 0600), 0);
	assert_fails(idm_lock_take(dirfd, "map", 0, &lock, &err), IDM_DENIED,
	    err, ".map.lock: ");
	assert_int_equal(unlinkat(dirfd, ".map.lock", 0), 0);
	assert_int_equal(symlinkat("/etc/passwd", dirfd, ".map.lock"), 0);
	assert_fails(idm_lock_take(dirfd, "map", 0, &lock, &err), IDM_SYSTEM,
	    err, "open .map.lock: Too many levels of symbolic links");
}

/* Wait for the lock while the test removes the file under it. */
static int
wait_and_check(void)
{
	struct idm_lock *lock = NULL;
	struct stat st;

	if (idm_lock_take(dirfd, "map", 60000, &lock, NULL) != IDM_OK)
		return 1;
	/* It must be the file in place that we hold: it has our pid. */
	if (fstatat(dirfd, ".map.lock", &st, 0) == -1 || st.st_size == 0)
		return 2;
	return 0;
}

static void
test_a_lock_file_removed_by_hand_is_noticed(void **state)
{
	struct idm_lock *lock = NULL;
	struct idm_err err;
	struct stat st;
	int status;
	pid_t pid;

	(void)state;
	assert_good(idm_lock_take(dirfd, "map", 0, &lock, &err), err);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(wait_and_check());
	/* Either it has opened the old file by now, or it will the new one. */
	(void)usleep(50000);
	assert_int_equal(unlinkat(dirfd, ".map.lock", 0), 0);
	idm_lock_release(&lock);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	assert_int_equal(fstatat(dirfd, ".map.lock", &st, 0), 0);
}

/* As nobody: whatever can be locked shall be. */
static int
lock_all_as_nobody(void)
{
	struct flock whole = { .l_type = F_RDLCK, .l_whence = SEEK_SET };
	int lock_file, folder;

	if (setgid(65534) == -1 || setuid(65534) == -1)
		return 1;
	lock_file = openat(dirfd, ".map.lock", O_RDONLY);
	if (lock_file != -1 || errno != EACCES)
		return 2;
	/* The folder and the map can be read, and so locked. */
	folder = open(dir, O_RDONLY);
	if (folder == -1 || flock(folder, LOCK_EX) == -1)
		return 3;
	lock_file = openat(dirfd, "map", O_RDONLY);
	if (lock_file == -1 || flock(lock_file, LOCK_EX) == -1 ||
	    fcntl(lock_file, F_OFD_SETLK, &whole) == -1)
		return 4;
	return 0;
}

static void
test_nobody_cannot_stop_a_writer(void **state)
{
	struct idm_lock *lock = NULL;
	int ready[2], done[2], status;
	struct idm_err err;
	char byte = 0;
	pid_t pid;

	(void)state;
	if (geteuid() != 0)
		skip();
	assert_int_equal(fchmod(dirfd, 0755), 0);
	write_file("map", "one");
	assert_int_equal(fchmodat(dirfd, "map", 0644, 0), 0);
	assert_good(idm_lock_take(dirfd, "map", 0, &lock, &err), err);
	idm_lock_release(&lock);
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(done), 0);
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0) {
		int result = lock_all_as_nobody();

		(void)close(done[1]);
		if (write(ready[1], &byte, 1) != 1 ||
		    read(done[0], &byte, 1) == -1)
			result = 9;
		_exit(result);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	/* While it holds what it could get, a writer goes on. */
	assert_good(idm_lock_take(dirfd, "map", 0, &lock, &err), err);
	write_file(".map.new", "two");
	assert_good(
	    idm_publish(dirfd, ".map.new", "map", 0644, NULL, &err), err);
	idm_lock_release(&lock);
	assert_content("map", "two");
	assert_int_equal(close(done[1]), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	(void)close(ready[0]);
	(void)close(ready[1]);
	(void)close(done[0]);
}

int
main(void)
{
#define IN_A_FOLDER(test)                                                      \
	cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(test_a_file_is_put_in_place_with_its_mode),
		IN_A_FOLDER(test_another_file_under_the_name_is_refused),
		IN_A_FOLDER(test_failures_keep_the_old_file_and_no_other),
		IN_A_FOLDER(test_without_a_file_nothing_is_published),
		IN_A_FOLDER(test_only_one_process_has_the_lock),
		IN_A_FOLDER(test_the_holder_is_named),
		IN_A_FOLDER(test_a_lock_file_that_others_may_open_is_refused),
		IN_A_FOLDER(test_a_lock_file_removed_by_hand_is_noticed),
		IN_A_FOLDER(test_nobody_cannot_stop_a_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
