#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/clock.h"
#include "daemon/exposition.h"
#include "daemon/metrics.h"
#include "daemon/realms.h"
#include "daemon/say.h"
#include "map/cached.h"

#define FILE_MAX  (4u << 20)
#define FILE_MODE 0644
#define MILLION   1000000u

static void
gauge(struct idm_buf *out, const char *name, const char *help, uint64_t value)
{
	exposition_family(out, name, "gauge", help);
	exposition_count(out, name, NULL, value);
}

static void
counter(struct idm_buf *out, const char *name, const char *help, uint64_t value)
{
	exposition_family(out, name, "counter", help);
	exposition_count(out, name, NULL, value);
}

/* ---- The process. */

static void
put_process(struct idm_buf *out, const struct op_context *context, bool is_up)
{
	static const struct exposition_label version[] = {
		{ "version", PACKAGE_VERSION },
		{ NULL, NULL },
	};

	exposition_family(out, "idmap_build_info", "gauge",
	    "Which idmapd this is; always 1.");
	exposition_count(out, "idmap_build_info", version, 1);
	gauge(
	    out, "idmap_up", "1, but 0 once idmapd has ended in order.", is_up);
	gauge(out, "idmap_start_time_seconds",
	    "When idmapd was started, with its keeper.",
	    (uint64_t)context->started);
	gauge(out, "idmap_clients", "Connections of clients.",
	    atomic_load(&context->clients));
	counter(out, "idmap_requests_total",
	    "Requests of clients that were answered, whatever the answer.",
	    atomic_load(&context->requests));
	counter(out, "idmap_limited_total",
	    "Requests and connections that were refused by a limit.",
	    atomic_load(&context->refused));
}

/* ---- Questions. */

static void
put_lookups(struct idm_buf *out, const struct asks *asks)
{
	const struct asks_counts counts = asks_count(asks);
	const struct {
		const char *by;
		uint64_t value;
	} answered[] = {
		{ "directory", counts.asked },
		{ "memory", counts.remembered },
		{ "another", counts.shared },
	};

	exposition_family(out, "idmap_lookups_total", "counter",
	    "Questions of the name service and of PAM, by who answers: a "
	    "directory, the memory of what was just answered, or the answer "
	    "to another one who asked the same.");
	for (size_t i = 0; i < IDM_COUNTOF(answered); i++) {
		const struct exposition_label labels[] = {
			{ "by", answered[i].by },
			{ NULL, NULL },
		};

		exposition_count(
		    out, "idmap_lookups_total", labels, answered[i].value);
	}
	counter(out, "idmap_lookups_late_total",
	    "Questions whose callers were told that time was up, or left.",
	    counts.late);
	counter(out, "idmap_lookups_busy_total",
	    "Questions that were too many, and not taken.", counts.busy);
	gauge(out, "idmap_lookups_open", "Questions that are not answered yet.",
	    counts.open);
	gauge(out, "idmap_lookups_running", "Of these, those with a worker.",
	    counts.running);
	gauge(out, "idmap_memory_entries",
	    "Answers that were just given and are remembered.",
	    counts.memo_entries);
	gauge(out, "idmap_memory_bytes", "Bytes they take.", counts.memo_bytes);
}

/* ---- Files. */

struct store {
	const char *name;
	const struct idm_view *view; /* NULL: there is none */
};

static void
put_stores(struct idm_buf *out, const struct idm_maps *maps)
{
	const struct store stores[] = {
		{ "map", maps->map },
		{ "users", maps->users },
		{ "state", maps->state },
		{ "cache", maps->cache },
	};
	static const struct {
		const char *name;
		const char *help;
	} families[] = {
		{ "idmap_store_version",
		    "Version of a file: one more with every publish." },
		{ "idmap_store_written_timestamp_seconds",
		    "When a file was published." },
		{ "idmap_store_records",
		    "Records of a file; of state, allocations among them." },
		{ "idmap_store_bytes", "Bytes of a file." },
	};

	for (size_t i = 0; i < IDM_COUNTOF(families); i++) {
		exposition_family(
		    out, families[i].name, "gauge", families[i].help);
		for (size_t j = 0; j < IDM_COUNTOF(stores); j++) {
			const struct exposition_label labels[] = {
				{ "store", stores[j].name },
				{ NULL, NULL },
			};
			const struct idm_header *header;

			if (stores[j].view == NULL)
				continue;
			header = idm_view_header(stores[j].view);
			exposition_count(out, families[i].name, labels,
			    (const uint64_t[]){ header->generation,
				header->time, header->records,
				(uint64_t)idm_view_stat(stores[j].view)
				    ->st_size }[i]);
		}
	}
	gauge(out, "idmap_policy_epoch",
	    "One more with every change of what root has configured.",
	    maps->policy.epoch);
}

