#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "daemon/place.h"

#define FOLDER_MODE 0755
#define SOCKET_MODE 0666
#define BACKLOG     128

/* Open a folder below at, made if it is missing, never through a link. */
static enum idm_status
open_folder(int at, const char *path, int *out, struct idm_err *err)
{
	int fd;

	if (mkdirat(at, path, FOLDER_MODE) == -1 && errno != EEXIST)
		return idm_fail_errno(err, "make %s", path);
	fd = idm_fd_above_stdio(
	    openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
	if (fd == -1 && (errno == ENOTDIR || errno == ELOOP))
		return idm_fail(err, IDM_DENIED, "%s is no folder", path);
	if (fd == -1)
		return idm_fail_errno(err, "%s", path);
	*out = fd;
	return IDM_OK;
}

/* A folder in which only root may put things. */
static enum idm_status
open_roots(const char *path, int *out, struct idm_err *err)
{
	enum idm_status status;
	struct stat st;
	int fd = -1;

	status = open_folder(AT_FDCWD, path, &fd, err);
	if (status != IDM_OK)
		return status;
	if (fstat(fd, &st) == -1) {
		status = idm_fail_errno(err, "%s", path);
	} else if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		status = idm_fail(err, IDM_DENIED,
		    "%s: must belong to root, and nobody else may write in it",
		    path);
	}
	if (status != IDM_OK) {
		(void)close(fd);
		return status;
	}
	*out = fd;
	return IDM_OK;
}

/* The folder becomes a user's, whatever it was. */
static enum idm_status
give_folder(int fd, uid_t uid, gid_t gid, struct idm_err *err)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return idm_fail_errno(err, "stat");
	if ((st.st_uid != uid || st.st_gid != gid) &&
	    fchown(fd, uid, gid) == -1)
		return idm_fail_errno(err, "chown");
	if ((st.st_mode & 07777) != FOLDER_MODE &&
	    fchmod(fd, FOLDER_MODE) == -1)
		return idm_fail_errno(err, "chmod");
	return IDM_OK;
}

enum idm_status
place_folder(const char *dir, const char *name, uid_t uid, gid_t gid,
    struct idm_err *err)
{
	enum idm_status st;
	int dirfd = -1;
	int fd = -1;

	st = open_roots(dir, &dirfd, err);
	if (st == IDM_OK)
		st = open_folder(dirfd, name, &fd, err);
	if (st == IDM_OK) {
		st = give_folder(fd, uid, gid, err);
		if (st != IDM_OK)
			(void)idm_within(err, st, "%s/%s", dir, name);
	}
	if (fd != -1)
		(void)close(fd);
	if (dirfd != -1)
		(void)close(dirfd);
	return st;
}

static enum idm_status
make_folder_of(const char *path, struct idm_err *err)
{
	char copy[PATH_MAX];
	enum idm_status st;
	int n = snprintf(copy, sizeof(copy), "%s", path);
	int fd = -1;

	if (n < 0 || (size_t)n >= sizeof(copy))
		return idm_fail(err, IDM_INVALID, "%s: path too long", path);
	st = open_roots(dirname(copy), &fd, err);
	if (fd != -1)
		(void)close(fd);
	return st;
}

/* Remove a socket nobody listens at. */
static enum idm_status
remove_leftover(const struct sockaddr_un *address, struct idm_err *err)
{
	const char *path = address->sun_path;
	struct stat st;
	bool is_alive;
	int fd;

	if (lstat(path, &st) == -1)
		return errno == ENOENT ? IDM_OK
				       : idm_fail_errno(err, "%s", path);
	if (!S_ISSOCK(st.st_mode))
		return idm_fail(err, IDM_DENIED, "%s is no socket", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return idm_fail_errno(err, "socket");
	is_alive = connect(fd, (const struct sockaddr *)address,
		       sizeof(*address)) == 0 ||
	    errno == EAGAIN;
	(void)close(fd);
	if (is_alive) {
		return idm_fail(
		    err, IDM_CONFLICT, "%s: idmapd is running already", path);
	}
	if (unlink(path) == -1)
		return idm_fail_errno(err, "remove %s", path);
	return IDM_OK;
}

enum idm_status
place_socket(const char *path, int *out, struct idm_err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	enum idm_status st;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return idm_fail(err, IDM_INVALID, "%s: path too long", path);
	memcpy(address.sun_path, path, strlen(path));
	st = make_folder_of(path, err);
	if (st == IDM_OK)
		st = remove_leftover(&address, err);
	if (st != IDM_OK)
		return st;
	fd = idm_fd_above_stdio(
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
	if (fd == -1)
		return idm_fail_errno(err, "socket");
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) ==
		-1 ||
	    chmod(path, SOCKET_MODE) == -1 || listen(fd, BACKLOG) == -1) {
		st = idm_fail_errno(err, "listen at %s", path);
		(void)close(fd);
		return st;
	}
	*out = fd;
	return IDM_OK;
}
