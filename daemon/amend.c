#include <stdlib.h>
#include <string.h>

#include "daemon/amend.h"
#include "map/cached.h"

/* An entry that was there, and has changed or gone; texts of the cache. */
struct former {
	uint8_t uuid[IDM_GUID_SIZE];
	struct idm_str entry_key;
	struct idm_str key;
	uint8_t flags;
};

struct amend {
	struct reading reading;
	const struct news *news;
	struct former *former;
	size_t n;
	size_t room;
	uint64_t served; /* whom the cache knows, users and groups */
	bool has_contested;
};

static enum idm_status
is_doubtful(struct idm_err *err, const char *why)
{
	return idm_fail(err, IDM_CONFLICT, "%s", why);
}

/* ---- Who was there. */

static int
digit_of(char c)
{
	return c <= '9' ? c - '0' : c - 'a' + 10;
}

/* i/u/UUID@DOMAIN of this domain? */
static bool
read_key(const struct amend *amend, struct idm_str key,
    uint8_t uuid[static IDM_GUID_SIZE])
{
	const char *domain = idm_domain_shown(amend->reading.setup->domain);
	const char *digits = key.data + IDM_OWN_PREFIX;
	size_t n = IDM_OWN_PREFIX + 2 * IDM_GUID_SIZE;

	if (key.len != n + 1 + strlen(domain) || key.data[n] != '@' ||
	    memcmp(key.data + n + 1, domain, strlen(domain)) != 0)
		return false;
	for (size_t i = 0; i < IDM_GUID_SIZE; i++)
		uuid[i] = (uint8_t)(digit_of(digits[2 * i]) << 4 |
		    digit_of(digits[2 * i + 1]));
	return true;
}

static enum idm_status
note_former(
    struct amend *amend, const struct former *former, struct idm_err *err)
{
	size_t room = amend->room == 0 ? 64 : 2 * amend->room;
	struct former *grown;

	if (amend->n == amend->room) {
		grown = reallocarray(amend->former, room, sizeof(*grown));
		if (grown == NULL)
			return idm_fail(err, IDM_NOMEM, "out of memory");
		amend->former = grown;
		amend->room = room;
	}
	amend->former[amend->n++] = *former;
	return IDM_OK;
}

static enum idm_status
load_one(struct amend *amend, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct former former = { .entry_key = key };
	struct idm_cached_entry entry;
	struct idm_cached cached;

	if (!read_key(amend, key, former.uuid))
		return IDM_OK;
	if (idm_cached_read(value, &cached, NULL) != IDM_OK ||
	    idm_cached_entry_read(cached.record, &entry, NULL) != IDM_OK ||
	    cached.stamp != amend->reading.setup->domain->stamp)
		return is_doubtful(err, "the cache is of another policy");
	if ((entry.flags & IDM_ENTRY_OUT) == 0)
		amend->served++;
	if ((entry.flags & IDM_ENTRY_CONTESTED) != 0)
		amend->has_contested = true;
	if (news_fate(amend->news, former.uuid) == NEWS_KEPT)
		return reading_kept(&amend->reading, former.uuid, &entry, err);
	former.key = entry.key;
	former.flags = entry.flags;
	return note_former(amend, &former, err);
}

/* What became of an entry, as the cache has it.  IDM_NOTFOUND. */
static enum idm_status
find_entry(const struct reading *reading, const uint8_t *uuid,
    struct idm_cached_entry *entry)
{
	const struct reading_setup *setup = reading->setup;
	char memory[IDM_KEY_MAX];
	struct idm_cached cached;
	struct idm_str value;
	struct idm_buf key;
	enum idm_status st;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	reading_entry_key(reading, uuid, &key);
	st = idm_view_get(
	    setup->moment->maps->cache, key.data, key.len, &value);
	if (st == IDM_OK)
		st = idm_cached_read(value, &cached, NULL);
	if (st == IDM_OK && cached.stamp != setup->domain->stamp)
		return IDM_CORRUPT;
	return st == IDM_OK ? idm_cached_entry_read(cached.record, entry, NULL)
			    : st;
}

