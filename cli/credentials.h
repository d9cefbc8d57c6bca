/*
 * credentials -- the files by which idmapd is let in at a directory: root, who
 * configures it, can read them anyway, and idmapd, who is not root, may not.
 */

#ifndef IDM_CLI_CREDENTIALS_H
#define IDM_CLI_CREDENTIALS_H

#include "base/err.h"
#include "map/directory.h"

/*
 * Can user idmap read the files that these settings name?  IDM_DENIED: not this
 * one, and what to do.  IDM_OK also where nobody can tell: who is not root, or
 * has no such user yet.
 */
enum idm_status cli_credentials_check(
    const struct idm_directory *, struct idm_err *) IDM_MUSTCHECK;

#endif
