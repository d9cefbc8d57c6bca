/*
 * report -- what idmapd tells of its work: lines of "key value".
 *
 * A line "server" is of each server of each directory:
 *
 *	server DOMAIN URI up|down|unasked ANSWERS FAILURES LATENCY SINCE
 *	    ERRORTIME ERROR...
 *
 * with LATENCY in microseconds, and SINCE and ERRORTIME in seconds since 1970,
 * ERRORTIME 0 when there was no error.  A line "replica" is of each domain that
 * is kept as a whole:
 *
 *	replica DOMAIN complete|filling USERS GROUPS REFUSED SINCE CHANGED
 *	    ERRORTIME ERROR...
 */

#ifndef IDM_DAEMON_REPORT_H
#define IDM_DAEMON_REPORT_H

#include "base/buf.h"
#include "daemon/asks.h"
#include "daemon/realms.h"
#include "daemon/replicas.h"

/* What came of the questions.  The event loop's. */
void report_asks(struct idm_buf *, const struct asks *);

/* How whole domains are.  The event loop's. */
void report_replicas(struct idm_buf *, struct replicas *);

/* How the servers are.  Any thread's. */
void report_servers(struct idm_buf *, struct realms *);

#endif
