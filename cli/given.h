/*
 * given -- what was allocated so far, as a tool sees it.
 *
 * That is what stands in the state.gdbm which the map adopted, and over it
 * what the keeper's journal has beyond: the last seconds.  The journal can be
 * read by root alone; others, and root when it is damaged, see the file.
 */

#ifndef IDM_CLI_GIVEN_H
#define IDM_CLI_GIVEN_H

#include "map/allocated.h"
#include "map/snapshot.h"
#include "state/replay.h"

struct cli_given {
	const struct idm_maps *maps; /* NULL: there are none */
	struct idm_state_peek peek;  /* view NULL: only what the maps have */
};

/* The maps, which may be NULL, must stay for as long. */
void cli_given_open(struct cli_given *, const struct idm_maps *);
void cli_given_close(struct cli_given *);

/* Can anything be looked up? */
bool cli_given_is_there(const struct cli_given *);

/* For backends; only when it is there. */
struct idm_allocations cli_given_allocations(const struct cli_given *);

/*
 * The next record, in no order, its key without the end; false after the last,
 * or where the file is damaged.  A walk is all zero at the start.
 */
struct cli_given_walk {
	struct idm_walk folded;
	bool is_past_file;
	size_t at;
};
bool cli_given_next(const struct cli_given *, struct cli_given_walk *,
    struct idm_str *key, struct idm_str *value);

#endif
