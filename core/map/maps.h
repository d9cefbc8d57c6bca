/*
 * maps -- what the files in /var/lib/idmap hold at one moment.
 *
 * The administrator's policy with what every lookup needs of it decoded, and
 * beside it what the keeper's files say, each a view that is lent as long as
 * the maps are open.  Nothing here is shared or kept up to date: that is what a
 * snapshot does (map/snapshot.h).
 *
 * The users' map and the state store count as present only when their owner is
 * one of the policy's keepers and their UUID the one that the policy adopted;
 * the cache (map/cached.h), which may be deleted at any time, whatever its
 * UUID.
 */

#ifndef IDM_MAP_MAPS_H
#define IDM_MAP_MAPS_H

#include "base/err.h"
#include "map/domain.h"
#include "map/format.h"
#include "map/view.h"

/* A scheme that answers NSS, as the lookup by bare name needs it. */
struct idm_serving {
	char scheme[IDM_SCHEME_MAX + 1];
	struct idm_descriptor descriptor;
};

/* Name rules that lead from users to users, and from groups to groups. */
#define IDM_MAPS_RULE_USERS    0x1u
#define IDM_MAPS_RULE_GROUPS   0x2u
/* Windows names of users, of groups, are looked for in native LDAP. */
#define IDM_MAPS_NATIVE_USERS  0x4u
#define IDM_MAPS_NATIVE_GROUPS 0x8u

/* Both maps of one moment, with what every lookup needs of them decoded. */
struct idm_maps {
	const struct idm_view *map;
	struct idm_policy policy;
	const struct idm_view *users; /* NULL: none adopted, or unavailable */
	struct idm_err users_err;     /* why an adopted one is unavailable */
	const struct idm_view *state; /* allocations; NULL as with users */
	struct idm_err state_err;
	const struct idm_view *cache; /* what directories told; may be NULL */
	struct idm_err cache_err;
	bool has_directory; /* a domain has one; else no cache is read */
	struct idm_domains domains; /* empty when none are configured */
	/* Up to when records of each count that are not sure; NULL: none. */
	const uint64_t *sure;
	uint8_t rules; /* IDM_MAPS_*: there are such */
	uint32_t nserving;
	struct idm_serving serving[IDM_SERVING_MAX];
};

/*
 * Read the maps of a folder once, whose map.gdbm must belong to owner: for a
 * program that wants one moment of them.
 */
enum idm_status idm_maps_open(const char *dir, uid_t owner, struct idm_maps **,
    struct idm_err *) IDM_MUSTCHECK;
void idm_maps_close(struct idm_maps **);

/* Where the files are. */
struct idm_maps_paths {
	const char *map;
	const char *users;
	const char *state;
	const char *cache;
};

/* Those of a folder, in one piece of memory to free. */
enum idm_status idm_maps_paths(const char *dir, char **memory,
    struct idm_maps_paths *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_maps_open_paths(const struct idm_maps_paths *, uid_t owner,
    struct idm_maps **, struct idm_err *) IDM_MUSTCHECK;

/*
 * The same in the caller's memory, which is all zero.  After a failure there is
 * nothing to unload.
 */
enum idm_status idm_maps_load(struct idm_maps *, const struct idm_maps_paths *,
    uid_t owner, struct idm_err *) IDM_MUSTCHECK;
void idm_maps_unload(struct idm_maps *);

#endif
