#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/wiped.h"
#include "map/directory.h"
#include "nss/list.h"
#include "nss/place.h"

#define PATIENCE 1000000 /* times that another thread is given way */

struct listing {
	/* Wiped in a forked child: a mutex would stay locked there. */
	_Atomic(void *) lock;
	/* Not wiped: so a child sees that it was left in the middle. */
	atomic_bool is_held;
	struct idm_maps *maps; /* NULL: not begun */
	struct idm_walk walk;
	bool is_private; /* groups: now those that are users' own */
	bool is_cached;  /* now those of domains with a directory */
	/* How many may still be listed, of each domain of the maps. */
	uint32_t *left;
};

static struct listing users, groups;

/* ---- One thread at a time. */

static bool
take_lock(atomic_bool *lock)
{
	for (int i = 0; i < PATIENCE; i++) {
		if (!atomic_exchange(lock, true))
			return true;
		(void)sched_yield();
	}
	return false;
}

static bool
hold(struct listing *listing)
{
	atomic_bool *lock = idm_wiped_get(&listing->lock, sizeof(*lock));

	if (lock == NULL || !take_lock(lock))
		return false;
	if (atomic_exchange(&listing->is_held, true))
		listing->maps = NULL;
	return true;
}

static void
let_go(struct listing *listing)
{
	atomic_bool *lock = atomic_load(&listing->lock);

	atomic_store(&listing->is_held, false);
	atomic_store(lock, false);
}

/* ---- What is listed. */

static bool
has_listed_domain(const struct idm_maps *maps)
{
	for (uint32_t i = 0; i < maps->domains.n; i++) {
		if ((maps->domains.domain[i].flags & IDM_DOMAIN_ENUMERATE) != 0)
			return true;
	}
	return false;
}

static enum idm_status
set_bounds(struct listing *listing)
{
	const struct idm_maps *maps = listing->maps;
	const struct idm_domain *domain = maps->domains.domain;
	uint32_t max;

	listing->left = calloc(maps->domains.n, sizeof(*listing->left));
	if (listing->left == NULL)
		return IDM_NOMEM;
	for (uint32_t i = 0; i < maps->domains.n; i++) {
		max = (domain[i].flags & IDM_DOMAIN_DIRECTORY) != 0
		    ? idm_directory_list_max(maps->map, domain[i].name)
		    : 0;
		listing->left[i] = max == 0 ? UINT32_MAX : max;
	}
	return IDM_OK;
}

static void
drop(struct listing *listing)
{
	idm_maps_close(&listing->maps);
	free(listing->left);
	listing->left = NULL;
}

/* Most hosts list nobody; they are told so without reading the maps anew. */
static enum idm_status
begin(struct listing *listing)
{
	struct idm_inside inside;
	enum idm_status st;
	bool is_any;

	st = idm_snapshot_enter(nss_snapshot(), &inside, NULL);
	if (st != IDM_OK)
		return st;
	is_any = has_listed_domain(inside.maps);
	idm_snapshot_leave(&inside);
	if (!is_any)
		return IDM_NOTFOUND;
	listing->walk = (struct idm_walk){ 0 };
	listing->is_private = listing->is_cached = false;
	st = idm_snapshot_pin(nss_snapshot(), &listing->maps, NULL);
	if (st == IDM_OK)
		st = set_bounds(listing);
	if (st != IDM_OK)
		drop(listing);
	return st;
}

static void
end(struct listing *listing)
{
	if (!hold(listing))
		return;
	drop(listing);
	let_go(listing);
}

/* What a listing is at: a record, and in the cache what stands before it. */
struct item {
	const struct idm_maps *maps;
	struct idm_str key;
	struct idm_str value;
	bool is_cached;
	struct idm_cached cached;
	uint32_t *left; /* of its domain, when it is one that is listed */
};

