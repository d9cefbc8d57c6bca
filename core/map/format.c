#include <endian.h>
#include <string.h>

#include "map/format.h"
#include "map/record.h"
#include "map/siphash.h"

#define HEADER_SIZE 64 /* bytes of a header's record with its mark */

const struct idm_policy idm_policy_default = {
	.alias_reply = IDM_REPLY_CANONICAL,
	.uid_min = 1000,
	.gid_min = 1000,
	.user_entries = 64,
	.users_total = 65536,
	.clients = 256,
	.clients_per_user = 16,
	.cache_records = 8000000,
	.cache_mib = 2048,
};

/*
 * Eight hex digits in one number, the first one lowest.  A loop over digits
 * takes a tenth of a lookup.
 */
static uint64_t
hex_digits(uint32_t number)
{
	uint64_t digits = number;
	uint64_t letters;

	/* A digit's value in a byte each, the last digit lowest. */
	digits = (digits << 16 | digits) & 0x0000ffff0000ffffu;
	digits = (digits << 8 | digits) & 0x00ff00ff00ff00ffu;
	digits = (digits << 4 | digits) & 0x0f0f0f0f0f0f0f0fu;
	/* 1 where the value is 10 or more. */
	letters = (digits + 0x0606060606060606u) >> 4 & 0x0101010101010101u;
	digits += 0x3030303030303030u + letters * ('a' - '0' - 10);
	return __builtin_bswap64(digits);
}

void
idm_key_end(const uint8_t seed[IDM_SEED_SIZE], const char *text, size_t len,
    char end[static IDM_KEY_END])
{
	uint64_t hash = idm_siphash(seed, text, len);
	uint64_t digits = htole64(hex_digits((uint32_t)hash));

	end[0] = '#';
	memcpy(end + 1, &digits, sizeof(digits));
}

void
idm_key_finish(struct idm_buf *key, const uint8_t seed[IDM_SEED_SIZE])
{
	char end[IDM_KEY_END];

	idm_key_end(seed, key->data, key->len, end);
	idm_buf_put(key, end, sizeof(end));
}

void
idm_header_write(struct idm_buf *buf, const struct idm_header *header)
{
	idm_record_begin(buf, 'H');
	idm_buf_put_u16(buf, header->major);
	idm_buf_put_u16(buf, header->minor);
	idm_buf_put_u8(buf, header->kind);
	idm_buf_put(buf, header->seed, sizeof(header->seed));
	idm_buf_put(buf, header->uuid, sizeof(header->uuid));
	idm_buf_put_u64(buf, header->generation);
	idm_buf_put_u64(buf, header->time);
	idm_buf_put_u64(buf, header->records);
	idm_buf_put_u8(buf, 0); /* the mark: no version is born with it */
}

enum idm_status
idm_header_read(
    struct idm_str value, struct idm_header *out, struct idm_err *err)
{
	struct idm_header header;
	struct idm_cursor cursor;
	enum idm_status st;

	st = idm_record_open(value, 'H', &cursor, err);
	if (st != IDM_OK)
		return st;
	header.major = idm_cursor_u16(&cursor);
	header.minor = idm_cursor_u16(&cursor);
	/* Before the rest: what follows may look different in another major. */
	if (!cursor.bad && header.major != IDM_MAP_MAJOR) {
		return idm_fail(err, IDM_CORRUPT,
		    "file of format %u.%u, this program reads %u", header.major,
		    header.minor, IDM_MAP_MAJOR);
	}
	header.kind = idm_cursor_u8(&cursor);
	idm_record_bytes(&cursor, header.seed, sizeof(header.seed));
	idm_record_bytes(&cursor, header.uuid, sizeof(header.uuid));
	header.generation = idm_cursor_u64(&cursor);
	header.time = idm_cursor_u64(&cursor);
	header.records = idm_cursor_u64(&cursor);
	if (cursor.at != cursor.end)
		(void)idm_cursor_u8(&cursor); /* the mark */
	st = idm_record_close(&cursor, err);
	if (st != IDM_OK)
		return st;
	if (header.kind != IDM_MAP_POLICY && header.kind != IDM_MAP_USERS &&
	    header.kind != IDM_MAP_STATE && header.kind != IDM_MAP_CACHE)
		return idm_record_out_of_range(
		    "kind of file", header.kind, err);
	*out = header;
	return IDM_OK;
}

