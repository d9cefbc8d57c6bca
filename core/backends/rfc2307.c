#include "backends/backends.h"
#include "backends/ldapoptions.h"
#include "backends/told.h"

/*
 * The numbers that an LDAP directory holds (RFC 2307), be it Active Directory
 * or one that stands alone, where accounts need have no SIDs at all.
 */

static const char *const servers[] = { "ad", "stand-alone", NULL };

static const struct idm_backend_option rfc2307_options[] = {
	{
	    .name = "ldap_server",
	    .brief = "whether the directory is Active Directory's own",
	    .type = IDM_OPTION_WORD,
	    .words = servers,
	},
	{
	    .name = "bind_path_user",
	    .brief = "where users are",
	    .type = IDM_OPTION_TEXT,
	},
	{
	    .name = "bind_path_group",
	    .brief = "where groups are",
	    .type = IDM_OPTION_TEXT,
	},
	{
	    .name = "user_cn",
	    .brief = "find users by cn, not by uid",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{
	    .name = "realm",
	    .brief = "names end in @realm",
	    .type = IDM_OPTION_TEXT,
	},
	{
	    .name = "ldap_realm",
	    .brief = "names end in @ and the domain's DNS name in capitals",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{
	    .name = "ldap_domain",
	    .brief = "whose directory it is, with ldap_server = ad",
	    .type = IDM_OPTION_TEXT,
	},
	IDM_OPTION_URL,
	IDM_OPTION_USER_DN,
	IDM_OPTION_PASSWORD,
	IDM_OPTION_SSL,
	IDM_OPTION_VALIDATE,
	IDM_OPTION_CA_FILE,
	{ .name = NULL },
};

const struct idm_backend idm_backend_rfc2307_row = {
	.name = "rfc2307",
	.brief = "numbers that stand in an LDAP directory under the same name",
	.id = IDM_BACKEND_RFC2307,
	.for_domain = true,
	.needs_range = true,
	.kind = IDM_KIND_BOTH,
	.options = rfc2307_options,
	.to_id = idm_told_to_id,
	.to_sid = idm_told_to_sid,
};
