#include "backends/backend.h"
#include "backends/backends.h"
#include "identity/id.h"

static const struct idm_backend *const backends[] = {
	&idm_backend_rid_row,
	&idm_backend_autorid_row,
	&idm_backend_sss_row,
	&idm_backend_hash_row,
	&idm_backend_nss_row,
	&idm_backend_tdb_row,
	&idm_backend_ephemeral_row,
	&idm_backend_none_row,
	&idm_backend_ad_row,
	&idm_backend_rfc2307_row,
	&idm_backend_ldap_row,
};

const struct idm_backend *
idm_backend_by_name(struct idm_str name)
{
	for (size_t i = 0; i < IDM_COUNTOF(backends); i++) {
		if (idm_fold_ascii_equal(name, idm_str_of(backends[i]->name)))
			return backends[i];
	}
	return NULL;
}

const struct idm_backend *
idm_backend_by_id(unsigned id)
{
	for (size_t i = 0; i < IDM_COUNTOF(backends); i++) {
		if (backends[i]->id == id)
			return backends[i];
	}
	return NULL;
}

const struct idm_backend *const *
idm_backend_all(unsigned *n)
{
	*n = IDM_COUNTOF(backends);
	return backends;
}

const char *
idm_kind_name(uint8_t kind)
{
	if (kind == IDM_KIND_USER)
		return "user";
	return kind == IDM_KIND_GROUP ? "group" : "user and group";
}

enum idm_status
idm_backend_rid(const struct idm_domain *domain, const struct idm_sid *sid,
    uint32_t *rid, struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_sid above;
	uint32_t found;

	if (domain->sid.nsubs == 0) {
		return idm_fail(err, IDM_REFUSED,
		    "the SID of domain '%s' is not configured", domain->name);
	}
	if (!idm_sid_split(sid, &above, &found) ||
	    !idm_sid_equal(&above, &domain->sid)) {
		return idm_fail(err, IDM_REFUSED,
		    "%s is no account of domain '%s'",
		    idm_sid_format(sid, text), domain->name);
	}
	*rid = found;
	return IDM_OK;
}

/* ---- What was allocated, from the maps. */

static enum idm_status
get_from_view(const void *context, struct idm_str key, struct idm_str *value)
{
	return idm_view_get(context, key.data, key.len, value);
}

static enum idm_status
get_nothing(const void *context, struct idm_str key, struct idm_str *value)
{
	(void)context;
	(void)key;
	(void)value;
	return IDM_NOTFOUND;
}

static enum idm_status
get_unavailable(const void *context, struct idm_str key, struct idm_str *value)
{
	(void)context;
	(void)key;
	(void)value;
	return IDM_TEMPFAIL;
}

struct idm_allocations
idm_backend_allocations(const struct idm_maps *maps)
{
	struct idm_allocations allocated = { .why = maps->state_err.text };

	if (maps->state != NULL) {
		allocated.get = get_from_view;
		allocated.context = maps->state;
	} else if (maps->policy.has_state) {
		allocated.get = get_unavailable;
	} else {
		allocated.get = get_nothing;
	}
	return allocated;
}

/* ---- The filter. */

static enum idm_status
find_backend(const struct idm_domain *domain, const struct idm_backend **out,
    struct idm_err *err)
{
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);

	if (backend == NULL) {
		return idm_fail(err, IDM_CORRUPT,
		    "domain '%s' has a backend of number %u, which this "
		    "program does not know",
		    domain->name, domain->backend);
	}
	*out = backend;
	return IDM_OK;
}

/* May the domain have this id at all? */
static enum idm_status
check_id(const struct idm_domain *domain, uint32_t id, enum idm_status st,
    struct idm_err *err)
{
	const char *why = idm_id_reserved(id);

	if (why != NULL) {
		return idm_fail(err, st, "id %lu is never given: it %s",
		    (unsigned long)id, why);
	}
	if (domain->high != 0 && (id < domain->low || id > domain->high)) {
		return idm_fail(err, st,
		    "id %lu is out of the range %lu-%lu of domain '%s'",
		    (unsigned long)id, (unsigned long)domain->low,
		    (unsigned long)domain->high, domain->name);
	}
	return IDM_OK;
}

static enum idm_status
check_kind(const struct idm_mapping *mapping, uint8_t want, struct idm_err *err)
{
	if (want == IDM_KIND_BOTH || mapping->kind == IDM_KIND_BOTH ||
	    mapping->kind == want)
		return IDM_OK;
	return idm_fail(err, IDM_CONFLICT, "id %lu is of a %s, not of a %s",
	    (unsigned long)mapping->id, idm_kind_name(mapping->kind),
	    idm_kind_name(want));
}

/*
 * Allocations stay when a domain is added over them, but are no numbers of its
 * accounts any more: of two domains that have a SID, the SID's own counts.
 */
