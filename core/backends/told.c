#include "backends/told.h"
#include "backends/served.h"
#include "map/cached.h"
#include "map/own.h"

/* A record of the names file, or else one of the cache, without its front. */
static enum idm_status
find(const struct idm_backend_case *which,
    const char prefix[static IDM_OWN_PREFIX], struct idm_str text,
    struct idm_str *out)
{
	const struct idm_maps *maps = which->maps;
	struct idm_cached cached;
	enum idm_status st = IDM_NOTFOUND;

	if (maps->map != NULL)
		st = idm_own_find(maps->map, prefix, text, out);
	if (st != IDM_NOTFOUND)
		return st;
	st = idm_cached_find(maps->cache, prefix, text, &cached);
	if (st == IDM_OK && !idm_served_counts(maps, which->domain, &cached))
		return IDM_NOTFOUND;
	if (st == IDM_OK)
		*out = cached.record;
	return st;
}

static enum idm_status
find_id(const struct idm_backend_case *which,
    const char prefix[static IDM_OWN_PREFIX], uint32_t id, struct idm_str *out)
{
	const struct idm_maps *maps = which->maps;
	struct idm_cached cached;
	enum idm_status st = IDM_NOTFOUND;

	if (maps->map != NULL)
		st = idm_own_find_id(maps->map, prefix, id, out);
	if (st != IDM_NOTFOUND)
		return st;
	st = idm_cached_find_id(maps->cache, prefix, id, &cached);
	if (st == IDM_OK && !idm_served_counts(maps, which->domain, &cached))
		return IDM_NOTFOUND;
	if (st == IDM_OK)
		*out = cached.record;
	return st;
}

/* Is all that the directory has in the cache, by the policy of today? */
static bool
is_complete(const struct idm_backend_case *which)
{
	const struct idm_domain *domain = which->domain;
	struct idm_cached_domain known;
	struct idm_str value;

	return which->maps->cache != NULL &&
	    idm_own_find(which->maps->cache, IDM_CACHED_DOMAIN,
		idm_str_of(domain->name), &value) == IDM_OK &&
	    idm_cached_domain_read(value, &known, NULL) == IDM_OK &&
	    known.is_complete && known.stamp == domain->stamp;
}

static enum idm_status
not_told(const struct idm_backend_case *which, struct idm_err *err)
{
	if (is_complete(which))
		return idm_fail(err, IDM_NOTFOUND,
		    "the directory of domain '%s' has none",
		    which->domain->name);
	return idm_fail(err, IDM_TEMPFAIL,
	    "it stands in the directory of domain '%s', which was not asked",
	    which->domain->name);
}

enum idm_status
idm_told_to_id(const struct idm_backend_case *which, const struct idm_sid *sid,
    struct idm_mapping *out, bool *needs_place, struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_own_sid record;
	struct idm_str value;
	enum idm_status st;

	*needs_place = false;
	st = find(
	    which, IDM_OWN_SID, idm_str_of(idm_sid_format(sid, text)), &value);
	if (st == IDM_OK)
		st = idm_own_sid_read(value, &record, err);
	if (st == IDM_NOTFOUND ||
	    (st == IDM_OK && !idm_str_is(record.domain, which->domain->name)))
		return not_told(which, err);
	if (st != IDM_OK)
		return idm_within(err, st, "cache: %s", text);
	out->sid = *sid;
	out->id = record.id;
	out->kind = record.is_group ? IDM_KIND_GROUP : IDM_KIND_USER;
	return IDM_OK;
}

static enum idm_status
to_user(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	struct idm_own_user user;
	struct idm_str value;
	enum idm_status st;

	st = find_id(which, IDM_OWN_UID, id, &value);
	if (st == IDM_OK)
		st = idm_own_user_read(value, &user, err);
	if (st != IDM_OK || !idm_str_is(user.domain, which->domain->name))
		return st == IDM_OK ? IDM_NOTFOUND : st;
	*out = (struct idm_mapping){ user.sid, id, IDM_KIND_USER };
	return IDM_OK;
}

static enum idm_status
to_group(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	struct idm_own_group group;
	struct idm_str value;
	enum idm_status st;

	st = find_id(which, IDM_OWN_GID, id, &value);
	if (st == IDM_OK)
		st = idm_own_group_open(value, &group, err);
	if (st != IDM_OK || !idm_str_is(group.domain, which->domain->name))
		return st == IDM_OK ? IDM_NOTFOUND : st;
	*out = (struct idm_mapping){ group.sid, id, IDM_KIND_GROUP };
	return IDM_OK;
}

enum idm_status
idm_told_to_sid(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	struct idm_mapping mapping;
	enum idm_status st = IDM_NOTFOUND;

	if (which->want != IDM_KIND_GROUP)
		st = to_user(which, id, &mapping, err);
	if (st == IDM_NOTFOUND && which->want != IDM_KIND_USER)
		st = to_group(which, id, &mapping, err);
	if (st == IDM_NOTFOUND)
		return not_told(which, err);
	if (st != IDM_OK)
		return idm_within(err, st, "cache: id %lu", (unsigned long)id);
	if (mapping.sid.nsubs == 0)
		return idm_fail(err, IDM_NOTFOUND,
		    "the directory of domain '%s' gives it no SID",
		    which->domain->name);
	*out = mapping;
	return IDM_OK;
}
