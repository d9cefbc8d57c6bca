#include <string.h>

#include "base/utf8.h"
#include "identity/name.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_digits(struct idm_str name)
{
	size_t digits = 0;

	while (digits < name.len && is_digit(name.data[digits]))
		digits++;
	return digits == name.len;
}

/* ASCII only, whatever the locale: these names go into files. */
static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    is_digit(c) || c == '_' || c == '.' || c == '-';
}

static enum idm_status
check_length(
    const char *what, struct idm_str name, size_t max, struct idm_err *err)
{
	if (name.len == 0)
		return idm_fail(err, IDM_INVALID, "%s is empty", what);
	if (name.len > max) {
		return idm_fail(
		    err, IDM_INVALID, "%s is longer than %zu bytes", what, max);
	}
	return IDM_OK;
}

/* Every byte of the first len is a word's. */
static enum idm_status
check_words(
    const char *what, struct idm_str name, size_t len, struct idm_err *err)
{
	for (size_t i = 0; i < len; i++) {
		if (!is_word(name.data[i])) {
			return idm_fail(err, IDM_INVALID,
			    "%s has byte 0x%02x at %zu; allowed are letters, "
			    "digits, '.', '_' and '-'",
			    what, (unsigned char)name.data[i], i + 1);
		}
	}
	return IDM_OK;
}

enum idm_status
idm_name_login(struct idm_str name, struct idm_err *err)
{
	static const char what[] = "login name";
	size_t len = name.len;
	enum idm_status st;

	st = check_length(what, name, IDM_LOGIN_MAX, err);
	if (st != IDM_OK)
		return st;
	if (name.data[0] == '-')
		return idm_fail(err, IDM_INVALID, "%s begins with '-'", what);
	if (len > 1 && name.data[len - 1] == '$')
		len--; /* a machine's account */
	st = check_words(what, name, len, err);
	if (st != IDM_OK)
		return st;
	if (is_digits(name)) {
		/* chown(1) and others would take it for a number. */
		return idm_fail(
		    err, IDM_INVALID, "%s consists of digits only", what);
	}
	if (idm_str_is(name, ".") || idm_str_is(name, ".."))
		return idm_fail(err, IDM_INVALID, "%s is a path", what);
	return IDM_OK;
}

/*
 * Sixteen bytes at a time, because this stands in the way of every answer.  A
 * compiler makes the best of it that the processor has.  A comparison yields a
 * byte of ones where it holds, and one of zeros elsewhere.
 */
#define VECTOR 16
typedef signed char vector __attribute__((vector_size(VECTOR)));

static inline vector
each_byte(char c)
{
	return (vector){ c, c, c, c, c, c, c, c, c, c, c, c, c, c, c, c };
}

static inline vector
load(const char *at)
{
	vector bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return bytes;
}

/* Fewer bytes than a vector has, some of them twice, and plain ones. */
static inline vector
load_few(struct idm_str text)
{
	vector bytes = each_byte('a');
	char *at = (char *)&bytes;

	if (text.len >= VECTOR / 2) {
		const char *end = text.data + text.len;

		memcpy(at, text.data, VECTOR / 2);
		memcpy(at + VECTOR / 2, end - VECTOR / 2, VECTOR / 2);
	} else {
		memcpy(at, text.data, text.len);
	}
	return bytes;
}

static inline bool
is_any(vector bytes)
{
	uint64_t half[2];

	memcpy(half, &bytes, sizeof(half));
	return (half[0] | half[1]) != 0;
}

/* Those that are no printable ones of ASCII; above it bytes are negative. */
static inline vector
odd_bytes(vector bytes)
{
	return (vector)(bytes < each_byte(0x20)) |
	    (vector)(bytes == each_byte(0x7f));
}

static inline vector
odd_of_field(vector bytes)
{
	return odd_bytes(bytes) | (vector)(bytes == each_byte(':'));
}

static inline vector
odd_of_name(vector bytes)
{
	return odd_of_field(bytes) | (vector)(bytes == each_byte(',')) |
	    (vector)(bytes == each_byte('/'));
}

/*
 * Is none of the bytes odd?  False only says that each character must be
 * looked at.
 */
static inline bool __attribute__((always_inline))
is_plain(struct idm_str text, vector (*odd)(vector))
{
	const char *end = text.data + text.len;
	vector found = each_byte(0);

	if (text.len < VECTOR)
		return !is_any(odd(load_few(text)));
	for (const char *at = text.data; end - at >= VECTOR; at += VECTOR)
		found |= odd(load(at));
	/* The last ones, some of them once more. */
	return !is_any(found | odd(load(end - VECTOR)));
}

bool
idm_name_is_plain(struct idm_str text)
{
	return is_plain(text, odd_bytes);
}

/* So that a byte can count its NULs. */
#define FIELDS_MAX (31 * sizeof(uint64_t))

/* The sum of all bytes, if that is below 256. */
static inline unsigned
sum_up(vector bytes)
{
	uint64_t half[2];

	memcpy(half, &bytes, sizeof(half));
	return (
	    unsigned)((half[0] + half[1]) * UINT64_C(0x0101010101010101) >> 56);
}

