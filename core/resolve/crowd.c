#include <stdlib.h>
#include <string.h>

#include "backends/backend.h"
#include "backends/served.h"
#include "resolve/crowd.h"
#include "resolve/elsewhere.h"
#include "resolve/equals.h"

/* Wishes that are put to the allocator at once. */
#define WISHES_MAX 1024u

/* Room for one more; NULL: out of memory. */
static void *
grow(void *array, size_t n, size_t *room, size_t size)
{
	size_t more = *room == 0 ? 32 : 2 * *room;
	void *grown;

	if (n < *room)
		return array;
	grown = reallocarray(array, more, size);
	if (grown != NULL)
		*room = more;
	return grown;
}

static enum idm_status
no_memory(struct idm_err *err)
{
	return idm_fail(err, IDM_NOMEM, "out of memory");
}

void
idm_crowd_fini(struct idm_crowd *crowd)
{
	free(crowd->gid);
	free(crowd->local);
	free(crowd->member);
	free(crowd->wish);
	free(crowd->sid);
}

/* ---- A user's groups. */

const uint32_t *
idm_crowd_gids(const struct idm_crowd *crowd)
{
	static const uint32_t none;

	return crowd->gid == NULL ? &none : crowd->gid;
}

enum idm_status
idm_crowd_add_gid(struct idm_crowd *crowd, uint32_t gid, struct idm_err *err)
{
	size_t room = crowd->gids_room;
	uint32_t *grown = grow(crowd->gid, crowd->ngids, &room, sizeof(gid));

	if (grown == NULL)
		return no_memory(err);
	crowd->gid = grown;
	crowd->gids_room = (uint32_t)room;
	crowd->gid[crowd->ngids++] = gid;
	return IDM_OK;
}

static int
compare_gid(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a;
	uint32_t other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

void
idm_crowd_settle(struct idm_crowd *crowd, uint32_t primary)
{
	const struct idm_bearer *bearer = crowd->bearer;
	uint32_t n = 0;

	if (crowd->ngids == 0)
		return;
	qsort(crowd->gid, crowd->ngids, sizeof(*crowd->gid), compare_gid);
	for (uint32_t i = 0; i < crowd->ngids; i++) {
		uint32_t gid = crowd->gid[i];

		if (gid == primary || (n > 0 && crowd->gid[n - 1] == gid) ||
		    idm_taken_id(bearer->taken, true, gid) ||
		    !idm_served_admits_gid(bearer->realm.maps, gid))
			continue;
		crowd->gid[n++] = gid;
	}
	crowd->ngids = n;
}

static enum idm_status
grant_wishes(struct idm_crowd *crowd, struct idm_err *err)
{
	size_t n = crowd->nwishes;
	struct idm_grant *granted;
	enum idm_status st;

	if (n == 0)
		return IDM_OK;
	crowd->nwishes = 0;
	granted = calloc(n, sizeof(*granted));
	if (granted == NULL)
		return no_memory(err);
	st = idm_ownid_grant(
	    crowd->bearer->with->allocator, crowd->wish, n, granted, err);
	if (st == IDM_TEMPFAIL) { /* nobody gives numbers now */
		crowd->is_partial = true;
		free(granted);
		return IDM_OK;
	}
	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		if (granted[i].status == IDM_OK)
			st = idm_crowd_add_gid(crowd, granted[i].id, err);
		else
			crowd->is_partial = true;
	}
	free(granted);
	return st;
}

static enum idm_status
wish_for(
    struct idm_crowd *crowd, const struct idm_ownid *group, struct idm_err *err)
{
	struct idm_wish *grown = grow(
	    crowd->wish, crowd->nwishes, &crowd->wishes_room, sizeof(*grown));

	if (grown == NULL)
		return no_memory(err);
	crowd->wish = grown;
	crowd->wish[crowd->nwishes++] = idm_ownid_wish(group);
	return crowd->nwishes == WISHES_MAX ? grant_wishes(crowd, err) : IDM_OK;
}

/* A group of which no more is known than its SID, of any domain. */
static enum idm_status
number_sid(const struct idm_crowd *crowd, struct idm_ownid *group,
    bool *needs_grant, struct idm_err *err)
{
	struct idm_realm realm = crowd->bearer->realm;
	enum idm_status st;

	group->key = idm_str_of("");
	realm.domain = idm_domain_by_sid(&realm.maps->domains, &group->sid);
	if (realm.domain == NULL)
		return idm_fail(err, IDM_TEMPFAIL, "its domain is not known");
	st = idm_host_override_of(realm.maps->map, true, &group->sid,
	    group->key, &group->override, err);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	return idm_ownid_number(&realm, group, needs_grant, err);
}

