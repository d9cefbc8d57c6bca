/*
 * cover -- does one entry match every name that another one matches?
 *
 * The later pattern is read as a row of tokens (a character, ?, a bracket
 * expression, *), and the earlier one matched against that row.  What this
 * finds is so; some pairs that are so only by what their sets have in common
 * are not found.
 */

#ifndef IDM_CLI_COVER_H
#define IDM_CLI_COVER_H

#include <stdbool.h>
#include <stddef.h>

#include "rules/entry.h"

/* Does entry earlier match every name that entry later matches? */
bool cli_cover(const struct idm_descriptor *, const struct idm_entry *earlier,
    const struct idm_entry *later);

/*
 * Of n entries in their total order, for each the place of an earlier one
 * that covers it, or n when there is none.  Entries without metacharacters
 * are never covered.
 */
enum idm_status cli_cover_find(const struct idm_descriptor *,
    const struct idm_entry *const *entries, size_t n, size_t *covered_by,
    struct idm_err *) IDM_MUSTCHECK;

#endif
