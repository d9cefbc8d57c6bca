#include <string.h>

#include "base/buf.h"

#include "cli/options.h"
#include "cli/synopsis.h"

struct scan {
	const struct cli_tool *tool;
	struct cli_request request;
	int at; /* the next element of argv */
	struct idm_err *err;
};

/* An option as messages and the synopsis write it: -a, --json, -l logname. */
struct flag {
	char text[64];
};

static struct flag
flag_of(const struct cli_option *option)
{
	struct flag flag = { "" };
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, flag.text, sizeof(flag.text) - 1);
	if (option->letter != '\0')
		idm_buf_printf(&buf, "-%c", option->letter);
	else
		idm_buf_printf(&buf, "--%s", option->name);
	return flag;
}

/* The flag with the word of its argument, if it takes one. */
static struct flag
flag_with_word(const struct cli_option *option)
{
	struct flag flag = flag_of(option);
	size_t used = strlen(flag.text);
	struct idm_buf buf;

	idm_buf_init_fixed(
	    &buf, flag.text + used, sizeof(flag.text) - 1 - used);
	if (option->argument != NULL)
		idm_buf_printf(&buf, " %s", option->argument);
	return flag;
}

/* A tool may share a table that has rows it has no form for. */
static bool
is_known(const struct cli_tool *tool, unsigned row)
{
	for (unsigned i = 0; i < tool->nforms; i++) {
		const struct cli_form *form = &tool->forms[i];

		if (form->action == row ||
		    ((form->needs | form->admits) & CLI_BIT(row)) != 0)
			return true;
	}
	return false;
}

/* The row of an option, or -1. */
static int
find_letter(const struct cli_tool *tool, char letter)
{
	for (unsigned row = 0; row < tool->noptions; row++)
		if (tool->options[row].letter == letter && is_known(tool, row))
			return (int)row;
	return -1;
}

static int
find_name(const struct cli_tool *tool, const char *name, size_t len)
{
	for (unsigned row = 0; row < tool->noptions; row++) {
		const char *have = tool->options[row].name;

		if (strlen(have) == len && memcmp(have, name, len) == 0 &&
		    is_known(tool, row))
			return (int)row;
	}
	return -1;
}

static enum idm_status
take(struct scan *scan, unsigned row, const char *value)
{
	const struct cli_option *option = &scan->tool->options[row];

	if ((scan->request.given & CLI_BIT(row)) != 0)
		return idm_fail(scan->err, IDM_INVALID, "%s is given twice",
		    flag_of(option).text);
	scan->request.given |= CLI_BIT(row);
	scan->request.value[row] = value;
	return IDM_OK;
}

/* The argument of an option: what is attached to it, or the next word. */
static enum idm_status
take_with_argument(struct scan *scan, unsigned row, const char *attached)
{
	const struct cli_option *option = &scan->tool->options[row];

	if (attached == NULL && scan->at < scan->request.argc)
		attached = scan->request.argv[scan->at++];
	if (attached == NULL)
		return idm_fail(scan->err, IDM_INVALID,
		    "%s needs an argument: %s", flag_of(option).text,
		    option->argument);
	return take(scan, row, attached);
}

static enum idm_status
scan_long(struct scan *scan, const char *text)
{
	const char *equals = strchr(text, '=');
	size_t len = equals == NULL ? strlen(text) : (size_t)(equals - text);
	int row = find_name(scan->tool, text, len);

	if (row < 0)
		return idm_fail(scan->err, IDM_INVALID,
		    "unknown option '--%.*s'", (int)(len > 64 ? 64 : len),
		    text);
	if (scan->tool->options[row].argument != NULL)
		return take_with_argument(
		    scan, (unsigned)row, equals == NULL ? NULL : equals + 1);
	if (equals != NULL)
		return idm_fail(scan->err, IDM_INVALID,
		    "--%s takes no argument", scan->tool->options[row].name);
	return take(scan, (unsigned)row, NULL);
}

/* One word of letters, as in -ar g_name or -Smyscheme. */
static enum idm_status
scan_letters(struct scan *scan, const char *text)
{
	for (; *text != '\0'; text++) {
		int row = find_letter(scan->tool, *text);
		enum idm_status st;

		if (row < 0)
			return idm_fail(scan->err, IDM_INVALID,
			    "unknown option '-%c'", *text);
		if (scan->tool->options[row].argument != NULL)
			return take_with_argument(scan, (unsigned)row,
			    text[1] == '\0' ? NULL : text + 1);
		st = take(scan, (unsigned)row, NULL);
		if (st != IDM_OK)
			return st;
	}
	return IDM_OK;
}

