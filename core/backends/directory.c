#include "backends/backends.h"

/*
 * Backends whose numbers stand in a directory.  They are known, so that their
 * domains can be written down and checked; asking comes with directories.
 */

static const char *const schema_modes[] = { "rfc2307", "sfu", "sfu20", NULL };
static const char *const encryptions[] = { "off", "on", "start_tls", NULL };
static const char *const servers[] = { "ad", "stand-alone", NULL };

#define URL                                                                    \
	{                                                                      \
		.name = "ldap_url", .brief = "the server",                     \
		.type = IDM_OPTION_TEXT                                        \
	}
#define USER_DN                                                                \
	{                                                                      \
		.name = "ldap_user_dn", .brief = "whom to bind as",            \
		.type = IDM_OPTION_TEXT                                        \
	}
#define PASSWORD_FILE                                                          \
	{                                                                      \
		.name = "ldap_user_dn_password_file",                          \
		.brief = "root's file with its password",                      \
		.type = IDM_OPTION_TEXT                                        \
	}
#define SSL                                                                    \
	{                                                                      \
		.name = "ssl", .brief = "encryption of the connection",        \
		.type = IDM_OPTION_WORD, .value = "on", .words = encryptions   \
	}
#define VALIDATE                                                               \
	{                                                                      \
		.name = "validate_certificates",                               \
		.brief = "refuse a server whose certificate is not right",     \
		.type = IDM_OPTION_BOOL, .value = "yes"                        \
	}

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

static const struct idm_backend_option rfc2307_options[] = {
	{
	    .name = "ldap_server",
	    .brief = "whether the directory is Active Directory's own",
	    .type = IDM_OPTION_WORD,
	    .required = true,
	    .words = servers,
	},
	{
	    .name = "bind_path_user",
	    .brief = "where users are",
	    .type = IDM_OPTION_TEXT,
	    .required = true,
	},
	{
	    .name = "bind_path_group",
	    .brief = "where groups are",
	    .type = IDM_OPTION_TEXT,
	    .required = true,
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
	    .name = "ldap_domain",
	    .brief = "whose directory it is, with ldap_server = ad",
	    .type = IDM_OPTION_TEXT,
	},
	URL,
	USER_DN,
	PASSWORD_FILE,
	SSL,
	VALIDATE,
	{ .name = NULL },
};

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
	URL,
	USER_DN,
	PASSWORD_FILE,
	SSL,
	VALIDATE,
	{ .name = NULL },
};

const struct idm_backend idm_backend_ad_row = {
	.name = "ad",
	.brief = "numbers that stand in Active Directory",
	.id = IDM_BACKEND_AD,
	.for_domain = true,
	.needs_sid = true,
	.needs_range = true,
	.kind = IDM_KIND_USER,
	.options = ad_options,
};

const struct idm_backend idm_backend_rfc2307_row = {
	.name = "rfc2307",
	.brief = "numbers that stand in an LDAP directory under the same name",
	.id = IDM_BACKEND_RFC2307,
	.for_domain = true,
	.needs_sid = true,
	.needs_range = true,
	.kind = IDM_KIND_USER,
	.options = rfc2307_options,
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
