#include <string.h>

#include "identity/account.h"
#include "resolve/directory.h"

static void
set_name(struct idm_inquiry *inquiry, struct idm_str name)
{
	idm_inquiry_copy(inquiry->win->name, sizeof(inquiry->win->name), name);
}

static void
set_domain(struct idm_inquiry *inquiry, struct idm_str domain)
{
	idm_inquiry_copy(
	    inquiry->win->domain, sizeof(inquiry->win->domain), domain);
}

static void
set_kind(struct idm_inquiry *inquiry, bool is_group)
{
	if (inquiry->win_kind == IDM_KIND_BOTH)
		inquiry->win_kind = is_group ? IDM_KIND_GROUP : IDM_KIND_USER;
}

static bool
is_host(const struct idm_inquiry *inquiry, struct idm_str domain)
{
	const char *host = inquiry->resolver->host;

	return host != NULL && idm_fold_ascii_equal(domain, idm_str_of(host));
}

static bool
is_of_machine(const struct idm_inquiry *inquiry, const struct idm_sid *sid)
{
	struct idm_sid above;
	uint32_t rid;

	return inquiry->machine.sid.nsubs > 0 &&
	    idm_sid_split(sid, &above, &rid) &&
	    idm_sid_equal(&above, &inquiry->machine.sid);
}

static void
set_host_domain(struct idm_inquiry *inquiry)
{
	if (inquiry->resolver->host != NULL)
		set_domain(inquiry, idm_str_of(inquiry->resolver->host));
}

/* ---- Of a SID. */

static bool
name_by_own(struct idm_inquiry *inquiry)
{
	const struct idm_maps *maps = inquiry->maps;
	char text[IDM_SID_TEXT_MAX];
	struct idm_own_sid own;
	struct idm_str value;

	(void)idm_sid_format(&inquiry->win->sid, text);
	if (idm_own_find(maps->map, IDM_OWN_SID, idm_str_of(text), &value) !=
		IDM_OK ||
	    idm_own_sid_read(value, &own, NULL) != IDM_OK)
		return false;
	inquiry->domain = idm_domain_by_name(&maps->domains, own.domain);
	set_name(inquiry, own.name);
	set_domain(inquiry,
	    inquiry->domain == NULL
		? own.domain
		: idm_str_of(idm_domain_shown(inquiry->domain)));
	set_kind(inquiry, own.is_group);
	return true;
}

/* The host's own accounts have the names of their UNIX counterparts. */
static void
name_by_machine(struct idm_inquiry *inquiry)
{
	struct idm_resolved local = { .type = IDM_ID_NONE };
	struct idm_inquiry other = *inquiry;
	bool is_group;
	uint32_t id;

	set_host_domain(inquiry);
	if (idm_local_id(&inquiry->machine, &inquiry->win->sid, &id, &is_group,
		NULL) != IDM_OK)
		return;
	set_kind(inquiry, is_group);
	other.unix = &local;
	if (idm_inquiry_local_name(&other, is_group, id, NULL) == IDM_OK)
		set_name(inquiry, idm_str_of(local.name));
}

static bool
is_of_some_domain(const struct idm_sid *sid)
{
	struct idm_sid above;
	uint32_t rid;

	return idm_sid_split(sid, &above, &rid) && idm_sid_is_domain(&above);
}

void
idm_inquiry_name_sid(struct idm_inquiry *inquiry)
{
	const struct idm_sid *sid = &inquiry->win->sid;
	const struct idm_wellknown *row = idm_wellknown_by_sid(sid);
	bool of_machine = is_of_machine(inquiry, sid);

	inquiry->wellknown = row;
	if (name_by_own(inquiry))
		return;
	if (row != NULL) {
		set_name(inquiry, idm_str_of(row->name));
		set_kind(inquiry, row->is_group);
	}
	if (row != NULL && row->where == IDM_WK_ABSOLUTE) {
		set_domain(inquiry, idm_str_of(idm_wellknown_domain(row)));
	} else if (of_machine && row != NULL) {
		set_host_domain(inquiry);
	} else if (of_machine) {
		name_by_machine(inquiry);
	} else {
		inquiry->domain = idm_domain_by_sid(
		    &inquiry->maps->domains, sid);
		if (inquiry->domain != NULL) {
			set_domain(inquiry,
			    idm_str_of(idm_domain_shown(inquiry->domain)));
			(void)idm_inquiry_directory_sid(inquiry);
		} else if (is_of_some_domain(sid))
			(void)idm_inquiry_former_sid(inquiry);
	}
}

/* ---- Of a name. */

static void
use_domain(struct idm_inquiry *inquiry, const struct idm_domain *domain)
{
	inquiry->domain = domain;
	set_domain(inquiry, idm_str_of(idm_domain_shown(domain)));
}

/* The SID of a well-known name, of this very kind; its own spelling. */
static void
take_row(struct idm_inquiry *inquiry, const struct idm_wellknown *row,
    const struct idm_sid *above)
{
	bool fits = inquiry->win_kind == IDM_KIND_BOTH ||
	    (inquiry->win_kind == IDM_KIND_GROUP) == row->is_group;

	set_name(inquiry, idm_str_of(row->name));
	if (row->where == IDM_WK_ABSOLUTE)
		set_domain(inquiry, idm_str_of(idm_wellknown_domain(row)));
	if (!fits)
		return;
	set_kind(inquiry, row->is_group);
	inquiry->wellknown = row;
	if (row->where == IDM_WK_ABSOLUTE)
		(void)!idm_sid_parse(
		    idm_str_of(row->sid), &inquiry->win->sid, NULL);
	else if (above->nsubs > 0 && above->nsubs < IDM_SID_SUBS_MAX)
		inquiry->win->sid = idm_sid_of(above, row->rid);
}

