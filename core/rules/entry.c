#include <string.h>

#include "identity/name.h"
#include "rules/entry.h"

enum idm_status
idm_target_parse(
    struct idm_str text, struct idm_target *out, struct idm_err *err)
{
	struct idm_target target = { .kind = IDM_TARGET_NAME };
	enum idm_status st;

	st = idm_name_remote(text, NULL);
	if (st != IDM_OK) {
		return idm_fail(err, st,
		    "the local name is empty, longer than %d bytes, not UTF-8 "
		    "or has a control character",
		    IDM_REMOTE_MAX);
	}
	if (memchr(text.data, ' ', text.len) != NULL)
		return idm_fail(
		    err, IDM_INVALID, "the local name has a blank in it");
	if (text.len == 2 && text.data[0] == '%' && text.data[1] == 'i') {
		target.kind = IDM_TARGET_REFUSE;
	} else if (text.len == 2 && text.data[0] == '%' &&
	    text.data[1] >= '1' && text.data[1] <= '9') {
		target.kind = IDM_TARGET_FIELD;
		target.number = (uint8_t)(text.data[1] - '0');
	} else if (memchr(text.data, '%', text.len) != NULL) {
		return idm_fail(err, IDM_INVALID,
		    "'%.*s' is neither a name nor %%1 to %%9 nor %%i",
		    (int)(text.len < 40 ? text.len : 40), text.data);
	}
	*out = target;
	return IDM_OK;
}

/* The remote name as text, before its fields are looked at. */
static enum idm_status
check_remote(struct idm_str remote, struct idm_err *err)
{
	enum idm_status st;

	st = idm_name_remote(remote, err);
	if (st != IDM_OK)
		return st;
	/* The text form of a map could not hold it. */
	if (remote.data[0] == ' ' || remote.data[remote.len - 1] == ' ') {
		return idm_fail(err, IDM_INVALID,
		    "the remote name begins or ends with a blank");
	}
	return IDM_OK;
}

static enum idm_entry_fault
examine_fields(const struct idm_descriptor *desc, struct idm_str remote,
    struct idm_err *err)
{
	enum idm_split split;
	struct idm_fields fields;

	split = idm_descriptor_try(desc, remote, &fields);
	if (idm_descriptor_split(desc, remote, &fields, err) != IDM_OK) {
		return split == IDM_SPLIT_MISSING ? IDM_ENTRY_MISSING
						  : IDM_ENTRY_SYNTAX;
	}
	for (uint8_t i = 0; i < fields.nfields; i++) {
		enum idm_status st = idm_pattern_check(fields.field[i], err);

		if (st != IDM_OK) {
			(void)idm_within(err, st, "field %u", desc->number[i]);
			return IDM_ENTRY_SYNTAX;
		}
	}
	return IDM_ENTRY_GOOD;
}

enum idm_entry_fault
idm_entry_examine(const struct idm_descriptor *desc,
    const struct idm_entry *entry, struct idm_err *err)
{
	enum idm_entry_fault fault;
	struct idm_target target;

	if (check_remote(entry->remote, err) != IDM_OK)
		return IDM_ENTRY_SYNTAX;
	fault = examine_fields(desc, entry->remote, err);
	if (fault != IDM_ENTRY_GOOD)
		return fault;
	if (idm_target_parse(entry->target, &target, err) != IDM_OK)
		return IDM_ENTRY_SYNTAX;
	if (target.kind == IDM_TARGET_FIELD &&
	    idm_descriptor_position(desc, target.number) == -1) {
		char text[IDM_DESCRIPTOR_TEXT_MAX];

		(void)idm_fail(err, IDM_INVALID,
		    "%%%u names a field that %s does not have", target.number,
		    idm_descriptor_format(desc, text));
		return IDM_ENTRY_TRANSPARENT;
	}
	return IDM_ENTRY_GOOD;
}

/* By the ranks of the fields, highest number first. */
static int
compare_ranks(
    const struct idm_descriptor *desc, struct idm_str a, struct idm_str b)
{
	struct idm_fields left, right;
	bool a_bad = idm_descriptor_try(desc, a, &left) != IDM_SPLIT_GOOD;
	bool b_bad = idm_descriptor_try(desc, b, &right) != IDM_SPLIT_GOOD;
	int order = a_bad - b_bad;

	if (a_bad || b_bad)
		return order;
	for (uint8_t i = 0; i < desc->nfields && order == 0; i++) {
		struct idm_rank one, other;

		one = idm_pattern_rank(left.field[desc->order[i]]);
		other = idm_pattern_rank(right.field[desc->order[i]]);
		order = idm_rank_compare(&one, &other);
	}
	return order;
}

int
idm_entry_compare(const struct idm_descriptor *desc, const struct idm_entry *a,
    const struct idm_entry *b)
{
	bool a_literal = idm_pattern_is_literal(a->remote);
	bool b_literal = idm_pattern_is_literal(b->remote);
	int order = 0;

	/* Literals rank before all patterns and equal among themselves. */
	if (a_literal != b_literal)
		return a_literal ? -1 : 1;
	if (!a_literal)
		order = compare_ranks(desc, a->remote, b->remote);
	return order != 0 ? order : idm_str_compare(a->remote, b->remote);
}

bool
idm_entry_match(const struct idm_descriptor *desc,
    const struct idm_entry *entry, const struct idm_fields *name)
{
	struct idm_fields fields;

	if (idm_descriptor_try(desc, entry->remote, &fields) != IDM_SPLIT_GOOD)
		return false;
	for (uint8_t i = 0; i < fields.nfields; i++) {
		if (!idm_pattern_match(fields.field[i], name->field[i]))
			return false;
	}
	return true;
}
