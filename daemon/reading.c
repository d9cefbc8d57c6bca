#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "backends/backend.h"
#include "base/clock.h"
#include "base/quote.h"
#include "daemon/reading.h"
#include "map/cached.h"
#include "resolve/ownid.h"
#include "resolve/taken.h"

#define SHOWN_MAX 160 /* bytes of a name or a DN in a message */
#define TOLD_MAX  2048
#define FEW       10 /* users that may go all at once */

static enum idm_status
no_memory(struct idm_err *err)
{
	return idm_fail(err, IDM_NOMEM, "out of memory");
}

static struct idm_str
text_of(const struct idm_buf *buf)
{
	return (struct idm_str){ buf->data, buf->len };
}

/* ---- Records. */

/* Of groups: those that say who is in them are put when that can be told. */
static bool
lists_members(struct idm_str key)
{
	return memcmp(key.data, IDM_OWN_GROUP, IDM_OWN_PREFIX) == 0 ||
	    memcmp(key.data, IDM_OWN_GID, IDM_OWN_PREFIX) == 0;
}

static enum idm_status
put_all(struct reading *reading, const struct roll_entry *entry,
    const struct idm_fetched *fetched, struct idm_err *err)
{
	const struct idm_fetched_record *record;
	enum idm_status st = IDM_OK;
	size_t n;

	reading->shipment.is_forced = entry->is_restored;
	record = idm_fetched_records(fetched, &n);
	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		if (!lists_members(record[i].key))
			st = shipment_put(&reading->shipment, record[i].key,
			    record[i].value, err);
	}
	reading->shipment.is_forced = false;
	return st;
}

/* Put a record behind its front. */
static enum idm_status
put_record(struct reading *reading, const struct idm_buf *key,
    const struct idm_buf *record, struct idm_err *err)
{
	const struct idm_cached cached = {
		.when = reading->list.now,
		.stamp = reading->setup->domain->stamp,
		.record = text_of(record),
	};
	enum idm_status st = idm_buf_status(record, err);

	idm_buf_clear(&reading->front);
	idm_cached_write(&reading->front, &cached);
	if (st == IDM_OK)
		st = idm_buf_status(&reading->front, err);
	if (st == IDM_OK)
		st = idm_buf_status(key, err);
	if (st == IDM_OK)
		st = shipment_put(&reading->shipment, text_of(key),
		    text_of(&reading->front), err);
	return st;
}

static enum idm_status
put_text(struct reading *reading, const char *prefix, struct idm_str text,
    const struct idm_buf *record, struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key(&key, prefix, text);
	return put_record(reading, &key, record, err);
}

static enum idm_status
drop_text(struct reading *reading, const char *prefix, struct idm_str text,
    struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct idm_buf key;
	enum idm_status st;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key(&key, prefix, text);
	st = idm_buf_status(&key, err);
	return st == IDM_OK
	    ? shipment_drop(&reading->shipment, text_of(&key), err)
	    : st;
}

/* ---- What becomes of facts. */

static enum idm_status
go_on(const struct reading *reading, struct idm_err *err)
{
	const struct reading_setup *setup = reading->setup;

	return setup->is_over(setup->context)
	    ? idm_fail(err, IDM_TEMPFAIL, "idmapd ends")
	    : IDM_OK;
}

/*
 * IDM_NOTFOUND: this one cannot be served.  Only what would be in the way of
 * others, too, is a failure.
 */
static enum idm_status
fetch(struct reading *reading, const struct idm_facts *facts,
    struct idm_fetched **out, struct idm_err *err)
{
	static const struct idm_str nobody = { "", 0 };
	enum idm_status st = go_on(reading, err);

	if (st != IDM_OK)
		return st;
	reading->ask.deadline = idm_clock_ms() +
	    reading->setup->realm->settings.timeout_ms;
	st = idm_fetch_facts(
	    &reading->with, facts, NULL, 0, &nobody, 0, out, err);
	if (st == IDM_OK || st == IDM_TEMPFAIL || st == IDM_NOMEM)
		return st;
	reading->setup->counts->refused++;
	return IDM_NOTFOUND;
}

static struct roll_entry
entry_of(const struct reading *reading, const struct idm_facts *facts)
{
	bool by_name = reading->setup->realm->schema.members_are_names;
	struct roll_entry entry = { .has_uuid = facts->has_guid };

	entry.key = idm_str_of("");
	entry.handle = roll_handle(
	    by_name && !facts->is_group ? facts->name : facts->dn,
	    !by_name || facts->is_group);
	memcpy(entry.uuid, facts->guid, sizeof(entry.uuid));
	return entry;
}

