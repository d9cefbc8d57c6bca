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
	size_t shared = a.len < b.len ? a.len : b.len;
	/* Of nothing the address may be NULL, which memcmp() is not to get. */
	int order = shared == 0 ? 0 : memcmp(a.data, b.data, shared);

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

struct idm_str
idm_str_of(const char *text)
{
	return (struct idm_str){ .data = text, .len = strlen(text) };
}
