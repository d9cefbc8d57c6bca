#include <string.h>

#include "base/num.h"

#include "cli/tdbdump.h"

static struct idm_str
take_line(struct idm_str *text, unsigned long *number)
{
	const char *end = memchr(text->data, '\n', text->len);
	struct idm_str line = { text->data,
		end == NULL ? text->len : (size_t)(end - text->data) };
	size_t len = line.len + (end != NULL);

	text->data += len;
	text->len -= len;
	++*number;
	return line;
}

static int
hex_value(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *at = memchr(digits, c, 16);

	return at == NULL ? -1 : (int)(at - digits);
}

/* Bytes as tdbdump quotes them: a backslash and two digits, or themselves. */
static bool
unquote(struct idm_str text, struct idm_buf *out)
{
	size_t at = 0;

	while (at < text.len) {
		if (text.data[at] != '\\') {
			idm_buf_put(out, text.data + at++, 1);
			continue;
		}
		if (text.len - at < 3 || hex_value(text.data[at + 1]) < 0 ||
		    hex_value(text.data[at + 2]) < 0)
			return false;
		idm_buf_put_u8(out,
		    (uint8_t)(hex_value(text.data[at + 1]) * 16 +
			hex_value(text.data[at + 2])));
		at += 3;
	}
	return true;
}

/* WORD(LEN) = "BYTES" */
static enum idm_status
read_bytes(struct idm_str line, const char *word, struct idm_buf *out,
    struct idm_err *err)
{
	static const char middle[] = ") = \"";
	size_t len = strlen(word);
	const char *end;
	uint64_t expected;

	idm_buf_clear(out);
	if (line.len <= len + 1 || memcmp(line.data, word, len) != 0 ||
	    line.data[len] != '(') {
		return idm_fail(
		    err, IDM_INVALID, "is not '%s(LENGTH) = \"...\"'", word);
	}
	line.data += len + 1;
	line.len -= len + 1;
	end = memmem(line.data, line.len, middle, sizeof(middle) - 1);
	if (end == NULL || line.data[line.len - 1] != '"' ||
	    (size_t)(end - line.data) + sizeof(middle) > line.len ||
	    idm_num_parse(line.data, (size_t)(end - line.data), INT32_MAX,
		&expected, NULL) != IDM_OK) {
		return idm_fail(
		    err, IDM_INVALID, "is not '%s(LENGTH) = \"...\"'", word);
	}
	len = (size_t)(end - line.data) + sizeof(middle) - 1;
	if (!unquote(
		(struct idm_str){ line.data + len, line.len - len - 1 }, out) ||
	    idm_buf_status(out, NULL) != IDM_OK || out->len != expected) {
		return idm_fail(err, IDM_INVALID,
		    "the %s has not the length that it says", word);
	}
	return IDM_OK;
}

enum idm_status
tdbdump_next(struct idm_str *text, struct idm_buf *key, struct idm_buf *value,
    unsigned long *line, struct idm_err *err)
{
	enum idm_status st;

	if (text->len == 0)
		return idm_fail(err, IDM_NOTFOUND, "no more records");
	if (!idm_str_is(take_line(text, line), "{"))
		return idm_fail(err, IDM_INVALID, "is not the '{' of a record");
	st = read_bytes(take_line(text, line), "key", key, err);
	if (st == IDM_OK)
		st = read_bytes(take_line(text, line), "data", value, err);
	if (st == IDM_OK && !idm_str_is(take_line(text, line), "}"))
		st = idm_fail(err, IDM_INVALID, "is not the '}' of a record");
	return st;
}