/* A page that is read again has some whom we have. */
static enum idm_status
meet_again(const struct reading *reading, const struct idm_facts *facts,
    struct idm_err *err)
{
	if (!reading->is_amended)
		return IDM_OK;
	return idm_fail(err, IDM_CONFLICT, "'%.*s' was another entry",
	    facts->dn.len < 150 ? (int)facts->dn.len : 150, facts->dn.data);
}

/* ---- Whose names and numbers they are. */

static struct roll_entry *
entry_at(struct reading *reading, bool is_group, uint32_t place)
{
	return is_group ? &roll_group_at(reading->roll, place)->entry
			: &roll_user_at(reading->roll, place)->entry;
}

/* Who is in the way of whom, and what came of it. */
static void
tell(const struct reading *reading, const struct idm_facts *facts,
    struct idm_str other, bool by_id, const char *outcome)
{
	const struct reading_setup *setup = reading->setup;
	char text[TOLD_MAX];
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, text, sizeof(text));
	idm_buf_puts(&buf, facts->is_group ? "groups " : "users ");
	idm_quote_put(&buf, '\'', other, SHOWN_MAX);
	idm_buf_puts(&buf, " and ");
	idm_quote_put(&buf, '\'', facts->dn, SHOWN_MAX);
	if (by_id)
		idm_buf_printf(&buf, " both have the number %u", facts->id);
	else
		idm_buf_puts(&buf, " have the same name");
	idm_buf_printf(&buf, ": %s", outcome);
	if (idm_buf_status(&buf, NULL) == IDM_OK)
		setup->contested(setup->context, idm_buf_text(&buf));
}

/* Take back what was granted to somebody. */
static enum idm_status
withdraw(
    struct reading *reading, bool is_group, uint32_t place, struct idm_err *err)
{
	struct reading_counts *counts = reading->setup->counts;
	struct roll_entry *entry = entry_at(reading, is_group, place);

	if (entry->is_out)
		return IDM_OK;
	entry->is_out = entry->is_contested = true;
	if (is_group)
		counts->groups--;
	else
		counts->users--;
	counts->refused++;
	return drop_text(
	    reading, is_group ? IDM_OWN_GROUP : IDM_OWN_USER, entry->key, err);
}

static enum idm_status
settle_rival(struct reading *reading, const struct claim *claim,
    const struct idm_facts *facts, const struct claims_rival *rival,
    bool is_granted, struct idm_err *err)
{
	const struct roll_entry *other;
	const char *outcome = "only the first is served";
	enum idm_status st = IDM_OK;

	if (!rival->is_one)
		return IDM_OK;
	if (rival->has_lost)
		st = withdraw(reading, claim->is_group, rival->who, err);
	other = entry_at(reading, claim->is_group, rival->who);
	entry_at(reading, claim->is_group, claim->who)->is_restored = true;
	if (is_granted)
		outcome = "only the second is served";
	else if (other->is_out)
		outcome = "neither is served";
	if (facts != NULL)
		tell(reading, facts, other->key, rival->is_by_id, outcome);
	return st;
}

/* May it have its name and number?  facts: NULL, if it had them before. */
static enum idm_status
make_claim(struct reading *reading, const struct claim *claim,
    const struct idm_facts *facts, bool *is_granted, struct idm_err *err)
{
	struct claims_verdict verdict;
	enum idm_status st;

	st = claims_make(reading->claims, claim, &verdict, err);
	if (st == IDM_OK)
		st = settle_rival(reading, claim, facts, &verdict.by_id,
		    verdict.is_granted, err);
	if (st == IDM_OK)
		st = settle_rival(reading, claim, facts, &verdict.by_key,
		    verdict.is_granted, err);
	*is_granted = verdict.is_granted;
	return st;
}

/* One that is on the roll: is it served?  If so, put what it comes to. */
static enum idm_status
admit(struct reading *reading, const struct claim *claim,
    const struct idm_facts *facts, const struct idm_fetched *fetched,
    struct idm_err *err)
{
	struct reading_counts *counts = reading->setup->counts;
	struct roll_entry *entry = entry_at(
	    reading, claim->is_group, claim->who);
	bool is_granted;
	enum idm_status st;