/* Of each domain that is to be kept as a whole: is it, and since when? */
static void
put_replicas(struct idm_buf *out, const struct idm_maps *maps, const char *name,
    bool is_time)
{
	for (uint32_t i = 0; i < maps->domains.n; i++) {
		const struct idm_domain *domain = &maps->domains.domain[i];
		const struct exposition_label labels[] = {
			{ "domain", domain->name },
			{ NULL, NULL },
		};
		struct idm_cached as_of;
		bool is_complete;

		if ((domain->flags & IDM_DOMAIN_REPLICATE) == 0)
			continue;
		is_complete = maps->cache != NULL &&
		    idm_cached_is_complete(maps->cache, domain, &as_of);
		if (!is_time)
			exposition_count(out, name, labels, is_complete);
		else if (is_complete)
			exposition_count(out, name, labels, as_of.when);
	}
}

static void
put_replication(struct idm_buf *out, const struct idm_maps *maps)
{
	static const char complete[] = "idmap_replica_complete";
	static const char when[] = "idmap_replica_timestamp_seconds";

	exposition_family(out, complete, "gauge",
	    "Whether all of a domain's directory is in the cache, of a domain "
	    "for which that is wanted.");
	put_replicas(out, maps, complete, false);
	exposition_family(out, when, "gauge",
	    "When what is there was last known to be all of it.");
	put_replicas(out, maps, when, true);
}

/* ---- Servers. */

/* A family about servers, and how to say it of one. */
struct family {
	const char *name;
	const char *type;
	const char *help;
	void (*put)(struct idm_buf *, const struct family *,
	    const struct exposition_label *, const struct idm_server_status *);
};

static void
put_up(struct idm_buf *out, const struct family *family,
    const struct exposition_label *labels,
    const struct idm_server_status *server)
{
	if (server->was_asked)
		exposition_count(out, family->name, labels, server->is_up);
}

static void
put_since(struct idm_buf *out, const struct family *family,
    const struct exposition_label *labels,
    const struct idm_server_status *server)
{
	if (server->was_asked)
		exposition_count(
		    out, family->name, labels, (uint64_t)server->since);
}

static void
put_answers(struct idm_buf *out, const struct family *family,
    const struct exposition_label *labels,
    const struct idm_server_status *server)
{
	exposition_count(out, family->name, labels, server->answers);
}

static void
put_failures(struct idm_buf *out, const struct family *family,
    const struct exposition_label *labels,
    const struct idm_server_status *server)
{
	exposition_count(out, family->name, labels, server->failures);
}

static void
put_latency(struct idm_buf *out, const struct family *family,
    const struct exposition_label *labels,
    const struct idm_server_status *server)
{
	if (server->answers > 0)
		exposition_time(
		    out, family->name, labels, (uint64_t)server->latency_us);
}

static void
put_error_time(struct idm_buf *out, const struct family *family,
    const struct exposition_label *labels,
    const struct idm_server_status *server)
{
	if (server->last_error_time != 0)
		exposition_count(out, family->name, labels,
		    (uint64_t)server->last_error_time);
}

static const struct family server_families[] = {
	{ "idmap_server_up", "gauge",
	    "Whether the last answer of a server was one.", put_up },
	{ "idmap_server_since_timestamp_seconds", "gauge",
	    "Since when a server is up, or down.", put_since },
	{ "idmap_server_answers_total", "counter", "Answers of a server.",
	    put_answers },
	{ "idmap_server_failures_total", "counter", "Failures of a server.",
	    put_failures },
	{ "idmap_server_latency_seconds", "gauge",
	    "How long a server's last answers took, smoothed.", put_latency },
	{ "idmap_server_error_timestamp_seconds", "gauge",
	    "When a server failed last.", put_error_time },
};

