/*
 * users -- users' own entries: who may have which, and how they are kept.
 *
 * The judgement of the keeper.  It is given a rewrite of users.gdbm, the maps
 * of this moment and a caller, and trusts only that the caller is the caller:
 * names, the login, the scheme's mode, vetoes, ownership and limits are all
 * looked at here, and nowhere else.
 */

#ifndef IDM_DAEMON_USERS_H
#define IDM_DAEMON_USERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "daemon/record.h"
#include "daemon/store.h"
#include "identity/account.h"
#include "map/snapshot.h"

/* What operations work with: a batch of changes, and what judges them. */
struct users {
	struct store store;
	const struct idm_maps *maps;
	const char *accounts; /* folder of passwd */
};

/*
 * An operation of message.h.  On success the reply's body is appended to
 * reply, and what changed to change, as "REMOTE: OLD -> NEW" with "-" for
 * none, joined by ", ".
 */
typedef enum idm_status users_op(struct users *, const struct caller *,
    const struct idm_user_request *, struct idm_buf *reply,
    struct idm_buf *change, struct idm_err *);

/*
 * Add an entry.  A user names an own login, or none for it; root any login
 * that is no system account.  IDM_INVALID: the name is malformed, or does not
 * fit the scheme.  IDM_NOTFOUND: no such scheme or login.  IDM_DENIED: the
 * login is another's.  IDM_REFUSED: SECURE mode, a system account, a veto.
 * IDM_CONFLICT: the name is mapped otherwise.  IDM_EXHAUSTED: too many.
 */
users_op users_add;

/*
 * Remove one entry, or all of a login in the scheme: a user's own, for root
 * anyone's.  IDM_NOTFOUND: there is none.  IDM_DENIED: it is another's.
 * IDM_REFUSED: SECURE mode, in which only root may clean up.
 */
users_op users_delete;

/* Remove the entries of schemes that are no more, or were made anew. */
users_op users_purge;

/*
 * Make all of the edits, each as users_delete and users_add would.  After a
 * failure, whose text names the edit, the caller gives the rewrite up: some of
 * the edits may be in it.
 */
users_op users_fix;

/* ---- What the list of entries needs to know as well. */

/* IDM_NOTFOUND: no such scheme. */
enum idm_status users_scheme(const struct idm_maps *, struct idm_str scheme,
    struct idm_ruleset *, struct idm_err *) IDM_MUSTCHECK;

/* Can the name stand in a user's map?  IDM_INVALID. */
enum idm_status users_check_remote(const struct idm_ruleset *,
    struct idm_str remote, struct idm_err *) IDM_MUSTCHECK;

/* Does an entry of the administrator refuse this very name? */
enum idm_status users_check_veto(const struct idm_maps *, struct idm_str scheme,
    struct idm_str remote, struct idm_err *) IDM_MUSTCHECK;

/* May a user's entry yield this account?  IDM_REFUSED. */
enum idm_status users_check_account(const struct idm_policy *,
    const struct idm_account *, struct idm_err *) IDM_MUSTCHECK;

#endif
