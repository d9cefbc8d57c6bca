#include "backends/served.h"
#include "backends/backend.h"
#include "base/clock.h"
#include "identity/id.h"
#include "identity/name.h"
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

/* Is the domain's directory numbered by this one: by itself, or by "*"? */
static bool
is_numbered_by(const struct idm_maps *maps, const struct idm_domain *domain,
    const struct idm_domain *giver)
{
	return (domain->flags & IDM_DOMAIN_DIRECTORY) != 0 &&
	    idm_domain_giver(&maps->domains, domain) == giver;
}

/* The domain of that name that has its numbers from the catch-all. */
static const struct idm_domain *
find_of_catch_all(const struct idm_maps *maps, struct idm_str name)
{
	const struct idm_domains *domains = &maps->domains;
	const struct idm_domain *domain = idm_domain_by_name(domains, name);

	return domain != NULL && idm_str_is(name, domain->name) &&
		is_numbered_by(maps, domain, domains->catch_all)
	    ? domain
	    : NULL;
}

const struct idm_domain *
idm_served_domain(const struct idm_maps *maps, struct idm_str name, uint32_t id)
{
	const struct idm_domain *const *domain;
	const struct idm_domain *own = NULL;
	uint32_t n;

	if (idm_domain_by_id(&maps->domains, id, &domain, &n) == NULL)
		return find_overridden(maps, name, id);
	for (uint32_t i = 0; i < n && own == NULL; i++) {
		if (idm_str_is(name, domain[i]->name) && id <= domain[i]->high)
			own = domain[i];
		else if (domain[i] == maps->domains.catch_all)
			own = find_of_catch_all(maps, name);
	}
	return own;
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
idm_served_admits_next_gid(
    const struct idm_maps *maps, uint32_t gid, const struct idm_domain **last)
{
	struct idm_str owner;

	if (gid < maps->policy.gid_min || idm_id_reserved(gid) != NULL)
		return false;
	if (*last != NULL && gid >= (*last)->low && gid <= (*last)->high)
		return true;
	*last = idm_domain_by_id(&maps->domains, gid, NULL, NULL);
	return *last != NULL ||
	    idm_host_override_by_id(maps->map, true, gid, &owner, NULL) ==
	    IDM_OK;
}

bool
idm_served_admits_gid(const struct idm_maps *maps, uint32_t gid)
{
	const struct idm_domain *none = NULL;

	return idm_served_admits_next_gid(maps, gid, &none);
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

/* ---- Records of map.gdbm. */

/*
 * Those of a domain with a directory stand in the cache, and nobody else's do:
 * neither file speaks for what the other has.
 */
static bool
is_of_directory(const struct idm_domain *domain)
{
	return (domain->flags & IDM_DOMAIN_DIRECTORY) != 0;
}

static enum idm_status
read_user(
    const struct idm_maps *maps, struct idm_str value, struct idm_own_user *out)
{
	enum idm_status st = idm_own_user_open(value, out, NULL);
	const struct idm_domain *domain;

	if (st != IDM_OK)
		return st;
	domain = idm_served_admits_user(maps, out);
	return domain != NULL && !is_of_directory(domain) ? IDM_OK
							  : IDM_NOTFOUND;
}

static enum idm_status
read_group(const struct idm_maps *maps, struct idm_str value,
    struct idm_own_group *out)
{
	enum idm_status st = idm_own_group_open(value, out, NULL);
	const struct idm_domain *domain;

	if (st != IDM_OK)
		return st;
	domain = idm_served_admits_group(maps, out);
	return domain != NULL && !is_of_directory(domain) ? IDM_OK
							  : IDM_NOTFOUND;
}

/* A record under a key that is not its own is damage. */

static enum idm_status
find_user(
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

static enum idm_status
find_group(
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

static enum idm_status
find_user_by_id(
    const struct idm_maps *maps, uint32_t uid, struct idm_own_user *out)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_own_find_id(maps->map, IDM_OWN_UID, uid, &value);
	if (st == IDM_OK)
		st = read_user(maps, value, out);
	return st == IDM_OK && out->uid != uid ? IDM_CORRUPT : st;
}

static enum idm_status
find_group_by_id(
    const struct idm_maps *maps, uint32_t gid, struct idm_own_group *out)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_own_find_id(maps->map, IDM_OWN_GID, gid, &value);
	if (st == IDM_OK)
		st = read_group(maps, value, out);
	return st == IDM_OK && out->gid != gid ? IDM_CORRUPT : st;
}

/* ---- Records of the cache. */

bool
idm_served_counts(const struct idm_maps *maps, const struct idm_domain *domain,
    const struct idm_cached *cached)
{
	if ((cached->flags & IDM_CACHED_UNSURE) == 0)
		return true;
	return maps->sure != NULL &&
	    cached->when <= maps->sure[domain - maps->domains.domain];
}

/* Of a domain that is here as a whole, its records are as old as it is. */
enum idm_cached_age
idm_served_age(const struct idm_maps *maps, const struct idm_domain *domain,
    const struct idm_cached *cached)
{
	uint64_t now = idm_clock_seconds();
	struct idm_cached own = *cached;
	enum idm_cached_age age;
	struct idm_cached as_of;

	if (!idm_served_counts(maps, domain, cached))
		return IDM_CACHED_EXPIRED;
	if (cached->stamp != domain->stamp &&
	    cached->stamp == idm_domain_crowd(&maps->domains, domain))
		own.stamp = domain->stamp;
	age = idm_cached_age(&own, domain, now);
	if ((age == IDM_CACHED_STALE || age == IDM_CACHED_EXPIRED) &&
	    cached->stamp == domain->stamp &&
	    idm_cached_is_complete(maps->cache, domain, &as_of))
		age = idm_cached_age(&as_of, domain, now);
	return age;
}

/* Nothing is there: does that mean that there is nothing? */
static enum idm_status
be_absent(const struct idm_maps *maps, const struct idm_domain *domain,
    struct idm_served *served)
{
	struct idm_cached as_of;

	if (domain != NULL &&
	    idm_cached_is_complete(maps->cache, domain, &as_of) &&
	    idm_cached_age(&as_of, domain, idm_clock_seconds()) ==
		IDM_CACHED_FRESH)
		domain = NULL;
	served->directory = domain;
	served->age = IDM_CACHED_EXPIRED;
	served->flags = 0;
	return IDM_NOTFOUND;
}

/*
 * What a record of the cache is worth that was read with this status and is
 * the domain's: NULL, if it may not be served.  A damaged one is none, and
 * will be replaced when its directory was asked.
 */
static enum idm_status
be_cached(const struct idm_maps *maps, const struct idm_domain *domain,
    const struct idm_domain *own, enum idm_status st,
    const struct idm_cached *cached, struct idm_served *served)
{
	enum idm_cached_age age;

	if (st != IDM_OK || own == NULL || !is_of_directory(own))
		return be_absent(maps, domain, served);
	age = idm_served_age(maps, own, cached);
	if (age == IDM_CACHED_EXPIRED)
		return be_absent(maps, own, served);
	served->directory = own;
	served->age = age;
	served->flags = cached->flags;
	served->when = cached->when;
	return IDM_OK;
}

/*
 * Of a complete domain who is missing is not there; but letters beyond ASCII
 * are folded by idmapd alone, so a name with such is asked for all the same.
 */
static enum idm_status
unless_unfolded(enum idm_status st, const struct idm_windows *windows,
    struct idm_served *served)
{
	if (st == IDM_NOTFOUND && !idm_name_is_plain(windows->name))
		served->directory = windows->domain;
	return st;
}

static enum idm_status
find_cached_user(const struct idm_maps *maps, const struct idm_windows *windows,
    struct idm_own_user *out, struct idm_served *served)
{
	const struct idm_domain *own = NULL;
	struct idm_cached cached;
	enum idm_status st;

	st = idm_cached_find(maps->cache, IDM_OWN_USER, windows->key, &cached);
	if (st == IDM_OK)
		st = idm_own_user_open(cached.record, out, NULL);
	if (st == IDM_OK && idm_str_compare(out->key, windows->key) == 0)
		own = idm_served_admits_user(maps, out);
	if (own != windows->domain)
		own = NULL;
	st = be_cached(maps, windows->domain, own, st, &cached, served);
	return unless_unfolded(st, windows, served);
}

static enum idm_status
find_cached_group(const struct idm_maps *maps,
    const struct idm_windows *windows, struct idm_own_group *out,
    struct idm_served *served)
{
	const struct idm_domain *own = NULL;
	struct idm_cached cached;
	enum idm_status st;

	st = idm_cached_find(maps->cache, IDM_OWN_GROUP, windows->key, &cached);
	if (st == IDM_OK)
		st = idm_own_group_open(cached.record, out, NULL);
	if (st == IDM_OK && idm_str_compare(out->key, windows->key) == 0)
		own = idm_served_admits_group(maps, out);
	if (own != windows->domain)
		own = NULL;
	st = be_cached(maps, windows->domain, own, st, &cached, served);
	return unless_unfolded(st, windows, served);
}

static enum idm_status
find_own_of_equal(const struct idm_maps *maps,
    const struct idm_windows *windows, bool is_group, struct idm_served *served)
{
	struct idm_own_group group;
	struct idm_own_user user;
	enum idm_status st;

	st = is_group ? find_cached_group(maps, windows, &group, served)
		      : find_cached_user(maps, windows, &user, served);
	/* One that is only old is asked for again when it is served. */
	if (st == IDM_OK && served->age != IDM_CACHED_OUTDATED)
		served->directory = NULL;
	return IDM_NOTFOUND;
}

enum idm_status
idm_served_equal(const struct idm_maps *maps, const struct idm_windows *windows,
    bool is_group, struct idm_equal *out, struct idm_served *served)
{
	const struct idm_domain *own = NULL;
	struct idm_cached cached;
	enum idm_status st;

	*served = (struct idm_served){ .age = IDM_CACHED_FRESH };
	if (!idm_equal_any(windows->domain, is_group))
		return IDM_NOTFOUND;
	st = idm_cached_find(maps->cache,
	    is_group ? IDM_EQUAL_GROUP : IDM_EQUAL_USER, windows->key, &cached);
	if (st == IDM_OK)
		st = idm_equal_read(cached.record, out, NULL);
	if (st == IDM_OK && out->is_group == is_group &&
	    idm_str_is(out->domain, windows->domain->name))
		own = windows->domain;
	st = be_cached(maps, windows->domain, own, st, &cached, served);
	return st == IDM_OK
	    ? st
	    : find_own_of_equal(maps, windows, is_group, served);
}

enum idm_status
idm_served_native(const struct idm_maps *maps,
    const struct idm_windows *windows, bool is_group,
    const struct idm_domain *native, struct idm_equal *out,
    struct idm_served *served)
{
	char memory[IDM_OWN_MAX + IDM_DOMAIN_MAX + 8];
	const struct idm_domain *own = NULL;
	struct idm_cached cached;
	struct idm_buf handle;
	enum idm_status st;

	idm_buf_init_fixed(&handle, memory, sizeof(memory));
	idm_equal_put_windows(&handle, native, is_group, windows->key);
	st = idm_cached_find(maps->cache, IDM_EQUAL_HANDLE,
	    (struct idm_str){ handle.data, handle.len }, &cached);
	if (st == IDM_OK)
		st = idm_equal_read(cached.record, out, NULL);
	if (st == IDM_OK && out->is_group == is_group &&
	    idm_str_is(out->domain, native->name))
		own = native;
	st = be_cached(maps, native, own, st, &cached, served);
	if (st == IDM_NOTFOUND && !idm_name_is_plain(windows->name))
		served->directory = native;
	return st;
}

/* Of domains that share a range: is it this one's number? */
static bool
has_number(
    const struct idm_maps *maps, const struct idm_domain *domain, uint32_t id)
{
	struct idm_mapping mapping;

	return idm_backend_to_sid(maps, domain, id, IDM_KIND_BOTH, &mapping,
		   NULL, NULL) == IDM_OK;
}

/*
 * Whose directory may know of a number of the catch-all's: the SID's, or while
 * only the keeper knows that, the first that has numbers from there.
 */
static const struct idm_domain *
find_numbered(const struct idm_maps *maps, uint32_t id)
{
	const struct idm_domains *domains = &maps->domains;
	const struct idm_domain *giver = domains->catch_all;
	const struct idm_domain *own = NULL;
	struct idm_mapping mapping;

	if (idm_backend_to_sid(maps, giver, id, IDM_KIND_BOTH, &mapping, NULL,
		NULL) == IDM_OK) {
		own = idm_domain_by_sid(domains, &mapping.sid);
		return own != NULL && is_numbered_by(maps, own, giver) ? own
								       : NULL;
	}
	for (uint32_t i = 0; i < domains->n && own == NULL; i++) {
		if (is_numbered_by(maps, &domains->domain[i], giver))
			own = &domains->domain[i];
	}
	return own;
}

const struct idm_domain *
idm_served_directory(const struct idm_maps *maps, uint32_t id)
{
	const struct idm_domain *const *domain;
	const struct idm_domain *own = NULL;
	uint32_t n;

	if (!maps->has_directory ||
	    idm_domain_by_id(&maps->domains, id, &domain, &n) == NULL)
		return NULL;
	for (uint32_t i = 0; i < n && own == NULL; i++) {
		if (is_of_directory(domain[i]) && id <= domain[i]->high &&
		    (n == 1 || has_number(maps, domain[i], id)))
			own = domain[i];
		else if (domain[i] == maps->domains.catch_all)
			own = find_numbered(maps, id);
	}
	return own;
}

/* Do only directories know of the number, so that map.gdbm need not be asked?
 */
static bool
is_directories(const struct idm_maps *maps, uint32_t id)
{
	const struct idm_domain *const *domain;
	uint32_t n;

	if (!maps->has_directory ||
	    idm_domain_by_id(&maps->domains, id, &domain, &n) == NULL)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (!is_of_directory(domain[i]))
			return false;
	}
	return true;
}

static enum idm_status
find_cached_user_by_id(const struct idm_maps *maps, uint32_t uid,
    struct idm_own_user *out, struct idm_served *served)
{
	const struct idm_domain *own = NULL;
	struct idm_cached cached;
	enum idm_status st;

	st = idm_cached_find_id(maps->cache, IDM_OWN_UID, uid, &cached);
	if (st == IDM_OK)
		st = idm_own_user_open(cached.record, out, NULL);
	if (st == IDM_OK && out->uid == uid)
		own = idm_served_admits_user(maps, out);
	if (own != NULL && is_of_directory(own))
		return be_cached(maps, own, own, st, &cached, served);
	return be_absent(maps, idm_served_directory(maps, uid), served);
}

static enum idm_status
find_cached_group_by_id(const struct idm_maps *maps, uint32_t gid,
    struct idm_own_group *out, struct idm_served *served)
{
	const struct idm_domain *own = NULL;
	struct idm_cached cached;
	enum idm_status st;

	st = idm_cached_find_id(maps->cache, IDM_OWN_GID, gid, &cached);
	if (st == IDM_OK)
		st = idm_own_group_open(cached.record, out, NULL);
	if (st == IDM_OK && out->gid == gid)
		own = idm_served_admits_group(maps, out);
	if (own != NULL && is_of_directory(own))
		return be_cached(maps, own, own, st, &cached, served);
	return be_absent(maps, idm_served_directory(maps, gid), served);
}

/* ---- Wherever they stand. */

static const struct idm_served compiled = { .age = IDM_CACHED_FRESH };

enum idm_status
idm_served_user(const struct idm_maps *maps, const struct idm_windows *windows,
    struct idm_own_user *out, struct idm_served *served)
{
	if (is_of_directory(windows->domain))
		return find_cached_user(maps, windows, out, served);
	*served = compiled;
	return find_user(maps, windows->key, out);
}

enum idm_status
idm_served_group(const struct idm_maps *maps, const struct idm_windows *windows,
    struct idm_own_group *out, struct idm_served *served)
{
	if (is_of_directory(windows->domain))
		return find_cached_group(maps, windows, out, served);
	*served = compiled;
	return find_group(maps, windows->key, out);
}

/* An override may give a number that is in no domain's range. */
enum idm_status
idm_served_user_by_id(const struct idm_maps *maps, uint32_t uid,
    struct idm_own_user *out, struct idm_served *served)
{
	enum idm_status st = IDM_NOTFOUND;

	*served = compiled;
	if (!is_directories(maps, uid))
		st = find_user_by_id(maps, uid, out);
	if (st != IDM_NOTFOUND || !maps->has_directory)
		return st;
	return find_cached_user_by_id(maps, uid, out, served);
}

enum idm_status
idm_served_group_by_id(const struct idm_maps *maps, uint32_t gid,
    struct idm_own_group *out, struct idm_served *served)
{
	enum idm_status st = IDM_NOTFOUND;

	*served = compiled;
	if (!is_directories(maps, gid))
		st = find_group_by_id(maps, gid, out);
	if (st != IDM_NOTFOUND || !maps->has_directory)
		return st;
	return find_cached_group_by_id(maps, gid, out, served);
}

enum idm_status
idm_served_gids(const struct idm_maps *maps, const struct idm_own_user *user,
    struct idm_cursor *gids, uint32_t *n, struct idm_served *served)
{
	const struct idm_domain *domain = NULL;
	struct idm_cached cached;
	struct idm_str value;
	enum idm_status st;

	*served = compiled;
	if (maps->has_directory)
		domain = idm_served_domain(maps, user->domain, user->uid);
	if (domain == NULL || !is_of_directory(domain)) {
		st = idm_own_find(
		    maps->map, IDM_OWN_MEMBERSHIP, user->key, &value);
		return st == IDM_OK ? idm_own_gids_read(value, gids, n, NULL)
				    : st;
	}
	st = idm_cached_find(
	    maps->cache, IDM_OWN_MEMBERSHIP, user->key, &cached);
	if (st == IDM_OK)
		st = idm_own_gids_read(cached.record, gids, n, NULL);
	return be_cached(maps, domain, domain, st, &cached, served);
}

enum idm_status
idm_served_sid(const struct idm_maps *maps, const struct idm_sid *sid,
    struct idm_own_sid *out, struct idm_served *served)
{
	const struct idm_domain *domain = NULL;
	char text[IDM_SID_TEXT_MAX];
	struct idm_cached cached;
	struct idm_str value;
	enum idm_status st;

	*served = compiled;
	(void)idm_sid_format(sid, text);
	if (maps->has_directory)
		domain = idm_domain_by_sid(&maps->domains, sid);
	if (domain == NULL || !is_of_directory(domain)) {
		st = idm_own_find(
		    maps->map, IDM_OWN_SID, idm_str_of(text), &value);
		return st == IDM_OK ? idm_own_sid_read(value, out, NULL) : st;
	}
	st = idm_cached_find(
	    maps->cache, IDM_OWN_SID, idm_str_of(text), &cached);
	if (st == IDM_OK)
		st = idm_own_sid_read(cached.record, out, NULL);
	if (st == IDM_OK && !idm_str_is(out->domain, domain->name))
		st = IDM_CORRUPT;
	return be_cached(maps, domain, domain, st, &cached, served);
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
