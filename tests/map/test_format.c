#include <stdio.h>

#include "tests/unit.h"

#include "map/format.h"

static struct idm_str
str_of(const struct idm_buf *buf)
{
	assert_int_equal(buf->status, IDM_OK);
	return (struct idm_str){ .data = buf->data, .len = buf->len };
}

static struct idm_descriptor
descriptor_of(const char *text)
{
	struct idm_descriptor descriptor;
	struct idm_err err;

	assert_good(
	    idm_descriptor_parse(idm_str_of(text), &descriptor, &err), err);
	return descriptor;
}

/* ---- One good record of each kind. */

static const struct idm_header header = {
	.major = IDM_MAP_MAJOR,
	.minor = 9,
	.kind = IDM_MAP_USERS,
	.seed = "0123456789abcde",
	.uuid = "fedcba987654321",
	.generation = UINT64_MAX,
	.time = 1700000000,
	.records = 3,
};

static const struct idm_policy policy = {
	.cache_records = 8000000,
	.cache_mib = 2048,
	.epoch = 5,
	.alias_reply = IDM_REPLY_TYPED,
	.uid_min = 500,
	.gid_min = 501,
	.user_entries = 6,
	.users_total = 7,
	.clients = 8,
	.clients_per_user = 9,
	.nkeepers = 2,
	.keeper = { 77, UINT32_MAX - 1 },
	.has_users = true,
	.users_uuid = "0123456789abcde",
	.nservices = 2,
	.service = { "imap", "a-name-of-exactly-32-characters." },
	.has_state = true,
	.state_uuid = "edcba9876543210",
	.short_names = true,
	.unknown_allocate = true,
	.name_format = IDM_NAMES_SHORT,
};

static const struct idm_shape shapes[] = {
	{
	    .id = 1,
	    .entries = 2,
	    .rank = { { IDM_PATTERN_LITERAL, 0, 0, 0 },
		{ IDM_PATTERN_ASTERISK, 1, 2, 3 } },
	    .suffix = { 0, 4 },
	},
	{
	    .id = 3,
	    .entries = UINT32_MAX,
	    .rank = { { IDM_PATTERN_BRACKET, 65535, 6, 7 },
		{ IDM_PATTERN_LITERAL, 0, 0, 0 } },
	    .suffix = { 65535, 0 },
	},
};

static void
put_ruleset(struct idm_buf *buf)
{
	struct idm_ruleset ruleset = {
		.kind = IDM_RULESET_SCHEME,
		.user_mode = true,
		.serve = IDM_SERVE_NO,
		.creation = 0x1122334455667788,
		.entries = 9,
		.next_shape = 4,
		.nshapes = 2,
		.descriptor = descriptor_of("M2!M1"),
	};

	idm_ruleset_write(buf, &ruleset, shapes);
}

static const struct idm_entry entries[] = {
	{ .remote = { "a!*", 3 }, .target = { "%1", 2 }, .flags = 0 },
	{ .remote = { "b!*", 3 },
	    .target = { "root", 4 },
	    .flags = IDM_ENTRY_FORCED | IDM_ENTRY_PRIVILEGED },
};

static void
put_header(struct idm_buf *buf)
{
	idm_header_write(buf, &header);
}

static void
put_policy(struct idm_buf *buf)
{
	idm_policy_write(buf, &policy);
}

static void
put_entry(struct idm_buf *buf)
{
	idm_entry_write(buf, &entries[1]);
}

static void
put_bucket(struct idm_buf *buf)
{
	idm_bucket_write(buf, entries, IDM_COUNTOF(entries));
}

static void
put_user_entry(struct idm_buf *buf)
{
	struct idm_user_entry entry = {
		.creation = 1, .uid = 1000, .logname = { "alice", 5 }
	};

	idm_user_entry_write(buf, &entry);
}

static void
put_list(struct idm_buf *buf)
{
	struct idm_str names[] = { { "one", 3 }, { "three", 5 } };

	idm_list_write(buf, names, IDM_COUNTOF(names));
}

/* ---- Reading each to its last byte. */

static enum idm_status
read_header(struct idm_str value, struct idm_err *err)
{
	struct idm_header out;

	return idm_header_read(value, &out, err);
}

static enum idm_status
read_policy(struct idm_str value, struct idm_err *err)
{
	struct idm_policy out;

	return idm_policy_read(value, &out, err);
}

