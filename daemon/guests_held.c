#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "daemon/guests_parts.h"
#include "map/siphash.h"

#define LIST_MS 60000 /* for all groups of another domain */

/* Others' entries stand beside those that the domain itself names so. */
#define ABROAD UINT64_C(0x9e3779b97f4a7c15)

static uint64_t
hash_of(const struct idm_sid *sid)
{
	char text[IDM_SID_TEXT_MAX];
	const char *shown = idm_sid_format(sid, text);

	return idm_siphash(
	    (const uint8_t *)GUESTS_HASH_KEY, shown, strlen(shown));
}

static enum idm_status
want(struct guests *guests, const struct idm_sid *sid, uint64_t handle,
    struct idm_err *err)
{
	uint64_t hash = hash_of(sid);
	uint32_t first = places_find(&guests->by_sid, hash);
	uint32_t at = (uint32_t)guests->nwanted;
	struct guests_wanted *grown;

	for (uint32_t i = first == PLACES_NONE ? 0 : first + 1; i != 0;
	     i = guests->wanted[i - 1].next) {
		if (guests->wanted[i - 1].handle == handle)
			return IDM_OK;
	}
	grown = guests_grow(guests->wanted, guests->nwanted,
	    &guests->wanted_room, sizeof(*grown));
	if (grown == NULL)
		return guests_no_memory(err);
	guests->wanted = grown;
	grown[guests->nwanted++] = (struct guests_wanted){
		.sid = *sid,
		.handle = handle,
		.next = first == PLACES_NONE ? 0 : first + 1,
	};
	if (first != PLACES_NONE) {
		places_set(&guests->by_sid, hash, at);
		return IDM_OK;
	}
	return places_add(&guests->by_sid, hash, at) ? IDM_OK
						     : guests_no_memory(err);
}

enum idm_status
guests_meet(struct guests *guests, const struct idm_sid *sid, uint64_t handle,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	uint32_t at;

	if (guests->nwanted == 0 || sid->nsubs == 0)
		return IDM_OK;
	at = places_find(&guests->by_sid, hash_of(sid));
	for (uint32_t i = at == PLACES_NONE ? 0 : at + 1;
	     i != 0 && st == IDM_OK; i = guests->wanted[i - 1].next) {
		const struct guests_wanted *wanted = &guests->wanted[i - 1];
		const struct roll_group alias = {
			.entry = { .handle = wanted->handle, .is_out = true },
		};

		if (!idm_sid_equal(&wanted->sid, sid))
			continue;
		guests->nmembers = 0;
		st = guests_add_member(guests, handle, err);
		if (st == IDM_OK)
			st = guests_add_group(guests, &alias, err);
	}
	return st;
}

/* A group of another domain, while it is looked at. */
struct holder {
	const struct idm_finder *finder; /* of its domain */
	uint64_t handle;
	bool holds; /* somebody of the domain itself, or another that does */
};

/* One whom it names.  All of them are members, when it holds somebody. */
static enum idm_status
look_at(struct guests *guests, struct holder *holder, uint64_t member,
    struct idm_err *err)
{
	if (roll_find_group(guests->roll, member ^ ABROAD) != ROLL_NONE)
		holder->holds = true;
	return guests_add_member(guests, member ^ ABROAD, err);
}

/* And one who is not of its own domain. */
static enum idm_status
look_at_foreign(struct guests *guests, struct holder *holder, struct idm_str dn,
    struct idm_err *err)
{
	const struct idm_domain *own = guests->with.domain;
	struct idm_sid sid;

	if (!idm_find_is_foreign(holder->finder, dn, &sid))
		return IDM_OK;
	if (sid.nsubs == 0) {
		if (guests_domain_of_dn(guests, dn) != own)
			return IDM_OK;
		holder->holds = true;
		return guests_add_member(guests, roll_handle(dn, true), err);
	}
	if (idm_domain_by_sid(&guests_maps(guests)->domains, &sid) != own)
		return IDM_OK;
	holder->holds = true;
	return want(guests, &sid, roll_handle(dn, true) ^ ABROAD, err);
}

/* gid 0: it has none, but leads to others. */
static enum idm_status
add_holder(struct guests *guests, const struct holder *holder, uint32_t gid,
    struct idm_err *err)
{
	const struct roll_group group = {
		.entry = { .handle = holder->handle ^ ABROAD,
		    .is_out = gid == 0 },
		.gid = gid,
	};

	return guests_add_group(guests, &group, err);
}

static bool
is_new(const struct guests *guests, uint64_t handle)
{
	return roll_find_group(guests->roll, handle ^ ABROAD) == ROLL_NONE;
}

static uint32_t
gid_of_entry(const struct guests *guests, const struct idm_cached_entry *entry)
{
	struct idm_own_group group;
	struct idm_cached cached;

	return (entry->flags & IDM_ENTRY_OUT) == 0 &&
		idm_cached_find(guests_maps(guests)->cache, IDM_OWN_GROUP,
		    entry->key, &cached) == IDM_OK &&
		idm_own_group_open(cached.record, &group, NULL) == IDM_OK
	    ? group.gid
	    : 0;
}

