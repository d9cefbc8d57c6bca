/*
 * session -- the bytes of one client, put together to requests.
 *
 * Takes what a client sends and knows how much more it waits for, so that
 * nobody reads further than the present request; memory grows with what has
 * arrived.  Performs no I/O.  Whoever sends anything but a version and well
 * formed frames has lost the session.
 */

#ifndef IDM_DAEMON_SESSION_H
#define IDM_DAEMON_SESSION_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "wire/message.h"

enum session_state {
	SESSION_CHOICE, /* waits for the version */
	SESSION_FRAME,  /* waits for the head of a request */
	SESSION_BODY,   /* waits for its body */
	SESSION_READY,  /* a request is here */
};

struct session {
	enum session_state state;
	struct idm_buf in;
	struct idm_frame frame; /* of the request */
};

void session_init(struct session *);
void session_fini(struct session *);

/* Bytes that the session waits for; 0 when a request is ready. */
size_t session_wants(const struct session *);

/*
 * Take len bytes, at most as many as are wanted.  IDM_CORRUPT, IDM_NOMEM: the
 * session is lost.
 */
enum idm_status session_take(
    struct session *, const void *, size_t len, struct idm_err *) IDM_MUSTCHECK;

/* The body of the request that is ready; lent until session_next(). */
struct idm_str session_body(const struct session *);

/* Done with the request: wait for the next one. */
void session_next(struct session *);

#endif
