/*
 * ask -- how a question is put to the servers of a session.
 */

#ifndef IDM_DIRECTORY_ASK_H
#define IDM_DIRECTORY_ASK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/time.h>

#include "directory/link.h"
#include "directory/received.h"
#include "directory/secret.h"
#include "directory/session.h"

struct idm_session {
	const struct idm_directory *settings;
	struct idm_servers *servers;
	struct idm_link *link; /* NULL: not connected */
	struct idm_received received;
	struct idm_secret given; /* len 0: none was */
};

/* What a question has done to its connection. */
enum idm_fault {
	IDM_FAULT_NONE,
	IDM_FAULT_BROKEN, /* it is closed, or cannot be used any more */
	IDM_FAULT_SILENT, /* the server does not answer at all */
};

/* One question on its way. */
struct idm_asking {
	struct idm_session *session;
	int64_t deadline;
	enum idm_fault fault; /* set by the question */
	bool is_final;        /* set by the question: never put it again */
	bool is_late;         /* time was up while an answer was awaited */
};

/* Ask it over the session's connection. */
typedef enum idm_status idm_question(
    void *context, struct idm_asking *, struct idm_err *);

/*
 * Connect if need be, and put the question; once more when the connection
 * broke or the server was silent and the question admits it.
 */
enum idm_status idm_ask(struct idm_session *, int64_t deadline, idm_question *,
    void *context, struct idm_err *) IDM_MUSTCHECK;

/*
 * The next message of an answer.  A server that says nothing for a third of the
 * time is asked whether it is there; if it does not say that either it is
 * silent, and what time is left is another server's.
 */
enum idm_status idm_ask_next(struct idm_asking *, int request, bool is_first,
    LDAPMessage **, struct idm_err *) IDM_MUSTCHECK;

/* Say what libldap did not send: an error of the request, or a broken
 * connection. */
enum idm_status idm_ask_unsent(struct idm_asking *, int code, struct idm_err *);

/* A timeval for the server; at least a second. */
struct timeval idm_ask_limit(const struct idm_asking *);

#endif