const char *
idm_header_mark(struct idm_str value)
{
	return value.len == HEADER_SIZE ? value.data + HEADER_SIZE - 1 : NULL;
}

/* Others than by default? */
static bool
has_cache_bounds(const struct idm_policy *policy)
{
	return policy->cache_records != idm_policy_default.cache_records ||
	    policy->cache_mib != idm_policy_default.cache_mib;
}

/* What was not there before is left out where it is as by default. */
static void
write_idmapd_part(struct idm_buf *buf, const struct idm_policy *policy)
{
	bool has_bounds = has_cache_bounds(policy);
	bool has_metrics = policy->metrics[0] != '\0';

	if (policy->log_lookups || has_metrics || has_bounds)
		idm_buf_put_u8(buf, policy->log_lookups);
	if (has_metrics || has_bounds)
		idm_buf_put_str(buf, policy->metrics, strlen(policy->metrics));
	if (!has_bounds)
		return;
	idm_buf_put_u32(buf, policy->cache_records);
	idm_buf_put_u32(buf, policy->cache_mib);
}

void
idm_policy_write(struct idm_buf *buf, const struct idm_policy *policy)
{
	idm_record_begin(buf, 'P');
	idm_buf_put_u64(buf, policy->epoch);
	idm_buf_put_u8(buf, policy->alias_reply);
	idm_buf_put_u32(buf, policy->uid_min);
	idm_buf_put_u32(buf, policy->gid_min);
	idm_buf_put_u32(buf, policy->user_entries);
	idm_buf_put_u32(buf, policy->users_total);
	idm_buf_put_u32(buf, policy->clients);
	idm_buf_put_u32(buf, policy->clients_per_user);
	idm_buf_put_u8(buf, policy->nkeepers);
	for (unsigned i = 0; i < policy->nkeepers; i++)
		idm_buf_put_u32(buf, policy->keeper[i]);
	idm_buf_put_u8(buf, policy->has_users);
	idm_buf_put(buf, policy->users_uuid, sizeof(policy->users_uuid));
	idm_buf_put_u8(buf, policy->nservices);
	for (unsigned i = 0; i < policy->nservices; i++) {
		idm_buf_put_str(
		    buf, policy->service[i], strlen(policy->service[i]));
	}
	idm_buf_put_u8(buf, policy->has_state);
	idm_buf_put(buf, policy->state_uuid, sizeof(policy->state_uuid));
	idm_buf_put_u8(buf, policy->short_names);
	idm_buf_put_u8(buf, policy->unknown_allocate);
	idm_buf_put_u8(buf, policy->name_format);
	write_idmapd_part(buf, policy);
}

static enum idm_status
read_keepers(
    struct idm_cursor *cursor, struct idm_policy *policy, struct idm_err *err)
{
	policy->nkeepers = idm_cursor_u8(cursor);
	if (policy->nkeepers > IDM_KEEPERS_MAX)
		return idm_record_out_of_range(
		    "number of keepers", policy->nkeepers, err);
	for (unsigned i = 0; i < policy->nkeepers; i++)
		policy->keeper[i] = idm_cursor_u32(cursor);
	return IDM_OK;
}

static enum idm_status
read_services(
    struct idm_cursor *cursor, struct idm_policy *policy, struct idm_err *err)
{
	policy->nservices = idm_cursor_u8(cursor);
	if (policy->nservices > IDM_SERVICES_MAX) {
		return idm_record_out_of_range(
		    "number of services", policy->nservices, err);
	}
	for (unsigned i = 0; i < policy->nservices && !cursor->bad; i++) {
		struct idm_str name = idm_cursor_str(cursor);

		if (cursor->bad)
			break;
		if (name.len == 0 || name.len > IDM_SERVICE_MAX) {
			return idm_record_out_of_range(
			    "length of a service's name", name.len, err);
		}
		if (memchr(name.data, '\0', name.len) != NULL) {
			return idm_fail(err, IDM_CORRUPT,
			    "record has a NUL in a service's name");
		}
		memcpy(policy->service[i], name.data, name.len);
	}
	return IDM_OK;
}

