#include <string.h>

#include "base/attr.h"
#include "base/quote.h"
#include "identity/winname.h"

#include "cli/ruleline.h"
#include "cli/usermapcfg.h"

/* clang-format off */
static const struct {
	const char *sign;
	uint8_t direction;
} signs[] = {
	{ "==", IDM_RULE_BOTH },
	{ "=>", IDM_RULE_TO_UNIX },
	{ "<=", IDM_RULE_TO_WINDOWS },
};
/* clang-format on */

/* A part of a name: what stands between quotes, or up to what ends it. */
struct token {
	struct idm_str text;
	bool is_quoted;
};

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static void
skip_blanks(struct idm_str *line)
{
	while (line->len > 0 && is_blank(line->data[0])) {
		line->data++;
		line->len--;
	}
}

static void
skip(struct idm_str *line, size_t n)
{
	line->data += n;
	line->len -= n;
}

/* The direction sign at the front of a text; NULL: there is none. */
static const char *
sign_at(struct idm_str text)
{
	for (size_t i = 0; i < IDM_COUNTOF(signs); i++)
		if (text.len >= 2 && memcmp(text.data, signs[i].sign, 2) == 0)
			return signs[i].sign;
	return NULL;
}

static enum idm_status
take_quoted(struct idm_str *line, struct token *token, struct idm_err *err)
{
	const char *end = memchr(line->data + 1, '"', line->len - 1);

	if (end == NULL)
		return idm_fail(
		    err, IDM_INVALID, "a double quote is not closed");
	token->text = (struct idm_str){ line->data + 1,
		(size_t)(end - line->data) - 1 };
	token->is_quoted = true;
	skip(line, token->text.len + 2);
	return IDM_OK;
}

/* ends: what ends a bare token besides blanks, '#' and a sign. */
static enum idm_status
take_token(struct idm_str *line, const char *ends, struct token *token,
    struct idm_err *err)
{
	size_t n = 0;

	if (line->len > 0 && line->data[0] == '"')
		return take_quoted(line, token, err);
	while (n < line->len && !is_blank(line->data[n]) &&
	    line->data[n] != '#' &&
	    (line->data[n] == '\0' || strchr(ends, line->data[n]) == NULL) &&
	    sign_at((struct idm_str){ line->data + n, line->len - n }) == NULL)
		n++;
	*token = (struct token){ .text = { line->data, n } };
	skip(line, n);
	if (memchr(token->text.data, ':', n) != NULL)
		return idm_fail(err, IDM_INVALID,
		    "'%.*s': names qualified by a host or network, as in "
		    "'10.0.0.0/8:name', are not supported",
		    (int)(n > 80 ? 80 : n), token->text.data);
	if (memchr(token->text.data, '"', n) != NULL)
		return idm_fail(err, IDM_INVALID,
		    "there is a double quote inside a name: it must stand "
		    "around a whole name, or a whole domain");
	return IDM_OK;
}

/* A quoted token has the separator inside: "CORP\Bob X". */
static enum idm_status
split_quoted(
    struct idm_str text, struct idm_namerule *rule, struct idm_err *err)
{
	struct idm_winname win;
	enum idm_status st = idm_winname_split(text, &win, err);

	if (st != IDM_OK)
		return st;
	rule->win = win.name;
	rule->domain = win.domain;
	if (win.spelling == IDM_SPELL_NT4)
		rule->flags |= IDM_RULE_NT4;
	return IDM_OK;
}

static enum idm_status
take_windows(
    struct idm_str *line, struct idm_namerule *rule, struct idm_err *err)
{
	struct token first;
	struct token second;
	enum idm_status st;
	char separator;

	st = take_token(line, "\\@=<", &first, err);
	if (st != IDM_OK)
		return st;
	if (first.text.len == 0 && !first.is_quoted)
		return idm_fail(
		    err, IDM_INVALID, "the Windows name is missing");
	rule->win = first.text;
	separator = line->len > 0 ? line->data[0] : '\0';
	if (separator != '@' && separator != '\\') {
		if (first.is_quoted && idm_winname_has_separator(first.text))
			return split_quoted(first.text, rule, err);
		return IDM_OK;
	}
	skip(line, 1);
	st = take_token(line, "", &second, err);
	if (st != IDM_OK)
		return st;
	if (second.text.len == 0 || first.text.len == 0)
		return idm_fail(err, IDM_INVALID,
		    "a name or domain is missing at the '%c'", separator);
	rule->domain = second.text;
	if (separator == '\\') {
		rule->domain = first.text;
		rule->win = second.text;
		rule->flags |= IDM_RULE_NT4;
	}
	return IDM_OK;
}

