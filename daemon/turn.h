/*
 * turn -- whose question gets a worker next, and how many of them there are.
 *
 * Questions wait in the lane of their domain.  Of those whom one user asked,
 * only some run at a time, and of two users the one with fewer running is
 * next, so that one with many questions waits behind himself and not in front
 * of others.  Root, as whom logins ask, goes first, and finds a worker that
 * is nobody else's.  A domain whose servers are silent holds as many workers
 * as a lane may have, but never the last one of a domain that has none.
 *
 * Nobody is refused here but the hints of who has given many already.  Not for
 * threads: the event loop owns it.
 */

#ifndef IDM_DAEMON_TURN_H
#define IDM_DAEMON_TURN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TURNS_PER_DOMAIN 8  /* running at a time */
#define TURNS_OF_OTHERS  7  /* of these, not root's */
#define TURNS_PER_USER   4  /* of these, of one user */
#define TURNS_HINTED     16 /* of one user and domain, for which nobody waits */

struct turns;

/* A question's place; part of who asks, and filled by turns_join(). */
struct turn {
	struct turn *next; /* of those that wait in the lane */
	struct lane *lane;
	struct guest *guest; /* who asked */
	bool is_running;
};

/* So many workers there are; NULL: out of memory. */
struct turns *turns_new(unsigned workers);
void turns_free(struct turns **);

/*
 * Wait in the lane of a domain, whose name is copied.  uid: whom the limits
 * count.  is_hint: nobody waits for it.  false: out of memory, or it is a hint
 * too many.
 */
bool turns_join(struct turns *, struct turn *, const char *domain, uint32_t uid,
    bool is_hint);

/* Root asks the same as who asked this. */
void turns_raise(struct turn *);

/*
 * The next to run, which counts as running from now on; NULL: nobody may.
 * domains: how many have a directory.
 */
struct turn *turns_next(struct turns *, size_t domains);

/* It has run, or nobody wants it any more. */
void turns_leave(struct turns *, struct turn *);

struct turns_counts {
	unsigned running;
	unsigned waiting;
};
struct turns_counts turns_count(const struct turns *);

#endif