static enum idm_status
read_bool(struct idm_cursor *cursor, const char *field, bool *out,
    struct idm_err *err)
{
	uint8_t value = idm_cursor_u8(cursor);

	if (value > 1)
		return idm_record_out_of_range(field, value, err);
	*out = value == 1;
	return IDM_OK;
}

static enum idm_status
read_metrics(
    struct idm_cursor *cursor, struct idm_policy *policy, struct idm_err *err)
{
	struct idm_str path = idm_cursor_str(cursor);

	if (cursor->bad || path.len == 0)
		return IDM_OK;
	if (path.len > IDM_METRICS_MAX || path.data[0] != '/')
		return idm_record_out_of_range(
		    "path of the metrics", path.len, err);
	if (memchr(path.data, '\0', path.len) != NULL)
		return idm_fail(err, IDM_CORRUPT,
		    "record has a NUL in the path of the metrics");
	memcpy(policy->metrics, path.data, path.len);
	return IDM_OK;
}

/* As it is written: nothing behind the last that is not as by default. */
static enum idm_status
read_idmapd_part(
    struct idm_cursor *cursor, struct idm_policy *policy, struct idm_err *err)
{
	enum idm_status st;

	if (cursor->bad || cursor->at == cursor->end)
		return IDM_OK;
	st = read_bool(cursor, "log_lookups", &policy->log_lookups, err);
	if (st != IDM_OK)
		return st;
	if (cursor->at == cursor->end) {
		return policy->log_lookups
		    ? IDM_OK
		    : idm_record_out_of_range("log_lookups", 0, err);
	}
	st = read_metrics(cursor, policy, err);
	if (st != IDM_OK || cursor->bad)
		return st;
	if (cursor->at == cursor->end) {
		return policy->metrics[0] != '\0'
		    ? IDM_OK
		    : idm_record_out_of_range("path of the metrics", 0, err);
	}
	policy->cache_records = idm_cursor_u32(cursor);
	policy->cache_mib = idm_cursor_u32(cursor);
	if (!cursor->bad && !has_cache_bounds(policy))
		return idm_record_out_of_range(
		    "cache_records", policy->cache_records, err);
	return IDM_OK;
}

/* What stands behind the services; a map of before there were domains ends
 * there. */
static enum idm_status
read_windows_part(
    struct idm_cursor *cursor, struct idm_policy *policy, struct idm_err *err)
{
	enum idm_status st;

	if (!cursor->bad && cursor->at == cursor->end)
		return IDM_OK;
	st = read_bool(cursor, "has_state", &policy->has_state, err);
	if (st != IDM_OK)
		return st;
	idm_record_bytes(
	    cursor, policy->state_uuid, sizeof(policy->state_uuid));
	st = read_bool(cursor, "short_names", &policy->short_names, err);
	if (st == IDM_OK)
		st = read_bool(
		    cursor, "unknown_allocate", &policy->unknown_allocate, err);
	if (st != IDM_OK)
		return st;
	policy->name_format = idm_cursor_u8(cursor);
	if (policy->name_format > IDM_NAMES_SHORT)
		return idm_record_out_of_range(
		    "name format", policy->name_format, err);
	return read_idmapd_part(cursor, policy, err);
}

enum idm_status
idm_policy_read(
    struct idm_str value, struct idm_policy *out, struct idm_err *err)
{
	struct idm_policy policy = {
		.cache_records = idm_policy_default.cache_records,
		.cache_mib = idm_policy_default.cache_mib,
	};
	struct idm_cursor cursor;
	enum idm_status st;

