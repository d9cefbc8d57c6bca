#include "backends/sss.h"
#include "backends/backends.h"
#include "backends/murmur3.h"
#include "backends/stored.h"

#define SEED 0xdeadbeefu

static const struct idm_backend_option options[] = {
	{
	    .name = "rangesize",
	    .brief = "ids in a slice",
	    .type = IDM_OPTION_NUMBER,
	    .value = "200000",
	    .min = 1,
	    .max = 1000000000,
	},
	{
	    .name = "space",
	    .brief = "name of the range that sss domains share",
	    .type = IDM_OPTION_TEXT,
	    .value = "sssd",
	},
	{
	    .name = "autorid_compat",
	    .brief = "slices in the order of domains, not by hash",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{
	    .name = "slices",
	    .brief = "slices of an existing host: RID:SLICE, ...",
	    .type = IDM_OPTION_TEXT,
	},
	{ .name = NULL },
};

uint32_t
idm_sss_hash(const struct idm_sid *domain)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_str sid = idm_str_of(idm_sid_format(domain, text));

	return idm_murmur3(sid.data, sid.len, SEED);
}

uint32_t
idm_sss_slices(const struct idm_domain *domain)
{
	uint64_t ids = (uint64_t)domain->high - domain->low + 1;

	return domain->rangesize == 0 ? 0 : (uint32_t)(ids / domain->rangesize);
}

uint32_t
idm_sss_slot(const struct idm_domain *domain, uint32_t n)
{
	uint32_t slices = idm_sss_slices(domain);
	char sid[IDM_SID_TEXT_MAX], memory[IDM_SID_TEXT_MAX + 22];
	struct idm_buf text;

	if (slices == 0 || (domain->flags & IDM_DOMAIN_AUTORID_COMPAT) != 0)
		return 0;
	idm_buf_init_fixed(&text, memory, sizeof(memory));
	idm_buf_puts(&text, idm_sid_format(&domain->sid, sid));
	if (n > 0) {
		idm_buf_puts(&text, "-");
		idm_buf_put_decimal(&text, (uint64_t)n * domain->rangesize);
	}
	return idm_murmur3(text.data, text.len, SEED) % slices;
}

bool
idm_sss_shares(const struct idm_domain *one, const struct idm_domain *other)
{
	return one->backend == IDM_BACKEND_SSS &&
	    other->backend == IDM_BACKEND_SSS &&
	    idm_str_is(idm_str_of(one->space), other->space);
}

bool
idm_sss_compiled(const struct idm_domain *domain, uint32_t n, uint32_t *slice)
{
	for (unsigned i = 0; i < domain->nwindows; i++) {
		const struct idm_window *window = &domain->window[i];

		if (window->first_rid == n * domain->rangesize) {
			*slice = (window->low - domain->low) /
			    domain->rangesize;
			return true;
		}
	}
	return false;
}

bool
idm_sss_window(const struct idm_domain *domain, uint32_t slice, uint32_t *n)
{
	uint32_t low = domain->low + slice * domain->rangesize;

	for (unsigned i = 0; i < domain->nwindows; i++) {
		if (domain->window[i].low == low) {
			*n = domain->window[i].first_rid / domain->rangesize;
			return true;
		}
	}
	return false;
}

/*
 * A slice from the state store holds only while no domain has it by
 * configuration: one may have been added before its own slices were known.
 */
static enum idm_status
check_stored(
    const struct idm_backend_case *which, uint32_t slice, struct idm_err *err)
{
	const struct idm_domains *domains = &which->maps->domains;
	const struct idm_domain *mine = which->domain;
	uint32_t n;

	if (slice >= idm_sss_slices(mine)) {
		return idm_fail(err, IDM_REFUSED,
		    "slice %lu is beyond the %lu of space '%s'",
		    (unsigned long)slice, (unsigned long)idm_sss_slices(mine),
		    mine->space);
	}
	for (uint32_t i = 0; i < domains->n; i++) {
		const struct idm_domain *other = &domains->domain[i];

		if (idm_sss_shares(mine, other) &&
		    idm_sss_window(other, slice, &n)) {
			return idm_fail(err, IDM_REFUSED,
			    "slice %lu of space '%s' is that of domain '%s'",
			    (unsigned long)slice, mine->space, other->name);
		}
	}
	return IDM_OK;
}

