/*
 * revive -- a new state in the place of a lost one.
 *
 * Of the records of a backup, or of none.  What was there is set aside as
 * NAME.old, and high-water marks are put where nothing can have been given.
 */

#ifndef IDM_DAEMON_REVIVE_H
#define IDM_DAEMON_REVIVE_H

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "map/snapshot.h"
#include "state/request.h"
#include "state/state.h"

struct revive {
	const char *dir;             /* of the state */
	uid_t uid;                   /* whose it is */
	const struct idm_maps *maps; /* NULL: there is no map yet */
	uint32_t gap;                /* see marks_stage() */
	struct idm_str records;      /* of struct idm_state_record */
	/* Out: */
	struct idm_state *state;
	uint32_t n;
};

/*
 * IDM_INVALID: a record that no state has; nothing has changed.  After another
 * failure the old state may be set aside, and the new one is not adopted.
 */
enum idm_status revive_state(struct revive *, struct idm_err *) IDM_MUSTCHECK;

#endif
