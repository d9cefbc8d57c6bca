#include "identity/name.h"
#include "base/utf8.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
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
	size_t digits = 0;
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
	while (digits < len && is_digit(name.data[digits]))
		digits++;
	if (digits == name.len) {
		/* chown(1) and others would take it for a number. */
		return idm_fail(
		    err, IDM_INVALID, "%s consists of digits only", what);
	}
	if (idm_str_is(name, ".") || idm_str_is(name, ".."))
		return idm_fail(err, IDM_INVALID, "%s is a path", what);
	return IDM_OK;
}

/* C0, DEL and C1: they drive terminals and end lines in logs. */
static bool
is_control(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point <= 0x9f);
}

enum idm_status
idm_name_remote(struct idm_str name, struct idm_err *err)
{
	static const char what[] = "remote name";
	enum idm_status st;

	st = check_length(what, name, IDM_REMOTE_MAX, err);
	if (st != IDM_OK)
		return st;
	for (size_t i = 0, used; i < name.len; i += used) {
		uint32_t point = (unsigned char)name.data[i];

		used = 1;
		if (point >= 0x20 && point < 0x7f)
			continue; /* nearly all of nearly all names */
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
