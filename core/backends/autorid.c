#include "backends/autorid.h"
#include "backends/backends.h"
#include "backends/stored.h"

static const char *const layouts[] = { "autorid", "order", NULL };

static const struct idm_backend_option options[] = {
	{
	    .name = "rangesize",
	    .brief = "ids in a slice",
	    .type = IDM_OPTION_NUMBER,
	    .value = "100000",
	    .min = 2000,
	    .max = 1000000000,
	},
	{
	    .name = "readonly",
	    .brief = "give no new slices and numbers",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{
	    .name = "ignore_builtin",
	    .brief = "map nothing of S-1-5-32",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{
	    .name = "layout",
	    .brief = "how well-known SIDs are numbered",
	    .type = IDM_OPTION_WORD,
	    .value = "autorid",
	    .words = layouts,
	},
	{ .name = NULL },
};

uint32_t
idm_autorid_slices(const struct idm_domain *domain)
{
	uint64_t ids = (uint64_t)domain->high - domain->low + 1;

	return domain->rangesize == 0 ? 0 : (uint32_t)(ids / domain->rangesize);
}

bool
idm_autorid_window(const struct idm_domain *domain, const struct idm_sid *sid,
    struct idm_sid *above, uint32_t *index, uint32_t *rest)
{
	uint32_t rid;

	if (domain->rangesize == 0 || !idm_sid_split(sid, above, &rid))
		return false;
	if (!idm_sid_is_domain(above) &&
	    (!idm_sid_is_builtin(above) || above->nsubs != 1))
		return false;
	*index = rid / domain->rangesize;
	*rest = rid % domain->rangesize;
	return true;
}

static enum idm_status
slice_to_id(const struct idm_backend_case *which, const struct idm_sid *above,
    uint32_t index, uint32_t rest, struct idm_mapping *out, struct idm_err *err)
{
	const struct idm_domain *domain = which->domain;
	enum idm_status st;
	uint32_t slice;

	st = idm_stored_slice(which, above, index, &slice, err);
	if (st != IDM_OK)
		return st;
	if (slice >= idm_autorid_slices(domain)) {
		return idm_fail(err, IDM_REFUSED,
		    "slice %lu is beyond the %lu of domain '%s'",
		    (unsigned long)slice,
		    (unsigned long)idm_autorid_slices(domain), domain->name);
	}
	out->id = domain->low + slice * domain->rangesize + rest;
	out->kind = IDM_KIND_BOTH;
	return IDM_OK;
}

static enum idm_status
to_id(const struct idm_backend_case *which, const struct idm_sid *sid,
    struct idm_mapping *out, bool *needs_place, struct idm_err *err)
{
	const struct idm_domain *domain = which->domain;
	uint32_t index, rest;
	struct idm_sid above;
	enum idm_status st;

	if (idm_sid_is_builtin(sid) &&
	    (domain->flags & IDM_DOMAIN_IGNORE_BUILTIN) != 0) {
		return idm_fail(err, IDM_REFUSED,
		    "domain '%s' ignores S-1-5-32", domain->name);
	}
	if (idm_autorid_window(domain, sid, &above, &index, &rest))
		st = slice_to_id(which, &above, index, rest, out, err);
	else
		st = idm_numbered_to_id(which, sid, out, err);
	*needs_place = st == IDM_NOTFOUND &&
	    (domain->flags & IDM_DOMAIN_READONLY) == 0;
	return st;
}

static enum idm_status
to_sid(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	const struct idm_domain *domain = which->domain;
	uint32_t slice, rest, index;
	struct idm_sid above;
	enum idm_status st;
	uint64_t rid;

	if (domain->rangesize == 0)
		return idm_fail(err, IDM_CORRUPT, "rangesize is 0");
	slice = (id - domain->low) / domain->rangesize;
	rest = (id - domain->low) % domain->rangesize;
	st = idm_stored_window(which, slice, &above, &index, err);
	if (st == IDM_NOTFOUND)
		return idm_numbered_to_sid(which, id, out, err);
	if (st != IDM_OK)
		return st;
	rid = (uint64_t)index * domain->rangesize + rest;
	if (slice >= idm_autorid_slices(domain) || rid > UINT32_MAX ||
	    above.nsubs >= IDM_SID_SUBS_MAX) {
		return idm_fail(
		    err, IDM_NOTFOUND, "no SID has id %lu", (unsigned long)id);
	}
	out->sid = idm_sid_of(&above, (uint32_t)rid);
	out->kind = IDM_KIND_BOTH;
	return IDM_OK;
}

const struct idm_backend idm_backend_autorid_row = {
	.name = "autorid",
	.brief = "the next slice of the range for each domain, stored",
	.id = IDM_BACKEND_AUTORID,
	.for_catch_all = true,
	.needs_range = true,
	.allocates = true,
	.kind = IDM_KIND_BOTH,
	.options = options,
	.to_id = to_id,
	.to_sid = to_sid,
};