static enum idm_status
scan_operand(struct scan *scan, const char *text)
{
	if (scan->request.operand != NULL)
		return idm_fail(scan->err, IDM_INVALID,
		    "unexpected argument '%.64s'", text);
	scan->request.operand = text;
	return IDM_OK;
}

static enum idm_status
scan_words(struct scan *scan)
{
	enum idm_status st = IDM_OK;
	bool options = true;

	while (st == IDM_OK && scan->at < scan->request.argc) {
		const char *word = scan->request.argv[scan->at++];

		if (!options || word[0] != '-' || word[1] == '\0')
			st = scan_operand(scan, word);
		else if (word[1] != '-')
			st = scan_letters(scan, word + 1);
		else if (word[2] != '\0')
			st = scan_long(scan, word + 2);
		else
			options = false;
	}
	return st;
}

static uint64_t
action_bit(const struct cli_form *form)
{
	return form->action == CLI_NO_ACTION ? 0 : CLI_BIT(form->action);
}

/* A form that is taken whatever else was given; NULL: none is. */
static const struct cli_form *
find_override(const struct scan *scan)
{
	for (unsigned i = 0; i < scan->tool->nforms; i++) {
		const struct cli_form *form = &scan->tool->forms[i];

		if (form->overrides &&
		    (scan->request.given & action_bit(form)) != 0)
			return form;
	}
	return NULL;
}

/* Which action was asked for; two at once are an error. */
static enum idm_status
find_action(struct scan *scan, uint64_t *action)
{
	const struct cli_option *options = scan->tool->options;
	const struct cli_form *found = NULL;

	for (unsigned i = 0; i < scan->tool->nforms; i++) {
		const struct cli_form *form = &scan->tool->forms[i];

		if ((scan->request.given & action_bit(form)) == 0)
			continue;
		if (found != NULL && found->action != form->action)
			return idm_fail(scan->err, IDM_INVALID,
			    "one action at a time: %s and %s do not go "
			    "together",
			    flag_of(&options[found->action]).text,
			    flag_of(&options[form->action]).text);
		found = form;
	}
	*action = found == NULL ? 0 : action_bit(found);
	return IDM_OK;
}

/* How far the command line is from a form: options missing and too many. */
static int
distance(const struct cli_request *request, const struct cli_form *form)
{
	uint64_t admitted = form->needs | form->admits | action_bit(form);

	return __builtin_popcountll(form->needs & ~request->given) +
	    __builtin_popcountll(request->given & ~admitted) +
	    (request->operand != NULL && form->operand == NULL);
}

/* The nearest form of an action; of equally near ones the more particular. */
static const struct cli_form *
find_form(const struct scan *scan, uint64_t action)
{
	const struct cli_form *best = NULL;

	for (unsigned i = 0; i < scan->tool->nforms; i++) {
		const struct cli_form *form = &scan->tool->forms[i];

		if (action_bit(form) != action)
			continue;
		if (best == NULL ||
		    distance(&scan->request, form) <=
			distance(&scan->request, best))
			best = form;
	}
	return best;
}

/* Say what keeps a command line from being of this form. */
static enum idm_status
explain_distance(const struct scan *scan, const struct cli_form *form)
{
	const struct cli_option *options = scan->tool->options;
	uint64_t missing = form->needs & ~scan->request.given;
	uint64_t surplus = scan->request.given &
	    ~(form->needs | form->admits | action_bit(form));
	struct flag action = { "" };

	if (form->action != CLI_NO_ACTION)
		action = flag_of(&options[form->action]);
	if (surplus != 0)
		return idm_fail(scan->err, IDM_INVALID, "%s does not go %s%s",
		    flag_of(&options[__builtin_ctzll(surplus)]).text,
		    action.text[0] == '\0' ? "without an action" : "with ",
		    action.text);
	if (missing != 0)
		return idm_fail(scan->err, IDM_INVALID, "%s%s%s is missing",
		    action.text, action.text[0] == '\0' ? "" : ": ",
		    flag_with_word(&options[__builtin_ctzll(missing)]).text);
	return idm_fail(scan->err, IDM_INVALID, "unexpected argument '%.64s'",
	    scan->request.operand);
}

