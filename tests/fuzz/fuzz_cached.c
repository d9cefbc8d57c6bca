#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "map/cached.h"
#include "map/equal.h"

enum { OUT_MAX = 1 << 20 };

/* What was read can be written, and is then the same bytes. */
static void
assert_same(struct idm_str value, struct idm_buf *buf)
{
	if (buf->status != IDM_OK || buf->len != value.len ||
	    memcmp(buf->data, value.data, value.len) != 0)
		abort();
}

static void
try_front(struct idm_str value, struct idm_buf *buf)
{
	const struct idm_domain domain = { .cache_s = 900, .stale_s = 1000 };
	struct idm_cached cached;

	if (idm_cached_read(value, &cached, NULL) != IDM_OK)
		return;
	if (idm_cached_age(&cached, &domain, cached.when) == IDM_CACHED_EXPIRED)
		abort();
	idm_cached_write(buf, &cached);
	assert_same(value, buf);
}

static void
try_account(struct idm_str value, struct idm_buf *buf)
{
	struct idm_cached_account account;

	if (idm_cached_account_read(value, &account, NULL) != IDM_OK)
		return;
	idm_cached_account_write(buf, &account);
	assert_same(value, buf);
}

static void
try_domain(struct idm_str value, struct idm_buf *buf)
{
	struct idm_cached_domain domain;

	if (idm_cached_domain_read(value, &domain, NULL) != IDM_OK)
		return;
	idm_cached_domain_write(buf, &domain);
	assert_same(value, buf);
}

static void
try_entry(struct idm_str value, struct idm_buf *buf)
{
	struct idm_cached_entry entry;
	struct idm_str *foreign;
	uint64_t *member;

	if (idm_cached_entry_read(value, &entry, NULL) != IDM_OK)
		return;
	member = calloc((size_t)entry.nmembers + 1, sizeof(*member));
	foreign = calloc((size_t)entry.nforeign + 1, sizeof(*foreign));
	if (member == NULL || foreign == NULL)
		abort();
	for (uint32_t i = 0; i < entry.nmembers; i++)
		member[i] = idm_cursor_u64(&entry.members);
	for (uint32_t i = 0; i < entry.nforeign; i++)
		foreign[i] = idm_cursor_str(&entry.foreign);
	idm_cached_entry_write(buf, &entry, member, foreign);
	free(member);
	free(foreign);
	assert_same(value, buf);
}

static void
try_equal(struct idm_str value, struct idm_buf *buf)
{
	struct idm_equal equal;

	if (idm_equal_read(value, &equal, NULL) != IDM_OK)
		return;
	idm_equal_write(buf, &equal);
	assert_same(value, buf);
}

static void
try_locals(struct idm_str value, struct idm_buf *buf)
{
	struct idm_str name[IDM_EQUAL_LOCALS_MAX];
	struct idm_cursor names;
	uint32_t n;

	if (idm_equal_locals_read(value, &names, &n, NULL) != IDM_OK)
		return;
	for (uint32_t i = 0; i < n; i++)
		name[i] = idm_cursor_str(&names);
	idm_equal_locals_write(buf, name, n);
	assert_same(value, buf);
}

static void
try_server(struct idm_str value, struct idm_buf *buf)
{
	struct idm_str uri;

	if (idm_cached_server_read(value, &uri, NULL) != IDM_OK)
		return;
	idm_cached_server_write(buf, uri);
	assert_same(value, buf);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const try[])(
	    struct idm_str, struct idm_buf *) = { try_front, try_account,
		try_domain, try_entry, try_equal, try_locals, try_server };
	struct idm_str value = { .data = (const char *)data, .len = len };

	for (size_t i = 0; i < IDM_COUNTOF(try); i++) {
		struct idm_buf buf;

		idm_buf_init(&buf, OUT_MAX);
		try[i](value, &buf);
		idm_buf_fini(&buf);
	}
	return 0;
}
