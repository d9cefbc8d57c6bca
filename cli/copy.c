#include <string.h>

#include "cli/copy.h"

#define KEY_END 9 /* '#' and eight hex digits */

static bool
is_header(struct idm_str key)
{
	return idm_str_is(key, "idmap");
}

enum idm_status
copy_records(const struct idm_view *view, struct idm_rewrite *rewrite,
    struct idm_err *err)
{
	struct idm_walk walk = { 0 };
	struct idm_str value;
	struct idm_str key;
	enum idm_status st;

	while ((st = idm_view_next(view, &walk, &key, &value, err)) == IDM_OK) {
		if (is_header(key))
			continue;
		if (key.len <= KEY_END) {
			return idm_fail(
			    err, IDM_CORRUPT, "a key without its end");
		}
		st = idm_rewrite_put(rewrite, key.data, key.len - KEY_END,
		    value.data, value.len, err);
		if (st != IDM_OK)
			return st;
	}
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

enum idm_status
copy_clear(struct idm_rewrite *rewrite, struct idm_err *err)
{
	const struct idm_view *view = idm_rewrite_view(rewrite);
	struct idm_walk walk = { 0 };
	struct idm_str value;
	struct idm_str key;
	enum idm_status st;

	if (view == NULL)
		return IDM_OK;
	while ((st = idm_view_next(view, &walk, &key, &value, err)) == IDM_OK) {
		if (is_header(key) || key.len <= KEY_END)
			continue;
		st = idm_rewrite_delete(
		    rewrite, key.data, key.len - KEY_END, err);
		if (st != IDM_OK)
			return st;
	}
	return st == IDM_NOTFOUND ? IDM_OK : st;
}
