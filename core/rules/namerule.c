#include <string.h>

#include "identity/name.h"
#include "identity/winname.h"
#include "rules/namerule.h"

/* The rows and columns of the two tables. */
enum win_form {
	WIN_NONE,     /* "" */
	WIN_NAME,     /* name@domain, or a name of no domain */
	WIN_NAME_ANY, /* name@* */
	WIN_ANY,      /* *@domain, or a * of no domain */
	WIN_ANY_ANY,  /* *@* */
};
enum unix_form {
	UNIX_NONE, /* "" */
	UNIX_NAME,
	UNIX_ANY, /* * */
};

/* 1 to 10 is a rank; 0 forbids, for the reason below. */
static const uint8_t to_unix[][3] = {
	[WIN_NONE] = { 0, 0, 0 },
	[WIN_NAME] = { [UNIX_NONE] = 1, [UNIX_NAME] = 2, [UNIX_ANY] = 0 },
	[WIN_NAME_ANY] = { [UNIX_NONE] = 3, [UNIX_NAME] = 4, [UNIX_ANY] = 0 },
	[WIN_ANY] = { [UNIX_NONE] = 6, [UNIX_NAME] = 7, [UNIX_ANY] = 5 },
	[WIN_ANY_ANY] = { [UNIX_NONE] = 9, [UNIX_NAME] = 10, [UNIX_ANY] = 8 },
};

/* Of straight rules and of diagonal ones. */
static const uint8_t to_windows[][3][2] = {
	[WIN_NONE] = { { 0, 0 }, [UNIX_NAME] = { 1, 3 },
	    [UNIX_ANY] = { 7, 9 } },
	[WIN_NAME] = { { 0, 0 }, [UNIX_NAME] = { 2, 4 },
	    [UNIX_ANY] = { 8, 10 } },
	[WIN_NAME_ANY] = { { 0, 0 }, { 0, 0 }, { 0, 0 } },
	[WIN_ANY] = { { 0, 0 }, [UNIX_NAME] = { 0, 0 }, [UNIX_ANY] = { 5, 6 } },
	[WIN_ANY_ANY] = { { 0, 0 }, { 0, 0 }, { 0, 0 } },
};

static enum win_form
win_form(const struct idm_namerule *rule)
{
	bool any_domain = idm_str_is(rule->domain, "*");

	if (rule->win.len == 0)
		return WIN_NONE;
	if (idm_str_is(rule->win, "*"))
		return any_domain ? WIN_ANY_ANY : WIN_ANY;
	return any_domain ? WIN_NAME_ANY : WIN_NAME;
}

static enum unix_form
unix_form(const struct idm_namerule *rule)
{
	if (rule->unix.len == 0)
		return UNIX_NONE;
	return idm_str_is(rule->unix, "*") ? UNIX_ANY : UNIX_NAME;
}

unsigned
idm_namerule_rank_to_unix(const struct idm_namerule *rule)
{
	if (rule->direction == IDM_RULE_TO_WINDOWS)
		return 0;
	return to_unix[win_form(rule)][unix_form(rule)];
}

unsigned
idm_namerule_rank_to_windows(const struct idm_namerule *rule)
{
	bool is_diagonal = rule->win_is_group != rule->unix_is_group;

	if (rule->direction == IDM_RULE_TO_UNIX)
		return 0;
	return to_windows[win_form(rule)][unix_form(rule)][is_diagonal];
}

/* What a name of either side must be, "" and "*" apart. */
static enum idm_status
check_text(const char *what, struct idm_str text, size_t max,
    const char *forbidden, struct idm_err *err)
{
	enum idm_status st;

	if (text.len == 0 || idm_str_is(text, "*"))
		return IDM_OK;
	st = idm_name_remote(text, err);
	if (st != IDM_OK)
		return idm_within(err, st, "the %s", what);
	if (text.len > max) {
		return idm_fail(err, IDM_INVALID,
		    "the %s is longer than %zu bytes", what, max);
	}
	if (memchr(text.data, '*', text.len) != NULL) {
		return idm_fail(err, IDM_INVALID,
		    "the %s '%.*s' has a '*' in it: only a whole name or "
		    "domain can be '*', there are no other patterns",
		    what, (int)text.len, text.data);
	}
	for (; *forbidden != '\0'; forbidden++) {
		if (memchr(text.data, *forbidden, text.len) == NULL)
			continue;
		return idm_fail(err, IDM_INVALID,
		    "the %s '%.*s' has a '%c' in it", what, (int)text.len,
		    text.data, *forbidden);
	}
	return IDM_OK;
}

static enum idm_status
check_texts(const struct idm_namerule *rule, struct idm_err *err)
{
	enum idm_status st;

	st = check_text("Windows name", rule->win, IDM_WINNAME_MAX, "@\\", err);
	if (st == IDM_OK) {
		st = check_text(
		    "domain", rule->domain, IDM_DOMAIN_MAX, "@\\", err);
	}
	/* No line of passwd(5) or group(5) could hold a colon. */
	if (st == IDM_OK)
		st = check_text(
		    "UNIX name", rule->unix, IDM_LOGIN_MAX, ":", err);
	if (st != IDM_OK)
		return st;
	if (rule->win.len == 0 && rule->domain.len > 0) {
		return idm_fail(err, IDM_INVALID,
		    "the Windows name is empty, but has a domain: \"\" alone "
		    "inhibits");
	}
	return IDM_OK;
}

