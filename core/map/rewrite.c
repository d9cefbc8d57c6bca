#include <sys/random.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "map/changes.h"
#include "map/publish.h"
#include "map/readback.h"
#include "map/rewrite.h"

#define MAP_MODE 0644

/*
 * A change costs about 4 times as much when it goes to a copy of the file as
 * a record does in a new one; the copy itself costs little.
 */
#define BUILD_SHARE 4

/* Build anew when one part in so many of the file is free space. */
#define FREE_SHARE 4

struct idm_rewrite {
	char name[NAME_MAX + 1];
	char temp[NAME_MAX + 1];
	char path[PATH_MAX];
	char temp_path[PATH_MAX];
	enum idm_map_kind kind;
	uid_t owner;
	int dirfd;
	struct idm_lock *lock;
	struct idm_view *view; /* NULL: there is no file yet */
	struct idm_changes *changes;
	bool broken; /* the version just published cannot be read */
};

static enum idm_status
open_view(struct idm_rewrite *rewrite, struct idm_err *err)
{
	return idm_view_open(rewrite->path, rewrite->kind, &rewrite->owner, 1,
	    &rewrite->view, err);
}

/* A folder where others may write has no lock that holds. */
static enum idm_status
check_folder(const char *dir, int fd, uid_t owner, struct idm_err *err)
{
	struct stat st;

	if (fstat(fd, &st) == -1)
		return idm_fail_errno(err, "%s", dir);
	if (st.st_uid != owner && st.st_uid != geteuid() && st.st_uid != 0) {
		return idm_fail(err, IDM_DENIED,
		    "%s: owned by uid %lu, which is not trusted with it", dir,
		    (unsigned long)st.st_uid);
	}
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		return idm_fail(
		    err, IDM_DENIED, "%s: others may write in it", dir);
	}
	return IDM_OK;
}

