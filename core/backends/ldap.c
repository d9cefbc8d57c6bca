#include "backends/backends.h"
#include "backends/ldapoptions.h"

/*
 * Allocations in a directory.  It is known, so that its domains can be written
 * down and checked; it answers nothing yet.
 */

const char *const idm_option_encryptions[] = { "off", "on", "start_tls", NULL };

static const struct idm_backend_option ldap_options[] = {
	{
	    .name = "ldap_base_dn",
	    .brief = "where mappings are",
	    .type = IDM_OPTION_TEXT,
	    .required = true,
	},
	{
	    .name = "readonly",
	    .brief = "give no new numbers",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	IDM_OPTION_URL,
	IDM_OPTION_USER_DN,
	IDM_OPTION_PASSWORD,
	IDM_OPTION_SSL,
	IDM_OPTION_VALIDATE,
	{ .name = NULL },
};

const struct idm_backend idm_backend_ldap_row = {
	.name = "ldap",
	.brief = "the next free number, stored in an LDAP directory",
	.id = IDM_BACKEND_LDAP,
	.for_catch_all = true,
	.for_domain = true,
	.needs_range = true,
	.allocates = true,
	.kind = IDM_KIND_BOTH,
	.options = ldap_options,
};
