#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/trust.h"

enum idm_status
idm_trust_check(const char *path, const struct stat *st, const uid_t *owners,
    size_t nowners, struct idm_err *err)
{
	size_t i = 0;

	if (!S_ISREG(st->st_mode))
		return idm_fail(
		    err, IDM_DENIED, "%s: not a regular file", path);
	while (i < nowners && st->st_uid != owners[i])
		i++;
	if (i == nowners) {
		return idm_fail(err, IDM_DENIED,
		    "%s: owned by uid %lu, which is not trusted with it", path,
		    (unsigned long)st->st_uid);
	}
	if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		return idm_fail(err, IDM_DENIED,
		    "%s: mode %04o lets others write it", path,
		    (unsigned)st->st_mode & 07777u);
	}
	return IDM_OK;
}

static enum idm_status
open_failed(const char *path, struct idm_err *err)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
		return idm_fail(err, IDM_NOTFOUND, "%s: no such file", path);
	case ELOOP:
		return idm_fail(
		    err, IDM_DENIED, "%s: is a symbolic link", path);
	case EACCES:
	case EPERM:
		return idm_fail(err, IDM_DENIED, "%s: permission denied", path);
	default:
		return idm_fail_errno(err, "%s", path);
	}
}

enum idm_status
idm_trust_open(const char *path, const uid_t *owners, size_t nowners,
    int *out_fd, struct stat *out_st, struct idm_err *err)
{
	enum idm_status status;
	struct stat st;
	int fd;

	/* O_NONBLOCK: opening a FIFO must not wait for its writer. */
	fd = open(
	    path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd == -1)
		return open_failed(path, err);
	fd = idm_fd_above_stdio(fd);
	if (fd == -1)
		return idm_fail_errno(err, "%s", path);
	if (fstat(fd, &st) == -1) {
		status = idm_fail_errno(err, "%s", path);
		goto out;
	}
	status = idm_trust_check(path, &st, owners, nowners, err);
	if (status != IDM_OK)
		goto out;
	*out_fd = fd;
	*out_st = st;
	fd = -1;
out:
	if (fd != -1)
		(void)close(fd);
	return status;
}
