#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "wire/client.h"

#define CONNECT_PAUSE_MS 5 /* between tries when idmapd's queue is full */

/* What idmapd said, as it came: greeting and answer often come together. */
struct inlet {
	int fd;
	size_t len;  /* bytes that have come ... */
	size_t used; /* ... and those of them that were taken */
	unsigned char bytes[1024];
};

struct idm_client {
	struct inlet in;
	bool dead;
};

static enum idm_status
wait_until(int fd, short events, int64_t deadline, struct idm_err *err)
{
	struct pollfd pfd = { .fd = fd, .events = events };
	int64_t left;
	int n;

	do {
		left = deadline - idm_clock_ms();
		if (left <= 0) {
			return idm_fail(
			    err, IDM_TEMPFAIL, "idmapd did not answer in time");
		}
		n = poll(&pfd, 1, left > INT_MAX ? INT_MAX : (int)left);
	} while (n == 0 || (n == -1 && errno == EINTR));
	return n == -1 ? idm_fail_errno(err, "poll") : IDM_OK;
}

static enum idm_status
hung_up(struct idm_err *err)
{
	return idm_fail(err, IDM_TEMPFAIL, "idmapd closed the connection");
}

/* Whoever reads has just asked, so that there is something to wait for. */
static enum idm_status
refill(struct inlet *in, int64_t deadline, struct idm_err *err)
{
	enum idm_status st;
	ssize_t n;

	do {
		st = wait_until(in->fd, POLLIN, deadline, err);
		if (st != IDM_OK)
			return st;
		n = recv(in->fd, in->bytes, sizeof(in->bytes), MSG_DONTWAIT);
	} while (n == -1 && (errno == EAGAIN || errno == EINTR));
	if (n == 0 || (n == -1 && errno == ECONNRESET))
		return hung_up(err);
	if (n == -1)
		return idm_fail_errno(err, "read from idmapd");
	in->len = (size_t)n;
	in->used = 0;
	return IDM_OK;
}

/* Some of the next max bytes, at least one; lent until more is read. */
static enum idm_status
receive_some(struct inlet *in, size_t max, int64_t deadline,
    struct idm_str *out, struct idm_err *err)
{
	enum idm_status st;

	if (in->used == in->len) {
		st = refill(in, deadline, err);
		if (st != IDM_OK)
			return st;
	}
	out->data = (const char *)in->bytes + in->used;
	out->len = in->len - in->used < max ? in->len - in->used : max;
	in->used += out->len;
	return IDM_OK;
}

/* Read len bytes, all of them. */
static enum idm_status
receive(struct inlet *in, void *bytes, size_t len, int64_t deadline,
    struct idm_err *err)
{
	char *at = bytes;
	struct idm_str some;
	enum idm_status st;

	while (len > 0) {
		st = receive_some(in, len, deadline, &some, err);
		if (st != IDM_OK)
			return st;
		memcpy(at, some.data, some.len);
		at += some.len;
		len -= some.len;
	}
	return IDM_OK;
}

static enum idm_status
transmit(int fd, const void *bytes, size_t len, int64_t deadline,
    struct idm_err *err)
{
	const char *at = bytes;

	while (len > 0) {
		ssize_t n = send(fd, at, len, MSG_DONTWAIT | MSG_NOSIGNAL);
		enum idm_status st = IDM_OK;

		/*
		 * idmapd hung up; what it said before, and why, can still be
		 * read, so that this is no failure yet.
		 */
		if (n == -1 && (errno == EPIPE || errno == ECONNRESET))
			return IDM_OK;
		if (n > 0) {
			at += n;
			len -= (size_t)n;
		} else if (n == -1 && errno == EAGAIN) {
			st = wait_until(fd, POLLOUT, deadline, err);
		} else if (n == -1 && errno != EINTR) {
			st = idm_fail_errno(err, "write to idmapd");
		}
		if (st != IDM_OK)
			return st;
	}
	return IDM_OK;
}

