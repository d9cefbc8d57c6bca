#include "daemon/reading_parts.h"
#include "map/cached.h"

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
	st = reading_put_text(
	    reading, IDM_OWN_GROUP, group.key, &reading->value, err);
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key_id(&key, IDM_OWN_GID, group.gid);
	if (st == IDM_OK)
		st = reading_put_record(reading, &key, &reading->value, err);
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
	st = reading_put_text(
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
	return reading_put_record(reading, &key, &reading->value, err);
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
	enum idm_status st = reading_go_on(reading, err);

	for (uint32_t i = 0; i < roll_groups(reading->roll) && st == IDM_OK;
	     i++)
		st = put_group(reading, i, err);
	if (st == IDM_OK)
		st = roll_gids(reading->roll, put_gids, reading, err);
	return st == IDM_OK ? put_entries(reading, err) : st;
}