static enum idm_status
find_slice(const struct idm_backend_case *which, uint32_t n, uint32_t *slice,
    struct idm_err *err)
{
	enum idm_status st;

	if (idm_sss_compiled(which->domain, n, slice))
		return IDM_OK;
	st = idm_stored_slice(which, &which->domain->sid, n, slice, err);
	return st == IDM_OK ? check_stored(which, *slice, err) : st;
}

static enum idm_status
to_id(const struct idm_backend_case *which, const struct idm_sid *sid,
    struct idm_mapping *out, bool *needs_place, struct idm_err *err)
{
	const struct idm_domain *domain = which->domain;
	enum idm_status st;
	uint32_t rid, slice;

	st = idm_backend_rid(domain, sid, &rid, err);
	if (st != IDM_OK)
		return st;
	if (domain->rangesize == 0)
		return idm_fail(err, IDM_CORRUPT, "rangesize is 0");
	st = find_slice(which, rid / domain->rangesize, &slice, err);
	*needs_place = st == IDM_NOTFOUND &&
	    (domain->flags & IDM_DOMAIN_READONLY) == 0;
	if (st != IDM_OK)
		return st;
	out->id = domain->low + slice * domain->rangesize +
	    rid % domain->rangesize;
	out->kind = IDM_KIND_BOTH;
	return IDM_OK;
}

/* Which window of the domain is on a slice? */
static enum idm_status
find_window(const struct idm_backend_case *which, uint32_t slice, uint32_t *n,
    struct idm_err *err)
{
	struct idm_sid owner;
	enum idm_status st;

	if (idm_sss_window(which->domain, slice, n))
		return IDM_OK;
	st = idm_stored_window(which, slice, &owner, n, err);
	if (st != IDM_OK)
		return st;
	if (!idm_sid_equal(&owner, &which->domain->sid) ||
	    check_stored(which, slice, NULL) != IDM_OK) {
		return idm_fail(err, IDM_NOTFOUND,
		    "slice %lu of space '%s' is not of domain '%s'",
		    (unsigned long)slice, which->domain->space,
		    which->domain->name);
	}
	return IDM_OK;
}

static enum idm_status
to_sid(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	const struct idm_domain *domain = which->domain;
	enum idm_status st;
	uint64_t rid;
	uint32_t n;

	if (domain->rangesize == 0)
		return idm_fail(err, IDM_CORRUPT, "rangesize is 0");
	st = find_window(
	    which, (id - domain->low) / domain->rangesize, &n, err);
	if (st != IDM_OK)
		return st;
	rid = (uint64_t)n * domain->rangesize +
	    (id - domain->low) % domain->rangesize;
	if (rid > UINT32_MAX) {
		return idm_fail(
		    err, IDM_NOTFOUND, "no SID has id %lu", (unsigned long)id);
	}
	out->sid = idm_sid_of(&domain->sid, (uint32_t)rid);
	out->kind = IDM_KIND_BOTH;
	return IDM_OK;
}

const struct idm_backend idm_backend_sss_row = {
	.name = "sss",
	.brief = "a slice at a hash of the domain's SID, as sssd",
	.id = IDM_BACKEND_SSS,
	.for_domain = true,
	.needs_sid = true,
	.allocates = true,
	.kind = IDM_KIND_BOTH,
	.low = IDM_SSS_LOW,
	.high = IDM_SSS_HIGH,
	.options = options,
	.to_id = to_id,
	.to_sid = to_sid,
};
