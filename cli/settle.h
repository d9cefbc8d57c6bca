/*
 * settle -- what follows when domains have been put in force: the state that
 * numbers are given from, and the names files.
 */

#ifndef IDM_CLI_SETTLE_H
#define IDM_CLI_SETTLE_H

#include "cli/names.h"

/*
 * Have the state adopted when a named domain gives numbers and none was yet,
 * then compile the names files.  An idmapd that does not run is told, and is
 * no failure as long as nobody needs it.  Other failures were printed.
 */
enum idm_status cli_settle(struct cli_names *) IDM_MUSTCHECK;

/*
 * Have the state adopted if none was yet, idmapd runs, and this is root: the
 * first id that root asks for needs no other command.  False when there was
 * nothing to do, or it could not be done.
 */
bool cli_settle_state(const struct cli_request *);

#endif
