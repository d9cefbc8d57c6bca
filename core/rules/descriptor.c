#include <string.h>

#include "rules/descriptor.h"

/* Printable ASCII that is no letter, digit, blank or metacharacter. */
static bool
is_separator(char c)
{
	if (c <= ' ' || c > '~' || strchr("*?[]%\"", c) != NULL)
		return false;
	return !(c >= '0' && c <= '9') && !(c >= 'A' && c <= 'Z') &&
	    !(c >= 'a' && c <= 'z');
}

/* Text positions by falling number; nine at most, so insertion will do. */
static void
set_order(struct idm_descriptor *desc)
{
	for (uint8_t i = 0; i < desc->nfields; i++) {
		uint8_t at = i;

		while (at > 0 &&
		    desc->number[desc->order[at - 1]] < desc->number[i]) {
			desc->order[at] = desc->order[at - 1];
			at--;
		}
		desc->order[at] = i;
	}
}

/* "Mn" at the front of text. */
static enum idm_status
parse_field(
    struct idm_descriptor *desc, struct idm_str text, struct idm_err *err)
{
	unsigned nth = desc->nfields + 1u;
	unsigned number;

	if (text.len == 0 || text.data[0] != 'M')
		return idm_fail(
		    err, IDM_INVALID, "field %u does not begin with 'M'", nth);
	if (text.len < 2 || text.data[1] < '1' || text.data[1] > '9') {
		return idm_fail(err, IDM_INVALID,
		    "field %u has no number 1 to 9 behind its 'M'", nth);
	}
	number = (unsigned)(text.data[1] - '0');
	if (idm_descriptor_position(desc, number) != -1) {
		return idm_fail(
		    err, IDM_INVALID, "field number %u is used twice", number);
	}
	desc->number[desc->nfields++] = (uint8_t)number;
	return IDM_OK;
}

static enum idm_status
parse(struct idm_descriptor *desc, struct idm_str text, struct idm_err *err)
{
	enum idm_status st;

	for (;;) {
		st = parse_field(desc, text, err);
		if (st != IDM_OK)
			return st;
		text.data += 2;
		text.len -= 2;
		if (text.len == 0)
			return IDM_OK;
		if (!is_separator(text.data[0])) {
			return idm_fail(err, IDM_INVALID,
			    "'%c' behind field %u is no separator",
			    text.data[0], desc->nfields);
		}
		if (text.len == 1) {
			return idm_fail(err, IDM_INVALID,
			    "no field behind the last separator");
		}
		desc->separator[desc->nfields - 1] = text.data[0];
		text.data++;
		text.len--;
	}
}

enum idm_status
idm_descriptor_parse(
    struct idm_str text, struct idm_descriptor *out, struct idm_err *err)
{
	struct idm_descriptor desc = { 0 };
	enum idm_status st;

	if (text.len == 0)
		return idm_fail(err, IDM_INVALID, "the descriptor is empty");
	st = parse(&desc, text, err);
	if (st != IDM_OK) {
		return idm_within(err, st, "descriptor '%.*s'",
		    (int)(text.len < 40 ? text.len : 40), text.data);
	}
	set_order(&desc);
	*out = desc;
	return IDM_OK;
}

const char *
idm_descriptor_format(
    const struct idm_descriptor *desc, char buf[static IDM_DESCRIPTOR_TEXT_MAX])
{
	char *at = buf;

	for (uint8_t i = 0; i < desc->nfields; i++) {
		if (i > 0)
			*at++ = desc->separator[i - 1];
		*at++ = 'M';
		*at++ = (char)('0' + desc->number[i]);
	}
	*at = '\0';
	return buf;
}

/* Does the text contain one of the descriptor's separators? */
static bool
has_separator(const struct idm_descriptor *desc, struct idm_str text)
{
	for (uint8_t i = 0; i + 1 < desc->nfields; i++) {
		if (memchr(text.data, desc->separator[i], text.len) != NULL)
			return true;
	}
	return false;
}

enum idm_split
idm_descriptor_try(const struct idm_descriptor *desc, struct idm_str name,
    struct idm_fields *out)
{
	struct idm_fields fields;
	const char *at = name.data;
	const char *end = name.data + name.len;
	bool is_excess = false;

	fields.nfields = desc->nfields;
	for (uint8_t i = 0; i < desc->nfields; i++) {
		const char *stop = end;

		if (i + 1 < desc->nfields)
			stop = memchr(
			    at, desc->separator[i], (size_t)(end - at));
		if (stop == NULL || stop == at)
			return IDM_SPLIT_MISSING;
		fields.field[i] = (struct idm_str){ .data = at,
			.len = (size_t)(stop - at) };
		is_excess |= has_separator(desc, fields.field[i]);
		at = stop + 1;
	}
	if (is_excess)
		return IDM_SPLIT_EXCESS;
	memcpy(out, &fields,
	    offsetof(struct idm_fields, field) +
		desc->nfields * sizeof(fields.field[0]));
	return IDM_SPLIT_GOOD;
}

enum idm_status
idm_descriptor_split(const struct idm_descriptor *desc, struct idm_str name,
    struct idm_fields *out, struct idm_err *err)
{
	char text[IDM_DESCRIPTOR_TEXT_MAX];

	switch (idm_descriptor_try(desc, name, out)) {
	case IDM_SPLIT_GOOD:
		return IDM_OK;
	case IDM_SPLIT_MISSING:
		return idm_fail(err, IDM_INVALID,
		    "'%.*s' does not split by %s: a mandatory field is missing",
		    (int)(name.len < 200 ? name.len : 200), name.data,
		    idm_descriptor_format(desc, text));
	case IDM_SPLIT_EXCESS:
		return idm_fail(err, IDM_INVALID,
		    "'%.*s' does not split by %s: it has a separator too many",
		    (int)(name.len < 200 ? name.len : 200), name.data,
		    idm_descriptor_format(desc, text));
	}
	return idm_fail(err, IDM_INVALID, "unknown split");
}

int
idm_descriptor_position(const struct idm_descriptor *desc, unsigned number)
{
	for (int i = 0; i < desc->nfields; i++) {
		if (desc->number[i] == number)
			return i;
	}
	return -1;
}
