#include "directory/filter.h"
#include "base/utf8.h"

static void
put_escaped(struct idm_buf *buf, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";
	const char text[] = { '\\', digits[byte >> 4], digits[byte & 15] };

	idm_buf_put(buf, text, sizeof(text));
}

/* Does this character stand for itself, wherever in the value it is? */
static bool
is_plain(uint32_t point)
{
	return point >= 0x20 && point != 0x7f && point != '*' && point != '(' &&
	    point != ')' && point != '\\';
}

/*
 * RFC 4515 wants the four and NUL escaped, and the rest to be UTF-8.  So what
 * is not is escaped too, and blanks where a lenient reader would drop them.
 */
static void
put_value(struct idm_buf *buf, struct idm_str value)
{
	size_t at = 0;

	while (at < value.len) {
		uint32_t point = 0;
		size_t len = idm_utf8_decode(
		    value.data + at, value.len - at, &point);
		bool is_edge = at == 0 || at + 1 == value.len;

		if (len > 0 && is_plain(point) && !(is_edge && point == ' ')) {
			idm_buf_put(buf, value.data + at, len);
			at += len;
		} else
			put_escaped(buf, (unsigned char)value.data[at++]);
	}
}

void
idm_filter_equal(
    struct idm_buf *buf, const char *attribute, struct idm_str value)
{
	idm_buf_puts(buf, "(");
	idm_buf_puts(buf, attribute);
	idm_buf_puts(buf, "=");
	put_value(buf, value);
	idm_buf_puts(buf, ")");
}

void
idm_filter_bytes(
    struct idm_buf *buf, const char *attribute, struct idm_str value)
{
	idm_buf_puts(buf, "(");
	idm_buf_puts(buf, attribute);
	idm_buf_puts(buf, "=");
	for (size_t i = 0; i < value.len; i++)
		put_escaped(buf, (unsigned char)value.data[i]);
	idm_buf_puts(buf, ")");
}

static void
put_number(
    struct idm_buf *buf, const char *attribute, const char *sign, uint64_t n)
{
	idm_buf_puts(buf, "(");
	idm_buf_puts(buf, attribute);
	idm_buf_puts(buf, sign);
	idm_buf_put_decimal(buf, n);
	idm_buf_puts(buf, ")");
}

void
idm_filter_number(struct idm_buf *buf, const char *attribute, uint64_t number)
{
	put_number(buf, attribute, "=", number);
}

void
idm_filter_at_least(struct idm_buf *buf, const char *attribute, uint64_t number)
{
	put_number(buf, attribute, ">=", number);
}

void
idm_filter_present(struct idm_buf *buf, const char *attribute)
{
	idm_buf_puts(buf, "(");
	idm_buf_puts(buf, attribute);
	idm_buf_puts(buf, "=*)");
}

void
idm_filter_rule(struct idm_buf *buf, const char *attribute, const char *oid,
    struct idm_str value)
{
	idm_buf_puts(buf, "(");
	idm_buf_puts(buf, attribute);
	idm_buf_puts(buf, ":");
	idm_buf_puts(buf, oid);
	idm_buf_puts(buf, ":=");
	put_value(buf, value);
	idm_buf_puts(buf, ")");
}

void
idm_filter_open(struct idm_buf *buf, char operation)
{
	idm_buf_puts(buf, "(");
	idm_buf_put(buf, &operation, 1);
}

void
idm_filter_close(struct idm_buf *buf)
{
	idm_buf_puts(buf, ")");
}
