/*
 * link -- a connection to one server, secured and bound.
 *
 * Opening one resolves, connects, encrypts and authenticates, and blocks while
 * it does; whoever has no time runs it as a task (directory/task.h).
 */

#ifndef IDM_DIRECTORY_LINK_H
#define IDM_DIRECTORY_LINK_H

#include <ldap.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "directory/secret.h"
#include "map/directory.h"

/* More of one message is not taken from a server. */
#define IDM_MESSAGE_MAX (32u << 20)

struct idm_tickets;

struct idm_link {
	LDAP *ld;
	int fd; /* lent from ld */
	uint32_t server;
	char uri[256];
	bool is_tls;
	bool is_local;   /* ldapi: */
	int64_t expires; /* idm_clock_ms(); 0: never */
};

/* What it takes to connect to a server. */
struct idm_link_order {
	const struct idm_directory *settings;
	const char *uri;
	const struct idm_secret *secret; /* of a simple bind */
	struct idm_tickets *tickets;     /* of a bind by Kerberos */
	int64_t deadline;
};

/*
 * May we speak to that URI by these settings?  IDM_REFUSED: not without
 * telling a password to everybody.  IDM_INVALID: it is no URI of a server.
 */
enum idm_status idm_link_check(const struct idm_directory *, const char *uri,
    struct idm_err *) IDM_MUSTCHECK;

/* Errors are statuses of idm_session_search(), without the URI. */
enum idm_status idm_link_open(const struct idm_link_order *, struct idm_link **,
    struct idm_err *) IDM_MUSTCHECK;
void idm_link_free(struct idm_link **);

/* Wait for an answer to a request; IDM_TEMPFAIL: none came, *is_broken says
 * whether the connection went. */
enum idm_status idm_link_await(struct idm_link *, int request, int64_t deadline,
    LDAPMessage **, bool *is_broken, struct idm_err *) IDM_MUSTCHECK;

#endif
