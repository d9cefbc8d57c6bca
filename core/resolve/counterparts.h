/*
 * counterparts -- the numbers of all accounts of a directory of numbers, read
 * at once: what counterpart.h asks for one by one.
 *
 * Of each no more is kept than what it takes to find it.
 */

#ifndef IDM_RESOLVE_COUNTERPARTS_H
#define IDM_RESOLVE_COUNTERPARTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "directory/find.h"

struct idm_counterparts;

/* Read them, by the finder's deadline.  Statuses as idm_find_all() has them. */
enum idm_status idm_counterparts_new(const struct idm_finder *,
    struct idm_counterparts **, struct idm_err *) IDM_MUSTCHECK;
void idm_counterparts_free(struct idm_counterparts **);

/*
 * Fill in the number, and a user's gid, of the account of this name; nothing
 * else is set.  IDM_NOTFOUND; IDM_REFUSED: several have the name.
 */
enum idm_status idm_counterparts_find(const struct idm_counterparts *,
    struct idm_str name, bool is_group, struct idm_facts *,
    struct idm_err *) IDM_MUSTCHECK;

/* Another one whenever they are others. */
uint64_t idm_counterparts_sum(const struct idm_counterparts *);

#endif
