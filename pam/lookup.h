/*
 * lookup -- whose business a name is, and which account it is here.
 *
 * The decision behind every entry point, without a word of PAM: a name in
 * /etc/passwd is none of ours and is settled before any map is opened, so a
 * local user neither waits for us nor fails with us.  Maps are opened, read
 * and closed within the call: a login sees the maps of its own moment, and
 * nothing is left behind when libpam unloads the module.  Of a directory's
 * user idmapd is asked, never for longer than the domain's wait_ms.
 */

#ifndef IDM_PAM_LOOKUP_H
#define IDM_PAM_LOOKUP_H

#include <stdbool.h>

#include "base/err.h"
#include "base/trace.h"
#include "identity/account.h"
#include "map/cached.h"
#include "map/namemap.h"

/* What a foreign name is here. */
struct idm_pam_answer {
	bool is_ours;       /* false: the rest is not set */
	bool is_own;        /* an own identity: account is its own, no match */
	bool lists_service; /* the policy lets the service canonicalize */
	char name[IDM_REMOTE_MAX + 1]; /* as typed */
	struct idm_match match;
	struct idm_account account;
	/* What a directory says of it; of others nothing: it is good. */
	struct idm_cached_account standing;
};

/*
 * Look a name up for a PAM service.  IDM_OK and not is_ours: it is a local
 * name, or one that is in no domain and that no scheme splits; others decide.
 * Every failure means that the name is ours to refuse: IDM_REFUSED,
 * IDM_INVALID (a rule says no, it cannot be a name, it has no shell),
 * IDM_NOTFOUND (no entry, no such account), else we cannot tell.  Whether an
 * account that was found is closed is for the caller to judge.
 */
enum idm_status idm_pam_lookup(const char *name, const char *service,
    struct idm_pam_answer *, const struct idm_trace *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Why a service may not have PAM_USER changed under it, or NULL.  The policy
 * must list it; those of idm_service_holds_name() no policy can list.
 */
const char *idm_pam_service_veto(
    const char *service, const struct idm_pam_answer *);

#endif
