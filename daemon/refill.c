#include <stdlib.h>
#include <string.h>

#include "backends/backend.h"
#include "base/clock.h"
#include "daemon/cachecheck.h"
#include "daemon/cacheitem.h"
#include "daemon/numbers.h"
#include "daemon/refill.h"
#include "daemon/roll.h"
#include "identity/name.h"
#include "map/cached.h"
#include "map/siphash.h"
#include "resolve/advance.h"
#include "resolve/fetch.h"
#include "resolve/taken.h"

#define LIST_MS  60000              /* for all users, or all groups */
#define PIECE    (256 << 10)        /* bytes that are sent together */
#define FEW      10                 /* users that may go all at once */
#define BATCH    256                /* accounts that get numbers together */
#define GRANT_MS 10000              /* in this time */
#define HASH_KEY "a refill's own k" /* 16 bytes; keys are no secret */

struct refill {
	const struct refill_setup *setup;
	struct refill_counts *counts;
	struct idm_finder list;
	struct idm_finder ask;
	struct idm_fetch with;
	struct idm_taken *taken;
	struct roll *roll;
	struct idm_buf items;
	uint64_t *seen; /* hashes of all keys */
	size_t nseen;
	size_t seen_room;
	uint64_t *handle; /* of the members of one group */
	size_t handles_room;
	/* Of a domain whose numbers are allocated: */
	bool is_granted;
	struct numbers numbers;
	struct idm_allocator allocator;
	struct idm_facts *user[BATCH]; /* who wait for theirs */
	size_t nusers;
};

static enum idm_status
no_memory(struct idm_err *err)
{
	return idm_fail(err, IDM_NOMEM, "out of memory");
}

/* ---- Records on their way. */

static enum idm_status
send_on(struct refill *refill, struct idm_err *err)
{
	const struct refill_setup *setup = refill->setup;
	enum idm_status st = idm_buf_status(&refill->items, err);

	if (st == IDM_OK && refill->items.len > 0)
		st = setup->send(
		    setup->context, &refill->items, CACHE_BULK, err);
	idm_buf_clear(&refill->items);
	return st;
}

static enum idm_status
put_item(
    struct refill *refill, const struct cache_item *item, struct idm_err *err)
{
	cache_item_write(&refill->items, item);
	return refill->items.len < PIECE ? IDM_OK : send_on(refill, err);
}

static uint64_t
hash_of(struct idm_str key)
{
	return idm_siphash((const uint8_t *)HASH_KEY, key.data, key.len);
}

static enum idm_status
note_seen(struct refill *refill, struct idm_str key, struct idm_err *err)
{
	if (refill->nseen == refill->seen_room) {
		size_t room = refill->seen_room + refill->seen_room / 2 + 1024;
		uint64_t *grown;

		grown = reallocarray(refill->seen, room, sizeof(*grown));
		if (grown == NULL)
			return no_memory(err);
		refill->seen = grown;
		refill->seen_room = room;
	}
	refill->seen[refill->nseen++] = hash_of(key);
	return IDM_OK;
}

/* Does the cache say the same, whenever it was learnt? */
static bool
is_known(const struct refill *refill, struct idm_str key, struct idm_str value)
{
	const struct idm_view *cache = refill->setup->moment->maps->cache;
	struct idm_cached now, then;
	struct idm_str old;

	return cache != NULL &&
	    idm_view_get(cache, key.data, key.len, &old) == IDM_OK &&
	    idm_cached_read(old, &then, NULL) == IDM_OK &&
	    idm_cached_read(value, &now, NULL) == IDM_OK &&
	    now.flags == then.flags && now.stamp == then.stamp &&
	    idm_str_compare(now.record, then.record) == 0;
}

static enum idm_status
put(struct refill *refill, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	const struct cache_item item = { CACHE_PUT, key, value };
	enum idm_status st = note_seen(refill, key, err);

	if (st != IDM_OK || is_known(refill, key, value))
		return st;
	refill->counts->sent++;
	return put_item(refill, &item, err);
}

static enum idm_status
put_all(struct refill *refill, const struct idm_fetched *fetched,
    struct idm_err *err)
{
	const struct idm_fetched_record *record;
	enum idm_status st = IDM_OK;
	size_t n;

	record = idm_fetched_records(fetched, &n);
	for (size_t i = 0; i < n && st == IDM_OK; i++)
		st = put(refill, record[i].key, record[i].value, err);
	return st;
}

/* ---- Users and groups. */

static enum idm_status
go_on(const struct refill *refill, struct idm_err *err)
{
	const struct refill_setup *setup = refill->setup;

	return setup->is_over(setup->context)
	    ? idm_fail(err, IDM_TEMPFAIL, "idmapd ends")
	    : IDM_OK;
}

