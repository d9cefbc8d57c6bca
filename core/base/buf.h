/*
 * buf -- text and bytes that grow, up to a maximum given at the start.
 *
 * The first failure sticks: later appends do nothing, and one look at
 * idm_buf_status() at the end covers them all.  The buffer owns its bytes;
 * idm_buf_fini() frees them.  A buffer over memory of the caller (init_fixed)
 * never allocates: that is how code in other people's processes uses it.
 *
 * Numbers are written little-endian, as the map files and the wire have them.
 */

#ifndef IDM_BASE_BUF_H
#define IDM_BASE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct idm_buf {
	char *data;
	size_t len;
	size_t size; /* allocated, or of the caller's memory */
	size_t max;
	bool fixed;
	enum idm_status status; /* IDM_OK, IDM_NOMEM or IDM_EXHAUSTED */
};

/* An empty buffer that may grow to max bytes. */
void idm_buf_init(struct idm_buf *, size_t max);

/* An empty buffer over size bytes of the caller's. */
void idm_buf_init_fixed(struct idm_buf *, void *memory, size_t size);

/* Free what the buffer owns.  Safe to call twice. */
void idm_buf_fini(struct idm_buf *);

/* Forget the content and any failure, keep the memory. */
void idm_buf_clear(struct idm_buf *);

void idm_buf_put(struct idm_buf *, const void *, size_t);
void idm_buf_put_u8(struct idm_buf *, uint8_t);
void idm_buf_put_u16(struct idm_buf *, uint16_t);
void idm_buf_put_u32(struct idm_buf *, uint32_t);
void idm_buf_put_u64(struct idm_buf *, uint64_t);

/* A string with its length, two bytes, in front; at most 65535 bytes. */
void idm_buf_put_str(struct idm_buf *, const char *, size_t len);

/* Formatted text, without its NUL. */
void idm_buf_printf(struct idm_buf *, const char *, ...) IDM_PRINTF(2, 3);

/* A number in decimal digits, where printf's time would be felt. */
void idm_buf_put_decimal(struct idm_buf *, uint64_t);

/* Text up to its NUL, without it. */
void idm_buf_puts(struct idm_buf *, const char *);

/*
 * The content as a C string, lent until the next call.  An empty string when
 * an append has failed.
 */
const char *idm_buf_text(struct idm_buf *);

/* IDM_OK, or the first failure with its reason in err. */
enum idm_status idm_buf_status(
    const struct idm_buf *, struct idm_err *) IDM_MUSTCHECK;

#endif
