/*
 * state -- the store of allocations, as root's tools ask idmapd about it.
 */

#ifndef IDM_CLI_STATE_H
#define IDM_CLI_STATE_H

#include "map/rewrite.h"
#include "state/remote.h"
#include "state/replay.h"

#define CLI_STATE_DIR  IDM_STATEDIR "/state"
#define CLI_STATE_PATH IDM_STATEDIR "/" IDM_STATE_FILE

/* How to reach idmapd; give it back with idm_remote_free(). */
enum idm_status cli_state_remote(
    struct idm_remote **, struct idm_err *) IDM_MUSTCHECK;

/*
 * Have the map that is being rewritten adopt idmapd's state, which is made if
 * the policy has none yet.  The policy is the rewrite's, changes included.
 * replace: a new state is made whatever there is.  IDM_TEMPFAIL: idmapd is not
 * there, or the adopted state is lost; err says what to do.
 */
enum idm_status cli_state_adopt(struct idm_rewrite *, bool replace,
    struct idm_str command, struct idm_err *) IDM_MUSTCHECK;

/* Have it adopt this one: what idmapd has just put in place. */
enum idm_status cli_state_take(struct idm_rewrite *,
    const uint8_t uuid[IDM_UUID_SIZE], struct idm_err *) IDM_MUSTCHECK;

/*
 * Give the records of a backup to idmapd, to be the state from now on; *uuid
 * is to be adopted.  gap, replace: see idmap(8).  IDM_CONFLICT: the state in
 * place is whole.
 */
struct cli_state_restore {
	const struct idm_view *backup;
	struct idm_str command;
	uint32_t gap;
	bool replace;
	uint8_t uuid[IDM_UUID_SIZE]; /* out */
	uint32_t records;            /* out */
};
enum idm_status cli_state_restore(
    struct cli_state_restore *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The state as it is on disk now, journal and all; the keeper's, or else it is
 * not looked at.  IDM_NOTFOUND: there is none.
 */
enum idm_status cli_state_peek(
    struct idm_state_peek *, struct idm_err *) IDM_MUSTCHECK;

#endif
