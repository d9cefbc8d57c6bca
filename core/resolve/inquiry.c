#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "identity/fold.h"
#include "resolve/inquiry.h"

void
idm_inquiry_copy(char *to, size_t size, struct idm_str text)
{
	size_t len = text.len < size ? text.len : 0;

	if (len > 0)
		memcpy(to, text.data, len);
	to[len] = '\0';
}

struct idm_str
idm_inquiry_fold(struct idm_str text, char memory[static IDM_FOLDED_MAX])
{
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, IDM_FOLDED_MAX);
	if (idm_fold_put(&buf, text, NULL) != IDM_OK)
		return text;
	return (struct idm_str){ memory, buf.len };
}

struct idm_str
idm_inquiry_key(
    const struct idm_inquiry *inquiry, char memory[static IDM_FOLDED_MAX])
{
	const struct idm_resolved *win = inquiry->win;
	struct idm_str name = idm_str_of(win->name);
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, IDM_FOLDED_MAX);
	if (name.len == 0 || win->domain[0] == '\0' ||
	    idm_fold_put(&buf, name, NULL) != IDM_OK)
		return (struct idm_str){ "", 0 };
	idm_buf_puts(&buf, "@");
	if (idm_fold_put(&buf, idm_str_of(win->domain), NULL) != IDM_OK)
		return (struct idm_str){ "", 0 };
	return (struct idm_str){ memory, buf.len };
}

const char *
idm_inquiry_win_text(
    const struct idm_inquiry *inquiry, char text[static IDM_FOLDED_MAX])
{
	const struct idm_resolved *win = inquiry->win;
	char sid[IDM_SID_TEXT_MAX];

	if (win->name[0] != '\0') {
		(void)snprintf(text, IDM_FOLDED_MAX, "%s%s%s", win->name,
		    win->domain[0] != '\0' ? "@" : "", win->domain);
	} else {
		(void)snprintf(text, IDM_FOLDED_MAX, "%s",
		    win->sid.nsubs > 0 ? idm_sid_format(&win->sid, sid) : "?");
	}
	return text;
}

bool
idm_inquiry_is_ephemeral(const struct idm_inquiry *inquiry)
{
	const struct idm_domain *all = inquiry->maps->domains.catch_all;

	return all == NULL || all->backend == IDM_BACKEND_EPHEMERAL;
}

/* ---- The trace, in the shape of idmap(1M). */

static const char *
type_word(const struct idm_inquiry *inquiry, const struct idm_resolved *side)
{
	bool is_win = side == inquiry->win;
	uint8_t kind = is_win ? inquiry->win_kind : inquiry->unix_kind;

	if (kind == IDM_KIND_USER)
		return is_win ? "winuser" : "unixuser";
	if (kind == IDM_KIND_GROUP)
		return is_win ? "wingroup" : "unixgroup";
	return is_win ? "winname" : "unixname";
}

/* "winuser alice@corp.example S-1-5-21-1-2-3-1107 ": the known parts. */
static void
put_side(struct idm_buf *buf, const struct idm_inquiry *inquiry,
    const struct idm_resolved *side)
{
	char sid[IDM_SID_TEXT_MAX];

	idm_buf_printf(buf, "%s ", type_word(inquiry, side));
	if (side->name[0] != '\0') {
		idm_buf_printf(buf, "%s%s%s ", side->name,
		    side->domain[0] != '\0' ? "@" : "", side->domain);
	}
	if (side->sid.nsubs > 0)
		idm_buf_printf(buf, "%s ", idm_sid_format(&side->sid, sid));
	if (side->has_id)
		idm_buf_printf(buf, "%lu ", (unsigned long)side->id);
}

static void
tell(const struct idm_inquiry *inquiry, enum idm_reason reason,
    const char *message)
{
	const struct idm_trace *trace = inquiry->resolver->trace;
	char memory[3 * IDM_FOLDED_MAX];
	struct idm_buf buf;

	if (trace == NULL)
		return;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	put_side(&buf, inquiry, &inquiry->out->from);
	idm_buf_puts(&buf, "-> ");
	put_side(&buf, inquiry, &inquiry->out->to);
	if (reason != IDM_REASON_NONE)
		idm_buf_printf(&buf, "Error %d ", idm_reason_code(reason));
	idm_trace_say(trace, "%s- %s", idm_buf_text(&buf), message);
}

void
idm_inquiry_say(const struct idm_inquiry *inquiry, const char *fmt, ...)
{
	char message[600];
	va_list ap;

	if (inquiry->trace == NULL)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	tell(inquiry, IDM_REASON_NONE, message);
}

enum idm_status
idm_inquiry_pass(const struct idm_inquiry *inquiry, const char *fmt, ...)
{
	char message[600];
	va_list ap;

	if (inquiry->trace == NULL)
		return IDM_NOTFOUND;
	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	tell(inquiry, IDM_REASON_NONE, message);
	return IDM_NOTFOUND;
}

enum idm_status
idm_inquiry_end(struct idm_inquiry *inquiry, enum idm_status st,
    enum idm_reason reason, const struct idm_err *err)
{
	inquiry->out->reason = reason;
	if (inquiry->trace != NULL)
		tell(inquiry, reason, err->text);
	return st;
}

enum idm_status
idm_inquiry_stop(struct idm_inquiry *inquiry, enum idm_status st,
    enum idm_reason reason, struct idm_err *err, const char *fmt, ...)
{
	struct idm_err why;
	char message[sizeof(why.text)];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	(void)idm_fail(&why, st, "%s", message);
	if (err != NULL)
		*err = why;
	return idm_inquiry_end(inquiry, st, reason, &why);
}

enum idm_status
idm_inquiry_wrong_kind(
    struct idm_inquiry *inquiry, uint8_t wanted, struct idm_err *err)
{
	bool wants_group = wanted == IDM_KIND_GROUP;

	return idm_inquiry_stop(inquiry, IDM_NOTFOUND,
	    wants_group ? IDM_REASON_NOT_GROUP : IDM_REASON_NOT_USER, err,
	    wants_group ? "it is a user, not a group"
			: "it is a group, not a user");
}

enum idm_status
idm_inquiry_found(
    struct idm_inquiry *inquiry, enum idm_method method, enum idm_source source)
{
	struct idm_resolution *out = inquiry->out;

	out->method = method;
	out->source = source;
	idm_inquiry_say(inquiry, "%s (%s)", idm_method_name(method),
	    idm_source_name(source));
	return IDM_OK;
}
