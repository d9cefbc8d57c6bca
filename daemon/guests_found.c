#include <stdlib.h>
#include <string.h>

#include "backends/served.h"
#include "base/clock.h"
#include "daemon/abroad.h"
#include "daemon/guests_parts.h"

enum idm_status
guests_note(struct guests *guests, struct idm_str dn, uint64_t handle,
    struct idm_err *err)
{
	struct guest *grown;
	struct idm_sid sid;

	if (!guests->is_on || !idm_find_is_foreign(&guests->finder, dn, &sid) ||
	    places_find(&guests->by_handle, handle) != PLACES_NONE)
		return IDM_OK;
	grown = guests_grow(
	    guests->guest, guests->n, &guests->room, sizeof(*grown));
	if (grown == NULL)
		return guests_no_memory(err);
	guests->guest = grown;
	grown[guests->n].handle = handle;
	grown[guests->n].dn = idm_pool_text(guests->pool, dn);
	if (grown[guests->n].dn.data == NULL ||
	    !places_add(&guests->by_handle, handle, (uint32_t)guests->n))
		return guests_no_memory(err);
	guests->n++;
	return IDM_OK;
}

struct idm_str
guests_dn(const struct guests *guests, uint64_t handle)
{
	uint32_t at = places_find(&guests->by_handle, handle);

	return at == PLACES_NONE ? idm_str_of("") : guests->guest[at].dn;
}

uint64_t
guests_handle(struct idm_str shown)
{
	return roll_handle(shown, false);
}

/* One whom a guest stands for. */
static enum idm_status
add_name(void *context, struct idm_str shown, struct idm_err *err)
{
	struct guests *guests = context;
	struct roll_user user = {
		.entry = { .handle = guests_handle(shown), .is_guest = true },
		.shown = shown,
	};
	enum idm_status st = IDM_OK;

	user.entry.key = idm_str_of("");
	if (roll_find_user(guests->roll, user.entry.handle) == ROLL_NONE)
		st = roll_add_user(guests->roll, &user, NULL, err);
	return st == IDM_OK ? guests_add_member(guests, user.entry.handle, err)
			    : st;
}

static enum idm_status
add_guest(struct guests *guests, const struct guest *guest, unsigned doubt,
    struct idm_err *err)
{
	const struct roll_group group = {
		.entry = { .handle = guest->handle, .is_out = true },
		.doubt = doubt,
	};

	return guests_add_group(guests, &group, err);
}

/*
 * All users of the domain itself that its group has.  Those of others are left
 * out: whom two groups have of each other would never go.
 */
static enum idm_status
add_members(struct guests *guests, const struct idm_domain *domain,
    struct idm_str record, struct idm_err *err)
{
	struct idm_own_group group;
	enum idm_status st = IDM_OK;

	if (idm_own_group_read(record, &group, NULL) != IDM_OK)
		return IDM_OK;
	for (uint32_t i = 0; i < group.nmembers && st == IDM_OK; i++) {
		struct idm_str shown = idm_cursor_str(&group.members);

		if (guests_domain_of_name(guests_maps(guests), shown) == domain)
			st = add_name(guests, shown, err);
	}
	return st;
}

/* By SID, in the cache, which has all of the domain. */
static enum idm_status
find_kept(struct guests *guests, const struct idm_domain *domain,
    const struct idm_sid *sid, struct idm_err *err)
{
	const struct idm_maps *maps = guests_maps(guests);
	struct idm_served served;
	struct idm_cached cached;
	struct idm_own_sid own;

	if (idm_served_sid(maps, sid, &own, &served) != IDM_OK)
		return IDM_OK;
	if (!own.is_group)
		return add_name(guests, own.shown, err);
	if (idm_cached_find_id(maps->cache, IDM_OWN_GID, own.id, &cached) !=
	    IDM_OK)
		return IDM_OK;
	return add_members(guests, domain, cached.record, err);
}

/* The same by DN: whose entry it is must be looked for. */
static enum idm_status
take_entry(struct guests *guests, const struct idm_domain *domain,
    const struct idm_cached_entry *entry, struct idm_err *err)
{
	bool is_group = (entry->flags & IDM_ENTRY_GROUP) != 0;
	uint32_t at = places_find(&guests->by_handle, entry->handle);
	struct idm_own_user user;
	struct idm_cached cached;
	enum idm_status st = IDM_OK;

	if (at == PLACES_NONE || (entry->flags & IDM_ENTRY_OUT) != 0 ||
	    idm_cached_find(guests_maps(guests)->cache,
		is_group ? IDM_OWN_GROUP : IDM_OWN_USER, entry->key,
		&cached) != IDM_OK)
		return IDM_OK;
	guests->nmembers = 0;
	if (is_group)
		st = add_members(guests, domain, cached.record, err);
	else if (idm_own_user_open(cached.record, &user, NULL) == IDM_OK)
		st = add_name(guests, user.name, err);
	return st == IDM_OK ? add_guest(guests, &guests->guest[at], 0, err)
			    : st;
}

