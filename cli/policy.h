/*
 * policy -- the compiled configuration, where idadmin needs it.
 */

#ifndef IDM_CLI_POLICY_H
#define IDM_CLI_POLICY_H

#include "map/format.h"
#include "map/rewrite.h"

/* The policy of a map; the defaults when it has none. */
enum idm_status cli_policy_read(const struct idm_view *, struct idm_policy *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Give a new map its policy: what idmap.conf says.  Mistakes in it are told,
 * and the defaults are taken, for a first scheme must not wait for them.
 */
enum idm_status cli_policy_begin(
    struct idm_rewrite *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Take idmapd's users' map as the one that counts: ask idmapd, store the id.
 * A map that is not the one adopted before is taken only with force.  The
 * keeper's uid is put in the policy if it is not there.
 */
enum idm_status cli_policy_adopt(struct idm_rewrite *, bool force,
    struct idm_str command, struct idm_err *) IDM_MUSTCHECK;

/* Put the keeper's uid into a policy that names none. */
enum idm_status cli_policy_keeper(
    struct idm_policy *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The same of a map that may have no policy yet, for which cli_policy_begin()
 * makes one: readers believe what directories told only of a keeper.  A host
 * that has none yet does without.
 */
enum idm_status cli_policy_settle(
    struct idm_rewrite *, struct idm_err *) IDM_MUSTCHECK;

#endif
