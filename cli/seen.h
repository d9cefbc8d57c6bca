/*
 * seen -- Windows names that were served with a number of their own, and what
 * a new name rule does to them.
 *
 * What tells is the map: the records of own identities.  A rule for one name
 * takes effect, and the old and the new number are told; one with a wildcard
 * that would catch such names is held, and they are listed.
 */

#ifndef IDM_CLI_SEEN_H
#define IDM_CLI_SEEN_H

#include <stdbool.h>

#include "map/rewrite.h"
#include "rules/namerule.h"

/*
 * Judge a rule that is about to be added to a rewrite.  IDM_REFUSED: it has a
 * wildcard and would change numbers; it is not forced, and err counts the
 * names, which were told.
 */
enum idm_status seen_judge(const struct idm_rewrite *,
    const struct idm_namerule *, bool force, struct idm_err *) IDM_MUSTCHECK;

#endif