static enum idm_status
read_ruleset(struct idm_str value, struct idm_err *err)
{
	struct idm_ruleset ruleset;
	struct idm_shape shape;
	enum idm_status st;

	st = idm_ruleset_read(value, &ruleset, err);
	if (st != IDM_OK)
		return st;
	while (idm_ruleset_shape(&ruleset.shapes, &ruleset.descriptor, &shape))
		;
	if (!idm_cursor_done(&ruleset.shapes))
		return idm_fail(err, IDM_CORRUPT, "damaged shape");
	return IDM_OK;
}

static enum idm_status
read_entry(struct idm_str value, struct idm_err *err)
{
	struct idm_entry out;

	return idm_entry_read(value, &out, err);
}

static enum idm_status
read_bucket(struct idm_str value, struct idm_err *err)
{
	struct idm_cursor cursor;
	struct idm_entry entry;
	enum idm_status st;
	uint32_t n;

	st = idm_bucket_read(value, &cursor, &n, err);
	for (uint32_t i = 0; st == IDM_OK && i < n; i++)
		st = idm_bucket_next(&cursor, &entry, err);
	if (st == IDM_OK && !idm_cursor_done(&cursor))
		return idm_fail(err, IDM_CORRUPT, "bytes too many");
	return st;
}

static enum idm_status
read_user_entry(struct idm_str value, struct idm_err *err)
{
	struct idm_user_entry out;

	return idm_user_entry_read(value, &out, err);
}

static enum idm_status
read_list(struct idm_str value, struct idm_err *err)
{
	struct idm_cursor cursor;
	uint32_t n;

	return idm_list_read(value, &cursor, &n, err);
}

static const struct record {
	const char *name;
	void (*put)(struct idm_buf *);
	enum idm_status (*read)(struct idm_str, struct idm_err *);
} records[] = {
	{ "header", put_header, read_header },
	{ "policy", put_policy, read_policy },
	{ "ruleset", put_ruleset, read_ruleset },
	{ "entry", put_entry, read_entry },
	{ "bucket", put_bucket, read_bucket },
	{ "user entry", put_user_entry, read_user_entry },
	{ "list", put_list, read_list },
};

/* Where the policy ended before there were domains. */
#define POLICY_OLD 102
/* Where the header ended before there were marks. */
#define HEADER_OLD 63

static void
test_every_record_is_refused_when_cut_or_extended(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(records); i++) {
		struct idm_str value;
		struct idm_buf buf;
		struct idm_err err;

		idm_buf_init(&buf, 4096);
		records[i].put(&buf);
		value = str_of(&buf);
		assert_good(records[i].read(value, &err), err);
		for (value.len = 0; value.len < buf.len; value.len++) {
			if (records[i].put == put_policy &&
			    value.len == POLICY_OLD)
				continue;
			if (records[i].put == put_header &&
			    value.len == HEADER_OLD)
				continue;
			if (records[i].read(value, &err) != IDM_CORRUPT)
				fail_msg("%s of %zu bytes was accepted",
				    records[i].name, value.len);
		}
		idm_buf_put_u8(&buf, 0);
		if (records[i].read(str_of(&buf), &err) != IDM_CORRUPT)
			fail_msg("%s with a byte too many was accepted",
			    records[i].name);
		idm_buf_fini(&buf);
	}
}

static void
test_every_record_of_another_kind_or_version_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(records); i++) {
		struct idm_buf buf;
		struct idm_err err;

		idm_buf_init(&buf, 4096);
		records[i].put(&buf);
		buf.data[1] = '2';
		assert_fails(records[i].read(str_of(&buf), &err), IDM_CORRUPT,
		    err, "of version 0x32, this program knows '1'");
		buf.data[0] = 'x';
		assert_fails(records[i].read(str_of(&buf), &err), IDM_CORRUPT,
		    err, "of kind 0x78, not '");
		idm_buf_fini(&buf);
	}
}

