#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "daemon/clients.h"
#include "daemon/conns.h"
#include "daemon/say.h"
#include "identity/account.h"

#define READS_MAX   64   /* requests of one client before others' turn */
#define CLIENT_MS   5000 /* to send a request, or to take a reply */
#define GREETING_MS 50   /* that a greeting may wait for the answer */
#define PAUSE_MS    100  /* without accepting, when descriptors ran out */
#define NEVER       CREW_NEVER

struct clients {
	struct clients_setup setup;
	struct conns *conns;
	int64_t accept_at; /* when to accept again; NEVER: we do */
	bool is_stopping;
};

/* ---- Bytes. */

/*
 * Who is watched for the first time, or again.  Who takes his reply slowly is
 * watched for room, too.
 */
static void
watch_conn(struct clients *clients, struct conn *conn)
{
	if (!crew_watch(clients->setup.crew,
		conn->is_watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, conn->fd,
		conn->state == CONN_WRITING ? EPOLLIN | EPOLLOUT : EPOLLIN,
		conn->handle))
		conn_close(conn);
	conn->is_watched = true;
}

/* Send what there is room for. */
static void
write_conn(struct clients *clients, struct conn *conn)
{
	if (!conn_write(conn)) {
		conn_close(conn);
	} else if (conn_is_written(conn)) {
		conn->state = CONN_READING;
		conn->deadline = idm_clock_ms() + CLIENT_MS;
		if (conn->is_last || clients->is_stopping)
			conn_close(conn);
	}
}

void
clients_reply(struct clients *clients, struct conn *conn, uint16_t op,
    enum idm_status status, struct idm_str body)
{
	atomic_fetch_add(&clients->setup.counters->requests, 1);
	session_next(&conn->session);
	conn_reply(conn, op, status, body);
	conn->state = CONN_WRITING;
	conn->deadline = idm_clock_ms() + CLIENT_MS;
	crew_hurry(clients->setup.crew, conn->deadline);
	write_conn(clients, conn);
	if (conn->state == CONN_WRITING)
		watch_conn(clients, conn);
}

/* Say why, and close. */
static void
refuse(struct clients *clients, struct conn *conn, const struct idm_err *why)
{
	atomic_fetch_add(&clients->setup.counters->refused, 1);
	conn->is_last = true;
	clients_reply(
	    clients, conn, IDM_OP_NONE, why->status, idm_str_of(why->text));
}

void
clients_answer(struct clients *clients, struct conn *conn)
{
	struct job *job = &conn->job;
	struct idm_str body = { job->out.data, job->out.len };

	if (conn->fd == -1) {
		conn->state = CONN_OVER;
		return;
	}
	if (job->status == IDM_OK)
		job->status = idm_buf_status(&job->out, &job->err);
	if (job->status != IDM_OK)
		body = idm_str_of(job->err.text);
	clients_reply(clients, conn, job->op->code, job->status, body);
	idm_buf_fini(&job->out);
	idm_buf_init(&job->out, IDM_WIRE_REPLY_MAX);
}

/* Take in what has come; false: that was no whole request. */
static bool
read_conn(struct clients *clients, struct conn *conn)
{
	enum idm_status st;
	struct idm_err err;

	st = conn_read(conn, &err);
	if (st == IDM_NOTFOUND)
		conn_close(conn);
	else if (st != IDM_OK)
		refuse(clients, conn, &err);
	if (st != IDM_OK || conn->session.state != SESSION_READY)
		return false;
	clients->setup.begin(clients->setup.context, conn);
	return true;
}

/* ---- One client. */

/* Who is over is forgotten. */
static void
settle(struct clients *clients, struct conn *conn)
{
	if (conn->state != CONN_OVER)
		return;
	limits_disconnect(clients->setup.limits, conn->counted_as);
	atomic_store(&clients->setup.counters->clients,
	    limits_connections(clients->setup.limits));
	conns_remove(clients->conns, conn);
	conn_free(&conn);
}

/*
 * That something has come is told once, so that it is read until there is
 * nothing more; or, of who says very much, told again.
 */
