#include <stdio.h>
#include <time.h>

#include "cli/json.h"
#include "cli/rules.h"

static const char *const directions[] = {
	[IDM_RULE_BOTH] = "both",
	[IDM_RULE_TO_UNIX] = "to_unix",
	[IDM_RULE_TO_WINDOWS] = "to_windows",
};

static const char *
kind_word(bool is_group)
{
	return is_group ? "group" : "user";
}

json_t *
rules_json(const struct idm_namerule *rule)
{
	json_t *json = json_pack("{s:s, s:{s:s, s:o, s:o}, s:{s:s, s:o}}",
	    "direction", directions[rule->direction], "windows", "kind",
	    kind_word(rule->win_is_group), "name", cli_json_text(rule->win),
	    "domain", cli_json_text(rule->domain), "unix", "kind",
	    kind_word(rule->unix_is_group), "name", cli_json_text(rule->unix));

	if ((rule->flags & IDM_RULE_PRIVILEGED) != 0)
		(void)json_object_set_new(json, "privileged", json_true());
	if (rule->id == 0)
		return json;
	(void)json_object_set_new(
	    json, "id", json_integer((json_int_t)rule->id));
	(void)json_object_set_new(
	    json, "time", json_integer((json_int_t)rule->time));
	(void)json_object_set_new(json, "uid", json_integer(rule->uid));
	return json;
}

void
rules_note(struct cli_update *update, const char *what,
    const struct idm_namerule *rule, bool as_winname)
{
	struct idm_buf *changes = &update->changes;
	size_t from;

	if (changes->len > 0)
		idm_buf_puts(changes, "\n ");
	idm_buf_printf(changes, "%s: ", what);
	from = changes->len;
	idm_namerule_put(changes, rule, as_winname);
	/* Names hold no tabs; in the log blanks are easier to read. */
	for (size_t i = from; i < changes->len; i++)
		if (changes->data[i] == '\t')
			changes->data[i] = ' ';
}

/* Do two rules differ in nothing but the kind of the Windows name? */
static bool
is_pair(const struct idm_namerule *one, const struct idm_namerule *two)
{
	return one->win_is_group != two->win_is_group &&
	    one->direction == two->direction && one->flags == two->flags &&
	    one->unix_is_group == two->unix_is_group &&
	    idm_str_compare(one->win, two->win) == 0 &&
	    idm_str_compare(one->domain, two->domain) == 0 &&
	    idm_str_compare(one->unix, two->unix) == 0;
}

static void
put_line(struct rules_lines *lines, const struct idm_namerule *rule,
    const struct idm_namerule *second)
{
	time_t time = (time_t)rule->time;
	char when[32] = "?";
	struct tm tm;

	idm_namerule_put(lines->out, rule, second != NULL);
	if (lines->is_long) {
		if (gmtime_r(&time, &tm) != NULL)
			(void)strftime(
			    when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
		idm_buf_printf(
		    lines->out, "\t# %llu", (unsigned long long)rule->id);
		if (second != NULL)
			idm_buf_printf(lines->out, "+%llu",
			    (unsigned long long)second->id);
		idm_buf_printf(lines->out, ", %s, uid %lu", when,
		    (unsigned long)rule->uid);
	}
	idm_buf_puts(lines->out, "\n");
}

enum idm_status
rules_lines_put(
    void *context, const struct idm_namerule *rule, struct idm_err *err)
{
	struct rules_lines *lines = context;

	if (lines->is_held && is_pair(&lines->held, rule)) {
		put_line(lines, &lines->held, rule);
		lines->is_held = false;
	} else {
		rules_lines_end(lines);
		lines->held = *rule;
		lines->is_held = true;
	}
	return idm_buf_status(lines->out, err);
}

void
rules_lines_end(struct rules_lines *lines)
{
	if (lines->is_held)
		put_line(lines, &lines->held, NULL);
	lines->is_held = false;
}