	st = make_claim(reading, claim, facts, &is_granted, err);
	if (st != IDM_OK)
		return st;
	if (!is_granted) {
		entry->is_out = entry->is_contested = true;
		counts->refused++;
		return IDM_OK;
	}
	if (claim->is_group)
		counts->groups++;
	else
		counts->users++;
	return put_all(reading, entry, fetched, err);
}

/* Is this the key of the account? */
static bool
is_key_of(const struct reading *reading, struct idm_str key,
    const struct idm_facts *facts)
{
	const struct idm_realm realm = {
		.maps = reading->setup->moment->maps,
		.domain = reading->setup->domain,
	};
	char memory[IDM_OWNID_KEY_MAX];
	struct idm_buf own;

	idm_buf_init_fixed(&own, memory, sizeof(memory));
	return idm_ownid_put_key(&realm, facts->name, &own, NULL) == IDM_OK &&
	    idm_buf_status(&own, NULL) == IDM_OK &&
	    idm_str_compare(key, text_of(&own)) == 0;
}

/*
 * One that was refused: is that because the number that its entry has is served
 * as somebody else's, who has it still?
 */
static bool
is_contested(const struct reading *reading, const struct idm_facts *facts)
{
	const struct idm_view *cache = reading->setup->moment->maps->cache;
	uint32_t backend = reading->setup->domain->backend;
	struct idm_cached cached;
	struct idm_str other;
	uint32_t id;

	if (!facts->has_id ||
	    (backend != IDM_BACKEND_AD && backend != IDM_BACKEND_RFC2307) ||
	    idm_cached_find_id(cache,
		facts->is_group ? IDM_OWN_GID : IDM_OWN_UID, facts->id,
		&cached) != IDM_OK ||
	    !claims_read(facts->is_group, cached.record, &other, &id))
		return false;
	if (is_key_of(reading, other, facts))
		return false;
	tell(reading, facts, other, true, "only the first is served");
	return true;
}

/* ---- Users. */

static enum idm_status
enroll_user(struct reading *reading, const struct idm_facts *facts,
    const struct idm_fetched *fetched, struct idm_err *err)
{
	struct roll_user own = { .entry = entry_of(reading, facts) };
	struct claim claim = { .is_group = false };
	struct idm_own_user user;
	enum idm_status st;

	st = idm_own_user_open(idm_fetched_answer(fetched)->user, &user, err);
	if (st != IDM_OK)
		return st;
	own.entry.key = claim.key = user.key;
	own.shown = user.name;
	own.primary = user.gid;
	claim.id = user.uid;
	st = roll_add_user(reading->roll, &own, &claim.who, err);
	return st == IDM_OK ? admit(reading, &claim, facts, fetched, err) : st;
}

/* Only whom others are in the way of may come back when these change. */
static enum idm_status
leave_user_out(
    struct reading *reading, const struct idm_facts *facts, struct idm_err *err)
{
	struct roll_user own = { .entry = entry_of(reading, facts) };

	if (!is_contested(reading, facts))
		return IDM_OK;
	own.entry.is_out = own.entry.is_contested = true;
	own.shown = idm_str_of("");
	return roll_add_user(reading->roll, &own, NULL, err);
}

static enum idm_status
take_user(
    struct reading *reading, const struct idm_facts *facts, struct idm_err *err)
{
	struct idm_fetched *fetched = NULL;
	enum idm_status st;

	if (roll_find_user(reading->roll, entry_of(reading, facts).handle) !=
	    ROLL_NONE)
		return meet_again(reading, facts, err);
	st = fetch(reading, facts, &fetched, err);
	if (st == IDM_NOTFOUND)
		return leave_user_out(reading, facts, err);
	if (st == IDM_OK)
		st = enroll_user(reading, facts, fetched, err);
	idm_fetched_free(&fetched);
	return st;
}

/* ---- Groups. */

static enum idm_status
make_handles(struct reading *reading, size_t n, struct idm_err *err)
{
	if (n <= reading->handles_room)
		return IDM_OK;
	free(reading->handle);
	reading->handles_room = 0;
	reading->handle = calloc(n, sizeof(*reading->handle));
	if (reading->handle == NULL)
		return no_memory(err);
	reading->handles_room = n;
	return IDM_OK;
}

static enum idm_status
read_members(struct reading *reading, const struct idm_facts *facts, size_t *n,
    struct idm_err *err)
{
	const struct idm_attribute_values *members = facts->members;
	enum idm_status st;

