#include <string.h>
#include <strings.h>

#include "base/num.h"

#include "cli/sssd.h"

/* What a record had of the attributes that matter. */
struct record {
	struct idm_str name;
	struct idm_str sid;
	struct idm_str slice;
	bool is_encoded; /* one of them in base64, as none of sssd's is */
	bool is_folded;  /* likewise */
};

static struct idm_str
take_line(struct idm_str *text, unsigned long *number)
{
	const char *end = memchr(text->data, '\n', text->len);
	struct idm_str line = { text->data,
		end == NULL ? text->len : (size_t)(end - text->data) };

	text->data += line.len + (end != NULL);
	text->len -= line.len + (end != NULL);
	++*number;
	return line;
}

/* "NAME: VALUE", or "NAME:: BASE64"; NAME in any case. */
static void
take_attribute(struct record *record, struct idm_str line, const char *name,
    struct idm_str *value)
{
	size_t len = strlen(name);

	if (line.len < len + 2 || strncasecmp(line.data, name, len) != 0 ||
	    line.data[len] != ':')
		return;
	if (line.data[len + 1] == ':')
		record->is_encoded = true;
	else if (line.data[len + 1] == ' ')
		*value = (struct idm_str){ line.data + len + 2,
			line.len - len - 2 };
}

static void
read_line(struct record *record, struct idm_str line)
{
	struct idm_str last = record->slice;

	/* A line goes on in one that begins with a blank. */
	if (line.data[0] == ' ' && record->sid.len > 0)
		record->is_folded = true;
	if (line.data[0] == '#')
		return;
	take_attribute(record, line, "name", &record->name);
	take_attribute(record, line, "objectSID", &record->sid);
	take_attribute(record, line, "slice", &record->slice);
	if (last.len > 0 && record->slice.data != last.data)
		record->is_folded = true;
}

static enum idm_status
finish(const struct record *record, struct sssd_slice *out, struct idm_err *err)
{
	struct sssd_slice slice = { .name = record->name };
	uint64_t number;
	enum idm_status st;

	if (record->is_encoded || record->is_folded) {
		return idm_fail(err, IDM_INVALID,
		    "a slice's attributes are not one plain line each");
	}
	st = idm_sid_parse(record->sid, &slice.sid, err);
	if (st != IDM_OK)
		return st;
	if (!idm_sid_is_domain(&slice.sid))
		return idm_fail(err, IDM_INVALID, "'%.*s' is no domain's SID",
		    (int)record->sid.len, record->sid.data);
	st = idm_num_parse(
	    record->slice.data, record->slice.len, UINT32_MAX, &number, err);
	if (st != IDM_OK)
		return idm_within(err, st, "slice");
	slice.slice = (uint32_t)number;
	*out = slice;
	return IDM_OK;
}

enum idm_status
sssd_next_slice(struct idm_str *text, struct sssd_slice *out,
    unsigned long *number, struct idm_err *err)
{
	static const struct idm_str none = { "", 0 };
	const struct record empty = {
		.name = none, .sid = none, .slice = none
	};
	struct record record = empty;

	while (text->len > 0) {
		struct idm_str line = take_line(text, number);

		if (line.len > 0)
			read_line(&record, line);
		if (line.len > 0 && text->len > 0)
			continue;
		if (record.slice.len > 0 && record.sid.len > 0)
			return finish(&record, out, err);
		record = empty;
	}
	return idm_fail(err, IDM_NOTFOUND, "there is no more slice");
}
