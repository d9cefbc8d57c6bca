#include <string.h>

#include "base/num.h"
#include "base/quote.h"
#include "identity/sid.h"

#define AUTHORITY_MAX ((UINT64_C(1) << 48) - 1)
#define QUOTED_MAX    80 /* bytes of a SID that an error repeats */

/* The part of a SID's text that is being read. */
struct reader {
	struct idm_str text;
	size_t at;
	struct idm_err *err;
};

/* Quote the text and say what is wrong where; at 0 there is no place. */
static enum idm_status
refuse(const struct reader *reader, size_t at, const char *why)
{
	char quoted[QUOTED_MAX * 4 + 8];
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, quoted, sizeof(quoted));
	idm_quote_put(&buf, '\'', reader->text, QUOTED_MAX);
	if (at == 0) {
		return idm_fail(reader->err, IDM_INVALID, "SID %s %s",
		    idm_buf_text(&buf), why);
	}
	return idm_fail(reader->err, IDM_INVALID, "SID %s %s at %zu",
	    idm_buf_text(&buf), why, at);
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* What stands where a number should begin. */
static enum idm_status
refuse_start(const struct reader *reader, const char *what)
{
	if (reader->at == reader->text.len) {
		return refuse(reader, 0,
		    reader->text.data[reader->at - 1] == '-'
			? "ends with '-'; a number must follow"
			: what);
	}
	if (reader->text.data[reader->at] == '-')
		return refuse(reader, reader->at + 1, "has a second '-'");
	return refuse(reader, reader->at + 1, "has something else than digits");
}

/*
 * Read one number up to a dash or the end.  missing and large say what is
 * wrong when there is none, or when it is above max.
 */
static enum idm_status
read_number(struct reader *reader, uint64_t max, const char *missing,
    const char *large, uint64_t *out)
{
	const char *data = reader->text.data;
	size_t start = reader->at;
	size_t end = start;

	while (end < reader->text.len && is_digit(data[end]))
		end++;
	if (end == start)
		return refuse_start(reader, missing);
	if (end < reader->text.len && data[end] != '-') {
		return refuse(
		    reader, end + 1, "has something else than digits");
	}
	if (data[start] == '0' && end - start > 1)
		return refuse(reader, start + 1, "has a leading zero");
	if (idm_num_parse(data + start, end - start, max, out, NULL) != IDM_OK)
		return refuse(reader, start + 1, large);
	reader->at = end;
	return IDM_OK;
}

/* Is there one more number?  Steps over the dash. */
static bool
has_more(struct reader *reader)
{
	if (reader->at == reader->text.len)
		return false;
	reader->at++;
	return true;
}

static enum idm_status
read_subs(struct reader *reader, struct idm_sid *sid)
{
	while (has_more(reader)) {
		enum idm_status st;
		uint64_t value;

		if (sid->nsubs == IDM_SID_SUBS_MAX) {
			return refuse(reader, reader->at + 1,
			    "has more than 15 sub-authorities, the next");
		}
		st = read_number(reader, UINT32_MAX,
		    "lacks its last sub-authority",
		    "has a sub-authority above 4294967295", &value);
		if (st != IDM_OK)
			return st;
		sid->sub[sid->nsubs++] = (uint32_t)value;
	}
	if (sid->nsubs == 0) {
		return refuse(reader, 0, "has no sub-authority, and so no RID");
	}
	return IDM_OK;
}

enum idm_status
idm_sid_parse(struct idm_str text, struct idm_sid *out, struct idm_err *err)
{
	static const char start[] = "S-1-";
	struct reader reader = { .text = text, .at = 4, .err = err };
	struct idm_sid sid = { 0 };
	enum idm_status st;

	if (text.len < 4 || memcmp(text.data, start, 4) != 0)
		return refuse(&reader, 0, "does not begin with 'S-1-'");
	st = read_number(&reader, AUTHORITY_MAX, "lacks its authority",
	    "has an authority above 281474976710655", &sid.authority);
	if (st == IDM_OK)
		st = read_subs(&reader, &sid);
	if (st == IDM_OK)
		*out = sid;
	return st;
}

