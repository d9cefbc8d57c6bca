/*
 * guests_parts -- what the files of guests have of each other.
 *
 * For these files only: guests_held.c knows the domain's own accounts in groups
 * of others, guests_found.c others' accounts in its own groups.
 */

#ifndef IDM_DAEMON_GUESTS_PARTS_H
#define IDM_DAEMON_GUESTS_PARTS_H

#include "daemon/guests.h"

#define GUESTS_HASH_KEY "who has to do with" /* 16 bytes; no secret */

struct guests_wanted {
	struct idm_sid sid;
	uint64_t handle; /* under which others name it */
	uint32_t next;   /* with the same SID, from 1 on; 0: none */
};

enum idm_status guests_no_memory(struct idm_err *);
/* Room for one more; NULL: no memory. */
void *guests_grow(void *array, size_t n, size_t *room, size_t size);

/* ---- What is laid into the roll: members, then the group that has them. */

enum idm_status guests_add_member(
    struct guests *, uint64_t handle, struct idm_err *) IDM_MUSTCHECK;
enum idm_status guests_add_group(
    struct guests *, const struct roll_group *, struct idm_err *) IDM_MUSTCHECK;

/* ---- Other domains. */

const struct idm_maps *guests_maps(const struct guests *);
/* One whose accounts may be members of groups, and that may have such; NULL. */
struct realm *guests_neighbour(const struct realms_moment *,
    const struct idm_domain *own, const struct idm_domain *);
/* Is all of it in the cache? */
bool guests_has(const struct guests *, const struct idm_domain *);
/* It is taken as it was. */
void guests_keep(struct guests *, const struct idm_domain *);
/* The next entry that can be read.  IDM_NOTFOUND: there is none left. */
enum idm_status guests_next_entry(const struct guests *,
    const struct idm_domain *, struct idm_walk *,
    struct idm_cached_entry *) IDM_MUSTCHECK;
/* NULL: none that is configured. */
const struct idm_domain *guests_domain_of_dn(
    const struct guests *, struct idm_str dn);
const struct idm_domain *guests_domain_of_name(
    const struct idm_maps *, struct idm_str shown);

#endif
