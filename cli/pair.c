#include "base/quote.h"
#include "identity/winname.h"

#include "cli/pair.h"

#define QUOTED_MAX 80 /* bytes of an operand that an error repeats */

struct quoted {
	char text[QUOTED_MAX * 4 + 8];
};

static struct quoted
quote(const char *operand)
{
	struct quoted quoted;
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, quoted.text, sizeof(quoted.text) - 1);
	idm_quote_put(&buf, '\'', idm_str_of(operand), QUOTED_MAX);
	quoted.text[buf.len] = '\0';
	return quoted;
}

static enum idm_status
parse(const char *operand, struct idm_identity *out, struct idm_err *err)
{
	struct idm_identity identity;
	enum idm_status st;

	st = idm_identity_parse(idm_str_of(operand), &identity, err);
	if (st != IDM_OK)
		return st;
	if (identity.type != IDM_ID_NONE && !idm_idtype_is_name(identity.type))
		return idm_fail(err, IDM_INVALID,
		    "%s is not a name: name rules take winuser, wingroup, "
		    "winname, unixuser and unixgroup",
		    quote(operand).text);
	*out = identity;
	return IDM_OK;
}

static bool
looks_windows(const struct idm_identity *identity)
{
	return idm_winname_has_separator(identity->text);
}

/* What an untyped operand is beside the other; IDM_ID_NONE: who knows. */
static enum idm_idtype
deduce(const struct idm_identity *identity, const struct idm_identity *other)
{
	if (other->type == IDM_ID_WINUSER)
		return IDM_ID_UNIXUSER;
	if (other->type == IDM_ID_WINGROUP)
		return IDM_ID_UNIXGROUP;
	if (idm_idtype_is_unix(other->type) || looks_windows(identity))
		return IDM_ID_WINNAME;
	return IDM_ID_NONE;
}

/* Give an untyped operand its type, and its parts if it is a Windows name. */
static enum idm_status
settle(struct idm_identity *identity, enum idm_idtype type, struct idm_err *err)
{
	if (identity->type != IDM_ID_NONE || type == IDM_ID_NONE)
		return IDM_OK;
	identity->type = type;
	if (type != IDM_ID_WINNAME || identity->text.len == 0)
		return IDM_OK;
	return idm_winname_split(identity->text, &identity->win, err);
}

static enum idm_status
refuse_untyped(const char *operand, struct idm_err *err)
{
	return idm_fail(err, IDM_INVALID,
	    "the type of %s cannot be told: put winuser:, wingroup:, "
	    "unixuser: or unixgroup: in front of it",
	    quote(operand).text);
}

static enum idm_status
arrange(const struct idm_identity *one, const struct idm_identity *two,
    struct cli_pair *out, struct idm_err *err)
{
	bool is_win_first = idm_idtype_is_windows(one->type);

	if (is_win_first == idm_idtype_is_windows(two->type))
		return idm_fail(err, IDM_INVALID,
		    is_win_first ? "both are Windows names: one must be a UNIX "
				   "name, unixuser: or unixgroup:"
				 : "both are UNIX names: one must be a Windows "
				   "name, winuser: or wingroup:");
	*out = (struct cli_pair){
		.win = is_win_first ? *one : *two,
		.unix = is_win_first ? *two : *one,
		.is_win_first = is_win_first,
	};
	return IDM_OK;
}

enum idm_status
cli_pair_parse(const char *first, const char *second, struct cli_pair *out,
    struct idm_err *err)
{
	struct idm_identity one = { .type = IDM_ID_NONE };
	struct idm_identity two = { .type = IDM_ID_NONE };
	enum idm_status st;

	st = parse(first, &one, err);
	if (st == IDM_OK)
		st = parse(second, &two, err);
	/* The first, the second, and once more the first. */
	if (st == IDM_OK)
		st = settle(&one, deduce(&one, &two), err);
	if (st == IDM_OK)
		st = settle(&two, deduce(&two, &one), err);
	if (st == IDM_OK && two.type == IDM_ID_NONE)
		return refuse_untyped(
		    one.type == IDM_ID_NONE ? first : second, err);
	if (st == IDM_OK)
		st = settle(&one, deduce(&one, &two), err);
	if (st == IDM_OK && one.type == IDM_ID_NONE)
		return refuse_untyped(first, err);
	return st == IDM_OK ? arrange(&one, &two, out, err) : st;
}

enum idm_status
cli_name_parse(
    const char *operand, struct idm_identity *out, struct idm_err *err)
{
	static const struct idm_identity nothing = { .type = IDM_ID_NONE };
	struct idm_identity identity = nothing;
	enum idm_status st;

	st = parse(operand, &identity, err);
	if (st == IDM_OK)
		st = settle(&identity, deduce(&identity, &nothing), err);
	if (st == IDM_OK && identity.type == IDM_ID_NONE)
		return refuse_untyped(operand, err);
	if (st == IDM_OK)
		*out = identity;
	return st;
}

struct idm_namerule
cli_pair_rule(const struct cli_pair *pair, bool directional)
{
	const struct idm_winname *win = &pair->win.win;
	enum idm_rule_direction one_way = pair->is_win_first
	    ? IDM_RULE_TO_UNIX
	    : IDM_RULE_TO_WINDOWS;
	struct idm_namerule rule = {
		.direction = directional ? one_way : IDM_RULE_BOTH,
		.win_is_group = pair->win.type == IDM_ID_WINGROUP,
		.unix_is_group = pair->unix.type == IDM_ID_UNIXGROUP,
		.win = { "", 0 },
		.domain = { "", 0 },
		.unix = pair->unix.text,
	};

	if (pair->win.text.len > 0) {
		rule.win = win->name;
		rule.domain = win->domain;
		if (win->spelling == IDM_SPELL_NT4)
			rule.flags |= IDM_RULE_NT4;
	}
	return rule;
}
