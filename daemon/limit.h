/*
 * limit -- how much of the daemon one user may have.
 *
 * Counts connections, in all and per uid, and requests per uid, by a token
 * bucket.  A part of the connections is reserved for root, whose requests are
 * not counted: the administrator always gets through.  Memory is bounded by
 * the number of connections.  Not safe in threads; the event loop owns it.
 *
 * Times are in milliseconds of a clock that never goes back.
 */

#ifndef IDM_DAEMON_LIMIT_H
#define IDM_DAEMON_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define LIMIT_RESERVE 16   /* connections that only root gets */
#define LIMIT_BURST   40   /* requests at once */
#define LIMIT_RATE    20   /* requests a second, after that */
#define LIMIT_USERS   1024 /* uids that are remembered at a time */

/* What to count a uid as that is no user's: they are one user together. */
#define LIMIT_STRANGERS UINT32_MAX

struct limits;

enum idm_status limits_new(struct limits **, struct idm_err *) IDM_MUSTCHECK;
void limits_free(struct limits **);

/* Set the limits; those who are connected stay so. */
void limits_set(struct limits *, uint32_t clients, uint32_t clients_per_user);

/* Was the uid counted before, and is it still remembered? */
bool limits_knows(struct limits *, uint32_t uid);

/* Count a connection.  IDM_EXHAUSTED: it is one too many, and not counted. */
enum idm_status limits_connect(
    struct limits *, uint32_t uid, int64_t now, struct idm_err *) IDM_MUSTCHECK;
void limits_disconnect(struct limits *, uint32_t uid);

/* Count a request of a connected uid.  IDM_EXHAUSTED: it is one too many. */
enum idm_status limits_request(
    struct limits *, uint32_t uid, int64_t now, struct idm_err *) IDM_MUSTCHECK;

/*
 * Shall a request that was one too many be put on record?  Of a row, which ends
 * when the bucket is full, the first for which this is asked.
 */
bool limits_record(struct limits *, uint32_t uid);

/* Connections there are. */
uint32_t limits_connections(const struct limits *);

#endif
