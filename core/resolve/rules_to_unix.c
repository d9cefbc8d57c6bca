#include <string.h>

#include "identity/fold.h"
#include "map/namerules.h"
#include "resolve/inquiry.h"

static bool
is_wildcard(const struct idm_namerule *rule)
{
	return idm_str_is(rule->unix, "*");
}

/* The account of the name as it is, else in lower case. */
static enum idm_status
find_same(struct idm_inquiry *inquiry, const struct idm_namerule *rule,
    struct idm_err *err)
{
	struct idm_str name = idm_str_of(inquiry->win->name);
	struct idm_resolved *unix = inquiry->unix;
	char memory[IDM_FOLDED_MAX];
	struct idm_buf lower;
	enum idm_status st;

	st = idm_inquiry_local_id(
	    inquiry, name, rule->unix_is_group, &unix->id, err);
	if (st == IDM_NOTFOUND) {
		idm_buf_init_fixed(&lower, memory, sizeof(memory));
		if (idm_lower_put(&lower, name, NULL) != IDM_OK)
			return st;
		name = (struct idm_str){ memory, lower.len };
		st = idm_inquiry_local_id(
		    inquiry, name, rule->unix_is_group, &unix->id, err);
	}
	if (st == IDM_OK)
		idm_inquiry_copy(unix->name, sizeof(unix->name), name);
	return st;
}

static enum idm_status
find_target(struct idm_inquiry *inquiry, const struct idm_namerule *rule,
    struct idm_err *err)
{
	struct idm_resolved *unix = inquiry->unix;
	enum idm_status st;

	if (is_wildcard(rule))
		return find_same(inquiry, rule, err);
	st = idm_inquiry_local_id(
	    inquiry, rule->unix, rule->unix_is_group, &unix->id, err);
	if (st == IDM_OK)
		idm_inquiry_copy(unix->name, sizeof(unix->name), rule->unix);
	return st;
}

static void
note_rule(struct idm_inquiry *inquiry, const struct idm_namerule *rule)
{
	struct idm_resolution *out = inquiry->out;
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, out->rule, sizeof(out->rule));
	idm_namerule_put(&buf, rule, false);
	(void)idm_buf_text(&buf);
	inquiry->win_kind = rule->win_is_group ? IDM_KIND_GROUP : IDM_KIND_USER;
	inquiry->unix_kind = rule->unix_is_group ? IDM_KIND_GROUP
						 : IDM_KIND_USER;
	out->method = IDM_METHOD_NAME_RULE;
	out->kind = inquiry->unix_kind;
	out->direction = (enum idm_rule_direction)rule->direction;
	out->is_privileged = (rule->flags & IDM_RULE_PRIVILEGED) != 0 &&
	    !idm_str_is(rule->win, "*") && !is_wildcard(rule);
}

static enum idm_status
missing_account(struct idm_inquiry *inquiry, const struct idm_namerule *rule,
    struct idm_err *err)
{
	return idm_inquiry_stop(inquiry, IDM_NOTFOUND, IDM_REASON_NO_ACCOUNT,
	    err, "there is no UNIX %s '%.*s', which the rule names",
	    rule->unix_is_group ? "group" : "user", (int)rule->unix.len,
	    rule->unix.data);
}

/* One rule that matches.  IDM_NOTFOUND without a reason: the next one's turn.
 */
static enum idm_status
try_rule(struct idm_inquiry *inquiry, const struct idm_namerule *rule,
    struct idm_err *err)
{
	struct idm_resolution *out = inquiry->out;
	enum idm_status st;

	if (rule->unix.len == 0) {
		note_rule(inquiry, rule);
		return idm_inquiry_stop(inquiry, IDM_REFUSED,
		    IDM_REASON_INHIBITED, err,
		    "a rule says that it has no UNIX counterpart");
	}
	st = find_target(inquiry, rule, err);
	if (st == IDM_NOTFOUND && is_wildcard(rule)) {
		return idm_inquiry_pass(inquiry,
		    "rule '*': no UNIX %s of that name",
		    rule->unix_is_group ? "group" : "user");
	}
	note_rule(inquiry, rule);
	if (st == IDM_NOTFOUND)
		return missing_account(inquiry, rule, err);
	if (st != IDM_OK) {
		out->reason = IDM_REASON_UNAVAILABLE;
		return st;
	}
	inquiry->unix->has_id = true;
	return idm_inquiry_found(
	    inquiry, IDM_METHOD_NAME_RULE, IDM_SOURCE_ALGORITHMIC);
}

static enum idm_status
search(struct idm_inquiry *inquiry, bool win_is_group, bool unix_is_group,
    struct idm_err *err)
{
	const struct idm_resolved *win = inquiry->win;
	struct idm_candidates candidates;
	struct idm_namerule rule;
	char domain[IDM_FOLDED_MAX];
	char name[IDM_FOLDED_MAX];
	enum idm_status st;

	if (!idm_candidates_to_unix(&candidates, inquiry->maps,
		idm_inquiry_fold(idm_str_of(win->name), name),
		idm_inquiry_fold(idm_str_of(win->domain), domain), win_is_group,
		unix_is_group, inquiry->trace))
		return IDM_NOTFOUND;
	for (;;) {
		st = idm_candidates_next(&candidates, &rule, err);
		if (st == IDM_NOTFOUND)
			return st;
		if (st != IDM_OK) {
			inquiry->out->reason = IDM_REASON_UNAVAILABLE;
			return st;
		}
		st = try_rule(inquiry, &rule, err);
		if (st != IDM_NOTFOUND ||
		    inquiry->out->reason != IDM_REASON_NONE)
			return st;
	}
}

/* Is a rule between these kinds one for this question?  Straight ones alone,
 * unless the UNIX kind was asked for. */
static bool
is_asked(
    const struct idm_inquiry *inquiry, bool win_is_group, bool unix_is_group)
{
	uint8_t win_kind = win_is_group ? IDM_KIND_GROUP : IDM_KIND_USER;
	uint8_t unix_kind = unix_is_group ? IDM_KIND_GROUP : IDM_KIND_USER;

	if (inquiry->win_kind != IDM_KIND_BOTH && inquiry->win_kind != win_kind)
		return false;
	if (inquiry->unix_kind == IDM_KIND_BOTH)
		return win_is_group == unix_is_group;
	return inquiry->unix_kind == unix_kind;
}

enum idm_status
idm_inquiry_rules_to_unix(struct idm_inquiry *inquiry, struct idm_err *err)
{
	/* Windows group?  UNIX group?  Straight ones first. */
	static const bool pairs[][2] = {
		{ false, false },
		{ true, true },
		{ false, true },
		{ true, false },
	};
	enum idm_status st;

	if (inquiry->win->name[0] == '\0')
		return idm_inquiry_pass(
		    inquiry, "its name is not known: no name rule is asked");
	for (size_t i = 0; i < IDM_COUNTOF(pairs); i++) {
		if (!is_asked(inquiry, pairs[i][0], pairs[i][1]))
			continue;
		st = search(inquiry, pairs[i][0], pairs[i][1], err);
		if (st != IDM_NOTFOUND ||
		    inquiry->out->reason != IDM_REASON_NONE)
			return st;
	}
	return idm_inquiry_pass(inquiry, "no name rule matches");
}
