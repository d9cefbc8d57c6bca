/*
 * servers -- the servers of a domain, which of them is asked, and how they do.
 *
 * Configured, or found by DNS SRV records (RFC 2782; for AD those of this
 * host's site first), which are asked again when their time is over.  Each
 * server has its own health: one that failed is left alone for a while that
 * doubles up to 30 s, and tried again by one caller only; when all have failed,
 * callers are told so at once.  A better server is returned to when it answers
 * again.  For threads.
 */

#ifndef IDM_DIRECTORY_SERVERS_H
#define IDM_DIRECTORY_SERVERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "map/directory.h"

struct idm_servers;

/* Lends the settings. */
enum idm_status idm_servers_new(const struct idm_directory *,
    struct idm_servers **, struct idm_err *) IDM_MUSTCHECK;
void idm_servers_free(struct idm_servers **);

/* Try failed servers again at once: the network has changed, or root says. */
void idm_servers_retry(struct idm_servers *);

/* What "idmap status" tells of one. */
struct idm_server_status {
	char uri[256];
	bool is_up; /* its last answer was one */
	bool was_asked;
	uint64_t answers;
	uint64_t failures;
	int64_t since;      /* of is_up; seconds since 1970 */
	int64_t latency_us; /* of the last answers, smoothed */
	char last_error[200];
	int64_t last_error_time;
};
/* At most max are written; returns how many there are. */
size_t idm_servers_status(
    struct idm_servers *, struct idm_server_status *, size_t max);

#endif
