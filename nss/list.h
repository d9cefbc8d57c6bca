/*
 * list -- all own identities, one after another, for getpwent and getgrent.
 *
 * Only domains with the flag IDM_DOMAIN_ENUMERATE are listed.  A listing is of
 * one version of the maps, whatever is published meanwhile.  There is one for
 * users and one for groups in a process, as POSIX has it; threads may call
 * these functions at the same time, and a forked child goes on or begins anew.
 */

#ifndef IDM_NSS_LIST_H
#define IDM_NSS_LIST_H

#include "base/err.h"
#include "nss/find.h"

/* Begin anew at the next identity, and give back what the listing held. */
void nss_list_end_users(void);
void nss_list_end_groups(void);

/*
 * Hand the next one to own().  When that returns IDM_EXHAUSTED, it is the next
 * one again.  IDM_NOTFOUND: there are no more.  IDM_TEMPFAIL: the maps are not
 * available, or another thread does not let us in.
 */
enum idm_status nss_list_next_user(
    nss_own_user_function *own, void *context) IDM_MUSTCHECK;
enum idm_status nss_list_next_group(
    nss_own_group_function *own, void *context) IDM_MUSTCHECK;

#endif
