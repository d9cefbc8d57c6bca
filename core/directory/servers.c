#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "directory/discover.h"
#include "directory/link.h"
#include "directory/servers.h"
#include "directory/task.h"
#include "directory/tickets.h"

#define BACKOFF_FIRST_MS 1000
#define BACKOFF_MAX_MS   30000
#define BACKOFF_ALONE_MS 4000 /* at most, when no other server answers */
#define KEPT_MS          10000
#define AGAIN_MS         4000  /* after a discovery that failed */
#define AGAIN_KNOWN_MS   30000 /* the same, when there are servers */

struct server {
	uint32_t id;
	bool is_down;
	bool is_tried; /* somebody is finding out whether it still is */
	unsigned row;  /* failures without an answer between */
	int64_t failed_ms;
	enum idm_status reason; /* of the last failure */
	struct idm_link *kept;
	int64_t kept_ms;
	struct idm_server_status status;
};

struct idm_servers {
	pthread_mutex_t lock;
	unsigned holders;
	uint32_t last_id;
	size_t n;
	struct server server[IDM_SERVERS_MAX]; /* the best first */
	struct idm_tickets *tickets;
	/* Of servers that are found in DNS. */
	bool are_configured;
	bool is_discovering; /* somebody is at it */
	int64_t discover_ms; /* when to do it next */
	pthread_cond_t discovered;
	struct idm_err discovery_err;
	struct idm_directory settings;
};

/* A discovery on its way; holds the servers. */
struct discovery {
	struct idm_servers *servers;
	struct idm_discovered found;
	enum idm_status status;
	struct idm_err err;
};

static struct server *
by_id(struct idm_servers *servers, uint32_t id)
{
	for (size_t i = 0; i < servers->n; i++) {
		if (servers->server[i].id == id)
			return &servers->server[i];
	}
	return NULL;
}

/* Append a server of that URI, unless it is there. */
static void
add(struct idm_servers *servers, const char *uri, size_t len)
{
	struct server *server = &servers->server[servers->n];

	for (size_t i = 0; i < servers->n; i++) {
		const char *known = servers->server[i].status.uri;

		if (strlen(known) == len && memcmp(known, uri, len) == 0)
			return;
	}
	memset(server, 0, sizeof(*server));
	server->id = ++servers->last_id;
	memcpy(server->status.uri, uri, len);
	servers->n++;
}

static enum idm_status
add_configured(struct idm_servers *servers, struct idm_err *err)
{
	const char *at = servers->settings.servers;

	while (*at != '\0') {
		size_t len = strcspn(at, " \t");
		char uri[sizeof(servers->server[0].status.uri)];
		enum idm_status st;

		if (len >= sizeof(uri)) {
			return idm_fail(err, IDM_INVALID,
			    "'%.40s...' is longer than %zu bytes", at,
			    sizeof(uri) - 1);
		}
		memcpy(uri, at, len);
		uri[len] = '\0';
		at += len;
		if (len > 0) {
			st = idm_link_check(&servers->settings, uri, err);
			if (st != IDM_OK)
				return st;
			if (servers->n == IDM_SERVERS_MAX) {
				return idm_fail(err, IDM_INVALID,
				    "more than %d servers", IDM_SERVERS_MAX);
			}
			add(servers, uri, len);
		} else
			at++;
	}
	return IDM_OK;
}

enum idm_status
idm_servers_new(const struct idm_directory *settings, struct idm_servers **out,
    struct idm_err *err)
{
	struct idm_servers *servers = calloc(1, sizeof(*servers));
	enum idm_status st;