/* One byte of a good record changed, and what is said then. */
static const struct {
	void (*put)(struct idm_buf *);
	enum idm_status (*read)(struct idm_str, struct idm_err *);
	size_t offset;
	unsigned char byte;
	const char *why;
} damages[] = {
	{ put_header, read_header, 2, 2, "format 2.9, this program reads 1" },
	{ put_header, read_header, 6, 'X', "kind of file out of range: 88" },
	{ put_policy, read_policy, 10, 3, "alias reply out of range: 3" },
	{ put_policy, read_policy, 35, 5, "number of keepers out of range: 5" },
	{ put_policy, read_policy, 44, 2, "has_users out of range: 2" },
	{ put_policy, read_policy, 61, 17, "number of services out of range" },
	{ put_policy, read_policy, 62, 0, "length of a service's name" },
	{ put_policy, read_policy, 62, 33, "length of a service's name" },
	{ put_policy, read_policy, 64, 0, "NUL in a service's name" },
	{ put_policy, read_policy, POLICY_OLD, 2, "has_state out of range: 2" },
	{ put_policy, read_policy, POLICY_OLD + 17, 2, "short_names out of" },
	{ put_policy, read_policy, POLICY_OLD + 18, 2, "unknown_allocate out" },
	{ put_policy, read_policy, POLICY_OLD + 19, 3, "name format out of" },
	{ put_ruleset, read_ruleset, 2, 'x', "kind of ruleset out of range" },
	{ put_ruleset, read_ruleset, 3, 2, "mode out of range: 2" },
	{ put_ruleset, read_ruleset, 4, 3, "serve out of range: 3" },
	{ put_ruleset, read_ruleset, 29, '?', "record's descriptor: " },
	{ put_ruleset, read_ruleset, 32, 3, "bytes for its 3 shapes" },
	{ put_ruleset, read_ruleset, 33, 0x20,
	    "number of shapes out of range" },
	{ put_ruleset, read_ruleset, 44, 3, "damaged shape" },
	{ put_entry, read_entry, 2, 4, "flags out of range: 4" },
	{ put_entry, read_entry, 3, 3, "1 bytes too many" },
	{ put_bucket, read_bucket, 2, 0, "number of entries out of range: 0" },
	{ put_bucket, read_bucket, 2, 200, "number of entries out of range" },
	{ put_bucket, read_bucket, 6, 8, "flags out of range: 8" },
	{ put_bucket, read_bucket, 8, 4, "cut short" },
	{ put_user_entry, read_user_entry, 16, ':', "record's logname: " },
	{ put_user_entry, read_user_entry, 14, 9, "cut short" },
	{ put_list, read_list, 2, 3, "cut short" },
	{ put_list, read_list, 2, 1, "7 bytes too many" },
	{ put_list, read_list, 6, 0, "length of a name out of range: 0" },
};

static void
test_each_damage_has_its_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(damages); i++) {
		struct idm_buf buf;
		struct idm_err err = { .text = "nothing" };

		idm_buf_init(&buf, 4096);
		damages[i].put(&buf);
		buf.data[damages[i].offset] = (char)damages[i].byte;
		if (damages[i].read(str_of(&buf), &err) != IDM_CORRUPT ||
		    strstr(err.text, damages[i].why) == NULL)
			fail_msg("%zu: said '%s', not '%s'", i, err.text,
			    damages[i].why);
		idm_buf_fini(&buf);
	}
}

static void
test_an_entry_without_a_name_or_target_is_refused(void **state)
{
	struct idm_entry nothing = { .remote = { "a", 1 },
		.target = { "", 0 } };
	struct idm_entry nobody = { .remote = { "", 0 }, .target = { "a", 1 } };
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	idm_buf_init(&buf, 64);
	idm_entry_write(&buf, &nothing);
	assert_fails(read_entry(str_of(&buf), &err), IDM_CORRUPT, err,
	    "length of a target out of range: 0");
	idm_buf_clear(&buf);
	idm_bucket_write(&buf, &nothing, 1);
	assert_fails(read_bucket(str_of(&buf), &err), IDM_CORRUPT, err,
	    "length of a target out of range: 0");
	idm_buf_clear(&buf);
	idm_bucket_write(&buf, &nobody, 1);
	assert_fails(read_bucket(str_of(&buf), &err), IDM_CORRUPT, err,
	    "length of a remote name out of range: 0");
	idm_buf_fini(&buf);
}

/* ---- What was written is read. */

static void
test_header_survives_a_round_trip(void **state)
{
	struct idm_header out;
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 4096);
	put_header(&buf);
	assert_good(idm_header_read(str_of(&buf), &out, &err), err);
	assert_int_equal(out.major, header.major);
	assert_int_equal(out.minor, header.minor);
	assert_int_equal(out.kind, header.kind);
	assert_memory_equal(out.seed, header.seed, sizeof(out.seed));
	assert_memory_equal(out.uuid, header.uuid, sizeof(out.uuid));
	assert_true(out.generation == header.generation);
	assert_true(out.time == header.time);
	assert_true(out.records == header.records);
	idm_buf_fini(&buf);
}

