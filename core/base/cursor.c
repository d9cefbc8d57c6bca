#include <string.h>

#include "base/cursor.h"

struct idm_cursor
idm_cursor_over(const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	/* An empty buffer may have no memory at all. */
	return (struct idm_cursor){
		.at = at,
		.end = len == 0 ? at : at + len,
	};
}

const void *
idm_cursor_bytes(struct idm_cursor *cursor, size_t len)
{
	const unsigned char *at = cursor->at;

	if (cursor->bad || (size_t)(cursor->end - at) < len) {
		cursor->bad = true;
		return NULL;
	}
	cursor->at += len;
	return at;
}

static uint64_t
get_le(struct idm_cursor *cursor, size_t len)
{
	const unsigned char *bytes = idm_cursor_bytes(cursor, len);
	uint64_t value = 0;

	if (bytes == NULL)
		return 0;
	for (size_t i = 0; i < len; i++)
		value |= (uint64_t)bytes[i] << (8 * i);
	return value;
}

uint8_t
idm_cursor_u8(struct idm_cursor *cursor)
{
	return (uint8_t)get_le(cursor, 1);
}

uint16_t
idm_cursor_u16(struct idm_cursor *cursor)
{
	return (uint16_t)get_le(cursor, 2);
}

uint32_t
idm_cursor_u32(struct idm_cursor *cursor)
{
	return (uint32_t)get_le(cursor, 4);
}

uint64_t
idm_cursor_u64(struct idm_cursor *cursor)
{
	return get_le(cursor, 8);
}

struct idm_str
idm_cursor_str(struct idm_cursor *cursor)
{
	size_t len = idm_cursor_u16(cursor);
	const char *data = idm_cursor_bytes(cursor, len);

	if (data == NULL)
		return (struct idm_str){ .data = "", .len = 0 };
	return (struct idm_str){ .data = data, .len = len };
}

struct idm_str
idm_cursor_rest(struct idm_cursor *cursor)
{
	size_t len = (size_t)(cursor->end - cursor->at);
	const char *data = idm_cursor_bytes(cursor, len);

	if (data == NULL)
		return (struct idm_str){ .data = "", .len = 0 };
	return (struct idm_str){ .data = data, .len = len };
}

bool
idm_cursor_done(const struct idm_cursor *cursor)
{
	return !cursor->bad && cursor->at == cursor->end;
}

bool
idm_str_is(struct idm_str str, const char *text)
{
	return str.len == strlen(text) && memcmp(str.data, text, str.len) == 0;
}

int
idm_str_compare(struct idm_str a, struct idm_str b)
{
	int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

struct idm_str
idm_str_of(const char *text)
{
	return (struct idm_str){ .data = text, .len = strlen(text) };
}