	if (servers == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	if (!idm_task_cond(&servers->discovered)) {
		free(servers);
		return idm_fail(err, IDM_NOMEM, "out of memory");
	}
	(void)pthread_mutex_init(&servers->lock, NULL);
	servers->holders = 1;
	servers->settings = *settings;
	st = add_configured(servers, err);
	servers->are_configured = servers->n > 0;
	if (st == IDM_OK && settings->bind == IDM_BIND_GSSAPI)
		st = (settings->flags & IDM_DIRECTORY_CALLER) != 0
		    ? idm_tickets_of_caller(&servers->tickets, err)
		    : idm_tickets_new(settings->principal, settings->keytab,
			  &servers->tickets, err);
	if (st != IDM_OK) {
		idm_servers_free(&servers);
		return st;
	}
	*out = servers;
	return IDM_OK;
}

void
idm_servers_free(struct idm_servers **out)
{
	struct idm_servers *servers = *out;
	bool is_last;

	*out = NULL;
	if (servers == NULL)
		return;
	(void)pthread_mutex_lock(&servers->lock);
	is_last = --servers->holders == 0;
	(void)pthread_mutex_unlock(&servers->lock);
	if (!is_last)
		return;
	for (size_t i = 0; i < servers->n; i++)
		idm_link_free(&servers->server[i].kept);
	idm_tickets_free(&servers->tickets);
	(void)pthread_cond_destroy(&servers->discovered);
	(void)pthread_mutex_destroy(&servers->lock);
	free(servers);
}

struct idm_servers *
idm_servers_hold(struct idm_servers *servers)
{
	(void)pthread_mutex_lock(&servers->lock);
	servers->holders++;
	(void)pthread_mutex_unlock(&servers->lock);
	return servers;
}

const struct idm_directory *
idm_servers_settings(const struct idm_servers *servers)
{
	return &servers->settings;
}

struct idm_tickets *
idm_servers_tickets(const struct idm_servers *servers)
{
	return servers->tickets;
}

void
idm_servers_retry(struct idm_servers *servers)
{
	(void)pthread_mutex_lock(&servers->lock);
	for (size_t i = 0; i < servers->n; i++) {
		servers->server[i].row = 0;
		servers->server[i].failed_ms = INT64_MIN / 2;
	}
	servers->discover_ms = 0;
	(void)pthread_mutex_unlock(&servers->lock);
}

static bool
are_all_down(const struct idm_servers *servers)
{
	for (size_t i = 0; i < servers->n; i++) {
		if (!servers->server[i].is_down)
			return false;
	}
	return true;
}

/*
 * May a server that failed be tried again?  When nothing answers, trying costs
 * nobody anything, and its return should be noticed soon.  But whom it refuses
 * it may also lock out.
 */
static bool
is_due(const struct server *server, bool is_alone, int64_t now)
{
	int64_t wait = BACKOFF_FIRST_MS;

	for (unsigned i = 1; i < server->row && wait < BACKOFF_MAX_MS; i++)
		wait *= 2;
	if (wait > BACKOFF_MAX_MS)
		wait = BACKOFF_MAX_MS;
	if (is_alone && server->reason != IDM_DENIED && wait > BACKOFF_ALONE_MS)
		wait = BACKOFF_ALONE_MS;
	return server->is_down && !server->is_tried &&
	    now - server->failed_ms >= wait;
}

static bool
was_tried(const struct idm_tried *tried, uint32_t id)
{
	for (size_t i = 0; i < tried->n; i++) {
		if (tried->id[i] == id)
			return true;
	}
	return false;
}

static void
give(struct server *server, struct idm_choice *choice)
{
	choice->id = server->id;
	choice->is_probe = server->is_down;
	memcpy(choice->uri, server->status.uri, sizeof(choice->uri));
	if (server->is_down)
		server->is_tried = true;
}

/* Under the lock. */
static enum idm_status
say_why(const struct idm_servers *servers, struct idm_err *err)
{
	struct idm_buf text;
	char memory[sizeof(err->text)];
	bool are_refusals = servers->n > 0;

	if (servers->n == 0) {
		return idm_fail(err, IDM_TEMPFAIL, "no servers are known: %s",
		    servers->discovery_err.text);
	}
	idm_buf_init_fixed(&text, memory, sizeof(memory) - 1);
	for (size_t i = 0; i < servers->n; i++) {
		const struct server *server = &servers->server[i];

		if (server->reason != IDM_DENIED)
			are_refusals = false;
		/* What does not fit is left out, the first ones are there. */
		idm_buf_printf(&text, "%s%s: %s", i > 0 ? "; " : "",
		    server->status.uri,
		    server->status.last_error[0] != '\0'
			? server->status.last_error
			: "no answer yet");
		if (text.status != IDM_OK)
			break;
	}
	memory[text.len] = '\0';
	return idm_fail(
	    err, are_refusals ? IDM_DENIED : IDM_TEMPFAIL, "%s", memory);
}

enum idm_status
idm_servers_fail(struct idm_servers *servers, struct idm_err *err)
{
	enum idm_status st;

	(void)pthread_mutex_lock(&servers->lock);
	st = say_why(servers, err);
	(void)pthread_mutex_unlock(&servers->lock);
	return st;
}

/* Take over what was found, and the health of those that are known. */
static void
install(struct idm_servers *servers, const struct idm_discovered *found)
{
	struct server old[IDM_SERVERS_MAX];
	size_t n = servers->n;

	memcpy(old, servers->server, sizeof(old));
	servers->n = 0;
	for (size_t i = 0; i < found->n; i++) {
		add(servers, found->uri[i], strlen(found->uri[i]));
		for (size_t k = 0; k < n; k++) {
			if (strcmp(old[k].status.uri, found->uri[i]) == 0) {
				servers->server[servers->n - 1] = old[k];
				old[k].kept = NULL;
			}
		}
	}
	for (size_t k = 0; k < n; k++)
		idm_link_free(&old[k].kept);
}

static void
run_discovery(void *state)
{
	struct discovery *discovery = state;

	discovery->status = idm_discover(
	    &discovery->servers->settings, &discovery->found, &discovery->err);
}

/* Also when nobody has waited for it. */
static void
end_discovery(void *state)
{
	struct discovery *discovery = state;
	struct idm_servers *servers = discovery->servers;
	int64_t wait = AGAIN_MS;

	(void)pthread_mutex_lock(&servers->lock);
	if (discovery->status == IDM_OK) {
		install(servers, &discovery->found);
		wait = (int64_t)discovery->found.seconds * 1000;
	} else {
		servers->discovery_err = discovery->err;
		if (servers->n > 0)
			wait = AGAIN_KNOWN_MS;
	}
	servers->discover_ms = idm_clock_ms() + wait;
	servers->is_discovering = false;
	(void)pthread_cond_broadcast(&servers->discovered);
	(void)pthread_mutex_unlock(&servers->lock);
	idm_servers_free(&discovery->servers);
	free(discovery);
}

static const struct idm_task_kind discovering = {
	.run = run_discovery,
	.drop = end_discovery,
};

/* Begin a discovery, without the lock. */
static void
discover(struct idm_servers *servers, int64_t deadline)
{
	struct discovery *discovery = calloc(1, sizeof(*discovery));
	enum idm_status st = IDM_NOMEM;

	if (discovery != NULL) {
		discovery->servers = idm_servers_hold(servers);
		discovery->status = IDM_TEMPFAIL;
		st = idm_task_run(
		    &discovering, discovery, deadline, &discovery->err);
		/* Unless it is still at it. */
		if (st != IDM_TEMPFAIL)
			end_discovery(discovery);
		return;
	}
	(void)pthread_mutex_lock(&servers->lock);
	servers->is_discovering = false;
	(void)pthread_mutex_unlock(&servers->lock);
}

/*
 * See that servers are known, and not for too long.  Who knows some does not
 * wait for others; who knows none waits, also for the discovery of another
 * caller.  Under the lock, which is given up meanwhile.
 */
static void
have_servers(struct idm_servers *servers, int64_t deadline)
{
	bool waits = servers->n == 0;

	if (!servers->is_discovering &&
	    idm_clock_ms() >= servers->discover_ms) {
		servers->is_discovering = true;
		if (waits)
			(void)idm_fail(&servers->discovery_err, IDM_TEMPFAIL,
			    "DNS has not answered yet");
		(void)pthread_mutex_unlock(&servers->lock);
		discover(servers, waits ? deadline : 0);
		(void)pthread_mutex_lock(&servers->lock);
		return;
	}
	while (servers->n == 0 && servers->is_discovering &&
	    idm_clock_ms() < deadline) {
		(void)idm_task_wait(
		    &servers->discovered, &servers->lock, deadline);
	}
}

enum idm_status
idm_servers_choose(struct idm_servers *servers, struct idm_tried *tried,
    int64_t deadline, struct idm_choice *choice, struct idm_err *err)
{
	struct server *best = NULL;
	enum idm_status st = IDM_OK;
	int64_t now;
	bool is_alone;

	(void)pthread_mutex_lock(&servers->lock);
	if (!servers->are_configured)
		have_servers(servers, deadline);
	now = idm_clock_ms();
	is_alone = are_all_down(servers);
	for (size_t i = 0; i < servers->n && best == NULL; i++) {
		if (!servers->server[i].is_down &&
		    !was_tried(tried, servers->server[i].id))
			best = &servers->server[i];
	}
	for (size_t i = 0; i < servers->n && best == NULL; i++) {
		if (is_due(&servers->server[i], is_alone, now) &&
		    !was_tried(tried, servers->server[i].id))
			best = &servers->server[i];
	}
	if (best != NULL) {
		give(best, choice);
		if (tried->n < IDM_SERVERS_MAX)
			tried->id[tried->n++] = best->id;
	} else
		st = say_why(servers, err);
	(void)pthread_mutex_unlock(&servers->lock);
	return st;
}

bool
idm_servers_is_best(
    struct idm_servers *servers, uint32_t id, struct idm_choice *probe)
{
	int64_t now = idm_clock_ms();
	bool is_better_up = false;
	bool is_up = false;

