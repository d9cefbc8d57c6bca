#include <stdio.h>
#include <string.h>

#include "map/directory.h"
#include "resolve/directory.h"

/* The attribute of the entry that says so, and its value. */
static void
note_attribute(struct idm_inquiry *inquiry, enum idm_attribute attribute,
    const char *otherwise, const char *value)
{
	struct idm_resolution *out = inquiry->out;
	struct idm_directory settings;
	const char *name = otherwise;

	if (idm_directory_find(inquiry->maps->map, inquiry->known.domain->name,
		&settings, NULL) == IDM_OK &&
	    settings.attribute[attribute][0] != '\0')
		name = settings.attribute[attribute];
	(void)snprintf(
	    out->attribute, sizeof(out->attribute), "%s=%s", name, value);
}

static void
note_number(struct idm_inquiry *inquiry)
{
	const struct idm_known_equal *equal = &inquiry->known.equal;
	char value[16];

	(void)snprintf(value, sizeof(value), "%lu", (unsigned long)equal->id);
	if (equal->is_group)
		note_attribute(inquiry, IDM_ATTR_GROUP_GID, "gidNumber", value);
	else
		note_attribute(inquiry, IDM_ATTR_UID, "uidNumber", value);
}

static void
note_winname(struct idm_inquiry *inquiry)
{
	const struct idm_known_equal *equal = &inquiry->known.equal;
	char value[IDM_OWN_MAX + IDM_DOMAIN_MAX + 2];

	(void)snprintf(value, sizeof(value), "%s%s%s", equal->account,
	    equal->in[0] != '\0' ? "@" : "", equal->in);
	note_attribute(inquiry, IDM_ATTR_WINNAME, "", value);
}

void
idm_inquiry_note_equal(struct idm_inquiry *inquiry, bool unix_is_group)
{
	const struct idm_known *known = &inquiry->known;
	struct idm_resolution *out = inquiry->out;

	out->direction = IDM_RULE_BOTH;
	idm_inquiry_note_directory(inquiry);
	idm_inquiry_copy(out->dn, sizeof(out->dn), idm_str_of(known->equal.dn));
	switch ((enum idm_equal_by)known->equal.by) {
	case IDM_EQUAL_BY_AD:
		out->method = IDM_METHOD_AD;
		note_attribute(inquiry,
		    unix_is_group ? IDM_ATTR_UNIX_GROUP : IDM_ATTR_UNIX_USER,
		    "", known->equal.login[unix_is_group]);
		return;
	case IDM_EQUAL_BY_LDAP:
		out->method = IDM_METHOD_LDAP;
		note_winname(inquiry);
		return;
	case IDM_EQUAL_BY_IDMU:
		out->method = IDM_METHOD_IDMU;
		note_number(inquiry);
		return;
	case IDM_EQUAL_REFUSED: /* which is not known of anybody */
		return;
	}
}

enum idm_status
idm_inquiry_equal_found(struct idm_inquiry *inquiry)
{
	inquiry->out->kind = inquiry->unix_kind;
	return idm_inquiry_found(inquiry, inquiry->out->method,
	    inquiry->known.is_cached ? IDM_SOURCE_CACHE : IDM_SOURCE_DIRECTORY);
}

/* ---- The account of this host, or of native LDAP. */

static enum idm_status
found(struct idm_inquiry *inquiry, uint32_t id, struct idm_str name)
{
	inquiry->unix->id = id;
	inquiry->unix->has_id = true;
	idm_inquiry_copy(
	    inquiry->unix->name, sizeof(inquiry->unix->name), name);
	return idm_inquiry_equal_found(inquiry);
}

static enum idm_status
missing(struct idm_inquiry *inquiry, bool is_group, struct idm_err *err)
{
	return idm_inquiry_stop(inquiry, IDM_NOTFOUND, IDM_REASON_NO_ACCOUNT,
	    err, "there is no UNIX %s for %s in '%s'",
	    is_group ? "group" : "user", inquiry->out->attribute,
	    inquiry->out->dn);
}