static void
test_header_may_be_marked_or_of_before_there_were_marks(void **state)
{
	struct idm_header out;
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 4096);
	put_header(&buf);
	assert_int_equal(buf.len, HEADER_OLD + 1);
	assert_ptr_equal(idm_header_mark(str_of(&buf)), buf.data + HEADER_OLD);
	assert_int_equal(buf.data[HEADER_OLD], 0);
	buf.data[HEADER_OLD] = (char)255;
	assert_good(idm_header_read(str_of(&buf), &out, &err), err);
	assert_true(out.records == header.records);
	buf.len = HEADER_OLD;
	assert_good(idm_header_read(str_of(&buf), &out, &err), err);
	assert_true(out.records == header.records);
	assert_null(idm_header_mark(str_of(&buf)));
	idm_buf_fini(&buf);
}

static void
assert_policy_survives(const struct idm_policy *in)
{
	struct idm_policy out;
	struct idm_err err;
	struct idm_buf buf;

	idm_buf_init(&buf, 4096);
	idm_policy_write(&buf, in);
	assert_good(idm_policy_read(str_of(&buf), &out, &err), err);
	assert_true(out.epoch == in->epoch);
	assert_int_equal(out.alias_reply, in->alias_reply);
	assert_int_equal(out.uid_min, in->uid_min);
	assert_int_equal(out.gid_min, in->gid_min);
	assert_int_equal(out.user_entries, in->user_entries);
	assert_int_equal(out.users_total, in->users_total);
	assert_int_equal(out.clients, in->clients);
	assert_int_equal(out.clients_per_user, in->clients_per_user);
	assert_int_equal(out.nkeepers, in->nkeepers);
	assert_memory_equal(out.keeper, in->keeper, sizeof(out.keeper));
	assert_int_equal(out.has_users, in->has_users);
	assert_memory_equal(
	    out.users_uuid, in->users_uuid, sizeof(out.users_uuid));
	assert_int_equal(out.nservices, in->nservices);
	assert_memory_equal(out.service, in->service, sizeof(out.service));
	assert_int_equal(out.has_state, in->has_state);
	assert_memory_equal(
	    out.state_uuid, in->state_uuid, sizeof(out.state_uuid));
	assert_int_equal(out.short_names, in->short_names);
	assert_int_equal(out.unknown_allocate, in->unknown_allocate);
	assert_int_equal(out.name_format, in->name_format);
	assert_int_equal(out.log_lookups, in->log_lookups);
	assert_string_equal(out.metrics, in->metrics);
	assert_int_equal(out.cache_records, in->cache_records);
	assert_int_equal(out.cache_mib, in->cache_mib);
	idm_buf_fini(&buf);
}

static void
test_policy_survives_a_round_trip(void **state)
{
	struct idm_policy logging = policy;

	(void)state;
	assert_policy_survives(&policy);
	assert_policy_survives(&idm_policy_default);
	logging.log_lookups = true;
	assert_policy_survives(&logging);
	memset(logging.metrics, 'm', IDM_METRICS_MAX);
	logging.metrics[0] = '/';
	assert_policy_survives(&logging);
	logging.cache_mib = 8;
	assert_policy_survives(&logging);
	logging.log_lookups = false;
	assert_policy_survives(&logging);
}

/* A map that was written before there were domains keeps on answering. */
static void
test_a_policy_without_its_windows_part_is_read(void **state)
{
	struct idm_policy out;
	struct idm_str value;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	idm_buf_init(&buf, 4096);
	idm_policy_write(&buf, &policy);
	value = str_of(&buf);
	value.len = POLICY_OLD;
	assert_good(idm_policy_read(value, &out, &err), err);
	assert_int_equal(out.nservices, policy.nservices);
	assert_false(out.has_state);
	assert_false(out.short_names);
	assert_false(out.unknown_allocate);
	assert_int_equal(out.name_format, IDM_NAMES_AT);
	idm_buf_fini(&buf);
}

static void
test_ruleset_survives_a_round_trip(void **state)
{
	struct idm_ruleset out;
	struct idm_shape shape;
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	idm_buf_init(&buf, 4096);
	put_ruleset(&buf);
	assert_good(idm_ruleset_read(str_of(&buf), &out, &err), err);
	assert_int_equal(out.kind, IDM_RULESET_SCHEME);
	assert_true(out.user_mode);
	assert_int_equal(out.serve, IDM_SERVE_NO);
	assert_true(out.creation == 0x1122334455667788);
	assert_true(out.entries == 9);
	assert_int_equal(out.next_shape, 4);
	assert_int_equal(out.nshapes, 2);
	assert_int_equal(out.descriptor.nfields, 2);
	assert_int_equal(out.descriptor.separator[0], '!');
	for (size_t i = 0; i < IDM_COUNTOF(shapes); i++) {
		assert_true(
		    idm_ruleset_shape(&out.shapes, &out.descriptor, &shape));
		assert_memory_equal(&shape, &shapes[i], sizeof(shape));
	}
	assert_false(idm_ruleset_shape(&out.shapes, &out.descriptor, &shape));
	assert_true(idm_cursor_done(&out.shapes));
	idm_buf_fini(&buf);
}

