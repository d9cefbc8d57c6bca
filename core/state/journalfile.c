#include <sys/stat.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/trust.h"
#include "state/journalfile.h"

#define TEMP         "." IDM_JOURNAL_FILE ".new"
#define JOURNAL_MODE 0600

struct idm_journalfile {
	char path[PATH_MAX];
	int fd;
	uint64_t size; /* of the file */
};

static enum idm_status
path_in(const char *dir, char path[static PATH_MAX], struct idm_err *err)
{
	int n = snprintf(path, PATH_MAX, "%s/" IDM_JOURNAL_FILE, dir);

	if (n < 0 || n >= PATH_MAX)
		return idm_fail(err, IDM_INVALID, "%s: name too long", dir);
	return IDM_OK;
}

/* All of an open file. */
static enum idm_status
read_all(int fd, size_t size, char **out, size_t *len, struct idm_err *err)
{
	char *bytes = malloc(size + 1);
	size_t n = 0;

	if (bytes == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	while (n < size) {
		ssize_t got = read(fd, bytes + n, size - n);

		if (got == -1 && errno == EINTR)
			continue;
		if (got == -1) {
			free(bytes);
			return idm_fail_errno(err, "read");
		}
		if (got == 0)
			break;
		n += (size_t)got;
	}
	*out = bytes;
	*len = n;
	return IDM_OK;
}

enum idm_status
idm_journalfile_read(const char *dir, uid_t owner, char **bytes, size_t *len,
    struct idm_err *err)
{
	char path[PATH_MAX];
	enum idm_status status;
	struct stat st;
	int fd = -1;

	status = path_in(dir, path, err);
	if (status == IDM_OK)
		status = idm_trust_open(path, &owner, 1, &fd, &st, err);
	if (status != IDM_OK)
		return status;
	status = read_all(fd, (size_t)st.st_size, bytes, len, err);
	(void)close(fd);
	return status == IDM_OK ? status : idm_within(err, status, "%s", path);
}

/* Write all of it, at the end of the file. */
static enum idm_status
write_all(int fd, struct iovec *iov, int n, struct idm_err *err)
{
	while (n > 0) {
		ssize_t done = writev(fd, iov, n);

		if (done == -1 && errno == EINTR)
			continue;
		if (done == -1)
			return idm_fail_errno(err, "write");
		while (n > 0 && (size_t)done >= iov->iov_len) {
			done -= (ssize_t)iov->iov_len;
			iov++;
			n--;
		}
		if (n > 0) {
			iov->iov_base = (char *)iov->iov_base + done;
			iov->iov_len -= (size_t)done;
		}
	}
	return IDM_OK;
}

static struct iovec
iovec_of(const void *bytes, size_t len)
{
	/* writev() only reads, but its type knows no const. */
	return (struct iovec){ (void *)(uintptr_t)bytes, len };
}

/* Fill the new file and have it on disk, under its temporary name. */
static enum idm_status
fill(int fd, uid_t owner, const struct idm_journal_head *head,
    struct idm_str records, uint64_t *size, struct idm_err *err)
{
	char memory[IDM_JOURNAL_HEAD];
	struct iovec iov[2];
	enum idm_status st;
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_journal_head_write(&buf, head);
	iov[0] = iovec_of(buf.data, buf.len);
	iov[1] = iovec_of(records.data, records.len);
	*size = buf.len + records.len;
	if (owner != geteuid() && fchown(fd, owner, (gid_t)-1) == -1)
		return idm_fail_errno(err, "chown");
	st = write_all(fd, iov, records.len > 0 ? 2 : 1, err);
	if (st == IDM_OK && fsync(fd) == -1)
		st = idm_fail_errno(err, "sync");
	return st;
}

/* From a file that is on disk to one that has the name, for good. */
static enum idm_status
put_in_place(int dirfd, bool *was_replaced, struct idm_err *err)
{
	if (renameat(dirfd, TEMP, dirfd, IDM_JOURNAL_FILE) == -1)
		return idm_fail_errno(err, "rename");
	*was_replaced = true;
	if (fsync(dirfd) == -1)
		return idm_fail_errno(err, "sync of its folder");
	return IDM_OK;
}

static enum idm_status
begin_in(int dirfd, uid_t owner, const struct idm_journal_head *head,
    struct idm_str records, struct idm_journalfile *file, bool *was_replaced,
    struct idm_err *err)
{
	enum idm_status st;

	/* What a writer that died left behind is ours to remove. */
	(void)unlinkat(dirfd, TEMP, 0);
	file->fd = idm_fd_above_stdio(openat(dirfd, TEMP,
	    O_RDWR | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    JOURNAL_MODE));
	if (file->fd == -1)
		st = idm_fail_errno(err, "create " TEMP);
	else
		st = fill(file->fd, owner, head, records, &file->size, err);
	if (st == IDM_OK)
		st = put_in_place(dirfd, was_replaced, err);
	if (st != IDM_OK && !*was_replaced)
		(void)unlinkat(dirfd, TEMP, 0);
	return st;
}

enum idm_status
idm_journalfile_begin(const char *dir, uid_t owner,
    const struct idm_journal_head *head, struct idm_str records,
    struct idm_journalfile **out, bool *was_replaced, struct idm_err *err)
{
	struct idm_journalfile *file = calloc(1, sizeof(*file));
	enum idm_status st;
	int dirfd = -1;

	*was_replaced = false;
	if (file == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	file->fd = -1;
	st = path_in(dir, file->path, err);
	if (st != IDM_OK)
		goto out;
	dirfd = idm_fd_above_stdio(
	    open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (dirfd == -1) {
		st = idm_fail_errno(err, "%s", dir);
		goto out;
	}
	st = begin_in(dirfd, owner, head, records, file, was_replaced, err);
	if (st != IDM_OK) {
		st = idm_within(err, st, "%s", file->path);
		goto out;
	}
	*out = file;
	file = NULL;
out:
	idm_journalfile_close(&file);
	if (dirfd != -1)
		(void)close(dirfd);
	return st;
}

void
idm_journalfile_close(struct idm_journalfile **file)
{
	if (*file == NULL)
		return;
	if ((*file)->fd != -1)
		(void)close((*file)->fd);
	free(*file);
	*file = NULL;
}

enum idm_status
idm_journalfile_append(struct idm_journalfile *file, uint64_t sequence,
    struct idm_str body, struct idm_err *err)
{
	unsigned char head[IDM_JOURNAL_RECORD];
	struct iovec iov[2];
	enum idm_status st;

	if (body.len > IDM_JOURNAL_BODY_MAX) {
		return idm_fail(err, IDM_EXHAUSTED,
		    "%s: a record of %zu bytes, the limit is %u", file->path,
		    body.len, IDM_JOURNAL_BODY_MAX);
	}
	idm_journal_record_write(head, sequence, body);
	iov[0] = iovec_of(head, sizeof(head));
	iov[1] = iovec_of(body.data, body.len);
	st = write_all(file->fd, iov, 2, err);
	if (st == IDM_OK && fdatasync(file->fd) == -1)
		st = idm_fail_errno(err, "sync");
	if (st != IDM_OK) {
		return idm_within(err, st, "%s: at offset %llu", file->path,
		    (unsigned long long)file->size);
	}
	file->size += IDM_JOURNAL_RECORD + body.len;
	return IDM_OK;
}

uint64_t
idm_journalfile_size(const struct idm_journalfile *file)
{
	return file->size - IDM_JOURNAL_HEAD;
}

enum idm_status
idm_journalfile_since(const struct idm_journalfile *file, uint64_t size,
    char **out, size_t *out_len, struct idm_err *err)
{
	off_t at = (off_t)(IDM_JOURNAL_HEAD + size);
	size_t wanted = (size_t)(file->size - (uint64_t)at);
	char *bytes = NULL;
	enum idm_status st;
	size_t len;

	/* Appending does not care where the descriptor stands. */
	if (lseek(file->fd, at, SEEK_SET) == -1)
		st = idm_fail_errno(err, "seek");
	else
		st = read_all(file->fd, wanted, &bytes, &len, err);
	if (st == IDM_OK && len < wanted)
		st = idm_fail(err, IDM_SYSTEM, "was cut short");
	if (st != IDM_OK) {
		free(bytes);
		return idm_within(err, st, "%s", file->path);
	}
	*out = bytes;
	*out_len = len;
	return IDM_OK;
}