static char *
put_number(char *at, uint64_t value)
{
	char digits[20];
	size_t n = 0;

	do {
		digits[n++] = (char)('0' + value % 10);
		value /= 10;
	} while (value > 0);
	while (n > 0)
		*at++ = digits[--n];
	return at;
}

const char *
idm_sid_format(const struct idm_sid *sid, char text[static IDM_SID_TEXT_MAX])
{
	char *at = text;

	memcpy(at, "S-1-", 4);
	at = put_number(at + 4, sid->authority);
	for (unsigned i = 0; i < sid->nsubs; i++) {
		*at++ = '-';
		at = put_number(at, sid->sub[i]);
	}
	*at = '\0';
	return text;
}

enum idm_status
idm_sid_read(struct idm_str bytes, struct idm_sid *out, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(bytes.data, bytes.len);
	struct idm_sid sid = { 0 };
	uint8_t revision = idm_cursor_u8(&cursor);

	sid.nsubs = idm_cursor_u8(&cursor);
	for (unsigned i = 0; i < 6; i++)
		sid.authority = sid.authority << 8 | idm_cursor_u8(&cursor);
	if (cursor.bad) {
		return idm_fail(err, IDM_INVALID,
		    "binary SID has %zu bytes; 8 is the least", bytes.len);
	}
	if (revision != 1) {
		return idm_fail(err, IDM_INVALID,
		    "binary SID has revision %u, not 1", revision);
	}
	if (sid.nsubs == 0 || sid.nsubs > IDM_SID_SUBS_MAX) {
		return idm_fail(err, IDM_INVALID,
		    "binary SID has %u sub-authorities; allowed are 1 to 15",
		    sid.nsubs);
	}
	for (unsigned i = 0; i < sid.nsubs; i++)
		sid.sub[i] = idm_cursor_u32(&cursor);
	if (!idm_cursor_done(&cursor)) {
		return idm_fail(err, IDM_INVALID,
		    "binary SID has %zu bytes; its %u sub-authorities make %u",
		    bytes.len, sid.nsubs, 8 + 4u * sid.nsubs);
	}
	*out = sid;
	return IDM_OK;
}

void
idm_sid_write(struct idm_buf *buf, const struct idm_sid *sid)
{
	idm_buf_put_u8(buf, 1);
	idm_buf_put_u8(buf, sid->nsubs);
	for (unsigned shift = 48; shift > 0; shift -= 8)
		idm_buf_put_u8(buf, (uint8_t)(sid->authority >> (shift - 8)));
	for (unsigned i = 0; i < sid->nsubs; i++)
		idm_buf_put_u32(buf, sid->sub[i]);
}

bool
idm_sid_equal(const struct idm_sid *a, const struct idm_sid *b)
{
	return a->authority == b->authority && a->nsubs == b->nsubs &&
	    memcmp(a->sub, b->sub, a->nsubs * sizeof(a->sub[0])) == 0;
}

int
idm_sid_compare(const struct idm_sid *a, const struct idm_sid *b)
{
	if (a->authority != b->authority)
		return a->authority < b->authority ? -1 : 1;
	for (unsigned i = 0; i < a->nsubs && i < b->nsubs; i++) {
		if (a->sub[i] != b->sub[i])
			return a->sub[i] < b->sub[i] ? -1 : 1;
	}
	return (a->nsubs > b->nsubs) - (a->nsubs < b->nsubs);
}

bool
idm_sid_split(const struct idm_sid *sid, struct idm_sid *domain, uint32_t *rid)
{
	if (sid->nsubs < 2)
		return false;
	*rid = sid->sub[sid->nsubs - 1];
	*domain = *sid;
	domain->sub[--domain->nsubs] = 0;
	return true;
}

struct idm_sid
idm_sid_of(const struct idm_sid *domain, uint32_t rid)
{
	struct idm_sid sid = *domain;

	if (sid.nsubs < IDM_SID_SUBS_MAX)
		sid.sub[sid.nsubs++] = rid;
	return sid;
}

bool
idm_sid_is_domain(const struct idm_sid *sid)
{
	return sid->authority == 5 && sid->nsubs == 4 && sid->sub[0] == 21;
}

bool
idm_sid_is_builtin(const struct idm_sid *sid)
{
	return sid->authority == 5 && sid->nsubs >= 1 && sid->sub[0] == 32;
}