/*
 * IDM_NOTFOUND: this one cannot be served.  Only what would be in the way of
 * others, too, is a failure.
 */
static enum idm_status
fetch(struct refill *refill, const struct idm_facts *facts,
    const struct idm_str *member, size_t nmembers, struct idm_fetched **out,
    struct idm_err *err)
{
	enum idm_status st = go_on(refill, err);

	if (st != IDM_OK)
		return st;
	refill->ask.deadline = idm_clock_ms() +
	    refill->setup->realm->settings.timeout_ms;
	st = idm_fetch_facts(
	    &refill->with, facts, NULL, 0, member, nmembers, out, err);
	if (st == IDM_OK || st == IDM_TEMPFAIL || st == IDM_NOMEM)
		return st;
	refill->counts->refused++;
	return IDM_NOTFOUND;
}

/* ---- Numbers, where they are allocated. */

typedef enum idm_status put_one(struct refill *, size_t i, struct idm_err *);

/* Put those of n, at most BATCH, that do not lack a number. */
static enum idm_status
put_some(struct refill *refill, struct idm_advance *advance, put_one *one,
    size_t *i, size_t *n, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	size_t left = 0;

	for (size_t at = 0; at < *n && st == IDM_OK; at++) {
		st = one(refill, i[at], err);
		if (!idm_advance_missed(advance) || st != IDM_TEMPFAIL)
			continue;
		i[left++] = i[at];
		st = IDM_OK;
	}
	*n = left;
	return st;
}

/*
 * Put n, at most BATCH, from the first on.  Who has no number yet waits until
 * all those have one, for which the disk is synced once.
 */
static enum idm_status
put_granted(struct refill *refill, put_one *one, size_t first, size_t n,
    struct idm_err *err)
{
	const struct idm_allocator keeper = numbers_allocator(&refill->numbers);
	struct idm_advance *advance = NULL;
	enum idm_status st;
	size_t i[BATCH];

	st = idm_advance_new(&keeper, &advance, err);
	if (st != IDM_OK)
		return st;
	refill->allocator = idm_advance_allocator(advance);
	for (size_t at = 0; at < n; at++)
		i[at] = first + at;
	while (st == IDM_OK && n > 0) {
		st = put_some(refill, advance, one, i, &n, err);
		refill->numbers.deadline = idm_clock_ms() + GRANT_MS;
		if (st == IDM_OK)
			st = idm_advance_grant(advance, err);
	}
	idm_advance_free(&advance);
	return st;
}

/* ---- Users. */

static uint64_t
handle_of(const struct refill *refill, const struct idm_facts *facts)
{
	bool by_name = refill->setup->realm->schema.members_are_names;

	return roll_handle(refill->roll,
	    by_name && !facts->is_group ? facts->name : facts->dn,
	    !by_name || facts->is_group);
}

static enum idm_status
enroll(struct refill *refill, uint64_t handle,
    const struct idm_fetched *fetched, struct idm_err *err)
{
	struct roll_user own = { .handle = handle };
	struct idm_own_user user;
	enum idm_status st;

	st = idm_own_user_open(idm_fetched_answer(fetched)->user, &user, err);
	if (st != IDM_OK)
		return st;
	own.key = user.key;
	own.shown = user.name;
	own.primary = user.gid;
	refill->counts->users++;
	return roll_add_user(refill->roll, &own, err);
}

/* A page that is read again has some whom we have. */
static enum idm_status
put_user(
    struct refill *refill, const struct idm_facts *facts, struct idm_err *err)
{
	uint64_t handle = handle_of(refill, facts);
	struct idm_fetched *fetched = NULL;
	enum idm_status st;

	if (roll_has_user(refill->roll, handle))
		return IDM_OK;
	st = fetch(refill, facts, NULL, 0, &fetched, err);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st == IDM_OK)
		st = put_all(refill, fetched, err);
	if (st == IDM_OK)
		st = enroll(refill, handle, fetched, err);
	idm_fetched_free(&fetched);
	return st;
}

static enum idm_status
put_waiting(struct refill *refill, size_t i, struct idm_err *err)
{
	return put_user(refill, refill->user[i], err);
}

static enum idm_status
put_users(struct refill *refill, struct idm_err *err)
{
	enum idm_status st;

	st = put_granted(refill, put_waiting, 0, refill->nusers, err);
	while (refill->nusers > 0)
		free(refill->user[--refill->nusers]);
	return st;
}

