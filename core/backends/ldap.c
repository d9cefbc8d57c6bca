#include "backends/backends.h"
#include "backends/ldapoptions.h"
#include "backends/stored.h"

/*
 * Numbers that hosts share, in a directory (directory/idpool.h).  What that
 * once said of a SID is stored here, as if it had been given here.
 */

const char *const idm_option_encryptions[] = { "off", "on", "start_tls", NULL };

static const struct idm_backend_option ldap_options[] = {
	{
	    .name = "ldap_base_dn",
	    .brief = "where the pool and the mappings are",
	    .type = IDM_OPTION_TEXT,
	    .required = true,
	},
	{
	    .name = "readonly",
	    .brief = "give no new numbers",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{
	    .name = "split_counters",
	    .brief = "count uids and gids apart, as winbind does",
	    .type = IDM_OPTION_BOOL,
	    .value = "no",
	},
	{
	    .name = "ldap_url",
	    .brief = "the servers, with blanks between them",
	    .type = IDM_OPTION_TEXT,
	    .required = true,
	},
	IDM_OPTION_USER_DN,
	IDM_OPTION_PASSWORD,
	IDM_OPTION_SSL,
	IDM_OPTION_VALIDATE,
	IDM_OPTION_CA_FILE,
	{ .name = NULL },
};

/* Also of a domain that gives no new ones, somebody else may have. */
static enum idm_status
to_id(const struct idm_backend_case *which, const struct idm_sid *sid,
    struct idm_mapping *out, bool *needs_place, struct idm_err *err)
{
	enum idm_status st = idm_numbered_to_id(which, sid, out, err);

	*needs_place = st == IDM_NOTFOUND;
	return st;
}

const struct idm_backend idm_backend_ldap_row = {
	.name = "ldap",
	.brief = "the next number, shared by hosts in an LDAP directory",
	.id = IDM_BACKEND_LDAP,
	.for_catch_all = true,
	.for_domain = true,
	.needs_range = true,
	.allocates = true,
	.is_stored = true,
	.kind = IDM_KIND_BOTH,
	.options = ldap_options,
	.to_id = to_id,
	.to_sid = idm_numbered_to_sid,
};
