/*
 * cursor -- reads foreign bytes from the front, never past their end.
 *
 * The one bounds-checked reader behind the record codec and the wire
 * protocol.  A read that does not fit marks the cursor bad, returns zero or
 * an empty string, and every later read does the same; one look at
 * idm_cursor_done() at the end covers them all.  Lends pointers into the
 * bytes it was given; owns nothing; never allocates.
 */

#ifndef IDM_BASE_CURSOR_H
#define IDM_BASE_CURSOR_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct idm_cursor {
	const unsigned char *at;
	const unsigned char *end;
	bool bad;
};

/* A counted string that lies in somebody else's memory; no NUL behind it. */
struct idm_str {
	const char *data;
	size_t len;
};

struct idm_cursor idm_cursor_over(const void *, size_t len);

/*
 * The reads stand here, because calling one would take longer than it does,
 * and an answer to a caller of getpwnam(3) takes a dozen of them.
 */

/* The next len bytes, lent; NULL when there are fewer. */
static inline const void *
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

static inline uint8_t
idm_cursor_u8(struct idm_cursor *cursor)
{
	const unsigned char *bytes = idm_cursor_bytes(cursor, 1);

	return bytes == NULL ? 0 : *bytes;
}

static inline uint16_t
idm_cursor_u16(struct idm_cursor *cursor)
{
	const void *bytes = idm_cursor_bytes(cursor, 2);
	uint16_t value = 0;

	if (bytes != NULL)
		memcpy(&value, bytes, sizeof(value));
	return le16toh(value);
}

static inline uint32_t
idm_cursor_u32(struct idm_cursor *cursor)
{
	const void *bytes = idm_cursor_bytes(cursor, 4);
	uint32_t value = 0;

	if (bytes != NULL)
		memcpy(&value, bytes, sizeof(value));
	return le32toh(value);
}

static inline uint64_t
idm_cursor_u64(struct idm_cursor *cursor)
{
	const void *bytes = idm_cursor_bytes(cursor, 8);
	uint64_t value = 0;

	if (bytes != NULL)
		memcpy(&value, bytes, sizeof(value));
	return le64toh(value);
}

/* A string as idm_buf_put_str() wrote it. */
static inline struct idm_str
idm_cursor_str(struct idm_cursor *cursor)
{
	size_t len = idm_cursor_u16(cursor);
	const char *data = (const char *)idm_cursor_bytes(cursor, len);

	if (data == NULL)
		return (struct idm_str){ .data = "", .len = 0 };
	return (struct idm_str){ .data = data, .len = len };
}

/* All that was not read yet. */
struct idm_str idm_cursor_rest(struct idm_cursor *);

/* Everything was read, nothing is left and nothing was missing. */
bool idm_cursor_done(const struct idm_cursor *);

/* Compare a counted string with a C string. */
bool idm_str_is(struct idm_str, const char *);

/* Order by bytes, a beginning before what it begins: <0, 0 or >0. */
int idm_str_compare(struct idm_str, struct idm_str);

/* A counted string over a C string. */
struct idm_str idm_str_of(const char *);

#endif
