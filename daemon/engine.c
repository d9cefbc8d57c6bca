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
#include "daemon/clients.h"
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
#define STOP_MS     5000  /* for what is in flight when we are told to stop */
#define KEEPER_MS   10000 /* until the keeper is ready */
#define KEEP_MS     50    /* that a record for the cache may wait for others */
#define KEEP_BYTES  32768 /* so much does not wait */
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
	struct clients *clients;
	uint32_t last_id;
	struct link link;
	bool is_link_full;   /* and so watched for room */
	struct idm_buf kept; /* items for the cache that wait for others ... */
	int64_t keep_at;     /* ... until then; 0: there are none */
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
		(clients_count(engine->clients) == 0 ||
		    idm_clock_ms() >= engine->stop_at));
}

/* ---- Clients. */

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
begin(void *context, struct conn *conn)
{
	struct engine *engine = context;
	const struct op *op = op_find(conn->session.frame.op);
	struct job *job = &conn->job;
	enum idm_status st;
	struct idm_err err;
	bool is_quiet;

	conn->is_last = conn->session.frame.status == IDM_WIRE_LAST;
	if (op == NULL) {
		clients_reply(engine->clients, conn, conn->session.frame.op,
		    IDM_INVALID,
		    idm_str_of("this idmapd does not know the operation"));
		return;
	}
	st = admit(engine, conn, op, &is_quiet, &err);
	if (st != IDM_OK)
		atomic_fetch_add(&engine->context.refused, 1);
	if (st != IDM_OK && is_quiet) {
		clients_reply(
		    engine->clients, conn, op->code, st, idm_str_of(err.text));
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
		clients_answer(engine->clients, conn);
	else
		crew_hurry(engine->crew, job->deadline);
}

/* Its question takes too long, or nobody waits for the answer any more. */
static void
give_up(void *context, struct conn *conn)
{
	struct engine *engine = context;
	struct job *job = &conn->job;

	asks_leave(engine->asks, job);
	job->status = idm_fail(
	    &job->err, IDM_TEMPFAIL, "the directory did not answer in time");
	clients_answer(engine->clients, conn);
}

/* ---- The keeper. */

/*
 * What directories said goes into the cache.  When it cannot, it is asked again
 * the next time, and somebody should know.
 */
static void
put_kept(struct engine *engine)
{
	struct idm_err err;

	if (engine->keep_at == 0)
		return;
	engine->keep_at = 0;
	if (keep_items(&engine->link, &engine->kept, 0, 0, &err) != IDM_OK)
		say(LOG_WARNING, "cache: %s", err.text);
	idm_buf_fini(&engine->kept);
	idm_buf_init(&engine->kept, KEEP_BYTES + KEEP_ROOM);
}

static void
send_to_keeper(struct engine *engine)
{
	put_kept(engine);
	if (!link_flush(&engine->link))
		engine->is_failed = true;
	if (link_is_full(&engine->link) == engine->is_link_full)
		return;
	engine->is_link_full = !engine->is_link_full;
	(void)crew_watch(engine->crew, EPOLL_CTL_MOD, engine->link.fd,
	    engine->is_link_full ? EPOLLIN | EPOLLOUT : EPOLLIN, KEEPER);
}

static void
take_answer(struct engine *engine, const struct record_reply *answer)
{
	struct conn *conn;
	struct job *job;

	if (orders_answer(engine->orders, answer))
		return;
	conn = clients_waiting(engine->clients, answer->id);
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
	clients_answer(engine->clients, conn);
	clients_go_on(engine->clients, conn);
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
		clients_answer(engine->clients, clients_of_job(job));
	asks_done(engine->asks, done);
	while (waiting != NULL) {
		struct job *job = waiting;

		waiting = job->next;
		job->next = NULL;
		clients_go_on(engine->clients, clients_of_job(job));
	}
	/* The keeper need not be woken for each. */
	if (engine->kept.len >= KEEP_BYTES)
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
		put_kept(engine); /* which was there before */
		link_queue(&engine->link, job);
		send_to_keeper(engine);
	} else {
		clients_answer(engine->clients, clients_of_job(job));
		clients_go_on(engine->clients, clients_of_job(job));
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
	if (engine->is_stopping)
		return;
	service_notify("STOPPING=1");
	engine->is_stopping = true;
	engine->stop_at = idm_clock_ms() + STOP_MS;
	crew_hurry(engine->crew, engine->stop_at);
	clients_stop(engine->clients);
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
	switch (what) {
	case LISTENER:
		clients_accept(engine->clients);
		return;
	case SIGNALS:
		take_signals(engine);
		return;
	case KEEPER:
		receive_from_keeper(engine);
		break;
	case ORDERS:
		put_kept(engine);
		orders_send(engine->orders);
		break;
	default:
		clients_serve(engine->clients, what, events);
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

/* What is due; when is the next thing? */
static int64_t
tend(void *context)
{
	struct engine *engine = context;
	const struct metrics_source source = { &engine->context, engine->asks };
	int64_t at[] = {
		clients_tend(engine->clients),
		replicas_tend(engine->replicas),
		metrics_tend(&engine->metrics, &source),
		engine->stop_at,
	};
	int64_t now = idm_clock_ms();
	int64_t next = NEVER;

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
	return engine->watchdog_at < next ? engine->watchdog_at : next;
}

/* ---- Start and end. */

/* A duty of questions: what a directory said, on its way to the cache. */
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
		st = keep_records(&engine->kept, record, n, &err);
	} else {
		st = keep_absence(&engine->kept, domain, lookup, &err);
	}
	if (st != IDM_OK)
		say(LOG_WARNING, "cache: %s", err.text);
	if (engine->keep_at == 0) {
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
		{ engine->setup->signals, SIGNALS },
		{ engine->link.fd, KEEPER },
		{ orders_fd(engine->orders), ORDERS },
	};

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
	struct clients_setup clients = {
		.listener = setup->listener,
		.what = LISTENER,
		.accounts = setup->accounts,
		.counters = &engine->context,
		.begin = begin,
		.give_up = give_up,
		.context = engine,
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
	if (!watch_all(engine))
		return idm_fail_errno(err, "epoll");
	clients.limits = engine->limits;
	clients.crew = engine->crew;
	return clients_new(&clients, &engine->clients, err);
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
	idm_buf_fini(&engine->kept);
	clients_free(&engine->clients);
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
	idm_buf_init(&engine.kept, KEEP_BYTES + KEEP_ROOM);
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
