#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/conn.h"

/* Bytes read at once. */
#define CHUNK 4096

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
	idm_buf_init(&conn->out, IDM_WIRE_FRAME + IDM_WIRE_REPLY_MAX);
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

bool
conn_greet(struct conn *conn)
{
	char memory[IDM_WIRE_GREETING];
	struct idm_buf greeting;

	idm_buf_init_fixed(&greeting, memory, sizeof(memory));
	idm_greeting_write(&greeting);
	/* A fresh socket has room for this. */
	return send(conn->fd, greeting.data, greeting.len,
		   MSG_NOSIGNAL | MSG_DONTWAIT) == (ssize_t)greeting.len;
}

enum idm_status
conn_read(struct conn *conn, struct idm_err *err)
{
	while (conn->session.state != SESSION_READY) {
		size_t wants = session_wants(&conn->session);
		unsigned char bytes[CHUNK];
		enum idm_status st;
		ssize_t n;

		n = recv(conn->fd, bytes, wants < CHUNK ? wants : CHUNK,
		    MSG_DONTWAIT);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return IDM_OK;
		if (n <= 0)
			return idm_fail(err, IDM_NOTFOUND, "gone");
		st = session_take(&conn->session, bytes, (size_t)n, err);
		if (st != IDM_OK)
			return st;
	}
	return IDM_OK;
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
	idm_buf_init(&conn->out, IDM_WIRE_FRAME + IDM_WIRE_REPLY_MAX);
	conn->sent = 0;
	return true;
}

bool
conn_is_written(const struct conn *conn)
{
	return conn->sent == conn->out.len;
}