void
clients_go_on(struct clients *clients, struct conn *conn)
{
	int i = 0;

	while (conn->state == CONN_READING && i < READS_MAX &&
	    read_conn(clients, conn))
		i++;
	if (conn->state == CONN_READING &&
	    (i == READS_MAX || !conn->is_watched))
		watch_conn(clients, conn);
	settle(clients, conn);
}

void
clients_serve(struct clients *clients, uint64_t handle, uint32_t events)
{
	struct conn *conn = conns_find(clients->conns, handle);

	if (conn == NULL)
		return;
	if (conn->state == CONN_WRITING) {
		write_conn(clients, conn);
		if (conn->state == CONN_READING)
			watch_conn(clients, conn);
	} else if (conn->state == CONN_WORKING &&
	    (events & (EPOLLHUP | EPOLLERR)) != 0) {
		conn_close(conn);
		if (conn->job.op->is_lookup)
			clients->setup.give_up(clients->setup.context, conn);
	}
	clients_go_on(clients, conn);
}

/* ---- Who comes. */

/*
 * A user may have thousands of uids to spend (subuid(5)), and there is no
 * account behind them: whoever has none shares one allowance.
 */
static uint32_t
counted_as(const struct clients *clients, uint32_t uid)
{
	struct idm_account account;

	/* Of those who come again and again the file is read once. */
	if (uid != 0 && !limits_knows(clients->setup.limits, uid) &&
	    idm_account_by_uid(clients->setup.accounts, uid, &account, NULL) ==
		IDM_NOTFOUND)
		return LIMIT_STRANGERS;
	return uid;
}

/* Tell why; a fresh socket has room for that. */
static void
turn_away(struct clients *clients, struct conn *conn, const struct idm_err *why)
{
	atomic_fetch_add(&clients->setup.counters->refused, 1);
	conn_reply(conn, IDM_OP_NONE, why->status, idm_str_of(why->text));
	(void)conn_write(conn);
	conn_free(&conn);
}

/*
 * Who has one question has sent it with the connection, and the greeting goes
 * with the answer, if that comes soon.  So long nobody need watch the socket.
 */
static void
let_in(struct clients *clients, struct conn *conn, int64_t now)
{
	conn->deadline = now + CLIENT_MS;
	conn->greet_at = now + GREETING_MS;
	crew_hurry(clients->setup.crew, conn->greet_at);
	atomic_store(&clients->setup.counters->clients,
	    limits_connections(clients->setup.limits));
	(void)read_conn(clients, conn);
	if (conn->state == CONN_READING)
		conn_greet(conn);
	clients_go_on(clients, conn);
}

/* Take one connection in, or tell it why not. */
static void
welcome(struct clients *clients, int fd)
{
	struct conn *conn = NULL;
	int64_t now = idm_clock_ms();
	enum idm_status st;
	struct idm_err err;

	st = conn_new(fd, &conn, &err);
	if (st != IDM_OK) {
		say(LOG_WARNING, "%s", err.text);
		return;
	}
	conn->counted_as = counted_as(clients, conn->uid);
	st = limits_connect(clients->setup.limits, conn->counted_as, now, &err);
	if (st != IDM_OK) {
		turn_away(clients, conn, &err);
	} else if (!conns_add(clients->conns, conn)) {
		limits_disconnect(clients->setup.limits, conn->counted_as);
		conn_free(&conn);
	} else {
		let_in(clients, conn, now);
	}
}

static void
watch_listener(struct clients *clients)
{
	(void)crew_watch(clients->setup.crew, EPOLL_CTL_MOD,
	    clients->setup.listener, EPOLLIN, clients->setup.what);
}

static void
pause_accepting(struct clients *clients)
{
	say(LOG_WARNING, "accept: %s", strerror(errno));
	clients->accept_at = idm_clock_ms() + PAUSE_MS;
	crew_hurry(clients->setup.crew, clients->accept_at);
}

/*
 * One at a time: if there are more, somebody else is told so, and has his own
 * question to see to.  To try for another takes longer than to be told.
 */
