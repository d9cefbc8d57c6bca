#include <string.h>

#include "daemon/reading_parts.h"
#include "map/cached.h"

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

enum idm_status
reading_put_all(struct reading *reading, const struct roll_entry *entry,
    const struct idm_fetched *fetched, struct idm_err *err)
{
	const struct idm_fetched_record *record;
	enum idm_status st = IDM_OK;
	size_t n;

	reading->shipment.is_forced = entry->is_restored;
	record = idm_fetched_records(fetched, &n);
	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		if (lists_members(record[i].key))
			continue;
		st = entry->is_new && record[i].value.len > 0
		    ? put_unsure(reading, &record[i], err)
		    : shipment_put(&reading->shipment, record[i].key,
			  record[i].value, err);
	}
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