/* The record of an own user or group of that key. */
static bool
find_own(struct idm_inquiry *inquiry, struct idm_str key, bool is_group)
{
	const struct idm_view *map = inquiry->maps->map;
	struct idm_own_group group;
	struct idm_own_name other;
	struct idm_own_user user;
	struct idm_str value;

	if (idm_own_find(map, is_group ? IDM_OWN_GROUP_NAME : IDM_OWN_USER_NAME,
		key, &value) == IDM_OK &&
	    idm_own_name_read(value, &other, NULL) == IDM_OK)
		key = other.key;
	if (is_group) {
		if (idm_own_find(map, IDM_OWN_GROUP, key, &value) != IDM_OK ||
		    idm_own_group_read(value, &group, NULL) != IDM_OK)
			return false;
		inquiry->win->sid = group.sid;
	} else {
		if (idm_own_find(map, IDM_OWN_USER, key, &value) != IDM_OK ||
		    idm_own_user_read(value, &user, NULL) != IDM_OK)
			return false;
		inquiry->win->sid = user.sid;
	}
	set_kind(inquiry, is_group);
	if (inquiry->win->sid.nsubs > 0)
		(void)name_by_own(inquiry); /* in its own case */
	return true;
}

static bool
sid_by_own(struct idm_inquiry *inquiry)
{
	char memory[IDM_FOLDED_MAX];
	struct idm_str key = idm_inquiry_key(inquiry, memory);

	if (key.len == 0)
		return false;
	return (inquiry->win_kind != IDM_KIND_GROUP &&
		   find_own(inquiry, key, false)) ||
	    (inquiry->win_kind != IDM_KIND_USER &&
		find_own(inquiry, key, true));
}

/* name@HOST: a local account, by its local SID. */
static void
sid_by_machine(struct idm_inquiry *inquiry)
{
	struct idm_str name = idm_str_of(inquiry->win->name);
	struct idm_sid sid;
	uint32_t id;

	for (int is_group = 0; is_group < 2; is_group++) {
		if (inquiry->win_kind ==
		    (is_group ? IDM_KIND_USER : IDM_KIND_GROUP))
			continue;
		if (idm_inquiry_local_id(inquiry, name, is_group, &id, NULL) !=
			IDM_OK ||
		    idm_local_sid(
			&inquiry->machine, id, is_group, &sid, NULL) != IDM_OK)
			continue;
		inquiry->win->sid = sid;
		set_kind(inquiry, is_group);
		return;
	}
}

static void
name_of_domain(struct idm_inquiry *inquiry, struct idm_str name)
{
	const struct idm_domain *domain = inquiry->domain;
	const struct idm_wellknown *row;

	if (sid_by_own(inquiry) || idm_inquiry_directory_name(inquiry, name))
		return;
	row = idm_wellknown_by_name(name, idm_str_of(domain->name));
	if (row != NULL && row->where != IDM_WK_ABSOLUTE)
		take_row(inquiry, row, &domain->sid);
}

static void
name_of_host(struct idm_inquiry *inquiry, struct idm_str name)
{
	const struct idm_wellknown *row;

	set_host_domain(inquiry);
	row = idm_wellknown_by_name(name, idm_str_of(inquiry->resolver->host));
	if (row != NULL && row->where != IDM_WK_ABSOLUTE)
		take_row(inquiry, row, &inquiry->machine.sid);
	else if (inquiry->machine.sid.nsubs > 0)
		sid_by_machine(inquiry);
}

/*
 * A bare name: well-known, with 500 to 502 being the host's and 512 and up the
 * default domain's; else an account of the default domain.
 */
static void
name_bare(struct idm_inquiry *inquiry, struct idm_str name)
{
	const struct idm_maps *maps = inquiry->maps;
	const struct idm_domain *domain = NULL;
	const struct idm_wellknown *row;
	struct idm_str called;

	row = idm_wellknown_by_name(name, (struct idm_str){ "", 0 });
	if (row != NULL && row->where == IDM_WK_ABSOLUTE) {
		take_row(inquiry, row, NULL);
	} else if (row != NULL && row->where == IDM_WK_ACCOUNT) {
		set_host_domain(inquiry);
		take_row(inquiry, row, &inquiry->machine.sid);
	} else if (idm_host_default_domain(maps->map, &maps->domains, &called,
		       &domain, NULL) != IDM_OK) {
		return;
	} else if (domain == NULL) {
		set_domain(inquiry, called);
	} else {
		use_domain(inquiry, domain);
		name_of_domain(inquiry, name);
	}
}

void
idm_inquiry_name_text(
    struct idm_inquiry *inquiry, struct idm_str name, struct idm_str domain)
{
	const struct idm_domain *configured;
	const struct idm_wellknown *row;

	set_name(inquiry, name);
	set_domain(inquiry, domain);
	if (domain.len == 0) {
		name_bare(inquiry, name);
		return;
	}
	configured = idm_domain_by_name(&inquiry->maps->domains, domain);
	if (configured != NULL) {
		use_domain(inquiry, configured);
		name_of_domain(inquiry, name);
		return;
	}
	if (is_host(inquiry, domain)) {
		name_of_host(inquiry, name);
		return;
	}
	row = idm_wellknown_by_name(name, domain);
	if (row != NULL && row->where == IDM_WK_ABSOLUTE)
		take_row(inquiry, row, NULL);
}