void
clients_accept(struct clients *clients)
{
	int fd;

	if (clients->is_stopping)
		return;
	fd = accept4(
	    clients->setup.listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return;
	if (fd != -1) {
		welcome(clients, fd);
	} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
	    errno == ENOBUFS) {
		pause_accepting(clients);
		return;
	}
	watch_listener(clients);
}

/* ---- All of them. */

struct conn *
clients_of_job(struct job *job)
{
	return (struct conn *)((char *)job - offsetof(struct conn, job));
}

struct conn *
clients_waiting(const struct clients *clients, uint32_t id)
{
	size_t places = conns_places(clients->conns);

	for (size_t i = 0; i < places; i++) {
		struct conn *conn = conns_at(clients->conns, i);

		if (conn != NULL && conn->state == CONN_WORKING &&
		    conn->job.id == id)
			return conn;
	}
	return NULL;
}

size_t
clients_count(const struct clients *clients)
{
	return conns_count(clients->conns);
}

void
clients_stop(struct clients *clients)
{
	size_t places = conns_places(clients->conns);

	clients->is_stopping = true;
	clients->accept_at = NEVER;
	(void)crew_watch(clients->setup.crew, EPOLL_CTL_MOD,
	    clients->setup.listener, 0, clients->setup.what);
	for (size_t i = 0; i < places; i++) {
		struct conn *conn = conns_at(clients->conns, i);

		if (conn != NULL && conn->state == CONN_READING) {
			conn_close(conn);
			settle(clients, conn);
		}
	}
}

/* Drop who is too slow; when is the next deadline? */
static int64_t
tend_conn(struct clients *clients, struct conn *conn, int64_t now)
{
	bool is_working = conn->state == CONN_WORKING;
	int64_t deadline = is_working ? conn->job.deadline : conn->deadline;

	if (is_working && deadline == 0)
		deadline = NEVER;
	if (deadline <= now) {
		if (is_working)
			clients->setup.give_up(clients->setup.context, conn);
		else
			conn_close(conn);
		clients_go_on(clients, conn);
		return NEVER;
	}
	if (conn->greet_at <= now) {
		conn_greet(conn);
		if (conn->fd != -1)
			watch_conn(clients, conn);
	}
	return conn->greet_at < deadline ? conn->greet_at : deadline;
}

static int64_t
sweep(struct clients *clients)
{
	size_t places = conns_places(clients->conns);
	int64_t now = idm_clock_ms();
	int64_t next = NEVER;

	for (size_t i = 0; i < places; i++) {
		struct conn *conn = conns_at(clients->conns, i);
		int64_t at = NEVER;

		if (conn != NULL)
			at = tend_conn(clients, conn, now);
		if (at < next)
			next = at;
	}
	return next;
}

int64_t
clients_tend(struct clients *clients)
{
	int64_t next = sweep(clients);

	if (clients->accept_at <= idm_clock_ms()) {
		clients->accept_at = NEVER;
		watch_listener(clients);
	}
	return clients->accept_at < next ? clients->accept_at : next;
}

/* ---- Begin and end. */

enum idm_status
clients_new(const struct clients_setup *setup, struct clients **out,
    struct idm_err *err)
{
	struct clients *clients = calloc(1, sizeof(*clients));

	if (clients != NULL)
		clients->conns = conns_new();
	if (clients == NULL || clients->conns == NULL) {
		free(clients);
		return idm_fail(err, IDM_NOMEM, "out of memory");
	}
	clients->setup = *setup;
	clients->accept_at = NEVER;
	if (fcntl(setup->listener, F_SETFL, O_NONBLOCK) == -1 ||
	    !crew_watch(setup->crew, EPOLL_CTL_ADD, setup->listener, EPOLLIN,
		setup->what)) {
		clients_free(&clients);
		return idm_fail_errno(err, "listener");
	}
	*out = clients;
	return IDM_OK;
}

void
clients_free(struct clients **clients)
{
	if (*clients == NULL)
		return;
	conns_free(&(*clients)->conns);
	free(*clients);
	*clients = NULL;
}