static void
assert_same_str(struct idm_str a, struct idm_str b)
{
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
}

static void
test_entries_survive_a_round_trip(void **state)
{
	struct idm_cursor cursor;
	struct idm_entry out;
	struct idm_err err;
	struct idm_buf buf;
	uint32_t n;

	(void)state;
	idm_buf_init(&buf, 4096);
	put_entry(&buf);
	assert_good(idm_entry_read(str_of(&buf), &out, &err), err);
	assert_int_equal(out.remote.len, 0);
	assert_same_str(out.target, entries[1].target);
	assert_int_equal(out.flags, entries[1].flags);

	idm_buf_clear(&buf);
	put_bucket(&buf);
	assert_good(idm_bucket_read(str_of(&buf), &cursor, &n, &err), err);
	assert_int_equal(n, IDM_COUNTOF(entries));
	for (size_t i = 0; i < n; i++) {
		assert_good(idm_bucket_next(&cursor, &out, &err), err);
		assert_same_str(out.remote, entries[i].remote);
		assert_same_str(out.target, entries[i].target);
		assert_int_equal(out.flags, entries[i].flags);
	}
	assert_true(idm_cursor_done(&cursor));
	idm_buf_fini(&buf);
}

static void
test_user_entry_and_list_survive_a_round_trip(void **state)
{
	struct idm_user_entry out;
	struct idm_cursor cursor;
	struct idm_err err;
	struct idm_buf buf;
	uint32_t n;

	(void)state;
	idm_buf_init(&buf, 4096);
	put_user_entry(&buf);
	assert_good(idm_user_entry_read(str_of(&buf), &out, &err), err);
	assert_true(out.creation == 1);
	assert_int_equal(out.uid, 1000);
	assert_true(idm_str_is(out.logname, "alice"));

	idm_buf_clear(&buf);
	put_list(&buf);
	assert_good(idm_list_read(str_of(&buf), &cursor, &n, &err), err);
	assert_int_equal(n, 2);
	assert_true(idm_str_is(idm_cursor_str(&cursor), "one"));
	assert_true(idm_str_is(idm_cursor_str(&cursor), "three"));
	assert_true(idm_cursor_done(&cursor));

	idm_buf_clear(&buf);
	idm_list_write(&buf, NULL, 0);
	assert_good(idm_list_read(str_of(&buf), &cursor, &n, &err), err);
	assert_int_equal(n, 0);
	idm_buf_fini(&buf);
}

/*
 * The hash is SipHash-2-4 of "s/x", low half; this value is of another
 * implementation.
 */
static void
test_a_key_ends_in_its_hash(void **state)
{
	uint8_t seed[IDM_SEED_SIZE];
	struct idm_buf buf;

	(void)state;
	for (size_t i = 0; i < sizeof(seed); i++)
		seed[i] = (uint8_t)i;
	idm_buf_init(&buf, 64);
	idm_buf_puts(&buf, "s/x");
	idm_key_finish(&buf, seed);
	assert_string_equal(idm_buf_text(&buf), "s/x#057ef1d6");
	idm_buf_fini(&buf);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_every_record_is_refused_when_cut_or_extended),
		cmocka_unit_test(
		    test_every_record_of_another_kind_or_version_is_refused),
		cmocka_unit_test(test_each_damage_has_its_reason),
		cmocka_unit_test(
		    test_an_entry_without_a_name_or_target_is_refused),
		cmocka_unit_test(test_header_survives_a_round_trip),
		cmocka_unit_test(
		    test_header_may_be_marked_or_of_before_there_were_marks),
		cmocka_unit_test(test_policy_survives_a_round_trip),
		cmocka_unit_test(
		    test_a_policy_without_its_windows_part_is_read),
		cmocka_unit_test(test_ruleset_survives_a_round_trip),
		cmocka_unit_test(test_entries_survive_a_round_trip),
		cmocka_unit_test(test_user_entry_and_list_survive_a_round_trip),
		cmocka_unit_test(test_a_key_ends_in_its_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
