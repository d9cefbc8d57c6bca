#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "daemon/asks.h"
#include "daemon/conn.h"
#include "daemon/conns.h"
#include "daemon/crew.h"
#include "daemon/engine.h"
#include "daemon/keep.h"
#include "daemon/limit.h"
#include "daemon/link.h"
#include "daemon/metrics.h"
#include "daemon/orders.h"
#include "daemon/realms.h"
#include "daemon/replicas.h"
#include "daemon/report.h"
#include "daemon/say.h"
#include "daemon/service.h"
#include "identity/account.h"
#include "map/snapshot.h"
#include "resolve/census.h"

#define THREADS     32    /* beside the one that keeps the time */
#define WORKERS     28    /* of these, for questions; no others wait */
#define ACCEPTS_MAX 64    /* connections taken before others get their turn */
#define READS_MAX   64    /* and requests of one client */
#define CLIENT_MS   5000  /* to send a request, or to take a reply */
#define GREETING_MS 50    /* that a greeting may wait for the answer */
#define STOP_MS     5000  /* for what is in flight when we are told to stop */
#define KEEPER_MS   10000 /* until the keeper is ready */
#define KEEP_MS     50    /* that a record for the cache may wait for others */
#define KEEP_MAX    16    /* so many do not wait */
#define PAUSE_MS    100   /* without accepting, when descriptors ran out */
#define DESCRIPTORS 64    /* beside those of clients */
#define NEVER       CREW_NEVER

/* What is watched beside clients, who have handles. */
enum watched { LISTENER = 1, SIGNALS, KEEPER, ORDERS };

struct engine {
	const struct engine_setup *setup;
	struct op_context context;
	struct limits *limits;
	struct crew *crew;
	struct realms *realms;
	struct asks *asks;
	struct replicas *replicas;
	struct orders *orders;
	struct metrics metrics;
	struct conns *conns;
	uint32_t last_id;
	struct link link;
	bool is_link_full; /* and so watched for room */
	int64_t keep_at;   /* when to send what is for the cache; 0: none is */
	unsigned nkept;    /* questions whose records are */
	int64_t accept_at; /* when to accept again; 0: we do */
	int64_t watchdog_at; /* when to tell systemd that we live */
	int64_t stop_at;     /* NEVER, or when to stop waiting */
	bool is_stopping;
	bool is_failed; /* the keeper is gone, or is not to be believed */
};

static bool
is_done(const struct engine *engine)
{
	return engine->is_failed ||
	    (engine->is_stopping &&
		(conns_count(engine->conns) == 0 ||
		    idm_clock_ms() >= engine->stop_at));
}

/* ---- Clients. */

/*
 * Who is watched for the first time, or again.  Who takes his reply slowly is
 * watched for room, too.
 */
static void
watch_conn(struct engine *engine, struct conn *conn)
{
	if (!crew_watch(engine->crew,
		conn->is_watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, conn->fd,
		conn->state == CONN_WRITING ? EPOLLIN | EPOLLOUT : EPOLLIN,
		conn->handle))
		conn_close(conn);
	conn->is_watched = true;
}

/* Send what there is room for. */
static void
write_conn(struct engine *engine, struct conn *conn)
{
	if (!conn_write(conn)) {
		conn_close(conn);
	} else if (conn_is_written(conn)) {
		conn->state = CONN_READING;
		conn->deadline = idm_clock_ms() + CLIENT_MS;
		if (conn->is_last || engine->is_stopping)
			conn_close(conn);
	}
}

static void
reply(struct engine *engine, struct conn *conn, uint16_t op,
    enum idm_status status, struct idm_str body)
{
	atomic_fetch_add(&engine->context.requests, 1);
	session_next(&conn->session);
	conn_reply(conn, op, status, body);
	conn->state = CONN_WRITING;
	conn->deadline = idm_clock_ms() + CLIENT_MS;
	crew_hurry(engine->crew, conn->deadline);
	write_conn(engine, conn);
	if (conn->state == CONN_WRITING)
		watch_conn(engine, conn);
}

