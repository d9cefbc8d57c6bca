/*
 * pins -- what an import wants to be so: judged, and staged.
 *
 * The keeper's judgement: the domain is configured, the number lies in its
 * range and is no reserved one and no local account's, and neither it nor the
 * SID belongs to somebody else already.
 */

#ifndef IDM_DAEMON_PINS_H
#define IDM_DAEMON_PINS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "map/snapshot.h"
#include "state/request.h"
#include "state/state.h"

struct pins {
	const struct idm_maps *maps;
	const char *accounts; /* folder of passwd */
	struct idm_state *state;
	bool replace; /* what stands in the way gives way */
	/* Out: */
	uint32_t created;
	uint32_t present; /* were so before */
	uint32_t removed; /* gave way */
};

/*
 * Stage all of the pins.  After a failure, whose text names the pin, some may
 * be staged; the caller takes them back.
 */
enum idm_status pins_stage(
    struct pins *, struct idm_str items, struct idm_err *) IDM_MUSTCHECK;

#endif
