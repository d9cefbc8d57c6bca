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

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

uint8_t idm_cursor_u8(struct idm_cursor *);
uint16_t idm_cursor_u16(struct idm_cursor *);
uint32_t idm_cursor_u32(struct idm_cursor *);
uint64_t idm_cursor_u64(struct idm_cursor *);

/* The next len bytes, lent; NULL when there are fewer. */
const void *idm_cursor_bytes(struct idm_cursor *, size_t len);

/* A string as idm_buf_put_str() wrote it. */
struct idm_str idm_cursor_str(struct idm_cursor *);

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
