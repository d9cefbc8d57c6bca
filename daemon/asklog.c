#include "daemon/asklog.h"
#include "base/clock.h"
#include "base/quote.h"
#include "daemon/say.h"
#include "map/own.h"

#define LINE_BYTES 1500
#define TEXT_SHOWN 100  /* bytes of a text, which may grow fourfold */
#define LINE       1000 /* thousandths */

bool
asklog_admits(struct asklog *log, int64_t now)
{
	int64_t elapsed = now - log->since;

	/* No longer than it takes to have the whole burst again. */
	if (elapsed > ASKLOG_BURST * LINE / ASKLOG_RATE)
		elapsed = ASKLOG_BURST * LINE / ASKLOG_RATE;
	log->written -= elapsed * ASKLOG_RATE;
	if (log->written < 0)
		log->written = 0;
	log->since = now;
	if (log->written > (ASKLOG_BURST - 1) * LINE) {
		log->left_out++;
		return false;
	}
	log->written += LINE;
	return true;
}

/* ---- The words of a line. */

static const char *
what(const struct idm_lookup *lookup)
{
	switch ((enum idm_lookup_kind)lookup->kind) {
	case IDM_LOOKUP_USER:
		return "user";
	case IDM_LOOKUP_GROUP:
		return "group";
	case IDM_LOOKUP_GROUPS:
		return "groups";
	case IDM_LOOKUP_ACCOUNT:
		return "account";
	case IDM_LOOKUP_ANY:
		break;
	}
	return "any";
}

static void
put_text(struct idm_buf *buf, const char *key, struct idm_str text)
{
	idm_buf_printf(buf, " %s=", key);
	idm_quote_put(buf, '"', text, TEXT_SHOWN);
}

static void
put_question(struct idm_buf *buf, const struct idm_lookup *lookup)
{
	char sid[IDM_SID_TEXT_MAX];

	idm_buf_printf(buf, " what=%s", what(lookup));
	switch ((enum idm_lookup_by)lookup->by) {
	case IDM_LOOKUP_BY_NAME:
		put_text(buf, "name", lookup->name);
		break;
	case IDM_LOOKUP_BY_UNIX:
		put_text(buf, "unix", lookup->name);
		idm_buf_printf(buf, " id=%u", lookup->id);
		break;
	case IDM_LOOKUP_BY_OTHER:
		put_text(buf, "other", lookup->name);
		break;
	case IDM_LOOKUP_BY_WINDOWS:
		put_text(buf, "windows", lookup->name);
		break;
	case IDM_LOOKUP_BY_ID:
		idm_buf_printf(buf, " id=%u", lookup->id);
		break;
	case IDM_LOOKUP_BY_SID:
		idm_buf_printf(
		    buf, " sid=%s", idm_sid_format(&lookup->sid, sid));
		break;
	}
	if (lookup->domain.len > 0)
		put_text(buf, "domain", lookup->domain);
}

static void
put_found(struct idm_buf *buf, struct idm_str answer)
{
	struct idm_looked_up found;
	struct idm_own_group group;
	struct idm_own_user user;

	if (idm_looked_up_read(answer, &found, NULL) != IDM_OK)
		return;
	if (idm_own_user_open(found.user, &user, NULL) == IDM_OK)
		idm_buf_printf(buf, " uid=%u", user.uid);
	if (idm_own_group_open(found.group, &group, NULL) == IDM_OK)
		idm_buf_printf(buf, " gid=%u", group.gid);
}

static void
put_answer(struct idm_buf *buf, enum idm_status st, struct idm_str answer)
{
	if (st == IDM_OK) {
		idm_buf_puts(buf, " outcome=found");
		put_found(buf, answer);
		return;
	}
	idm_buf_printf(buf, " outcome=%s",
	    st == IDM_NOTFOUND ? "absent" : idm_status_name(st));
	put_text(buf, "reason", answer);
}

void
asklog_put(struct idm_buf *buf, const struct asklog_line *line)
{
	static const char *const sources[] = {
		[ASKLOG_DIRECTORY] = "directory",
		[ASKLOG_MEMORY] = "memory",
		[ASKLOG_CACHE] = "cache",
		[ASKLOG_NOBODY] = "nobody",
	};

	idm_buf_printf(buf, "lookup caller_uid=%u caller_pid=%u",
	    line->caller->uid, line->caller->pid);
	put_question(buf, line->lookup);
	if (line->is_behind)
		idm_buf_puts(buf, " behind=yes");
	put_answer(buf, line->status, line->answer);
	idm_buf_printf(buf, " from=%s ms=%lld", sources[line->source],
	    (long long)line->took_ms);
}

void
asklog_say(struct asklog *log, const struct asklog_line *line)
{
	char memory[LINE_BYTES];
	struct idm_buf buf;

	if (!log->is_on || !asklog_admits(log, idm_clock_ms()))
		return;
	if (log->left_out > 0)
		say(LOG_INFO, "lookup left_out=%llu",
		    (unsigned long long)log->left_out);
	log->left_out = 0;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	asklog_put(&buf, line);
	say(LOG_INFO, "%s", idm_buf_text(&buf));
}
