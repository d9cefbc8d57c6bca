/* Filters and attribute names that somebody wrote, read by RFC 4515 and 4512.
 */

#include "base/quote.h"
#include "base/utf8.h"
#include "directory/filter.h"

/* Filters within filters; recursion goes as deep, and no further. */
#define DEPTH_MAX 32
#define SHOWN_MAX 80

struct reader {
	struct idm_str text;
	size_t at;
	const char *why; /* of the first failure */
};

static bool
fail(struct reader *reader, const char *why)
{
	if (reader->why == NULL)
		reader->why = why;
	return false;
}

/* The byte at the reader's place; 0 at the end (NUL itself is refused). */
static char
peek(const struct reader *reader)
{
	return reader->at < reader->text.len ? reader->text.data[reader->at]
					     : '\0';
}

static bool
take(struct reader *reader, char wanted)
{
	if (reader->at >= reader->text.len || peek(reader) != wanted)
		return false;
	reader->at++;
	return true;
}

static bool
is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
is_key(char c)
{
	return is_alpha(c) || is_digit(c) || c == '-';
}

/* number *("." number), at least two of them */
static bool
read_numeric_oid(struct reader *reader)
{
	size_t parts = 0;

	do {
		size_t start = reader->at;

		while (is_digit(peek(reader)))
			reader->at++;
		if (reader->at == start)
			return fail(reader, "an OID has an empty part");
		if (reader->at - start > 1 && reader->text.data[start] == '0')
			return fail(reader, "an OID has a leading zero");
		parts++;
	} while (take(reader, '.'));
	return parts > 1 || fail(reader, "an OID has one part only");
}

static bool
read_oid(struct reader *reader)
{
	if (is_digit(peek(reader)))
		return read_numeric_oid(reader);
	if (!is_alpha(peek(reader)))
		return fail(reader, "an attribute begins with a letter");
	while (is_key(peek(reader)))
		reader->at++;
	return true;
}

static bool
read_attribute(struct reader *reader)
{
	if (!read_oid(reader))
		return false;
	while (take(reader, ';')) {
		if (!is_key(peek(reader)))
			return fail(reader, "an option is empty");
		while (is_key(peek(reader)))
			reader->at++;
	}
	return true;
}

/* An assertion value up to its ')'. */
static bool
read_value(struct reader *reader, bool stars)
{
	char before = '\0';

	while (reader->at < reader->text.len && peek(reader) != ')') {
		char c = peek(reader);
		size_t left = reader->text.len - reader->at;
		uint32_t point;
		size_t len = idm_utf8_decode(
		    reader->text.data + reader->at, left, &point);

		if (c == '\0' || c == '(' || len == 0)
			return fail(reader,
			    "a value has an unescaped byte; write \\ and two "
			    "hexadecimal digits");
		if (c == '*' && !stars)
			return fail(reader, "only '=' compares with '*'");
		if (c == '*' && before == '*')
			return fail(reader, "'**' means nothing");
		if (c == '\\') {
			if (left < 3 ||
			    !is_hex(reader->text.data[reader->at + 1]) ||
			    !is_hex(reader->text.data[reader->at + 2]))
				return fail(reader,
				    "two hexadecimal digits follow '\\'");
			len = 3;
		}
		before = c;
		reader->at += len;
	}
	return true;
}

/* [":dn"] [":" rule] ":=" value */
static bool
read_extensible(struct reader *reader, bool has_attribute)
{
	bool has_rule = false;

	if (reader->text.len - reader->at >= 4 &&
	    memcmp(reader->text.data + reader->at, ":dn:", 4) == 0)
		reader->at += 3;
	if (reader->text.len - reader->at >= 2 &&
	    reader->text.data[reader->at + 1] != '=') {
		reader->at++;
		if (!read_oid(reader))
			return false;
		has_rule = true;
	}
	if (!has_attribute && !has_rule)
		return fail(reader, "neither attribute nor matching rule");
	if (!take(reader, ':') || !take(reader, '='))
		return fail(reader, "':=' expected");
	return read_value(reader, false);
}

static bool
read_item(struct reader *reader)
{
	if (peek(reader) == ':')
		return read_extensible(reader, false);
	if (!read_attribute(reader))
		return false;
	if (peek(reader) == ':')
		return read_extensible(reader, true);
	if (take(reader, '='))
		return read_value(reader, true);
	if (!take(reader, '~') && !take(reader, '<') && !take(reader, '>'))
		return fail(reader, "'=' expected behind an attribute");
	if (!take(reader, '='))
		return fail(reader, "'=' expected behind '~', '<' or '>'");
	return read_value(reader, false);
}

static bool
read_filter(struct reader *reader, int depth)
{
	if (depth == DEPTH_MAX)
		return fail(reader, "too many filters within filters");
	if (!take(reader, '('))
		return fail(reader, "'(' expected");
	if (take(reader, '!')) {
		if (!read_filter(reader, depth + 1))
			return false;
	} else if (take(reader, '&') || take(reader, '|')) {
		do {
			if (!read_filter(reader, depth + 1))
				return false;
		} while (peek(reader) == '(');
	} else if (!read_item(reader))
		return false;
	return take(reader, ')') || fail(reader, "')' expected");
}

/* "'TEXT' is no WHAT: WHY at byte N" */
static enum idm_status
refuse(const struct reader *reader, const char *what, struct idm_err *err)
{
	char memory[SHOWN_MAX * 4 + 8];
	struct idm_buf shown;

	idm_buf_init_fixed(&shown, memory, sizeof(memory));
	idm_quote_put(&shown, '\'', reader->text, SHOWN_MAX);
	return idm_fail(err, IDM_INVALID, "%s is no %s: %s at byte %zu",
	    idm_buf_text(&shown), what, reader->why, reader->at + 1);
}

enum idm_status
idm_filter_text(struct idm_buf *buf, struct idm_str text, struct idm_err *err)
{
	struct reader reader = { .text = text };

	if (!read_filter(&reader, 0))
		return refuse(&reader, "filter", err);
	if (reader.at != text.len) {
		reader.why = "something follows the filter";
		return refuse(&reader, "filter", err);
	}
	idm_buf_put(buf, text.data, text.len);
	return IDM_OK;
}

enum idm_status
idm_filter_attribute(struct idm_str text, struct idm_err *err)
{
	struct reader reader = { .text = text };

	if (!read_attribute(&reader))
		return refuse(&reader, "attribute", err);
	if (reader.at != text.len) {
		reader.why = "a character that no attribute has";
		return refuse(&reader, "attribute", err);
	}
	return IDM_OK;
}
