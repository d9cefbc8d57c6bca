#include <stdlib.h>
#include <string.h>

#include "daemon/reading_parts.h"
#include "map/cached.h"
#include "map/equal.h"

/* ---- What is taken as it was. */

static enum idm_status
no_memory(struct idm_err *err)
{
	return idm_fail(err, IDM_NOMEM, "out of memory");
}

static enum idm_status
make_names(struct reading *reading, size_t n, struct idm_err *err)
{
	struct idm_str *grown;

	if (n <= reading->names_room)
		return IDM_OK;
	grown = reallocarray(reading->name, n, sizeof(*grown));
	if (grown == NULL)
		return no_memory(err);
	reading->name = grown;
	reading->names_room = n;
	return IDM_OK;
}

/*
 * Members of domains that did not tell, or were not asked, are those that the
 * group had.
 */
static enum idm_status
add_old_members(struct reading *reading, struct idm_str key,
    const struct idm_str **member, size_t *n, struct idm_err *err)
{
	const struct idm_view *cache = reading->setup->moment->maps->cache;
	unsigned doubt = roll_doubt(reading->roll);
	struct idm_own_group old;
	struct idm_cached cached;
	enum idm_status st;
	size_t all = *n;

	if ((doubt & ROLL_PARTIAL) != 0)
		reading->flags = IDM_CACHED_PARTIAL;
	if ((doubt & ROLL_AS_IT_WAS) == 0 ||
	    idm_cached_find(cache, IDM_OWN_GROUP, key, &cached) != IDM_OK ||
	    idm_own_group_read(cached.record, &old, NULL) != IDM_OK)
		return IDM_OK;
	reading->flags |= cached.flags & IDM_CACHED_PARTIAL;
	st = make_names(reading, all + old.nmembers, err);
	if (st != IDM_OK)
		return st;
	if (all > 0)
		memcpy(reading->name, *member, all * sizeof(**member));
	for (uint32_t i = 0; i < old.nmembers; i++) {
		struct idm_str shown = idm_cursor_str(&old.members);

		if (guests_keep_name(&reading->guests, shown) &&
		    !roll_has_member(reading->roll, guests_handle(shown)))
			reading->name[all++] = shown;
	}
	*member = reading->name;
	*n = all;
	return IDM_OK;
}

static int
compare_gids(const void *a, const void *b)
{
	uint32_t one = *(const uint32_t *)a;
	uint32_t other = *(const uint32_t *)b;

	return (one > other) - (one < other);
}

/* Ascending, each once.  How many? */
static uint32_t
settle(uint32_t *gid, uint32_t n)
{
	uint32_t kept = 0;

	qsort(gid, n, sizeof(*gid), compare_gids);
	for (uint32_t i = 0; i < n; i++) {
		if (kept == 0 || gid[kept - 1] != gid[i])
			gid[kept++] = gid[i];
	}
	return kept;
}

/* Likewise the groups of a user. */
static enum idm_status
add_old_gids(struct reading *reading, const struct roll_user *user,
    const uint32_t **gid, uint32_t *n, struct idm_err *err)
{
	const struct idm_view *cache = reading->setup->moment->maps->cache;
	struct idm_cached cached;
	struct idm_cursor old;
	uint32_t *grown;
	uint32_t all = *n;
	uint32_t nold;

	if (!reading->guests.any_kept ||
	    idm_cached_find(cache, IDM_OWN_MEMBERSHIP, user->entry.key,
		&cached) != IDM_OK ||
	    idm_own_gids_read(cached.record, &old, &nold, NULL) != IDM_OK)
		return IDM_OK;
	if ((size_t)all + nold > reading->gids_room) {
		grown = reallocarray(
		    reading->gid, (size_t)all + nold, sizeof(*grown));
		if (grown == NULL)
			return no_memory(err);
		reading->gid = grown;
		reading->gids_room = (size_t)all + nold;
	}
	if (all > 0)
		memcpy(reading->gid, *gid, all * sizeof(**gid));
	for (uint32_t i = 0; i < nold; i++) {
		uint32_t was = idm_cursor_u32(&old);

		if (was != user->primary &&
		    guests_keep_gid(&reading->guests, was))
			reading->gid[all++] = was;
	}
	if (all == *n)
		return IDM_OK;
	*n = settle(reading->gid, all);
	*gid = reading->gid;
	return IDM_OK;
}

