#include <string.h>

#include "identity/winname.h"

#include "cli/ruleline.h"
#include "cli/smbusers.h"

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* What may stand between the UNIX name and the Windows names. */
static bool
is_sign(char byte)
{
	return is_blank(byte) || byte == '=' || byte == ':';
}

/* Take off the front what the function says, and return it. */
static struct idm_str
take_while(struct idm_str *text, bool (*is_such)(char), bool wanted)
{
	struct idm_str taken = { text->data, 0 };

	while (
	    taken.len < text->len && is_such(text->data[taken.len]) == wanted)
		taken.len++;
	text->data += taken.len;
	text->len -= taken.len;
	return taken;
}

enum idm_status
smbusers_begin(
    struct idm_str text, struct smbusers_line *out, struct idm_err *err)
{
	struct smbusers_line line = { .remark = NULL };
	enum idm_status st = rule_line_strip(&text, err);

	if (st != IDM_OK)
		return st;
	(void)take_while(&text, is_blank, true);
	if (text.len == 0 || text.data[0] == '#' || text.data[0] == ';')
		return IDM_NOTFOUND;
	if (text.data[0] == '!') {
		line.remark = "the '!' means nothing: a name has one mapping, "
			      "and the search always stops there";
		text.data++;
		text.len--;
		(void)take_while(&text, is_blank, true);
	}
	line.unix = take_while(&text, is_sign, false);
	(void)take_while(&text, is_sign, true);
	line.rest = text;
	if (line.unix.len == 0)
		return idm_fail(err, IDM_INVALID,
		    "the UNIX name is missing in front of the sign");
	if (memchr(line.unix.data, '#', line.unix.len) != NULL ||
	    memchr(line.unix.data, '"', line.unix.len) != NULL)
		return idm_fail(err, IDM_INVALID,
		    "there is a '#' or a double quote in the UNIX name");
	if (line.rest.len == 0)
		line.remark = "ignored: no Windows name stands in it";
	*out = line;
	return IDM_OK;
}

/* Take the next name off the line, without its quotes. */
static enum idm_status
take_name(struct idm_str *rest, struct idm_str *name, struct idm_err *err)
{
	const char *end;

	if (rest->data[0] != '"') {
		*name = take_while(rest, is_blank, false);
		if (name->data[0] == '#')
			return idm_fail(err, IDM_INVALID,
			    "a comment must be a line of its own");
		if (memchr(name->data, '"', name->len) != NULL)
			return idm_fail(err, IDM_INVALID,
			    "there is a double quote inside a name: it must "
			    "stand around the whole name");
		return IDM_OK;
	}
	end = memchr(rest->data + 1, '"', rest->len - 1);
	if (end == NULL) {
		*rest = (struct idm_str){ rest->data, 0 };
		return idm_fail(
		    err, IDM_INVALID, "a double quote is not closed");
	}
	*name = (struct idm_str){ rest->data + 1,
		(size_t)(end - rest->data) - 1 };
	rest->data += name->len + 2;
	rest->len -= name->len + 2;
	if (rest->len > 0 && !is_blank(rest->data[0])) {
		(void)take_while(rest, is_blank, false);
		return idm_fail(
		    err, IDM_INVALID, "a name goes on behind its double quote");
	}
	return IDM_OK;
}

static enum idm_status
refuse_group(struct idm_str name, struct idm_err *err)
{
	if (name.len == 0)
		return idm_fail(err, IDM_INVALID, "a Windows name is empty");
	if (strchr("@+&", name.data[0]) == NULL)
		return IDM_OK;
	return idm_fail(err, IDM_INVALID,
	    "'%.*s': the members of a group cannot be mapped: name the users",
	    (int)(name.len > 80 ? 80 : name.len), name.data);
}

enum idm_status
smbusers_next(
    struct smbusers_line *line, struct idm_namerule *out, struct idm_err *err)
{
	struct idm_namerule rule = { .direction = IDM_RULE_TO_UNIX };
	struct idm_winname win;
	struct idm_str name;
	enum idm_status st;

	(void)take_while(&line->rest, is_blank, true);
	if (line->rest.len == 0)
		return IDM_NOTFOUND;
	st = take_name(&line->rest, &name, err);
	if (st == IDM_OK)
		st = refuse_group(name, err);
	if (st == IDM_OK)
		st = idm_winname_split(name, &win, err);
	if (st != IDM_OK)
		return st;
	rule.win = win.name;
	rule.domain = win.domain;
	rule.unix = line->unix;
	if (win.spelling == IDM_SPELL_NT4)
		rule.flags |= IDM_RULE_NT4;
	st = idm_namerule_check(&rule, err);
	if (st == IDM_OK)
		*out = rule;
	return st;
}

static bool
has_any(struct idm_str text, const char *bytes)
{
	for (size_t i = 0; i < text.len; i++)
		if (strchr(bytes, text.data[i]) != NULL)
			return true;
	return false;
}

/* Why the format has no words for a rule; NULL: it has. */
static const char *
unfit(const struct idm_namerule *rule)
{
	if (rule->win_is_group || rule->unix_is_group)
		return "it is about groups";
	if (rule->direction == IDM_RULE_TO_WINDOWS)
		return "it leads from UNIX to Windows";
	if (rule->unix.len == 0)
		return "it inhibits";
	if (idm_str_is(rule->unix, "*"))
		return "the format has no '*' for UNIX names";
	if (idm_str_is(rule->domain, "*"))
		return "the format has no '*' for domains";
	if (has_any(rule->win, "\"") || has_any(rule->domain, "\"") ||
	    has_any(rule->unix, "\""))
		return "there is a double quote in it, which the format has "
		       "no escape for";
	if (has_any(rule->unix, " \t=:#") || strchr("!;", rule->unix.data[0]))
		return "the format cannot hold such a UNIX name";
	if ((rule->flags & IDM_RULE_NT4) == 0 &&
	    strchr("@+&", rule->win.data[0]) != NULL)
		return "the format takes such a Windows name for a group";
	return NULL;
}

enum idm_status
smbusers_put(struct idm_buf *buf, const struct idm_namerule *rule,
    struct idm_str unix_before, const char **remark, struct idm_err *err)
{
	const char *why = unfit(rule);
	struct idm_winname win = {
		.name = rule->win,
		.domain = rule->domain,
		.spelling = (rule->flags & IDM_RULE_NT4) != 0 ? IDM_SPELL_NT4
							      : IDM_SPELL_AT,
	};
	bool is_quoted;

	*remark = NULL;
	if (why != NULL)
		return idm_fail(err, IDM_REFUSED, "%s", why);
	if (rule->direction == IDM_RULE_BOTH)
		*remark = "written Windows to UNIX only, the other way is lost";
	else if ((rule->flags & IDM_RULE_PRIVILEGED) != 0)
		*remark = "--privileged is lost";
	if (idm_str_compare(rule->unix, unix_before) == 0) {
		idm_buf_puts(buf, " ");
	} else {
		idm_buf_put(buf, rule->unix.data, rule->unix.len);
		idm_buf_puts(buf, "=");
	}
	is_quoted = has_any(rule->win, " \t#=:") ||
	    has_any(rule->domain, " \t#=:");
	if (is_quoted)
		idm_buf_puts(buf, "\"");
	idm_winname_put(buf, &win);
	if (is_quoted)
		idm_buf_puts(buf, "\"");
	return IDM_OK;
}
