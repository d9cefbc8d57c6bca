#include <unicase.h>
#include <unistr.h>

#include "base/utf8.h"
#include "identity/fold.h"

#define CAPITAL_I_WITH_DOT 0x130

/*
 * The library has full folding, which may give more than one character.  One
 * that gives one is of status C and is its own simple folding.  Of the others,
 * status F, those that have a simple folding, too, have it to their simple
 * lower case; but not the capital I with a dot, whose only other folding is
 * the Turkish one.
 */
static ucs4_t
fold_point(ucs4_t point)
{
	ucs4_t folded[8];
	size_t n = sizeof(folded) / sizeof(folded[0]);
	ucs4_t *result = u32_casefold(&point, 1, NULL, NULL, folded, &n);

	if (result != folded)
		return point;
	if (n == 1)
		return folded[0];
	return point == CAPITAL_I_WITH_DOT ? point : uc_tolower(point);
}

static void
put_point(struct idm_buf *buf, ucs4_t point)
{
	uint8_t bytes[4];
	int len = u8_uctomb(bytes, point, (ptrdiff_t)sizeof(bytes));

	if (len > 0)
		idm_buf_put(buf, bytes, (size_t)len);
}

/* Most names are ASCII, for which nobody needs a table. */
static ucs4_t
change_point(ucs4_t point, ucs4_t (*change)(ucs4_t))
{
	if (point >= 'A' && point <= 'Z')
		return point - 'A' + 'a';
	return point < 0x80 ? point : change(point);
}

static enum idm_status
put_changed(struct idm_buf *buf, struct idm_str text, ucs4_t (*change)(ucs4_t),
    struct idm_err *err)
{
	size_t before = buf->len;
	size_t at = 0;

	while (at < text.len) {
		uint32_t point;
		size_t len = idm_utf8_decode(
		    text.data + at, text.len - at, &point);

		if (len == 0) {
			buf->len = before;
			return idm_fail(err, IDM_INVALID,
			    "name has byte 0x%02x at %zu, which is not UTF-8",
			    (unsigned char)text.data[at], at + 1);
		}
		put_point(buf, change_point(point, change));
		at += len;
	}
	return idm_buf_status(buf, err);
}

enum idm_status
idm_fold_put(struct idm_buf *buf, struct idm_str text, struct idm_err *err)
{
	return put_changed(buf, text, fold_point, err);
}

enum idm_status
idm_lower_put(struct idm_buf *buf, struct idm_str text, struct idm_err *err)
{
	return put_changed(buf, text, uc_tolower, err);
}