/* What was renamed, before those who name it are there. */
static enum idm_status
find_moved(struct amend *amend, struct idm_err *err)
{
	struct reading *reading = &amend->reading;
	const struct reading_setup *setup = reading->setup;
	enum idm_status st = IDM_OK;

	if (setup->realm->schema.schema != IDM_SCHEMA_AD)
		return IDM_OK;
	for (size_t i = 0; i < amend->news->n && st == IDM_OK; i++) {
		const struct idm_facts *facts = amend->news->facts[i];
		struct idm_cached_entry entry;

		if (find_entry(reading, facts->guid, &entry) == IDM_OK)
			st = reading_moved(reading, entry.handle, facts, err);
	}
	return st;
}

/* That everybody is there whom the cache says it has. */
static enum idm_status
load(struct amend *amend, struct idm_err *err)
{
	const struct reading_setup *setup = amend->reading.setup;
	const struct idm_view *cache = setup->moment->maps->cache;
	struct idm_walk walk = { 0 };
	enum idm_status st = IDM_OK;

	if (cache == NULL)
		return is_doubtful(err, "there is no cache");
	st = find_moved(amend, err);
	while (st == IDM_OK) {
		struct idm_str key, value;

		st = idm_view_next_of(
		    cache, &walk, IDM_CACHED_ENTRY, &key, &value, err);
		if (st == IDM_OK && key.len > IDM_KEY_END) {
			key.len -= IDM_KEY_END;
			st = load_one(amend, key, value, err);
		}
	}
	if (st != IDM_NOTFOUND)
		return st == IDM_CORRUPT
		    ? is_doubtful(err, "the cache is damaged")
		    : st;
	return amend->served == setup->known_users + setup->known_groups
	    ? IDM_OK
	    : is_doubtful(err, "the cache has not all that it counts");
}

/* ---- What has become of them. */

static enum idm_status
take_kind(struct amend *amend, bool is_group, struct idm_err *err)
{
	struct reading *reading = &amend->reading;
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < amend->news->n && st == IDM_OK; i++) {
		const struct idm_facts *facts = amend->news->facts[i];

		if (facts->is_group == is_group)
			st = reading_facts(reading, facts, err);
	}
	return st == IDM_OK ? reading_taken(reading, err) : st;
}

/* The number that an entry was served with. */
static bool
find_id(const struct amend *amend, const struct former *former, bool is_group,
    uint32_t *id)
{
	const struct idm_view *cache = amend->reading.setup->moment->maps
					   ->cache;
	struct idm_cached cached;
	struct idm_str key;

	return idm_cached_find(cache, is_group ? IDM_OWN_GROUP : IDM_OWN_USER,
		   former->key, &cached) == IDM_OK &&
	    claims_read(is_group, cached.record, &key, id);
}

/*
 * Where somebody is left out for another one's sake, a name or a number that
 * nobody has any more may be his.
 */
static enum idm_status
check_contested(const struct amend *amend, struct idm_err *err)
{
	for (size_t i = 0; i < amend->n && amend->has_contested; i++) {
		const struct former *former = &amend->former[i];
		struct claim claim = {
			.is_group = (former->flags & IDM_ENTRY_GROUP) != 0,
			.key = former->key,
		};

		if ((former->flags & IDM_ENTRY_CONTESTED) != 0)
			return is_doubtful(err, "it was contested");
		if ((former->flags & IDM_ENTRY_OUT) == 0 &&
		    (!find_id(amend, former, claim.is_group, &claim.id) ||
			!claims_are_held(amend->reading.claims, &claim)))
			return is_doubtful(
			    err, "somebody else may have waited for it");
	}
	return IDM_OK;
}

/* ---- Who is not there any more. */

static enum idm_status
drop_own(struct amend *amend, const char *prefix, const char *sign,
    struct idm_str text, struct idm_err *err)
{
	struct shipment *shipment = &amend->reading.shipment;
	char memory[2][IDM_KEY_MAX];
	struct idm_buf own, live;

	/* Whoever is there has a record of the second kind. */
	idm_buf_init_fixed(&own, memory[0], sizeof(memory[0]));
	idm_buf_init_fixed(&live, memory[1], sizeof(memory[1]));
	idm_own_key(&own, prefix, text);
	idm_own_key(&live, sign, text);
	if (shipment_has(shipment, (struct idm_str){ live.data, live.len }))
		return IDM_OK;
	return shipment_drop(
	    shipment, (struct idm_str){ own.data, own.len }, err);
}