/* domain is that of an identity; NULL: it may not be served. */
static bool
is_listed(struct item *item, const struct idm_domain *domain)
{
	if (domain == NULL)
		return false;
	item->left += domain - item->maps->domains.domain;
	if (*item->left == 0 || (domain->flags & IDM_DOMAIN_ENUMERATE) == 0 ||
	    ((domain->flags & IDM_DOMAIN_DIRECTORY) != 0) != item->is_cached)
		return false;
	return !item->is_cached ||
	    idm_served_age(item->maps, domain, &item->cached) !=
	    IDM_CACHED_EXPIRED;
}

/* A record under a key that is not its own is damage, as in own.c. */
static bool
is_key_of(struct idm_str key, struct idm_str own)
{
	return key.len == IDM_OWN_PREFIX + own.len + IDM_KEY_END &&
	    memcmp(key.data + IDM_OWN_PREFIX, own.data, own.len) == 0;
}

/* Has a rule taken the name away?  Nobody waits for us: files may be read. */
static enum idm_status
check_rule(enum idm_status st, const struct idm_verdict *rule, bool is_group)
{
	const char *account;

	if (st != IDM_OK || !idm_verdict_is_wild(rule))
		return st;
	st = idm_verdict_wildcard(rule, nss_account_dir(), is_group, &account);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	return st == IDM_OK ? IDM_NOTFOUND : st;
}

static enum idm_status
check_user(struct item *item, struct idm_own_user *out)
{
	struct idm_verdict rule;
	enum idm_status st;

	st = idm_own_user_open(item->value, out, NULL);
	if (st != IDM_OK)
		return st;
	if (!is_key_of(item->key, out->key))
		return IDM_CORRUPT;
	if (!is_listed(item, idm_served_admits_user(item->maps, out)))
		return IDM_NOTFOUND;
	idm_verdict_clear(&rule);
	st = nss_find_rule_of_user(NULL, item->maps, out, &rule);
	return check_rule(st, &rule, false);
}

static enum idm_status
check_group(struct item *item, struct idm_own_group *out)
{
	struct idm_verdict rule;
	enum idm_status st;

	st = idm_own_group_open(item->value, out, NULL);
	if (st != IDM_OK)
		return st;
	if (!is_key_of(item->key, out->key))
		return IDM_CORRUPT;
	if (!is_listed(item, idm_served_admits_group(item->maps, out)))
		return IDM_NOTFOUND;
	idm_verdict_clear(&rule);
	st = nss_find_rule_of_group(NULL, item->maps, out, &rule);
	return check_rule(st, &rule, true);
}

/* A user's own group, unless a group of records has its number or name. */
static enum idm_status
check_private(struct item *item, struct idm_own_group *out)
{
	const struct idm_view *view = item->is_cached ? item->maps->cache
						      : item->maps->map;
	struct idm_own_user user;
	struct idm_str other;
	enum idm_status st;

	st = check_user(item, &user);
	if (st == IDM_OK && !idm_served_private_group(item->maps, &user, out))
		st = IDM_NOTFOUND;
	if (st == IDM_OK &&
	    (idm_own_find_id(view, IDM_OWN_GID, user.uid, &other) !=
		    IDM_NOTFOUND ||
		idm_own_find(view, IDM_OWN_GROUP, user.key, &other) !=
		    IDM_NOTFOUND))
		st = IDM_NOTFOUND;
	return st;
}

/* ---- One after another. */

/*
 * The next record of a kind: of the map, then of the cache.  IDM_NOTFOUND:
 * there is none.  IDM_CORRUPT: it is damaged; the next one may be whole.
 */
