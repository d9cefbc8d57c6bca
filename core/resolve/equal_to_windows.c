#include <string.h>

#include "identity/winname.h"
#include "map/directory.h"
#include "map/windows.h"
#include "resolve/directory.h"

/* ---- What was said. */

/* The Windows object itself. */
static void
take_object(struct idm_inquiry *inquiry)
{
	const struct idm_known_equal *equal = &inquiry->known.equal;
	struct idm_resolved *win = inquiry->win;

	inquiry->domain = inquiry->known.domain;
	win->sid = equal->sid;
	idm_inquiry_copy(
	    win->name, sizeof(win->name), idm_str_of(equal->account));
	idm_inquiry_copy(win->domain, sizeof(win->domain),
	    idm_str_of(idm_domain_shown(inquiry->domain)));
}

/* The name of one, which its own directory should know. */
static enum idm_status
take_name(struct idm_inquiry *inquiry, uint8_t kind, struct idm_err *err)
{
	const struct idm_known said = inquiry->known;
	bool is_straight = kind == inquiry->unix_kind;
	const struct idm_domain *domain;

	inquiry->win_kind = kind;
	idm_inquiry_name_text(
	    inquiry, idm_str_of(said.equal.account), idm_str_of(said.equal.in));
	domain = inquiry->domain;
	if (inquiry->win->sid.nsubs == 0 && domain != NULL &&
	    inquiry->known.domain == domain &&
	    inquiry->known.status == IDM_NOTFOUND) {
		return idm_inquiry_stop(inquiry, IDM_NOTFOUND,
		    IDM_REASON_NO_MAPPING, err,
		    "domain '%s' has no '%s', which '%s' names", domain->name,
		    said.equal.account, said.equal.dn);
	}
	/* Of the other kind it is only if its own domain says so. */
	if (!is_straight && inquiry->win->sid.nsubs == 0)
		return idm_inquiry_wrong_kind(inquiry, kind, err);
	inquiry->known = said;
	return IDM_OK;
}

static enum idm_status
take(struct idm_inquiry *inquiry, struct idm_err *err)
{
	const struct idm_known_equal *equal = &inquiry->known.equal;
	uint8_t kind = equal->is_group ? IDM_KIND_GROUP : IDM_KIND_USER;
	uint8_t asked = inquiry->win_kind;
	enum idm_status st;

	if (equal->by == IDM_EQUAL_BY_LDAP && asked != IDM_KIND_BOTH)
		kind = asked;
	if (asked != IDM_KIND_BOTH && asked != kind)
		return idm_inquiry_wrong_kind(inquiry, asked, err);
	idm_inquiry_note_equal(inquiry, inquiry->unix_kind == IDM_KIND_GROUP);
	if (equal->by == IDM_EQUAL_BY_LDAP) {
		st = take_name(inquiry, kind, err);
		if (st != IDM_OK)
			return st;
	} else {
		take_object(inquiry);
	}
	inquiry->win_kind = kind;
	return idm_inquiry_equal_found(inquiry);
}

/* ---- Who may say so. */

static enum idm_status
ask_by(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    const struct idm_lookup *lookup, struct idm_err *err)
{
	enum idm_status st;

	st = idm_inquiry_directory_ask(inquiry, domain, lookup);
	if (st == IDM_OK)
		return take(inquiry, err);
	return st == IDM_NOTFOUND ? st
				  : idm_inquiry_equal_unknown(inquiry, err);
}

static enum idm_status
ask(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    struct idm_str name, struct idm_err *err)
{
	const struct idm_lookup lookup = {
		.kind = idm_inquiry_lookup_kind(inquiry->unix_kind),
		.by = IDM_LOOKUP_BY_UNIX,
		.name = name,
		.id = inquiry->unix->id,
	};

	return ask_by(inquiry, domain, &lookup, err);
}

/* Of an object of the other kind, for who asks for that, or for either. */
static enum idm_status
ask_other(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    struct idm_str name, struct idm_err *err)
{
	bool is_group = inquiry->unix_kind == IDM_KIND_GROUP;
	const struct idm_lookup lookup = {
		.kind = is_group ? IDM_LOOKUP_USER : IDM_LOOKUP_GROUP,
		.by = IDM_LOOKUP_BY_OTHER,
		.name = name,
	};

	if (name.len == 0 || inquiry->no_diagonal ||
	    inquiry->win_kind == inquiry->unix_kind)
		return IDM_NOTFOUND;
	return ask_by(inquiry, domain, &lookup, err);
}

/* Straight ones first. */
static enum idm_status
ask_either(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    struct idm_str name, struct idm_err *err)
{
	enum idm_status st = IDM_NOTFOUND;

	if (inquiry->win_kind == IDM_KIND_BOTH ||
	    inquiry->win_kind == inquiry->unix_kind || name.len == 0)
		st = ask(inquiry, domain, name, err);
	return st == IDM_NOTFOUND && inquiry->out->reason == IDM_REASON_NONE
	    ? ask_other(inquiry, domain, name, err)
	    : st;
}

