/*
 * verb_host -- idmap's verbs about the host's own records and about what
 * other software has served on it.
 */

#ifndef IDM_CLI_VERB_HOST_H
#define IDM_CLI_VERB_HOST_H

#include "cli/verb.h"

/* Rows of the options of "diff". */
enum diff_option {
	DIFF_NSS,
};

enum verb_exit verb_diff(const struct verb_call *);

enum verb_exit verb_machine_import(const struct verb_call *);
enum verb_exit verb_machine_show(const struct verb_call *);

enum verb_exit verb_property_get(const struct verb_call *);
enum verb_exit verb_property_list(const struct verb_call *);
enum verb_exit verb_property_set(const struct verb_call *);
enum verb_exit verb_property_unset(const struct verb_call *);

/* Rows of the options of "override set". */
enum override_option {
	OVERRIDE_NAME,
	OVERRIDE_UID,
	OVERRIDE_GID,
	OVERRIDE_HOME,
	OVERRIDE_SHELL,
	OVERRIDE_GECOS,
};

enum verb_exit verb_override_export(const struct verb_call *);
enum verb_exit verb_override_import(const struct verb_call *);
enum verb_exit verb_override_list(const struct verb_call *);
enum verb_exit verb_override_set(const struct verb_call *);
enum verb_exit verb_override_unset(const struct verb_call *);

/* Rows of the options of "import sssd". */
enum sssd_option {
	SSSD_DOMAIN,
	SSSD_CACHE,
	SSSD_LDIF,
	SSSD_USERS,
	SSSD_GROUPS,
	SSSD_FORCE_MOVE,
};

enum verb_exit verb_import_sssd(const struct verb_call *);

/* Rows of the options of "import winbind". */
enum winbind_option {
	WINBIND_TDB,
	WINBIND_DUMP,
	WINBIND_DOMAIN,
	WINBIND_AUTORID,
	WINBIND_CONFIGURE,
	WINBIND_RANGE,
	WINBIND_FORCE_MOVE,
};

enum verb_exit verb_import_winbind(const struct verb_call *);

/* Rows of the options of "machine import". */
enum machine_option {
	MACHINE_RESERVE,
	MACHINE_CONFIG,
	MACHINE_PRIVATE_DIR,
};

#endif