/* Say why, and close. */
static void
refuse(struct engine *engine, struct conn *conn, const struct idm_err *why)
{
	atomic_fetch_add(&engine->context.refused, 1);
	conn->is_last = true;
	reply(engine, conn, IDM_OP_NONE, why->status, idm_str_of(why->text));
}

/* The job's outcome is the reply. */
static void
finish(struct engine *engine, struct conn *conn)
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
	reply(engine, conn, job->op->code, job->status, body);
	idm_buf_fini(&job->out);
	idm_buf_init(&job->out, IDM_WIRE_REPLY_MAX);
}

/* A client that has a job is never freed. */
static struct conn *
conn_of(struct job *job)
{
	return (struct conn *)((char *)job - offsetof(struct conn, job));
}

/* A number by which an answer of the keeper is known; never 0. */
static uint32_t
next_number(void *context)
{
	struct engine *engine = context;

	do
		engine->last_id++;
	while (engine->last_id == 0);
	return engine->last_id;
}

/* May this be asked, by this caller, now?  *is_quiet: not worth a record. */
static enum idm_status
admit(struct engine *engine, const struct conn *conn, const struct op *op,
    bool *is_quiet, struct idm_err *err)
{
	enum idm_status st;

	*is_quiet = !op->is_update;
	/* Who lists a folder has a question for each owner in it. */
	st = op->is_lookup ? IDM_OK
			   : limits_request(engine->limits, conn->counted_as,
				 idm_clock_ms(), err);
	if (st != IDM_OK) {
		/* A flood must not fill the log: its first record stands for
		 * those that follow at once. */
		*is_quiet = *is_quiet ||
		    !limits_record(engine->limits, conn->counted_as);
		return st;
	}
	if (op->is_roots && conn->uid != 0)
		return idm_fail(err, IDM_DENIED, "only root may do this");
	if (!op->has_body && conn->session.frame.length > 0)
		return idm_fail(err, IDM_INVALID, "the request has a body");
	return IDM_OK;
}

static void
begin(struct engine *engine, struct conn *conn)
{
	const struct op *op = op_find(conn->session.frame.op);
	struct job *job = &conn->job;
	enum idm_status st;
	struct idm_err err;
	bool is_quiet;

	conn->is_last = conn->session.frame.status == IDM_WIRE_LAST;
	if (op == NULL) {
		reply(engine, conn, conn->session.frame.op, IDM_INVALID,
		    idm_str_of("this idmapd does not know the operation"));
		return;
	}
	st = admit(engine, conn, op, &is_quiet, &err);
	if (st != IDM_OK)
		atomic_fetch_add(&engine->context.refused, 1);
	if (st != IDM_OK && is_quiet) {
		reply(engine, conn, op->code, st, idm_str_of(err.text));
		return;
	}
	job->op = op;
	job->id = next_number(engine);
	job->caller = (struct caller){ .uid = conn->uid, .pid = conn->pid };
	job->counted_as = conn->counted_as;
	job->body = session_body(&conn->session);
	job->status = st;
	if (st != IDM_OK)
		job->err = err;
	job->is_for_keeper = false;
	job->deadline = 0;
	idm_buf_clear(&job->out);
	if (op->is_report) {
		report_asks(&job->out, engine->asks);
		report_replicas(&job->out, engine->replicas);
	}
	conn->state = CONN_WORKING;
	if (!op->is_lookup)
		crew_submit(engine->crew, job);
	else if (asks_take(engine->asks, job))
		finish(engine, conn);
	else
		crew_hurry(engine->crew, job->deadline);
}

/* Its question takes too long, or nobody waits for the answer any more. */
static void
give_up(struct engine *engine, struct conn *conn)
{
	struct job *job = &conn->job;

	asks_leave(engine->asks, job);
	job->status = idm_fail(
	    &job->err, IDM_TEMPFAIL, "the directory did not answer in time");
	finish(engine, conn);
}

