/*
 * servers -- the servers of a domain, which of them is asked, and how they do.
 *
 * Configured, or found by DNS SRV records (RFC 2782; for AD those of this
 * host's site first), which are asked again when their time is over.  Each
 * server has its own health: one that failed is left alone for a while that
 * doubles from 1 s up to 30 s (4 s as long as no other answers either), and
 * tried again by one caller only; when all have failed, callers are told so at
 * once.  A better server is returned to when it answers again.  For threads.
 */

#ifndef IDM_DIRECTORY_SERVERS_H
#define IDM_DIRECTORY_SERVERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "map/directory.h"

#define IDM_SERVERS_MAX 16 /* of one domain */

struct idm_servers;

/* IDM_INVALID: a URI of the settings is none. */
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

/*
 * For sessions.  Work that was left may go on with servers whose owner has
 * freed them: each piece holds them, and releases them at its end.
 */
struct idm_servers *idm_servers_hold(struct idm_servers *);
/* The settings, as long as the servers are held. */
const struct idm_directory *idm_servers_settings(const struct idm_servers *);
/* The tickets of all its binds by Kerberos; NULL when it has none. */
struct idm_tickets;
struct idm_tickets *idm_servers_tickets(const struct idm_servers *);

struct idm_link;

/* One server, chosen. */
struct idm_choice {
	uint32_t id; /* never used again for another one; 0: none */
	char uri[256];
	/* It had failed, and its time has come: whoever has the choice tries
	 * it, and nobody else does before it was told how that ended. */
	bool is_probe;
};

/* The servers that a question has already tried. */
struct idm_tried {
	uint32_t id[IDM_SERVERS_MAX];
	size_t n;
};

/*
 * The best server that is not known to have failed and was not tried; if
 * there is none, one that may be tried again.  Fails at once when all have
 * failed, with each one's reason: IDM_DENIED when all refused us, otherwise
 * IDM_TEMPFAIL.
 */
enum idm_status idm_servers_choose(struct idm_servers *, struct idm_tried *,
    int64_t deadline, struct idm_choice *, struct idm_err *) IDM_MUSTCHECK;
/* Why none of them answers, as idm_servers_choose() says it. */
enum idm_status idm_servers_fail(struct idm_servers *, struct idm_err *);

/*
 * Is the server of a connection still the one to be asked?  false: it is down,
 * or a better one is up.  A better one that failed and whose time has come is
 * chosen to be probed; probe->id is 0 when there is none.
 */
bool idm_servers_is_best(
    struct idm_servers *, uint32_t id, struct idm_choice *probe);
/* Are there, beside it, any that are not down? */
bool idm_servers_has_other(struct idm_servers *, uint32_t id);

/* How it went.  latency_us < 0: it let us in, and was asked nothing yet. */
void idm_servers_answered(struct idm_servers *, uint32_t id, int64_t latency);
void idm_servers_failed(
    struct idm_servers *, uint32_t id, const struct idm_err *);

/*
 * A connection that nobody waited for any more is kept for who comes next, for
 * a few seconds.  Takes it; gives it, or NULL.
 */
void idm_servers_keep(struct idm_servers *, uint32_t id, struct idm_link **);
struct idm_link *idm_servers_kept(struct idm_servers *, uint32_t id);

#endif
