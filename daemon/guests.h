/*
 * guests -- accounts of other domains in the groups of one that is kept as a
 * whole, and its own in theirs.
 *
 * Only Active Directory has such members: by SID, as a foreign security
 * principal, or in one forest by DN.  What the cache tells of other domains
 * that are here as a whole is read there.  Others are asked, now and then, and
 * between that taken as they were: what the cache has of them is put again.
 *
 * All of it is laid into the roll: other domains' groups, with a number and no
 * record, and other domains' users, who are members and no more.
 */

#ifndef IDM_DAEMON_GUESTS_H
#define IDM_DAEMON_GUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "daemon/places.h"
#include "daemon/realms.h"
#include "daemon/roll.h"
#include "resolve/fetch.h"
#include "resolve/pool.h"

/* What a reading has seen of other domains. */
struct guests_seen {
	uint64_t kept;  /* of those that are here as a whole */
	uint64_t asked; /* of those that are asked */
};

/* One whom a group names. */
struct guest {
	uint64_t handle;
	struct idm_str dn;
};

struct guests {
	const struct realms_moment *moment;
	struct idm_finder finder; /* of the domain itself */
	struct idm_fetch with;
	struct roll *roll;
	bool may_ask;
	bool is_on; /* it is an Active Directory */
	/* Its own. */
	struct idm_pool *pool;
	struct guest *guest;
	size_t n, room;
	struct places by_handle;
	struct guests_wanted *wanted; /* own accounts that others name by SID */
	size_t nwanted, wanted_room;
	struct places by_sid;
	bool *is_kept;    /* of each domain: taken as it was */
	bool any_kept;    /* ... of one at least */
	bool is_silent;   /* one that should have been asked did not answer */
	uint64_t *member; /* of what is laid into the roll next */
	size_t nmembers, members_room;
};

/* The first four are set.  After a failure, too, end with guests_fini(). */
enum idm_status guests_begin(struct guests *, struct idm_err *) IDM_MUSTCHECK;
void guests_fini(struct guests *);

/* Before anybody of the domain itself: whom others' groups name. */
enum idm_status guests_load(struct guests *, struct idm_err *) IDM_MUSTCHECK;

/* An account of the domain: perhaps others' groups name its SID. */
enum idm_status guests_meet(struct guests *, const struct idm_sid *,
    uint64_t handle, struct idm_err *) IDM_MUSTCHECK;

/* A group of the domain names somebody, perhaps of another one. */
enum idm_status guests_note(struct guests *, struct idm_str dn, uint64_t handle,
    struct idm_err *) IDM_MUSTCHECK;

/* Whoever was noted under this handle; an empty one: nobody. */
struct idm_str guests_dn(const struct guests *, uint64_t handle);

/* All are there: find the names of those that were noted. */
enum idm_status guests_find(struct guests *, struct idm_err *) IDM_MUSTCHECK;

/* Is it of a domain that is taken as it was? */
bool guests_keep_gid(const struct guests *, uint32_t gid);
bool guests_keep_name(const struct guests *, struct idm_str shown);

/* Under which handle the roll has a user of another domain. */
uint64_t guests_handle(struct idm_str shown);

/*
 * What is to be seen of other domains now; a reading that saw something else
 * has to be made again.  has_guests: its own groups name some.
 */
struct guests_seen guests_see(const struct realms_moment *,
    const struct idm_domain *, bool has_guests, uint64_t now);

#endif
