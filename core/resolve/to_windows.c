#include <string.h>

#include "resolve/directory.h"
#include "resolve/service.h"

/* ---- Which UNIX account it is. */

/* The own identity of that name: its id. */
static enum idm_status
find_own(struct idm_inquiry *inquiry, bool is_group)
{
	const struct idm_view *map = inquiry->maps->map;
	struct idm_resolved *unix = inquiry->unix;
	char memory[IDM_FOLDED_MAX];
	struct idm_str key = idm_inquiry_fold(idm_str_of(unix->name), memory);
	struct idm_own_group group;
	struct idm_own_user user;
	struct idm_str value;

	if (is_group) {
		if (idm_own_find(map, IDM_OWN_GROUP, key, &value) != IDM_OK ||
		    idm_own_group_read(value, &group, NULL) != IDM_OK)
			return IDM_NOTFOUND;
		unix->id = group.gid;
		return IDM_OK;
	}
	if (idm_own_find(map, IDM_OWN_USER, key, &value) != IDM_OK ||
	    idm_own_user_read(value, &user, NULL) != IDM_OK)
		return IDM_NOTFOUND;
	unix->id = user.uid;
	return IDM_OK;
}

static enum idm_status
find_account(struct idm_inquiry *inquiry, struct idm_err *err)
{
	bool is_group = inquiry->unix_kind == IDM_KIND_GROUP;
	struct idm_resolved *unix = inquiry->unix;
	enum idm_status st;

	/* What it is called is looked up when somebody asks. */
	if (unix->has_id)
		return IDM_OK;
	st = idm_inquiry_local_id(
	    inquiry, idm_str_of(unix->name), is_group, &unix->id, err);
	if (st == IDM_NOTFOUND)
		st = find_own(inquiry, is_group);
	if (st == IDM_NOTFOUND)
		st = idm_inquiry_directory_id(inquiry, err);
	if (st == IDM_NOTFOUND)
		st = idm_inquiry_service_id(inquiry, err);
	if (st == IDM_NOTFOUND) {
		return idm_inquiry_stop(inquiry, st, IDM_REASON_NO_ACCOUNT, err,
		    "there is no UNIX %s '%s'", is_group ? "group" : "user",
		    unix->name);
	}
	if (st != IDM_OK) {
		inquiry->out->reason = IDM_REASON_UNAVAILABLE;
		return st;
	}
	unix->has_id = true;
	return IDM_OK;
}

/* ---- Well-known ids. */

static bool
is_hard_wired(
    const struct idm_inquiry *inquiry, const struct idm_wellknown *row)
{
	bool is_group = inquiry->unix_kind == IDM_KIND_GROUP;
	uint32_t id = inquiry->unix->id;

	switch ((enum idm_wk_map)row->map) {
	case IDM_WK_FREE:
	case IDM_WK_INHIBITED:
		break;
	case IDM_WK_UID:
		return !is_group && id == row->id;
	case IDM_WK_GID:
		return is_group && id == row->id;
	case IDM_WK_NOBODY:
		/* A domain's ids are not asked of a file. */
		return idm_domain_by_id(
			   &inquiry->maps->domains, id, NULL, NULL) == NULL &&
		    id == idm_inquiry_nobody(inquiry, is_group);
	}
	return false;
}

static const struct idm_wellknown *
find_hard_wired(const struct idm_inquiry *inquiry)
{
	const struct idm_wellknown *row;
	unsigned n;

	row = idm_wellknown_all(&n);
	for (unsigned i = 0; i < n; i++)
		if (is_hard_wired(inquiry, &row[i]))
			return &row[i];
	return NULL;
}

static enum idm_status
well_known(struct idm_inquiry *inquiry, struct idm_err *err)
{
	uint8_t asked = inquiry->win_kind;
	const struct idm_wellknown *row;
	enum idm_status st;

	if (!idm_inquiry_is_ephemeral(inquiry))
		return IDM_NOTFOUND;
	row = find_hard_wired(inquiry);
	if (row == NULL)
		return IDM_NOTFOUND;
	st = idm_sid_parse(idm_str_of(row->sid), &inquiry->win->sid, err);
	if (st != IDM_OK)
		return st;
	/* Anonymous Logon is nobody's user and group, both. */
	inquiry->win_kind = row->map == IDM_WK_NOBODY ? inquiry->unix_kind
						      : IDM_KIND_BOTH;
	idm_inquiry_name_sid(inquiry);
	if (asked != IDM_KIND_BOTH && asked != inquiry->win_kind)
		return idm_inquiry_wrong_kind(inquiry, asked, err);
	inquiry->out->kind = inquiry->unix_kind;
	return idm_inquiry_found(
	    inquiry, IDM_METHOD_WELL_KNOWN, IDM_SOURCE_HARD_CODED);
}