	st = idm_record_open(value, 'P', &cursor, err);
	if (st != IDM_OK)
		return st;
	policy.epoch = idm_cursor_u64(&cursor);
	policy.alias_reply = idm_cursor_u8(&cursor);
	policy.uid_min = idm_cursor_u32(&cursor);
	policy.gid_min = idm_cursor_u32(&cursor);
	policy.user_entries = idm_cursor_u32(&cursor);
	policy.users_total = idm_cursor_u32(&cursor);
	policy.clients = idm_cursor_u32(&cursor);
	policy.clients_per_user = idm_cursor_u32(&cursor);
	st = read_keepers(&cursor, &policy, err);
	if (st != IDM_OK)
		return st;
	st = read_bool(&cursor, "has_users", &policy.has_users, err);
	if (st != IDM_OK)
		return st;
	idm_record_bytes(&cursor, policy.users_uuid, sizeof(policy.users_uuid));
	st = read_services(&cursor, &policy, err);
	if (st == IDM_OK)
		st = read_windows_part(&cursor, &policy, err);
	if (st != IDM_OK)
		return st;
	st = idm_record_close(&cursor, err);
	if (st != IDM_OK)
		return st;
	if (policy.alias_reply > IDM_REPLY_OFF)
		return idm_record_out_of_range(
		    "alias reply", policy.alias_reply, err);
	*out = policy;
	return IDM_OK;
}

/* A shape's size in a record, which depends on nothing but the fields. */
static size_t
shape_size(const struct idm_descriptor *descriptor)
{
	return 8 + (size_t)9 * descriptor->nfields;
}

static void
shape_write(
    struct idm_buf *buf, const struct idm_shape *shape, unsigned nfields)
{
	idm_buf_put_u32(buf, shape->id);
	idm_buf_put_u32(buf, shape->entries);
	for (unsigned i = 0; i < nfields; i++) {
		idm_buf_put_u8(buf, shape->rank[i].class);
		idm_buf_put_u16(buf, shape->rank[i].first);
		idm_buf_put_u16(buf, shape->rank[i].literals);
		idm_buf_put_u16(buf, shape->rank[i].stars);
		idm_buf_put_u16(buf, shape->suffix[i]);
	}
}

void
idm_ruleset_write(struct idm_buf *buf, const struct idm_ruleset *ruleset,
    const struct idm_shape *shapes)
{
	char text[IDM_DESCRIPTOR_TEXT_MAX];

	(void)idm_descriptor_format(&ruleset->descriptor, text);
	idm_record_begin(buf, 'S');
	idm_buf_put_u8(buf, ruleset->kind);
	idm_buf_put_u8(buf, ruleset->user_mode);
	idm_buf_put_u8(buf, ruleset->serve);
	idm_buf_put_u64(buf, ruleset->creation);
	idm_buf_put_u64(buf, ruleset->entries);
	idm_buf_put_u32(buf, ruleset->next_shape);
	idm_buf_put_str(buf, text, strlen(text));
	idm_buf_put_u32(buf, ruleset->nshapes);
	for (uint32_t i = 0; i < ruleset->nshapes; i++)
		shape_write(buf, &shapes[i], ruleset->descriptor.nfields);
}

static enum idm_status
check_ruleset(
    const struct idm_ruleset *ruleset, uint8_t user_mode, struct idm_err *err)
{
	size_t bytes = (size_t)(ruleset->shapes.end - ruleset->shapes.at);

	if (ruleset->shapes.bad)
		return idm_fail(err, IDM_CORRUPT, "record is cut short");
	if (ruleset->kind != IDM_RULESET_SCHEME &&
	    ruleset->kind != IDM_RULESET_ATTRIBUTE &&
	    ruleset->kind != IDM_RULESET_TO_UNIX &&
	    ruleset->kind != IDM_RULESET_TO_WINDOWS)
		return idm_record_out_of_range(
		    "kind of ruleset", ruleset->kind, err);
	if (user_mode > 1)
		return idm_record_out_of_range("mode", user_mode, err);
	if (ruleset->serve > IDM_SERVE_NO)
		return idm_record_out_of_range("serve", ruleset->serve, err);
	if (ruleset->nshapes > IDM_SHAPES_MAX)
		return idm_record_out_of_range(
		    "number of shapes", ruleset->nshapes, err);
	if (bytes != ruleset->nshapes * shape_size(&ruleset->descriptor)) {
		return idm_fail(err, IDM_CORRUPT,
		    "record has %zu bytes for its %lu shapes", bytes,
		    (unsigned long)ruleset->nshapes);
	}
	return IDM_OK;
}

