#include "resolve/held.h"

bool
idm_held_are(const struct idm_fetch *with)
{
	return (with->finder->settings->flags & IDM_DIRECTORY_HOLD) != 0;
}

static bool
read_record(bool is_group, struct idm_str record, struct idm_str *key,
    struct idm_sid *sid, uint32_t *id)
{
	struct idm_own_group group;
	struct idm_own_user user;

	if (is_group) {
		if (idm_own_group_open(record, &group, NULL) != IDM_OK)
			return false;
		*key = group.key;
		*sid = group.sid;
		*id = group.gid;
		return true;
	}
	if (idm_own_user_read(record, &user, NULL) != IDM_OK)
		return false;
	*key = user.key;
	*sid = user.sid;
	*id = user.uid;
	return true;
}

bool
idm_held_owner(const struct idm_fetch *with, bool is_group, uint32_t id,
    struct idm_str *key, struct idm_sid *sid)
{
	struct idm_cached cached;
	uint32_t its;

	return idm_cached_find_id(with->maps->cache,
		   is_group ? IDM_OWN_GID : IDM_OWN_UID, id,
		   &cached) == IDM_OK &&
	    read_record(is_group, cached.record, key, sid, &its);
}

/* By its SID, which stays when it is renamed; of who has none, by name. */
static bool
find_former(const struct idm_fetch *with, const struct idm_ownid *identity,
    uint32_t *id)
{
	const struct idm_view *cache = with->maps->cache;
	char text[IDM_SID_TEXT_MAX];
	struct idm_cached cached;
	struct idm_own_sid own;
	struct idm_str key;
	struct idm_sid sid;

	if (identity->sid.nsubs > 0 &&
	    idm_cached_find(cache, IDM_OWN_SID,
		idm_str_of(idm_sid_format(&identity->sid, text)),
		&cached) == IDM_OK &&
	    idm_own_sid_read(cached.record, &own, NULL) == IDM_OK &&
	    own.is_group == identity->is_group) {
		*id = own.id;
		return true;
	}
	return identity->key.len > 0 &&
	    idm_cached_find(cache,
		identity->is_group ? IDM_OWN_GROUP : IDM_OWN_USER,
		identity->key, &cached) == IDM_OK &&
	    read_record(identity->is_group, cached.record, &key, &sid, id);
}

void
idm_held_keep(const struct idm_fetch *with, struct idm_ownid *identity)
{
	uint32_t former;

	if (!idm_held_are(with) || !find_former(with, identity, &former) ||
	    former == identity->id || former < with->domain->low ||
	    former > with->domain->high)
		return;
	identity->said = identity->id;
	identity->id = former;
}