static enum idm_status
take_sign(struct idm_str *line, struct idm_namerule *rule, struct idm_err *err)
{
	bool was_blank = line->len > 0 && is_blank(line->data[0]);
	const char *sign;

	skip_blanks(line);
	sign = sign_at(*line);
	for (size_t i = 0; i < IDM_COUNTOF(signs); i++)
		if (sign == signs[i].sign)
			rule->direction = signs[i].direction;
	if (sign != NULL) {
		skip(line, 2);
		skip_blanks(line);
		return IDM_OK;
	}
	/* Without a sign it is a blank that parts the names. */
	if (line->len == 0 || line->data[0] == '#' ||
	    (was_blank && line->data[0] != '=' && line->data[0] != '<'))
		return IDM_OK;
	return idm_fail(err, IDM_INVALID, "'%.*s': expected ==, => or <=",
	    (int)(line->len > 80 ? 80 : line->len), line->data);
}

static enum idm_status
take_unix(struct idm_str *line, struct idm_namerule *rule, struct idm_err *err)
{
	struct token token = { .is_quoted = false };
	enum idm_status st = take_token(line, "", &token, err);

	if (st != IDM_OK)
		return st;
	if (token.text.len == 0 && !token.is_quoted)
		return idm_fail(err, IDM_INVALID,
		    "the UNIX name is missing; \"\" would inhibit");
	if (!token.is_quoted && token.text.data[0] == '@')
		return idm_fail(err, IDM_INVALID,
		    "'%.*s': groups of UNIX users are not supported; a user "
		    "of such a name stands in double quotes",
		    (int)(token.text.len > 80 ? 80 : token.text.len),
		    token.text.data);
	rule->unix = token.text;
	skip_blanks(line);
	if (line->len > 0 && line->data[0] != '#')
		return idm_fail(err, IDM_INVALID,
		    "'%.*s' is too much; a name with blanks or a '#' stands "
		    "in double quotes",
		    (int)(line->len > 80 ? 80 : line->len), line->data);
	return IDM_OK;
}

enum idm_status
usermapcfg_read(struct idm_str line, struct idm_namerule *out,
    const char **remark, struct idm_err *err)
{
	struct idm_namerule rule = { .domain = { "", 0 } };
	enum idm_status st;

	*remark = NULL;
	st = rule_line_strip(&line, err);
	if (st != IDM_OK)
		return st;
	skip_blanks(&line);
	if (line.len == 0 || line.data[0] == '#')
		return IDM_NOTFOUND;
	st = take_windows(&line, &rule, err);
	if (st == IDM_OK)
		st = take_sign(&line, &rule, err);
	if (st == IDM_OK)
		st = take_unix(&line, &rule, err);
	if (st == IDM_OK)
		st = rule_line_degrade(&rule, remark, err);
	if (st == IDM_OK)
		*out = rule;
	return st;
}

/* A part, in double quotes if it must be. */
static void
put_part(struct idm_buf *buf, struct idm_str part)
{
	bool is_quoted = part.len == 0;

	for (size_t i = 0; i < part.len; i++)
		if (strchr(" \t#=<:@\\", part.data[i]) != NULL)
			is_quoted = true;
	if (is_quoted)
		idm_buf_puts(buf, "\"");
	idm_buf_put(buf, part.data, part.len);
	if (is_quoted)
		idm_buf_puts(buf, "\"");
}

static bool
has_quote(struct idm_str text)
{
	return text.len > 0 && memchr(text.data, '"', text.len) != NULL;
}

enum idm_status
usermapcfg_put(struct idm_buf *buf, const struct idm_namerule *rule,
    const char **remark, struct idm_err *err)
{
	*remark = NULL;
	if (rule->win_is_group || rule->unix_is_group)
		return idm_fail(err, IDM_REFUSED, "it is about groups");
	if (has_quote(rule->win) || has_quote(rule->domain) ||
	    has_quote(rule->unix))
		return idm_fail(err, IDM_REFUSED,
		    "there is a double quote in it, which the format has no "
		    "escape for");
	if ((rule->flags & IDM_RULE_PRIVILEGED) != 0)
		*remark = "--privileged is lost";
	if ((rule->flags & IDM_RULE_NT4) != 0 && rule->domain.len > 0) {
		put_part(buf, rule->domain);
		idm_buf_puts(buf, "\\");
	}
	put_part(buf, rule->win);
	if ((rule->flags & IDM_RULE_NT4) == 0 && rule->domain.len > 0) {
		idm_buf_puts(buf, "@");
		put_part(buf, rule->domain);
	}
	for (size_t i = 0; i < IDM_COUNTOF(signs); i++)
		if (signs[i].direction == rule->direction)
			idm_buf_printf(buf, "\t%s\t", signs[i].sign);
	put_part(buf, rule->unix);
	idm_buf_puts(buf, "\n");
	return IDM_OK;
}