	*n = members == NULL ? 0 : members->n;
	st = make_handles(reading, *n, err);
	for (size_t i = 0; i < *n && st == IDM_OK; i++)
		reading->handle[i] = roll_handle(
		    members->value[i], !facts->members_are_names);
	return st;
}

static enum idm_status
enroll_group(struct reading *reading, struct roll_group *own,
    const struct idm_facts *facts, const struct idm_fetched *fetched,
    size_t nmembers, struct idm_err *err)
{
	struct claim claim = { .is_group = true };
	struct idm_own_group group;
	enum idm_status st;

	own->record = idm_fetched_answer(fetched)->group;
	st = idm_own_group_open(own->record, &group, err);
	if (st != IDM_OK)
		return st;
	own->entry.key = claim.key = group.key;
	own->gid = claim.id = group.gid;
	st = roll_add_group(
	    reading->roll, own, reading->handle, nmembers, &claim.who, err);
	return st == IDM_OK ? admit(reading, &claim, facts, fetched, err) : st;
}

/* One that cannot be served may lead to others all the same. */
static enum idm_status
take_group(
    struct reading *reading, const struct idm_facts *facts, struct idm_err *err)
{
	struct roll_group own = { .entry = entry_of(reading, facts) };
	struct idm_fetched *fetched = NULL;
	enum idm_status st;
	size_t n;

	if (roll_find_group(reading->roll, own.entry.handle) != ROLL_NONE)
		return meet_again(reading, facts, err);
	st = read_members(reading, facts, &n, err);
	if (st == IDM_OK)
		st = fetch(reading, facts, &fetched, err);
	if (st == IDM_NOTFOUND) {
		own.entry.is_out = true;
		own.entry.is_contested = is_contested(reading, facts);
		own.record = idm_str_of("");
		return roll_add_group(
		    reading->roll, &own, reading->handle, n, NULL, err);
	}
	if (st == IDM_OK)
		st = enroll_group(reading, &own, facts, fetched, n, err);
	idm_fetched_free(&fetched);
	return st;
}

/* ---- Those whom the directory tells of. */

/* Their numbers, if they wait for them, are there. */
static enum idm_status
take(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct reading *reading = context;

	return facts->is_group ? take_group(reading, facts, err)
			       : take_user(reading, facts, err);
}

enum idm_status
reading_facts(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct reading *reading = context;

	return reading->has_waiting ? waiting_add(&reading->waiting, facts, err)
				    : take(reading, facts, err);
}

enum idm_status
reading_taken(struct reading *reading, struct idm_err *err)
{
	return waiting_end(&reading->waiting, err);
}

enum idm_status
reading_check(const struct reading *reading, struct idm_err *err)
{
	const struct reading_setup *setup = reading->setup;

	if (setup->counts->users > 0 || setup->known_users <= FEW)
		return IDM_OK;
	return idm_fail(err, IDM_TEMPFAIL,
	    "the directory shows none of %llu users any more: they are kept",
	    (unsigned long long)setup->known_users);
}

/* ---- Those whom the cache knows. */

enum idm_status
reading_moved(struct reading *reading, uint64_t old,
    const struct idm_facts *facts, struct idm_err *err)
{
	uint64_t handle = entry_of(reading, facts).handle;
	size_t n = reading->moved.n;
	uint64_t *grown;

	if (handle == old || places_find(&reading->moved, old) != PLACES_NONE)
		return IDM_OK;
	grown = reallocarray(reading->moved_to, n + 1, sizeof(*grown));
	if (grown == NULL)
		return no_memory(err);
	reading->moved_to = grown;
	grown[n] = handle;
	return places_add(&reading->moved, old, (uint32_t)n) ? IDM_OK
							     : no_memory(err);
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
	st = roll_add_user(reading->roll, &own, &claim.who, err);
	if (st == IDM_OK)
		st = make_claim(reading, &claim, NULL, &is_granted, err);
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
	own.record = text_of(&bare);
	st = roll_add_group(
	    reading->roll, &own, reading->handle, nmembers, &claim.who, err);
	idm_buf_fini(&bare);
	if (st == IDM_OK)
		st = make_claim(reading, &claim, NULL, &is_granted, err);
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
	enum idm_status st;

	memcpy(entry.uuid, uuid, sizeof(entry.uuid));
	if (entry.is_out)
		reading->setup->counts->refused++;
	if ((kept->flags & IDM_ENTRY_GROUP) == 0)
		return keep_user(reading, &entry, err);
	st = make_handles(reading, kept->nmembers, err);
	for (uint32_t i = 0; i < kept->nmembers && st == IDM_OK; i++) {
		uint64_t handle = idm_cursor_u64(&members);

		reading->handle[i] = handle_now(reading, handle);
		if (reading->handle[i] != handle)
			entry.is_kept = false;
	}
	return st == IDM_OK ? keep_group(reading, &entry, kept->nmembers, err)
			    : st;
}