static enum idm_status
remember_sid(
    struct idm_crowd *crowd, const struct idm_sid *sid, struct idm_err *err)
{
	struct idm_sid *grown;

	if (sid->nsubs == 0 || crowd->bearer->with->elsewhere == NULL)
		return IDM_OK;
	grown = grow(crowd->sid, crowd->nsids, &crowd->sids_room, sizeof(*sid));
	if (grown == NULL)
		return no_memory(err);
	crowd->sid = grown;
	crowd->sid[crowd->nsids++] = *sid;
	return IDM_OK;
}

static enum idm_status
add_local(struct idm_crowd *crowd, struct idm_str name, struct idm_err *err)
{
	struct idm_str kept = idm_pool_text(crowd->bearer->realm.pool, name);
	struct idm_str *grown;

	if (crowd->nlocals == IDM_EQUAL_LOCALS_MAX) {
		crowd->is_partial = true;
		return IDM_OK;
	}
	grown = grow(
	    crowd->local, crowd->nlocals, &crowd->locals_room, sizeof(*grown));
	if (grown == NULL || kept.data == NULL)
		return no_memory(err);
	crowd->local = grown;
	crowd->local[crowd->nlocals++] = kept;
	return IDM_OK;
}

/* The directory may say that it is a group of this host.  IDM_NOTFOUND. */
static enum idm_status
take_equal(
    struct idm_crowd *crowd, const struct idm_facts *facts, struct idm_err *err)
{
	struct idm_equal equal;
	enum idm_status st;

	st = idm_equals_of(crowd->bearer, facts, &equal, err);
	if (st != IDM_OK)
		return st;
	if (!idm_equal_is_alias(&equal, crowd->bearer->realm.domain))
		return IDM_NOTFOUND;
	return equal.login[1].len > 0 ? add_local(crowd, equal.login[1], err)
				      : IDM_OK;
}

/* Who has no number in the directory is no group here. */
static enum idm_status
take_group(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct idm_crowd *crowd = context;
	struct idm_ownid group = { .is_group = true, .sid = facts->sid };
	bool needs_grant = false;
	enum idm_status st;

	st = remember_sid(crowd, &facts->sid, err);
	if (st != IDM_OK)
		return st;
	st = facts->name.len == 0 ? IDM_NOTFOUND
				  : take_equal(crowd, facts, err);
	if (st != IDM_NOTFOUND)
		return st;
	if (facts->name.len == 0) {
		st = number_sid(crowd, &group, &needs_grant, err);
		if (st == IDM_TEMPFAIL)
			st = idm_elsewhere_number(crowd, &group, err);
	} else {
		st = idm_bearer_name(crowd->bearer, facts, &group, err);
		if (st == IDM_OK)
			st = idm_bearer_number(
			    crowd->bearer, facts, &group, &needs_grant, err);
	}
	if (st == IDM_TEMPFAIL)
		crowd->is_partial = true;
	if (st == IDM_TEMPFAIL || st == IDM_REFUSED)
		return IDM_OK;
	if (st != IDM_OK)
		return st;
	return needs_grant ? wish_for(crowd, &group, err)
			   : idm_crowd_add_gid(crowd, group.id, err);
}

enum idm_status
idm_crowd_foreign(struct idm_crowd *crowd, struct idm_str dn,
    const struct idm_sid *sid, size_t n, struct idm_err *err)
{
	bool is_partial = false;
	enum idm_status st;

	st = idm_find_foreign_groups(crowd->bearer->with->finder, dn, sid, n,
	    take_group, crowd, &is_partial, err);
	if (st == IDM_OK)
		st = grant_wishes(crowd, err);
	crowd->is_partial = crowd->is_partial || is_partial;
	return st;
}

enum idm_status
idm_crowd_groups(struct idm_crowd *crowd, const struct idm_facts *user,
    uint32_t primary, struct idm_err *err)
{
	const struct idm_fetch *with = crowd->bearer->with;
	struct idm_finder finder = *with->finder;
	bool is_partial = false;
	enum idm_status st;

	finder.sids_suffice = !idm_bearer_has_numbers(with->domain) &&
	    !idm_equal_any(with->domain, true);
	st = idm_find_groups(
	    &finder, user, take_group, crowd, &is_partial, err);
	if (st == IDM_OK)
		st = grant_wishes(crowd, err);
	crowd->is_partial = crowd->is_partial || is_partial;
	if (st == IDM_OK)
		st = remember_sid(crowd, &user->sid, err);
	if (st == IDM_OK)
		st = idm_elsewhere_groups(crowd, user, err);
	if (st == IDM_OK)
		idm_crowd_settle(crowd, primary);
	return st;
}

