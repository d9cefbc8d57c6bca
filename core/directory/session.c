#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "directory/ask.h"
#include "directory/task.h"

/* Who meets a failed server that is tried again waits so long for it. */
#define PROBE_MS   250
/* Who has waited so long for a server can say that it failed. */
#define VERDICT_MS 500

/* A connection on its way; it holds all that it needs. */
struct dial {
	struct idm_servers *servers;
	struct idm_choice choice;
	struct idm_secret secret;
	int64_t deadline;
	struct idm_link *link;
	enum idm_status status;
	struct idm_err err;
};

enum idm_status
idm_session_new(const struct idm_directory *settings,
    struct idm_servers *servers, struct idm_session **out, struct idm_err *err)
{
	struct idm_session *session = calloc(1, sizeof(*session));

	if (session == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	session->settings = settings;
	session->servers = servers;
	idm_received_init(&session->received);
	*out = session;
	return IDM_OK;
}

void
idm_session_free(struct idm_session **session)
{
	if (*session == NULL)
		return;
	idm_link_free(&(*session)->link);
	idm_received_fini(&(*session)->received);
	idm_secret_fini(&(*session)->given);
	free(*session);
	*session = NULL;
}

void
idm_session_give_secret(
    struct idm_session *session, const struct idm_secret *secret)
{
	session->given = *secret;
}

const char *
idm_session_server(const struct idm_session *session)
{
	return session->link == NULL ? "" : session->link->uri;
}

static void
free_dial(struct dial *dial)
{
	idm_link_free(&dial->link);
	idm_secret_fini(&dial->secret);
	idm_servers_free(&dial->servers);
	free(dial);
}

static void
run_dial(void *state)
{
	struct dial *dial = state;
	const struct idm_link_order order = {
		.settings = idm_servers_settings(dial->servers),
		.uri = dial->choice.uri,
		.secret = &dial->secret,
		.tickets = idm_servers_tickets(dial->servers),
		.deadline = dial->deadline,
	};

	dial->status = idm_link_open(&order, &dial->link, &dial->err);
	if (dial->status == IDM_OK)
		dial->link->server = dial->choice.id;
}

/* Nobody waits any more; but what was found out is still of use. */
static void
drop_dial(void *state)
{
	struct dial *dial = state;

	if (dial->status == IDM_OK) {
		idm_servers_answered(dial->servers, dial->choice.id, -1);
		idm_servers_keep(dial->servers, dial->choice.id, &dial->link);
	} else if (dial->choice.is_probe) {
		idm_servers_failed(dial->servers, dial->choice.id, &dial->err);
	}
	free_dial(dial);
}

static const struct idm_task_kind dialling = {
	.run = run_dial,
	.drop = drop_dial,
};

/* What has to be there before anybody is called. */
static enum idm_status
new_dial(struct idm_session *session, const struct idm_choice *choice,
    struct dial **out, struct idm_err *err)
{
	struct dial *dial = calloc(1, sizeof(*dial));
	const struct idm_directory *settings = session->settings;
	enum idm_status st = IDM_OK;

	if (dial == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	dial->servers = idm_servers_hold(session->servers);
	dial->choice = *choice;
	dial->deadline = idm_clock_ms() + settings->timeout_ms;
	if (session->given.len > 0) {
		dial->secret = session->given;
	} else if (settings->bind == IDM_BIND_SIMPLE) {
		st = idm_secret_read(
		    settings->password_file, &dial->secret, err);
		/* Whatever is wrong with our file, there is no server. */
		if (st == IDM_NOTFOUND || st == IDM_INVALID)
			st = IDM_DENIED;
	}
	if (st != IDM_OK) {
		free_dial(dial);
		return idm_within(err, st, "password file");
	}
	*out = dial;
	return IDM_OK;
}

/* The caller goes on without the server. */
static enum idm_status
leave(struct idm_session *session, const struct idm_choice *choice,
    int64_t waited, struct idm_err *err)
{
	(void)idm_fail(err, IDM_TEMPFAIL, "no connection within %lld ms",
	    (long long)waited);
	if (!choice->is_probe && waited >= VERDICT_MS)
		idm_servers_failed(session->servers, choice->id, err);
	return IDM_TEMPFAIL;
}

/* Connect to the chosen server, waiting until then at most. */
static enum idm_status
dial(struct idm_session *session, const struct idm_choice *choice,
    int64_t until, struct idm_err *err)
{
	int64_t begun = idm_clock_ms();
	struct dial *dial = NULL;
	enum idm_status st;

	st = new_dial(session, choice, &dial, err);
	if (st == IDM_OK)
		st = idm_task_run(&dialling, dial, until, err);
	if (st == IDM_TEMPFAIL)
		return leave(session, choice, idm_clock_ms() - begun, err);
	if (st != IDM_OK) {
		/* Ours, and no server's; but a probe has ended. */
		if (dial != NULL)
			free_dial(dial);
		if (choice->is_probe)
			idm_servers_failed(session->servers, choice->id, err);
		return st;
	}
	st = dial->status;
	if (st == IDM_OK) {
		idm_servers_answered(session->servers, choice->id, -1);
		session->link = dial->link;
		dial->link = NULL;
	} else {
		idm_servers_failed(session->servers, choice->id, &dial->err);
		*err = dial->err;
	}
	free_dial(dial);
	return st;
}

/* How long a server may take that is not the only one. */
static int64_t
until(struct idm_session *session, const struct idm_choice *choice,
    int64_t deadline)
{
	int64_t now = idm_clock_ms();

	if (choice->is_probe)
		return now + PROBE_MS < deadline ? now + PROBE_MS : deadline;
	if (idm_servers_has_other(session->servers, choice->id))
		return now + (deadline - now) / 2;
	return deadline;
}

static enum idm_status
connect_session(
    struct idm_session *session, int64_t deadline, struct idm_err *err)
{
	struct idm_tried tried = { .n = 0 };
	struct idm_err local;
	enum idm_status st;

