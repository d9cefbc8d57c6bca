#include <string.h>

#include "backends/told.h"
#include "map/directory.h"
#include "map/windows.h"
#include "resolve/directory.h"
#include "wire/message.h"

static bool
has_directory(const struct idm_domain *domain)
{
	return domain != NULL && (domain->flags & IDM_DOMAIN_DIRECTORY) != 0;
}

uint8_t
idm_inquiry_lookup_kind(uint8_t kind)
{
	if (kind == IDM_KIND_USER)
		return IDM_LOOKUP_USER;
	return kind == IDM_KIND_GROUP ? IDM_LOOKUP_GROUP : IDM_LOOKUP_ANY;
}

/*
 * Who is left out of a domain that is here as a whole is not there, or may not
 * be served: who wants to know each step waits until the directory has told.
 */
static void
ask_why(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    const struct idm_lookup *lookup)
{
	const struct idm_inquired *inquired = inquiry->resolver->inquired;
	struct idm_lookup question = *lookup;
	struct idm_looked_up answer;
	struct idm_buf reply;
	struct idm_err why;

	if (inquired == NULL)
		return;
	question.flags = IDM_LOOKUP_WHY;
	question.domain = idm_str_of(domain->name);
	idm_buf_init(&reply, IDM_WIRE_REPLY_MAX);
	if (inquired->ask(inquired->context, &question, domain->wait_ms, &reply,
		&answer, &why) == IDM_REFUSED) {
		inquiry->known.status = IDM_REFUSED;
		inquiry->known.why = why;
	}
	idm_buf_fini(&reply);
}

enum idm_status
idm_inquiry_directory_ask(struct idm_inquiry *inquiry,
    const struct idm_domain *domain, const struct idm_lookup *lookup)
{
	const struct idm_known *known = &inquiry->known;
	enum idm_status st;

	st = idm_known_find(inquiry->maps, inquiry->resolver->inquired, domain,
	    lookup, &inquiry->known);
	if (known->is_left_out && inquiry->resolver->trace != NULL) {
		ask_why(inquiry, domain, lookup);
		st = known->status;
	}
	if (st == IDM_OK)
		idm_inquiry_say(inquiry, "directory of '%s': %s, %s",
		    domain->name,
		    known->name[0] != '\0' ? known->name : known->equal.account,
		    known->is_cached ? "from the cache" : "asked now");
	else
		idm_inquiry_say(inquiry, "directory of '%s': %s", domain->name,
		    known->why.text);
	return st;
}

static uint8_t
known_kind(const struct idm_known *known)
{
	return known->is_group ? IDM_KIND_GROUP : IDM_KIND_USER;
}

/* What is known becomes the Windows side. */
static void
take_windows(struct idm_inquiry *inquiry)
{
	const struct idm_known *known = &inquiry->known;
	struct idm_resolved *win = inquiry->win;

	inquiry->domain = known->domain;
	if (known->sid.nsubs > 0)
		win->sid = known->sid;
	idm_inquiry_copy(win->name, sizeof(win->name), idm_str_of(known->name));
	idm_inquiry_copy(win->domain, sizeof(win->domain),
	    idm_str_of(idm_domain_shown(known->domain)));
	if (inquiry->win_kind == IDM_KIND_BOTH)
		inquiry->win_kind = known_kind(known);
}

bool
idm_inquiry_directory_name(struct idm_inquiry *inquiry, struct idm_str name)
{
	const struct idm_lookup lookup = {
		.kind = idm_inquiry_lookup_kind(inquiry->win_kind),
		.by = IDM_LOOKUP_BY_NAME,
		.name = name,
	};

	if (!has_directory(inquiry->domain) ||
	    idm_inquiry_directory_ask(inquiry, inquiry->domain, &lookup) !=
		IDM_OK)
		return false;
	take_windows(inquiry);
	return true;
}

bool
idm_inquiry_directory_sid(struct idm_inquiry *inquiry)
{
	const struct idm_lookup lookup = {
		.kind = idm_inquiry_lookup_kind(inquiry->win_kind),
		.by = IDM_LOOKUP_BY_SID,
		.sid = inquiry->win->sid,
	};

	if (!has_directory(inquiry->domain) ||
	    idm_sid_equal(&inquiry->win->sid, &inquiry->domain->sid) ||
	    idm_inquiry_directory_ask(inquiry, inquiry->domain, &lookup) !=
		IDM_OK)
		return false;
	take_windows(inquiry);
	return true;
}

static bool
keeps_history(
    const struct idm_inquiry *inquiry, const struct idm_domain *domain)
{
	struct idm_directory settings;

	return has_directory(domain) &&
	    idm_directory_find(
		inquiry->maps->map, domain->name, &settings, NULL) == IDM_OK &&
	    settings.schema == IDM_SCHEMA_AD;
}

bool
idm_inquiry_former_sid(struct idm_inquiry *inquiry)
{
	const struct idm_domains *domains = &inquiry->maps->domains;
	const struct idm_lookup lookup = {
		.kind = idm_inquiry_lookup_kind(inquiry->win_kind),
		.by = IDM_LOOKUP_BY_SID,
		.sid = inquiry->win->sid,
	};
	struct idm_known unsure = { .status = IDM_OK };

	for (uint32_t i = 0; i < domains->n; i++) {
		const struct idm_domain *domain = &domains->domain[i];
		enum idm_status st;

		if (!keeps_history(inquiry, domain))
			continue;
		st = idm_inquiry_directory_ask(inquiry, domain, &lookup);
		if (st == IDM_OK) {
			take_windows(inquiry);
			return true;
		}
		if (st != IDM_NOTFOUND && st != IDM_REFUSED)
			unsure = inquiry->known;
	}
	inquiry->known = unsure;
	return false;
}

