#include <sys/stat.h>

#include <errno.h>

#include "base/attr.h"
#include "map/verify.h"

#include "cli/maps.h"
#include "cli/policy.h"
#include "cli/store.h"

static enum idm_status
open_as_owner(const char *path, struct idm_view **view, struct idm_err *err)
{
	static const enum idm_map_kind kinds[] = { IDM_MAP_POLICY,
		IDM_MAP_USERS, IDM_MAP_STATE, IDM_MAP_CACHE };
	enum idm_status status;
	struct stat st;

	if (stat(path, &st) == -1) {
		if (errno == ENOENT) {
			return idm_fail(
			    err, IDM_NOTFOUND, "%s: no such file", path);
		}
		return idm_fail_errno(err, "%s", path);
	}
	for (size_t i = 0; i < IDM_COUNTOF(kinds); i++) {
		status = idm_view_open(
		    path, kinds[i], &st.st_uid, 1, view, NULL);
		if (status == IDM_OK)
			return status;
	}
	return idm_view_open(path, IDM_MAP_POLICY, &st.st_uid, 1, view, err);
}

/* The keepers stand in the policy; without one nobody is trusted. */
static enum idm_status
open_users(const char *path, struct idm_view **view, struct idm_err *err)
{
	struct idm_view *map = NULL;
	struct idm_policy policy;
	enum idm_status st;

	st = store_open(STORE_MAP_PATH, STORE_MAP, &map, err);
	if (st != IDM_OK)
		return idm_within(err, st, "%s cannot be judged", path);
	st = cli_policy_read(map, &policy, err);
	idm_view_close(&map);
	if (st != IDM_OK)
		return st;
	return idm_view_open(
	    path, IDM_MAP_USERS, policy.keeper, policy.nkeepers, view, err);
}

enum idm_status
store_open(const char *path, enum store_file which, struct idm_view **view,
    struct idm_err *err)
{
	const uid_t root = 0;
	enum idm_status st = IDM_INVALID;

	switch (which) {
	case STORE_MAP:
		st = idm_view_open(path, IDM_MAP_POLICY, &root, 1, view, err);
		return st == IDM_OK ? st : cli_advise(err, st);
	case STORE_USERS:
		return open_users(path, view, err);
	case STORE_ANY:
		return open_as_owner(path, view, err);
	}
	return st;
}

/* Keep the first finding. */
static void
keep_first(void *context, const char *text)
{
	struct idm_err *first = context;

	if (first->status == IDM_OK)
		(void)idm_fail(first, IDM_CORRUPT, "%s", text);
}

enum idm_status
store_whole(const struct idm_view *view, const char *path, struct idm_err *err)
{
	struct idm_err first = { .status = IDM_OK };
	struct idm_verify_report report = {
		.finding = keep_first,
		.context = &first,
	};
	enum idm_status st;

	st = idm_verify(view, &report, err);
	if (st != IDM_OK)
		return idm_within(err, st, "%s", path);
	if (report.findings > 0) {
		return idm_fail(err, IDM_CORRUPT,
		    "%s: %s (%llu findings in all)", path, first.text,
		    (unsigned long long)report.findings);
	}
	return IDM_OK;
}