static enum idm_status
check_owner(const struct idm_backend_case *which,
    const struct idm_mapping *mapping, struct idm_err *err)
{
	const struct idm_domains *domains = &which->maps->domains;
	const struct idm_domain *own = idm_domain_by_sid(
	    domains, &mapping->sid);
	char text[IDM_SID_TEXT_MAX];

	if (own == NULL || idm_domain_giver(domains, own) == which->domain)
		return IDM_OK;
	return idm_fail(err, IDM_NOTFOUND,
	    "id %lu was given to %s, which has its numbers from domain '%s' "
	    "now",
	    (unsigned long)mapping->id, idm_sid_format(&mapping->sid, text),
	    own->name);
}

static void
trace_answer(const struct idm_trace *trace, const struct idm_domain *domain,
    enum idm_status st, const struct idm_mapping *mapping,
    const struct idm_err *err)
{
	const struct idm_backend *backend = idm_backend_by_id(domain->backend);
	const char *name = backend == NULL ? "?" : backend->name;
	char text[IDM_SID_TEXT_MAX];

	if (st != IDM_OK) {
		idm_trace_say(trace, "backend %s of domain '%s': %s: %s", name,
		    domain->name, idm_status_name(st), err->text);
		return;
	}
	idm_trace_say(trace, "backend %s of domain '%s': %s is id %lu of a %s",
	    name, domain->name, idm_sid_format(&mapping->sid, text),
	    (unsigned long)mapping->id, idm_kind_name(mapping->kind));
}

static enum idm_status
filtered_id(const struct idm_backend_case *which, const struct idm_sid *sid,
    struct idm_mapping *out, bool *needs_place, struct idm_err *err)
{
	struct idm_mapping mapping = { .sid = *sid };
	const struct idm_backend *backend = NULL;
	enum idm_status st;
	bool place = false;

	st = find_backend(which->domain, &backend, err);
	if (st == IDM_OK)
		st = backend->to_id(which, sid, &mapping, &place, err);
	*needs_place = st == IDM_NOTFOUND && place;
	if (st == IDM_OK)
		st = check_id(which->domain, mapping.id, IDM_REFUSED, err);
	if (st == IDM_OK)
		st = check_kind(&mapping, which->want, err);
	if (st == IDM_OK)
		*out = mapping;
	return st;
}

static enum idm_status
filtered_sid(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	struct idm_mapping mapping = { .id = id };
	const struct idm_backend *backend = NULL;
	enum idm_status st;

	st = find_backend(which->domain, &backend, err);
	if (st == IDM_OK)
		st = check_id(which->domain, id, IDM_NOTFOUND, err);
	if (st == IDM_OK)
		st = backend->to_sid(which, id, &mapping, err);
	if (st == IDM_OK)
		st = check_owner(which, &mapping, err);
	if (st == IDM_OK)
		st = check_kind(&mapping, which->want, err);
	if (st == IDM_OK)
		*out = mapping;
	return st;
}

/* ---- Asking. */

enum idm_status
idm_backend_ask_id(const struct idm_backend_case *which,
    const struct idm_sid *sid, struct idm_mapping *out, bool *needs_place,
    const struct idm_trace *trace, struct idm_err *err)
{
	struct idm_err told;
	enum idm_status st;

	if (trace == NULL)
		return filtered_id(which, sid, out, needs_place, err);
	st = filtered_id(which, sid, out, needs_place, &told);
	trace_answer(trace, which->domain, st, out, &told);
	if (st != IDM_OK && err != NULL)
		*err = told;
	return st;
}

enum idm_status
idm_backend_ask_sid(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, const struct idm_trace *trace, struct idm_err *err)
{
	struct idm_err told;
	enum idm_status st;

	if (trace == NULL)
		return filtered_sid(which, id, out, err);
	st = filtered_sid(which, id, out, &told);
	trace_answer(trace, which->domain, st, out, &told);
	if (st != IDM_OK && err != NULL)
		*err = told;
	return st;
}

enum idm_status
idm_backend_to_id(const struct idm_maps *maps, const struct idm_domain *domain,
    const struct idm_sid *sid, uint8_t want, struct idm_mapping *out,
    bool *needs_place, const struct idm_trace *trace, struct idm_err *err)
{
	struct idm_allocations allocated = idm_backend_allocations(maps);
	struct idm_backend_case which = { maps, &allocated, domain, want };

	return idm_backend_ask_id(&which, sid, out, needs_place, trace, err);
}

enum idm_status
idm_backend_to_sid(const struct idm_maps *maps, const struct idm_domain *domain,
    uint32_t id, uint8_t want, struct idm_mapping *out,
    const struct idm_trace *trace, struct idm_err *err)
{
	struct idm_allocations allocated = idm_backend_allocations(maps);
	struct idm_backend_case which = { maps, &allocated, domain, want };

	return idm_backend_ask_sid(&which, id, out, trace, err);
}