/* ---- One who has changed for himself alone. */

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
	const struct roll_entry now = entry_of(reading, facts);
	struct idm_fetched *fetched = NULL;
	enum idm_status st;

	*is_same = false;
	if (facts->is_group || kept->flags != 0 || kept->handle != now.handle ||
	    reading->has_waiting)
		return IDM_OK;
	st = fetch(reading, facts, &fetched, err);
	if (st != IDM_OK)
		return st == IDM_NOTFOUND ? IDM_OK : st;
	*is_same = is_same_user(reading, kept->key, fetched);
	if (*is_same)
		st = put_all(reading, &now, fetched, err);
	idm_fetched_free(&fetched);
	return st;
}

/* ---- All are there. */

static enum idm_status
put_group(struct reading *reading, uint32_t place, struct idm_err *err)
{
	struct roll_group *own = roll_group_at(reading->roll, place);
	char memory[IDM_KEY_MAX];
	const struct idm_str *member;
	struct idm_own_group group;
	struct idm_buf key;
	enum idm_status st;
	size_t n;

	if (own->entry.is_out)
		return IDM_OK;
	st = idm_own_group_open(own->record, &group, err);
	if (st == IDM_OK)
		st = roll_members(reading->roll, place, &member, &n, err);
	if (st != IDM_OK)
		return st;
	group.nmembers = (uint32_t)n;
	idm_buf_clear(&reading->value);
	idm_own_group_write(&reading->value, &group, member);
	/* With more members than a record has room for. */
	if (idm_buf_status(&reading->value, NULL) != IDM_OK) {
		own->entry.is_out = true;
		reading->setup->counts->groups--;
		reading->setup->counts->refused++;
		return IDM_OK;
	}
	reading->shipment.is_forced = own->entry.is_restored;
	st = put_text(reading, IDM_OWN_GROUP, group.key, &reading->value, err);
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key_id(&key, IDM_OWN_GID, group.gid);
	if (st == IDM_OK)
		st = put_record(reading, &key, &reading->value, err);
	reading->shipment.is_forced = false;
	return st;
}

static enum idm_status
put_gids(void *context, const struct roll_user *user, const uint32_t *gid,
    uint32_t ngids, struct idm_err *err)
{
	struct reading *reading = context;
	enum idm_status st;

	idm_buf_clear(&reading->value);
	idm_own_gids_write(&reading->value, gid, ngids);
	reading->shipment.is_forced = user->entry.is_restored;
	st = put_text(
	    reading, IDM_OWN_MEMBERSHIP, user->entry.key, &reading->value, err);
	reading->shipment.is_forced = false;
	return st;
}

void
reading_entry_key(
    const struct reading *reading, const uint8_t *uuid, struct idm_buf *key)
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * IDM_GUID_SIZE];

	for (size_t i = 0; i < IDM_GUID_SIZE; i++) {
		text[2 * i] = digits[uuid[i] >> 4];
		text[2 * i + 1] = digits[uuid[i] & 15];
	}
	idm_buf_puts(key, IDM_CACHED_ENTRY);
	idm_buf_put(key, text, sizeof(text));
	idm_buf_puts(key, "@");
	idm_buf_puts(key, idm_domain_shown(reading->setup->domain));
}

/* Only with these can what happens next be understood without the rest. */
static enum idm_status
put_entry(struct reading *reading, const struct roll_entry *entry,
    bool is_group, const uint64_t *member, uint32_t nmembers,
    struct idm_err *err)
{
	const struct idm_cached_entry kept = {
		.flags = (uint8_t)((is_group ? IDM_ENTRY_GROUP : 0) |
		    (entry->is_out ? IDM_ENTRY_OUT : 0) |
		    (entry->is_contested ? IDM_ENTRY_CONTESTED : 0)),
		.key = entry->key,
		.handle = entry->handle,
		.nmembers = nmembers,
	};
	char memory[IDM_KEY_MAX];
	struct idm_buf key;