void
idm_inquiry_note_directory(struct idm_inquiry *inquiry)
{
	const struct idm_known *known = &inquiry->known;
	struct idm_resolution *out = inquiry->out;

	out->when = known->when;
	out->expires = known->domain->stale_s == 0
	    ? 0
	    : known->when + known->domain->stale_s;
	idm_inquiry_copy(out->directory, sizeof(out->directory),
	    idm_str_of(known->domain->name));
	idm_inquiry_copy(
	    out->server, sizeof(out->server), idm_str_of(known->server));
	out->is_partial = known->is_partial;
}

/* ---- Steps. */

static enum idm_status
found(struct idm_inquiry *inquiry)
{
	const struct idm_known *known = &inquiry->known;
	const struct idm_backend *backend = idm_backend_by_id(
	    known->domain->backend);

	inquiry->out->kind = known_kind(known);
	inquiry->out->backend = backend == NULL ? NULL : backend->name;
	idm_inquiry_note_directory(inquiry);
	return idm_inquiry_found(inquiry, IDM_METHOD_BACKEND,
	    known->is_cached ? IDM_SOURCE_CACHE : IDM_SOURCE_DIRECTORY);
}

/* Are its numbers its backend's to compute or to give? */
static bool
has_own_numbers(const struct idm_domain *domain)
{
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);

	return backend != NULL && backend->to_id != idm_told_to_id;
}

/*
 * It is not known.  A domain whose numbers are not its directory's has them
 * without it, as long as the SID or the number is there.
 */
static enum idm_status
not_found(struct idm_inquiry *inquiry, bool has_sid, struct idm_err *err)
{
	const struct idm_known *known = &inquiry->known;

	if (has_sid && has_own_numbers(known->domain))
		return IDM_NOTFOUND;
	if (err != NULL)
		*err = known->why;
	switch (known->status) {
	case IDM_NOTFOUND:
	case IDM_REFUSED:
		return idm_inquiry_end(
		    inquiry, known->status, IDM_REASON_NO_MAPPING, &known->why);
	case IDM_OK:
	case IDM_INVALID:
	case IDM_CONFLICT:
	case IDM_EXHAUSTED:
	case IDM_DENIED:
	case IDM_TEMPFAIL:
	case IDM_CORRUPT:
	case IDM_NOMEM:
	case IDM_SYSTEM:
		break;
	}
	return idm_inquiry_end(
	    inquiry, known->status, IDM_REASON_UNAVAILABLE, &known->why);
}

enum idm_status
idm_inquiry_directory_to_unix(struct idm_inquiry *inquiry, struct idm_err *err)
{
	const struct idm_known *known = &inquiry->known;
	uint8_t kind = known_kind(known);

	if (known->domain == NULL || known->domain != inquiry->domain)
		return IDM_NOTFOUND;
	if (known->status != IDM_OK)
		return not_found(inquiry, inquiry->win->sid.nsubs > 0, err);
	if ((inquiry->unix_kind != IDM_KIND_BOTH &&
		inquiry->unix_kind != kind) ||
	    known->shown[0] == '\0')
		return idm_inquiry_wrong_kind(inquiry, inquiry->unix_kind, err);
	inquiry->unix_kind = kind;
	inquiry->unix->id = known->id;
	inquiry->unix->has_id = true;
	idm_inquiry_copy(inquiry->unix->name, sizeof(inquiry->unix->name),
	    idm_str_of(known->shown));
	return found(inquiry);
}

enum idm_status
idm_inquiry_directory_to_windows(struct idm_inquiry *inquiry,
    const struct idm_domain *domain, struct idm_err *err)
{
	const struct idm_lookup lookup = {
		.kind = idm_inquiry_lookup_kind(inquiry->unix_kind),
		.by = IDM_LOOKUP_BY_ID,
		.id = inquiry->unix->id,
	};
	uint8_t asked = inquiry->win_kind;

	if (!has_directory(domain))
		return IDM_NOTFOUND;
	if (idm_inquiry_directory_ask(inquiry, domain, &lookup) != IDM_OK)
		return not_found(inquiry, true, err);
	if (asked != IDM_KIND_BOTH && asked != known_kind(&inquiry->known))
		return idm_inquiry_wrong_kind(inquiry, asked, err);
	take_windows(inquiry);
	idm_inquiry_copy(inquiry->unix->name, sizeof(inquiry->unix->name),
	    idm_str_of(inquiry->known.shown));
	return found(inquiry);
}

enum idm_status
idm_inquiry_directory_id(struct idm_inquiry *inquiry, struct idm_err *err)
{
	struct idm_lookup lookup = {
		.kind = idm_inquiry_lookup_kind(inquiry->unix_kind),
		.by = IDM_LOOKUP_BY_NAME,
	};
	struct idm_str name = idm_str_of(inquiry->unix->name);
	struct idm_windows windows;
	enum idm_status st;

	if (!idm_windows_qualified(inquiry->maps, name, &windows) &&
	    !idm_windows_bare(inquiry->maps, name, &windows))
		return IDM_NOTFOUND;
	if (!has_directory(windows.domain))
		return IDM_NOTFOUND;
	lookup.name = windows.name;
	st = idm_inquiry_directory_ask(inquiry, windows.domain, &lookup);
	if (st == IDM_OK)
		inquiry->unix->id = inquiry->known.id;
	else if (st != IDM_NOTFOUND && err != NULL)
		*err = inquiry->known.why;
	return st;
}