	probe->id = 0;
	(void)pthread_mutex_lock(&servers->lock);
	for (size_t i = 0; i < servers->n; i++) {
		struct server *server = &servers->server[i];

		if (server->id == id) {
			is_up = !server->is_down;
			break;
		}
		is_better_up = is_better_up || !server->is_down;
		if (probe->id == 0 && is_due(server, false, now))
			give(server, probe);
	}
	(void)pthread_mutex_unlock(&servers->lock);
	return is_up && !is_better_up;
}

bool
idm_servers_has_other(struct idm_servers *servers, uint32_t id)
{
	bool found = false;

	(void)pthread_mutex_lock(&servers->lock);
	for (size_t i = 0; i < servers->n && !found; i++) {
		found = servers->server[i].id != id &&
		    !servers->server[i].is_down;
	}
	(void)pthread_mutex_unlock(&servers->lock);
	return found;
}

/* Note whether it is up; since: when that changed. */
static void
turn(struct server *server, bool is_up)
{
	if (server->status.is_up != is_up || !server->status.was_asked)
		server->status.since = (int64_t)time(NULL);
	server->status.was_asked = true;
	server->status.is_up = is_up;
	server->is_down = !is_up;
	server->is_tried = false;
}

void
idm_servers_answered(struct idm_servers *servers, uint32_t id, int64_t latency)
{
	struct server *server;

	(void)pthread_mutex_lock(&servers->lock);
	server = by_id(servers, id);
	if (server != NULL) {
		turn(server, true);
		server->row = 0;
		server->reason = IDM_OK;
		if (latency >= 0)
			server->status.answers++;
		if (latency >= 0 && server->status.latency_us == 0)
			server->status.latency_us = latency;
		else if (latency >= 0)
			server->status
			    .latency_us += (latency -
					       server->status.latency_us) /
			    8;
	}
	(void)pthread_mutex_unlock(&servers->lock);
}

void
idm_servers_failed(
    struct idm_servers *servers, uint32_t id, const struct idm_err *why)
{
	struct server *server;