/* Take in what has come; false: that was no whole request. */
static bool
read_conn(struct engine *engine, struct conn *conn)
{
	enum idm_status st;
	struct idm_err err;

	st = conn_read(conn, &err);
	if (st == IDM_NOTFOUND)
		conn_close(conn);
	else if (st != IDM_OK)
		refuse(engine, conn, &err);
	if (st != IDM_OK || conn->session.state != SESSION_READY)
		return false;
	begin(engine, conn);
	return true;
}

/* Who is over is forgotten. */
static void
settle(struct engine *engine, struct conn *conn)
{
	if (conn->state != CONN_OVER)
		return;
	limits_disconnect(engine->limits, conn->counted_as);
	atomic_store(
	    &engine->context.clients, limits_connections(engine->limits));
	conns_remove(engine->conns, conn);
	conn_free(&conn);
}

/*
 * That something has come is told once, so that it is read until there is
 * nothing more; or, of who says very much, told again.
 */
static void
go_on(struct engine *engine, struct conn *conn)
{
	int i = 0;

	while (conn->state == CONN_READING && i < READS_MAX &&
	    read_conn(engine, conn))
		i++;
	if (conn->state == CONN_READING &&
	    (i == READS_MAX || !conn->is_watched))
		watch_conn(engine, conn);
	settle(engine, conn);
}

static void
serve_conn(struct engine *engine, struct conn *conn, uint32_t events)
{
	if (conn->state == CONN_WRITING) {
		write_conn(engine, conn);
		if (conn->state == CONN_READING)
			watch_conn(engine, conn);
	} else if (conn->state == CONN_WORKING &&
	    (events & (EPOLLHUP | EPOLLERR)) != 0) {
		conn_close(conn);
		if (conn->job.op->is_lookup)
			give_up(engine, conn);
	}
	go_on(engine, conn);
}

/*
 * A user may have thousands of uids to spend (subuid(5)), and there is no
 * account behind them: whoever has none shares one allowance.
 */
static uint32_t
counted_as(const struct engine *engine, uint32_t uid)
{
	struct idm_account account;

	/* Of those who come again and again the file is read once. */
	if (uid != 0 && !limits_knows(engine->limits, uid) &&
	    idm_account_by_uid(engine->setup->accounts, uid, &account, NULL) ==
		IDM_NOTFOUND)
		return LIMIT_STRANGERS;
	return uid;
}

/* Tell why; a fresh socket has room for that. */
static void
turn_away(struct engine *engine, struct conn *conn, const struct idm_err *why)
{
	atomic_fetch_add(&engine->context.refused, 1);
	conn_reply(conn, IDM_OP_NONE, why->status, idm_str_of(why->text));
	(void)conn_write(conn);
	conn_free(&conn);
}

/*
 * Who has one question has sent it with the connection, and the greeting goes
 * with the answer, if that comes soon.  So long nobody need watch the socket.
 */
static void
let_in(struct engine *engine, struct conn *conn, int64_t now)
{
	conn->deadline = now + CLIENT_MS;
	conn->greet_at = now + GREETING_MS;
	crew_hurry(engine->crew, conn->greet_at);
	atomic_store(
	    &engine->context.clients, limits_connections(engine->limits));
	(void)read_conn(engine, conn);
	if (conn->state == CONN_READING)
		conn_greet(conn);
	go_on(engine, conn);
}

/* Take one connection in, or tell it why not. */
static void
welcome(struct engine *engine, int fd)
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
	conn->counted_as = counted_as(engine, conn->uid);
	st = limits_connect(engine->limits, conn->counted_as, now, &err);
	if (st != IDM_OK) {
		turn_away(engine, conn, &err);
	} else if (!conns_add(engine->conns, conn)) {
		limits_disconnect(engine->limits, conn->counted_as);
		conn_free(&conn);
	} else {
		let_in(engine, conn, now);
	}
}

