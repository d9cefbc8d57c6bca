/*
 * former -- numbers that were others' before a domain got them: those of a
 * domain that was removed, and those that accounts of the domain itself were
 * given by the catch-all.
 */

#ifndef IDM_CLI_FORMER_H
#define IDM_CLI_FORMER_H

#include <jansson.h>
#include <stdbool.h>

#include "map/domain.h"

#include "cli/given.h"

/*
 * Does the domain get an id that the removed one served?  was: what it is in
 * the map, whose ids it has already; NULL: it is new.
 */
bool former_owns(const struct idm_domain *removed, const struct idm_domain *was,
    const struct idm_domain *present);

/*
 * Append to numbers what was given and would not stay: to the domain's accounts
 * under another domain, most often the catch-all, and by a catch-all of 12 bits
 * to another domain that has the same: {"sid", "from"}, at most so many.  True:
 * there is something.
 */
bool former_allocations(const struct cli_given *,
    const struct idm_domain *present, json_t *numbers, size_t max);

#endif
