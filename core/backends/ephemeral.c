#include "backends/backends.h"
#include "backends/stored.h"

/* As Solaris has it: from 2^31 up, below what stands for no id. */
#define LOW  0x80000000u
#define HIGH (UINT32_MAX - 1)

static const char *const lives[] = { "persistent", "boot", NULL };

static const struct idm_backend_option options[] = {
	{
	    .name = "readonly",
	    .brief = "give no new numbers",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{
	    .name = "ephemeral",
	    .brief = "how long numbers live: for good, or until the next boot",
	    .type = IDM_OPTION_WORD,
	    .value = "persistent",
	    .words = lives,
	},
	{
	    .name = "split_counters",
	    .brief = "count uids and gids apart, as Solaris does",
	    .type = IDM_OPTION_BOOL,
	    .value = "yes",
	},
	{ .name = NULL },
};

/* A SID may have a uid and a gid here, and each is a number of its own. */
static const char *
kinds(uint8_t want)
{
	if (want == IDM_KIND_BOTH)
		return "ug";
	return want == IDM_KIND_USER ? "u" : "g";
}

static enum idm_status
to_id(const struct idm_backend_case *which, const struct idm_sid *sid,
    struct idm_mapping *out, bool *needs_place, struct idm_err *err)
{
	enum idm_status st;

	st = idm_stored_to_id(which, kinds(which->want), sid, out, err);
	*needs_place = st == IDM_NOTFOUND &&
	    (which->domain->flags & IDM_DOMAIN_READONLY) == 0;
	return st;
}

static enum idm_status
to_sid(const struct idm_backend_case *which, uint32_t id,
    struct idm_mapping *out, struct idm_err *err)
{
	return idm_stored_to_sid(which, kinds(which->want), id, out, err);
}

const struct idm_backend idm_backend_ephemeral_row = {
	.name = "ephemeral",
	.brief = "the next number above 2147483647, as Solaris' idmapd",
	.id = IDM_BACKEND_EPHEMERAL,
	.for_catch_all = true,
	.allocates = true,
	.is_stored = true,
	.kind = IDM_KIND_BOTH,
	.low = LOW,
	.high = HIGH,
	.options = options,
	.to_id = to_id,
	.to_sid = to_sid,
};