static void
watch_listener(struct engine *engine)
{
	(void)crew_watch(engine->crew, EPOLL_CTL_MOD, engine->setup->listener,
	    EPOLLIN, LISTENER);
}

static void
accept_clients(struct engine *engine)
{
	int fd = 0;

	if (engine->is_stopping)
		return;
	for (int i = 0; i < ACCEPTS_MAX && fd != -1; i++) {
		fd = accept4(engine->setup->listener, NULL, NULL,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd != -1)
			welcome(engine, fd);
	}
	if (fd != -1) {
		watch_listener(engine);
	} else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
	    errno == ENOBUFS) {
		say(LOG_WARNING, "accept: %s", strerror(errno));
		engine->accept_at = idm_clock_ms() + PAUSE_MS;
		crew_hurry(engine->crew, engine->accept_at);
	}
}

/* ---- The keeper. */

static void
send_to_keeper(struct engine *engine)
{
	engine->keep_at = 0;
	engine->nkept = 0;
	if (!link_flush(&engine->link))
		engine->is_failed = true;
	if (link_is_full(&engine->link) == engine->is_link_full)
		return;
	engine->is_link_full = !engine->is_link_full;
	(void)crew_watch(engine->crew, EPOLL_CTL_MOD, engine->link.fd,
	    engine->is_link_full ? EPOLLIN | EPOLLOUT : EPOLLIN, KEEPER);
}

/* Who waits for the answer with this number? */
static struct conn *
asker_of(const struct engine *engine, uint32_t id)
{
	size_t places = conns_places(engine->conns);

	for (size_t i = 0; i < places; i++) {
		struct conn *conn = conns_at(engine->conns, i);

		if (conn != NULL && conn->state == CONN_WORKING &&
		    conn->job.id == id)
			return conn;
	}
	return NULL;
}

static void
take_answer(struct engine *engine, const struct record_reply *answer)
{
	struct conn *conn;
	struct job *job;

	if (orders_answer(engine->orders, answer))
		return;
	conn = asker_of(engine, answer->id);
	if (conn == NULL) {
		say(LOG_ERR, "the keeper answered what nobody asked");
		engine->is_failed = true;
		return;
	}
	job = &conn->job;
	job->status = (enum idm_status)answer->status;
	idm_buf_clear(&job->out);
	if (job->status == IDM_OK)
		idm_buf_put(&job->out, answer->body.data, answer->body.len);
	else
		(void)idm_fail(&job->err, job->status, "%.*s",
		    (int)answer->body.len, answer->body.data);
	finish(engine, conn);
	go_on(engine, conn);
}

static void
receive_from_keeper(struct engine *engine)
{
	struct record_reply answer;
	enum idm_status st;
	struct idm_err err;

	while ((st = link_receive(&engine->link, &answer, &err)) == IDM_OK)
		take_answer(engine, &answer);
	if (st != IDM_NOTFOUND) {
		say(LOG_ERR, "%s", err.text);
		engine->is_failed = true;
	}
}

/* Everybody who asked it hears of it before anything else is done with it. */
static void
take_ask(struct engine *engine, struct job *done)
{
	struct job *waiting = asks_answer(engine->asks, done);

	for (struct job *job = waiting; job != NULL; job = job->next)
		finish(engine, conn_of(job));
	asks_done(engine->asks, done);
	while (waiting != NULL) {
		struct job *job = waiting;

		waiting = job->next;
		job->next = NULL;
		go_on(engine, conn_of(job));
	}
	/* The keeper need not be woken for each. */
	if (engine->nkept >= KEEP_MAX)
		send_to_keeper(engine);
}

/* At the end of each duty. */
static void
end_if_done(struct engine *engine)
{
	if (!is_done(engine))
		return;
	send_to_keeper(engine);
	crew_end(engine->crew);
}

