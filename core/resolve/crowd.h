/*
 * crowd -- who belongs together: a user's groups, and a group's members.
 *
 * For the files of this folder only.  Whoever cannot be served is left out;
 * what could not be known makes the crowd partial, and is no failure.
 */

#ifndef IDM_RESOLVE_CROWD_H
#define IDM_RESOLVE_CROWD_H

#include "resolve/bearer.h"

/* All but the bearer zero at the start; idm_crowd_fini() at the end. */
struct idm_crowd {
	const struct idm_bearer *bearer;
	bool is_partial;
	uint32_t *gid;
	uint32_t ngids;
	uint32_t gids_room;
	struct idm_str *local; /* groups of this host; of the bearer's pool */
	size_t nlocals;
	size_t locals_room;
	struct idm_str *member; /* as shown; of the bearer's pool */
	size_t nmembers;
	size_t members_room;
	struct idm_wish *wish; /* of groups that have no number yet */
	size_t nwishes;
	size_t wishes_room;
	struct idm_sid *sid; /* the user's groups' */
	size_t nsids;
	size_t sids_room;
};

/* The gids of a user's groups, settled. */
enum idm_status idm_crowd_groups(struct idm_crowd *,
    const struct idm_facts *user, uint32_t primary,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_crowd_members(struct idm_crowd *,
    const struct idm_facts *group, struct idm_err *) IDM_MUSTCHECK;

/* One that a group names: a user, or all of a group of another domain. */
enum idm_status idm_crowd_member(struct idm_crowd *, const struct idm_facts *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Groups of this domain whose members an account of another one is, by its DN
 * and the SIDs of its token; not settled.
 */
enum idm_status idm_crowd_foreign(struct idm_crowd *, struct idm_str dn,
    const struct idm_sid *, size_t n, struct idm_err *) IDM_MUSTCHECK;

enum idm_status idm_crowd_add_gid(
    struct idm_crowd *, uint32_t gid, struct idm_err *) IDM_MUSTCHECK;
/* shown is copied. */
enum idm_status idm_crowd_add_member(
    struct idm_crowd *, struct idm_str shown, struct idm_err *) IDM_MUSTCHECK;
/*
 * Ascending, each once, without the primary one, those of this host's groups,
 * and those that the name service would not serve.
 */
void idm_crowd_settle(struct idm_crowd *, uint32_t primary);
/* Never NULL. */
const uint32_t *idm_crowd_gids(const struct idm_crowd *);

void idm_crowd_fini(struct idm_crowd *);

#endif