enum idm_status
idm_ruleset_read(
    struct idm_str value, struct idm_ruleset *out, struct idm_err *err)
{
	struct idm_ruleset ruleset;
	struct idm_cursor cursor;
	struct idm_str text;
	enum idm_status st;
	uint8_t user_mode;

	st = idm_record_open(value, 'S', &cursor, err);
	if (st != IDM_OK)
		return st;
	ruleset.kind = idm_cursor_u8(&cursor);
	user_mode = idm_cursor_u8(&cursor);
	ruleset.serve = idm_cursor_u8(&cursor);
	ruleset.creation = idm_cursor_u64(&cursor);
	ruleset.entries = idm_cursor_u64(&cursor);
	ruleset.next_shape = idm_cursor_u32(&cursor);
	text = idm_cursor_str(&cursor);
	if (idm_descriptor_parse(text, &ruleset.descriptor, err) != IDM_OK)
		return idm_within(err, IDM_CORRUPT, "record's descriptor");
	ruleset.nshapes = idm_cursor_u32(&cursor);
	ruleset.shapes = cursor;
	st = check_ruleset(&ruleset, user_mode, err);
	if (st != IDM_OK)
		return st;
	ruleset.user_mode = user_mode == 1;
	*out = ruleset;
	return IDM_OK;
}

bool
idm_ruleset_shape(struct idm_cursor *shapes,
    const struct idm_descriptor *descriptor, struct idm_shape *out)
{
	struct idm_shape shape = { 0 };

	if (shapes->bad || shapes->at == shapes->end)
		return false;
	shape.id = idm_cursor_u32(shapes);
	shape.entries = idm_cursor_u32(shapes);
	for (unsigned i = 0; i < descriptor->nfields; i++) {
		shape.rank[i].class = idm_cursor_u8(shapes);
		shape.rank[i].first = idm_cursor_u16(shapes);
		shape.rank[i].literals = idm_cursor_u16(shapes);
		shape.rank[i].stars = idm_cursor_u16(shapes);
		shape.suffix[i] = idm_cursor_u16(shapes);
		if (shape.rank[i].class > IDM_PATTERN_ASTERISK)
			shapes->bad = true;
	}
	if (shapes->bad)
		return false;
	*out = shape;
	return true;
}

static enum idm_status
check_entry(const struct idm_entry *entry, struct idm_err *err)
{
	if (entry->target.len == 0 || entry->target.len > IDM_REMOTE_MAX)
		return idm_record_out_of_range(
		    "length of a target", entry->target.len, err);
	if ((entry->flags & ~(IDM_ENTRY_FORCED | IDM_ENTRY_PRIVILEGED)) != 0)
		return idm_record_out_of_range("flags", entry->flags, err);
	return IDM_OK;
}

void
idm_entry_write(struct idm_buf *buf, const struct idm_entry *entry)
{
	idm_record_begin(buf, 'E');
	idm_buf_put_u8(buf, entry->flags);
	idm_buf_put_str(buf, entry->target.data, entry->target.len);
}

enum idm_status
idm_entry_read(struct idm_str value, struct idm_entry *out, struct idm_err *err)
{
	struct idm_entry entry = { .remote = { .data = "" } };
	struct idm_cursor cursor;
	enum idm_status st;

	st = idm_record_open(value, 'E', &cursor, err);
	if (st != IDM_OK)
		return st;
	entry.flags = idm_cursor_u8(&cursor);
	entry.target = idm_cursor_str(&cursor);
	st = idm_record_close(&cursor, err);
	if (st != IDM_OK)
		return st;
	st = check_entry(&entry, err);
	if (st != IDM_OK)
		return st;
	*out = entry;
	return IDM_OK;
}

