#include <string.h>

#include "backends/stored.h"
#include "resolve/directory.h"
#include "resolve/service.h"

static enum idm_status
found(struct idm_inquiry *inquiry, const struct idm_domain *domain)
{
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);
	bool is_stored = backend != NULL && backend->is_stored;

	inquiry->out->backend = backend == NULL ? NULL : backend->name;
	return idm_inquiry_found(inquiry,
	    domain->backend == IDM_BACKEND_EPHEMERAL ? IDM_METHOD_EPHEMERAL
						     : IDM_METHOD_BACKEND,
	    is_stored ? IDM_SOURCE_CACHE : IDM_SOURCE_ALGORITHMIC);
}

/* Has an override given the SID another id than this? */
static bool
is_overridden(const struct idm_inquiry *inquiry)
{
	bool is_group = inquiry->win_kind == IDM_KIND_GROUP ||
	    (inquiry->win_kind == IDM_KIND_BOTH &&
		inquiry->unix_kind == IDM_KIND_GROUP);
	uint32_t id;

	return idm_inquiry_override(inquiry, is_group, &id) &&
	    id != inquiry->unix->id;
}

/* A SID that a backend has for the id; asked was the kind wanted. */
static enum idm_status
take_sid(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    const struct idm_mapping *mapping, struct idm_err *err)
{
	uint8_t asked = inquiry->win_kind;

	inquiry->win->sid = mapping->sid;
	inquiry->out->kind = mapping->kind;
	inquiry->win_kind = mapping->kind;
	idm_inquiry_name_sid(inquiry);
	if (inquiry->known.domain == inquiry->domain &&
	    inquiry->known.status == IDM_OK &&
	    inquiry->known.shown[0] == '\0' && inquiry->known.equal.by != 0) {
		return idm_inquiry_stop(inquiry, IDM_NOTFOUND,
		    IDM_REASON_NO_MAPPING, err,
		    "it would be that of %s, which its directory says is "
		    "another account",
		    inquiry->known.name);
	}
	if (is_overridden(inquiry)) {
		return idm_inquiry_stop(inquiry, IDM_NOTFOUND,
		    IDM_REASON_NO_MAPPING, err,
		    "it would be that of %s, which an override gives another "
		    "id",
		    inquiry->win->name[0] != '\0' ? inquiry->win->name
						  : "a SID");
	}
	if (asked != IDM_KIND_BOTH && inquiry->win_kind != IDM_KIND_BOTH &&
	    asked != inquiry->win_kind)
		return idm_inquiry_wrong_kind(inquiry, asked, err);
	if (asked != IDM_KIND_BOTH)
		inquiry->win_kind = asked;
	else if (inquiry->win_kind == IDM_KIND_BOTH)
		inquiry->win_kind = inquiry->unix_kind;
	return found(inquiry, domain);
}

/* An id given to a name whose SID is not known yet. */
static enum idm_status
take_name(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    struct idm_str text)
{
	const struct idm_domains *domains = &inquiry->maps->domains;
	struct idm_winname name;

	if (idm_winname_split(text, &name, NULL) != IDM_OK ||
	    name.domain.len == 0)
		return IDM_NOTFOUND;
	if (idm_domain_giver(
		domains, idm_domain_by_name(domains, name.domain)) != domain)
		return idm_inquiry_pass(inquiry,
		    "%.*s has its numbers from another domain now",
		    (int)text.len, text.data);
	inquiry->win_kind = inquiry->unix_kind;
	inquiry->out->kind = inquiry->unix_kind;
	idm_inquiry_name_text(inquiry, name.name, name.domain);
	return found(inquiry, domain);
}

static enum idm_status
find_name(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    struct idm_err *err)
{
	struct idm_allocations allocated = idm_backend_allocations(
	    inquiry->maps);
	const struct idm_backend_case which = {
		inquiry->maps,
		&allocated,
		domain,
		inquiry->unix_kind,
	};
	char kind = inquiry->unix_kind == IDM_KIND_GROUP ? 'g' : 'u';
	struct idm_str text;
	enum idm_status st;

	st = idm_stored_owner(&which, kind, inquiry->unix->id, &text, err);
	return st == IDM_OK ? take_name(inquiry, domain, text) : st;
}

