#include "identity/id.h"
#include "resolve/directory.h"
#include "resolve/service.h"

static bool
is_of_machine(const struct idm_inquiry *inquiry)
{
	struct idm_sid above;
	uint32_t rid;

	return inquiry->machine.sid.nsubs > 0 &&
	    idm_sid_split(&inquiry->win->sid, &above, &rid) &&
	    idm_sid_equal(&above, &inquiry->machine.sid);
}

/* Of a domain like Active Directory's, as far as its SID or name tells? */
static bool
is_foreign(const struct idm_inquiry *inquiry)
{
	const struct idm_sid *sid = &inquiry->win->sid;

	if (inquiry->domain != NULL)
		return false;
	/* Every domain has some of them: those of a foreign one are foreign. */
	if (inquiry->wellknown != NULL &&
	    (sid->nsubs == 0 || inquiry->wellknown->where == IDM_WK_ABSOLUTE))
		return false;
	if (sid->nsubs == 0)
		return true;
	return sid->authority == 5 && sid->sub[0] == 21 &&
	    !is_of_machine(inquiry);
}

/*
 * Once a domain is configured, nobody else's SIDs get numbers by accident;
 * those that have one keep it.
 */
static bool
is_refused(const struct idm_inquiry *inquiry)
{
	const struct idm_domains *domains = &inquiry->maps->domains;
	uint32_t configured = domains->n - (domains->catch_all != NULL);

	return configured > 0 && !inquiry->maps->policy.unknown_allocate &&
	    is_foreign(inquiry);
}

static enum idm_status
refuse_domain(struct idm_inquiry *inquiry, struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_sid above;
	uint32_t rid;

	if (inquiry->win->sid.nsubs == 0 && inquiry->win->domain[0] == '\0') {
		return idm_inquiry_stop(inquiry, IDM_REFUSED,
		    IDM_REASON_UNKNOWN_DOMAIN, err,
		    "the name has no domain, and there is no default one: "
		    "write name@domain");
	}
	if (inquiry->win->sid.nsubs == 0) {
		return idm_inquiry_stop(inquiry, IDM_REFUSED,
		    IDM_REASON_UNKNOWN_DOMAIN, err,
		    "domain '%s' is not configured: add it with 'idmap domain "
		    "add'",
		    inquiry->win->domain);
	}
	if (inquiry->known.status == IDM_TEMPFAIL) {
		return idm_inquiry_stop(inquiry, IDM_TEMPFAIL,
		    IDM_REASON_UNAVAILABLE, err,
		    "no configured domain has the SID, and whether it was "
		    "somebody's in '%s' is not known: %s",
		    inquiry->known.domain->name, inquiry->known.why.text);
	}
	if (!idm_sid_split(&inquiry->win->sid, &above, &rid))
		above = inquiry->win->sid;
	return idm_inquiry_stop(inquiry, IDM_REFUSED, IDM_REASON_UNKNOWN_DOMAIN,
	    err,
	    "no configured domain has the SID %s: add it with 'idmap domain "
	    "add', or set unknown_domains = allocate",
	    idm_sid_format(&above, text));
}

/* A backend's answer. */
static enum idm_status
found(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    const struct idm_mapping *mapping)
{
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);
	bool is_stored = backend != NULL && backend->is_stored;

	inquiry->out->kind = mapping->kind;
	inquiry->out->backend = backend == NULL ? NULL : backend->name;
	if (inquiry->unix_kind == IDM_KIND_BOTH)
		inquiry->unix_kind = mapping->kind;
	if (inquiry->unix_kind == IDM_KIND_BOTH)
		inquiry->unix_kind = inquiry->win_kind == IDM_KIND_GROUP
		    ? IDM_KIND_GROUP
		    : IDM_KIND_USER;
	inquiry->unix->id = mapping->id;
	inquiry->unix->has_id = true;
	return idm_inquiry_found(inquiry,
	    domain->backend == IDM_BACKEND_EPHEMERAL ? IDM_METHOD_EPHEMERAL
						     : IDM_METHOD_BACKEND,
	    is_stored ? IDM_SOURCE_CACHE : IDM_SOURCE_ALGORITHMIC);
}

