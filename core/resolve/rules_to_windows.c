#include <string.h>

#include "map/namerules.h"
#include "resolve/inquiry.h"

static void
note_rule(struct idm_inquiry *inquiry, const struct idm_namerule *rule)
{
	struct idm_resolution *out = inquiry->out;
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, out->rule, sizeof(out->rule));
	idm_namerule_put(&buf, rule, false);
	(void)idm_buf_text(&buf);
	out->direction = (enum idm_rule_direction)rule->direction;
	out->method = IDM_METHOD_NAME_RULE;
	out->kind = inquiry->unix_kind;
	out->is_privileged = (rule->flags & IDM_RULE_PRIVILEGED) != 0 &&
	    !idm_str_is(rule->win, "*") && !idm_str_is(rule->unix, "*");
}

/* One rule that matches: its Windows name, as far as it is known. */
static enum idm_status
take_rule(struct idm_inquiry *inquiry, const struct idm_namerule *rule,
    struct idm_err *err)
{
	struct idm_str name = rule->win;

	note_rule(inquiry, rule);
	if (rule->win.len == 0) {
		return idm_inquiry_stop(inquiry, IDM_REFUSED,
		    IDM_REASON_INHIBITED, err,
		    "a rule says that it has no Windows counterpart");
	}
	if (idm_str_is(name, "*"))
		name = idm_str_of(inquiry->unix->name);
	inquiry->win_kind = rule->win_is_group ? IDM_KIND_GROUP : IDM_KIND_USER;
	idm_inquiry_name_text(inquiry, name, rule->domain);
	return idm_inquiry_found(
	    inquiry, IDM_METHOD_NAME_RULE, IDM_SOURCE_ALGORITHMIC);
}

/* An inhibiting rule is of a kind, too: that of "winuser:". */
static bool
is_asked(const struct idm_inquiry *inquiry, const struct idm_namerule *rule)
{
	uint8_t kind = rule->win_is_group ? IDM_KIND_GROUP : IDM_KIND_USER;

	if (inquiry->win_kind == IDM_KIND_BOTH)
		return !inquiry->no_diagonal || inquiry->unix_kind == kind;
	return inquiry->win_kind == kind;
}

enum idm_status
idm_inquiry_rules_to_windows(struct idm_inquiry *inquiry, struct idm_err *err)
{
	bool is_group = inquiry->unix_kind == IDM_KIND_GROUP;
	struct idm_candidates candidates;
	struct idm_namerule rule;
	enum idm_status st;

	/* Most hosts have no such rules, and need not look the name up. */
	if (!idm_candidates_to_windows(
		&candidates, inquiry->maps, idm_str_of("?"), is_group, NULL))
		return idm_inquiry_pass(inquiry, "no name rule matches");
	idm_inquiry_need_name(inquiry);
	if (inquiry->unix->name[0] == '\0')
		return idm_inquiry_pass(
		    inquiry, "its name is not known: no name rule is asked");
	if (!idm_candidates_to_windows(&candidates, inquiry->maps,
		idm_str_of(inquiry->unix->name), is_group, inquiry->trace))
		return idm_inquiry_pass(inquiry, "no name rule matches");
	for (;;) {
		st = idm_candidates_next(&candidates, &rule, err);
		if (st == IDM_NOTFOUND)
			return idm_inquiry_pass(
			    inquiry, "no name rule matches");
		if (st != IDM_OK) {
			inquiry->out->reason = IDM_REASON_UNAVAILABLE;
			return st;
		}
		if (is_asked(inquiry, &rule))
			return take_rule(inquiry, &rule, err);
		idm_inquiry_say(
		    inquiry, "a rule for the other Windows kind is passed");
	}
}
