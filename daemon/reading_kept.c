#include <stdlib.h>
#include <string.h>

#include "daemon/reading_parts.h"
#include "map/cached.h"
#include "map/equal.h"

enum idm_status
reading_moved(struct reading *reading, uint64_t old,
    const struct idm_facts *facts, struct idm_err *err)
{
	uint64_t handle = reading_entry_of(reading, facts).handle;
	size_t n = reading->moved.n;
	uint64_t *grown;

	if (handle == old || places_find(&reading->moved, old) != PLACES_NONE)
		return IDM_OK;
	grown = reallocarray(reading->moved_to, n + 1, sizeof(*grown));
	if (grown == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	reading->moved_to = grown;
	grown[n] = handle;
	return places_add(&reading->moved, old, (uint32_t)n)
	    ? IDM_OK
	    : idm_fail(err, IDM_NOMEM, "out of memory");
}

static uint64_t
handle_now(const struct reading *reading, uint64_t handle)
{
	uint32_t at = places_find(&reading->moved, handle);

	return at == PLACES_NONE ? handle : reading->moved_to[at];
}

static enum idm_status
is_lost(struct idm_str key, struct idm_err *err)
{
	return idm_fail(err, IDM_CONFLICT, "the cache has lost '%.*s'",
	    (int)key.len, key.data);
}

/* Of a user whose SID others' groups may name. */
static enum idm_status
meet(struct reading *reading, struct idm_str record, uint64_t handle,
    struct idm_err *err)
{
	struct idm_own_user user;

	if (reading->guests.nwanted == 0 ||
	    idm_own_user_read(record, &user, NULL) != IDM_OK)
		return IDM_OK;
	return guests_meet(&reading->guests, &user.sid, handle, err);
}

static enum idm_status
keep_user(struct reading *reading, const struct roll_entry *entry,
    struct idm_err *err)
{
	const struct idm_view *cache = reading->setup->moment->maps->cache;
	struct roll_user own = { .entry = *entry };
	struct claim claim = { .key = entry->key, .is_served = true };
	struct idm_cached cached;
	struct idm_own_user user;
	bool is_granted;
	enum idm_status st;

	own.shown = idm_str_of("");
	if (entry->is_out)
		return roll_add_user(reading->roll, &own, NULL, err);
	if (idm_cached_find(cache, IDM_OWN_USER, entry->key, &cached) !=
		IDM_OK ||
	    idm_own_user_open(cached.record, &user, NULL) != IDM_OK)
		return is_lost(entry->key, err);
	own.shown = user.name;
	own.primary = user.gid;
	claim.id = user.uid;
	st = meet(reading, cached.record, entry->handle, err);
	if (st == IDM_OK)
		st = roll_add_user(reading->roll, &own, &claim.who, err);
	if (st == IDM_OK)
		st = reading_claim(reading, &claim, NULL, &is_granted, err);
	if (st == IDM_OK && !is_granted)
		return is_lost(entry->key, err);
	reading->setup->counts->users++;
	return st;
}

static enum idm_status
keep_group(struct reading *reading, const struct roll_entry *entry,
    size_t nmembers, struct idm_err *err)
{
	const struct idm_view *cache = reading->setup->moment->maps->cache;
	struct roll_group own = { .entry = *entry };
	struct claim claim = {
		.is_group = true, .key = entry->key, .is_served = true
	};
	struct idm_own_group group;
	struct idm_cached cached;
	struct idm_buf bare;
	bool is_granted;
	enum idm_status st;

	own.record = idm_str_of("");
	if (entry->is_out)
		return roll_add_group(
		    reading->roll, &own, reading->handle, nmembers, NULL, err);
	if (idm_cached_find(cache, IDM_OWN_GROUP, entry->key, &cached) !=
		IDM_OK ||
	    idm_own_group_open(cached.record, &group, NULL) != IDM_OK)
		return is_lost(entry->key, err);
	own.gid = claim.id = group.gid;
	group.nmembers = 0;
	idm_buf_init(&bare, IDM_VALUE_MAX);
	idm_own_group_write(&bare, &group, NULL);
	own.record = reading_text_of(&bare);
	st = roll_add_group(
	    reading->roll, &own, reading->handle, nmembers, &claim.who, err);
	idm_buf_fini(&bare);
	if (st == IDM_OK)
		st = guests_meet(
		    &reading->guests, &group.sid, entry->handle, err);
	if (st == IDM_OK)
		st = reading_claim(reading, &claim, NULL, &is_granted, err);
	if (st == IDM_OK && !is_granted)
		return is_lost(entry->key, err);
	reading->setup->counts->groups++;
	return st;
}

enum idm_status
reading_kept(struct reading *reading, const uint8_t *uuid,
    const struct idm_cached_entry *kept, struct idm_err *err)
{
	struct roll_entry entry = {
		.handle = kept->handle,
		.key = kept->key,
		.has_uuid = true,
		.is_kept = true,
		.is_out = (kept->flags & IDM_ENTRY_OUT) != 0,
		.is_contested = (kept->flags & IDM_ENTRY_CONTESTED) != 0,
	};
	struct idm_cursor members = kept->members;
	struct idm_cursor foreign = kept->foreign;
	enum idm_status st;

	memcpy(entry.uuid, uuid, sizeof(entry.uuid));
	if (entry.is_out)
		reading->setup->counts->refused++;
	if ((kept->flags & IDM_ENTRY_GROUP) == 0)
		return keep_user(reading, &entry, err);
	st = reading_make_handles(reading, kept->nmembers, err);
	for (uint32_t i = 0; i < kept->nmembers && st == IDM_OK; i++) {
		uint64_t handle = idm_cursor_u64(&members);

		reading->handle[i] = handle_now(reading, handle);
		if (reading->handle[i] != handle)
			entry.is_kept = false;
	}
	for (uint32_t i = 0; i < kept->nforeign && st == IDM_OK; i++) {
		struct idm_str dn = idm_cursor_str(&foreign);

		st = guests_note(
		    &reading->guests, dn, roll_handle(dn, true), err);
	}
	return st == IDM_OK ? keep_group(reading, &entry, kept->nmembers, err)
			    : st;
}

/* ---- One who has changed for himself alone. */

/* What the cache has of whom he equals.  IDM_NOTFOUND: nobody. */
static enum idm_status
find_equal(const struct reading *reading, const struct idm_facts *facts,
    struct idm_str key, struct idm_cached *cached)
{
	const struct idm_domain *domain = reading->setup->domain;
	const struct idm_view *cache = reading->setup->moment->maps->cache;
	char memory[IDM_KEY_MAX];
	struct idm_buf handle;

	if ((domain->flags & IDM_DOMAIN_WINNAMES) == 0)
		return idm_cached_find(cache, IDM_EQUAL_USER, key, cached);
	idm_buf_init_fixed(&handle, memory, sizeof(memory));
	idm_equal_put_login(&handle, domain, false, facts->name);
	return idm_cached_find(
	    cache, IDM_EQUAL_HANDLE, reading_text_of(&handle), cached);
}

static bool
is_same_equal(const struct reading *reading, const struct idm_facts *facts,
    struct idm_str key, const struct idm_fetched *fetched)
{
	struct idm_str now = idm_fetched_answer(fetched)->equal;
	struct idm_cached was;

	if (!reading_has_equals(reading))
		return true;
	if (find_equal(reading, facts, key, &was) != IDM_OK)
		return now.len == 0;
	return idm_str_compare(was.record, now) == 0;
}

static bool
is_same_user(const struct reading *reading, struct idm_str then,
    const struct idm_fetched *fetched)
{
	const struct idm_view *cache = reading->setup->moment->maps->cache;
	struct idm_own_user old, now;
	struct idm_cached cached;

	return idm_cached_find(cache, IDM_OWN_USER, then, &cached) == IDM_OK &&
	    idm_own_user_open(cached.record, &old, NULL) == IDM_OK &&
	    idm_own_user_open(idm_fetched_answer(fetched)->user, &now, NULL) ==
	    IDM_OK &&
	    idm_str_compare(old.key, now.key) == 0 &&
	    idm_str_compare(old.name, now.name) == 0 && old.uid == now.uid &&
	    old.gid == now.gid;
}

enum idm_status
reading_same_user(struct reading *reading, const struct idm_facts *facts,
    const struct idm_cached_entry *kept, bool *is_same, struct idm_err *err)
{
	const struct roll_entry now = reading_entry_of(reading, facts);
	struct idm_fetched *fetched = NULL;
	enum idm_status st;

	*is_same = false;
	if (facts->is_group || kept->flags != 0 || kept->handle != now.handle ||
	    reading->has_waiting)
		return IDM_OK;
	st = reading_fetch(reading, facts, &fetched, err);
	if (st != IDM_OK)
		return st == IDM_NOTFOUND ? IDM_OK : st;
	*is_same = is_same_user(reading, kept->key, fetched) &&
	    is_same_equal(reading, facts, kept->key, fetched);
	if (*is_same)
		st = reading_put_all(reading, &now, fetched, err);
	idm_fetched_free(&fetched);
	return st;
}
