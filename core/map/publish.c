#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/num.h"
#include "map/publish.h"

#define PID_TEXT_MAX 16

/* How long to sleep between two tries for the lock. */
#define NAP_FIRST_MS 1
#define NAP_LAST_MS  16

struct idm_lock {
	int fd;
};

static enum idm_status
open_lock_file(int dirfd, const char *path, int *out, struct idm_err *err)
{
	enum idm_status status;
	struct stat st;
	int fd;

	fd = idm_fd_above_stdio(openat(dirfd, path,
	    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
	if (fd == -1)
		return idm_fail_errno(err, "open %s", path);
	if (fstat(fd, &st) == -1) {
		status = idm_fail_errno(err, "open %s", path);
		goto out;
	}
	/* Whoever may open the file may hold the lock for ever. */
	if (!S_ISREG(st.st_mode) || (st.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		status = idm_fail(err, IDM_DENIED,
		    "%s: mode %04o lets others lock it; remove the file", path,
		    (unsigned)st.st_mode & 07777u);
		goto out;
	}
	*out = fd;
	fd = -1;
	status = IDM_OK;
out:
	if (fd != -1)
		(void)close(fd);
	return status;
}

/* Lock or unlock without waiting.  false and errno when it failed. */
static bool
set_lock(int fd, short type)
{
	struct flock whole = { .l_type = type, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

/*
 * Is the open lock file still the one under that name?  An administrator may
 * have removed it, and another writer may have made and locked a new one.
 */
static bool
is_in_place(int fd, int dirfd, const char *path)
{
	struct stat mine, theirs;

	return fstat(fd, &mine) == 0 && fstatat(dirfd, path, &theirs, 0) == 0 &&
	    mine.st_dev == theirs.st_dev && mine.st_ino == theirs.st_ino;
}

/* The pid is for the message of those who wait; nothing depends on it. */
static void
sign(int fd)
{
	char text[PID_TEXT_MAX];
	int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) == -1 || pwrite(fd, text, (size_t)len, 0) != len)
		return;
}

static enum idm_status
held_by_another(int fd, const char *path, struct idm_err *err)
{
	char text[PID_TEXT_MAX];
	ssize_t len = pread(fd, text, sizeof(text), 0);
	uint64_t pid;

	if (len > 1 && text[len - 1] == '\n' &&
	    idm_num_parse(text, (size_t)len - 1, INT_MAX, &pid, NULL) ==
		IDM_OK) {
		return idm_fail(
		    err, IDM_TEMPFAIL, "%s: held by pid %d", path, (int)pid);
	}
	return idm_fail(err, IDM_TEMPFAIL, "%s: held by another process", path);
}

static void
nap(long ms)
{
	struct timespec time = { .tv_nsec = ms * 1000000 };

	(void)nanosleep(&time, NULL);
}

/*
 * Lock the open file before the deadline.  There is no blocking lock with a
 * time limit but by a signal, and signals are not ours to use.
 */
static enum idm_status
lock_until(int fd, const char *path, int64_t deadline, struct idm_err *err)
{
	long ms = NAP_FIRST_MS;

	while (!set_lock(fd, F_WRLCK)) {
		if (errno != EAGAIN && errno != EACCES && errno != EINTR)
			return idm_fail_errno(err, "lock %s", path);
		if (idm_clock_ms() >= deadline)
			return held_by_another(fd, path, err);
		nap(ms);
		ms = ms * 2 < NAP_LAST_MS ? ms * 2 : NAP_LAST_MS;
	}
	return IDM_OK;
}

/* Open and lock the file that has the name when the lock is ours. */
static enum idm_status
open_and_lock(int dirfd, const char *path, unsigned wait_ms, int *out,
    struct idm_err *err)
{
	int64_t deadline = idm_clock_ms() + wait_ms;
	enum idm_status status;

	for (;;) {
		int fd = -1;

		status = open_lock_file(dirfd, path, &fd, err);
		if (status != IDM_OK)
			return status;
		status = lock_until(fd, path, deadline, err);
		if (status == IDM_OK && is_in_place(fd, dirfd, path)) {
			*out = fd;
			return IDM_OK;
		}
		(void)close(fd);
		if (status != IDM_OK)
			return status;
	}
}

enum idm_status
idm_lock_take(int dirfd, const char *name, unsigned wait_ms,
    struct idm_lock **out, struct idm_err *err)
{
	char path[NAME_MAX + 1];
	enum idm_status status;
	struct idm_lock *lock;
	int n;

	n = snprintf(path, sizeof(path), ".%s.lock", name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return idm_fail(err, IDM_INVALID, "%s: name too long", name);
	lock = malloc(sizeof(*lock));
	if (lock == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	status = open_and_lock(dirfd, path, wait_ms, &lock->fd, err);
	if (status != IDM_OK) {
		free(lock);
		return status;
	}
	sign(lock->fd);
	*out = lock;
	return IDM_OK;
}

void
idm_lock_release(struct idm_lock **lock)
{
	if (*lock == NULL)
		return;
	/* Nobody shall be told of a pid that is no writer any more. */
	if (ftruncate((*lock)->fd, 0) == -1) {
		/* The message is all that suffers. */
	}
	/* A child that was forked meanwhile has the descriptor, too. */
	(void)set_lock((*lock)->fd, F_UNLCK);
	(void)close((*lock)->fd);
	free(*lock);
	*lock = NULL;
}

/*
 * The folder may belong to somebody else, who has put another file under the
 * name: a FIFO to keep us waiting, or a link to a file whose mode would change.
 */
static enum idm_status
open_temp(int dirfd, const char *temp, int *out, struct idm_err *err)
{
	enum idm_status status;
	struct stat st;
	int fd;

	fd = idm_fd_above_stdio(openat(
	    dirfd, temp, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
	if (fd == -1)
		return idm_fail_errno(err, "open %s", temp);
	if (fstat(fd, &st) == -1) {
		status = idm_fail_errno(err, "open %s", temp);
	} else if (!S_ISREG(st.st_mode) || st.st_nlink != 1) {
		status = idm_fail(err, IDM_DENIED,
		    "%s: is not the file that was written", temp);
	} else {
		*out = fd;
		return IDM_OK;
	}
	(void)close(fd);
	return status;
}

static bool
rename_marked(
    int dirfd, const char *temp, const char *name, const struct idm_mark *old)
{
	if (old != NULL)
		idm_mark_change(old);
	if (renameat(dirfd, temp, dirfd, name) == -1)
		return false;
	if (old != NULL)
		idm_mark_change(old);
	return true;
}

enum idm_status
idm_publish(int dirfd, const char *temp, const char *name, mode_t mode,
    const struct idm_mark *old, struct idm_err *err)
{
	enum idm_status status;
	bool renamed = false;
	int fd = -1;

	status = open_temp(dirfd, temp, &fd, err);
	if (status != IDM_OK)
		goto out;
	/* The name must never point at data that is not on disk yet. */
	if (fchmod(fd, mode) == -1 || fsync(fd) == -1) {
		status = idm_fail_errno(err, "sync %s", temp);
		goto out;
	}
	if (!rename_marked(dirfd, temp, name, old)) {
		status = idm_fail_errno(err, "rename %s to %s", temp, name);
		goto out;
	}
	renamed = true;
	if (fsync(dirfd) == -1) {
		status = idm_fail_errno(err, "sync directory of %s", name);
		goto out;
	}
	status = IDM_OK;
out:
	if (fd != -1)
		(void)close(fd);
	if (!renamed)
		(void)unlinkat(dirfd, temp, 0);
	return status;
}