static enum idm_status
open_folder(const char *dir, uid_t owner, int *out, struct idm_err *err)
{
	enum idm_status status;
	int fd;

	fd = idm_fd_above_stdio(open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (fd == -1) {
		if (errno == ENOENT) {
			return idm_fail(
			    err, IDM_NOTFOUND, "%s: no such folder", dir);
		}
		return idm_fail_errno(err, "%s", dir);
	}
	status = check_folder(dir, fd, owner, err);
	if (status == IDM_OK)
		*out = fd;
	else
		(void)close(fd);
	return status;
}

static enum idm_status
set_names(struct idm_rewrite *rewrite, const char *dir, const char *name,
    struct idm_err *err)
{
	int len[4];

	len[0] = snprintf(rewrite->name, sizeof(rewrite->name), "%s", name);
	len[1] = snprintf(
	    rewrite->temp, sizeof(rewrite->temp), ".%s.new", name);
	len[2] = snprintf(
	    rewrite->path, sizeof(rewrite->path), "%s/%s", dir, name);
	len[3] = snprintf(rewrite->temp_path, sizeof(rewrite->temp_path),
	    "%s/%s", dir, rewrite->temp);
	if (len[0] < 0 || len[1] < 0 || len[2] < 0 || len[3] < 0 ||
	    (size_t)len[0] >= sizeof(rewrite->name) ||
	    (size_t)len[1] >= sizeof(rewrite->temp) ||
	    (size_t)len[2] >= sizeof(rewrite->path) ||
	    (size_t)len[3] >= sizeof(rewrite->temp_path)) {
		return idm_fail(
		    err, IDM_INVALID, "%s/%s: name too long", dir, name);
	}
	return IDM_OK;
}

enum idm_status
idm_rewrite_begin(const char *dir, const char *name, enum idm_map_kind kind,
    uid_t owner, bool create, unsigned wait_ms, struct idm_rewrite **out,
    struct idm_err *err)
{
	struct idm_rewrite *rewrite = calloc(1, sizeof(*rewrite));
	enum idm_status status;

	if (rewrite == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	rewrite->kind = kind;
	rewrite->owner = owner;
	rewrite->dirfd = -1;
	status = set_names(rewrite, dir, name, err);
	if (status == IDM_OK)
		status = open_folder(dir, owner, &rewrite->dirfd, err);
	if (status != IDM_OK)
		goto out;
	status = idm_lock_take(
	    rewrite->dirfd, name, wait_ms, &rewrite->lock, err);
	if (status != IDM_OK) {
		status = idm_within(err, status, "%s", dir);
		goto out;
	}
	/* With the lock, a leftover of a writer that died is ours to remove. */
	idm_rewrite_sweep(rewrite);
	status = idm_changes_new(&rewrite->changes, err);
	if (status != IDM_OK) {
		status = idm_within(err, status, "%s", rewrite->path);
		goto out;
	}
	status = open_view(rewrite, err);
	if (status == IDM_NOTFOUND && create)
		status = IDM_OK;
	if (status != IDM_OK)
		goto out;
	*out = rewrite;
	rewrite = NULL;
out:
	idm_rewrite_end(&rewrite);
	return status;
}

void
idm_rewrite_end(struct idm_rewrite **rewrite)
{
	if (*rewrite == NULL)
		return;
	idm_view_close(&(*rewrite)->view);
	idm_changes_free(&(*rewrite)->changes);
	idm_lock_release(&(*rewrite)->lock);
	if ((*rewrite)->dirfd != -1)
		(void)close((*rewrite)->dirfd);
	free(*rewrite);
	*rewrite = NULL;
}

const struct idm_view *
idm_rewrite_view(const struct idm_rewrite *rewrite)
{
	return rewrite->view;
}

bool
idm_rewrite_changed(const struct idm_rewrite *rewrite)
{
	return idm_changes_count(rewrite->changes) > 0;
}

static enum idm_status
check_whole(const struct idm_rewrite *rewrite, struct idm_err *err)
{
	if (rewrite->broken)
		return idm_fail(
		    err, IDM_NOMEM, "%s: out of memory before", rewrite->path);
	return IDM_OK;
}

enum idm_status
idm_rewrite_get(const struct idm_rewrite *rewrite, const char *key, size_t len,
    struct idm_str *value)
{
	struct idm_change change;

	if (rewrite->broken)
		return IDM_TEMPFAIL;
	if (idm_changes_find(rewrite->changes,
		(struct idm_str){ .data = key, .len = len }, &change)) {
		if (change.removed)
			return IDM_NOTFOUND;
		*value = change.value;
		return IDM_OK;
	}
	if (rewrite->view == NULL)
		return IDM_NOTFOUND;
	return idm_view_get(rewrite->view, key, len, value);
}

/* A record that is too large is refused here, before it can do harm. */
static enum idm_status
check_size(struct idm_str key, struct idm_str value, struct idm_err *err)
{
	if (key.len == 0 || key.len > IDM_KEY_MAX - IDM_KEY_END) {
		return idm_fail(err, IDM_EXHAUSTED,
		    "record's key has %zu bytes, the limit is %d", key.len,
		    IDM_KEY_MAX - IDM_KEY_END);
	}
	if (value.len > IDM_VALUE_MAX) {
		return idm_fail(err, IDM_EXHAUSTED,
		    "record has %zu bytes, the limit is %d", value.len,
		    IDM_VALUE_MAX);
	}
	return IDM_OK;
}

enum idm_status
idm_rewrite_put(struct idm_rewrite *rewrite, const char *key, size_t len,
    const void *value, size_t value_len, struct idm_err *err)
{
	struct idm_str name = { .data = key, .len = len };
	struct idm_str content = { .data = value, .len = value_len };
	enum idm_status status = check_whole(rewrite, err);

	if (status == IDM_OK)
		status = check_size(name, content, err);
	if (status != IDM_OK)
		return status;
	return idm_changes_put(rewrite->changes, name, content, err);
}

enum idm_status
idm_rewrite_delete(struct idm_rewrite *rewrite, const char *key, size_t len,
    struct idm_err *err)
{
	struct idm_str name = { .data = key, .len = len };
	enum idm_status status = check_whole(rewrite, err);
	struct idm_str value;

	if (status != IDM_OK)
		return status;
	status = idm_rewrite_get(rewrite, key, len, &value);
	if (status != IDM_OK)
		return idm_fail(err, status, "no such record");
	return idm_changes_remove(rewrite->changes, name, err);
}

enum idm_status
idm_rewrite_merge(struct idm_rewrite *rewrite, struct idm_changes *changes,
    struct idm_err *err)
{
	enum idm_status status = check_whole(rewrite, err);
	struct idm_change change;
	size_t at = 0;

	while (status == IDM_OK && idm_changes_next(changes, &at, &change))
		status = check_size(change.key, change.value, err);
	if (status != IDM_OK)
		return status;
	return idm_changes_move(rewrite->changes, changes, err);
}

/* Take a key's end off; false for the header's key, which has none. */
static bool
strip_end(struct idm_str *key)
{
	if (key->len <= IDM_KEY_END || key->data[key->len - IDM_KEY_END] != '#')
		return false;
	key->len -= IDM_KEY_END;
	return true;
}

typedef enum idm_status each_record(
    void *context, struct idm_str key, struct idm_str value, struct idm_err *);

/* What there is in the changes. */
static enum idm_status
each_changed(const struct idm_rewrite *rewrite, each_record *each,
    void *context, struct idm_err *err)
{
	enum idm_status status = IDM_OK;
	struct idm_change change;
	size_t at = 0;

	while (status == IDM_OK &&
	    idm_changes_next(rewrite->changes, &at, &change)) {
		if (!change.removed)
			status = each(context, change.key, change.value, err);
	}
	return status;
}

/* What stands in the file and is in no change. */
static enum idm_status
each_unchanged(const struct idm_rewrite *rewrite, each_record *each,
    void *context, struct idm_err *err)
{
	struct idm_walk walk = { 0 };
	struct idm_change change;
	struct idm_str key, value;
	enum idm_status status;

	while ((status = idm_view_next(
		    rewrite->view, &walk, &key, &value, err)) == IDM_OK) {
		if (!strip_end(&key) ||
		    idm_changes_find(rewrite->changes, key, &change))
			continue;
		status = each(context, key, value, err);
		if (status != IDM_OK)
			return status;
	}
	if (status != IDM_NOTFOUND)
		return idm_within(err, status, "%s", rewrite->path);
	return IDM_OK;
}

enum idm_status
idm_rewrite_each(const struct idm_rewrite *rewrite, each_record *each,
    void *context, struct idm_err *err)
{
	enum idm_status status = check_whole(rewrite, err);

	if (status == IDM_OK)
		status = each_changed(rewrite, each, context, err);
	if (status == IDM_OK && rewrite->view != NULL)
		status = each_unchanged(rewrite, each, context, err);
	return status;
}

/* Records that grow in number as they are collected for an image. */
struct collection {
	struct idm_image_record *record;
	size_t n;
	size_t size;
};

static enum idm_status
collect(struct collection *all, const struct idm_change *change,
    struct idm_err *err)
{
	if (all->n == all->size) {
		size_t size = all->size == 0 ? 64 : all->size * 2;
		struct idm_image_record *record = reallocarray(
		    all->record, size, sizeof(*record));

		if (record == NULL)
			return idm_fail(err, IDM_NOMEM, "out of memory");
		all->record = record;
		all->size = size;
	}
	all->record[all->n++] = (struct idm_image_record){
		.key = change->key.data,
		.key_len = (uint32_t)change->key.len,
		.value = change->value.data,
		.value_len = (uint32_t)change->value.len,
		.removed = change->removed,
	};
	return IDM_OK;
}

static enum idm_status
collect_each(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct idm_change change = { .key = key, .value = value };

	return collect(context, &change, err);
}

static bool
is_in_view(const struct idm_rewrite *rewrite, struct idm_str key)
{
	struct idm_str value;

	return idm_view_get(rewrite->view, key.data, key.len, &value) == IDM_OK;
}

/* The changes to the file in place, and what they add to its records. */
static enum idm_status
collect_changes(const struct idm_rewrite *rewrite, struct collection *all,
    int64_t *added, struct idm_err *err)
{
	enum idm_status status = IDM_OK;
	struct idm_change change;
	size_t at = 0;

	*added = 0;
	while (status == IDM_OK &&
	    idm_changes_next(rewrite->changes, &at, &change)) {
		bool exists = is_in_view(rewrite, change.key);

		if (change.removed && !exists)
			continue;
		*added += (change.removed ? -1 : 0) + (exists ? 0 : 1);
		status = collect(all, &change, err);
	}
	return status;
}

static enum idm_status
get_random(void *bytes, size_t len, struct idm_err *err)
{
	if (getrandom(bytes, len, 0) != (ssize_t)len)
		return idm_fail_errno(err, "getrandom");
	return IDM_OK;
}

/* The next version's header, but for the count of records and a new seed. */
static enum idm_status
next_header(const struct idm_rewrite *rewrite, struct idm_header *header,
    struct idm_err *err)
{
	*header = (struct idm_header){ .kind = (uint8_t)rewrite->kind };
	if (rewrite->view != NULL) {
		*header = *idm_view_header(rewrite->view);
	} else {
		enum idm_status status = get_random(
		    header->uuid, sizeof(header->uuid), err);

		if (status != IDM_OK)
			return status;
		/* RFC 9562: version 4, the common variant. */
		header->uuid[6] = (header->uuid[6] & 0x0f) | 0x40;
		header->uuid[8] = (header->uuid[8] & 0x3f) | 0x80;
	}
	header->major = IDM_MAP_MAJOR;
	header->minor = IDM_MAP_MINOR;
	header->generation++;
	header->time = (uint64_t)time(NULL);
	return IDM_OK;
}

static void
take_all(struct idm_image_job *job, const struct collection *all)
{
	job->record = all->record;
	job->n = all->n;
}

static enum idm_status
build(const struct idm_rewrite *rewrite, int fd, struct idm_header *header,
    struct collection *all, struct idm_image_job *job, struct idm_err *err)
{
	enum idm_status status;

	status = get_random(header->seed, sizeof(header->seed), err);
	if (status == IDM_OK)
		status = idm_rewrite_each(rewrite, collect_each, all, err);
	if (status != IDM_OK)
		return status;
	header->records = all->n + 1;
	take_all(job, all);
	return idm_image_build(fd, job, err);
}

/* Is this the file that we look at?  Nobody else has the lock. */
static enum idm_status
check_source(const struct idm_rewrite *rewrite, int fd, struct idm_err *err)
{
	const struct stat *seen = idm_view_stat(rewrite->view);
	struct stat st;

	if (fstat(fd, &st) == -1)
		return idm_fail_errno(err, "open");
	if (st.st_dev != seen->st_dev || st.st_ino != seen->st_ino) {
		return idm_fail(err, IDM_TEMPFAIL,
		    "was replaced without the lock meanwhile");
	}
	return IDM_OK;
}

static enum idm_status
open_source(const struct idm_rewrite *rewrite, int *out, struct idm_err *err)
{
	enum idm_status status;
	int fd;

	fd = idm_fd_above_stdio(openat(rewrite->dirfd, rewrite->name,
	    O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
	if (fd == -1)
		return idm_fail_errno(err, "open");
	status = check_source(rewrite, fd, err);
	if (status == IDM_OK)
		*out = fd;
	else
		(void)close(fd);
	return status;
}

static enum idm_status
update(const struct idm_rewrite *rewrite, int fd, struct idm_header *header,
    struct collection *all, struct idm_image_job *job, struct idm_err *err)
{
	enum idm_status status;
	int64_t added;
	int source = -1;

	status = open_source(rewrite, &source, err);
	if (status != IDM_OK)
		return status;
	status = collect_changes(rewrite, all, &added, err);
	if (status == IDM_OK) {
		header->records += (uint64_t)added;
		take_all(job, all);
		status = idm_image_update(source, fd, job, err);
	}
	(void)close(source);
	return status;
}

/* Is a new file cheaper or better than a copy with changes? */
static bool
shall_build(const struct idm_rewrite *rewrite)
{
	uint64_t records, changes, size;

	if (rewrite->view == NULL)
		return true;
	records = idm_view_header(rewrite->view)->records;
	changes = idm_changes_count(rewrite->changes);
	size = (uint64_t)idm_view_stat(rewrite->view)->st_size;
	return changes > records / BUILD_SHARE ||
	    idm_view_free(rewrite->view) > size / FREE_SHARE;
}

static enum idm_status
write_image(const struct idm_rewrite *rewrite, int fd,
    struct idm_image_job *job, struct idm_err *err)
{
	struct collection all = { 0 };
	struct idm_header header;
	enum idm_status status;

	status = next_header(rewrite, &header, err);
	if (status != IDM_OK)
		return status;
	job->header = &header;
	if (shall_build(rewrite))
		status = build(rewrite, fd, &header, &all, job, err);
	else
		status = update(rewrite, fd, &header, &all, job, err);
	if (status == IDM_OK)
		status = idm_readback(
		    rewrite->temp_path, job, rewrite->owner, err);
	free(all.record);
	return status;
}

/* Write the next version under its temporary name. */
static enum idm_status
write_temp(const struct idm_rewrite *rewrite, struct idm_image_job *job,
    struct idm_err *err)
{
	enum idm_status status;
	int fd;

	/* A message to a stderr that was closed must not go into the map. */
	fd = idm_fd_above_stdio(openat(rewrite->dirfd, rewrite->temp,
	    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
	if (fd == -1) {
		status = idm_fail_errno(err, "create %s", rewrite->temp);
		(void)unlinkat(rewrite->dirfd, rewrite->temp, 0);
		return status;
	}
	if (rewrite->owner != geteuid() &&
	    fchown(fd, rewrite->owner, (gid_t)-1) == -1)
		status = idm_fail_errno(err, "chown %s", rewrite->temp);
	else
		status = write_image(rewrite, fd, job, err);
	if (close(fd) == -1 && status == IDM_OK)
		status = idm_fail_errno(err, "close %s", rewrite->temp);
	if (status != IDM_OK)
		(void)unlinkat(rewrite->dirfd, rewrite->temp, 0);
	return status;
}

static enum idm_status
put_in_place(const struct idm_rewrite *rewrite, struct idm_err *err)
{
	struct idm_mark old = idm_mark_open(
	    rewrite->dirfd, rewrite->name, rewrite->view);
	enum idm_status status;

	status = idm_publish(
	    rewrite->dirfd, rewrite->temp, rewrite->name, MAP_MODE, &old, err);
	idm_mark_close(&old);
	return status;
}

enum idm_status
idm_rewrite_publish(const struct idm_rewrite *rewrite, idm_progress *progress,
    void *context, struct idm_err *err)
{
	struct idm_image_job job = {
		.progress = progress,
		.context = context,
	};
	enum idm_status status = check_whole(rewrite, err);

	if (status != IDM_OK)
		return status;
	status = write_temp(rewrite, &job, err);
	if (status == IDM_OK)
		status = put_in_place(rewrite, err);
	if (status != IDM_OK)
		return idm_within(err, status, "%s", rewrite->path);
	return IDM_OK;
}

void
idm_rewrite_restart(struct idm_rewrite *rewrite)
{
	idm_changes_clear(rewrite->changes);
	idm_view_close(&rewrite->view);
	/* What is published stays so: a failure is for the next call to say. */
	rewrite->broken = open_view(rewrite, NULL) != IDM_OK;
}

enum idm_status
idm_rewrite_refresh(struct idm_rewrite *rewrite, struct idm_err *err)
{
	enum idm_status status;

	idm_view_close(&rewrite->view);
	status = open_view(rewrite, err);
	return status == IDM_NOTFOUND ? IDM_OK : status;
}

void
idm_rewrite_sweep(const struct idm_rewrite *rewrite)
{
	(void)unlinkat(rewrite->dirfd, rewrite->temp, 0);
}

enum idm_status
idm_rewrite_commit(struct idm_rewrite *rewrite, idm_progress *progress,
    void *context, struct idm_err *err)
{
	enum idm_status status = check_whole(rewrite, err);

	if (status != IDM_OK)
		return status;
	if (rewrite->view != NULL && !idm_rewrite_changed(rewrite))
		return IDM_OK;
	status = idm_rewrite_publish(rewrite, progress, context, err);
	if (status == IDM_OK)
		idm_rewrite_restart(rewrite);
	return status;
}
