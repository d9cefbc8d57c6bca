#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <gdbm.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fd.h"
#include "map/image.h"
#include "map/view.h"

#define COPY_STEP     (1 << 20)
#define PROGRESS_STEP 16384
#define FETCH_AHEAD   16

/* What libgdbm says went wrong, with the reason of the system call. */
static enum idm_status
gdbm_failed(gdbm_error code, int reason, struct idm_err *err)
{
	if (code == GDBM_MALLOC_ERROR)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	if (reason != 0) {
		errno = reason;
		return idm_fail_errno(err, "%s", gdbm_strerror(code));
	}
	return idm_fail(err, IDM_SYSTEM, "%s", gdbm_strerror(code));
}

/*
 * Did the last call succeed?  Its result alone does not tell: gdbm_store() and
 * gdbm_delete() of 1.23 return 0 when the write of a bucket has failed.
 */
static enum idm_status
check_db(GDBM_FILE db, int result, struct idm_err *err)
{
	gdbm_error code = gdbm_last_errno(db);

	if (result == 0 && code == GDBM_NO_ERROR)
		return IDM_OK;
	return gdbm_failed(code, gdbm_last_syserr(db), err);
}

/* The same for opening and closing, where there is no handle to ask. */
static enum idm_status
handle_failed(struct idm_err *err)
{
	int reason = gdbm_check_syserr(gdbm_errno) ? errno : 0;

	return gdbm_failed(gdbm_errno, reason, err);
}

/* Let libgdbm have a descriptor of its own; it closes that in any case. */
static enum idm_status
open_db(int fd, int flags, GDBM_FILE *out, struct idm_err *err)
{
	int own = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);

	if (own == -1)
		return idm_fail_errno(err, "dup");
	/* It reads from where the descriptor stands. */
	if (lseek(own, 0, SEEK_SET) == -1) {
		(void)close(own);
		return idm_fail_errno(err, "seek");
	}
	*out = gdbm_fd_open(own, "map", IDM_MAP_BLOCK,
	    flags | GDBM_NOLOCK | GDBM_CLOEXEC | GDBM_CLOERROR | GDBM_BSEXACT,
	    NULL);
	return *out != NULL ? IDM_OK : handle_failed(err);
}

/*
 * The handle is gone afterwards, even when closing failed.  gdbm_close() would
 * write what is still in memory as well, but keep quiet when that fails.
 */
static enum idm_status
close_db(GDBM_FILE db, struct idm_err *err)
{
	enum idm_status status = check_db(db, gdbm_sync(db), err);

	if (gdbm_close(db) != 0 && status == IDM_OK)
		status = handle_failed(err);
	return status;
}

static datum
datum_of(const char *data, size_t len)
{
	/* libgdbm reads only, but its type knows no const. */
	return (datum){ .dptr = (char *)(uintptr_t)data, .dsize = (int)len };
}

static enum idm_status
store_header(GDBM_FILE db, const struct idm_header *header, struct idm_err *err)
{
	enum idm_status status;
	struct idm_buf buf;

	idm_buf_init(&buf, 256);
	idm_header_write(&buf, header);
	status = idm_buf_status(&buf, err);
	if (status == IDM_OK) {
		int result = gdbm_store(db,
		    datum_of(IDM_HEADER_KEY, sizeof(IDM_HEADER_KEY) - 1),
		    datum_of(buf.data, buf.len), GDBM_REPLACE);

		status = check_db(db, result, err);
	}
	idm_buf_fini(&buf);
	return status;
}

/* The whole key of a record, in buf. */
static void
finish_key(struct idm_buf *buf, const struct idm_header *header,
    const struct idm_image_record *record)
{
	idm_buf_clear(buf);
	idm_buf_put(buf, record->key, record->key_len);
	idm_key_finish(buf, header->seed);
}

static enum idm_status
apply_record(GDBM_FILE db, struct idm_buf *key,
    const struct idm_image_record *record, struct idm_err *err)
{
	datum name = datum_of(key->data, key->len);
	int result;

	if (record->removed) {
		result = gdbm_delete(db, name);
	} else {
		result = gdbm_store(db, name,
		    datum_of(record->value, record->value_len), GDBM_REPLACE);
	}
	return check_db(db, result, err);
}

static int
by_hash(const void *a, const void *b)
{
	uint32_t left = ((const struct idm_image_record *)a)->hash;
	uint32_t right = ((const struct idm_image_record *)b)->hash;

	return (left > right) - (left < right);
}

void
idm_image_fetch(const struct idm_image_job *job, size_t i)
{
	if (i + FETCH_AHEAD < job->n)
		__builtin_prefetch(job->record[i + FETCH_AHEAD].key);
}

