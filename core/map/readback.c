#include <string.h>

#include "map/readback.h"
#include "map/view.h"

static enum idm_status
differs(const char *what, struct idm_err *err)
{
	return idm_fail(err, IDM_SYSTEM,
	    "the new version does not read as it was written: %s", what);
}

static enum idm_status
check_header(const struct idm_view *view, const struct idm_header *written,
    struct idm_err *err)
{
	const struct idm_header *read = idm_view_header(view);

	if (read->generation != written->generation ||
	    read->records != written->records ||
	    memcmp(read->seed, written->seed, sizeof(read->seed)) != 0)
		return differs("its header", err);
	return IDM_OK;
}

static enum idm_status
check_record(const struct idm_view *view, const struct idm_image_record *record,
    struct idm_err *err)
{
	struct idm_str written = { record->value, record->value_len };
	struct idm_str value;
	enum idm_status st;

	st = idm_view_get(view, record->key, record->key_len, &value);
	if (record->removed
		? st != IDM_NOTFOUND
		: st != IDM_OK || idm_str_compare(value, written) != 0)
		return differs("a record that was changed", err);
	return IDM_OK;
}

static enum idm_status
check_records(const struct idm_view *view, const struct idm_image_job *job,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < job->n && st == IDM_OK; i++) {
		idm_image_fetch(job, i);
		st = check_record(view, &job->record[i], err);
	}
	return st;
}

static enum idm_status
count_records(const struct idm_view *view, struct idm_err *err)
{
	struct idm_walk walk = { 0 };
	struct idm_str value;
	struct idm_str key;
	uint64_t n = 0;
	enum idm_status st;

	while ((st = idm_view_next(view, &walk, &key, &value, err)) == IDM_OK)
		n++;
	if (st != IDM_NOTFOUND)
		return differs("its buckets", err);
	if (n != idm_view_header(view)->records)
		return differs("the number of its records", err);
	return IDM_OK;
}

enum idm_status
idm_readback(const char *path, const struct idm_image_job *job, uid_t owner,
    struct idm_err *err)
{
	struct idm_view *view = NULL;
	enum idm_status st;

	st = idm_view_open(
	    path, (enum idm_map_kind)job->header->kind, &owner, 1, &view, err);
	if (st == IDM_CORRUPT)
		return differs("it is no map", err);
	if (st != IDM_OK)
		return st;
	st = check_header(view, job->header, err);
	if (st == IDM_OK)
		st = check_records(view, job, err);
	if (st == IDM_OK)
		st = count_records(view, err);
	idm_view_close(&view);
	return st;
}
