/*
 * served -- own identities, as their records tell them and the policy admits.
 *
 * A record is only what somebody once wrote.  Whether it may be served is
 * what map.gdbm says now: its domain must be there and hold its number, of
 * this kind, and no number below the floor is served.
 *
 * Records of a domain with a directory stand in the cache and are of some age;
 * those of the others were compiled into map.gdbm.  Neither file is asked for
 * what the other has.
 *
 * All return IDM_NOTFOUND when there is none or it may not be served, and
 * IDM_CORRUPT when the record is damaged; in the cache a damaged one is none.
 * Texts are lent from the maps; a group's members were not looked at
 * (idm_own_group_open()).
 */

#ifndef IDM_BACKENDS_SERVED_H
#define IDM_BACKENDS_SERVED_H

#include "base/err.h"
#include "map/cached.h"
#include "map/equal.h"
#include "map/own.h"
#include "map/snapshot.h"
#include "map/windows.h"

/*
 * What an answer is worth.  IDM_NOTFOUND with a directory: it may know what is
 * not here, and should be asked before somebody is told that there is none.
 * IDM_OK with one: the answer is of this age, never IDM_CACHED_EXPIRED.
 * Without one the answer is final.
 */
struct idm_served {
	const struct idm_domain *directory; /* whose; NULL: nobody's */
	enum idm_cached_age age;
	uint8_t flags; /* IDM_CACHED_* */
	uint64_t when; /* of an answer of a directory */
};

/* A user or group by its name. */
enum idm_status idm_served_user(const struct idm_maps *,
    const struct idm_windows *, struct idm_own_user *,
    struct idm_served *) IDM_MUSTCHECK;
enum idm_status idm_served_group(const struct idm_maps *,
    const struct idm_windows *, struct idm_own_group *,
    struct idm_served *) IDM_MUSTCHECK;

/*
 * Whom its directory says that an account equals.  IDM_NOTFOUND also when the
 * account's own record is here, of the age that is told.
 */
enum idm_status idm_served_equal(const struct idm_maps *,
    const struct idm_windows *, bool is_group, struct idm_equal *,
    struct idm_served *) IDM_MUSTCHECK;

/*
 * Whom the entries of a native LDAP domain say that a Windows account of any
 * domain is; idm_equal_is_nobody(), too, is an answer.
 */
enum idm_status idm_served_native(const struct idm_maps *,
    const struct idm_windows *, bool is_group, const struct idm_domain *native,
    struct idm_equal *, struct idm_served *) IDM_MUSTCHECK;

/* The same by number. */
enum idm_status idm_served_user_by_id(const struct idm_maps *, uint32_t uid,
    struct idm_own_user *, struct idm_served *) IDM_MUSTCHECK;
enum idm_status idm_served_group_by_id(const struct idm_maps *, uint32_t gid,
    struct idm_own_group *, struct idm_served *) IDM_MUSTCHECK;

/* The groups of a user, as idm_own_gids_read() has them. */
enum idm_status idm_served_gids(const struct idm_maps *,
    const struct idm_own_user *, struct idm_cursor *, uint32_t *n,
    struct idm_served *) IDM_MUSTCHECK;

/* What a SID is of.  Its number was not looked at. */
enum idm_status idm_served_sid(const struct idm_maps *, const struct idm_sid *,
    struct idm_own_sid *, struct idm_served *) IDM_MUSTCHECK;

/* May a record that was read be served?  Its domain; NULL: it may not. */
const struct idm_domain *idm_served_admits_user(
    const struct idm_maps *, const struct idm_own_user *);
const struct idm_domain *idm_served_admits_group(
    const struct idm_maps *, const struct idm_own_group *);

/* Whose directory may know of a number; NULL: none's. */
const struct idm_domain *idm_served_directory(
    const struct idm_maps *, uint32_t id);

/* Of what age is a domain's record of the cache? */
enum idm_cached_age idm_served_age(const struct idm_maps *,
    const struct idm_domain *, const struct idm_cached *);

/*
 * Does a domain's record of the cache count?  One that is not sure does when
 * the whole domain is here.
 */
bool idm_served_counts(const struct idm_maps *, const struct idm_domain *,
    const struct idm_cached *);

/* May the number be among the groups of an own identity? */
bool idm_served_admits_gid(const struct idm_maps *, uint32_t gid);

/*
 * The same of one of many, of which most are of one domain: that of the last
 * one, at first NULL.
 */
bool idm_served_admits_next_gid(
    const struct idm_maps *, uint32_t gid, const struct idm_domain **last);

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
