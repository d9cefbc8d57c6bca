/*
 * cacheroom -- who goes when the cache is larger than it may be.
 *
 * Records of one identity were told at the same time, and go together: of all
 * the oldest quarter; but not of users who have logged in on this host, unless
 * nobody else is left.  Looks at each record, so it is for the child that
 * publishes.
 */

#ifndef IDM_DAEMON_CACHEROOM_H
#define IDM_DAEMON_CACHEROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "map/rewrite.h"

/* Is it the record of an account with which somebody has logged in? */
bool cache_is_login(struct idm_str key, struct idm_str value);

/* staged: bytes that are not in the file yet. */
enum idm_status cache_make_room(struct idm_rewrite *, uint64_t max_records,
    uint64_t max_bytes, uint64_t staged, struct idm_err *) IDM_MUSTCHECK;

#endif