/* A duty: whoever waits for the job is answered. */
static void
take_job(void *context, struct job *job)
{
	struct engine *engine = context;

	if (asks_owns(job)) {
		take_ask(engine, job);
	} else if (job->is_for_keeper &&
	    idm_buf_status(&job->out, &job->err) == IDM_OK) {
		link_queue(&engine->link, job);
		send_to_keeper(engine);
	} else {
		finish(engine, conn_of(job));
		go_on(engine, conn_of(job));
		send_to_keeper(engine);
	}
	end_if_done(engine);
}

/* ---- Signals and limits. */

/* Limits are the policy's; without one, those of a new host. */
static void
load_limits(struct engine *engine)
{
	struct idm_policy policy = idm_policy_default;
	struct idm_maps *maps = NULL;
	struct rlimit files = { 0 };
	struct idm_err err;

	if (idm_maps_open(engine->setup->state_dir, 0, &maps, &err) == IDM_OK)
		policy = maps->policy;
	else
		say(LOG_WARNING, "limits are the defaults: %s", err.text);
	idm_maps_close(&maps);
	(void)getrlimit(RLIMIT_NOFILE, &files);
	if (files.rlim_cur < (rlim_t)policy.clients + DESCRIPTORS) {
		policy.clients = files.rlim_cur > 2 * DESCRIPTORS
		    ? (uint32_t)(files.rlim_cur - DESCRIPTORS)
		    : DESCRIPTORS;
		say(LOG_WARNING, "%lu clients at most: RLIMIT_NOFILE",
		    (unsigned long)policy.clients);
	}
	limits_set(engine->limits, policy.clients, policy.clients_per_user);
	asks_log(engine->asks, policy.log_lookups);
	metrics_set(&engine->metrics, policy.metrics);
}

