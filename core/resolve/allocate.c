#include <string.h>

#include "backends/stored.h"
#include "identity/id.h"
#include "resolve/inquiry.h"

/* What kind of id is wished for; the other kind of the SID is a guess. */
static uint8_t
wished_kind(const struct idm_inquiry *inquiry)
{
	return inquiry->unix_kind != IDM_KIND_BOTH ? inquiry->unix_kind
						   : inquiry->win_kind;
}

static bool
is_sane(const struct idm_domain *domain, uint32_t id)
{
	return idm_id_reserved(id) == NULL && id >= domain->low &&
	    (domain->high == 0 || id <= domain->high);
}

static enum idm_status
found(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    uint8_t kind, uint32_t id, enum idm_source source, struct idm_err *err)
{
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);

	if (!is_sane(domain, id)) {
		return idm_inquiry_stop(inquiry, IDM_CORRUPT, IDM_REASON_RANGE,
		    err, "id %lu was given, which domain '%s' does not have",
		    (unsigned long)id, domain->name);
	}
	if (inquiry->unix_kind != IDM_KIND_BOTH && kind != IDM_KIND_BOTH &&
	    kind != inquiry->unix_kind)
		return idm_inquiry_wrong_kind(inquiry, inquiry->unix_kind, err);
	inquiry->out->kind = kind;
	inquiry->out->backend = backend == NULL ? NULL : backend->name;
	if (inquiry->unix_kind == IDM_KIND_BOTH)
		inquiry->unix_kind = kind == IDM_KIND_GROUP ? IDM_KIND_GROUP
							    : IDM_KIND_USER;
	inquiry->unix->id = id;
	inquiry->unix->has_id = true;
	return idm_inquiry_found(inquiry,
	    domain->backend == IDM_BACKEND_EPHEMERAL ? IDM_METHOD_EPHEMERAL
						     : IDM_METHOD_BACKEND,
	    source);
}

/* ---- What is stored under the name. */

/* The name as the state's keys have it: with the domain's identifier. */
static struct idm_str
state_key(const struct idm_inquiry *inquiry, char memory[static IDM_FOLDED_MAX])
{
	struct idm_str key = idm_inquiry_key(inquiry, memory);
	const char *at = key.len == 0 ? NULL : memchr(key.data, '@', key.len);
	struct idm_buf buf;

	if (at == NULL || inquiry->domain == NULL)
		return key;
	idm_buf_init_fixed(&buf, memory, IDM_FOLDED_MAX);
	buf.len = (size_t)(at - key.data) + 1;
	idm_buf_puts(&buf, inquiry->domain->name);
	return (struct idm_str){ memory, buf.len };
}

static enum idm_status
find_by_name(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    struct idm_str name, struct idm_mapping *mapping)
{
	struct idm_allocations allocated = idm_backend_allocations(
	    inquiry->maps);
	const struct idm_backend_case which = {
		inquiry->maps,
		&allocated,
		domain,
		inquiry->unix_kind,
	};
	const char *kinds = wished_kind(inquiry) == IDM_KIND_GROUP ? "gu"
								   : "ug";
	enum idm_status st = IDM_NOTFOUND;

	for (; name.len > 0 && *kinds != '\0' && st == IDM_NOTFOUND; kinds++)
		st = idm_stored_name(&which, *kinds, name, mapping, NULL);
	return st;
}

/* ---- What the allocator knows or gives. */

static enum idm_status
not_granted(struct idm_inquiry *inquiry, const struct idm_grant *grant,
    struct idm_err *err)
{
	enum idm_reason reason = IDM_REASON_UNAVAILABLE;
	enum idm_status st = grant->status;

	switch (grant->status) {
	case IDM_NOTFOUND:
		reason = IDM_REASON_NO_MAPPING;
		break;
	case IDM_REFUSED:
		reason = IDM_REASON_READ_ONLY;
		break;
	case IDM_EXHAUSTED:
		reason = IDM_REASON_FULL;
		break;
	case IDM_CONFLICT:
		return idm_inquiry_wrong_kind(
		    inquiry, wished_kind(inquiry), err);
	case IDM_OK:
	case IDM_INVALID:
	case IDM_DENIED:
	case IDM_TEMPFAIL:
	case IDM_CORRUPT:
	case IDM_NOMEM:
	case IDM_SYSTEM:
		break;
	}
	return idm_inquiry_stop(inquiry, st, reason, err, "%s", grant->reason);
}

