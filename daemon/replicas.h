/*
 * replicas -- a thread for each domain that is kept as a whole.
 *
 * What a thread has for the cache goes to the keeper (orders.h) a piece at a
 * time: the next one is made when the keeper has taken the last.  So neither
 * the link nor the keeper has more than that to hold.
 */

#ifndef IDM_DAEMON_REPLICAS_H
#define IDM_DAEMON_REPLICAS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "daemon/orders.h"
#include "daemon/realms.h"
#include "daemon/replica.h"

struct replicas;

struct replicas_setup {
	struct realms *realms;
	const char *accounts;  /* folder of passwd */
	struct orders *orders; /* to the keeper */
};

/* The setup is copied. */
enum idm_status replicas_new(const struct replicas_setup *, struct replicas **,
    struct idm_err *) IDM_MUSTCHECK;
/*
 * End all threads, after orders_end().  false: one hangs in a question to a
 * server; it and what it has been lent are left to the end of the process.
 */
bool replicas_free(struct replicas **);

/* How they are: each is told with its domain.  Any thread's. */
typedef void replicas_each(
    void *context, const char *domain, const struct replica_status *);
void replicas_status(struct replicas *, replicas_each *, void *context);

/* Begin and end threads, as the maps say; when is the next time? */
int64_t replicas_tend(struct replicas *);

#endif
