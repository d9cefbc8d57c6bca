#include "backends/backends.h"

static const struct idm_backend_option options[] = { { .name = NULL } };

static enum idm_status
to_id(const struct idm_backend_case *which, const struct idm_sid *sid,
    struct idm_mapping *out, bool *needs_place, struct idm_err *err)
{
	(void)sid;
	(void)out;
	(void)needs_place;
	return idm_fail(
	    err, IDM_NOTFOUND, "domain '%s' maps nothing", which->domain->name);
}

static enum idm_status
to_sid(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	(void)id;
	(void)out;
	return idm_fail(
	    err, IDM_NOTFOUND, "domain '%s' maps nothing", which->domain->name);
}

const struct idm_backend idm_backend_none_row = {
	.name = "none",
	.brief = "no numbers of its own: \"*\" gives them, if it does",
	.id = IDM_BACKEND_NONE,
	.for_domain = true,
	.for_catch_all = true,
	.kind = IDM_KIND_BOTH,
	.options = options,
	.to_id = to_id,
	.to_sid = to_sid,
};
