#include "daemon/report.h"
#include "base/attr.h"

void
report_asks(struct idm_buf *out, const struct asks *asks)
{
	const struct asks_counts counts = asks_count(asks);
	const struct {
		const char *key;
		uint64_t value;
	} lines[] = {
		{ "lookups_asked", counts.asked },
		{ "lookups_remembered", counts.remembered },
		{ "lookups_shared", counts.shared },
		{ "lookups_absent", counts.absent },
		{ "lookups_refused", counts.refused },
		{ "lookups_unavailable", counts.unavailable },
		{ "lookups_late", counts.late },
		{ "lookups_busy", counts.busy },
		{ "lookups_open", counts.open },
		{ "lookups_running", counts.running },
		{ "memo_entries", counts.memo_entries },
		{ "memo_bytes", counts.memo_bytes },
	};

	for (size_t i = 0; i < IDM_COUNTOF(lines); i++)
		idm_buf_printf(out, "%s %llu\n", lines[i].key,
		    (unsigned long long)lines[i].value);
}

/* What a server said ends no line. */
static void
put_line(struct idm_buf *out, const char *text)
{
	for (; *text != '\0'; text++) {
		const char c = *text;

		idm_buf_put(
		    out, (unsigned char)c < ' ' || c == 0x7f ? "?" : &c, 1);
	}
	idm_buf_put(out, "\n", 1);
}

static void
report_replica(
    void *context, const char *domain, const struct replica_status *status)
{
	struct idm_buf *out = context;

	idm_buf_printf(out, "replica %s %s %llu %llu %llu %llu %llu %llu ",
	    domain, status->is_complete ? "complete" : "filling",
	    (unsigned long long)status->users,
	    (unsigned long long)status->groups,
	    (unsigned long long)status->refused,
	    (unsigned long long)status->since,
	    (unsigned long long)status->changed,
	    (unsigned long long)status->failed);
	put_line(out, status->error);
}

void
report_replicas(struct idm_buf *out, struct replicas *replicas)
{
	replicas_status(replicas, report_replica, out);
}

static void
report_server(struct idm_buf *out, const char *domain,
    const struct idm_server_status *server)
{
	const char *state = server->is_up ? "up" : "down";

	idm_buf_printf(out, "server %s %s %s %llu %llu %lld %lld %lld ", domain,
	    server->uri, server->was_asked ? state : "unasked",
	    (unsigned long long)server->answers,
	    (unsigned long long)server->failures, (long long)server->latency_us,
	    (long long)server->since, (long long)server->last_error_time);
	put_line(out, server->last_error);
}

void
report_servers(struct idm_buf *out, struct realms *realms)
{
	struct idm_server_status server[IDM_SERVERS_MAX];
	const struct realms_moment *moment;

	if (realms_enter(realms, &moment, NULL) != IDM_OK)
		return;
	for (size_t i = 0; i < moment->n; i++) {
		size_t n = idm_servers_status(
		    moment->realm[i]->servers, server, IDM_SERVERS_MAX);

		for (size_t j = 0; j < n && j < IDM_SERVERS_MAX; j++)
			report_server(
			    out, moment->realm[i]->domain, &server[j]);
	}
	realms_leave(realms, moment);
}