static enum idm_status
next_item(struct listing *listing, const char *prefix, struct item *item)
{
	const struct idm_maps *maps = listing->maps;
	enum idm_status st;

	item->maps = maps;
	st = idm_view_next_of(listing->is_cached ? maps->cache : maps->map,
	    &listing->walk, prefix, &item->key, &item->value, NULL);
	if (st == IDM_NOTFOUND && !listing->is_cached && maps->cache != NULL) {
		listing->is_cached = true;
		listing->walk = (struct idm_walk){ 0 };
		return next_item(listing, prefix, item);
	}
	item->is_cached = listing->is_cached;
	item->left = listing->left;
	if (st == IDM_OK && item->is_cached)
		st = idm_cached_read(item->value, &item->cached, NULL);
	if (st == IDM_OK && item->is_cached)
		item->value = item->cached.record;
	return st;
}

static enum idm_status
next_user(struct listing *listing, nss_own_user_function *own, void *context)
{
	for (;;) {
		struct idm_walk before = listing->walk;
		bool was_cached = listing->is_cached;
		struct idm_own_user user;
		struct item item;
		enum idm_status st;

		st = next_item(listing, IDM_OWN_USER, &item);
		if (st == IDM_NOTFOUND)
			return st;
		if (st == IDM_OK)
			st = check_user(&item, &user);
		if (st != IDM_OK)
			continue;
		st = own(context, listing->maps, &user);
		if (st == IDM_OK)
			--*item.left;
		if (st == IDM_EXHAUSTED) {
			listing->walk = before;
			listing->is_cached = was_cached;
		}
		return st;
	}
}

static enum idm_status
next_group_of(struct listing *listing, const char *prefix,
    enum idm_status (*check)(struct item *, struct idm_own_group *),
    nss_own_group_function *own, void *context)
{
	for (;;) {
		struct idm_walk before = listing->walk;
		bool was_cached = listing->is_cached;
		struct idm_own_group group;
		struct item item;
		enum idm_status st;

		st = next_item(listing, prefix, &item);
		if (st == IDM_NOTFOUND)
			return st;
		if (st == IDM_OK)
			st = check(&item, &group);
		if (st == IDM_OK)
			st = own(context, listing->maps, &group);
		else
			continue;
		if (st == IDM_OK)
			--*item.left;
		if (st == IDM_EXHAUSTED) {
			listing->walk = before;
			listing->is_cached = was_cached;
		}
		if (st != IDM_CORRUPT)
			return st;
	}
}

static bool
has_private_groups(const struct idm_maps *maps)
{
	const uint32_t both = IDM_DOMAIN_ENUMERATE | IDM_DOMAIN_USER_GROUPS;

	for (uint32_t i = 0; i < maps->domains.n; i++) {
		if ((maps->domains.domain[i].flags & both) == both)
			return true;
	}
	return false;
}

static enum idm_status
next_group(struct listing *listing, nss_own_group_function *own, void *context)
{
	enum idm_status st = IDM_NOTFOUND;

	if (!listing->is_private) {
		st = next_group_of(
		    listing, IDM_OWN_GROUP, check_group, own, context);
		if (st != IDM_NOTFOUND || !has_private_groups(listing->maps))
			return st;
		listing->walk = (struct idm_walk){ 0 };
		listing->is_cached = false;
		listing->is_private = true;
	}
	return next_group_of(
	    listing, IDM_OWN_USER, check_private, own, context);
}

enum idm_status
nss_list_next_user(nss_own_user_function *own, void *context)
{
	enum idm_status st = IDM_OK;

	if (!hold(&users))
		return IDM_TEMPFAIL;
	if (users.maps == NULL)
		st = begin(&users);
	if (st == IDM_OK)
		st = next_user(&users, own, context);
	let_go(&users);
	return st;
}

enum idm_status
nss_list_next_group(nss_own_group_function *own, void *context)
{
	enum idm_status st = IDM_OK;

	if (!hold(&groups))
		return IDM_TEMPFAIL;
	if (groups.maps == NULL)
		st = begin(&groups);
	if (st == IDM_OK)
		st = next_group(&groups, own, context);
	let_go(&groups);
	return st;
}

void
nss_list_end_users(void)
{
	end(&users);
}

void
nss_list_end_groups(void)
{
	end(&groups);
}