static enum idm_status
check_peer(int fd, const uid_t *peers, size_t npeers, struct idm_err *err)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);
	size_t i = 0;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == -1)
		return idm_fail_errno(err, "credentials of idmapd");
	while (i < npeers && peers[i] != peer.uid)
		i++;
	if (peer.uid != 0 && i == npeers) {
		return idm_fail(err, IDM_DENIED,
		    "idmapd runs as uid %lu, which is not trusted",
		    (unsigned long)peer.uid);
	}
	return IDM_OK;
}

static enum idm_status
greet(struct inlet *in, int64_t deadline, struct idm_err *err)
{
	unsigned char greeting[IDM_WIRE_GREETING];
	unsigned char choice[IDM_WIRE_CHOICE];
	enum idm_status st;
	uint16_t version;

	st = receive(in, greeting, sizeof(greeting), deadline, err);
	if (st != IDM_OK)
		return st;
	st = idm_greeting_read(greeting, &version, err);
	if (st != IDM_OK)
		return st;
	choice[0] = (unsigned char)(version & 0xff);
	choice[1] = (unsigned char)(version >> 8);
	return transmit(in->fd, choice, sizeof(choice), deadline, err);
}

static enum idm_status
take(int fd, const uid_t *peers, size_t npeers, int64_t deadline,
    struct idm_client **out, struct idm_err *err)
{
	struct idm_client *client = NULL;
	enum idm_status st;

	fd = idm_fd_above_stdio(fd);
	if (fd == -1)
		return idm_fail_errno(err, "connection to idmapd");
	client = calloc(1, sizeof(*client));
	if (client == NULL) {
		(void)close(fd);
		return idm_fail(err, IDM_NOMEM, "out of memory");
	}
	client->in.fd = fd;
	st = check_peer(fd, peers, npeers, err);
	if (st == IDM_OK)
		st = greet(&client->in, deadline, err);
	if (st == IDM_OK)
		*out = client;
	else
		idm_client_close(&client);
	return st;
}

enum idm_status
idm_client_take(int fd, const uid_t *peers, size_t npeers,
    struct idm_client **out, struct idm_err *err)
{
	return take(
	    fd, peers, npeers, idm_clock_ms() + IDM_GREETING_WAIT_MS, out, err);
}

/* A full queue of connections is the only thing worth a second try. */
static int
connect_until(int fd, const struct sockaddr_un *address, int64_t deadline)
{
	for (;;) {
		if (connect(fd, (const struct sockaddr *)address,
			sizeof(*address)) == 0)
			return 0;
		if (errno != EAGAIN && errno != EINTR)
			return -1;
		if (idm_clock_ms() >= deadline) {
			errno = EAGAIN;
			return -1;
		}
		(void)poll(NULL, 0, CONNECT_PAUSE_MS);
	}
}

static enum idm_status
connect_failed(const char *path, struct idm_err *err)
{
	switch (errno) {
	case ENOENT:
	case ENOTDIR:
	case ECONNREFUSED:
		return idm_fail(err, IDM_TEMPFAIL,
		    "%s: idmapd is not running (start it with 'systemctl start "
		    "idmap.socket', or 'idmapd &' where there is no systemd)",
		    path);
	case EAGAIN:
		return idm_fail(err, IDM_TEMPFAIL, "%s: idmapd is busy", path);
	case EACCES:
	case EPERM:
		return idm_fail(
		    err, IDM_TEMPFAIL, "%s: permission denied", path);
	default:
		return idm_fail_errno(err, "%s", path);
	}
}

/* A connection to path, close-on-exec. */
static enum idm_status
dial(const char *path, int64_t deadline, int *out, struct idm_err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	enum idm_status st;
	int fd;

	if (len >= sizeof(address.sun_path))
		return idm_fail(err, IDM_INVALID, "%s: path too long", path);
	memcpy(address.sun_path, path, len);

	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd == -1)
		return idm_fail_errno(err, "socket");
	if (connect_until(fd, &address, deadline) == -1) {
		st = connect_failed(path, err);
		(void)close(fd);
		return st;
	}
	*out = fd;
	return IDM_OK;
}