static enum idm_status
remove_former(struct amend *amend, struct idm_err *err)
{
	struct shipment *shipment = &amend->reading.shipment;
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < amend->n && st == IDM_OK; i++) {
		const struct former *former = &amend->former[i];

		if ((former->flags & IDM_ENTRY_OUT) == 0)
			st = (former->flags & IDM_ENTRY_GROUP) != 0
			    ? drop_own(amend, IDM_OWN_GROUP, IDM_OWN_GROUP,
				  former->key, err)
			    : drop_own(amend, IDM_OWN_USER, IDM_OWN_MEMBERSHIP,
				  former->key, err);
		if (st == IDM_OK && !shipment_has(shipment, former->entry_key))
			st = shipment_drop(shipment, former->entry_key, err);
	}
	return st;
}

/* ---- What changes nobody else. */

/* Gone are also those who have changed, and those who were never ours. */
static bool
has_gone(const struct amend *amend)
{
	const struct news *news = amend->news;

	for (size_t i = 0; i < news->gone.n; i++) {
		struct idm_cached_entry entry;
		const uint8_t *uuid = news->gone.uuid[i];

		if (news_fate(news, uuid) == NEWS_GONE &&
		    find_entry(&amend->reading, uuid, &entry) != IDM_NOTFOUND)
			return true;
	}
	return news->rest_is_gone;
}

/*
 * Most changes are of some user's own: a shell, a password's age.  *is_done:
 * so were these, and they were taken.
 */
static enum idm_status
try_alone(struct amend *amend, bool *is_done, struct idm_err *err)
{
	struct reading *reading = &amend->reading;
	const struct reading_setup *setup = reading->setup;
	enum idm_status st = IDM_OK;

	*is_done = setup->moment->maps->cache != NULL && !has_gone(amend);
	for (size_t i = 0; i < amend->news->n && *is_done && st == IDM_OK;
	     i++) {
		const struct idm_facts *facts = amend->news->facts[i];
		struct idm_cached_entry entry;

		if (find_entry(reading, facts->guid, &entry) == IDM_OK)
			st = reading_same_user(
			    reading, facts, &entry, is_done, err);
		else
			*is_done = false;
	}
	setup->counts->users = *is_done ? setup->known_users : 0;
	setup->counts->groups = *is_done ? setup->known_groups : 0;
	return st;
}

/* ---- All of it. */

static enum idm_status
run(struct amend *amend, struct idm_err *err)
{
	struct reading *reading = &amend->reading;
	bool is_done = false;
	enum idm_status st = IDM_OK;

	if (!reading->setup->is_crossing)
		st = try_alone(amend, &is_done, err);
	reading->setup->counts->is_alone = is_done;
	if (st != IDM_OK || is_done)
		return st == IDM_OK ? shipment_end(&reading->shipment, err)
				    : st;
	if (reading_has_equals(reading))
		return is_doubtful(
		    err, "who equals whom can be told of all only");
	st = reading_begin(reading, err);
	if (st == IDM_OK)
		st = load(amend, err);
	if (st == IDM_OK)
		st = take_kind(amend, false, err);
	if (st == IDM_OK)
		st = reading_check(reading, err);
	if (st == IDM_OK)
		st = take_kind(amend, true, err);
	if (st == IDM_OK)
		st = check_contested(amend, err);
	if (st == IDM_OK)
		st = reading_finish(reading, err);
	if (st == IDM_OK)
		st = remove_former(amend, err);
	return st == IDM_OK ? shipment_end(&reading->shipment, err) : st;
}

enum idm_status
amend(const struct reading_setup *setup, const struct news *news,
    struct idm_err *err)
{
	struct amend amend = { .news = news };
	enum idm_status st = reading_init(&amend.reading, setup, err);

	amend.reading.is_amended = true;
	if (st == IDM_OK)
		st = run(&amend, err);
	setup->counts->sent = amend.reading.shipment.sent;
	setup->counts->removed = amend.reading.shipment.removed;
	free(amend.former);
	reading_fini(&amend.reading);
	return st;
}
