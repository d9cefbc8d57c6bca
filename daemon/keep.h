/*
 * keep -- what directories said, on its way from the engine to the keeper.
 *
 * Nobody waits for it: an answer is given when it is known, and is in the
 * cache a moment later.  So the items of many questions make one packet.
 * Packets of one batch stand together in the link.  The event loop owns it.
 */

#ifndef IDM_DAEMON_KEEP_H
#define IDM_DAEMON_KEEP_H

#include "base/err.h"
#include "daemon/cacheitem.h"
#include "daemon/link.h"
#include "resolve/fetch.h"

/* Bytes that the items of one question may have. */
#define KEEP_ROOM (4 * CACHE_ITEM_MAX)

/* Add records that are to be put into the cache. */
enum idm_status keep_records(struct idm_buf *items,
    const struct idm_fetched_record *, size_t n,
    struct idm_err *) IDM_MUSTCHECK;

/* Add that what a question is about is to be taken out: it is no more. */
enum idm_status keep_absence(struct idm_buf *items, const struct idm_domain *,
    const struct idm_lookup *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Have items of daemon/cacheitem.h done, with these flags; the last packet asks
 * for an answer to this number.
 */
enum idm_status keep_items(struct link *, const struct idm_buf *items,
    uint8_t flags, uint32_t number, struct idm_err *) IDM_MUSTCHECK;

#endif