static void
put_realm(
    struct idm_buf *out, const struct family *family, const struct realm *realm)
{
	struct idm_server_status server[IDM_SERVERS_MAX];
	size_t n = idm_servers_status(realm->servers, server, IDM_SERVERS_MAX);

	for (size_t i = 0; i < n && i < IDM_SERVERS_MAX; i++) {
		const struct exposition_label labels[] = {
			{ "domain", realm->domain },
			{ "server", server[i].uri },
			{ NULL, NULL },
		};

		family->put(out, family, labels, &server[i]);
	}
}

static void
put_servers(struct idm_buf *out, const struct realms_moment *moment)
{
	for (size_t i = 0; i < IDM_COUNTOF(server_families); i++) {
		const struct family *family = &server_families[i];

		exposition_family(
		    out, family->name, family->type, family->help);
		for (size_t j = 0; j < moment->n; j++)
			put_realm(out, family, moment->realm[j]);
	}
}

/* ---- The file. */

static void
put_all(struct idm_buf *out, const struct metrics_source *source, bool is_up)
{
	const struct realms_moment *moment;

	put_process(out, source->context, is_up);
	put_lookups(out, source->asks);
	tally_expose(asks_tally(source->asks), out);
	if (realms_enter(source->context->realms, &moment, NULL) != IDM_OK)
		return;
	put_stores(out, moment->maps);
	put_replication(out, moment->maps);
	put_servers(out, moment);
	realms_leave(source->context->realms, moment);
}

static enum idm_status
write_to(const char *path, const struct idm_buf *content, struct idm_err *err)
{
	int fd = open(path,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	enum idm_status st = IDM_OK;

	if (fd == -1)
		return idm_fail_errno(err, "make %s", path);
	if (write(fd, content->data, content->len) != (ssize_t)content->len ||
	    fchmod(fd, FILE_MODE) == -1)
		st = idm_fail_errno(err, "write %s", path);
	(void)close(fd);
	return st;
}

/* Beside it under a name that the collector passes over, and renamed. */
static enum idm_status
replace(const char *path, const struct idm_buf *content, struct idm_err *err)
{
	char temp[IDM_METRICS_MAX + sizeof(".new")];
	enum idm_status st;

	(void)snprintf(temp, sizeof(temp), "%s.new", path);
	(void)unlink(temp); /* of one who was killed */
	st = write_to(temp, content, err);
	if (st == IDM_OK && rename(temp, path) == -1)
		st = idm_fail_errno(err, "rename %s", temp);
	if (st != IDM_OK)
		(void)unlink(temp);
	return st;
}

static void
write_file(
    struct metrics *metrics, const struct metrics_source *source, bool is_up)
{
	struct idm_buf content;
	enum idm_status st;
	struct idm_err err;

	idm_buf_init(&content, FILE_MAX);
	put_all(&content, source, is_up);
	st = idm_buf_status(&content, &err);
	if (st == IDM_OK)
		st = replace(metrics->path, &content, &err);
	idm_buf_fini(&content);
	if (st != IDM_OK && !metrics->has_failed)
		say(LOG_WARNING, "metrics: %s", err.text);
	metrics->has_failed = st != IDM_OK;
}

void
metrics_set(struct metrics *metrics, const char *path)
{
	/* What is not written any more must not go on saying that we run. */
	if (metrics->path[0] != '\0' && strcmp(metrics->path, path) != 0)
		(void)unlink(metrics->path);
	memcpy(metrics->path, path, strlen(path) + 1);
	metrics->at = 0;
	metrics->has_failed = false;
}

int64_t
metrics_tend(struct metrics *metrics, const struct metrics_source *source)
{
	int64_t now = idm_clock_ms();

	if (metrics->path[0] == '\0')
		return INT64_MAX;
	if (metrics->at <= now) {
		write_file(metrics, source, true);
		metrics->at = now + METRICS_S * 1000;
	}
	return metrics->at;
}

void
metrics_end(struct metrics *metrics, const struct metrics_source *source)
{
	if (metrics->path[0] != '\0')
		write_file(metrics, source, false);
}
