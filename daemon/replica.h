/*
 * replica -- one domain whose whole directory is kept in the cache.
 *
 * The directory is asked each second how far it is (level.h).  What has
 * happened since is asked for, and done to the cache (amend.h); and where that
 * cannot be told, or is doubtful, everything is read again (refill.h).  How far
 * we are, and under which policy, stands in the cache, too: so nothing is read
 * twice after a start, and all of it when somebody emptied the cache.
 *
 * Blocks: one thread's own.
 */

#ifndef IDM_DAEMON_REPLICA_H
#define IDM_DAEMON_REPLICA_H

#include "base/buf.h"
#include "base/err.h"
#include "daemon/refill.h"

#define REPLICA_TOLD 64 /* things that are logged once */

/* What "idmap status" tells of it. */
struct replica_status {
	bool is_complete; /* all of it is here */
	uint64_t users;   /* that are served; so far, when it is not complete */
	uint64_t groups;
	uint64_t refused; /* when all was read */
	uint64_t since;   /* as of when it is complete; seconds since 1970 */
	uint64_t changed; /* when something was seen to have changed; 0 */
	uint64_t failed;  /* when something was in the way; 0: never */
	char error[200];  /* what that was */
};

struct replica {
	char domain[IDM_DOMAIN_MAX + 1];
	struct realms *realms;
	const char *accounts;
	struct orders *orders; /* to the keeper, of numbers */
	/* As in reading.h. */
	shipment_send *send;
	bool (*is_over)(void *context);
	void *context;
	/* Its own. */
	struct idm_buf from; /* the cookie of the cache, and a later one ... */
	struct idm_buf to;   /* ... up to which nobody has changed */
	struct idm_buf numbers; /* how far a directory of numbers is that has
				 * the same as the cache says */
	bool has_unseen;  /* something has happened that nobody explains, or
			   * may have before we were here */
	int64_t count_at; /* when it may be counted who is there */
	int64_t whole_at; /* when everything is read in any case */
	uint64_t accounts_seen; /* of this host, when all was read; 0: never */
	struct reading_counts counts; /* of the last reading */
	int64_t whole_from; /* not before may everything be read again ... */
	int64_t news_from;  /* ... or what has happened be asked for */
	int64_t cross_from; /* ... or others whose accounts its groups have */
	struct replica_status status; /* all of it its own thread's */
	uint64_t told[REPLICA_TOLD];  /* hashes */
	size_t ntold;
	struct idm_err last; /* why it did not go on; OK: it does */
};

void replica_init(struct replica *);
void replica_fini(struct replica *);

/* Is this what is to be kept as a whole? */
bool replica_is_wanted(const struct realm *);

/*
 * Look once.  IDM_NOTFOUND: the domain is not to be kept as a whole any more.
 * What fails is logged, and tried again the next time.
 */
enum idm_status replica_look(struct replica *) IDM_MUSTCHECK;

#endif
