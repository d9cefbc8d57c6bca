#include <stdio.h>
#include <unistd.h>

#include "tests/unit.h"

#include "tests/map/raw.h"

const struct idm_header raw_header = {
	.major = IDM_MAP_MAJOR,
	.minor = IDM_MAP_MINOR,
	.kind = IDM_MAP_POLICY,
	.seed = "0123456789abcde",
	.uuid = "this is a uuid!",
	.generation = 7,
	.time = 1700000000,
	.records = 1,
};

datum
raw_datum(const void *data, size_t len)
{
	return (datum){ .dptr = (char *)(uintptr_t)data, .dsize = (int)len };
}

static void
name_of_new(const struct raw *raw, char name[static 64])
{
	assert_true(snprintf(name, 64, "%s.new", raw->name) < 64);
}

struct raw
raw_empty(const char *name, int block_size, int flags)
{
	struct raw raw = { .name = name };
	char temp[64];

	name_of_new(&raw, temp);
	(void)unlink(temp);
	raw.db = gdbm_open(temp, block_size, GDBM_NEWDB | flags, 0644, NULL);
	assert_non_null(raw.db);
	return raw;
}

struct raw
raw_begin(const char *name, const struct idm_header *header)
{
	struct raw raw = raw_empty(name, 512, GDBM_BSEXACT);

	raw_put_header(&raw, header);
	return raw;
}

void
raw_store(
    struct raw *raw, const void *key, size_t len, const void *value, size_t n)
{
	assert_int_equal(gdbm_store(raw->db, raw_datum(key, len),
			     raw_datum(value, n), GDBM_REPLACE),
	    0);
}

void
raw_put(struct raw *raw, const char *key, const void *value, size_t n)
{
	struct idm_buf buf;

	idm_buf_init(&buf, 4096);
	idm_buf_puts(&buf, key);
	idm_key_finish(&buf, raw->seed);
	assert_int_equal(buf.status, IDM_OK);
	raw_store(raw, buf.data, buf.len, value, n);
	idm_buf_fini(&buf);
}

void
raw_put_buf(struct raw *raw, const char *key, struct idm_buf *buf)
{
	assert_int_equal(buf->status, IDM_OK);
	raw_put(raw, key, buf->data, buf->len);
	idm_buf_fini(buf);
}

void
raw_put_header(struct raw *raw, const struct idm_header *header)
{
	struct idm_buf buf;

	memcpy(raw->seed, header->seed, sizeof(raw->seed));
	idm_buf_init(&buf, 200);
	idm_header_write(&buf, header);
	assert_int_equal(buf.status, IDM_OK);
	raw_store(
	    raw, IDM_HEADER_KEY, strlen(IDM_HEADER_KEY), buf.data, buf.len);
	idm_buf_fini(&buf);
}

void
raw_put_policy(struct raw *raw, const struct idm_policy *policy)
{
	struct idm_buf buf;

	idm_buf_init(&buf, 4096);
	idm_policy_write(&buf, policy);
	raw_put_buf(raw, "policy", &buf);
}

void
raw_put_list(struct raw *raw, const char *key, const char *name)
{
	struct idm_str str = idm_str_of(name);
	struct idm_buf buf;

	idm_buf_init(&buf, 4096);
	idm_list_write(&buf, &str, 1);
	raw_put_buf(raw, key, &buf);
}

void
raw_put_scheme(
    struct raw *raw, const char *name, const char *descriptor, uint64_t entries)
{
	struct idm_ruleset ruleset = {
		.kind = IDM_RULESET_SCHEME,
		.creation = 42,
		.entries = entries,
	};
	struct idm_buf buf;
	char key[64];

	assert_int_equal(idm_descriptor_parse(
			     idm_str_of(descriptor), &ruleset.descriptor, NULL),
	    IDM_OK);
	assert_true(snprintf(key, sizeof(key), "s/%s", name) < 64);
	idm_buf_init(&buf, 4096);
	idm_ruleset_write(&buf, &ruleset, NULL);
	raw_put_buf(raw, key, &buf);
}

void
raw_put_entry(
    struct raw *raw, const char *scheme, const char *remote, const char *target)
{
	struct idm_entry entry = { .target = idm_str_of(target) };
	struct idm_buf buf;
	char key[256];

	assert_true(
	    snprintf(key, sizeof(key), "s/%s/e/%s", scheme, remote) < 256);
	idm_buf_init(&buf, 4096);
	idm_entry_write(&buf, &entry);
	raw_put_buf(raw, key, &buf);
}

void
raw_publish(struct raw *raw)
{
	char temp[64];

	name_of_new(raw, temp);
	assert_int_equal(gdbm_close(raw->db), 0);
	assert_int_equal(rename(temp, raw->name), 0);
	raw->db = NULL;
}
