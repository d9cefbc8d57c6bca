#include <string.h>
#include <strings.h>

#include "base/quote.h"
#include "base/utf8.h"
#include "directory/filter.h"

#define SHOWN_MAX 80

/* One attribute=value of a name, the value as it is written. */
struct part {
	struct idm_str type;
	struct idm_str value;
	char separator; /* what follows: ',', '+', or 0 at the end */
};

static const char *
skip_blanks(const char *at, const char *end)
{
	while (at < end && *at == ' ')
		at++;
	return at;
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * The next byte of a value; -1 at its end or where it is malformed.  *left is
 * what follows.
 */
static int
next_byte(struct idm_str *left)
{
	const char *at = left->data;
	size_t used = 1;
	int byte;

	if (left->len == 0)
		return -1;
	byte = (unsigned char)at[0];
	if (at[0] == '\\') {
		if (left->len < 2)
			return -1;
		used = 2;
		if (hex_value(at[1]) >= 0) {
			if (left->len < 3 || hex_value(at[2]) < 0)
				return -1;
			used = 3;
			byte = hex_value(at[1]) << 4 | hex_value(at[2]);
		} else if (strchr(" \"#+,;<=>\\", at[1]) != NULL && at[1] != 0)
			byte = (unsigned char)at[1];
		else
			return -1;
	}
	left->data += used;
	left->len -= used;
	return byte;
}

/* '#' and the BER of a value in hexadecimal. */
static const char *
read_hex_string(const char *at, const char *end)
{
	const char *start = ++at;

	while (end - at >= 2 && hex_value(at[0]) >= 0 && hex_value(at[1]) >= 0)
		at += 2;
	return at == start ? NULL : at;
}

/* The end of the value that begins at at; NULL: it is malformed. */
static const char *
read_value(const char *at, const char *end)
{
	const char *last = at; /* behind the last byte that is no bare blank */

	if (at < end && *at == '#')
		return read_hex_string(at, end);
	while (at < end && *at != ',' && *at != '+') {
		struct idm_str left = { .data = at, .len = (size_t)(end - at) };
		bool is_blank = *at == ' ';
		uint32_t point;

		/*
		 * Servers escape control characters; libldap takes some of
		 * them for blanks.
		 */
		if ((unsigned char)*at < ' ' || strchr("\";<>", *at) != NULL)
			return NULL;
		if (*at == '\\') {
			if (next_byte(&left) == -1)
				return NULL;
			at = left.data;
		} else {
			size_t len = idm_utf8_decode(at, left.len, &point);

			if (len == 0)
				return NULL;
			at += len;
		}
		if (!is_blank)
			last = at;
	}
	return last;
}

/* Read one part from the front; NULL: malformed, else what follows it. */
static const char *
read_part(const char *at, const char *end, struct part *part)
{
	const char *start = skip_blanks(at, end);
	const char *stop;

	for (at = start; at < end && *at != '=' && *at != ' '; at++)
		continue;
	part->type.data = start;
	part->type.len = (size_t)(at - start);
	if (memchr(start, ';', part->type.len) != NULL ||
	    idm_filter_attribute(part->type, NULL) != IDM_OK)
		return NULL;
	at = skip_blanks(at, end);
	if (at == end || *at != '=')
		return NULL;
	at = skip_blanks(at + 1, end);
	stop = read_value(at, end);
	if (stop == NULL)
		return NULL;
	part->value.data = at;
	part->value.len = (size_t)(stop - at);
	at = skip_blanks(stop, end);
	part->separator = '\0';
	if (at == end)
		return at;
	part->separator = *at;
	return *at == ',' || *at == '+' ? at + 1 : NULL;
}

/* Where in dn it is malformed; NULL: nowhere.  *names: how many RDNs it has. */
static const char *
check(struct idm_str dn, size_t *names)
{
	const char *end = dn.data + dn.len;
	const char *at = dn.data;
	struct part part = { .separator = ',' };

	*names = 0;
	while (part.separator != '\0') {
		const char *next;

		if (part.separator == ',')
			++*names;
		next = read_part(at, end, &part);
		if (next == NULL)
			return at;
		at = next;
	}
	return NULL;
}

enum idm_status
idm_dn_check(struct idm_str dn, struct idm_err *err)
{
	char memory[SHOWN_MAX * 4 + 8];
	struct idm_buf shown;
	size_t names;
	const char *bad = check(dn, &names);

	if (bad == NULL)
		return IDM_OK;
	if (dn.len == 0)
		return idm_fail(err, IDM_INVALID, "'' is no DN: it is empty");
	idm_buf_init_fixed(&shown, memory, sizeof(memory));
	idm_quote_put(&shown, '\'', dn, SHOWN_MAX);
	return idm_fail(err, IDM_INVALID,
	    "%s is no DN: attribute=value expected at byte %zu",
	    idm_buf_text(&shown), (size_t)(bad - dn.data) + 1);
}

/* The first name of a DN that was checked: its parts; what follows it. */
static struct idm_str
split_first(struct idm_str dn, struct idm_str *first)
{
	const char *end = dn.data + dn.len;
	const char *at = dn.data;
	struct part part = { .separator = '+' };

	while (at != NULL && part.separator == '+')
		at = read_part(at, end, &part);
	if (at == NULL)
		at = end;
	first->data = dn.data;
	first->len = (size_t)(at - dn.data) - (part.separator == ',');
	return (struct idm_str){ .data = at, .len = (size_t)(end - at) };
}

static int
fold(int byte)
{
	return byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte;
}

static bool
equal_values(struct idm_str a, struct idm_str b)
{
	int byte;

	do {
		byte = next_byte(&a);
		if (fold(byte) != fold(next_byte(&b)))
			return false;
	} while (byte != -1);
	return true;
}

static bool
equal_parts(const struct part *a, const struct part *b)
{
	return a->type.len == b->type.len &&
	    strncasecmp(a->type.data, b->type.data, a->type.len) == 0 &&
	    equal_values(a->value, b->value);
}

/* Is each part of the name a among those of b? */
static bool
covers(struct idm_str a, struct idm_str b)
{
	struct part wanted = { .separator = '+' };
	const char *at = a.data;

	while (wanted.separator == '+') {
		struct part part = { .separator = '+' };
		const char *other = b.data;
		bool is_there = false;

		at = read_part(at, a.data + a.len, &wanted);
		if (at == NULL)
			return false;
		while (!is_there && part.separator == '+') {
			other = read_part(other, b.data + b.len, &part);
			if (other == NULL)
				return false;
			is_there = equal_parts(&wanted, &part);
		}
		if (!is_there)
			return false;
	}
	return true;
}

/* Does it end with the base, letter by letter, where a name begins? */
static bool
ends_with(struct idm_str dn, struct idm_str base)
{
	size_t front = dn.len - base.len;

	if (base.len == 0 || dn.len < base.len ||
	    memcmp(dn.data + front, base.data, base.len) != 0)
		return false;
	return front == 0 ||
	    (dn.data[front - 1] == ',' &&
		(front == 1 || dn.data[front - 2] != '\\'));
}

bool
idm_dn_is_below(struct idm_str dn, struct idm_str base)
{
	struct idm_str a, b;
	size_t deep, high;

	if (check(dn, &deep) != NULL)
		return false;
	/* As nearly all servers write it. */
	if (ends_with(dn, base))
		return true;
	if (check(base, &high) != NULL || deep < high)
		return false;
	for (; deep > high; deep--)
		dn = split_first(dn, &a);
	for (; high > 0; high--) {
		dn = split_first(dn, &a);
		base = split_first(base, &b);
		if (!covers(a, b) || !covers(b, a))
			return false;
	}
	return true;
}

void
idm_dn_value(struct idm_buf *buf, struct idm_str value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char byte = (unsigned char)value.data[i];
		bool is_edge = i == 0 || i + 1 == value.len;

		if (byte < 0x20 || byte >= 0x7f)
			idm_buf_printf(buf, "\\%02x", byte);
		else if (strchr("\"+,;<=>\\", byte) != NULL ||
		    (i == 0 && byte == '#') || (is_edge && byte == ' '))
			idm_buf_printf(buf, "\\%c", byte);
		else
			idm_buf_put(buf, &byte, 1);
	}
}

