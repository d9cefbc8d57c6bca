/*
 * keep -- what directories said, on its way from the engine to the keeper.
 *
 * Nobody waits for it: an answer is given when it is known, and is in the
 * cache a moment later.  Packets of one batch stand together in the link.
 * The event loop owns it.
 */

#ifndef IDM_DAEMON_KEEP_H
#define IDM_DAEMON_KEEP_H

#include "base/err.h"
#include "daemon/link.h"
#include "resolve/fetch.h"

/* Have records put into the cache. */
enum idm_status keep_records(struct link *, const struct idm_fetched_record *,
    size_t n, struct idm_err *) IDM_MUSTCHECK;

/*
 * Have items of daemon/cacheitem.h done, with these flags; the last packet asks
 * for an answer to this number.
 */
enum idm_status keep_items(struct link *, const struct idm_buf *items,
    uint8_t flags, uint32_t number, struct idm_err *) IDM_MUSTCHECK;

/* Have what a question is about taken out: the directory has it no more. */
enum idm_status keep_absence(struct link *, const struct idm_domain *,
    const struct idm_lookup *, struct idm_err *) IDM_MUSTCHECK;

#endif
