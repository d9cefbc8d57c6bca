#include "backends/backends.h"
#include "backends/stored.h"

static const char *const layouts[] = { "order", "truenas", NULL };

static const struct idm_backend_option options[] = {
	{
	    .name = "readonly",
	    .brief = "give no new numbers",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{
	    .name = "layout",
	    .brief = "how well-known SIDs are numbered",
	    .type = IDM_OPTION_WORD,
	    .value = "order",
	    .words = layouts,
	},
	{
	    .name = "split_counters",
	    .brief = "count uids and gids apart, as winbind does",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{ .name = NULL },
};

static enum idm_status
to_id(const struct idm_backend_case *which, const struct idm_sid *sid,
    struct idm_mapping *out, bool *needs_place, struct idm_err *err)
{
	enum idm_status st;

	st = idm_numbered_to_id(which, sid, out, err);
	*needs_place = st == IDM_NOTFOUND &&
	    (which->domain->flags & IDM_DOMAIN_READONLY) == 0;
	return st;
}

const struct idm_backend idm_backend_tdb_row = {
	.name = "tdb",
	.brief = "the next free number, stored",
	.id = IDM_BACKEND_TDB,
	.for_domain = true,
	.for_catch_all = true,
	.needs_range = true,
	.allocates = true,
	.is_stored = true,
	.kind = IDM_KIND_BOTH,
	.options = options,
	.to_id = to_id,
	.to_sid = idm_numbered_to_sid,
};
