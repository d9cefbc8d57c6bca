#include <string.h>

#include "base/quote.h"
#include "base/utf8.h"
#include "identity/name.h"
#include "identity/winname.h"

#define QUOTED_MAX 64 /* bytes of a name that an error repeats */

static enum idm_status
refuse(struct idm_str text, const char *why, struct idm_err *err)
{
	char quoted[QUOTED_MAX * 4 + 8];
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, quoted, sizeof(quoted));
	idm_quote_put(&buf, '\'', text, QUOTED_MAX);
	return idm_fail(
	    err, IDM_INVALID, "Windows name %s %s", idm_buf_text(&buf), why);
}

/* Neither a control character nor something else than UTF-8. */
static const char *
fault_of_bytes(struct idm_str part)
{
	size_t at = 0;

	if (idm_name_is_plain(part))
		return NULL;
	while (at < part.len) {
		uint32_t point;
		size_t len = idm_utf8_decode(
		    part.data + at, part.len - at, &point);

		if (len == 0)
			return "is not UTF-8";
		if (point < 0x20 || (point >= 0x7f && point < 0xa0))
			return "has a control character";
		at += len;
	}
	return NULL;
}

bool
idm_winname_has_separator(struct idm_str text)
{
	return text.len > 0 &&
	    (memchr(text.data, '@', text.len) != NULL ||
		memchr(text.data, '\\', text.len) != NULL);
}

static const char *
fault_of(struct idm_str text, const struct idm_winname *split)
{
	if (split->name.len == 0)
		return "has an empty name";
	if (split->domain.len == 0 && split->spelling != IDM_SPELL_BARE)
		return "has an empty domain";
	if (split->name.len > IDM_WINNAME_MAX)
		return "has a name longer than 255 bytes";
	if (split->domain.len > IDM_DOMAIN_MAX)
		return "has a domain longer than 253 bytes";
	if (split->spelling != IDM_SPELL_BARE &&
	    idm_winname_has_separator(split->name))
		return "has '@' or '\\' inside its name";
	if (idm_winname_has_separator(split->domain))
		return "has '@' or '\\' inside its domain";
	return fault_of_bytes(text);
}

/* What stands in front of the separator, and what behind it. */
static void
cut(struct idm_str text, const char *separator, struct idm_str *front,
    struct idm_str *back)
{
	size_t at = (size_t)(separator - text.data);

	*front = (struct idm_str){ text.data, at };
	*back = (struct idm_str){ separator + 1, text.len - at - 1 };
}

enum idm_status
idm_winname_split(
    struct idm_str text, struct idm_winname *out, struct idm_err *err)
{
	struct idm_winname split = {
		.name = text,
		.domain = { "", 0 },
		.spelling = IDM_SPELL_BARE,
	};
	const char *separator;
	const char *fault;

	if (text.len == 0)
		return refuse(text, "is empty", err);
	separator = memchr(text.data, '@', text.len);
	if (separator != NULL) {
		split.spelling = IDM_SPELL_AT;
		cut(text, separator, &split.name, &split.domain);
	} else {
		separator = memrchr(text.data, '\\', text.len);
		if (separator != NULL) {
			split.spelling = IDM_SPELL_NT4;
			cut(text, separator, &split.domain, &split.name);
		}
	}
	fault = fault_of(text, &split);
	if (fault != NULL)
		return refuse(text, fault, err);
	*out = split;
	return IDM_OK;
}

void
idm_winname_put(struct idm_buf *buf, const struct idm_winname *name)
{
	if (name->domain.len > 0 && name->spelling == IDM_SPELL_NT4) {
		idm_buf_put(buf, name->domain.data, name->domain.len);
		idm_buf_put_u8(buf, '\\');
	}
	idm_buf_put(buf, name->name.data, name->name.len);
	if (name->domain.len > 0 && name->spelling != IDM_SPELL_NT4) {
		idm_buf_put_u8(buf, '@');
		idm_buf_put(buf, name->domain.data, name->domain.len);
	}
}

void
idm_fold_ascii_put(struct idm_buf *buf, struct idm_str text)
{
	char folded[64];
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++) {
		folded[n++] = idm_fold_ascii(text.data[i]);
		if (n == sizeof(folded) || i + 1 == text.len) {
			idm_buf_put(buf, folded, n);
			n = 0;
		}
	}
}

bool
idm_fold_ascii_equal(struct idm_str a, struct idm_str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		if (idm_fold_ascii(a.data[i]) != idm_fold_ascii(b.data[i]))
			return false;
	}
	return true;
}