	if (!entry->has_uuid || entry->is_kept)
		return IDM_OK;
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	reading_entry_key(reading, entry->uuid, &key);
	idm_buf_clear(&reading->value);
	idm_cached_entry_write(&reading->value, &kept, member);
	return put_record(reading, &key, &reading->value, err);
}

static enum idm_status
put_entries(struct reading *reading, struct idm_err *err)
{
	struct roll *roll = reading->roll;
	enum idm_status st = IDM_OK;

	for (uint32_t i = 0; i < roll_users(roll) && st == IDM_OK; i++)
		st = put_entry(reading, &roll_user_at(roll, i)->entry, false,
		    NULL, 0, err);
	for (uint32_t i = 0; i < roll_groups(roll) && st == IDM_OK; i++) {
		uint32_t n;
		const uint64_t *member = roll_named(roll, i, &n);

		st = put_entry(reading, &roll_group_at(roll, i)->entry, true,
		    member, n, err);
	}
	return st;
}

enum idm_status
reading_finish(struct reading *reading, struct idm_err *err)
{
	enum idm_status st = go_on(reading, err);

	for (uint32_t i = 0; i < roll_groups(reading->roll) && st == IDM_OK;
	     i++)
		st = put_group(reading, i, err);
	if (st == IDM_OK)
		st = roll_gids(reading->roll, put_gids, reading, err);
	return st == IDM_OK ? put_entries(reading, err) : st;
}

/* ---- All of it. */

static void
prepare(struct reading *reading)
{
	const struct reading_setup *setup = reading->setup;
	const struct idm_domain *giver = idm_domain_giver(
	    &setup->moment->maps->domains, setup->domain);
	const struct idm_backend *backend = idm_backend_by_id(
	    giver == NULL ? IDM_BACKEND_NONE : giver->backend);

	reading->list = (struct idm_finder){
		.session = setup->list,
		.settings = &setup->realm->settings,
		.schema = &setup->realm->schema,
		.domain_sid = setup->domain->sid,
		.now = idm_clock_seconds(),
	};
	reading->ask = reading->list;
	reading->ask.session = setup->ask;
	reading->with = (struct idm_fetch){
		.maps = setup->moment->maps,
		.domain = setup->domain,
		.finder = &reading->ask,
		.account_dir = setup->accounts,
		.allocator = &reading->waiting.allocator,
		.taken = reading->taken,
	};
	reading->has_waiting = backend != NULL && backend->allocates;
	reading->waiting.each = take;
	reading->waiting.context = reading;
	waiting_begin(
	    &reading->waiting, setup->orders, setup->moment, setup->accounts);
}

enum idm_status
reading_init(struct reading *reading, const struct reading_setup *setup,
    struct idm_err *err)
{
	const struct idm_view *cache = setup->moment->maps->cache;
	enum idm_status st;

	*reading = (struct reading){
		.setup = setup,
		.shipment = {
		    .cache = cache,
		    .send = setup->send,
		    .context = setup->context,
		},
	};
	*setup->counts = (struct reading_counts){ 0 };
	shipment_begin(&reading->shipment);
	idm_buf_init(&reading->value, IDM_VALUE_MAX);
	idm_buf_init(&reading->front, IDM_VALUE_MAX);
	st = roll_new(setup->realm->settings.nesting, &reading->roll, err);
	if (st == IDM_OK)
		st = claims_new(cache, &reading->claims, err);
	if (st == IDM_OK)
		st = idm_taken_new(setup->accounts, &reading->taken, err);
	prepare(reading);
	return st;
}

/*
 * Who has walked through the cache has come to have all of the file in his
 * memory.  It is the kernel's all the same, and comes again when it is needed.
 */
static void
give_back(const struct idm_view *cache)
{
	struct idm_str bytes = idm_view_bytes(cache);
	void *at;

	memcpy(&at, &bytes.data, sizeof(at));
	(void)madvise(at, bytes.len, MADV_DONTNEED);
}

void
reading_fini(struct reading *reading)
{
	const struct idm_view *cache = reading->setup->moment->maps->cache;

	roll_free(&reading->roll);
	claims_free(&reading->claims);
	places_fini(&reading->moved);
	free(reading->moved_to);
	idm_taken_free(&reading->taken);
	waiting_fini(&reading->waiting);
	shipment_fini(&reading->shipment);
	idm_buf_fini(&reading->value);
	idm_buf_fini(&reading->front);
	free(reading->handle);
	if (cache != NULL)
		give_back(cache);
	(void)malloc_trim(0);
}
