/*
 * standing -- a user of a directory, and whether he may log in now.
 *
 * idmapd is asked first, because a directory may have closed the account a
 * moment ago.  When it is silent, or the directory is, what the cache has of
 * both holds; what is known of neither is known of nobody, and refused.
 */

#ifndef IDM_PAM_STANDING_H
#define IDM_PAM_STANDING_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "map/cached.h"
#include "map/equal.h"
#include "map/own.h"
#include "map/snapshot.h"
#include "map/windows.h"

/* Texts are lent from the reply, or the maps. */
struct idm_pam_standing {
	struct idm_buf reply;
	/* Whom the directory says that the user equals: login[0]. */
	bool is_alias;
	struct idm_equal equal;
	bool has_user; /* an own identity */
	struct idm_own_user user;
	struct idm_cached_account account;
};

void idm_pam_standing_init(struct idm_pam_standing *);
void idm_pam_standing_fini(struct idm_pam_standing *);

/*
 * Find a user of a domain with a directory.  IDM_NOTFOUND, IDM_REFUSED: the
 * directory, or the map, has no such user.  IDM_TEMPFAIL: nobody can tell.
 * Waits for no longer than the domain's wait_ms.
 */
enum idm_status idm_pam_standing_find(const struct idm_maps *,
    const struct idm_windows *, const char *socket, struct idm_pam_standing *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Find out whom the entries of a native LDAP domain say that a Windows user of
 * any domain is: equal.login[0], who may be an own identity of theirs.
 * IDM_NOTFOUND: none names him.  IDM_REFUSED: several do.
 */
enum idm_status idm_pam_standing_native(const struct idm_maps *,
    const struct idm_windows *, const struct idm_domain *native,
    const char *socket, struct idm_pam_standing *,
    struct idm_err *) IDM_MUSTCHECK;

/* Has the account's own date passed, by what was said or by the clock? */
bool idm_pam_standing_is_expired(
    const struct idm_cached_account *, uint64_t now);

/* Is it one of the hours in which it may log in?  now: since 1970. */
bool idm_pam_standing_is_in_hours(
    const struct idm_cached_account *, uint64_t now);

#endif