/* Of a number that is its domain's: the name that its directory has for it. */
static void
need_name_in(struct idm_inquiry *inquiry, const struct idm_domain *domain)
{
	const struct idm_lookup lookup = {
		.kind = idm_inquiry_lookup_kind(inquiry->unix_kind),
		.by = IDM_LOOKUP_BY_ID,
		.id = inquiry->unix->id,
	};
	struct idm_resolved *unix = inquiry->unix;

	if (unix->name[0] != '\0' || unix->id < domain->low ||
	    unix->id > domain->high)
		return;
	if (idm_inquiry_directory_ask(inquiry, domain, &lookup) == IDM_OK)
		idm_inquiry_copy(unix->name, sizeof(unix->name),
		    idm_str_of(inquiry->known.shown));
}

/*
 * The name in its own directory; of accounts of this host, that name.  Empty:
 * it is another domain's, which an entry of this one does not stand for.
 */
static struct idm_str
name_in(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    struct idm_windows *memory)
{
	struct idm_str name;

	need_name_in(inquiry, domain);
	name = idm_str_of(inquiry->unix->name);
	if (!idm_windows_qualified(inquiry->maps, name, memory))
		return name;
	return memory->domain == domain ? memory->name : idm_str_of("");
}

static enum idm_status
ask_native(struct idm_inquiry *inquiry, struct idm_err *err)
{
	const struct idm_domains *domains = &inquiry->maps->domains;

	for (uint32_t i = 0; i < domains->n; i++) {
		const struct idm_domain *domain = &domains->domain[i];
		struct idm_windows memory;
		struct idm_str name;
		enum idm_status st;

		if ((domain->flags & IDM_DOMAIN_WINNAMES) == 0)
			continue;
		name = name_in(inquiry, domain, &memory);
		if (name.len == 0)
			continue;
		st = ask(inquiry, domain, name, err);
		if (st != IDM_NOTFOUND ||
		    inquiry->out->reason != IDM_REASON_NONE)
			return st;
	}
	return idm_inquiry_pass(inquiry,
	    "directory-based mapping: native LDAP names nobody for it");
}

/* Objects name accounts of this host; by number they are their own equals. */
static bool
may_equal(const struct idm_inquiry *inquiry, const struct idm_domain *domain,
    struct idm_str name)
{
	struct idm_directory settings;

	return idm_equal_any(domain, inquiry->unix_kind == IDM_KIND_GROUP) &&
	    (name.len > 0 ||
		(idm_directory_find(inquiry->maps->map, domain->name, &settings,
		     NULL) == IDM_OK &&
		    settings.mapping == IDM_MAPPING_IDMU));
}

static enum idm_status
ask_objects(struct idm_inquiry *inquiry, struct idm_err *err)
{
	const struct idm_domains *domains = &inquiry->maps->domains;
	struct idm_str name = idm_str_of(inquiry->unix->name);
	struct idm_windows memory;
	enum idm_status st = IDM_NOTFOUND;

	if (idm_windows_qualified(inquiry->maps, name, &memory))
		name = idm_str_of("");
	if (domains->by_default != NULL &&
	    may_equal(inquiry, domains->by_default, name))
		st = ask_either(inquiry, domains->by_default, name, err);
	for (uint32_t i = 0; i < domains->n && st == IDM_NOTFOUND &&
	     inquiry->out->reason == IDM_REASON_NONE;
	     i++) {
		const struct idm_domain *domain = &domains->domain[i];

		if (domain != domains->by_default &&
		    may_equal(inquiry, domain, name))
			st = ask_either(inquiry, domain, name, err);
	}
	if (st != IDM_NOTFOUND || inquiry->out->reason != IDM_REASON_NONE)
		return st;
	return idm_inquiry_pass(
	    inquiry, "directory-based mapping: no directory names it");
}

enum idm_status
idm_inquiry_equal_to_windows(struct idm_inquiry *inquiry, struct idm_err *err)
{
	uint32_t of_kind = inquiry->unix_kind == IDM_KIND_GROUP
	    ? IDM_DOMAIN_EQUAL_GROUPS
	    : IDM_DOMAIN_EQUAL_USERS;
	bool is_native = idm_inquiry_has_equals(inquiry, IDM_DOMAIN_WINNAMES);

	if (!is_native && !idm_inquiry_has_equals(inquiry, of_kind))
		return IDM_NOTFOUND;
	idm_inquiry_need_name(inquiry);
	/* In mixed mode native LDAP alone is asked in this direction. */
	return is_native ? ask_native(inquiry, err) : ask_objects(inquiry, err);
}