enum idm_status
idm_client_open(const char *path, const uid_t *peers, size_t npeers,
    struct idm_client **out, struct idm_err *err)
{
	int64_t deadline = idm_clock_ms() + IDM_OPEN_WAIT_MS;
	enum idm_status st;
	int fd;

	st = dial(path, deadline, &fd, err);
	if (st != IDM_OK)
		return st;
	st = take(fd, peers, npeers, deadline, out, err);
	return st == IDM_OK ? IDM_OK : idm_within(err, st, "%s", path);
}

void
idm_client_close(struct idm_client **client)
{
	if (*client == NULL)
		return;
	(void)close((*client)->in.fd);
	free(*client);
	*client = NULL;
}

static enum idm_status
send_request(struct idm_client *client, enum idm_op op, struct idm_str request,
    int64_t deadline, struct idm_err *err)
{
	struct idm_frame frame = { .length = (uint32_t)request.len,
		.op = (uint16_t)op };
	unsigned char head[IDM_WIRE_FRAME];
	struct idm_buf buf;
	enum idm_status st;

	idm_buf_init_fixed(&buf, head, sizeof(head));
	idm_frame_write(&buf, &frame);
	st = transmit(client->in.fd, head, sizeof(head), deadline, err);
	if (st != IDM_OK)
		return st;
	return transmit(
	    client->in.fd, request.data, request.len, deadline, err);
}

/* What the daemon said why not: bounded by the error's own text. */
static enum idm_status
receive_failure(struct idm_client *client, const struct idm_frame *frame,
    int64_t deadline, struct idm_err *err)
{
	char text[sizeof(err->text)] = "";
	size_t len = frame->length;
	enum idm_status st;

	if (len >= sizeof(text))
		return idm_fail(err, IDM_CORRUPT, "idmapd's reply is too long");
	st = receive(&client->in, text, len, deadline, err);
	if (st != IDM_OK)
		return st;
	client->dead = frame->op == IDM_OP_NONE;
	return idm_fail(err, (enum idm_status)frame->status, "%s", text);
}

/* Memory grows with what has arrived, not with what was announced. */
static enum idm_status
receive_body(struct idm_client *client, size_t len, int64_t deadline,
    struct idm_buf *reply, struct idm_err *err)
{
	struct idm_str some;
	enum idm_status st;

	while (len > 0) {
		st = receive_some(&client->in, len, deadline, &some, err);
		if (st != IDM_OK)
			return st;
		idm_buf_put(reply, some.data, some.len);
		len -= some.len;
	}
	return idm_buf_status(reply, err);
}

static enum idm_status
receive_reply(struct idm_client *client, enum idm_op op, int64_t deadline,
    struct idm_buf *reply, struct idm_err *err)
{
	unsigned char head[IDM_WIRE_FRAME];
	size_t before = reply->len;
	struct idm_frame frame;
	enum idm_status st;

	st = receive(&client->in, head, sizeof(head), deadline, err);
	if (st != IDM_OK)
		return st;
	st = idm_frame_read(head, IDM_WIRE_REPLY_MAX, &frame, err);
	if (st != IDM_OK)
		return st;
	if (frame.status != IDM_OK &&
	    (frame.op == op || frame.op == IDM_OP_NONE))
		return receive_failure(client, &frame, deadline, err);
	if (frame.op != op)
		return idm_fail(err, IDM_CORRUPT,
		    "idmapd answered operation %u, not %u", (unsigned)frame.op,
		    (unsigned)op);
	st = receive_body(client, frame.length, deadline, reply, err);
	if (st == IDM_OK)
		client->dead = false;
	else
		reply->len = before;
	return st;
}

enum idm_status
idm_client_call(struct idm_client *client, enum idm_op op,
    struct idm_str request, unsigned wait_ms, struct idm_buf *reply,
    struct idm_err *err)
{
	int64_t deadline = idm_clock_ms() + wait_ms;
	enum idm_status st;