/* ---- Overrides. */

/* Whom an override gives the number: a SID, or name@domain. */
static enum idm_status
take_key(struct idm_inquiry *inquiry, struct idm_str key, struct idm_err *err)
{
	struct idm_winname name;
	enum idm_status st;

	inquiry->win_kind = inquiry->unix_kind;
	if (memchr(key.data, '@', key.len) == NULL) {
		st = idm_sid_parse(key, &inquiry->win->sid, err);
		if (st == IDM_OK)
			idm_inquiry_name_sid(inquiry);
		return st;
	}
	st = idm_winname_split(key, &name, err);
	if (st == IDM_OK)
		idm_inquiry_name_text(inquiry, name.name, name.domain);
	return st;
}

static enum idm_status
override(struct idm_inquiry *inquiry, struct idm_err *err)
{
	bool is_group = inquiry->unix_kind == IDM_KIND_GROUP;
	uint8_t asked = inquiry->win_kind;
	struct idm_str key;
	enum idm_status st;

	st = idm_host_override_by_id(
	    inquiry->maps->map, is_group, inquiry->unix->id, &key, err);
	if (st == IDM_OK)
		st = take_key(inquiry, key, err);
	if (st == IDM_NOTFOUND)
		return st;
	if (st != IDM_OK) {
		inquiry->out->reason = IDM_REASON_UNAVAILABLE;
		return st;
	}
	if (asked != IDM_KIND_BOTH && asked != inquiry->win_kind)
		return idm_inquiry_wrong_kind(inquiry, asked, err);
	inquiry->out->kind = inquiry->unix_kind;
	return idm_inquiry_found(
	    inquiry, IDM_METHOD_OVERRIDE, IDM_SOURCE_CACHE);
}

/* ---- The host's own. */

static enum idm_status
local_sid(struct idm_inquiry *inquiry, struct idm_err *err)
{
	bool is_group = inquiry->unix_kind == IDM_KIND_GROUP;
	struct idm_resolved *win = inquiry->win;
	enum idm_status st;

	if (inquiry->machine.sid.nsubs == 0) {
		return idm_inquiry_stop(inquiry, IDM_NOTFOUND,
		    IDM_REASON_NO_MAPPING, err,
		    "no rule maps it, and this host has no machine SID yet: "
		    "see 'idmap machine'");
	}
	st = idm_local_sid(
	    &inquiry->machine, inquiry->unix->id, is_group, &win->sid, err);
	if (st == IDM_NOTFOUND) {
		return idm_inquiry_stop(inquiry, st, IDM_REASON_NO_MAPPING, err,
		    "no rule maps it, and no local SID has room for it");
	}
	if (st != IDM_OK) {
		inquiry->out->reason = IDM_REASON_UNAVAILABLE;
		return st;
	}
	if (inquiry->win_kind != IDM_KIND_BOTH &&
	    inquiry->win_kind != inquiry->unix_kind)
		return idm_inquiry_wrong_kind(inquiry, inquiry->win_kind, err);
	inquiry->win_kind = inquiry->unix_kind;
	inquiry->out->kind = inquiry->unix_kind;
	idm_inquiry_copy(
	    win->name, sizeof(win->name), idm_str_of(inquiry->unix->name));
	if (inquiry->resolver->host != NULL)
		idm_inquiry_copy(win->domain, sizeof(win->domain),
		    idm_str_of(inquiry->resolver->host));
	return idm_inquiry_found(
	    inquiry, IDM_METHOD_LOCAL_SID, IDM_SOURCE_ALGORITHMIC);
}

enum idm_status
idm_inquiry_to_windows(struct idm_inquiry *inquiry, struct idm_err *err)
{
	static enum idm_status (*const steps[])(
	    struct idm_inquiry *, struct idm_err *) = {
		well_known,
		override,
		idm_inquiry_equal_to_windows,
		idm_inquiry_rules_to_windows,
		idm_inquiry_domain_to_windows,
		local_sid,
	};
	enum idm_status st;

	idm_inquiry_say(inquiry, "start");
	st = find_account(inquiry, err);
	if (st == IDM_OK && inquiry->by_name)
		idm_inquiry_need_name(inquiry);
	for (size_t i = 0; i < IDM_COUNTOF(steps) && st == IDM_OK; i++) {
		st = steps[i](inquiry, err);
		if (st != IDM_NOTFOUND ||
		    inquiry->out->reason != IDM_REASON_NONE)
			return st;
		st = IDM_OK;
	}
	return st;
}
