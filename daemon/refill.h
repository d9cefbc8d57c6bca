/*
 * refill -- all users and groups of a domain are put into the cache.
 *
 * They are read page by page, and what the cache does not say already is sent
 * on its way in pieces of bounded size; whoever is not there any more is taken
 * out at the end, when everything was read.  What is in the way of one account
 * leaves that out; what is in the way of all changes nothing more.
 */

#ifndef IDM_DAEMON_REFILL_H
#define IDM_DAEMON_REFILL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "daemon/orders.h"
#include "daemon/realms.h"

struct refill_setup {
	const struct realms_moment *moment;
	const struct idm_domain *domain;
	struct realm *realm;
	struct idm_session *list; /* all entries come by this one ... */
	struct idm_session *ask;  /* ... while this one is asked */
	const char *accounts;     /* folder of passwd */
	struct orders *orders;    /* of numbers */
	uint64_t known;           /* users that were there before */
	/*
	 * Take items of daemon/cacheitem.h, with flags of theirs for the last
	 * packet.  Whatever it returns but IDM_OK ends it all.
	 */
	enum idm_status (*send)(void *context, const struct idm_buf *items,
	    uint8_t flags, struct idm_err *);
	bool (*is_over)(void *context);
	void *context;
};

struct refill_counts {
	uint64_t users;
	uint64_t groups;
	uint64_t refused; /* that cannot be served */
	uint64_t sent;    /* records that are new or other ones */
	uint64_t removed;
};

/* IDM_TEMPFAIL and what idm_find_all() returns: it is not complete. */
enum idm_status refill(const struct refill_setup *, struct refill_counts *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