static enum idm_status
check_to_unix(const struct idm_namerule *rule, struct idm_err *err)
{
	if (idm_namerule_rank_to_unix(rule) != 0)
		return IDM_OK;
	if (rule->win.len == 0) {
		return idm_fail(err, IDM_INVALID,
		    "Windows to UNIX, nothing comes from \"\": say -d and the "
		    "UNIX name first, to inhibit UNIX to Windows");
	}
	return idm_fail(err, IDM_INVALID,
	    "Windows to UNIX, one name cannot become any '*': name the UNIX "
	    "%s, or say '*' for the Windows name, too",
	    rule->unix_is_group ? "group" : "user");
}

static enum idm_status
check_to_windows(const struct idm_namerule *rule, struct idm_err *err)
{
	if (idm_namerule_rank_to_windows(rule) != 0)
		return IDM_OK;
	if (rule->unix.len == 0) {
		return idm_fail(err, IDM_INVALID,
		    "UNIX to Windows, nothing comes from \"\": say -d and the "
		    "Windows name first, to inhibit Windows to UNIX");
	}
	if (idm_str_is(rule->domain, "*")) {
		return idm_fail(err, IDM_INVALID,
		    "UNIX to Windows, a name cannot get any domain '*': name "
		    "the domain, or say -d and the Windows name first, for "
		    "Windows to UNIX only");
	}
	return idm_fail(err, IDM_INVALID,
	    "UNIX to Windows, one name cannot become any '*': name the "
	    "Windows %s, or say -d and the Windows name first, for Windows to "
	    "UNIX only",
	    rule->win_is_group ? "group" : "user");
}

enum idm_status
idm_namerule_check(const struct idm_namerule *rule, struct idm_err *err)
{
	enum idm_status st = check_texts(rule, err);

	if (st == IDM_OK && rule->direction != IDM_RULE_TO_WINDOWS)
		st = check_to_unix(rule, err);
	if (st == IDM_OK && rule->direction != IDM_RULE_TO_UNIX)
		st = check_to_windows(rule, err);
	return st;
}

/* What a shell would not leave alone; '*' and ':' are said not to be. */
static bool
is_special(char c)
{
	return strchr(" \t\n\v\f\r&^{}#;'\"\\`!$()[]><|~", c) != NULL;
}

static bool
has_special(struct idm_str text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (is_special(text.data[i]))
			return true;
	}
	return false;
}

/* Each of the bytes that escaped says with a backslash in front. */
static void
put_escaped(struct idm_buf *buf, struct idm_str text, bool (*escaped)(char))
{
	for (size_t i = 0; i < text.len; i++) {
		if (escaped(text.data[i]))
			idm_buf_put(buf, "\\", 1);
		idm_buf_put(buf, &text.data[i], 1);
	}
}

/* What is not itself between double quotes, here or in a shell. */
static bool
is_special_quoted(char c)
{
	return c == '\\' || c == '"' || c == '$' || c == '`';
}

/* In double quotes, the whole of it, when it needs any quoting. */
static void
put_windows(
    struct idm_buf *buf, const struct idm_namerule *rule, bool as_winname)
{
	const char *kind = rule->win_is_group ? "wingroup:" : "winuser:";
	bool is_nt4 = (rule->flags & IDM_RULE_NT4) != 0 && rule->domain.len > 0;
	bool is_quoted = is_nt4 || has_special(rule->win) ||
	    has_special(rule->domain);

	if (is_quoted)
		idm_buf_puts(buf, "\"");
	idm_buf_puts(buf, as_winname ? "winname:" : kind);
	if (rule->win.len == 0)
		idm_buf_puts(buf, "\"\"");
	if (is_nt4) {
		put_escaped(buf, rule->domain, is_special_quoted);
		idm_buf_puts(buf, "\\\\");
	}
	put_escaped(buf, rule->win, is_special_quoted);
	if (!is_nt4 && rule->domain.len > 0) {
		idm_buf_puts(buf, "@");
		put_escaped(buf, rule->domain, is_special_quoted);
	}
	if (is_quoted)
		idm_buf_puts(buf, "\"");
}

static void
put_unix(struct idm_buf *buf, const struct idm_namerule *rule)
{
	idm_buf_puts(buf, rule->unix_is_group ? "unixgroup:" : "unixuser:");
	if (rule->unix.len == 0)
		idm_buf_puts(buf, "\"\"");
	put_escaped(buf, rule->unix, is_special);
}

void
idm_namerule_put(
    struct idm_buf *buf, const struct idm_namerule *rule, bool as_winname)
{
	bool is_both = rule->direction == IDM_RULE_BOTH;

	idm_buf_puts(buf, is_both ? "add " : "add -d");
	if ((rule->flags & IDM_RULE_PRIVILEGED) != 0)
		idm_buf_puts(buf, is_both ? "--privileged" : " --privileged");
	idm_buf_puts(buf, "\t");
	if (rule->direction == IDM_RULE_TO_WINDOWS) {
		put_unix(buf, rule);
		idm_buf_puts(buf, "\t");
		put_windows(buf, rule, as_winname);
	} else {
		put_windows(buf, rule, as_winname);
		idm_buf_puts(buf, "\t");
		put_unix(buf, rule);
	}
}
