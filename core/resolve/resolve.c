#include <string.h>

#include "resolve/inquiry.h"

static enum idm_status
senseless(struct idm_resolution *out, struct idm_err *err, const char *why)
{
	out->reason = IDM_REASON_SENSE;
	return idm_fail(err, IDM_INVALID, "%s", why);
}

/* User, group, or either. */
static uint8_t
kind_of(enum idm_idtype type)
{
	switch (type) {
	case IDM_ID_USID:
	case IDM_ID_UID:
	case IDM_ID_UNIXUSER:
	case IDM_ID_WINUSER:
		return IDM_KIND_USER;
	case IDM_ID_GSID:
	case IDM_ID_GID:
	case IDM_ID_UNIXGROUP:
	case IDM_ID_WINGROUP:
		return IDM_KIND_GROUP;
	case IDM_ID_SID:
	case IDM_ID_WINNAME:
	case IDM_ID_NONE:
		return IDM_KIND_BOTH;
	}
	return IDM_KIND_BOTH;
}

/* What is untyped can only be a Windows name, and only by its look. */
static enum idm_idtype
type_of(const struct idm_identity *identity)
{
	if (identity->type == IDM_ID_NONE && identity->win.name.len > 0 &&
	    identity->win.domain.len > 0)
		return IDM_ID_WINNAME;
	return identity->type;
}

/* What a rule may have for a name or a domain, and nobody is called. */
static bool
is_wildcard(enum idm_idtype type, const struct idm_identity *from)
{
	return idm_idtype_is_name(type) && idm_idtype_is_windows(type) &&
	    (idm_str_is(from->win.name, "*") ||
		idm_str_is(from->win.domain, "*"));
}

static enum idm_status
check_sense(enum idm_idtype type, const struct idm_identity *from,
    enum idm_idtype target, struct idm_resolution *out, struct idm_err *err)
{
	if (type == IDM_ID_NONE && from->text.len == 0)
		return senseless(out, err, "the identity is empty");
	if (type == IDM_ID_NONE) {
		return senseless(out, err,
		    "the type of the identity is not known: put winuser:, "
		    "wingroup:, unixuser:, unixgroup:, uid:, gid: or sid: in "
		    "front of it, or write a Windows name as name@domain");
	}
	if (idm_idtype_is_name(type) && from->text.len == 0)
		return senseless(out, err, "the name is empty");
	if (is_wildcard(type, from)) {
		return senseless(out, err,
		    "'*' stands for many names: in a rule it may, here it is "
		    "nobody");
	}
	if (target != IDM_ID_NONE &&
	    idm_idtype_is_windows(type) == idm_idtype_is_windows(target)) {
		return senseless(out, err,
		    idm_idtype_is_windows(type)
			? "both are Windows identities: the target must be "
			  "uid, gid, unixuser or unixgroup"
			: "both are UNIX identities: the target must be sid, "
			  "usid, gsid, winname, winuser or wingroup");
	}
	return IDM_OK;
}

/* Types as precise as is known now. */
static void
refine_types(struct idm_inquiry *inquiry, enum idm_idtype from)
{
	bool is_win_group = inquiry->win_kind == IDM_KIND_GROUP;
	bool is_unix_group = inquiry->unix_kind == IDM_KIND_GROUP;
	bool to_windows = inquiry->win == &inquiry->out->to;
	bool win_named = to_windows ? inquiry->by_name
				    : idm_idtype_is_name(from);
	bool unix_named = to_windows ? idm_idtype_is_name(from)
				     : inquiry->by_name;

	/* What has no number, or name, is shown by the other. */
	if (to_windows && win_named && inquiry->win->name[0] == '\0')
		win_named = false;
	if (to_windows && !win_named && inquiry->win->sid.nsubs == 0)
		win_named = true;
	if (!to_windows && unix_named && inquiry->unix->name[0] == '\0')
		unix_named = false;
	inquiry->unix->type = unix_named
	    ? (is_unix_group ? IDM_ID_UNIXGROUP : IDM_ID_UNIXUSER)
	    : (is_unix_group ? IDM_ID_GID : IDM_ID_UID);
	if (inquiry->win_kind == IDM_KIND_BOTH)
		inquiry->win->type = win_named ? IDM_ID_WINNAME : IDM_ID_SID;
	else
		inquiry->win->type = win_named
		    ? (is_win_group ? IDM_ID_WINGROUP : IDM_ID_WINUSER)
		    : (is_win_group ? IDM_ID_GSID : IDM_ID_USID);
}

static enum idm_status
from_windows(struct idm_inquiry *inquiry, const struct idm_identity *identity,
    enum idm_idtype type, struct idm_err *err)
{
	if (idm_idtype_is_name(type)) {
		idm_inquiry_name_text(
		    inquiry, identity->win.name, identity->win.domain);
	} else {
		inquiry->win->sid = identity->sid;
		idm_inquiry_name_sid(inquiry);
	}
	return idm_inquiry_to_unix(inquiry, err);
}

static enum idm_status
from_unix(struct idm_inquiry *inquiry, const struct idm_identity *identity,
    enum idm_idtype type, struct idm_err *err)
{
	if (idm_idtype_is_name(type)) {
		idm_inquiry_copy(inquiry->unix->name,
		    sizeof(inquiry->unix->name), identity->text);
	} else {
		inquiry->unix->id = identity->id;
		inquiry->unix->has_id = true;
	}
	return idm_inquiry_to_windows(inquiry, err);
}

/* Lines of those who are asked get the shape of the trace, too. */
static void
shape_line(void *context, const char *text)
{
	idm_inquiry_say(context, "%s", text);
}

static void
load_machine(struct idm_inquiry *inquiry)
{
	if (idm_host_machine(inquiry->maps->map, &inquiry->machine, NULL) !=
	    IDM_OK)
		inquiry->machine.sid.nsubs = 0;
}

enum idm_status
idm_resolve(const struct idm_resolver *resolver,
    const struct idm_identity *identity, enum idm_idtype target,
    struct idm_resolution *out, struct idm_err *err)
{
	enum idm_idtype type = type_of(identity);
	bool is_windows = idm_idtype_is_windows(type);
	struct idm_inquiry inquiry = {
		.resolver = resolver,
		.maps = resolver->maps,
		.out = out,
		.win = is_windows ? &out->from : &out->to,
		.unix = is_windows ? &out->to : &out->from,
		.win_kind = kind_of(is_windows ? type : target),
		.unix_kind = kind_of(is_windows ? target : type),
		.by_name = target == IDM_ID_NONE ? idm_idtype_is_name(type)
						 : idm_idtype_is_name(target),
		.no_diagonal = target == IDM_ID_NONE,
		.shaped = { .line = shape_line, .context = &inquiry },
	};
	enum idm_status st;

	memset(out, 0, sizeof(*out));
	out->kind = IDM_KIND_BOTH;
	out->from.type = type;
	out->to.type = target;
	st = check_sense(type, identity, target, out, err);
	if (st != IDM_OK)
		return st;
	if (resolver->trace != NULL)
		inquiry.trace = &inquiry.shaped;
	load_machine(&inquiry);
	st = is_windows ? from_windows(&inquiry, identity, type, err)
			: from_unix(&inquiry, identity, type, err);
	refine_types(&inquiry, type);
	return st;
}