/* The form that the words ask for, and nothing in them against it. */
static enum idm_status
match_form(struct scan *scan, const struct cli_form **out)
{
	const struct cli_form *form = find_override(scan);
	enum idm_status st;
	uint64_t action = 0;

	if (form == NULL) {
		st = find_action(scan, &action);
		if (st != IDM_OK)
			return st;
		form = find_form(scan, action);
		if (form == NULL)
			return idm_fail(
			    scan->err, IDM_INVALID, "nothing to do");
		if (distance(&scan->request, form) != 0)
			return explain_distance(scan, form);
	}
	*out = form;
	return IDM_OK;
}

enum idm_status
cli_parse(const struct cli_tool *tool, int argc, char *const *argv,
    struct cli_request *out, struct idm_err *err)
{
	struct scan scan = { .tool = tool, .at = 1, .err = err };
	enum idm_status st;

	scan.request.tool = tool;
	scan.request.argc = argc;
	scan.request.argv = argv;
	st = scan_words(&scan);
	if (st == IDM_OK)
		st = match_form(&scan, &scan.request.form);
	if (st == IDM_OK)
		*out = scan.request;
	return st;
}

bool
cli_given(const struct cli_request *request, unsigned row)
{
	return (request->given & CLI_BIT(row)) != 0;
}

static void
put_form(const struct cli_tool *tool, const struct cli_form *form,
    const char *lead, FILE *out)
{
	struct cli_synopsis line = { .out = out };
	uint64_t plain = form->needs | action_bit(form);

	line.column = fprintf(out, "%s%s", lead, tool->name);
	line.indent = line.column;
	for (unsigned row = 0; row < tool->noptions; row++) {
		struct flag flag = flag_with_word(&tool->options[row]);

		if ((plain & CLI_BIT(row)) != 0)
			cli_synopsis_put(&line, "", flag.text, "");
		else if ((form->admits & CLI_BIT(row)) != 0)
			cli_synopsis_put(&line, "[", flag.text, "]");
	}
	if (form->operand != NULL)
		cli_synopsis_put(&line, "[", form->operand, "]");
	fputc('\n', out);
}

/* The forms of the actions among the given rows; all, when none is. */
static void
put_forms(const struct cli_tool *tool, uint64_t given, FILE *out)
{
	const char *lead = "usage: ";
	uint64_t actions = 0;

	for (unsigned i = 0; i < tool->nforms; i++)
		if (!tool->forms[i].overrides)
			actions |= action_bit(&tool->forms[i]) & given;
	for (unsigned i = 0; i < tool->nforms; i++) {
		const struct cli_form *form = &tool->forms[i];

		if (form->overrides ||
		    (actions != 0 && (actions & action_bit(form)) == 0))
			continue;
		put_form(tool, form, lead, out);
		lead = "       ";
	}
	fprintf(out, "%s%s --help | --version\n", lead, tool->name);
}

void
cli_usage(const struct cli_tool *tool, FILE *out)
{
	put_forms(tool, 0, out);
}

void
cli_usage_for(
    const struct cli_tool *tool, int argc, char *const *argv, FILE *out)
{
	struct scan scan = { .tool = tool, .at = 1 };

	scan.request.argc = argc;
	scan.request.argv = argv;
	/* As far as it goes: an unknown option ends it. */
	(void)scan_words(&scan);
	put_forms(tool, scan.request.given, out);
}

static void
put_option(const struct cli_tool *tool, unsigned row, FILE *out)
{
	const struct cli_option *option = &tool->options[row];
	const char *brief = option->brief;

	if (tool->briefs != NULL && tool->briefs[row] != NULL)
		brief = tool->briefs[row];
	cli_put_option(
	    out, option->letter, option->name, option->argument, brief);
}

void
cli_help(const struct cli_tool *tool, FILE *out)
{
	fprintf(out, "%s -- %s\n\n", tool->name, tool->brief);
	cli_usage(tool, out);
	fputs("\nOptions:\n", out);
	for (unsigned row = 0; row < tool->noptions; row++)
		if (is_known(tool, row))
			put_option(tool, row, out);
	if (tool->notes != NULL)
		fprintf(out, "\n%s", tool->notes);
}
