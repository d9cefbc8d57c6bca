#include "identity/id.h"
#include "resolve/directory.h"

/* S-1-22-1 and S-1-22-2: Samba's SIDs of uids and gids. */
#define UNIX_AUTHORITY 22

static enum idm_status
found_id(struct idm_inquiry *inquiry, uint8_t kind, uint32_t id,
    enum idm_method method, enum idm_source source)
{
	inquiry->unix_kind = kind;
	inquiry->out->kind = kind;
	inquiry->unix->id = id;
	inquiry->unix->has_id = true;
	return idm_inquiry_found(inquiry, method, source);
}

/* An id of one kind: that must be the one asked for. */
static enum idm_status
found_kind(struct idm_inquiry *inquiry, bool is_group, uint32_t id,
    enum idm_method method, enum idm_source source, struct idm_err *err)
{
	uint8_t kind = is_group ? IDM_KIND_GROUP : IDM_KIND_USER;

	if (inquiry->unix_kind != IDM_KIND_BOTH && inquiry->unix_kind != kind)
		return idm_inquiry_wrong_kind(inquiry, inquiry->unix_kind, err);
	return found_id(inquiry, kind, id, method, source);
}

/* ---- Well-known SIDs. */

static enum idm_status
hard_wired(struct idm_inquiry *inquiry, const struct idm_wellknown *row,
    struct idm_err *err)
{
	bool is_group = inquiry->unix_kind != IDM_KIND_USER;

	switch ((enum idm_wk_map)row->map) {
	case IDM_WK_FREE:
		break;
	case IDM_WK_INHIBITED:
		inquiry->out->method = IDM_METHOD_WELL_KNOWN;
		return idm_inquiry_stop(inquiry, IDM_REFUSED,
		    IDM_REASON_INHIBITED, err,
		    "%s (%s) never has a UNIX counterpart", row->name,
		    row->sid);
	case IDM_WK_UID:
	case IDM_WK_GID:
		return found_kind(inquiry, row->map == IDM_WK_GID, row->id,
		    IDM_METHOD_WELL_KNOWN, IDM_SOURCE_HARD_CODED, err);
	case IDM_WK_NOBODY:
		return found_kind(inquiry, is_group,
		    idm_inquiry_nobody(inquiry, is_group),
		    IDM_METHOD_WELL_KNOWN, IDM_SOURCE_HARD_CODED, err);
	}
	return idm_inquiry_pass(inquiry, "well-known account");
}

static enum idm_status
well_known(struct idm_inquiry *inquiry, struct idm_err *err)
{
	const struct idm_wellknown *row = inquiry->wellknown;

	if (row == NULL)
		return IDM_NOTFOUND;
	/* The SID that means nobody is no one's, whoever numbers. */
	if (idm_inquiry_is_ephemeral(inquiry) ||
	    (row->map == IDM_WK_INHIBITED && inquiry->win->sid.authority == 0))
		return hard_wired(inquiry, row, err);
	return idm_inquiry_pass(inquiry, "well-known account");
}

/* ---- SIDs that say which UNIX account they mean. */

/* Numbers of a domain's range have that domain's SIDs, and no other. */
static enum idm_status
found_local(struct idm_inquiry *inquiry, bool is_group, uint32_t id,
    struct idm_err *err)
{
	const struct idm_domain *domain = idm_domain_by_id(
	    &inquiry->maps->domains, id, NULL, NULL);

	if (domain != NULL) {
		return idm_inquiry_stop(inquiry, IDM_NOTFOUND, IDM_REASON_RANGE,
		    err,
		    "it would be %s %lu, which is in the range of domain '%s'",
		    is_group ? "gid" : "uid", (unsigned long)id, domain->name);
	}
	return found_kind(inquiry, is_group, id, IDM_METHOD_LOCAL_SID,
	    IDM_SOURCE_ALGORITHMIC, err);
}

static enum idm_status
local_sid(struct idm_inquiry *inquiry, struct idm_err *err)
{
	const struct idm_sid *sid = &inquiry->win->sid;
	struct idm_sid above;
	enum idm_status st;
	bool is_group;
	uint32_t rid;
	uint32_t id;

	if (inquiry->machine.sid.nsubs == 0 ||
	    !idm_sid_split(sid, &above, &rid) ||
	    !idm_sid_equal(&above, &inquiry->machine.sid))
		return IDM_NOTFOUND;
	st = idm_local_id(&inquiry->machine, sid, &id, &is_group, err);
	if (st == IDM_OK)
		return found_local(inquiry, is_group, id, err);
	if (st == IDM_NOTFOUND && inquiry->wellknown != NULL)
		return idm_inquiry_pass(
		    inquiry, "well-known account of this host");
	return idm_inquiry_stop(inquiry, st, IDM_REASON_NO_MAPPING, err,
	    "RID %lu of this host's own SID is none of a local account",
	    (unsigned long)rid);
}

