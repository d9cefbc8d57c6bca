/*
 * cachecheck -- may a record of the engine's be kept in the cache?
 *
 * The engine reads what networks send, so what it says counts no more than
 * that: each record is read back whole, must be its key's, and of a domain
 * that has a directory and may have such numbers, as map.gdbm says at this
 * moment.
 */

#ifndef IDM_DAEMON_CACHECHECK_H
#define IDM_DAEMON_CACHECHECK_H

#include "base/cursor.h"
#include "base/err.h"
#include "map/snapshot.h"

#define CACHE_GIDS_MAX 65536 /* groups of one user */

/* IDM_CORRUPT, IDM_INVALID: it may not, and err says why. */
enum idm_status cache_check(const struct idm_maps *, struct idm_str key,
    struct idm_str value, struct idm_err *) IDM_MUSTCHECK;

/* The domain a value is of, by its name; an empty one: that is not in it. */
struct idm_str cache_domain_of(struct idm_str key, struct idm_str value);

#endif
