#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define FIRST_SIZE 256 /* of what most messages need */

void
idm_buf_init(struct idm_buf *buf, size_t max)
{
	*buf = (struct idm_buf){ .max = max };
}

void
idm_buf_init_fixed(struct idm_buf *buf, void *memory, size_t size)
{
	*buf = (struct idm_buf){
		.data = memory, .size = size, .max = size, .fixed = true
	};
}

void
idm_buf_fini(struct idm_buf *buf)
{
	if (!buf->fixed)
		free(buf->data);
	*buf = (struct idm_buf){ 0 };
}

void
idm_buf_clear(struct idm_buf *buf)
{
	buf->len = 0;
	buf->status = IDM_OK;
}

/* Make room for more bytes and say whether there is. */
static bool
reserve(struct idm_buf *buf, size_t more)
{
	size_t size;
	char *data;

	if (buf->status != IDM_OK)
		return false;
	if (more > buf->max - buf->len) {
		buf->status = IDM_EXHAUSTED;
		return false;
	}
	if (more <= buf->size - buf->len)
		return true;

	size = buf->size < FIRST_SIZE ? FIRST_SIZE : buf->size;
	if (size > buf->max)
		size = buf->max;
	while (size - buf->len < more)
		size = size > buf->max / 2 ? buf->max : size * 2;
	data = realloc(buf->data, size);
	if (data == NULL) {
		buf->status = IDM_NOMEM;
		return false;
	}
	buf->data = data;
	buf->size = size;
	return true;
}

void
idm_buf_put(struct idm_buf *buf, const void *bytes, size_t len)
{
	if (len == 0 || !reserve(buf, len))
		return;
	memcpy(buf->data + buf->len, bytes, len);
	buf->len += len;
}

static void
put_le(struct idm_buf *buf, uint64_t value, size_t len)
{
	if (!reserve(buf, len))
		return;
	for (size_t i = 0; i < len; i++)
		buf->data[buf->len++] = (char)(value >> (8 * i));
}

void
idm_buf_put_u8(struct idm_buf *buf, uint8_t value)
{
	put_le(buf, value, 1);
}

void
idm_buf_put_u16(struct idm_buf *buf, uint16_t value)
{
	put_le(buf, value, 2);
}

void
idm_buf_put_u32(struct idm_buf *buf, uint32_t value)
{
	put_le(buf, value, 4);
}

void
idm_buf_put_u64(struct idm_buf *buf, uint64_t value)
{
	put_le(buf, value, 8);
}

void
idm_buf_put_str(struct idm_buf *buf, const char *text, size_t len)
{
	if (len > UINT16_MAX) {
		if (buf->status == IDM_OK)
			buf->status = IDM_EXHAUSTED;
		return;
	}
	idm_buf_put_u16(buf, (uint16_t)len);
	idm_buf_put(buf, text, len);
}

void
idm_buf_put_decimal(struct idm_buf *buf, uint64_t value)
{
	char digits[20];
	size_t at = sizeof(digits);

	do {
		digits[--at] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	idm_buf_put(buf, digits + at, sizeof(digits) - at);
}

void
idm_buf_puts(struct idm_buf *buf, const char *text)
{
	idm_buf_put(buf, text, strlen(text));
}

void
idm_buf_printf(struct idm_buf *buf, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	/* vsnprintf ends with a NUL, for which there must be room. */
	if (len < 0 || !reserve(buf, (size_t)len + 1))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, ap);
	va_end(ap);
	buf->len += (size_t)len;
}

const char *
idm_buf_text(struct idm_buf *buf)
{
	if (!reserve(buf, 1))
		return "";
	buf->data[buf->len] = '\0';
	return buf->data;
}

enum idm_status
idm_buf_status(const struct idm_buf *buf, struct idm_err *err)
{
	if (buf->status == IDM_NOMEM)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	if (buf->status != IDM_OK) {
		return idm_fail(
		    err, buf->status, "longer than %zu bytes", buf->max);
	}
	return IDM_OK;
}
