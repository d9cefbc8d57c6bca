/*
 * roll -- who is in a domain that is kept here as a whole, and in which groups.
 *
 * What is needed of everybody at once to tell memberships, and no more: users
 * by the handle by which groups name them, groups with whom they name.  Groups
 * may be in groups, and in each other.  Who is out is known, and nobody's
 * member; a group that is out leads to those that it has all the same.
 */

#ifndef IDM_DAEMON_ROLL_H
#define IDM_DAEMON_ROLL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "directory/object.h"

#define ROLL_NONE UINT32_MAX

struct roll;

/* nesting: levels of groups in groups that are followed. */
enum idm_status roll_new(
    unsigned nesting, struct roll **, struct idm_err *) IDM_MUSTCHECK;
void roll_free(struct roll **);

/* What stands for a DN or a name: alike for all its spellings, and always. */
uint64_t roll_handle(struct idm_str text, bool is_dn);

/* What users and groups have in common. */
struct roll_entry {
	uint64_t handle;
	struct idm_str key; /* of its record by name */
	uint8_t uuid[IDM_GUID_SIZE];
	bool has_uuid;
	bool is_out;       /* it is not served ... */
	bool is_contested; /* ... because another one has its name or number */
	bool is_restored;  /* what the cache had of it was taken out */
	bool is_new;       /* its name or number was not served before */
	bool is_kept;      /* the cache has its entry as it is */
	bool is_guest;     /* of another domain: nothing is put of it */
};
struct roll_user {
	struct roll_entry entry;
	struct idm_str shown; /* as groups list it */
	uint32_t primary;     /* gid */
};
struct roll_group {
	struct roll_entry entry;
	struct idm_str record; /* of map/own.h; its members do not count */
	uint32_t gid;
	unsigned doubt;       /* ROLL_... */
	struct idm_str local; /* the group of this host that it is; or empty */
};

/* Of a group's members, also of those that others in it have. */
#define ROLL_AS_IT_WAS 0x1u /* some are those that it had */
#define ROLL_PARTIAL   0x2u /* some are not known */

/*
 * Add one; texts are copied.  *place, which may be NULL, is where it stands.
 * IDM_CONFLICT: the handle is there already.
 */
enum idm_status roll_add_user(struct roll *, const struct roll_user *,
    uint32_t *place, struct idm_err *) IDM_MUSTCHECK;
/* The handles of whom it names are copied, too. */
enum idm_status roll_add_group(struct roll *, const struct roll_group *,
    const uint64_t *member, size_t nmembers, uint32_t *place,
    struct idm_err *) IDM_MUSTCHECK;

/* ROLL_NONE: the handle is nobody's. */
uint32_t roll_find_user(const struct roll *, uint64_t handle);
uint32_t roll_find_group(const struct roll *, uint64_t handle);

/* By place, from 0 on; what becomes of one may be set. */
uint32_t roll_users(const struct roll *);
uint32_t roll_groups(const struct roll *);
struct roll_user *roll_user_at(struct roll *, uint32_t place);
struct roll_group *roll_group_at(struct roll *, uint32_t place);
/* Whom a group names itself. */
const uint64_t *roll_named(const struct roll *, uint32_t group, uint32_t *n);

/*
 * The names of all users in a group, also through others, each once, when all
 * users and groups are there; lent until the next call.
 */
enum idm_status roll_members(struct roll *, uint32_t group,
    const struct idm_str **name, size_t *n, struct idm_err *) IDM_MUSTCHECK;
/* Of the group whose members were asked for: doubts about them ... */
unsigned roll_doubt(const struct roll *);
/* ... and whether the user of this handle is one of them. */
bool roll_has_member(const struct roll *, uint64_t handle);

/*
 * Each user's gids, ascending, each once, without the primary one; lent while
 * each() runs, which ends the walk as it ends.
 */
typedef enum idm_status roll_each(void *context, const struct roll_user *,
    const uint32_t *gid, uint32_t ngids, struct idm_err *);
enum idm_status roll_gids(
    struct roll *, roll_each *, void *context, struct idm_err *) IDM_MUSTCHECK;

/*
 * Each user's groups of this host, by the names of those that are such,
 * likewise but in the order of the groups; of who has any.
 */
typedef enum idm_status roll_each_local(void *context, const struct roll_user *,
    const struct idm_str *name, size_t n, struct idm_err *);
enum idm_status roll_locals(struct roll *, roll_each_local *, void *context,
    struct idm_err *) IDM_MUSTCHECK;

#endif
