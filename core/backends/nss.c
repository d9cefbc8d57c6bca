#include <string.h>

#include "backends/backends.h"
#include "map/own.h"

/*
 * Numbers that another name service has: they are asked for by name when the
 * domain's names file is compiled ("idmap apply"), and stand in the records of
 * own identities from then on.  So nobody waits for that service here.
 */

static const struct idm_backend_option options[] = {
	{
	    .name = "services",
	    .brief = "name services to ask, as in nsswitch.conf",
	    .type = IDM_OPTION_TEXT,
	    .value = "files",
	},
	{
	    .name = "linked_service",
	    .brief = "the same in TrueNAS' words",
	    .type = IDM_OPTION_WORD,
	    .words = (const char *const[]){ "LOCAL_ACCOUNT", "LDAP", "NIS",
		NULL },
	},
	{ .name = NULL },
};

static enum idm_status
find(const struct idm_backend_case *which, const char prefix[IDM_OWN_PREFIX],
    const struct idm_sid *sid, struct idm_own_sid *out, struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_str value;
	enum idm_status st;

	/* Without a map, as who compares domains has it, it knows nobody. */
	if (which->maps->map == NULL)
		return idm_fail(err, IDM_NOTFOUND, "there is no map");
	st = idm_own_find(which->maps->map, prefix,
	    idm_str_of(idm_sid_format(sid, text)), &value);
	if (st == IDM_OK)
		st = idm_own_sid_read(value, out, err);
	else
		st = idm_fail(err, st, "no account of the names file has it");
	if (st != IDM_OK)
		return st;
	if (!idm_str_is(out->domain, which->domain->name)) {
		return idm_fail(err, IDM_NOTFOUND, "it is of domain '%.*s'",
		    (int)out->domain.len, out->domain.data);
	}
	return IDM_OK;
}

static enum idm_status
to_id(const struct idm_backend_case *which, const struct idm_sid *sid,
    struct idm_mapping *out, bool *needs_place, struct idm_err *err)
{
	struct idm_own_sid own;
	enum idm_status st;

	(void)needs_place;
	st = find(which, IDM_OWN_SID, sid, &own, err);
	if (st != IDM_OK)
		return st;
	out->id = own.id;
	out->kind = own.is_group ? IDM_KIND_GROUP : IDM_KIND_USER;
	return IDM_OK;
}

static enum idm_status
sid_of_user(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	struct idm_own_user user;
	struct idm_str value;
	enum idm_status st;

	st = idm_own_find_id(which->maps->map, IDM_OWN_UID, id, &value);
	if (st == IDM_OK)
		st = idm_own_user_read(value, &user, err);
	if (st != IDM_OK)
		return st;
	if (!idm_str_is(user.domain, which->domain->name) ||
	    user.sid.nsubs == 0)
		return IDM_NOTFOUND;
	out->sid = user.sid;
	out->kind = IDM_KIND_USER;
	return IDM_OK;
}

static enum idm_status
sid_of_group(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	struct idm_own_group group;
	struct idm_str value;
	enum idm_status st;

	st = idm_own_find_id(which->maps->map, IDM_OWN_GID, id, &value);
	if (st == IDM_OK)
		st = idm_own_group_read(value, &group, err);
	if (st != IDM_OK)
		return st;
	if (!idm_str_is(group.domain, which->domain->name) ||
	    group.sid.nsubs == 0)
		return IDM_NOTFOUND;
	out->sid = group.sid;
	out->kind = IDM_KIND_GROUP;
	return IDM_OK;
}

static enum idm_status
to_sid(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	enum idm_status st = IDM_NOTFOUND;

	if (which->want != IDM_KIND_GROUP)
		st = sid_of_user(which, id, out, err);
	if (st == IDM_NOTFOUND && which->want != IDM_KIND_USER)
		st = sid_of_group(which, id, out, err);
	if (st == IDM_NOTFOUND) {
		return idm_fail(err, st,
		    "no account of the names file has id %lu",
		    (unsigned long)id);
	}
	return st;
}

const struct idm_backend idm_backend_nss_row = {
	.name = "nss",
	.brief = "the number that another name service has for the name",
	.id = IDM_BACKEND_NSS,
	.for_domain = true,
	.needs_sid = true,
	.needs_range = true,
	.kind = IDM_KIND_BOTH,
	.options = options,
	.to_id = to_id,
	.to_sid = to_sid,
};
