#include "backends/backends.h"
#include "backends/told.h"

/*
 * The numbers that Active Directory itself holds, in attributes of its users
 * and groups (RFC 2307, or those of Services for UNIX).
 */

static const char *const schema_modes[] = { "rfc2307", "sfu", "sfu20", NULL };

static const struct idm_backend_option ad_options[] = {
	{
	    .name = "schema_mode",
	    .brief = "which attributes hold numbers",
	    .type = IDM_OPTION_WORD,
	    .value = "rfc2307",
	    .words = schema_modes,
	},
	{
	    .name = "unix_primary_group",
	    .brief = "primary group from gidNumber, not from Windows'",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{
	    .name = "unix_nss_info",
	    .brief = "home and shell from the directory, not from templates",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{
	    .name = "all_groupmem",
	    .brief = "list members without a number, too",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{
	    .name = "deny_ous",
	    .brief = "refuse accounts below these DNs",
	    .type = IDM_OPTION_TEXT,
	},
	{
	    .name = "allow_ous",
	    .brief = "take only accounts below these DNs",
	    .type = IDM_OPTION_TEXT,
	},
	{ .name = NULL },
};

const struct idm_backend idm_backend_ad_row = {
	.name = "ad",
	.brief = "numbers that stand in Active Directory",
	.id = IDM_BACKEND_AD,
	.for_domain = true,
	.needs_sid = true,
	.needs_range = true,
	.kind = IDM_KIND_BOTH,
	.options = ad_options,
	.to_id = idm_told_to_id,
	.to_sid = idm_told_to_sid,
};