	if (err == NULL)
		err = &local;
	do {
		struct idm_choice choice;

		st = idm_servers_choose(
		    session->servers, &tried, deadline, &choice, err);
		if (st != IDM_OK)
			return st;
		session->link = idm_servers_kept(session->servers, choice.id);
		if (session->link != NULL) {
			idm_servers_answered(session->servers, choice.id, -1);
			return IDM_OK;
		}
		st = dial(
		    session, &choice, until(session, &choice, deadline), err);
		/* Another server has the same passwords, and locks out. */
		if (st == IDM_DENIED)
			return idm_within(err, st, "%s", choice.uri);
	} while (st != IDM_OK && idm_clock_ms() < deadline);
	return st == IDM_OK ? st : idm_servers_fail(session->servers, err);
}

/* Let somebody else find out whether a better server is back. */
static void
probe(struct idm_session *session, const struct idm_choice *choice)
{
	struct dial *dial = NULL;
	struct idm_err err;
	enum idm_status st;

	st = new_dial(session, choice, &dial, &err);
	if (st == IDM_OK)
		st = idm_task_run(&dialling, dial, 0, &err);
	/* It ended before we looked: as if it had been left. */
	if (st == IDM_OK)
		drop_dial(dial);
	else if (st != IDM_TEMPFAIL) {
		if (dial != NULL)
			free_dial(dial);
		idm_servers_failed(session->servers, choice->id, &err);
	}
}

/* Have a connection to the best server there is. */
static enum idm_status
ready(struct idm_session *session, int64_t deadline, struct idm_err *err)
{
	struct idm_choice better;
	struct idm_link *link = session->link;

	if (link != NULL) {
		if (!idm_servers_is_best(
			session->servers, link->server, &better) ||
		    (link->expires != 0 && idm_clock_ms() >= link->expires))
			idm_link_free(&session->link);
		if (better.id != 0)
			probe(session, &better);
	}
	if (session->link != NULL)
		return IDM_OK;
	return connect_session(session, deadline, err);
}

enum idm_status
idm_ask(struct idm_session *session, int64_t deadline, idm_question *question,
    void *context, struct idm_err *err)
{
	struct idm_err local;
	enum idm_status st;

	if (err == NULL)
		err = &local;
	for (int again = 1; again >= 0; again--) {
		struct idm_asking asking = { .session = session,
			.deadline = deadline };
		uint32_t server;
		int64_t began;

		st = ready(session, deadline, err);
		if (st != IDM_OK)
			return st;
		server = session->link->server;
		began = idm_clock_us();
		st = question(context, &asking, err);
		if (asking.fault == IDM_FAULT_NONE)
			idm_servers_answered(
			    session->servers, server, idm_clock_us() - began);
		if (asking.fault == IDM_FAULT_SILENT)
			idm_servers_failed(session->servers, server, err);
		if (st != IDM_OK) {
			st = idm_within(
			    err, st, "%s", idm_session_server(session));
		}
		if (asking.fault == IDM_FAULT_NONE)
			return st;
		idm_link_free(&session->link);
		if (asking.is_final || idm_clock_ms() >= deadline)
			return st;
	}
	return st;
}
