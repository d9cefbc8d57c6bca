#include "daemon/asklog.h"
#include "base/quote.h"
#include "daemon/say.h"
#include "map/own.h"

#define LINE_BYTES 1600
#define NAME_SHOWN 80 /* bytes of a name; it may grow fourfold */

static const char *
kind_text(const struct idm_lookup *lookup)
{
	switch ((enum idm_lookup_kind)lookup->kind) {
	case IDM_LOOKUP_USER:
		return "user";
	case IDM_LOOKUP_GROUP:
		return "group";
	case IDM_LOOKUP_GROUPS:
		return "groups of user";
	case IDM_LOOKUP_ACCOUNT:
		return "account of user";
	case IDM_LOOKUP_ANY:
		break;
	}
	return "anybody";
}

static void
put_question(struct idm_buf *buf, const struct idm_lookup *lookup)
{
	char sid[IDM_SID_TEXT_MAX];

	idm_buf_printf(buf, "%s ", kind_text(lookup));
	switch ((enum idm_lookup_by)lookup->by) {
	case IDM_LOOKUP_BY_NAME:
		idm_quote_put(buf, '\'', lookup->name, NAME_SHOWN);
		break;
	case IDM_LOOKUP_BY_UNIX:
		idm_buf_puts(buf, "that equals UNIX' ");
		idm_quote_put(buf, '\'', lookup->name, NAME_SHOWN);
		idm_buf_printf(buf, ", %u,", lookup->id);
		break;
	case IDM_LOOKUP_BY_WINDOWS:
		idm_buf_puts(buf, "that equals Windows' ");
		idm_quote_put(buf, '\'', lookup->name, NAME_SHOWN);
		break;
	case IDM_LOOKUP_BY_ID:
		idm_buf_printf(buf, "%u", lookup->id);
		break;
	case IDM_LOOKUP_BY_SID:
		idm_buf_puts(buf, idm_sid_format(&lookup->sid, sid));
		break;
	}
	idm_buf_puts(buf, " of ");
	idm_quote_put(buf, '\'', lookup->domain, NAME_SHOWN);
}

static void
put_answer(struct idm_buf *buf, const struct memo_answer *answer)
{
	struct idm_looked_up found;
	struct idm_own_group group;
	struct idm_own_user user;

	if (answer->status != IDM_OK) {
		idm_buf_printf(buf, "%s, ", idm_status_name(answer->status));
		idm_quote_put(buf, '"', answer->body, 2 * NAME_SHOWN);
	} else if (idm_looked_up_read(answer->body, &found, NULL) != IDM_OK) {
		idm_buf_puts(buf, "damaged");
	} else if (idm_own_user_open(found.user, &user, NULL) == IDM_OK) {
		idm_buf_printf(buf, "uid %u", user.uid);
	} else if (idm_own_group_open(found.group, &group, NULL) == IDM_OK) {
		idm_buf_printf(buf, "gid %u", group.gid);
	} else {
		idm_buf_puts(buf, "found");
	}
}

void
asklog_say(const struct idm_lookup *lookup, const struct job *job,
    const struct memo_answer *answer, const char *source, int64_t took_ms)
{
	char memory[LINE_BYTES];
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	put_question(&buf, lookup);
	idm_buf_puts(&buf, ": ");
	put_answer(&buf, answer);
	say(LOG_INFO, "lookup: uid %u pid %u: %s, from %s in %lld ms",
	    job->caller.uid, job->caller.pid, idm_buf_text(&buf), source,
	    (long long)took_ms);
}
