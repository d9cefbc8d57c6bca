/*
 * transfer -- the requests of one import or restore, put together.
 *
 * The keeper holds one at a time, for a caller who is root.  See
 * state/request.h.
 */

#ifndef IDM_DAEMON_TRANSFER_H
#define IDM_DAEMON_TRANSFER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "state/request.h"

#define TRANSFER_MAX (512u << 20) /* bytes of all items */

struct transfer {
	bool is_open;
	uint16_t op;
	uint64_t number;
	struct idm_buf items;
};

void transfer_init(struct transfer *);
void transfer_fini(struct transfer *);

/*
 * Take a request's items.  *is_whole: it was the last one, and all items are
 * there, until transfer_end().  IDM_TEMPFAIL: it does not go on what is there,
 * and the client has to begin anew.
 */
enum idm_status transfer_take(struct transfer *, uint16_t op,
    const struct idm_state_request *, bool *is_whole,
    struct idm_err *) IDM_MUSTCHECK;

/* Forget it, and give the memory back. */
void transfer_end(struct transfer *);

#endif