	if (request.len > IDM_WIRE_REQUEST_MAX) {
		return idm_fail(err, IDM_INVALID,
		    "the request is longer than %d bytes",
		    IDM_WIRE_REQUEST_MAX);
	}
	if (client->dead)
		return hung_up(err);

	/* Until a whole answer was read, nobody knows where the next begins. */
	client->dead = true;
	st = send_request(client, op, request, deadline, err);
	if (st != IDM_OK)
		return st;
	return receive_reply(client, op, deadline, reply, err);
}

/* ---- One question, in one go. */

/* The version that is spoken, a frame and its body, behind one another. */
static enum idm_status
send_at_once(int fd, enum idm_op op, struct idm_str request, int64_t deadline,
    struct idm_err *err)
{
	struct idm_frame frame = { .length = (uint32_t)request.len,
		.op = (uint16_t)op,
		.status = IDM_WIRE_LAST };
	char memory[IDM_WIRE_CHOICE + IDM_WIRE_FRAME + IDM_ONCE_MAX];
	enum idm_status st;
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_buf_put_u16(&buf, IDM_WIRE_VERSION);
	idm_frame_write(&buf, &frame);
	idm_buf_put(&buf, request.data, request.len);
	st = idm_buf_status(&buf, err);
	if (st != IDM_OK)
		return st;
	return transmit(fd, buf.data, buf.len, deadline, err);
}

static enum idm_status
read_greeting(struct inlet *in, int64_t deadline, struct idm_err *err)
{
	unsigned char greeting[IDM_WIRE_GREETING];
	enum idm_status st;
	uint16_t version;

	st = receive(in, greeting, sizeof(greeting), deadline, err);
	if (st == IDM_OK)
		st = idm_greeting_read(greeting, &version, err);
	if (st == IDM_OK && version != IDM_WIRE_VERSION)
		st = idm_fail(err, IDM_CORRUPT,
		    "idmapd speaks version %u, not %u", (unsigned)version,
		    (unsigned)IDM_WIRE_VERSION);
	return st;
}

/* Connect, and say it. */
static enum idm_status
begin_once(const char *path, const uid_t *peers, size_t npeers, enum idm_op op,
    struct idm_str request, int64_t deadline, int *out, struct idm_err *err)
{
	enum idm_status st;
	int fd;

	st = dial(path, deadline, &fd, err);
	if (st != IDM_OK)
		return st;
	fd = idm_fd_above_stdio(fd);
	if (fd == -1)
		return idm_fail_errno(err, "connection to idmapd");
	st = check_peer(fd, peers, npeers, err);
	if (st == IDM_OK)
		st = send_at_once(fd, op, request, deadline, err);
	if (st == IDM_OK)
		*out = fd;
	else
		(void)close(fd);
	return st;
}

enum idm_status
idm_client_once(const char *path, const uid_t *peers, size_t npeers,
    enum idm_op op, struct idm_str request, unsigned wait_ms,
    struct idm_buf *reply, bool *is_silent, struct idm_err *err)
{
	int64_t now = idm_clock_ms();
	int64_t greeting_by = now + IDM_GREETING_WAIT_MS;
	struct idm_client client;
	enum idm_status st;

	client.in.len = client.in.used = 0;
	*is_silent = true;
	st = begin_once(
	    path, peers, npeers, op, request, greeting_by, &client.in.fd, err);
	if (st != IDM_OK)
		return st;
	st = read_greeting(&client.in, greeting_by, err);
	if (st == IDM_OK) {
		*is_silent = false;
		st = receive_reply(&client, op, now + wait_ms, reply, err);
	}
	(void)close(client.in.fd);
	return st;
}

bool
idm_client_tell(const char *path, const uid_t *peers, size_t npeers,
    enum idm_op op, struct idm_str request)
{
	int64_t deadline = idm_clock_ms() + IDM_GREETING_WAIT_MS;
	int fd;

	if (begin_once(path, peers, npeers, op, request, deadline, &fd, NULL) !=
	    IDM_OK)
		return false;
	(void)close(fd);
	return true;
}
