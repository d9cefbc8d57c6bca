#include <string.h>

#include "base/quote.h"
#include "daemon/reading_parts.h"
#include "map/cached.h"
#include "map/equal.h"
#include "map/siphash.h"

/* Of groups: those that say who is in them are put when that can be told. */
static bool
lists_members(struct idm_str key)
{
	return memcmp(key.data, IDM_OWN_GROUP, IDM_OWN_PREFIX) == 0 ||
	    memcmp(key.data, IDM_OWN_GID, IDM_OWN_PREFIX) == 0;
}

/* Of somebody new a record that does not count before all are there. */
static enum idm_status
put_unsure(struct reading *reading, const struct idm_fetched_record *record,
    struct idm_err *err)
{
	struct idm_cached cached;
	enum idm_status st = idm_cached_read(record->value, &cached, err);

	if (st != IDM_OK)
		return st;
	cached.flags |= IDM_CACHED_UNSURE;
	idm_buf_clear(&reading->front);
	idm_cached_write(&reading->front, &cached);
	st = idm_buf_status(&reading->front, err);
	return st == IDM_OK ? shipment_put(&reading->shipment, record->key,
				  reading_text_of(&reading->front), err)
			    : st;
}

/* ---- Handles of who is equal. */

bool
reading_has_equals(const struct reading *reading)
{
	return (reading->setup->domain->flags &
		   (IDM_DOMAIN_EQUAL_USERS | IDM_DOMAIN_EQUAL_GROUPS |
		       IDM_DOMAIN_WINNAMES)) != 0;
}

/* One that another entry, too, may have: not a SID's. */
static bool
is_handle(struct idm_str key)
{
	return key.len > IDM_OWN_PREFIX + 1 &&
	    memcmp(key.data, IDM_EQUAL_HANDLE, IDM_OWN_PREFIX) == 0 &&
	    (key.data[IDM_OWN_PREFIX + 1] == ':' ||
		key.data[IDM_OWN_PREFIX + 1] == '#');
}

/* There was such a one before: it is none's. */
static enum idm_status
put_several(struct reading *reading, const struct idm_fetched_record *record,
    struct idm_err *err)
{
	char why[IDM_EQUAL_DN_MAX + 1];
	struct idm_cached cached;
	struct idm_equal equal;
	struct idm_buf text, key;
	enum idm_status st;

	st = idm_cached_read(record->value, &cached, err);
	if (st == IDM_OK)
		st = idm_equal_read(cached.record, &equal, err);
	if (st != IDM_OK)
		return st;
	idm_buf_init_fixed(&text, why, sizeof(why));
	idm_buf_puts(
	    &text, "several entries fit, of which none is served: one is ");
	idm_quote_put(&text, '\'', equal.dn, 100);
	equal.by = IDM_EQUAL_REFUSED;
	equal.login[0] = equal.login[1] = idm_str_of("");
	equal.id = 0;
	equal.sid.nsubs = 0;
	equal.dn = reading_text_of(&text);
	idm_buf_clear(&reading->value);
	idm_equal_write(&reading->value, &equal);
	idm_buf_init(&key, IDM_KEY_MAX);
	idm_buf_put(&key, record->key.data, record->key.len);
	reading->shipment.is_forced = true;
	st = reading_put_record(reading, &key, &reading->value, err);
	reading->shipment.is_forced = false;
	idm_buf_fini(&key);
	return st;
}

static enum idm_status
put_handle(struct reading *reading, const struct idm_fetched_record *record,
    struct idm_err *err)
{
	static const uint8_t seed[IDM_SIPHASH_KEY] = "equals' handles";
	uint64_t hash = idm_siphash(seed, record->key.data, record->key.len);

	/* Who changes for himself alone has those that he had. */
	if (reading->is_amended)
		return IDM_OK;
	if (places_find(&reading->equals, hash) != PLACES_NONE)
		return put_several(reading, record, err);
	if (!places_add(&reading->equals, hash, 0))
		return idm_fail(err, IDM_NOMEM, "out of memory");
	return shipment_put(
	    &reading->shipment, record->key, record->value, err);
}

static enum idm_status
put_one(struct reading *reading, const struct roll_entry *entry,
    const struct idm_fetched_record *record, struct idm_err *err)
{
	/* What is gone is taken out when all are there. */
	if (record->value.len == 0 || lists_members(record->key))
		return IDM_OK;
	if (is_handle(record->key))
		return put_handle(reading, record, err);
	reading->shipment.is_forced = entry->is_restored;
	return entry->is_new
	    ? put_unsure(reading, record, err)
	    : shipment_put(&reading->shipment, record->key, record->value, err);
}

enum idm_status
reading_put_all(struct reading *reading, const struct roll_entry *entry,
    const struct idm_fetched *fetched, struct idm_err *err)
{
	const struct idm_fetched_record *record;
	enum idm_status st = IDM_OK;
	size_t n;

	record = idm_fetched_records(fetched, &n);
	for (size_t i = 0; i < n && st == IDM_OK; i++)
		st = put_one(reading, entry, &record[i], err);
	reading->shipment.is_forced = false;
	return st;
}

/* Put a record behind its front. */
enum idm_status
reading_put_record(struct reading *reading, const struct idm_buf *key,
    const struct idm_buf *record, struct idm_err *err)
{
	const struct idm_cached cached = {
		.flags = reading->flags,
		.when = reading->list.now,
		.stamp = reading->setup->domain->stamp,
		.record = reading_text_of(record),
	};
	enum idm_status st = idm_buf_status(record, err);

	idm_buf_clear(&reading->front);
	idm_cached_write(&reading->front, &cached);
	if (st == IDM_OK)
		st = idm_buf_status(&reading->front, err);
	if (st == IDM_OK)
		st = idm_buf_status(key, err);
	if (st == IDM_OK)
		st = shipment_put(&reading->shipment, reading_text_of(key),
		    reading_text_of(&reading->front), err);
	return st;
}

enum idm_status
reading_put_text(struct reading *reading, const char *prefix,
    struct idm_str text, const struct idm_buf *record, struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key(&key, prefix, text);
	return reading_put_record(reading, &key, record, err);
}

enum idm_status
reading_drop_text(struct reading *reading, const char *prefix,
    struct idm_str text, struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct idm_buf key;
	enum idm_status st;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key(&key, prefix, text);
	st = idm_buf_status(&key, err);
	return st == IDM_OK
	    ? shipment_drop(&reading->shipment, reading_text_of(&key), err)
	    : st;
}
