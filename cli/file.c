#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "map/publish.h"

#include "cli/file.h"

#define PIECE 65536

static enum idm_status
read_all(int fd, const char *path, struct idm_buf *text, struct idm_err *err)
{
	char piece[PIECE];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return idm_fail_errno(err, "%s", path);
		idm_buf_put(text, piece, (size_t)n);
		if (text->status != IDM_OK)
			return idm_within(
			    err, idm_buf_status(text, err), "%s", path);
	}
	return IDM_OK;
}

enum idm_status
cli_file_read(const char *path, struct idm_buf *text, struct stat *out,
    struct idm_err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	enum idm_status status;
	struct stat st;
	int fd;

	fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return idm_fail_errno(err, "%s", path);
	if (fstat(fd, &st) == -1)
		status = idm_fail_errno(err, "%s", path);
	else
		status = read_all(fd, path, text, err);
	if (!is_stdin)
		(void)close(fd);
	if (status == IDM_OK && out != NULL)
		*out = st;
	return status;
}

/* A path as the folder and the name that its replacement needs. */
struct place {
	char *folder_text; /* what dirname() and basename() took apart */
	char *name_text;
	const char *name;
	char *temp; /* the new file's name until it is in place */
	int dirfd;
};

static enum idm_status
place_open(struct place *place, const char *path, struct idm_err *err)
{
	*place = (struct place){ .dirfd = -1 };
	place->folder_text = strdup(path);
	place->name_text = strdup(path);
	if (place->folder_text == NULL || place->name_text == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	place->name = basename(place->name_text);
	if (asprintf(&place->temp, ".%s.%ld", place->name, (long)getpid()) ==
	    -1) {
		place->temp = NULL;
		return idm_fail(err, IDM_NOMEM, "out of memory");
	}
	place->dirfd = open(
	    dirname(place->folder_text), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (place->dirfd == -1)
		return idm_fail_errno(err, "folder of %s", path);
	return IDM_OK;
}

static void
place_close(struct place *place)
{
	if (place->dirfd != -1)
		(void)close(place->dirfd);
	free(place->temp);
	free(place->name_text);
	free(place->folder_text);
}

static enum idm_status
write_all(int fd, const char *path, struct idm_str text, struct idm_err *err)
{
	while (text.len > 0) {
		ssize_t n = write(fd, text.data, text.len);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return idm_fail_errno(err, "%s", path);
		text.data += n;
		text.len -= (size_t)n;
	}
	return IDM_OK;
}

/* The new file, complete, under its temporary name. */
static enum idm_status
write_temp(const struct place *place, const char *path, struct idm_str text,
    const struct stat *old, struct idm_err *err)
{
	enum idm_status st;
	int fd;

	/* Standard output may be closed: nothing printed may end up here. */
	fd = idm_fd_above_stdio(openat(place->dirfd, place->temp,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
	if (fd == -1)
		return idm_fail_errno(err, "%s: no new file beside it", path);
	st = write_all(fd, path, text, err);
	if (st == IDM_OK && old != NULL &&
	    fchown(fd, old->st_uid, old->st_gid) == -1)
		st = idm_fail_errno(err, "%s: keep its owner", path);
	if (close(fd) == -1 && st == IDM_OK)
		st = idm_fail_errno(err, "%s", path);
	if (st != IDM_OK)
		(void)unlinkat(place->dirfd, place->temp, 0);
	return st;
}

static enum idm_status
check_unchanged(const struct place *place, const char *path,
    const struct stat *old, struct idm_err *err)
{
	struct stat now;

	if (fstatat(place->dirfd, place->name, &now, AT_SYMLINK_NOFOLLOW) == -1)
		return idm_fail_errno(err, "%s", path);
	if (now.st_ino == old->st_ino && now.st_dev == old->st_dev &&
	    now.st_size == old->st_size &&
	    now.st_mtim.tv_sec == old->st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == old->st_mtim.tv_nsec)
		return IDM_OK;
	return idm_fail(err, IDM_CONFLICT,
	    "%s has changed meanwhile, or is a symbolic link; it is left as it "
	    "is",
	    path);
}

enum idm_status
cli_file_replace(const char *path, struct idm_str text, const struct stat *old,
    struct idm_err *err)
{
	struct place place;
	enum idm_status st;

	st = place_open(&place, path, err);
	if (st == IDM_OK)
		st = write_temp(&place, path, text, old, err);
	if (st != IDM_OK)
		goto out;
	if (old != NULL)
		st = check_unchanged(&place, path, old, err);
	if (st != IDM_OK)
		(void)unlinkat(place.dirfd, place.temp, 0);
	else
		st = idm_publish(place.dirfd, place.temp, place.name,
		    old == NULL ? 0644 : old->st_mode & 07777, NULL, err);
out:
	place_close(&place);
	return st;
}
