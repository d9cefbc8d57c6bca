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
check_change(const struct idm_view *view, const struct idm_change *change,
    struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_view_get(view, change->key.data, change->key.len, &value);
	if (change->removed
		? st != IDM_NOTFOUND
		: st != IDM_OK || idm_str_compare(value, change->value) != 0)
		return differs("a record that was changed", err);
	return IDM_OK;
}

static enum idm_status
check_changes(const struct idm_view *view, const struct idm_changes *changes,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	struct idm_change change;
	size_t at = 0;

	while (st == IDM_OK && idm_changes_next(changes, &at, &change))
		st = check_change(view, &change, err);
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
idm_readback(const char *path, const struct idm_header *written, uid_t owner,
    const struct idm_changes *changes, struct idm_err *err)
{
	struct idm_view *view = NULL;
	enum idm_status st;

	st = idm_view_open(
	    path, (enum idm_map_kind)written->kind, &owner, 1, &view, err);
	if (st == IDM_CORRUPT)
		return differs("it is no map", err);
	if (st != IDM_OK)
		return st;
	st = check_header(view, written, err);
	if (st == IDM_OK)
		st = check_changes(view, changes, err);
	if (st == IDM_OK)
		st = count_records(view, err);
	idm_view_close(&view);
	return st;
}
