/*
 * served -- own identities, as their records tell them and the policy admits.
 *
 * A record is only what somebody once wrote.  Whether it may be served is
 * what map.gdbm says now: its domain must be there and hold its number, of
 * this kind, and no number below the floor is served.
 *
 * All return IDM_NOTFOUND when there is none or it may not be served, and
 * IDM_CORRUPT when the record is damaged.  Texts are lent from the maps; a
 * group's members were not looked at (idm_own_group_open()).
 */

#ifndef IDM_BACKENDS_SERVED_H
#define IDM_BACKENDS_SERVED_H

#include "base/err.h"
#include "map/own.h"
#include "map/snapshot.h"

/* A user or group by its record's key, as struct idm_windows has it. */
enum idm_status idm_served_user(const struct idm_maps *, struct idm_str key,
    struct idm_own_user *) IDM_MUSTCHECK;
enum idm_status idm_served_group(const struct idm_maps *, struct idm_str key,
    struct idm_own_group *) IDM_MUSTCHECK;

/* The same by number. */
enum idm_status idm_served_user_by_id(
    const struct idm_maps *, uint32_t uid, struct idm_own_user *) IDM_MUSTCHECK;
enum idm_status idm_served_group_by_id(const struct idm_maps *, uint32_t gid,
    struct idm_own_group *) IDM_MUSTCHECK;

/* May a record that was read be served?  Its domain; NULL: it may not. */
const struct idm_domain *idm_served_admits_user(
    const struct idm_maps *, const struct idm_own_user *);
const struct idm_domain *idm_served_admits_group(
    const struct idm_maps *, const struct idm_own_group *);

/* May the number be among the groups of an own identity? */
bool idm_served_admits_gid(const struct idm_maps *, uint32_t gid);

/* The domain that a record names and whose range holds its id, or NULL. */
const struct idm_domain *idm_served_domain(
    const struct idm_maps *, struct idm_str name, uint32_t id);

/*
 * The group that a user's own gid is, where the domain shows it
 * (user_private_groups): of the user's name, without members.
 */
bool idm_served_private_group(const struct idm_maps *,
    const struct idm_own_user *, struct idm_own_group *);

#endif
