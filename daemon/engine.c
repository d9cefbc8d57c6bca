#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
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

#define THREADS     32   /* beside the one that began */
#define WORKERS     28   /* of these, for questions; no others wait */
#define WAIT_MS     1000 /* without a look at the clock, with clients */
#define STOPPING_MS 20   /* the same, when we are told to stop */
#define EVENTS_MAX  64
#define ACCEPTS_MAX 64    /* connections taken before others get their turn */
#define CLIENT_MS   5000  /* to send a request, or to take a reply */
#define STOP_MS     5000  /* for what is in flight when we are told to stop */
#define KEEPER_MS   10000 /* until the keeper is ready */
#define KEEP_MS     50    /* that a record for the cache may wait for others */
#define KEEP_MAX    16    /* so many do not wait */
#define PAUSE_MS    100   /* without accepting, when descriptors ran out */
#define DESCRIPTORS 64    /* beside those of clients */
#define NEVER       INT64_MAX

struct engine {
	const struct engine_setup *setup;
	int epoll;
	struct op_context context;
	struct limits *limits;
	struct crew *crew;
	struct realms *realms;
	struct asks *asks;
	struct replicas *replicas;
	struct orders *orders;
	struct metrics metrics;
	struct conn *conns;
	uint32_t last_id;
	struct link link;
	int64_t keep_at;   /* when to send what is for the cache; 0: none is */
	unsigned nkept;    /* questions whose records are */
	int64_t accept_at; /* when to accept again; 0: we do */
	int64_t watchdog_at; /* when to tell systemd that we live */
	int64_t stop_at;     /* NEVER, or when to stop waiting */
	bool is_stopping;
	bool is_failed; /* the keeper is gone, or is not to be believed */
};

/* ---- What epoll watches.  A client is told apart by its address. */

static bool
watch(const struct engine *engine, int op, int fd, uint32_t events,
    const void *what)
{
	struct epoll_event event = { .events = events };

	memcpy(&event.data.ptr, &what, sizeof(what));
	return epoll_ctl(engine->epoll, op, fd, &event) == 0;
}

static void
watch_conn(const struct engine *engine, const struct conn *conn)
{
	uint32_t events = 0;

	if (conn->state == CONN_READING)
		events = EPOLLIN;
	else if (conn->state == CONN_WRITING)
		events = EPOLLOUT;
	(void)watch(engine, EPOLL_CTL_MOD, conn->fd, events, conn);
}

/* ---- Clients. */