bool
idm_name_are_plain_fields(struct idm_str texts, unsigned n)
{
	vector found = each_byte(0), count = each_byte(0);

	if (texts.len > FIELDS_MAX)
		return false;
	for (size_t i = 0; i < texts.len; i += VECTOR) {
		vector bytes = each_byte('a'), ends;

		if (texts.len - i >= VECTOR)
			bytes = load(texts.data + i);
		else
			memcpy(&bytes, texts.data + i, texts.len - i);
		ends = (vector)(bytes == each_byte('\0'));
		count -= ends;
		found |= odd_of_field(bytes) & ~ends;
	}
	return !is_any(found) && sum_up(count) == n;
}

/* C0, DEL and C1: they drive terminals and end lines in logs. */
static bool
is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f);
}

/* The marks, embeddings, overrides and isolates of bidirectional text. */
static bool
turns_round(uint32_t point)
{
	return point == 0x61c || point == 0x200e || point == 0x200f ||
	    (point >= 0x202a && point <= 0x202e) ||
	    (point >= 0x2066 && point <= 0x2069);
}

/* No name is shown as another one is: 'a' U+202E 'cb' looks like 'abc'. */
static enum idm_status
check_direction(const char *what, struct idm_str name, struct idm_err *err)
{
	for (size_t i = 0, used; i < name.len; i += used) {
		uint32_t point;

		used = idm_utf8_decode(name.data + i, name.len - i, &point);
		if (turns_round(point))
			return idm_fail(err, IDM_INVALID,
			    "%s has U+%04X at %zu, which turns text round",
			    what, (unsigned)point, i + 1);
	}
	return IDM_OK;
}

static enum idm_status
check_characters(const char *what, struct idm_str name, struct idm_err *err)
{
	for (size_t i = 0, used; i < name.len; i += used) {
		uint32_t point;

		used = idm_utf8_decode(name.data + i, name.len - i, &point);
		if (used == 0) {
			return idm_fail(err, IDM_INVALID,
			    "%s has byte 0x%02x at %zu, which is not UTF-8",
			    what, (unsigned char)name.data[i], i + 1);
		}
		if (is_control(point)) {
			return idm_fail(err, IDM_INVALID,
			    "%s has the control character U+%04X at %zu", what,
			    (unsigned)point, i + 1);
		}
	}
	return IDM_OK;
}

enum idm_status
idm_name_remote(struct idm_str name, struct idm_err *err)
{
	static const char what[] = "remote name";
	enum idm_status st;

	st = check_length(what, name, IDM_REMOTE_MAX, err);
	if (st != IDM_OK || is_plain(name, odd_bytes))
		return st;
	return check_characters(what, name, err);
}

enum idm_status
idm_name_scheme(struct idm_str name, struct idm_err *err)
{
	static const char what[] = "scheme or attribute name";
	enum idm_status st;

	st = check_length(what, name, IDM_SCHEME_MAX, err);
	if (st != IDM_OK)
		return st;
	if (name.data[0] == '.')
		return idm_fail(err, IDM_INVALID, "%s begins with '.'", what);
	return check_words(what, name, name.len, err);
}

/* Characters, and none of a set of ASCII. */
static enum idm_status
check_without(const char *what, struct idm_str text, const char *forbidden,
    struct idm_err *err)
{
	for (; *forbidden != '\0'; forbidden++) {
		if (memchr(text.data, *forbidden, text.len) != NULL) {
			return idm_fail(err, IDM_INVALID, "%s has a '%c'", what,
			    *forbidden);
		}
	}
	return check_characters(what, text, err);
}

enum idm_status
idm_name_own(struct idm_str name, struct idm_err *err)
{
	static const char what[] = "name";
	enum idm_status st;

	st = check_length(what, name, IDM_OWN_MAX, err);
	if (st == IDM_OK && !is_plain(name, odd_of_name)) {
		st = check_without(what, name, ":,/", err);
		if (st == IDM_OK)
			st = check_direction(what, name, err);
	}
	if (st != IDM_OK)
		return st;
	/* Of options, and of lines for the NIS: see nsswitch.conf(5), compat.
	 */
	if (name.data[0] == '-' || name.data[0] == '+')
		return idm_fail(err, IDM_INVALID, "%s begins with '%c'", what,
		    name.data[0]);
	if (name.data[0] == ' ' || name.data[name.len - 1] == ' ') {
		return idm_fail(
		    err, IDM_INVALID, "%s begins or ends with a blank", what);
	}
	if (is_digits(name)) {
		return idm_fail(
		    err, IDM_INVALID, "%s consists of digits only", what);
	}
	if (name.len <= 2 && (idm_str_is(name, ".") || idm_str_is(name, "..")))
		return idm_fail(err, IDM_INVALID, "%s is a path", what);
	return IDM_OK;
}

enum idm_status
idm_name_field(struct idm_str text, struct idm_err *err)
{
	static const char what[] = "text";

	if (text.len > IDM_FIELD_MAX) {
		return idm_fail(err, IDM_INVALID, "%s is longer than %d bytes",
		    what, IDM_FIELD_MAX);
	}
	if (is_plain(text, odd_of_field))
		return IDM_OK;
	return check_without(what, text, ":", err);
}
