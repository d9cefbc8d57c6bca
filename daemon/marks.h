/*
 * marks -- high-water marks over the loss of a state.
 *
 * Whoever puts an older state, or none, in the place of one that is lost must
 * not give a number again that the lost one gave.  What can still be read of
 * it is believed when it says more; beyond that a gap is left out.
 */

#ifndef IDM_DAEMON_MARKS_H
#define IDM_DAEMON_MARKS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "map/changes.h"
#include "map/snapshot.h"
#include "state/state.h"

struct marks {
	struct idm_changes *known; /* h/DOMAIN/KIND as records of a state */
	bool is_whole;             /* what was read is all there was */
};

enum idm_status marks_new(struct marks *, struct idm_err *) IDM_MUSTCHECK;
void marks_free(struct marks *);

/* Take a record of a state if it is a mark, and higher than what is known. */
enum idm_status marks_take(struct marks *, struct idm_str key,
    struct idm_str value, struct idm_err *) IDM_MUSTCHECK;

/*
 * Take what there is in dir, whatever its state.  uuid: the one that was
 * adopted; NULL: any.  is_whole tells whether all of it could be read.
 */
enum idm_status marks_salvage(struct marks *, const char *dir, uid_t owner,
    const uint8_t *uuid, struct idm_err *) IDM_MUSTCHECK;

/*
 * Stage the marks.  Unless what was salvaged is whole, each is raised, and a
 * domain that allocates has one even if none is known: by gap; or, if that is
 * 0, by as much as was given so far, at least 1024 ids or 8 slices; but by no
 * more than a quarter of what is left.
 */
enum idm_status marks_stage(const struct marks *, const struct idm_maps *,
    uint32_t gap, struct idm_state *, struct idm_err *) IDM_MUSTCHECK;

#endif
