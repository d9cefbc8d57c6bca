#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/conn.h"

#define CHUNK   4096 /* bytes of a long request read at once */
#define OUT_MAX (IDM_WIRE_GREETING + IDM_WIRE_FRAME + IDM_WIRE_REPLY_MAX)

enum idm_status
conn_new(int fd, struct conn **out, struct idm_err *err)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	struct conn *conn;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1) {
		(void)close(fd);
		return idm_fail_errno(err, "credentials of a client");
	}
	conn = calloc(1, sizeof(*conn));
	if (conn == NULL) {
		(void)close(fd);
		return idm_fail(err, IDM_NOMEM, "out of memory");
	}
	conn->fd = fd;
	conn->uid = peer.uid;
	conn->pid = (uint32_t)peer.pid;
	session_init(&conn->session);
	idm_buf_init(&conn->out, OUT_MAX);
	idm_buf_init(&conn->job.out, IDM_WIRE_REPLY_MAX);
	*out = conn;
	return IDM_OK;
}

void
conn_close(struct conn *conn)
{
	if (conn->fd != -1)
		(void)close(conn->fd);
	conn->fd = -1;
	if (conn->state != CONN_WORKING)
		conn->state = CONN_OVER;
}

void
conn_free(struct conn **conn)
{
	if (*conn == NULL)
		return;
	conn_close(*conn);
	session_fini(&(*conn)->session);
	idm_buf_fini(&(*conn)->out);
	idm_buf_fini(&(*conn)->job.out);
	free(*conn);
	*conn = NULL;
}

void
conn_greet(struct conn *conn)
{
	char memory[IDM_WIRE_GREETING];
	struct idm_buf greeting;

	idm_buf_init_fixed(&greeting, memory, sizeof(memory));
	idm_greeting_write(&greeting);
	conn->greet_at = CONN_GREETED;
	/* A fresh socket has room for this; and who wants no answer may be
	 * gone, while what he said is still here. */
	(void)send(
	    conn->fd, greeting.data, greeting.len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* What there is; IDM_NOTFOUND: nobody will send any more.  *n may be 0. */
static enum idm_status
receive(
    struct conn *conn, void *bytes, size_t size, size_t *n, struct idm_err *err)
{
	ssize_t got;

	do
		got = recv(conn->fd, bytes, size, MSG_DONTWAIT);
	while (got == -1 && errno == EINTR);
	*n = got > 0 ? (size_t)got : 0;
	if (got > 0 || (got == -1 && (errno == EAGAIN || errno == EWOULDBLOCK)))
		return IDM_OK;
	return idm_fail(err, IDM_NOTFOUND, "gone");
}

/* Short requests are read in one go; of a long one no more than belongs to it.
 */
static enum idm_status
take_ahead(struct conn *conn, bool *is_all, struct idm_err *err)
{
	size_t wants = session_wants(&conn->session);
	enum idm_status st = IDM_OK;
	size_t n;

	if (conn->ahead_len == 0)
		st = receive(conn, conn->ahead, sizeof(conn->ahead),
		    &conn->ahead_len, err);
	*is_all = conn->ahead_len == 0;
	n = conn->ahead_len < wants ? conn->ahead_len : wants;
	if (st == IDM_OK && n > 0)
		st = session_take(&conn->session, conn->ahead, n, err);
	conn->ahead_len -= n;
	memmove(conn->ahead, conn->ahead + n, conn->ahead_len);
	return st;
}

static enum idm_status
take_long(struct conn *conn, bool *is_all, struct idm_err *err)
{
	size_t wants = session_wants(&conn->session);
	unsigned char bytes[CHUNK];
	enum idm_status st;
	size_t n;

	st = receive(conn, bytes, wants < CHUNK ? wants : CHUNK, &n, err);
	*is_all = n == 0;
	return st == IDM_OK && n > 0
	    ? session_take(&conn->session, bytes, n, err)
	    : st;
}

enum idm_status
conn_read(struct conn *conn, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	bool is_all = false;

	while (
	    st == IDM_OK && !is_all && conn->session.state != SESSION_READY) {
		if (conn->ahead_len == 0 &&
		    session_wants(&conn->session) > CONN_AHEAD)
			st = take_long(conn, &is_all, err);
		else
			st = take_ahead(conn, &is_all, err);
	}
	return st;
}

void
conn_reply(
    struct conn *conn, uint16_t op, enum idm_status status, struct idm_str body)
{
	struct idm_frame frame = {
		.length = (uint32_t)body.len,
		.op = op,
		.status = (uint16_t)status,
	};

	idm_buf_clear(&conn->out);
	conn->sent = 0;
	if (conn->greet_at != CONN_GREETED)
		idm_greeting_write(&conn->out);
	conn->greet_at = CONN_GREETED;
	idm_frame_write(&conn->out, &frame);
	idm_buf_put(&conn->out, body.data, body.len);
	/* Better no reply than half of one. */
	if (conn->out.status != IDM_OK) {
		idm_buf_clear(&conn->out);
		conn->is_last = true;
	}
}

bool
conn_write(struct conn *conn)
{
	while (conn->sent < conn->out.len) {
		ssize_t n = send(conn->fd, conn->out.data + conn->sent,
		    conn->out.len - conn->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return errno == EAGAIN || errno == EWOULDBLOCK;
		conn->sent += (size_t)n;
	}
	/* The memory of a long reply is not kept for short ones. */
	idm_buf_fini(&conn->out);
	idm_buf_init(&conn->out, OUT_MAX);
	conn->sent = 0;
	return true;
}

bool
conn_is_written(const struct conn *conn)
{
	return conn->sent == conn->out.len;
}
