/*
 * elsewhere -- what the directories of other domains add to a crowd.
 *
 * For the files of this folder only.  Another domain gets half of the time that
 * is left; one that does not answer makes the crowd partial, and is no failure.
 * Where nobody lends those directories, nothing of them is known.
 */

#ifndef IDM_RESOLVE_ELSEWHERE_H
#define IDM_RESOLVE_ELSEWHERE_H

#include "resolve/crowd.h"

/* Add whoever has that SID: a user, or all members of a group. */
enum idm_status idm_elsewhere_member(
    struct idm_crowd *, const struct idm_sid *, struct idm_err *) IDM_MUSTCHECK;

/* Add the user of whom no more is known than the DN. */
enum idm_status idm_elsewhere_entry(
    struct idm_crowd *, struct idm_str dn, struct idm_err *) IDM_MUSTCHECK;

/*
 * The number of a group of which no more is known than its SID, where it stands
 * in the directory of its domain.  IDM_REFUSED: it has none; IDM_TEMPFAIL: it
 * is not known.
 */
enum idm_status idm_elsewhere_number(const struct idm_crowd *,
    struct idm_ownid *group, struct idm_err *) IDM_MUSTCHECK;

/*
 * Add the groups of other Active Directories that the user is in, as itself or
 * by the groups whose SIDs the crowd has.
 */
enum idm_status idm_elsewhere_groups(struct idm_crowd *,
    const struct idm_facts *user, struct idm_err *) IDM_MUSTCHECK;

#endif