/* An own identity of the directory that names it. */
static enum idm_status
find_in_directory(struct idm_inquiry *inquiry, bool is_group,
    struct idm_str name, struct idm_err *err)
{
	const struct idm_lookup lookup = {
		.kind = is_group ? IDM_LOOKUP_GROUP : IDM_LOOKUP_USER,
		.by = IDM_LOOKUP_BY_NAME,
		.name = name,
	};
	struct idm_known other;
	enum idm_status st;

	st = idm_known_find(inquiry->maps, inquiry->resolver->inquired,
	    inquiry->known.domain, &lookup, &other);
	if (st == IDM_OK)
		return found(inquiry, other.id, idm_str_of(other.shown));
	if (err != NULL)
		*err = other.why;
	return st;
}

static enum idm_status
take_login(struct idm_inquiry *inquiry, bool is_group, struct idm_err *err)
{
	struct idm_str name = idm_str_of(inquiry->known.equal.login[is_group]);
	enum idm_status st;
	uint32_t id;

	st = idm_inquiry_local_id(inquiry, name, is_group, &id, err);
	if (st == IDM_OK)
		return found(inquiry, id, name);
	if (st == IDM_NOTFOUND && inquiry->known.equal.by == IDM_EQUAL_BY_LDAP)
		st = find_in_directory(inquiry, is_group, name, err);
	if (st == IDM_NOTFOUND || st == IDM_REFUSED)
		return missing(inquiry, is_group, err);
	if (st != IDM_OK)
		inquiry->out->reason = IDM_REASON_UNAVAILABLE;
	return st;
}

/* IDMU: whoever has the number now. */
static enum idm_status
take_number(struct idm_inquiry *inquiry, bool is_group, struct idm_err *err)
{
	const struct idm_known *known = &inquiry->known;
	uint32_t id = known->equal.id;
	enum idm_status st;

	if (is_group != known->equal.is_group)
		return idm_inquiry_pass(
		    inquiry, "the number in its directory is of its own kind");
	st = idm_inquiry_local_name(inquiry, is_group, id, err);
	if (st == IDM_NOTFOUND && known->shown[0] != '\0' && known->id == id)
		return found(inquiry, id, idm_str_of(known->shown));
	if (st == IDM_NOTFOUND)
		return missing(inquiry, is_group, err);
	if (st != IDM_OK) {
		inquiry->out->reason = IDM_REASON_UNAVAILABLE;
		return st;
	}
	inquiry->unix->id = id;
	inquiry->unix->has_id = true;
	return idm_inquiry_equal_found(inquiry);
}

static enum idm_status
take(struct idm_inquiry *inquiry, struct idm_err *err)
{
	const struct idm_known_equal *equal = &inquiry->known.equal;
	uint8_t kind = equal->is_group ? IDM_KIND_GROUP : IDM_KIND_USER;
	bool is_group = inquiry->unix_kind == IDM_KIND_BOTH
	    ? equal->is_group
	    : inquiry->unix_kind == IDM_KIND_GROUP;

	if (equal->by != IDM_EQUAL_BY_IDMU && equal->login[is_group][0] == '\0')
		return idm_inquiry_pass(inquiry,
		    "directory-based mapping: its directory names no UNIX %s",
		    is_group ? "group" : "user");
	/* One attribute for both kinds is one of its own kind's. */
	if (is_group != equal->is_group &&
	    strcmp(equal->login[0], equal->login[1]) == 0)
		return idm_inquiry_pass(inquiry,
		    "directory-based mapping: what its directory names is of "
		    "its own kind");
	if (inquiry->win_kind == IDM_KIND_BOTH)
		inquiry->win_kind = kind;
	inquiry->unix_kind = is_group ? IDM_KIND_GROUP : IDM_KIND_USER;
	idm_inquiry_note_equal(inquiry, is_group);
	return equal->by == IDM_EQUAL_BY_IDMU
	    ? take_number(inquiry, is_group, err)
	    : take_login(inquiry, is_group, err);
}

