/*
 * snapshot -- the current policy and user maps, shared by all threads.
 *
 * One struct idm_snapshot stands for /var/lib/idmap in a process.  Whoever
 * enters it gets the pair of maps that is current, and may use what they lend
 * until leaving.  Entering takes no lock and, but for a stat(2) of each path
 * when the last look was more than 100 ms ago, makes no system call.  A new
 * version is noticed by its inode; an old one is unmapped when no thread is
 * inside.  A forked child starts with nobody inside.
 *
 * The users' map and the state store count as present only when their owner is
 * one of the policy's keepers and their UUID the one that the policy adopted;
 * the cache (map/cached.h), which may be deleted at any time, whatever its
 * UUID.
 */

#ifndef IDM_MAP_SNAPSHOT_H
#define IDM_MAP_SNAPSHOT_H

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
#define IDM_MAPS_RULE_USERS  0x1u
#define IDM_MAPS_RULE_GROUPS 0x2u

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
	uint8_t rules;              /* IDM_MAPS_RULE_*: there are such */
	uint32_t nserving;
	struct idm_serving serving[IDM_SERVING_MAX];
};

struct idm_snapshot;

/* The process's snapshot of IDM_STATEDIR.  Never NULL, never freed. */
struct idm_snapshot *idm_snapshot_system(void);

/*
 * A snapshot of another folder, whose map.gdbm must belong to owner: for
 * tests and tools.  Give it back with idm_snapshot_free().
 */
enum idm_status idm_snapshot_new(const char *dir, uid_t owner,
    struct idm_snapshot **, struct idm_err *) IDM_MUSTCHECK;
void idm_snapshot_free(struct idm_snapshot **);

/*
 * Enter and leave.  Between the two the caller must not wait for anything,
 * nor be cancelled: old versions would stay mapped for ever.  IDM_TEMPFAIL:
 * there is no usable map now; err, which may be NULL, says why.  errno is
 * preserved.  Safe in threads, after fork, and nested.
 */
struct idm_inside {
	const struct idm_maps *maps;
	void *stripe;
};
enum idm_status idm_snapshot_enter(
    struct idm_snapshot *, struct idm_inside *, struct idm_err *) IDM_MUSTCHECK;
void idm_snapshot_leave(struct idm_inside *);

/*
 * Read the maps of a folder once, for a program that wants one moment of
 * them: what a snapshot does, without sharing.
 */
enum idm_status idm_maps_open(const char *dir, uid_t owner, struct idm_maps **,
    struct idm_err *) IDM_MUSTCHECK;
void idm_maps_close(struct idm_maps **);

/*
 * The same of a snapshot's folder: one moment, to be kept for as long as
 * somebody likes, where entering would hold up the others.
 */
enum idm_status idm_snapshot_pin(const struct idm_snapshot *,
    struct idm_maps **, struct idm_err *) IDM_MUSTCHECK;

#endif
