#include "backends/served.h"
#include "backends/backend.h"
#include "identity/id.h"
#include "map/host.h"

/* May the domain's numbers be ids of this kind? */
static bool
has_kind(const struct idm_domain *domain, uint8_t kind)
{
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);

	return backend != NULL &&
	    (backend->kind == kind || backend->kind == IDM_KIND_BOTH);
}

/* Has an override given somebody this number, which is in no range? */
static bool
is_overridden(const struct idm_maps *maps, uint32_t id)
{
	struct idm_str owner;

	return idm_host_override_by_id(maps->map, false, id, &owner, NULL) ==
	    IDM_OK ||
	    idm_host_override_by_id(maps->map, true, id, &owner, NULL) ==
	    IDM_OK;
}

/* The domain of an own identity whose number an override gives. */
static const struct idm_domain *
find_overridden(const struct idm_maps *maps, struct idm_str name, uint32_t id)
{
	const struct idm_domains *domains = &maps->domains;

	if (!is_overridden(maps, id))
		return NULL;
	for (uint32_t i = 0; i < domains->n; i++) {
		if (idm_str_is(name, domains->domain[i].name))
			return &domains->domain[i];
	}
	return NULL;
}

const struct idm_domain *
idm_served_domain(const struct idm_maps *maps, struct idm_str name, uint32_t id)
{
	const struct idm_domain *const *domain;
	uint32_t n;

	if (idm_domain_by_id(&maps->domains, id, &domain, &n) == NULL)
		return find_overridden(maps, name, id);
	for (uint32_t i = 0; i < n; i++) {
		if (idm_str_is(name, domain[i]->name) && id <= domain[i]->high)
			return domain[i];
	}
	return NULL;
}

static const struct idm_domain *
find_domain(const struct idm_maps *maps, struct idm_str name, uint32_t id,
    uint32_t floor, uint8_t kind)
{
	const struct idm_domain *domain;

	if (id < floor || idm_id_reserved(id) != NULL)
		return NULL;
	domain = idm_served_domain(maps, name, id);
	return domain != NULL && has_kind(domain, kind) ? domain : NULL;
}

/*
 * The primary group may be another domain's, but not none's: a group of this
 * host comes in by a rule, not by a record.
 */
bool
idm_served_admits_gid(const struct idm_maps *maps, uint32_t gid)
{
	struct idm_str owner;

	if (gid < maps->policy.gid_min || idm_id_reserved(gid) != NULL)
		return false;
	return idm_domain_by_id(&maps->domains, gid, NULL, NULL) != NULL ||
	    idm_host_override_by_id(maps->map, true, gid, &owner, NULL) ==
	    IDM_OK;
}

const struct idm_domain *
idm_served_admits_user(
    const struct idm_maps *maps, const struct idm_own_user *user)
{
	const struct idm_domain *domain = find_domain(
	    maps, user->domain, user->uid, maps->policy.uid_min, IDM_KIND_USER);

	return domain != NULL && idm_served_admits_gid(maps, user->gid) ? domain
									: NULL;
}

const struct idm_domain *
idm_served_admits_group(
    const struct idm_maps *maps, const struct idm_own_group *group)
{
	return find_domain(maps, group->domain, group->gid,
	    maps->policy.gid_min, IDM_KIND_GROUP);
}

static enum idm_status
read_user(
    const struct idm_maps *maps, struct idm_str value, struct idm_own_user *out)
{
	enum idm_status st = idm_own_user_open(value, out, NULL);

	if (st == IDM_OK && idm_served_admits_user(maps, out) == NULL)
		return IDM_NOTFOUND;
	return st;
}

static enum idm_status
read_group(const struct idm_maps *maps, struct idm_str value,
    struct idm_own_group *out)
{
	enum idm_status st = idm_own_group_open(value, out, NULL);

	if (st == IDM_OK && idm_served_admits_group(maps, out) == NULL)
		return IDM_NOTFOUND;
	return st;
}

/* A record under a key that is not its own is damage. */

enum idm_status
idm_served_user(
    const struct idm_maps *maps, struct idm_str key, struct idm_own_user *out)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_own_find(maps->map, IDM_OWN_USER, key, &value);
	if (st == IDM_OK)
		st = read_user(maps, value, out);
	if (st == IDM_OK && idm_str_compare(out->key, key) != 0)
		return IDM_CORRUPT;
	return st;
}

enum idm_status
idm_served_group(
    const struct idm_maps *maps, struct idm_str key, struct idm_own_group *out)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_own_find(maps->map, IDM_OWN_GROUP, key, &value);
	if (st == IDM_OK)
		st = read_group(maps, value, out);
	if (st == IDM_OK && idm_str_compare(out->key, key) != 0)
		return IDM_CORRUPT;
	return st;
}

enum idm_status
idm_served_user_by_id(
    const struct idm_maps *maps, uint32_t uid, struct idm_own_user *out)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_own_find_id(maps->map, IDM_OWN_UID, uid, &value);
	if (st == IDM_OK)
		st = read_user(maps, value, out);
	return st == IDM_OK && out->uid != uid ? IDM_CORRUPT : st;
}

enum idm_status
idm_served_group_by_id(
    const struct idm_maps *maps, uint32_t gid, struct idm_own_group *out)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_own_find_id(maps->map, IDM_OWN_GID, gid, &value);
	if (st == IDM_OK)
		st = read_group(maps, value, out);
	return st == IDM_OK && out->gid != gid ? IDM_CORRUPT : st;
}

bool
idm_served_private_group(const struct idm_maps *maps,
    const struct idm_own_user *user, struct idm_own_group *out)
{
	const struct idm_domain *domain = idm_served_domain(
	    maps, user->domain, user->uid);

	if (domain == NULL || (domain->flags & IDM_DOMAIN_USER_GROUPS) == 0 ||
	    !has_kind(domain, IDM_KIND_GROUP) ||
	    user->uid < maps->policy.gid_min)
		return false;
	*out = (struct idm_own_group){
		.name = user->name,
		.key = user->key,
		.domain = user->domain,
		.gid = user->uid,
		.sid = user->sid,
	};
	return true;
}
