/*
 * conn -- one client's connection: bytes in, bytes out, one job at a time.
 *
 * Owned by the event loop.  Reading and writing never wait; whoever is slow
 * has a deadline.
 */

#ifndef IDM_DAEMON_CONN_H
#define IDM_DAEMON_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "daemon/op.h"
#include "daemon/session.h"

enum conn_state {
	CONN_READING, /* waits for the client */
	CONN_WORKING, /* its job is with a worker or the keeper */
	CONN_WRITING, /* waits for the client to take the reply */
	CONN_OVER,    /* closed; freed when nothing refers to it */
};

#define CONN_GREETED INT64_MAX
#define CONN_AHEAD   128 /* bytes; a question of one in its time fits */

struct conn {
	uint64_t handle; /* see daemon/conns.h */
	int fd;          /* -1 when closed */
	uint32_t uid;
	uint32_t counted_as; /* by the limits: the uid, or LIMIT_STRANGERS */
	uint32_t pid;
	enum conn_state state;
	bool is_last; /* close when the reply is written */
	int64_t deadline;
	int64_t
	    greet_at; /* at the latest, or with the reply; or CONN_GREETED */
	bool is_watched;
	struct session session;
	unsigned char ahead[CONN_AHEAD]; /* what was read, but not taken */
	size_t ahead_len;
	struct job job;
	struct idm_buf out;
	size_t sent;
};

/* fd is taken, also on failure.  The kernel says who is calling. */
enum idm_status conn_new(
    int fd, struct conn **, struct idm_err *) IDM_MUSTCHECK;
void conn_free(struct conn **);

/* Greet now.  Who was not greeted before is with his first reply. */
void conn_greet(struct conn *);

/*
 * Read what has come.  IDM_OK: see session.state.  IDM_NOTFOUND: the client is
 * gone.  Otherwise it broke the protocol; err says how.
 */
enum idm_status conn_read(struct conn *, struct idm_err *) IDM_MUSTCHECK;

/* Put a reply in place of whatever was there; body is copied. */
void conn_reply(
    struct conn *, uint16_t op, enum idm_status, struct idm_str body);

/* Write what is left.  false: the client is gone. */
bool conn_write(struct conn *);

/* Was all of the reply written? */
bool conn_is_written(const struct conn *);

/*
 * Close the socket.  The connection is over, or will be when its job, which
 * nobody can take back, is done.
 */
void conn_close(struct conn *);

#endif