/* ---- Groups, and users' groups. */

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

	if (own->entry.is_out || own->entry.is_guest)
		return IDM_OK;
	reading->flags = 0;
	st = idm_own_group_open(own->record, &group, err);
	if (st == IDM_OK)
		st = roll_members(reading->roll, place, &member, &n, err);
	if (st == IDM_OK)
		st = add_old_members(reading, group.key, &member, &n, err);
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
	reading->flags = 0;
	return st;
}

static enum idm_status
put_gids(void *context, const struct roll_user *user, const uint32_t *gid,
    uint32_t ngids, struct idm_err *err)
{
	struct reading *reading = context;
	enum idm_status st = add_old_gids(reading, user, &gid, &ngids, err);

	if (st != IDM_OK)
		return st;
	if (reading->guests.is_silent)
		reading->flags = IDM_CACHED_PARTIAL;
	idm_buf_clear(&reading->value);
	idm_own_gids_write(&reading->value, gid, ngids);
	reading->shipment.is_forced = user->entry.is_restored;
	st = reading_put_text(
	    reading, IDM_OWN_MEMBERSHIP, user->entry.key, &reading->value, err);
	reading->shipment.is_forced = false;
	reading->flags = 0;
	return st;
}

/* ---- Entries. */

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

/* Who of a group's members may be of other domains: into reading->name. */
static enum idm_status
list_foreign(struct reading *reading, const uint64_t *member, uint32_t n,
    uint32_t *out, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	uint32_t found = 0;

	if (reading->guests.n > 0)
		st = make_names(reading, n, err);
	for (uint32_t i = 0; i < n && reading->guests.n > 0 && st == IDM_OK;
	     i++) {
		struct idm_str dn = guests_dn(&reading->guests, member[i]);

		if (dn.len > 0)
			reading->name[found++] = dn;
	}
	*out = found;
	return st;
}

/* Only with these can what happens next be understood without the rest. */
static enum idm_status
put_entry(struct reading *reading, const struct roll_entry *entry,
    bool is_group, const uint64_t *member, uint32_t nmembers,
    struct idm_err *err)
{
	struct idm_cached_entry kept = {
		.flags = (uint8_t)((is_group ? IDM_ENTRY_GROUP : 0) |
		    (entry->is_out ? IDM_ENTRY_OUT : 0) |
		    (entry->is_contested ? IDM_ENTRY_CONTESTED : 0)),
		.key = entry->key,
		.handle = entry->handle,
		.nmembers = nmembers,
	};
	char memory[IDM_KEY_MAX];
	struct idm_buf key;
	enum idm_status st;

	if (!entry->has_uuid || entry->is_kept || entry->is_guest)
		return IDM_OK;
	st = list_foreign(reading, member, nmembers, &kept.nforeign, err);
	if (st != IDM_OK)
		return st;
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	reading_entry_key(reading, entry->uuid, &key);
	idm_buf_clear(&reading->value);
	idm_cached_entry_write(&reading->value, &kept, member, reading->name);
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

/* Groups of this host, as a directory says. */
static enum idm_status
put_locals(void *context, const struct roll_user *user,
    const struct idm_str *name, size_t n, struct idm_err *err)
{
	struct reading *reading = context;

	if (n > IDM_EQUAL_LOCALS_MAX)
		n = IDM_EQUAL_LOCALS_MAX;
	idm_buf_clear(&reading->value);
	idm_equal_locals_write(&reading->value, name, n);
	return reading_put_text(
	    reading, IDM_EQUAL_LOCALS, user->entry.key, &reading->value, err);
}

enum idm_status
reading_finish(struct reading *reading, struct idm_err *err)
{
	struct reading_counts *counts = reading->setup->counts;
	enum idm_status st = reading_go_on(reading, err);

	if (st == IDM_OK)
		st = guests_find(&reading->guests, err);
	counts->has_guests = reading->guests.n > 0;
	counts->is_silent = reading->guests.is_silent;
	for (uint32_t i = 0; i < roll_groups(reading->roll) && st == IDM_OK;
	     i++)
		st = put_group(reading, i, err);
	if (st == IDM_OK)
		st = roll_gids(reading->roll, put_gids, reading, err);
	if (st == IDM_OK)
		st = roll_locals(reading->roll, put_locals, reading, err);
	return st == IDM_OK ? put_entries(reading, err) : st;
}
