/*
 * membership -- the groups of a user, for initgroups_dyn().
 *
 * glibc asks every service for the groups of every user.  So a name that is a
 * local user's gets none here, whatever else it is; and an alias gets those of
 * its account, and no others.
 */

#ifndef IDM_NSS_MEMBERSHIP_H
#define IDM_NSS_MEMBERSHIP_H

#include "base/cursor.h"
#include "base/err.h"
#include "nss/gids.h"

/* Statuses as nss_find_user(); IDM_NOMEM. */
enum idm_status nss_membership_add(
    struct idm_str name, struct nss_gids *) IDM_MUSTCHECK;

#endif
