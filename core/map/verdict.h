/*
 * verdict -- what the name rules say of a Windows name, before its own record.
 *
 * A rule that catches a name makes it an alias of a local account, or of
 * nobody; the record of an own identity then no longer counts.  But who has
 * his number by an override is no rule's.  Only rules
 * that lead from users to users and from groups to groups are followed here:
 * a name that is asked for as a user is no group.
 *
 * A wildcard equates names, where there is such an account; where there is
 * none, the search goes on.  The account files are not read while the maps
 * are lent, so that is left to the caller: idm_verdict_wildcard() tells.
 */

#ifndef IDM_MAP_VERDICT_H
#define IDM_MAP_VERDICT_H

#include <stdbool.h>

#include "base/err.h"
#include "identity/name.h"
#include "map/snapshot.h"
#include "map/windows.h"

#define IDM_VERDICT_SPELLINGS                                                  \
	2 /* of a wildcard's account: canonical, lower case */

struct idm_verdict {
	/* The accounts that a wildcard would equate, in order; "": none. */
	char equated[IDM_VERDICT_SPELLINGS][IDM_LOGIN_MAX + 1];
	/* The first rule that is no such wildcard, if one was found. */
	bool is_caught;
	bool is_literal;
	bool is_privileged;
	char target[IDM_LOGIN_MAX + 1]; /* "": inhibited */
	/*
	 * Instead of a rule, the entries of this domain have named the account
	 * of the first spelling: one of this host, or else their own.
	 */
	const struct idm_domain *native; /* NULL: they have not */
	uint32_t
	    native_id; /* a group's, if it is their own and may be served */
	/*
	 * Some accounts of the domain have a name or a number by an override,
	 * and only its directory can tell whether this is one: there is no
	 * record of it.
	 */
	bool is_doubted;
};

/*
 * Are there rules from users to users, or from groups to groups, or a native
 * LDAP that may say what rules do?
 */
bool idm_verdict_any(const struct idm_maps *, bool is_group);

/* IDM_OK, whatever was found; IDM_CORRUPT: the rules are damaged. */
enum idm_status idm_verdict_ask(const struct idm_maps *,
    const struct idm_windows *, bool is_group,
    struct idm_verdict *) IDM_MUSTCHECK;

/* Overrides come first: what was found counts no more where one gives a number,
 * and is doubted where that is not known. */
void idm_verdict_heed_overrides(const struct idm_maps *,
    const struct idm_windows *, bool is_group, struct idm_verdict *);

/* Nothing was asked, nothing was found. */
void idm_verdict_clear(struct idm_verdict *);

/* Is there a wildcard that may equate the name with an account? */
bool idm_verdict_is_wild(const struct idm_verdict *);

/* Has a wildcard an account to equate the name with?  account lends from it.
 * IDM_NOTFOUND: none. */
enum idm_status idm_verdict_wildcard(const struct idm_verdict *,
    const char *account_dir, bool is_group, const char **account) IDM_MUSTCHECK;

#endif