static enum idm_status
unix_sid(struct idm_inquiry *inquiry, struct idm_err *err)
{
	const struct idm_sid *sid = &inquiry->win->sid;

	if (sid->nsubs == 0 || sid->authority != UNIX_AUTHORITY)
		return IDM_NOTFOUND;
	if (sid->nsubs != 2 || (sid->sub[0] != 1 && sid->sub[0] != 2) ||
	    sid->sub[1] == UINT32_MAX) {
		return idm_inquiry_stop(inquiry, IDM_NOTFOUND,
		    IDM_REASON_NO_MAPPING, err,
		    "it is neither S-1-22-1-UID nor S-1-22-2-GID");
	}
	return found_kind(inquiry, sid->sub[0] == 2, sid->sub[1],
	    IDM_METHOD_UNIX_SID, IDM_SOURCE_ALGORITHMIC, err);
}

/* ---- Overrides. */

static enum idm_status
override_as(struct idm_inquiry *inquiry, bool is_group, struct idm_err *err)
{
	const char *why;
	uint32_t id;

	if (!idm_inquiry_override(inquiry, is_group, &id))
		return IDM_NOTFOUND;
	why = idm_id_reserved(id);
	if (why != NULL) {
		return idm_inquiry_stop(inquiry, IDM_REFUSED, IDM_REASON_RANGE,
		    err, "the override gives id %lu, which is never served: %s",
		    (unsigned long)id, why);
	}
	inquiry->win_kind = is_group ? IDM_KIND_GROUP : IDM_KIND_USER;
	return found_id(inquiry, inquiry->win_kind, id, IDM_METHOD_OVERRIDE,
	    IDM_SOURCE_CACHE);
}

/* Its name is all that is known: its directory, which may know more of it, is
 * silent, and the domain has overrides. */
static bool
is_doubted(const struct idm_inquiry *inquiry)
{
	const uint64_t bits = IDM_STAMP_NAMES | IDM_STAMP_NUMBERS;
	const struct idm_known *known = &inquiry->known;

	return inquiry->win->sid.nsubs == 0 && known->domain != NULL &&
	    known->domain == inquiry->domain &&
	    (known->domain->stamp & bits) != 0 && known->status != IDM_OK &&
	    known->status != IDM_NOTFOUND && known->status != IDM_REFUSED;
}

/* Of the kind that the SID is of; a diagonal request is not for overrides. */
static enum idm_status
override(struct idm_inquiry *inquiry, struct idm_err *err)
{
	enum idm_status st = IDM_NOTFOUND;

	if (inquiry->win_kind != IDM_KIND_GROUP &&
	    inquiry->unix_kind != IDM_KIND_GROUP)
		st = override_as(inquiry, false, err);
	if (st == IDM_NOTFOUND && inquiry->win_kind != IDM_KIND_USER &&
	    inquiry->unix_kind != IDM_KIND_USER)
		st = override_as(inquiry, true, err);
	if (st == IDM_NOTFOUND && inquiry->out->reason == IDM_REASON_NONE &&
	    is_doubted(inquiry))
		return idm_inquiry_equal_unknown(inquiry, err);
	return st;
}

/* ---- All of it. */

static enum idm_status
run_steps(struct idm_inquiry *inquiry, struct idm_err *err)
{
	static enum idm_status (*const steps[])(
	    struct idm_inquiry *, struct idm_err *) = {
		well_known,
		local_sid,
		unix_sid,
		override,
		idm_inquiry_equal_to_unix,
		idm_inquiry_rules_to_unix,
		idm_inquiry_domain_to_unix,
	};

	for (size_t i = 0; i < IDM_COUNTOF(steps); i++) {
		enum idm_status st = steps[i](inquiry, err);

		if (st != IDM_NOTFOUND ||
		    inquiry->out->reason != IDM_REASON_NONE)
			return st;
	}
	return idm_inquiry_stop(inquiry, IDM_NOTFOUND, IDM_REASON_NO_MAPPING,
	    err, "no rule and no domain maps it");
}

/* The UNIX name that goes with the number, if there is one. */
static void
name_answer(struct idm_inquiry *inquiry)
{
	struct idm_resolved *unix = inquiry->unix;
	bool is_group = inquiry->unix_kind == IDM_KIND_GROUP;
	struct idm_sid sid;

	if (!inquiry->by_name || unix->name[0] != '\0')
		return;
	if (idm_inquiry_own_by_id(inquiry, is_group, unix->id, &sid))
		return;
	if (idm_inquiry_local_name(inquiry, is_group, unix->id, NULL) != IDM_OK)
		idm_inquiry_say(inquiry, "the id has no UNIX name");
}

enum idm_status
idm_inquiry_to_unix(struct idm_inquiry *inquiry, struct idm_err *err)
{
	enum idm_status st;

	/* The straight one, as far as the kind is known by now. */
	if (inquiry->unix_kind == IDM_KIND_BOTH)
		inquiry->unix_kind = inquiry->win_kind;
	idm_inquiry_say(inquiry, "start");
	st = run_steps(inquiry, err);
	if (st == IDM_OK)
		name_answer(inquiry);
	return st;
}