/* ---- Who says so. */

/* Does its domain name UNIX accounts of this kind, if that is known? */
static bool
may_be_named(const struct idm_inquiry *inquiry)
{
	return (inquiry->unix_kind != IDM_KIND_GROUP &&
		   idm_equal_any(inquiry->domain, false)) ||
	    (inquiry->unix_kind != IDM_KIND_USER &&
		idm_equal_any(inquiry->domain, true));
}

bool
idm_inquiry_has_equals(const struct idm_inquiry *inquiry, uint32_t flags)
{
	const struct idm_domains *domains = &inquiry->maps->domains;

	for (uint32_t i = 0; i < domains->n; i++) {
		if ((domains->domain[i].flags & flags) != 0)
			return true;
	}
	return false;
}

enum idm_status
idm_inquiry_equal_unknown(struct idm_inquiry *inquiry, struct idm_err *err)
{
	if (err != NULL)
		*err = inquiry->known.why;
	return idm_inquiry_end(inquiry, inquiry->known.status,
	    inquiry->known.status == IDM_REFUSED ? IDM_REASON_NO_MAPPING
						 : IDM_REASON_UNAVAILABLE,
	    &inquiry->known.why);
}

/* Its own object was looked at when it was named. */
static enum idm_status
ask_own_directory(struct idm_inquiry *inquiry, struct idm_err *err)
{
	const struct idm_known *known = &inquiry->known;

	if (known->domain != inquiry->domain || known->status == IDM_NOTFOUND ||
	    known->status == IDM_REFUSED)
		return IDM_NOTFOUND;
	if (known->status != IDM_OK)
		return idm_inquiry_equal_unknown(inquiry, err);
	if (known->equal.by == 0)
		return idm_inquiry_pass(inquiry,
		    "directory-based mapping: its directory names nobody");
	return take(inquiry, err);
}

/*
 * The entries of native LDAP, the first of which that has its name counts: of
 * the kind that is asked for, whatever the Windows account is.
 */
static enum idm_status
ask_native(struct idm_inquiry *inquiry, struct idm_err *err)
{
	const struct idm_domains *domains = &inquiry->maps->domains;
	const struct idm_known before = inquiry->known;
	char memory[IDM_FOLDED_MAX];
	struct idm_lookup lookup = {
		.kind = idm_inquiry_lookup_kind(inquiry->unix_kind),
		.by = IDM_LOOKUP_BY_WINDOWS,
		.name = idm_inquiry_key(inquiry, memory),
	};

	if (lookup.name.len == 0)
		return idm_inquiry_pass(
		    inquiry, "its name is not known: native LDAP is not asked");
	for (uint32_t i = 0; i < domains->n; i++) {
		const struct idm_domain *domain = &domains->domain[i];
		enum idm_status st;

		if ((domain->flags & IDM_DOMAIN_WINNAMES) == 0)
			continue;
		st = idm_inquiry_directory_ask(inquiry, domain, &lookup);
		if (st == IDM_OK)
			return take(inquiry, err);
		if (st != IDM_NOTFOUND)
			return idm_inquiry_equal_unknown(inquiry, err);
	}
	inquiry->known = before;
	return IDM_NOTFOUND;
}

enum idm_status
idm_inquiry_equal_to_unix(struct idm_inquiry *inquiry, struct idm_err *err)
{
	uint8_t native = inquiry->unix_kind == IDM_KIND_GROUP
	    ? IDM_MAPS_NATIVE_GROUPS
	    : IDM_MAPS_NATIVE_USERS;

	if (inquiry->domain != NULL && may_be_named(inquiry))
		return ask_own_directory(inquiry, err);
	/* The accounts of a native LDAP are UNIX' already. */
	if ((inquiry->maps->rules & native) == 0 ||
	    (inquiry->domain != NULL &&
		(inquiry->domain->flags & IDM_DOMAIN_WINNAMES) != 0))
		return IDM_NOTFOUND;
	return ask_native(inquiry, err);
}