static void
reload(struct engine *engine)
{
	service_notify(
	    "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)idm_clock_us());
	load_limits(engine);
	realms_refresh(engine->realms);
	asks_forget(engine->asks);
	service_notify("READY=1");
	say(LOG_INFO, "limits and directories loaded");
}

/* Take nobody new, and close what does not wait for an answer. */
static void
stop(struct engine *engine)
{
	size_t places = conns_places(engine->conns);

	if (engine->is_stopping)
		return;
	service_notify("STOPPING=1");
	engine->is_stopping = true;
	engine->accept_at = 0;
	engine->stop_at = idm_clock_ms() + STOP_MS;
	crew_hurry(engine->crew, engine->stop_at);
	(void)crew_watch(
	    engine->crew, EPOLL_CTL_MOD, engine->setup->listener, 0, LISTENER);
	for (size_t i = 0; i < places; i++) {
		struct conn *conn = conns_at(engine->conns, i);

		if (conn != NULL && conn->state == CONN_READING) {
			conn_close(conn);
			settle(engine, conn);
		}
	}
}

static void
take_signals(struct engine *engine)
{
	struct signalfd_siginfo info;

	while (read(engine->setup->signals, &info, sizeof(info)) ==
	    (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload(engine);
		else if (info.ssi_signo != SIGCHLD)
			stop(engine);
		/* The keeper's end is seen at its socket, after what it said.
		 */
	}
}

/* ---- Duties. */

static void
see_to(struct engine *engine, uint64_t what, uint32_t events)
{
	struct conn *conn = conns_find(engine->conns, what);

	switch (what) {
	case LISTENER:
		accept_clients(engine);
		return;
	case SIGNALS:
		take_signals(engine);
		return;
	case KEEPER:
		receive_from_keeper(engine);
		break;
	case ORDERS:
		orders_send(engine->orders);
		break;
	default:
		if (conn != NULL)
			serve_conn(engine, conn, events);
		return;
	}
	send_to_keeper(engine);
}

static void
serve(void *context, uint64_t what, uint32_t events)
{
	struct engine *engine = context;

	see_to(engine, what, events);
	end_if_done(engine);
}

/* Drop who is too slow; when is the next deadline? */
static int64_t
tend_conn(struct engine *engine, struct conn *conn, int64_t now)
{
	bool is_working = conn->state == CONN_WORKING;
	int64_t deadline = is_working ? conn->job.deadline : conn->deadline;

	if (is_working && deadline == 0)
		deadline = NEVER;
	if (deadline <= now) {
		if (is_working)
			give_up(engine, conn);
		else
			conn_close(conn);
		go_on(engine, conn);
		return NEVER;
	}
	if (conn->greet_at <= now) {
		conn_greet(conn);
		if (conn->fd != -1)
			watch_conn(engine, conn);
	}
	return conn->greet_at < deadline ? conn->greet_at : deadline;
}

static int64_t
sweep(struct engine *engine)
{
	size_t places = conns_places(engine->conns);
	int64_t now = idm_clock_ms();
	int64_t next = NEVER;

	for (size_t i = 0; i < places; i++) {
		struct conn *conn = conns_at(engine->conns, i);
		int64_t at = NEVER;

		if (conn != NULL)
			at = tend_conn(engine, conn, now);
		if (at < next)
			next = at;
	}
	return next;
}

/* What is due; when is the next thing? */
static int64_t
tend(void *context)
{
	struct engine *engine = context;
	const struct metrics_source source = { &engine->context, engine->asks };
	int64_t at[] = {
		sweep(engine),
		replicas_tend(engine->replicas),
		metrics_tend(&engine->metrics, &source),
		engine->stop_at,
	};
	int64_t now = idm_clock_ms();
	int64_t next = NEVER;

	if (engine->accept_at != 0 && engine->accept_at <= now) {
		engine->accept_at = 0;
		watch_listener(engine);
	}
	if (engine->keep_at != 0 && engine->keep_at <= now)
		send_to_keeper(engine);
	if (engine->watchdog_at <= now) {
		service_notify("WATCHDOG=1");
		engine->watchdog_at = now + service_watchdog();
	}
	end_if_done(engine);
	for (size_t i = 0; i < sizeof(at) / sizeof(at[0]); i++)
		next = at[i] < next ? at[i] : next;
	if (engine->keep_at != 0 && engine->keep_at < next)
		next = engine->keep_at;
	if (engine->accept_at != 0 && engine->accept_at < next)
		next = engine->accept_at;
	return engine->watchdog_at < next ? engine->watchdog_at : next;
}

/* ---- Start and end. */

/*
 * What a directory said goes into the cache.  When it cannot, it is asked again
 * the next time, and somebody should know.
 */
static void
keep(void *context, const struct idm_domain *domain,
    const struct idm_lookup *lookup, const struct idm_fetched *fetched)
{
	struct engine *engine = context;
	const struct idm_fetched_record *record;
	enum idm_status st;
	struct idm_err err;
	size_t n;

	if (fetched != NULL) {
		record = idm_fetched_records(fetched, &n);
		st = keep_records(&engine->link, record, n, &err);
	} else {
		st = keep_absence(&engine->link, domain, lookup, &err);
	}
	if (st != IDM_OK)
		say(LOG_WARNING, "cache: %s", err.text);
	if (engine->nkept++ == 0) {
		engine->keep_at = idm_clock_ms() + KEEP_MS;
		crew_hurry(engine->crew, engine->keep_at);
	}
}

static bool
watch_all(const struct engine *engine)
{
	const struct {
		int fd;
		enum watched what;
	} all[] = {
		{ engine->setup->listener, LISTENER },
		{ engine->setup->signals, SIGNALS },
		{ engine->link.fd, KEEPER },
		{ orders_fd(engine->orders), ORDERS },
	};

	if (fcntl(engine->setup->listener, F_SETFL, O_NONBLOCK) == -1)
		return false;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (!crew_watch(engine->crew, EPOLL_CTL_ADD, all[i].fd, EPOLLIN,
			all[i].what))
			return false;
	}
	return true;
}

static enum idm_status
set_up(struct engine *engine, struct idm_err *err)
{
	const struct engine_setup *setup = engine->setup;
	struct asks_setup asks = {
		.workers = WORKERS,
		.keep = keep,
		.context = engine,
	};
	struct orders_setup orders = {
		.link = &engine->link,
		.number = next_number,
		.context = engine,
	};
	struct replicas_setup replicas = {
		.accounts = setup->accounts,
	};
	enum idm_status st;

	st = limits_new(&engine->limits, err);
	engine->conns = conns_new();
	if (st == IDM_OK && engine->conns == NULL)
		st = idm_fail(err, IDM_NOMEM, "out of memory");
	if (st == IDM_OK)
		st = realms_new(setup->state_dir, &engine->realms, err);
	engine->context.realms = engine->realms;
	if (st == IDM_OK)
		st = orders_new(&orders, &engine->orders, err);
	engine->context.orders = replicas.orders = engine->orders;
	if (st == IDM_OK) {
		engine->context.census = idm_census_new(setup->accounts);
		if (engine->context.census == NULL)
			st = idm_fail(err, IDM_NOMEM, "out of memory");
	}
	if (st == IDM_OK)
		st = crew_new(THREADS, &engine->context, &engine->crew, err);
	asks.realms = engine->realms;
	asks.crew = engine->crew;
	if (st == IDM_OK)
		st = asks_new(&asks, &engine->asks, err);
	replicas.realms = engine->realms;
	if (st == IDM_OK)
		st = replicas_new(&replicas, &engine->replicas, err);
	if (st == IDM_OK)
		st = link_await(&engine->link, KEEPER_MS, err);
	if (st != IDM_OK)
		return st;
	load_limits(engine);
	return watch_all(engine) ? IDM_OK : idm_fail_errno(err, "epoll");
}

/*
 * The keeper ends when our side of the pair is closed.  It belongs to another
 * user, so that we could not end it; systemd can, if it must.
 */
static bool
part_from_keeper(const struct engine *engine)
{
	int64_t until = idm_clock_ms() + STOP_MS;
	pid_t pid = engine->setup->keeper_pid;
	int status = -1;

	(void)close(engine->setup->keeper);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (idm_clock_ms() >= until) {
			say(LOG_ERR, "the keeper does not end");
			return false;
		}
		(void)poll(NULL, 0, 10);
	}
	return status == 0;
}

