#include "backends/rid.h"
#include "backends/backends.h"
#include "backends/sss.h"

#define COMPAT_SIZE 100000000u /* more than the range has numbers for: one */

static const struct idm_backend_option options[] = {
	{
	    .name = "base_rid",
	    .brief = "the RID that the range begins with",
	    .type = IDM_OPTION_NUMBER,
	    .value = "0",
	    .max = UINT32_MAX,
	},
	{
	    .name = "sssd_compat",
	    .brief = "compute the range as TrueNAS does, from sssd's slice",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{ .name = NULL },
};

void
idm_rid_sssd_range(const struct idm_sid *domain, uint32_t *low, uint32_t *high)
{
	uint32_t slots = (IDM_SSS_HIGH - IDM_SSS_LOW + 1) / IDM_SSS_RANGESIZE;
	uint32_t slot = idm_sss_hash(domain) % slots;

	*low = slot * IDM_SSS_RANGESIZE + IDM_SSS_LOW;
	*high = *low + COMPAT_SIZE;
}

static enum idm_status
to_id(const struct idm_backend_case *which, const struct idm_sid *sid,
    struct idm_mapping *out, bool *needs_place, struct idm_err *err)
{
	const struct idm_domain *domain = which->domain;
	enum idm_status st;
	uint32_t rid;

	(void)needs_place;
	st = idm_backend_rid(domain, sid, &rid, err);
	if (st != IDM_OK)
		return st;
	out->id = rid - domain->base_rid + domain->low;
	out->kind = IDM_KIND_BOTH;
	return IDM_OK;
}

static enum idm_status
to_sid(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	const struct idm_domain *domain = which->domain;

	if (domain->sid.nsubs == 0) {
		return idm_fail(err, IDM_NOTFOUND,
		    "the SID of domain '%s' is not configured", domain->name);
	}
	out->sid = idm_sid_of(
	    &domain->sid, id - domain->low + domain->base_rid);
	out->kind = IDM_KIND_BOTH;
	return IDM_OK;
}

const struct idm_backend idm_backend_rid_row = {
	.name = "rid",
	.brief = "the RID, moved to the beginning of the range",
	.id = IDM_BACKEND_RID,
	.for_domain = true,
	.needs_sid = true,
	.needs_range = true,
	.kind = IDM_KIND_BOTH,
	.options = options,
	.to_id = to_id,
	.to_sid = to_sid,
};
