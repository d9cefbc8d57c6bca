#include "backends/hash.h"
#include "backends/backends.h"
#include "backends/stored.h"

static const struct idm_backend_option options[] = { { .name = NULL } };

uint32_t
idm_hash_domain(const struct idm_sid *domain)
{
	uint32_t bits = domain->sub[1] ^ domain->sub[2] ^ domain->sub[3];

	return ((bits >> 20 & 0xfff) + (bits >> 8 & 0xfff) + (bits & 0xff)) &
	    0xfff;
}

const struct idm_domain *
idm_hash_owner(const struct idm_domain *domain, uint32_t n, uint32_t bits)
{
	for (uint32_t i = 0; i < n; i++) {
		if (domain[i].backend == IDM_BACKEND_HASH &&
		    idm_sid_is_domain(&domain[i].sid) &&
		    idm_hash_domain(&domain[i].sid) == bits)
			return &domain[i];
	}
	return NULL;
}

static const struct idm_domain *
find_configured(const struct idm_backend_case *which, uint32_t bits)
{
	const struct idm_domains *domains = &which->maps->domains;

	return idm_hash_owner(domains->domain, domains->n, bits);
}

/* The SID whose accounts have these bits; of "*", what was stored. */
static enum idm_status
find_owner(const struct idm_backend_case *which, uint32_t bits,
    struct idm_sid *out, struct idm_err *err)
{
	const struct idm_domain *configured = find_configured(which, bits);
	uint32_t index;

	if (configured != NULL) {
		*out = configured->sid;
		return IDM_OK;
	}
	return idm_stored_window(which, bits, out, &index, err);
}

/* The domain's 12 bits, when its accounts have numbers at all. */
static enum idm_status
check_sid(const struct idm_domain *domain, const struct idm_sid *above,
    uint32_t rid, uint32_t *bits, struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX];

	if (domain->sid.nsubs > 0 && !idm_sid_equal(above, &domain->sid)) {
		return idm_fail(err, IDM_REFUSED, "%s is not domain '%s'",
		    idm_sid_format(above, text), domain->name);
	}
	*bits = idm_hash_domain(above);
	if (*bits == 0) {
		return idm_fail(err, IDM_REFUSED, "%s has the hash 0",
		    idm_sid_format(above, text));
	}
	if (rid == 0 || rid >= IDM_HASH_RIDS) {
		return idm_fail(err, IDM_REFUSED,
		    "RID %lu is not of 1-%lu, for which hash has numbers",
		    (unsigned long)rid, (unsigned long)IDM_HASH_RIDS - 1);
	}
	return IDM_OK;
}

static enum idm_status
to_id(const struct idm_backend_case *which, const struct idm_sid *sid,
    struct idm_mapping *out, bool *needs_place, struct idm_err *err)
{
	char mine[IDM_SID_TEXT_MAX], others[IDM_SID_TEXT_MAX];
	struct idm_sid above, owner;
	enum idm_status st;
	uint32_t rid = 0, bits = 0;

	if (!idm_sid_split(sid, &above, &rid) || !idm_sid_is_domain(&above)) {
		return idm_fail(err, IDM_REFUSED,
		    "%s is of no domain, and has no hash",
		    idm_sid_format(sid, mine));
	}
	st = check_sid(which->domain, &above, rid, &bits, err);
	if (st == IDM_OK)
		st = find_owner(which, bits, &owner, err);
	*needs_place = st == IDM_NOTFOUND &&
	    (which->domain->flags & IDM_DOMAIN_READONLY) == 0;
	if (st != IDM_OK)
		return st;
	if (!idm_sid_equal(&above, &owner)) {
		return idm_fail(err, IDM_REFUSED,
		    "%s has the hash 0x%03x of %s, whose numbers these are",
		    idm_sid_format(&above, mine), bits,
		    idm_sid_format(&owner, others));
	}
	out->id = bits << 19 | rid;
	out->kind = IDM_KIND_BOTH;
	return IDM_OK;
}

static enum idm_status
to_sid(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	const struct idm_domain *domain = which->domain;
	uint32_t rid = id & (IDM_HASH_RIDS - 1);
	uint32_t bits = id >> 19;
	struct idm_sid owner;
	enum idm_status st;

	if (rid == 0 || bits == 0 || bits > 0xfff) {
		return idm_fail(
		    err, IDM_NOTFOUND, "no SID has id %lu", (unsigned long)id);
	}
	st = find_owner(which, bits, &owner, err);
	if (st != IDM_OK)
		return st;
	/* "*" answers for no domain that is configured. */
	if (domain->sid.nsubs == 0 ? find_configured(which, bits) != NULL
				   : !idm_sid_equal(&owner, &domain->sid)) {
		return idm_fail(err, IDM_NOTFOUND,
		    "id %lu is not of domain '%s'", (unsigned long)id,
		    domain->name);
	}
	out->sid = idm_sid_of(&owner, rid);
	out->kind = IDM_KIND_BOTH;
	return IDM_OK;
}

const struct idm_backend idm_backend_hash_row = {
	.name = "hash",
	.brief = "12 bits of the domain's SID and 19 of the RID",
	.id = IDM_BACKEND_HASH,
	.for_domain = true,
	.for_catch_all = true,
	.needs_sid = true,
	.allocates = true,
	.kind = IDM_KIND_BOTH,
	.low = IDM_HASH_RIDS,
	.high = INT32_MAX,
	.options = options,
	.to_id = to_id,
	.to_sid = to_sid,
};