void
idm_bucket_write(struct idm_buf *buf, const struct idm_entry *entry, uint32_t n)
{
	idm_record_begin(buf, 'B');
	idm_buf_put_u32(buf, n);
	for (uint32_t i = 0; i < n; i++) {
		idm_buf_put_u8(buf, entry[i].flags);
		idm_buf_put_str(buf, entry[i].remote.data, entry[i].remote.len);
		idm_buf_put_str(buf, entry[i].target.data, entry[i].target.len);
	}
}

enum idm_status
idm_bucket_read(struct idm_str value, struct idm_cursor *out, uint32_t *out_n,
    struct idm_err *err)
{
	struct idm_cursor cursor;
	enum idm_status st;
	uint32_t n;

	st = idm_record_open(value, 'B', &cursor, err);
	if (st != IDM_OK)
		return st;
	n = idm_cursor_u32(&cursor);
	if (cursor.bad)
		return idm_fail(err, IDM_CORRUPT, "record is cut short");
	/* An entry has five bytes at least: flags and two lengths. */
	if (n == 0 || n > (size_t)(cursor.end - cursor.at) / 5)
		return idm_record_out_of_range("number of entries", n, err);
	*out = cursor;
	*out_n = n;
	return IDM_OK;
}

enum idm_status
idm_bucket_next(
    struct idm_cursor *cursor, struct idm_entry *out, struct idm_err *err)
{
	struct idm_entry entry;
	enum idm_status st;

	entry.flags = idm_cursor_u8(cursor);
	entry.remote = idm_cursor_str(cursor);
	entry.target = idm_cursor_str(cursor);
	if (cursor->bad)
		return idm_fail(err, IDM_CORRUPT, "record is cut short");
	if (entry.remote.len == 0 || entry.remote.len > IDM_REMOTE_MAX) {
		return idm_record_out_of_range(
		    "length of a remote name", entry.remote.len, err);
	}
	st = check_entry(&entry, err);
	if (st != IDM_OK)
		return st;
	*out = entry;
	return IDM_OK;
}

void
idm_user_entry_write(struct idm_buf *buf, const struct idm_user_entry *entry)
{
	idm_record_begin(buf, 'U');
	idm_buf_put_u64(buf, entry->creation);
	idm_buf_put_u32(buf, entry->uid);
	idm_buf_put_str(buf, entry->logname.data, entry->logname.len);
}

enum idm_status
idm_user_entry_read(
    struct idm_str value, struct idm_user_entry *out, struct idm_err *err)
{
	struct idm_user_entry entry;
	struct idm_cursor cursor;
	enum idm_status st;

	st = idm_record_open(value, 'U', &cursor, err);
	if (st != IDM_OK)
		return st;
	entry.creation = idm_cursor_u64(&cursor);
	entry.uid = idm_cursor_u32(&cursor);
	entry.logname = idm_cursor_str(&cursor);
	st = idm_record_close(&cursor, err);
	if (st != IDM_OK)
		return st;
	if (idm_name_login(entry.logname, err) != IDM_OK)
		return idm_within(err, IDM_CORRUPT, "record's logname");
	*out = entry;
	return IDM_OK;
}

void
idm_list_write(struct idm_buf *buf, const struct idm_str *name, uint32_t n)
{
	idm_record_begin(buf, 'L');
	idm_buf_put_u32(buf, n);
	for (uint32_t i = 0; i < n; i++)
		idm_buf_put_str(buf, name[i].data, name[i].len);
}

enum idm_status
idm_list_read(struct idm_str value, struct idm_cursor *out, uint32_t *out_n,
    struct idm_err *err)
{
	struct idm_cursor cursor, names;
	enum idm_status st;
	uint32_t n;

	st = idm_record_open(value, 'L', &cursor, err);
	if (st != IDM_OK)
		return st;
	n = idm_cursor_u32(&cursor);
	names = cursor;
	for (uint32_t i = 0; i < n && !cursor.bad; i++) {
		size_t len = idm_cursor_str(&cursor).len;

		if (!cursor.bad && (len == 0 || len > IDM_KEY_MAX))
			return idm_record_out_of_range(
			    "length of a name", len, err);
	}
	st = idm_record_close(&cursor, err);
	if (st != IDM_OK)
		return st;
	*out = names;
	*out_n = n;
	return IDM_OK;
}