static void
tear_down(struct engine *engine)
{
	bool have_ended;

	if (engine->orders != NULL)
		orders_end(engine->orders);
	have_ended = replicas_free(&engine->replicas);
	crew_free(&engine->crew); /* before what its jobs are in */
	idm_census_free(&engine->context.census);
	link_fini(&engine->link);
	conns_free(&engine->conns);
	asks_free(&engine->asks);
	if (have_ended) {
		orders_free(&engine->orders);
		realms_free(&engine->realms);
	}
	limits_free(&engine->limits);
	(void)close(engine->setup->listener);
	(void)close(engine->setup->signals);
}

int
engine_run(const struct engine_setup *setup)
{
	struct engine engine = {
		.setup = setup,
		.context = {
			.state_dir = setup->state_dir,
			.accounts = setup->accounts,
			.started = time(NULL),
		},
		.stop_at = NEVER,
		.watchdog_at = service_watchdog() == 0 ? NEVER : 0,
	};
	bool is_well = false;
	struct idm_err err;

	link_init(&engine.link, setup->keeper);
	if (set_up(&engine, &err) == IDM_OK) {
		service_notify("READY=1\nSTATUS=serving");
		say(LOG_INFO, "ready");
		crew_work(engine.crew,
		    &(struct crew_duties){ serve, take_job, tend, &engine });
		metrics_end(&engine.metrics,
		    &(struct metrics_source){ &engine.context, engine.asks });
		is_well = !engine.is_failed;
	} else {
		say(LOG_ERR, "%s", err.text);
	}
	tear_down(&engine);
	if (!part_from_keeper(&engine))
		is_well = false;
	if (is_well)
		say(LOG_INFO, "stopped");
	return is_well ? 0 : 1;
}
