/*
 * asked -- the allocator that puts its wishes as requests to somebody.
 *
 * Full library only.  As many requests as the wishes need; who sends them, and
 * how he waits, is lent: a client of idmapd's (state/remote.h), or a thread of
 * idmapd's own, which asks the keeper.
 */

#ifndef IDM_STATE_ASKED_H
#define IDM_STATE_ASKED_H

#include "base/err.h"
#include "state/allocator.h"
#include "state/request.h"

/* ask: one request; the reply's body is lent until the next. */
struct idm_asked {
	enum idm_status (*ask)(void *context, enum idm_op,
	    const struct idm_state_request *, struct idm_str *reply,
	    struct idm_err *);
	void *context;
};

/* Lends it. */
struct idm_allocator idm_asked_allocator(struct idm_asked *);

/* GRANT or FIND n wishes; as the grants of an allocator. */
enum idm_status idm_asked_wishes(const struct idm_asked *, enum idm_op,
    const struct idm_wish *, size_t n, struct idm_grant *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
