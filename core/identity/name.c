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

#define EACH_BYTE(c) (UINT64_C(0x0101010101010101) * (c))

/* The high bit of a byte that is zero; perhaps also of others behind it. */
static inline uint64_t
zeros(uint64_t word)
{
	return (word - EACH_BYTE(0x01)) & ~word;
}

/* The high bit of bytes that are no printable ones of ASCII, likewise. */
static inline uint64_t
odd_bytes(uint64_t word)
{
	return word | ((word - EACH_BYTE(0x20)) & ~word) |
	    zeros(word ^ EACH_BYTE(0x7f));
}

static inline uint64_t
odd_of_field(uint64_t word)
{
	return odd_bytes(word) | zeros(word ^ EACH_BYTE(':'));
}

static inline uint64_t
odd_of_name(uint64_t word)
{
	return odd_of_field(word) | zeros(word ^ EACH_BYTE(',')) |
	    zeros(word ^ EACH_BYTE('/'));
}

/*
 * Is none of the bytes odd?  Eight at a time, because this stands in the way
 * of every answer.  False only says that each character must be looked at.
 */
static inline bool __attribute__((always_inline))
is_plain(struct idm_str text, uint64_t (*odd)(uint64_t))
{
	uint64_t last = EACH_BYTE('a'), found = 0, word;
	size_t i;

	for (i = 0; i + sizeof(word) <= text.len; i += sizeof(word)) {
		memcpy(&word, text.data + i, sizeof(word));
		found |= odd(word);
	}
	if (i > 0 && i < text.len) {
		/* The last eight, some of them once more. */
		memcpy(
		    &last, text.data + text.len - sizeof(last), sizeof(last));
	} else {
		memcpy(&last, text.data + i, text.len - i);
	}
	return ((found | odd(last)) & EACH_BYTE(0x80)) == 0;
}

bool
idm_name_is_plain(struct idm_str text)
{
	return is_plain(text, odd_bytes);
}

/* The high bit of just the bytes that are zero. */
static inline uint64_t
exact_zeros(uint64_t word)
{
	const uint64_t most = EACH_BYTE(0x7f);

	return ~(((word & most) + most) | word | most);
}

/* So that a byte can count its NULs. */
#define FIELDS_MAX (31 * sizeof(uint64_t))

bool
idm_name_are_plain_fields(struct idm_str texts, unsigned n)
{
	uint64_t found = 0, count = 0;

	if (texts.len > FIELDS_MAX)
		return false;
	for (size_t i = 0; i < texts.len; i += sizeof(uint64_t)) {
		uint64_t word = EACH_BYTE('a'), ends;

		if (texts.len - i >= sizeof(word))
			memcpy(&word, texts.data + i, sizeof(word));
		else
			memcpy(&word, texts.data + i, texts.len - i);
		ends = exact_zeros(word);
		count += ends >> 7;
		/* Where a NUL is, a blank now. */
		found |= odd_of_field(word | ends >> 2);
	}
	return (found & EACH_BYTE(0x80)) == 0 &&
	    count * EACH_BYTE(1) >> 56 == n;
}

/* C0, DEL and C1: they drive terminals and end lines in logs. */
static bool
is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f);
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
	if (st == IDM_OK && !is_plain(name, odd_of_name))
		st = check_without(what, name, ":,/", err);
	if (st != IDM_OK)
		return st;
	if (name.data[0] == '-')
		return idm_fail(err, IDM_INVALID, "%s begins with '-'", what);
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