void
idm_dn_of_domain(struct idm_buf *buf, struct idm_str domain)
{
	const char *at = domain.data;
	const char *end = domain.data + domain.len;

	/* The dot at the end of a name that is absolute is no label. */
	if (domain.len > 1 && end[-1] == '.')
		end--;
	while (at < end) {
		const char *dot = memchr(at, '.', (size_t)(end - at));
		struct idm_str label = { .data = at };

		if (dot == NULL)
			dot = end;
		label.len = (size_t)(dot - at);
		idm_buf_puts(buf, at == domain.data ? "dc=" : ",dc=");
		idm_dn_value(buf, label);
		at = dot == end ? end : dot + 1;
	}
}

/* Append a label; false: no host name has it. */
static bool
put_label(struct idm_buf *buf, struct idm_str value)
{
	int byte;

	if (value.len == 0 || value.data[0] == '#')
		return false;
	while (value.len > 0) {
		char c;

		byte = next_byte(&value);
		c = (char)byte;
		if (byte <= ' ' || byte >= 0x7f || strchr("./\\", c) != NULL)
			return false;
		idm_buf_put(buf, &c, 1);
	}
	return true;
}

bool
idm_dn_domain(struct idm_buf *buf, struct idm_str dn)
{
	const char *end = dn.data + dn.len;
	const char *at = dn.data;
	struct part part = { .separator = ',' };
	size_t start = buf->len;
	size_t names;

	if (check(dn, &names) != NULL)
		return false;
	while (part.separator != '\0') {
		bool is_alone = part.separator == ',';

		at = read_part(at, end, &part);
		if (at == NULL)
			break;
		/* What stands in front of another name is no domain's part. */
		if (!is_alone || part.separator == '+' || part.type.len != 2 ||
		    strncasecmp(part.type.data, "dc", 2) != 0) {
			buf->len = start;
			continue;
		}
		if (buf->len > start)
			idm_buf_puts(buf, ".");
		if (!put_label(buf, part.value)) {
			buf->len = start;
			return false;
		}
	}
	return buf->len > start && buf->status == IDM_OK;
}
