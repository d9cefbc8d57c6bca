/*
 * ldapoptions -- what backends with a server of their own have in common.
 *
 * Rows of their tables of options.
 */

#ifndef IDM_BACKENDS_LDAPOPTIONS_H
#define IDM_BACKENDS_LDAPOPTIONS_H

#include "backends/backend.h"

/* The words of IDM_OPTION_SSL. */
extern const char *const idm_option_encryptions[];

#define IDM_OPTION_URL                                                         \
	{                                                                      \
		.name = "ldap_url", .brief = "the server",                     \
		.type = IDM_OPTION_TEXT                                        \
	}
#define IDM_OPTION_USER_DN                                                     \
	{                                                                      \
		.name = "ldap_user_dn", .brief = "whom to bind as",            \
		.type = IDM_OPTION_TEXT                                        \
	}
#define IDM_OPTION_PASSWORD                                                    \
	{                                                                      \
		.name = "ldap_user_dn_password_file",                          \
		.brief = "root's file with its password",                      \
		.type = IDM_OPTION_TEXT                                        \
	}
#define IDM_OPTION_SSL                                                         \
	{                                                                      \
		.name = "ssl", .brief = "encryption of the connection",        \
		.type = IDM_OPTION_WORD, .value = "on",                        \
		.words = idm_option_encryptions                                \
	}
#define IDM_OPTION_VALIDATE                                                    \
	{                                                                      \
		.name = "validate_certificates",                               \
		.brief = "refuse a server whose certificate is not right",     \
		.type = IDM_OPTION_BOOL, .value = "yes"                        \
	}
#define IDM_OPTION_CA_FILE                                                     \
	{                                                                      \
		.name = "ldap_ca_file", .brief = "who signs its certificate",  \
		.type = IDM_OPTION_TEXT                                        \
	}

#endif