static enum idm_status
ask_grant(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    const struct idm_wish *wish, struct idm_err *err)
{
	const struct idm_allocator *allocator = inquiry->resolver->allocator;
	struct idm_grant grant = { .status = IDM_NOTFOUND };
	struct idm_err why;
	enum idm_status st;

	if (allocator == NULL) {
		return idm_inquiry_stop(inquiry, IDM_TEMPFAIL,
		    IDM_REASON_UNAVAILABLE, err,
		    "nobody is there who could give it an id");
	}
	st = allocator->grant(allocator->context, wish, 1, &grant, &why);
	if (st != IDM_OK) {
		if (err != NULL)
			*err = why;
		return idm_inquiry_end(
		    inquiry, st, IDM_REASON_UNAVAILABLE, &why);
	}
	if (grant.status != IDM_OK)
		return not_granted(inquiry, &grant, err);
	return found(inquiry, domain, grant.kind, grant.id,
	    grant.is_new ? IDM_SOURCE_NEW : IDM_SOURCE_CACHE, err);
}

/* IDM_NOTFOUND: nobody knows of one. */
static enum idm_status
find_grant(struct idm_inquiry *inquiry, const struct idm_domain *domain,
    const struct idm_wish *wish, struct idm_err *err)
{
	const struct idm_allocator *allocator = inquiry->resolver->allocator;
	bool is_shared = domain->backend == IDM_BACKEND_LDAP;
	struct idm_grant grant;
	struct idm_err why;
	enum idm_status st;

	if (allocator == NULL)
		return IDM_NOTFOUND;
	st = allocator->find(allocator->context, wish, &grant, &why);
	if (st == IDM_OK)
		st = idm_grant_status(&grant, &why);
	if (st == IDM_OK)
		return found(inquiry, domain, grant.kind, grant.id,
		    IDM_SOURCE_CACHE, err);
	if (st == IDM_CONFLICT && !is_shared)
		return idm_inquiry_wrong_kind(
		    inquiry, wished_kind(inquiry), err);
	/* Only their directory can say that there is none. */
	if (!is_shared || st == IDM_NOTFOUND)
		return IDM_NOTFOUND;
	if (err != NULL)
		*err = why;
	return idm_inquiry_end(inquiry, st,
	    st == IDM_TEMPFAIL ? IDM_REASON_UNAVAILABLE : IDM_REASON_NO_MAPPING,
	    &why);
}

enum idm_status
idm_inquiry_allocate(struct idm_inquiry *inquiry,
    const struct idm_domain *domain, struct idm_err *err)
{
	char memory[IDM_FOLDED_MAX];
	const struct idm_wish wish = {
		.sid = inquiry->win->sid,
		.name = state_key(inquiry, memory),
		.kind = wished_kind(inquiry),
	};
	struct idm_mapping mapping;
	enum idm_status st;

	if (wish.sid.nsubs == 0 && wish.name.len == 0) {
		return idm_inquiry_stop(inquiry, IDM_NOTFOUND,
		    IDM_REASON_UNKNOWN_DOMAIN, err,
		    "the name has no domain, and there is no default one: "
		    "write name@domain");
	}
	/* Root's own wish also moves what stood under the name to the SID. */
	if (inquiry->resolver->create)
		return ask_grant(inquiry, domain, &wish, err);
	if (find_by_name(inquiry, domain, wish.name, &mapping) == IDM_OK)
		return found(inquiry, domain, mapping.kind, mapping.id,
		    IDM_SOURCE_CACHE, err);
	st = find_grant(inquiry, domain, &wish, err);
	if (st != IDM_NOTFOUND)
		return st;
	return idm_inquiry_stop(inquiry, IDM_NOTFOUND,
	    IDM_REASON_NONE_GENERATED, err,
	    "it has no id yet: 'idmap show -c' by root makes one");
}
