/*
 * place -- where the module finds the maps and the accounts of the host.
 *
 * Fixed when the module is built: it runs in setuid programs, so nothing of
 * the caller's, no variable and no file, may point it elsewhere.  A source
 * file of its own so that the tests can put theirs in its place.
 */

#ifndef IDM_NSS_PLACE_H
#define IDM_NSS_PLACE_H

#include "map/snapshot.h"

/* The maps; never NULL. */
struct idm_snapshot *nss_snapshot(void);

/* The folder of passwd, group and shadow. */
const char *nss_account_dir(void);

/* Where idmapd listens. */
const char *nss_socket(void);

#endif