static enum idm_status
take_user(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct refill *refill = context;
	enum idm_status st;

	if (!refill->is_granted)
		return put_user(refill, facts, err);
	st = idm_facts_dup(facts, &refill->user[refill->nusers], err);
	if (st == IDM_OK && ++refill->nusers == BATCH)
		st = put_users(refill, err);
	return st;
}

static enum idm_status
read_handles(
    struct refill *refill, const struct idm_facts *facts, struct idm_err *err)
{
	const struct idm_attribute_values *members = facts->members;

	if (members == NULL)
		return IDM_OK;
	if (members->n > refill->handles_room) {
		free(refill->handle);
		refill->handles_room = 0;
		refill->handle = calloc(members->n, sizeof(*refill->handle));
		if (refill->handle == NULL)
			return no_memory(err);
		refill->handles_room = members->n;
	}
	for (size_t i = 0; i < members->n; i++)
		refill->handle[i] = roll_handle(
		    refill->roll, members->value[i], !facts->members_are_names);
	return IDM_OK;
}

/* ---- Groups. */

/* Who is in it can be told when all groups are there. */
static enum idm_status
take_group(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct refill *refill = context;
	struct idm_facts bare = *facts;
	struct idm_facts *own = NULL;
	enum idm_status st = go_on(refill, err);

	bare.members = NULL;
	if (st == IDM_OK)
		st = read_handles(refill, facts, err);
	if (st == IDM_OK)
		st = idm_facts_dup(&bare, &own, err);
	if (st == IDM_OK)
		st = roll_add_group(refill->roll, handle_of(refill, facts),
		    refill->handle,
		    facts->members == NULL ? 0 : facts->members->n, own, err);
	if (st != IDM_OK)
		free(own);
	return st == IDM_CONFLICT ? IDM_OK : st;
}

static enum idm_status
put_group(struct refill *refill, size_t i, struct idm_err *err)
{
	const struct idm_facts *facts = roll_context(refill->roll, i);
	struct idm_fetched *fetched = NULL;
	const struct idm_str *member;
	struct idm_own_group group;
	enum idm_status st;
	size_t n;

	st = roll_members(refill->roll, i, &member, &n, err);
	if (st == IDM_OK)
		st = fetch(refill, facts, member, n, &fetched, err);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	if (st == IDM_OK)
		st = put_all(refill, fetched, err);
	if (st == IDM_OK)
		st = idm_own_group_open(
		    idm_fetched_answer(fetched)->group, &group, err);
	if (st == IDM_OK) {
		refill->counts->groups++;
		st = roll_number(refill->roll, group.gid, err);
	}
	idm_fetched_free(&fetched);
	return st;
}

static enum idm_status
put_gids(void *context, struct idm_str name, const uint32_t *gid,
    uint32_t ngids, struct idm_err *err)
{
	struct refill *refill = context;
	struct idm_cached cached = {
		.when = refill->list.now,
		.stamp = refill->setup->domain->stamp,
	};
	struct idm_buf key, record, value;
	enum idm_status st;

	idm_buf_init(&key, IDM_KEY_MAX);
	idm_buf_init(&record, IDM_VALUE_MAX);
	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_own_key(&key, IDM_OWN_MEMBERSHIP, name);
	idm_own_gids_write(&record, gid, ngids);
	cached.record = (struct idm_str){ record.data, record.len };
	idm_cached_write(&value, &cached);
	st = idm_buf_status(&record, err);
	if (st == IDM_OK)
		st = idm_buf_status(&value, err);
	if (st == IDM_OK)
		st = idm_buf_status(&key, err);
	if (st == IDM_OK)
		st = put(refill, (struct idm_str){ key.data, key.len },
		    (struct idm_str){ value.data, value.len }, err);
	idm_buf_fini(&key);
	idm_buf_fini(&record);
	idm_buf_fini(&value);
	return st;
}

/* ---- Who is not there any more. */

static int
compare_hashes(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a;
	uint64_t other = *(const uint64_t *)b;

	return (one > other) - (one < other);
}

/* A SID's record goes with its account's: another one may lead there, too. */
static bool
is_own(const struct refill *refill, struct idm_str key, struct idm_str value)
{
	const struct idm_domain *domain = refill->setup->domain;
	struct idm_str own;

	if (key.len <= IDM_OWN_PREFIX || memcmp(key.data, "i/", 2) != 0 ||
	    key.data[3] != '/' || strchr("pPgGmaAt", key.data[2]) == NULL)
		return false;
	own = cache_domain_of(key, value);
	return idm_str_is(own, domain->name) ||
	    idm_str_is(own, idm_domain_shown(domain));
}

