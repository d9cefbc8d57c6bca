/*
 * store -- the files below /var/lib/idmap, as idmap's verbs open them.
 */

#ifndef IDM_CLI_STORE_H
#define IDM_CLI_STORE_H

#include "base/err.h"
#include "map/cached.h"
#include "map/view.h"

#define STORE_MAP_PATH   IDM_STATEDIR "/" IDM_MAP_FILE
#define STORE_USERS_PATH IDM_STATEDIR "/" IDM_USERS_FILE
#define STORE_CACHE_PATH IDM_STATEDIR "/" IDM_CACHE_FILE

/* Their names in the folder of a backup. */
#define STORE_MAP_NAME   "map.gdbm"
#define STORE_USERS_NAME "users.gdbm"
#define STORE_STATE_NAME "state.gdbm"

enum store_file {
	STORE_MAP,   /* the policy map; root's */
	STORE_USERS, /* the users' map; the keeper's */
	STORE_ANY,   /* any of them, whoever owns it: a backup */
};

/* Open a file for reading; the text of a failure says what can be done. */
enum idm_status store_open(const char *path, enum store_file,
    struct idm_view **, struct idm_err *) IDM_MUSTCHECK;

/* IDM_OK when verification finds nothing; otherwise the first finding. */
enum idm_status store_whole(
    const struct idm_view *, const char *path, struct idm_err *) IDM_MUSTCHECK;

#endif
