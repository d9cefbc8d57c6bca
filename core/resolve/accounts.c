#include <string.h>

#include "identity/account.h"
#include "resolve/inquiry.h"

/* What most systems have, where a host does not say. */
#define NOBODY_ID 65534u

enum idm_status
idm_inquiry_local_id(const struct idm_inquiry *inquiry, struct idm_str name,
    bool is_group, uint32_t *id, struct idm_err *err)
{
	const char *dir = inquiry->resolver->account_dir;
	struct idm_account_group group;
	struct idm_account account;
	enum idm_status st;

	if (is_group) {
		st = idm_account_group_by_name(dir, name, &group, err);
		if (st == IDM_OK)
			*id = group.gid;
		return st;
	}
	st = idm_account_by_name(dir, name, &account, err);
	if (st == IDM_OK)
		*id = account.uid;
	return st;
}

enum idm_status
idm_inquiry_local_name(struct idm_inquiry *inquiry, bool is_group, uint32_t id,
    struct idm_err *err)
{
	const char *dir = inquiry->resolver->account_dir;
	struct idm_resolved *unix = inquiry->unix;
	struct idm_account_group group;
	struct idm_account account;
	enum idm_status st;

	if (is_group) {
		st = idm_account_group_by_gid(dir, id, &group, err);
		if (st == IDM_OK)
			idm_inquiry_copy(unix->name, sizeof(unix->name),
			    idm_str_of(group.name));
		return st;
	}
	st = idm_account_by_uid(dir, id, &account, err);
	if (st == IDM_OK)
		idm_inquiry_copy(
		    unix->name, sizeof(unix->name), idm_str_of(account.name));
	return st;
}

bool
idm_inquiry_own_by_id(struct idm_inquiry *inquiry, bool is_group, uint32_t id,
    struct idm_sid *sid)
{
	const struct idm_view *map = inquiry->maps->map;
	struct idm_resolved *unix = inquiry->unix;
	struct idm_own_group group;
	struct idm_own_user user;
	struct idm_str value;

	if (is_group) {
		if (idm_own_find_id(map, IDM_OWN_GID, id, &value) != IDM_OK ||
		    idm_own_group_read(value, &group, NULL) != IDM_OK)
			return false;
		idm_inquiry_copy(unix->name, sizeof(unix->name), group.name);
		*sid = group.sid;
		return true;
	}
	if (idm_own_find_id(map, IDM_OWN_UID, id, &value) != IDM_OK ||
	    idm_own_user_read(value, &user, NULL) != IDM_OK)
		return false;
	idm_inquiry_copy(unix->name, sizeof(unix->name), user.name);
	*sid = user.sid;
	return true;
}

void
idm_inquiry_need_name(struct idm_inquiry *inquiry)
{
	struct idm_resolved *unix = inquiry->unix;
	bool is_group = inquiry->unix_kind == IDM_KIND_GROUP;
	struct idm_sid sid;

	if (unix->name[0] != '\0' ||
	    idm_inquiry_local_name(inquiry, is_group, unix->id, NULL) == IDM_OK)
		return;
	(void)idm_inquiry_own_by_id(inquiry, is_group, unix->id, &sid);
}

bool
idm_inquiry_override(
    const struct idm_inquiry *inquiry, bool is_group, uint32_t *id)
{
	struct idm_override override;
	char memory[IDM_FOLDED_MAX];

	if (idm_host_override_of(inquiry->maps->map, is_group,
		&inquiry->win->sid, idm_inquiry_key(inquiry, memory), &override,
		NULL) != IDM_OK ||
	    !override.has_id)
		return false;
	*id = override.id;
	return true;
}

uint32_t
idm_inquiry_nobody(const struct idm_inquiry *inquiry, bool is_group)
{
	struct idm_account account;

	if (idm_account_by_name(inquiry->resolver->account_dir,
		idm_str_of("nobody"), &account, NULL) != IDM_OK)
		return NOBODY_ID;
	return is_group ? account.gid : account.uid;
}
