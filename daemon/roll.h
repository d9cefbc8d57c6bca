/*
 * roll -- who is in a domain that is kept here as a whole, and in which groups.
 *
 * What is needed of everybody at once to tell memberships, and no more: users
 * by the handle by which groups name them, groups with whom they name.  Groups
 * may be in groups, and in each other.
 */

#ifndef IDM_DAEMON_ROLL_H
#define IDM_DAEMON_ROLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

struct roll;

/* nesting: levels of groups in groups that are followed. */
enum idm_status roll_new(
    unsigned nesting, struct roll **, struct idm_err *) IDM_MUSTCHECK;
void roll_free(struct roll **);

/* What stands for a DN or a name: alike for all its spellings. */
uint64_t roll_handle(const struct roll *, struct idm_str, bool is_dn);

/* A user; its texts are copied. */
struct roll_user {
	uint64_t handle;
	struct idm_str key;   /* of its records */
	struct idm_str shown; /* as groups list it */
	uint32_t primary;     /* gid */
};
/* IDM_CONFLICT: the handle is there already. */
enum idm_status roll_add_user(
    struct roll *, const struct roll_user *, struct idm_err *) IDM_MUSTCHECK;
bool roll_has_user(const struct roll *, uint64_t handle);
size_t roll_users(const struct roll *);

/*
 * A group, with the handles of whom it names; these and the context, which is
 * the caller's, are kept.  IDM_CONFLICT as above.
 */
enum idm_status roll_add_group(struct roll *, uint64_t handle,
    const uint64_t *member, size_t nmembers, void *context,
    struct idm_err *) IDM_MUSTCHECK;
size_t roll_groups(const struct roll *);
void *roll_context(const struct roll *, size_t group);

/*
 * The names of all users in a group, also through others, each once, when all
 * users and groups are there; lent until the next call.
 */
enum idm_status roll_members(struct roll *, size_t group,
    const struct idm_str **name, size_t *n, struct idm_err *) IDM_MUSTCHECK;
/* This is the number of the group whose members were just asked for. */
enum idm_status roll_number(
    struct roll *, uint32_t gid, struct idm_err *) IDM_MUSTCHECK;

/*
 * Then: each user's gids, ascending, each once, without the primary one;
 * lent while each() runs, which ends the walk as it ends.
 */
typedef enum idm_status roll_each(void *context, struct idm_str key,
    const uint32_t *gid, uint32_t ngids, struct idm_err *);
enum idm_status roll_gids(
    struct roll *, roll_each *, void *context, struct idm_err *) IDM_MUSTCHECK;

#endif