static enum idm_status
find_entries(
    struct guests *guests, const struct idm_domain *domain, struct idm_err *err)
{
	struct idm_cached_entry entry;
	struct idm_walk walk = { 0 };
	enum idm_status st = IDM_OK;

	while (st == IDM_OK &&
	    guests_next_entry(guests, domain, &walk, &entry) == IDM_OK)
		st = take_entry(guests, domain, &entry, err);
	return st;
}

/* IDM_TEMPFAIL: its directory does not tell. */
static enum idm_status
ask(struct guests *guests, struct idm_str dn, const struct idm_sid *sid,
    struct idm_err *err)
{
	struct abroad abroad = { guests->moment, guests->finder.now };
	const struct idm_elsewhere elsewhere = abroad_lends(&abroad);
	struct idm_finder finder = *guests->with.finder;
	struct idm_fetch with = guests->with;
	struct idm_facts facts = { .sid = *sid };
	bool is_partial = false;
	enum idm_status st;

	facts.name = idm_str_of("");
	facts.dn = sid->nsubs > 0 ? idm_str_of("") : dn;
	finder.deadline = idm_clock_ms() + finder.settings->timeout_ms;
	with.finder = &finder;
	with.elsewhere = &elsewhere;
	st = idm_fetch_member(
	    &with, &facts, add_name, guests, &is_partial, err);
	if (st == IDM_OK && is_partial)
		return idm_fail(err, IDM_TEMPFAIL, "not all is told");
	return st;
}

/* Whom one that was noted stands for, unless find_entries() has told. */
static enum idm_status
find_one(struct guests *guests, size_t at, struct idm_err *err)
{
	const struct guest guest = guests->guest[at];
	const struct idm_domain *domain;
	unsigned doubt = 0;
	struct idm_sid sid;
	enum idm_status st = IDM_OK;

	if (!idm_find_is_foreign(&guests->finder, guest.dn, &sid) ||
	    roll_find_group(guests->roll, guest.handle) != ROLL_NONE)
		return IDM_OK;
	domain = sid.nsubs > 0
	    ? idm_domain_by_sid(&guests_maps(guests)->domains, &sid)
	    : guests_domain_of_dn(guests, guest.dn);
	guests->nmembers = 0;
	if (domain == NULL)
		return add_guest(guests, &guest, ROLL_PARTIAL, err);
	if (guests_has(guests, domain)) {
		if (sid.nsubs > 0)
			st = find_kept(guests, domain, &sid, err);
	} else if ((domain->flags & IDM_DOMAIN_DIRECTORY) != 0 &&
	    ((domain->flags & IDM_DOMAIN_REPLICATE) != 0 || !guests->may_ask)) {
		doubt = ROLL_AS_IT_WAS;
	} else {
		st = ask(guests, guest.dn, &sid, err);
		if (st == IDM_NOMEM)
			return st;
		if (st != IDM_OK) {
			guests->is_silent = true;
			doubt = ROLL_AS_IT_WAS | ROLL_PARTIAL;
		}
		st = IDM_OK;
	}
	if (doubt != 0)
		guests_keep(guests, domain);
	return st == IDM_OK ? add_guest(guests, &guest, doubt, err) : st;
}

/* Does a group name somebody of the domain by DN? */
static bool
has_entries(const struct guests *guests, const struct idm_domain *domain)
{
	struct idm_sid sid;

	for (size_t i = 0; i < guests->n; i++) {
		struct idm_str dn = guests->guest[i].dn;

		if (idm_find_is_foreign(&guests->finder, dn, &sid) &&
		    sid.nsubs == 0 && guests_domain_of_dn(guests, dn) == domain)
			return true;
	}
	return false;
}

enum idm_status
guests_find(struct guests *guests, struct idm_err *err)
{
	const struct idm_domains *domains = &guests_maps(guests)->domains;
	enum idm_status st = IDM_OK;

	for (uint32_t i = 0; i < domains->n && guests->n > 0 && st == IDM_OK;
	     i++) {
		const struct idm_domain *domain = &domains->domain[i];

		if (guests_has(guests, domain) &&
		    domain != guests->with.domain &&
		    has_entries(guests, domain))
			st = find_entries(guests, domain, err);
	}
	for (size_t i = 0; i < guests->n && st == IDM_OK; i++)
		st = find_one(guests, i, err);
	return st;
}
