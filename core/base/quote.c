#include "base/quote.h"

static void
put_byte(struct idm_buf *buf, char quote, unsigned char byte)
{
	if (byte < 0x20 || byte > 0x7e) {
		idm_buf_printf(buf, "\\x%02x", byte);
		return;
	}
	if (byte == (unsigned char)quote || byte == '\\')
		idm_buf_put_u8(buf, '\\');
	idm_buf_put_u8(buf, byte);
}

void
idm_quote_put(struct idm_buf *buf, char quote, struct idm_str text, size_t max)
{
	size_t len = text.len > max ? max : text.len;

	idm_buf_put_u8(buf, (uint8_t)quote);
	for (size_t i = 0; i < len; i++)
		put_byte(buf, quote, (unsigned char)text.data[i]);
	if (text.len > max)
		idm_buf_puts(buf, "...");
	idm_buf_put_u8(buf, (uint8_t)quote);
}