/* Does the keeper, too, give this id to the SID now? */
static bool
leads_back(
    const struct idm_allocator *allocator, const struct idm_mapping *mapping)
{
	const struct idm_wish wish = {
		.sid = mapping->sid,
		.kind = mapping->kind,
	};
	struct idm_grant grant;

	return allocator->find(allocator->context, &wish, &grant, NULL) ==
	    IDM_OK &&
	    grant.status == IDM_OK && grant.id == mapping->id;
}

/* What was given so lately that only the keeper knows. */
static enum idm_status
find_fresh(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    struct idm_err *err)
{
	const struct idm_allocator *allocator = inquiry->resolver->allocator;
	struct idm_mapping mapping = {
		.id = inquiry->unix->id,
		.kind = inquiry->unix_kind,
	};
	char memory[IDM_FOLDED_MAX];
	struct idm_str text;
	struct idm_buf owner;
	struct idm_err why;
	enum idm_status st;

	idm_buf_init_fixed(&owner, memory, sizeof(memory));
	if (allocator == NULL)
		return IDM_NOTFOUND;
	st = allocator->find_id(
	    allocator->context, mapping.id, mapping.kind, &owner, &why);
	/* Of numbers that hosts share only their directory can say no. */
	if (st == IDM_TEMPFAIL && domain->backend == IDM_BACKEND_LDAP) {
		if (err != NULL)
			*err = why;
		return idm_inquiry_end(
		    inquiry, st, IDM_REASON_UNAVAILABLE, &why);
	}
	if (st != IDM_OK)
		return IDM_NOTFOUND;
	text = (struct idm_str){ owner.data, owner.len };
	if (memchr(text.data, '@', text.len) != NULL)
		return take_name(inquiry, domain, text);
	if (idm_sid_parse(text, &mapping.sid, NULL) != IDM_OK ||
	    !leads_back(allocator, &mapping))
		return IDM_NOTFOUND;
	return take_sid(inquiry, domain, &mapping, err);
}

static enum idm_status
ask_stored(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    struct idm_err *err)
{
	enum idm_status st = IDM_NOTFOUND;

	if (domain->backend == IDM_BACKEND_TDB ||
	    domain->backend == IDM_BACKEND_EPHEMERAL)
		st = find_name(inquiry, domain, err);
	if (st == IDM_NOTFOUND)
		st = find_fresh(inquiry, domain, err);
	return st;
}

static enum idm_status
ask(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    struct idm_err *err)
{
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);
	struct idm_mapping mapping;
	struct idm_err why = { .status = IDM_OK };
	enum idm_status st;

	st = idm_inquiry_directory_to_windows(inquiry, domain, err);
	if (st != IDM_NOTFOUND || inquiry->out->reason != IDM_REASON_NONE)
		return st;
	st = idm_backend_to_sid(inquiry->maps, domain, inquiry->unix->id,
	    inquiry->unix_kind, &mapping, inquiry->trace, &why);
	if (st == IDM_OK)
		return take_sid(inquiry, domain, &mapping, err);
	if (st == IDM_NOTFOUND && domain->backend == IDM_BACKEND_NSS)
		return idm_inquiry_service_to_windows(inquiry, domain, err);
	if (st == IDM_NOTFOUND && backend != NULL && backend->allocates)
		return ask_stored(inquiry, domain, err);
	if (st == IDM_NOTFOUND)
		return st;
	if (st == IDM_CONFLICT)
		return idm_inquiry_wrong_kind(inquiry, inquiry->unix_kind, err);
	if (err != NULL)
		*err = why;
	return idm_inquiry_end(inquiry, st,
	    st == IDM_REFUSED ? IDM_REASON_RANGE : IDM_REASON_UNAVAILABLE,
	    &why);
}

enum idm_status
idm_inquiry_domain_to_windows(struct idm_inquiry *inquiry, struct idm_err *err)
{
	const struct idm_domain *const *domain;
	uint32_t n;

	if (idm_domain_by_id(&inquiry->maps->domains, inquiry->unix->id,
		&domain, &n) == NULL)
		return idm_inquiry_pass(inquiry, "no domain's range holds it");
	for (uint32_t i = 0; i < n; i++) {
		enum idm_status st = ask(inquiry, domain[i], err);

		if (st != IDM_NOTFOUND ||
		    inquiry->out->reason != IDM_REASON_NONE)
			return st;
	}
	/* It is that domain's to give: a local SID would be a second one. */
	return idm_inquiry_stop(inquiry, IDM_NOTFOUND, IDM_REASON_NO_MAPPING,
	    err, "it is in the range of domain '%s', which gives it to nobody",
	    domain[0]->name);
}