static enum idm_status
remove_gone(struct refill *refill, struct idm_err *err)
{
	const struct idm_view *cache = refill->setup->moment->maps->cache;
	struct cache_item item = { CACHE_DELETE, { "", 0 }, { "", 0 } };
	struct idm_walk walk = { 0 };
	enum idm_status st = IDM_OK;
	struct idm_str value;

	qsort(
	    refill->seen, refill->nseen, sizeof(*refill->seen), compare_hashes);
	while (st == IDM_OK && cache != NULL) {
		uint64_t hash;

		st = idm_view_next(cache, &walk, &item.key, &value, err);
		if (st != IDM_OK || item.key.len <= IDM_KEY_END)
			continue;
		item.key.len -= IDM_KEY_END;
		hash = hash_of(item.key);
		if (!is_own(refill, item.key, value) ||
		    bsearch(&hash, refill->seen, refill->nseen, sizeof(hash),
			compare_hashes) != NULL)
			continue;
		refill->counts->removed++;
		st = put_item(refill, &item, err);
	}
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

/* ---- All of it. */

static enum idm_status
put_groups(struct refill *refill, struct idm_err *err)
{
	size_t all = roll_groups(refill->roll);
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < all && st == IDM_OK; i += BATCH)
		st = put_granted(refill, put_group, i,
		    all - i < BATCH ? all - i : BATCH, err);
	if (st == IDM_OK)
		st = roll_gids(refill->roll, put_gids, refill, err);
	return st;
}

/* Rights that were taken from us look like a directory that is empty. */
static enum idm_status
check_plausible(const struct refill *refill, struct idm_err *err)
{
	if (refill->counts->users > 0 || refill->setup->known <= FEW)
		return IDM_OK;
	return idm_fail(err, IDM_TEMPFAIL,
	    "the directory shows none of %llu users any more: they are kept",
	    (unsigned long long)refill->setup->known);
}

static enum idm_status
run(struct refill *refill, struct idm_err *err)
{
	enum idm_status st;

	refill->list.deadline = idm_clock_ms() + LIST_MS;
	st = idm_find_all(&refill->list, false, take_user, refill, err);
	if (st == IDM_OK)
		st = put_users(refill, err);
	if (st == IDM_OK)
		st = check_plausible(refill, err);
	refill->list.deadline = idm_clock_ms() + LIST_MS;
	if (st == IDM_OK)
		st = idm_find_all(&refill->list, true, take_group, refill, err);
	if (st == IDM_OK)
		st = put_groups(refill, err);
	if (st == IDM_OK)
		st = remove_gone(refill, err);
	return st == IDM_OK ? send_on(refill, err) : st;
}

static void
prepare(struct refill *refill)
{
	const struct refill_setup *setup = refill->setup;
	const struct idm_domain *giver = idm_domain_giver(
	    &setup->moment->maps->domains, setup->domain);
	const struct idm_backend *backend;

	refill->list = (struct idm_finder){
		.session = setup->list,
		.settings = &setup->realm->settings,
		.schema = &setup->realm->schema,
		.domain_sid = setup->domain->sid,
		.now = idm_clock_seconds(),
	};
	refill->ask = refill->list;
	refill->ask.session = setup->ask;
	refill->with = (struct idm_fetch){
		.maps = setup->moment->maps,
		.domain = setup->domain,
		.finder = &refill->ask,
		.account_dir = setup->accounts,
		.allocator = &refill->allocator,
		.taken = refill->taken,
	};
	backend = idm_backend_by_id(
	    giver == NULL ? IDM_BACKEND_NONE : giver->backend);
	refill->is_granted = backend != NULL && backend->allocates;
	numbers_init(&refill->numbers, setup->orders);
}

enum idm_status
refill(const struct refill_setup *setup, struct refill_counts *counts,
    struct idm_err *err)
{
	struct refill refill = { .setup = setup, .counts = counts };
	enum idm_status st;

	*counts = (struct refill_counts){ 0 };
	idm_buf_init(&refill.items, PIECE + CACHE_ITEM_MAX + IDM_KEY_MAX);
	st = roll_new(setup->realm->settings.nesting, &refill.roll, err);
	if (st == IDM_OK)
		st = idm_taken_new(setup->accounts, &refill.taken, err);
	if (st == IDM_OK) {
		prepare(&refill);
		st = run(&refill, err);
		numbers_fini(&refill.numbers);
	}
	while (refill.nusers > 0)
		free(refill.user[--refill.nusers]);
	for (size_t i = 0; refill.roll != NULL && i < roll_groups(refill.roll);
	     i++)
		free(roll_context(refill.roll, i));
	roll_free(&refill.roll);
	idm_taken_free(&refill.taken);
	idm_buf_fini(&refill.items);
	free(refill.seen);
	free(refill.handle);
	return st;
}
