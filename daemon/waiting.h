/*
 * waiting -- accounts that wait for a number, of a domain whose numbers are
 * allocated: many get theirs together, for which the disk is synced once.
 */

#ifndef IDM_DAEMON_WAITING_H
#define IDM_DAEMON_WAITING_H

#include <stddef.h>

#include "base/err.h"
#include "daemon/numbers.h"
#include "directory/find.h"

#define WAITING_MAX 256 /* accounts */

struct waiting {
	/* For struct idm_fetch: what gives numbers while each() runs. */
	struct idm_allocator allocator;
	/*
	 * Takes one.  What it returns after a number was missing is
	 * IDM_TEMPFAIL, and it is called again, when that is there.
	 */
	idm_find_each *each;
	void *context;
	/* Its own. */
	struct numbers numbers;
	struct idm_facts *facts[WAITING_MAX];
	size_t n;
	size_t bytes; /* about, of their members */
};

/* each and context are set; the rest is zero. */
void waiting_begin(struct waiting *, struct orders *,
    const struct realms_moment *, const char *accounts);
void waiting_fini(struct waiting *);

/* Have one wait; who waits already may come to its turn. */
enum idm_status waiting_add(
    struct waiting *, const struct idm_facts *, struct idm_err *) IDM_MUSTCHECK;
/* All come to their turn. */
enum idm_status waiting_end(struct waiting *, struct idm_err *) IDM_MUSTCHECK;

#endif
