#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "map/allocated.h"

enum { OUT_MAX = 1 << 17 };

/* What was read can be written, and is then the same bytes. */
static void
assert_same(struct idm_str value, struct idm_buf *buf)
{
	if (buf->status != IDM_OK || buf->len != value.len ||
	    memcmp(buf->data, value.data, value.len) != 0)
		abort();
}

static void
try_allocated(struct idm_str value, struct idm_buf *buf)
{
	struct idm_allocated allocated;

	if (idm_allocated_read(value, &allocated, NULL) != IDM_OK)
		return;
	idm_allocated_write(buf, &allocated);
	assert_same(value, buf);
}

static void
try_number(struct idm_str value, struct idm_buf *buf)
{
	uint64_t number;

	if (idm_number_read(value, &number, NULL) != IDM_OK)
		return;
	idm_number_write(buf, number);
	assert_same(value, buf);
}

static void
try_owner(struct idm_str value, struct idm_buf *buf)
{
	struct idm_str text;

	if (idm_owner_read(value, &text, NULL) != IDM_OK)
		return;
	idm_owner_write(buf, text);
	assert_same(value, buf);
}

static void
try_window_owner(struct idm_str value, struct idm_buf *buf)
{
	struct idm_buf text;
	struct idm_sid sid;
	uint32_t n;

	if (idm_window_owner_read(value, &sid, &n, NULL) != IDM_OK)
		return;
	idm_buf_init(&text, OUT_MAX);
	idm_window_owner_put(&text, &sid, n);
	idm_owner_write(buf, (struct idm_str){ text.data, text.len });
	assert_same(value, buf);
	idm_buf_fini(&text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static void (*const try[])(struct idm_str, struct idm_buf *) = {
		try_allocated, try_number, try_owner, try_window_owner
	};
	struct idm_str value = { .data = (const char *)data, .len = len };

	for (size_t i = 0; i < IDM_COUNTOF(try); i++) {
		struct idm_buf buf;

		idm_buf_init(&buf, OUT_MAX);
		try[i](value, &buf);
		idm_buf_fini(&buf);
	}
	return 0;
}