	(void)pthread_mutex_lock(&servers->lock);
	server = by_id(servers, id);
	if (server != NULL) {
		turn(server, false);
		server->row++;
		server->failed_ms = idm_clock_ms();
		server->reason = why->status;
		server->status.failures++;
		server->status.last_error_time = (int64_t)time(NULL);
		(void)snprintf(server->status.last_error,
		    sizeof(server->status.last_error), "%.199s", why->text);
	}
	(void)pthread_mutex_unlock(&servers->lock);
}

void
idm_servers_keep(
    struct idm_servers *servers, uint32_t id, struct idm_link **link)
{
	struct idm_link *old = *link;
	struct server *server;

	*link = NULL;
	(void)pthread_mutex_lock(&servers->lock);
	server = by_id(servers, id);
	if (server != NULL) {
		struct idm_link *new = old;

		old = server->kept;
		server->kept = new;
		server->kept_ms = idm_clock_ms();
	}
	(void)pthread_mutex_unlock(&servers->lock);
	idm_link_free(&old);
}

struct idm_link *
idm_servers_kept(struct idm_servers *servers, uint32_t id)
{
	struct idm_link *link = NULL;
	struct server *server;
	bool is_old = false;

	(void)pthread_mutex_lock(&servers->lock);
	server = by_id(servers, id);
	if (server != NULL && server->kept != NULL) {
		link = server->kept;
		server->kept = NULL;
		is_old = idm_clock_ms() - server->kept_ms > KEPT_MS;
	}
	(void)pthread_mutex_unlock(&servers->lock);
	if (is_old)
		idm_link_free(&link);
	return link;
}

size_t
idm_servers_status(
    struct idm_servers *servers, struct idm_server_status *status, size_t max)
{
	size_t n;

	(void)pthread_mutex_lock(&servers->lock);
	n = servers->n;
	for (size_t i = 0; i < n && i < max; i++)
		status[i] = servers->server[i].status;
	(void)pthread_mutex_unlock(&servers->lock);
	return n;
}
