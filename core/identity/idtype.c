#include <string.h>

#include "base/num.h"
#include "base/quote.h"
#include "identity/idtype.h"
#include "identity/name.h"
#include "identity/winname.h"

/* clang-format off */
static const struct {
	const char *name;
	bool is_windows;
	bool is_unix;
	bool is_name;
} types[] = {
	[IDM_ID_NONE] =      { "",          false, false, false },
	[IDM_ID_USID] =      { "usid",      true,  false, false },
	[IDM_ID_GSID] =      { "gsid",      true,  false, false },
	[IDM_ID_SID] =       { "sid",       true,  false, false },
	[IDM_ID_UID] =       { "uid",       false, true,  false },
	[IDM_ID_GID] =       { "gid",       false, true,  false },
	[IDM_ID_UNIXUSER] =  { "unixuser",  false, true,  true },
	[IDM_ID_UNIXGROUP] = { "unixgroup", false, true,  true },
	[IDM_ID_WINUSER] =   { "winuser",   true,  false, true },
	[IDM_ID_WINGROUP] =  { "wingroup",  true,  false, true },
	[IDM_ID_WINNAME] =   { "winname",   true,  false, true },
};
/* clang-format on */

const char *
idm_idtype_name(enum idm_idtype type)
{
	return types[type].name;
}

bool
idm_idtype_is_windows(enum idm_idtype type)
{
	return types[type].is_windows;
}

bool
idm_idtype_is_unix(enum idm_idtype type)
{
	return types[type].is_unix;
}

bool
idm_idtype_is_name(enum idm_idtype type)
{
	return types[type].is_name;
}

enum idm_status
idm_idtype_parse(struct idm_str word, enum idm_idtype *out, struct idm_err *err)
{
	char quoted[32 * 4 + 8];
	struct idm_buf buf;

	for (unsigned i = IDM_ID_USID; i < IDM_COUNTOF(types); i++) {
		if (idm_fold_ascii_equal(word, idm_str_of(types[i].name))) {
			*out = (enum idm_idtype)i;
			return IDM_OK;
		}
	}
	idm_buf_init_fixed(&buf, quoted, sizeof(quoted));
	idm_quote_put(&buf, '\'', word, 32);
	return idm_fail(err, IDM_INVALID,
	    "%s is no type of identity; there are winuser, wingroup, winname, "
	    "unixuser, unixgroup, uid, gid, sid, usid and gsid",
	    idm_buf_text(&buf));
}

/* An empty name, or two quotes: the mark that inhibits. */
static struct idm_str
without_quotes(struct idm_str text)
{
	return idm_str_is(text, "\"\"") ? (struct idm_str){ "", 0 } : text;
}

static enum idm_status
parse_name(struct idm_identity *identity, struct idm_err *err)
{
	identity->text = without_quotes(identity->text);
	if (identity->text.len == 0)
		return IDM_OK;
	if (idm_idtype_is_unix(identity->type))
		return idm_name_remote(identity->text, err);
	return idm_winname_split(identity->text, &identity->win, err);
}

static enum idm_status
parse_value(struct idm_identity *identity, struct idm_err *err)
{
	switch (identity->type) {
	case IDM_ID_NONE:
		break;
	case IDM_ID_USID:
	case IDM_ID_GSID:
	case IDM_ID_SID:
		return idm_sid_parse(identity->text, &identity->sid, err);
	case IDM_ID_UID:
	case IDM_ID_GID:
		return idm_num_id(identity->text.data, identity->text.len,
		    &identity->id, err);
	case IDM_ID_UNIXUSER:
	case IDM_ID_UNIXGROUP:
	case IDM_ID_WINUSER:
	case IDM_ID_WINGROUP:
	case IDM_ID_WINNAME:
		return parse_name(identity, err);
	}
	return IDM_OK;
}

/* Without a type: a Windows name by its look, or any name. */
static enum idm_status
parse_untyped(struct idm_identity *identity, struct idm_err *err)
{
	identity->text = without_quotes(identity->text);
	if (idm_winname_has_separator(identity->text))
		return idm_winname_split(identity->text, &identity->win, err);
	if (identity->text.len == 0)
		return IDM_OK;
	return idm_name_remote(identity->text, err);
}

enum idm_status
idm_identity_parse(
    struct idm_str operand, struct idm_identity *out, struct idm_err *err)
{
	struct idm_identity identity = { .text = operand };
	const char *colon = NULL;
	enum idm_status st;

	if (operand.len > 0)
		colon = memchr(operand.data, ':', operand.len);
	if (colon == NULL) {
		st = parse_untyped(&identity, err);
	} else {
		size_t at = (size_t)(colon - operand.data);

		st = idm_idtype_parse(
		    (struct idm_str){ operand.data, at }, &identity.type, err);
		identity.text = (struct idm_str){ colon + 1,
			operand.len - at - 1 };
		if (st == IDM_OK)
			st = parse_value(&identity, err);
		if (st != IDM_OK && identity.type != IDM_ID_NONE) {
			return idm_within(
			    err, st, "%s", idm_idtype_name(identity.type));
		}
	}
	if (st == IDM_OK)
		*out = identity;
	return st;
}
