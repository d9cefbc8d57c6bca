/*
 * fold -- a child that folds the state while the keeper goes on answering.
 *
 * It has the state as it was at its start, copied on write; publishes that and
 * ends.  It dies with the keeper.  Nothing is lost wherever either is killed:
 * see state/state.h.
 */

#ifndef IDM_DAEMON_FOLD_H
#define IDM_DAEMON_FOLD_H

#include <stdbool.h>

#include "base/err.h"
#include "daemon/child.h"
#include "state/state.h"

struct fold {
	struct child child;
};

void fold_init(struct fold *);

/* Begin to fold what is synced by now. */
enum idm_status fold_start(
    struct fold *, struct idm_state *, struct idm_err *) IDM_MUSTCHECK;

bool fold_is_on(const struct fold *);

/*
 * Has the child ended?  Then its child's fd hangs up.  The second waits for
 * that, for so many milliseconds at most.
 */
bool fold_is_over(const struct fold *);
bool fold_await(const struct fold *, int ms);

/* Take over what the child has done.  Waits for its end. */
enum idm_status fold_end(
    struct fold *, struct idm_state *, struct idm_err *) IDM_MUSTCHECK;

/* Kill the child, if there is one; before the state is closed. */
void fold_stop(struct fold *);

#endif
