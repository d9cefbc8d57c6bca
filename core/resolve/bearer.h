/*
 * bearer -- a directory's facts, as an identity that bears a name and a number.
 *
 * For the files of this folder only.  IDM_REFUSED: it cannot be served; err
 * says whose entry it is, and why.
 */

#ifndef IDM_RESOLVE_BEARER_H
#define IDM_RESOLVE_BEARER_H

#include "map/own_edit.h"
#include "resolve/fetch.h"
#include "resolve/ownid.h"

/* What all identities of one question have in common. */
struct idm_bearer {
	const struct idm_fetch *with;
	struct idm_realm realm;
	const struct idm_taken *taken;
	struct idm_taken *own_taken; /* the same, when it was read here */
};

enum idm_status idm_bearer_init(struct idm_bearer *, const struct idm_fetch *,
    struct idm_pool *, struct idm_err *) IDM_MUSTCHECK;
void idm_bearer_fini(struct idm_bearer *);

/* Do the domain's numbers stand in its directory? */
bool idm_bearer_has_numbers(const struct idm_domain *);

/* Key, names and override; no number yet. */
enum idm_status idm_bearer_name(const struct idm_bearer *,
    const struct idm_facts *, struct idm_ownid *,
    struct idm_err *) IDM_MUSTCHECK;
/*
 * Its number, but for those that must be granted (as idm_ownid_number()).
 */
enum idm_status idm_bearer_number(const struct idm_bearer *,
    const struct idm_facts *, struct idm_ownid *, bool *needs_grant,
    struct idm_err *) IDM_MUSTCHECK;

/* All of it: name, number, and that nobody else has them. */
enum idm_status idm_bearer_identify(const struct idm_bearer *,
    const struct idm_facts *, struct idm_ownid *,
    struct idm_err *) IDM_MUSTCHECK;

/* The records' part of an identity that was identified; of a user with its
 * primary group. */
enum idm_status idm_bearer_user(const struct idm_bearer *,
    const struct idm_facts *, const struct idm_ownid *, struct idm_own_member *,
    struct idm_err *) IDM_MUSTCHECK;
void idm_bearer_group(const struct idm_bearer *, const struct idm_ownid *,
    struct idm_own_group_of *);

#endif