/* Go once through what the cache has of a domain's groups. */
static enum idm_status
scan_kept(struct guests *guests, const struct idm_domain *domain,
    const struct idm_finder *finder, bool *grew, struct idm_err *err)
{
	struct idm_cached_entry entry;
	struct idm_walk walk = { 0 };
	enum idm_status st = IDM_OK;

	while (st == IDM_OK &&
	    guests_next_entry(guests, domain, &walk, &entry) == IDM_OK) {
		struct holder holder = { finder, entry.handle, false };

		if ((entry.flags & IDM_ENTRY_GROUP) == 0 ||
		    !is_new(guests, entry.handle))
			continue;
		guests->nmembers = 0;
		for (uint32_t i = 0; i < entry.nmembers && st == IDM_OK; i++)
			st = look_at(guests, &holder,
			    idm_cursor_u64(&entry.members), err);
		for (uint32_t i = 0; i < entry.nforeign && st == IDM_OK; i++)
			st = look_at_foreign(guests, &holder,
			    idm_cursor_str(&entry.foreign), err);
		if (st == IDM_OK && holder.holds) {
			*grew = true;
			st = add_holder(
			    guests, &holder, gid_of_entry(guests, &entry), err);
		}
	}
	return st;
}

/* The same of a domain that is asked. */
struct asking {
	struct guests *guests;
	struct idm_fetch there;
	struct idm_finder finder;
	bool grew;
};

static enum idm_status
gid_of_facts(const struct asking *asking, const struct idm_facts *facts,
    uint32_t *gid, struct idm_err *err)
{
	static const struct idm_str nobody = { "", 0 };
	struct idm_fetched *fetched = NULL;
	struct idm_own_group group;
	enum idm_status st;

	*gid = 0;
	st = idm_fetch_facts(
	    &asking->there, facts, NULL, 0, &nobody, 0, &fetched, err);
	if (st == IDM_REFUSED)
		return IDM_OK;
	if (st == IDM_OK)
		st = idm_own_group_open(
		    idm_fetched_answer(fetched)->group, &group, err);
	if (st == IDM_OK)
		*gid = group.gid;
	idm_fetched_free(&fetched);
	return st;
}

static enum idm_status
take_holder(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct asking *asking = context;
	struct guests *guests = asking->guests;
	struct holder holder = { &asking->finder, roll_handle(facts->dn, true),
		false };
	size_t n = facts->members == NULL ? 0 : facts->members->n;
	enum idm_status st = IDM_OK;
	uint32_t gid;

	if (!is_new(guests, holder.handle))
		return IDM_OK;
	guests->nmembers = 0;
	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		struct idm_str dn = facts->members->value[i];

		st = look_at(guests, &holder, roll_handle(dn, true), err);
		if (st == IDM_OK)
			st = look_at_foreign(guests, &holder, dn, err);
	}
	if (st != IDM_OK || !holder.holds)
		return st;
	asking->grew = true;
	st = gid_of_facts(asking, facts, &gid, err);
	return st == IDM_OK ? add_holder(guests, &holder, gid, err) : st;
}

static enum idm_status
scan_asked(struct asking *asking, bool *grew, struct idm_err *err)
{
	enum idm_status st;

	asking->grew = false;
	asking->finder.deadline = idm_clock_ms() + LIST_MS;
	st = idm_find_all(&asking->finder, true, take_holder, asking, err);
	*grew = asking->grew;
	return st;
}

/* Groups that hold those that were found the last time may be others still. */
static enum idm_status
load_kept(struct guests *guests, const struct idm_domain *domain,
    const struct realm *realm, struct idm_err *err)
{
	const struct idm_finder finder = {
		.settings = &realm->settings,
		.schema = &realm->schema,
	};
	enum idm_status st = IDM_OK;
	bool grew = true;

	for (unsigned i = 0;
	     st == IDM_OK && grew && i <= realm->settings.nesting; i++) {
		grew = false;
		st = scan_kept(guests, domain, &finder, &grew, err);
	}
	return st;
}

/* IDM_TEMPFAIL: where its numbers are is not asked here. */
static enum idm_status
load_asked(struct guests *guests, const struct idm_domain *domain,
    struct realm *realm, struct idm_err *err)
{
	struct asking asking = {
		.guests = guests,
		.there = guests->with,
		.finder = {
		    .settings = &realm->settings,
		    .schema = &realm->schema,
		    .domain_sid = domain->sid,
		    .now = guests->finder.now,
		},
	};
	enum idm_status st;
	bool grew = true;

	if (realms_find_counterparts(guests->moment, domain) != NULL)
		return idm_fail(err, IDM_TEMPFAIL, "numbers are elsewhere");
	asking.there.domain = domain;
	asking.there.finder = &asking.finder;
	asking.there.numbers = NULL;
	asking.there.allocator = NULL;
	st = realm_take_session(realm, &asking.finder.session, err);
	if (st != IDM_OK)
		return st;
	for (unsigned i = 0;
	     st == IDM_OK && grew && i <= realm->settings.nesting; i++)
		st = scan_asked(&asking, &grew, err);
	realm_give_session(realm, asking.finder.session);
	return st;
}

enum idm_status
guests_load(struct guests *guests, struct idm_err *err)
{
	const struct idm_domains *domains = &guests_maps(guests)->domains;
	enum idm_status st = IDM_OK;

	for (uint32_t i = 0; i < domains->n && guests->is_on && st == IDM_OK;
	     i++) {
		const struct idm_domain *domain = &domains->domain[i];
		struct realm *realm = guests_neighbour(
		    guests->moment, guests->with.domain, domain);

		if (realm == NULL ||
		    (realm->settings.flags & IDM_DIRECTORY_FOREIGN) == 0)
			continue;
		if (guests_has(guests, domain)) {
			st = load_kept(guests, domain, realm, err);
		} else if ((domain->flags & IDM_DOMAIN_REPLICATE) != 0 ||
		    !guests->may_ask) {
			guests_keep(guests, domain);
		} else if (load_asked(guests, domain, realm, err) != IDM_OK) {
			guests_keep(guests, domain);
			guests->is_silent = true;
		}
	}
	return st;
}