/*
 * Write the records in the order of GDBM's own hash, which is that of the
 * buckets: so each bucket is visited once.  In another order a million
 * records take six times as long.
 */
static enum idm_status
apply_all(GDBM_FILE db, struct idm_image_job *job, struct idm_err *err)
{
	enum idm_status status = store_header(db, job->header, err);
	char memory[IDM_KEY_MAX];
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	for (size_t i = 0; i < job->n; i++) {
		idm_image_fetch(job, i);
		finish_key(&key, job->header, &job->record[i]);
		job->record[i].hash = idm_view_hash(key.data, key.len);
	}
	if (job->n > 1)
		qsort(job->record, job->n, sizeof(*job->record), by_hash);
	for (size_t i = 0; i < job->n && status == IDM_OK; i++) {
		if (i % PROGRESS_STEP == 0 && job->progress != NULL)
			job->progress(job->context, i, job->n);
		idm_image_fetch(job, i);
		finish_key(&key, job->header, &job->record[i]);
		status = apply_record(db, &key, &job->record[i], err);
	}
	return status;
}

static enum idm_status
run_job(int fd, int flags, struct idm_image_job *job, struct idm_err *err)
{
	enum idm_status status;
	GDBM_FILE db;

	status = open_db(fd, flags, &db, err);
	if (status != IDM_OK)
		return status;
	status = apply_all(db, job, err);
	if (status != IDM_OK) {
		(void)gdbm_close(db);
		return status;
	}
	return close_db(db, err);
}

/* One piece by the kernel, which may share blocks instead of copying them. */
static ssize_t
copy_by_kernel(int source, int fd, off_t at, size_t len)
{
	off_t from = at, to = at;

	return copy_file_range(source, &from, fd, &to, len, 0);
}

static ssize_t
copy_by_hand(int source, int fd, off_t at, char *buf)
{
	ssize_t len = pread(source, buf, COPY_STEP, at);

	return len <= 0 ? len : pwrite(fd, buf, (size_t)len, at);
}

/* Can the kernel not copy between these files, whatever the reason? */
static bool
is_unsupported(int error)
{
	return error == EXDEV || error == EINVAL || error == ENOSYS ||
	    error == EOPNOTSUPP;
}

static enum idm_status
copy_rest_by_hand(int source, int fd, off_t at, off_t size, struct idm_err *err)
{
	enum idm_status status = IDM_OK;
	char *buf = malloc(COPY_STEP);

	if (buf == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	while (at < size && status == IDM_OK) {
		ssize_t len = copy_by_hand(source, fd, at, buf);

		if (len == 0)
			status = idm_fail(err, IDM_SYSTEM, "copy: cut short");
		else if (len == -1 && errno != EINTR)
			status = idm_fail_errno(err, "copy");
		else if (len > 0)
			at += len;
	}
	free(buf);
	return status;
}

static enum idm_status
copy_file(int source, int fd, struct idm_err *err)
{
	struct stat st;
	off_t at = 0;

	if (fstat(source, &st) == -1)
		return idm_fail_errno(err, "copy");
	while (at < st.st_size) {
		ssize_t len = copy_by_kernel(
		    source, fd, at, (size_t)(st.st_size - at));

		/* A file system that cannot may also claim an early end. */
		if (len == 0 || (len == -1 && is_unsupported(errno))) {
			return copy_rest_by_hand(
			    source, fd, at, st.st_size, err);
		}
		if (len == -1 && errno != EINTR)
			return idm_fail_errno(err, "copy");
		if (len > 0)
			at += len;
	}
	return IDM_OK;
}

enum idm_status
idm_image_build(int fd, struct idm_image_job *job, struct idm_err *err)
{
	enum idm_status status;
	int memory;

	/*
	 * Building means many small writes all over the file.  In memory, and
	 * mapped, they take a quarter of the time, and the copy to the disk is
	 * one sequential write.
	 */
	memory = idm_fd_above_stdio(memfd_create("idmap", MFD_CLOEXEC));
	if (memory == -1)
		return idm_fail_errno(err, "memfd_create");
	status = run_job(memory, GDBM_NEWDB, job, err);
	if (status == IDM_OK)
		status = copy_file(memory, fd, err);
	(void)close(memory);
	return status;
}

enum idm_status
idm_image_update(
    int source, int fd, struct idm_image_job *job, struct idm_err *err)
{
	enum idm_status status;

	status = copy_file(source, fd, err);
	if (status != IDM_OK)
		return status;
	return run_job(fd, GDBM_WRITER | GDBM_NOMMAP, job, err);
}