/* ---- A group's members. */

/* shown stays as long as the bearer's pool. */
static enum idm_status
add_member(struct idm_crowd *crowd, struct idm_str shown, struct idm_err *err)
{
	struct idm_str *grown = grow(crowd->member, crowd->nmembers,
	    &crowd->members_room, sizeof(*grown));

	if (grown == NULL)
		return no_memory(err);
	crowd->member = grown;
	crowd->member[crowd->nmembers++] = shown;
	return IDM_OK;
}

enum idm_status
idm_crowd_add_member(
    struct idm_crowd *crowd, struct idm_str shown, struct idm_err *err)
{
	struct idm_str copy = idm_pool_text(crowd->bearer->realm.pool, shown);

	return copy.data == NULL ? no_memory(err)
				 : add_member(crowd, copy, err);
}

/* What is known of it here, that counts. */
static bool
find_sid(const struct idm_maps *maps, const struct idm_sid *sid,
    struct idm_str text, struct idm_cached *out)
{
	const struct idm_domain *domain;

	if (idm_own_find(maps->map, IDM_OWN_SID, text, &out->record) == IDM_OK)
		return true;
	domain = idm_domain_by_sid(&maps->domains, sid);
	return domain != NULL &&
	    idm_cached_find(maps->cache, IDM_OWN_SID, text, out) == IDM_OK &&
	    idm_served_counts(maps, domain, out);
}

/* Of another domain: a user whom somebody has asked for, or who is asked. */
static enum idm_status
add_foreign(
    struct idm_crowd *crowd, const struct idm_sid *sid, struct idm_err *err)
{
	const struct idm_bearer *bearer = crowd->bearer;
	const struct idm_maps *maps = bearer->realm.maps;
	char memory[IDM_SID_TEXT_MAX];
	struct idm_str text = idm_str_of(idm_sid_format(sid, memory));
	struct idm_cached cached;
	struct idm_own_sid own;

	if (!find_sid(maps, sid, text, &cached) ||
	    idm_own_sid_read(cached.record, &own, NULL) != IDM_OK ||
	    own.is_group)
		return idm_elsewhere_member(crowd, sid, err);
	return idm_crowd_add_member(crowd, own.shown, err);
}

/* May a user without a number be told of? */
static bool
is_told(const struct idm_crowd *crowd, const struct idm_facts *facts,
    const struct idm_ownid *user)
{
	const struct idm_fetch *with = crowd->bearer->with;

	return facts->has_id || user->override.has_id || facts->dn.len == 0 ||
	    with->numbers != NULL || !idm_bearer_has_numbers(with->domain) ||
	    (with->finder->settings->flags & IDM_DIRECTORY_ALL_MEMBERS) != 0;
}

/* Whom his directory says to be an account of this host is in its groups. */
static bool
is_alias(const struct idm_crowd *crowd, const struct idm_facts *facts)
{
	struct idm_equal equal;

	return idm_equals_of(crowd->bearer, facts, &equal, NULL) == IDM_OK &&
	    idm_equal_is_alias(&equal, crowd->bearer->realm.domain);
}

enum idm_status
idm_crowd_member(
    struct idm_crowd *crowd, const struct idm_facts *facts, struct idm_err *err)
{
	struct idm_ownid user;
	enum idm_status st;

	if (facts->name.len == 0 && facts->sid.nsubs == 0)
		return idm_elsewhere_entry(crowd, facts->dn, err);
	if (facts->name.len == 0)
		return add_foreign(crowd, &facts->sid, err);
	if (facts->dn.len > 0 && is_alias(crowd, facts))
		return IDM_OK;
	st = idm_bearer_name(crowd->bearer, facts, &user, err);
	if (st == IDM_REFUSED)
		return IDM_OK;
	/* The account's name is lent; of it, only folded copies are kept. */
	if (st == IDM_OK && is_told(crowd, facts, &user))
		st = add_member(crowd, user.shown, err);
	return st;
}

static enum idm_status
take_member(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	return idm_crowd_member(context, facts, err);
}

enum idm_status
idm_crowd_members(
    struct idm_crowd *crowd, const struct idm_facts *group, struct idm_err *err)
{
	bool is_partial = false;
	enum idm_status st;

	st = idm_find_members(crowd->bearer->with->finder, group, take_member,
	    crowd, &is_partial, err);
	crowd->is_partial = crowd->is_partial || is_partial;
	return st;
}