/* Send what is to be sent, and see what is next. */
static void
write_conn(struct engine *engine, struct conn *conn)
{
	if (!conn_write(conn)) {
		conn_close(conn);
		return;
	}
	if (!conn_is_written(conn)) {
		conn->state = CONN_WRITING;
	} else if (conn->is_last || engine->is_stopping) {
		conn_close(conn);
		return;
	} else {
		conn->state = CONN_READING;
		conn->deadline = idm_clock_ms() + CLIENT_MS;
	}
	watch_conn(engine, conn);
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
	write_conn(engine, conn);
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

static struct conn *
conn_of(const struct engine *engine, const struct job *job)
{
	struct conn *conn = engine->conns;

	while (conn != NULL && &conn->job != job)
		conn = conn->next;
	return conn;
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
	bool is_first = false;
	enum idm_status st;

	*is_quiet = !op->is_update;
	/* Who lists a folder has a question for each owner in it. */
	st = op->is_lookup ? IDM_OK
			   : limits_request(engine->limits, conn->counted_as,
				 idm_clock_ms(), &is_first, err);
	if (st != IDM_OK) {
		/* A flood must not fill the log: its first record stands for
		 * those that follow at once. */
		*is_quiet = *is_quiet || !is_first;
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
	if (op->is_lookup && asks_take(engine->asks, job)) {
		finish(engine, conn);
		return;
	}
	watch_conn(engine, conn);
	if (!op->is_lookup)
		crew_submit(engine->crew, job);
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

static void
read_conn(struct engine *engine, struct conn *conn)
{
	enum idm_status st;
	struct idm_err err;

	st = conn_read(conn, &err);
	if (st == IDM_NOTFOUND)
		conn_close(conn);
	else if (st != IDM_OK)
		refuse(engine, conn, &err);
	else if (conn->session.state == SESSION_READY)
		begin(engine, conn);
}

static void
serve(struct engine *engine, struct conn *conn, uint32_t events)
{
	if (conn->fd == -1)
		return;
	switch (conn->state) {
	case CONN_READING:
		read_conn(engine, conn);
		break;
	case CONN_WRITING:
		write_conn(engine, conn);
		break;
	case CONN_WORKING:
		if ((events & (EPOLLHUP | EPOLLERR)) == 0)
			break;
		conn_close(conn);
		if (conn->job.op->is_lookup)
			give_up(engine, conn);
		break;
	case CONN_OVER:
		break;
	}
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
		atomic_fetch_add(&engine->context.refused, 1);
		if (conn_greet(conn)) {
			conn_reply(conn, IDM_OP_NONE, st, idm_str_of(err.text));
			(void)conn_write(conn);
		}
		conn_free(&conn);
		return;
	}
	conn->next = engine->conns;
	engine->conns = conn;
	conn->deadline = now + CLIENT_MS;
	/* Who wants no answer may be gone, and what he said still be here. */
	(void)conn_greet(conn);
	/* Who has one question has sent it with the connection. */
	if (watch(engine, EPOLL_CTL_ADD, conn->fd, EPOLLIN, conn))
		read_conn(engine, conn);
	else
		conn_close(conn);
}

static void
accept_clients(struct engine *engine)
{
	for (int i = 0; i < ACCEPTS_MAX; i++) {
		int fd = accept4(engine->setup->listener, NULL, NULL,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd != -1) {
			welcome(engine, fd);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOMEM ||
		    errno == ENOBUFS) {
			say(LOG_WARNING, "accept: %s", strerror(errno));
			(void)watch(engine, EPOLL_CTL_MOD,
			    engine->setup->listener, 0,
			    &engine->setup->listener);
			engine->accept_at = idm_clock_ms() + PAUSE_MS;
		}
		return;
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
	(void)watch(engine, EPOLL_CTL_MOD, engine->link.fd,
	    link_is_full(&engine->link) ? EPOLLIN | EPOLLOUT : EPOLLIN,
	    &engine->link);
}

static void
take_answer(struct engine *engine, const struct record_reply *answer)
{
	struct conn *conn = engine->conns;
	struct job *job;

	if (orders_answer(engine->orders, answer))
		return;
	while (conn != NULL &&
	    (conn->state != CONN_WORKING || conn->job.id != answer->id))
		conn = conn->next;
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

/* Everybody who asked the same. */
static void
answer_all(struct engine *engine, struct job *job)
{
	while (job != NULL) {
		struct job *next = job->next;

		job->next = NULL;
		finish(engine, conn_of(engine, job));
		job = next;
	}
}

/* A duty: whoever waits for the job is answered. */
static void
take_job(void *context, struct job *job)
{
	struct engine *engine = context;

	if (asks_owns(job)) {
		answer_all(engine, asks_done(engine->asks, job));
		/* The keeper need not be woken for each. */
		if (engine->nkept < KEEP_MAX)
			return;
	} else if (job->is_for_keeper &&
	    idm_buf_status(&job->out, &job->err) == IDM_OK) {
		link_queue(&engine->link, job);
	} else {
		finish(engine, conn_of(engine, job));
	}
	send_to_keeper(engine);
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
	if (engine->is_stopping)
		return;
	service_notify("STOPPING=1");
	engine->is_stopping = true;
	engine->accept_at = 0;
	engine->stop_at = idm_clock_ms() + STOP_MS;
	(void)epoll_ctl(
	    engine->epoll, EPOLL_CTL_DEL, engine->setup->listener, NULL);
	for (struct conn *conn = engine->conns; conn != NULL;
	     conn = conn->next) {
		if (conn->state == CONN_READING)
			conn_close(conn);
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

/* ---- The loop. */

static void
dispatch(struct engine *engine, const struct epoll_event *event)
{
	const struct engine_setup *setup = engine->setup;

	if (event->data.ptr == &setup->listener)
		accept_clients(engine);
	else if (event->data.ptr == &setup->signals)
		take_signals(engine);
	else if (event->data.ptr == &engine->link) {
		receive_from_keeper(engine);
		send_to_keeper(engine);
	} else if (event->data.ptr == engine->orders) {
		orders_send(engine->orders);
		send_to_keeper(engine);
	} else
		serve(engine, event->data.ptr, event->events);
}

/* Drop who is too slow, free who is over; when is the next deadline? */
static int64_t
sweep(struct engine *engine)
{
	struct conn **at = &engine->conns;
	int64_t now = idm_clock_ms();
	int64_t next = NEVER;

	while (*at != NULL) {
		struct conn *conn = *at;

		if ((conn->state == CONN_READING ||
			conn->state == CONN_WRITING) &&
		    conn->deadline <= now)
			conn_close(conn);
		if (conn->state == CONN_WORKING && conn->job.deadline != 0 &&
		    conn->job.deadline <= now)
			give_up(engine, conn);
		if (conn->state == CONN_OVER) {
			*at = conn->next;
			limits_disconnect(engine->limits, conn->counted_as);
			conn_free(&conn);
			continue;
		}
		if (conn->state != CONN_WORKING && conn->deadline < next)
			next = conn->deadline;
		if (conn->state == CONN_WORKING && conn->job.deadline != 0 &&
		    conn->job.deadline < next)
			next = conn->job.deadline;
		at = &conn->next;
	}
	atomic_store(
	    &engine->context.clients, limits_connections(engine->limits));
	return next;
}

/* What is due; when is the next thing? */
static int64_t
keep_time(struct engine *engine)
{
	int64_t next = sweep(engine);
	int64_t replicas_at = replicas_tend(engine->replicas);
	const struct metrics_source source = { &engine->context, engine->asks };
	int64_t metrics_at = metrics_tend(&engine->metrics, &source);
	int64_t now = idm_clock_ms();

	if (engine->accept_at != 0 && engine->accept_at <= now) {
		engine->accept_at = 0;
		(void)watch(engine, EPOLL_CTL_MOD, engine->setup->listener,
		    EPOLLIN, &engine->setup->listener);
	}
	if (engine->watchdog_at <= now) {
		service_notify("WATCHDOG=1");
		engine->watchdog_at = now + service_watchdog();
	}
	if (engine->keep_at != 0 && engine->keep_at <= now)
		send_to_keeper(engine);
	if (engine->keep_at != 0 && engine->keep_at < next)
		next = engine->keep_at;
	if (engine->accept_at != 0 && engine->accept_at < next)
		next = engine->accept_at;
	if (engine->watchdog_at < next)
		next = engine->watchdog_at;
	if (replicas_at < next)
		next = replicas_at;
	if (metrics_at < next)
		next = metrics_at;
	return engine->stop_at < next ? engine->stop_at : next;
}

static bool
is_done(const struct engine *engine)
{
	return engine->is_failed ||
	    (engine->is_stopping &&
		(engine->conns == NULL || idm_clock_ms() >= engine->stop_at));
}

/*
 * How long to wait for events.  Who runs a job sets deadlines, too, while
 * another waits, who is not told.
 */
static int
patience(const struct engine *engine, int64_t next)
{
	int64_t most = engine->is_stopping ? STOPPING_MS : WAIT_MS;
	int64_t left = next == NEVER ? NEVER : next - idm_clock_ms();

	if (asks_count(engine->asks).open > 0 && most > KEEP_MS)
		most = KEEP_MS;
	if (engine->conns != NULL && left > most)
		left = most;
	if (left == NEVER)
		return -1;
	return left < 0 ? 0 : left > INT_MAX ? INT_MAX : (int)left;
}

/* A duty.  Clients are freed here only, and so never between wait and serve. */
static bool
lead(void *context)
{
	struct epoll_event events[EVENTS_MAX];
	struct engine *engine = context;
	int64_t next = keep_time(engine);
	int n;

	if (is_done(engine)) {
		send_to_keeper(engine);
		return false;
	}
	n = crew_wait(engine->crew, engine->epoll, events, EVENTS_MAX,
	    patience(engine, next));
	for (int i = 0; i < n; i++)
		dispatch(engine, &events[i]);
	return true;
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
	if (engine->nkept++ == 0)
		engine->keep_at = idm_clock_ms() + KEEP_MS;
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
	engine->epoll = idm_fd_above_stdio(epoll_create1(EPOLL_CLOEXEC));
	if (engine->epoll == -1 ||
	    fcntl(setup->listener, F_SETFL, O_NONBLOCK) == -1 ||
	    !watch(engine, EPOLL_CTL_ADD, setup->listener, EPOLLIN,
		&setup->listener) ||
	    !watch(engine, EPOLL_CTL_ADD, setup->signals, EPOLLIN,
		&setup->signals) ||
	    !watch(engine, EPOLL_CTL_ADD, engine->link.fd, EPOLLIN,
		&engine->link) ||
	    !watch(engine, EPOLL_CTL_ADD, orders_fd(engine->orders), EPOLLIN,
		engine->orders))
		return idm_fail_errno(err, "epoll");
	return IDM_OK;
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
	while (engine->conns != NULL) {
		struct conn *conn = engine->conns;

		engine->conns = conn->next;
		conn_free(&conn);
	}
	asks_free(&engine->asks);
	if (have_ended) {
		orders_free(&engine->orders);
		realms_free(&engine->realms);
	}
	limits_free(&engine->limits);
	if (engine->epoll != -1)
		(void)close(engine->epoll);
	(void)close(engine->setup->listener);
	(void)close(engine->setup->signals);
}

int
engine_run(const struct engine_setup *setup)
{
	struct engine engine = {
		.setup = setup,
		.epoll = -1,
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
		    &(struct crew_duties){ lead, take_job, &engine });
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