/* Why a backend has no answer, and will not get one. */
static enum idm_status
failed(struct idm_inquiry *inquiry, enum idm_status st, struct idm_err *err)
{
	switch (st) {
	case IDM_NOTFOUND:
		return idm_inquiry_end(inquiry, st, IDM_REASON_NO_MAPPING, err);
	case IDM_CONFLICT:
		return idm_inquiry_wrong_kind(inquiry, inquiry->unix_kind, err);
	case IDM_REFUSED:
	case IDM_INVALID:
	case IDM_EXHAUSTED:
		return idm_inquiry_end(
		    inquiry, IDM_NOTFOUND, IDM_REASON_RANGE, err);
	case IDM_OK:
	case IDM_DENIED:
	case IDM_TEMPFAIL:
	case IDM_CORRUPT:
	case IDM_NOMEM:
	case IDM_SYSTEM:
		break;
	}
	return idm_inquiry_end(inquiry, st, IDM_REASON_UNAVAILABLE, err);
}

static enum idm_status
ask(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    struct idm_err *err)
{
	struct idm_mapping mapping;
	bool needs_place = false;
	struct idm_err why = { .status = IDM_NOTFOUND };
	enum idm_status st;

	st = idm_backend_to_id(inquiry->maps, domain, &inquiry->win->sid,
	    inquiry->unix_kind, &mapping, &needs_place, inquiry->trace, &why);
	if (st == IDM_OK)
		return found(inquiry, domain, &mapping);
	if (st == IDM_NOTFOUND && is_refused(inquiry))
		return refuse_domain(inquiry, err);
	if (st == IDM_NOTFOUND && domain->backend == IDM_BACKEND_NSS)
		return idm_inquiry_service_to_unix(inquiry, domain, err);
	if (st == IDM_NOTFOUND && needs_place)
		return idm_inquiry_allocate(inquiry, domain, err);
	if (err != NULL)
		*err = why;
	return failed(inquiry, st, &why);
}

/* A name without a SID: only who stores numbers can have one for it. */
static enum idm_status
ask_by_name(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    struct idm_err *err)
{
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);

	if (domain->backend == IDM_BACKEND_TDB ||
	    domain->backend == IDM_BACKEND_EPHEMERAL)
		return idm_inquiry_allocate(inquiry, domain, err);
	if (domain->backend == IDM_BACKEND_NSS)
		return idm_inquiry_service_to_unix(inquiry, domain, err);
	return idm_inquiry_stop(inquiry, IDM_NOTFOUND, IDM_REASON_NO_MAPPING,
	    err,
	    "its SID is not known, and backend %s computes ids from it: name "
	    "the SID, or list the account in the domain's names file",
	    backend == NULL ? "?" : backend->name);
}

static enum idm_status
no_catch_all(struct idm_inquiry *inquiry, struct idm_err *err)
{
	if (is_refused(inquiry))
		return refuse_domain(inquiry, err);
	return idm_inquiry_stop(inquiry, IDM_NOTFOUND, IDM_REASON_NO_MAPPING,
	    err,
	    "no rule maps it, and there is no catch-all domain '*' that "
	    "could");
}

enum idm_status
idm_inquiry_domain_to_unix(struct idm_inquiry *inquiry, struct idm_err *err)
{
	const struct idm_domain *domain = idm_domain_giver(
	    &inquiry->maps->domains, inquiry->domain);
	const struct idm_backend *backend;
	enum idm_status st = idm_inquiry_directory_to_unix(inquiry, err);

	if (st != IDM_NOTFOUND || inquiry->out->reason != IDM_REASON_NONE)
		return st;
	if (domain == NULL || domain->backend == IDM_BACKEND_NONE)
		return no_catch_all(inquiry, err);
	backend = idm_backend_by_id(domain->backend);
	if (is_refused(inquiry) &&
	    (inquiry->win->sid.nsubs == 0 || backend == NULL ||
		!backend->allocates))
		return refuse_domain(inquiry, err);
	if (inquiry->win->sid.nsubs == 0)
		return ask_by_name(inquiry, domain, err);
	return ask(inquiry, domain, err);
}
