#include <getopt.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"

#include "base/nearest.h"
#include "cli/synopsis.h"
#include "cli/verbopts.h"

/* Options that verbs share, and the bit of those that take them. */
static const struct {
	struct verb_option option;
	unsigned bit; /* 0: every verb does */
} shared[] = {
	{ { 'n', "dry-run", NULL, "say what would change, and change nothing" },
	    VERB_DRY_RUN },
	{ { '\0', "json", NULL, "print JSON" }, VERB_JSON },
	{ { 'h', "help", NULL, "print this" }, 0 },
};
enum { SHARED_DRY_RUN, SHARED_JSON, SHARED_HELP };

#define ROWS_MAX  (VERB_OWN_MAX + IDM_COUNTOF(shared))
/* What getopt_long() returns for a long name: above all letters. */
#define LONG_NAME 256

/* One option that a verb takes. */
struct row {
	const struct verb_option *option;
	char letter; /* a shared one's may be taken by the verb's own */
	int own;     /* row of verb->own, or -1 */
	int shared;  /* row of shared, or -1 */
};

struct rows {
	struct row row[ROWS_MAX];
	int n;
};

static const struct row *
find_letter(const struct rows *rows, int letter)
{
	for (int i = 0; i < rows->n; i++)
		if (rows->row[i].letter == letter && letter != '\0')
			return &rows->row[i];
	return NULL;
}

static const struct row *
find_name(const struct rows *rows, const char *name)
{
	for (int i = 0; i < rows->n; i++)
		if (strcmp(rows->row[i].option->name, name) == 0)
			return &rows->row[i];
	return NULL;
}

static struct rows
rows_of(const struct verb *verb)
{
	struct rows rows = { .n = 0 };

	for (int i = 0;
	     verb->own != NULL && verb->own[i].name != NULL && i < VERB_OWN_MAX;
	     i++)
		rows.row[rows.n++] = (struct row){ &verb->own[i],
			verb->own[i].letter, i, -1 };
	for (unsigned i = 0; i < IDM_COUNTOF(shared); i++) {
		const struct verb_option *option = &shared[i].option;
		char letter = option->letter;

		if ((shared[i].bit != 0 &&
			(verb->options & shared[i].bit) == 0) ||
		    find_name(&rows, option->name) != NULL)
			continue;
		if (find_letter(&rows, letter) != NULL)
			letter = '\0';
		rows.row[rows.n++] = (struct row){ option, letter, -1, (int)i };
	}
	return rows;
}

/* The two tables that getopt_long() wants. */
struct getopt_tables {
	char letters[3 + 2 * ROWS_MAX];
	struct option names[ROWS_MAX + 1];
};

static struct getopt_tables
tables_of(const struct verb *verb, const struct rows *rows)
{
	struct getopt_tables tables = { .letters = "" };
	size_t at = 0;

	if ((verb->options & VERB_SOLARIS) != 0)
		tables.letters[at++] = '+';
	tables.letters[at++] = ':';
	for (int i = 0; i < rows->n; i++) {
		const struct row *row = &rows->row[i];
		bool takes = row->option->argument != NULL;

		tables.names[i] = (struct option){ row->option->name,
			takes ? required_argument : no_argument, NULL,
			LONG_NAME + i };
		if (row->letter == '\0')
			continue;
		tables.letters[at++] = row->letter;
		if (takes)
			tables.letters[at++] = ':';
	}
	return tables;
}

/* The long name that is nearest to what was typed, "--NAME" of any kind. */
static const char *
nearest_name(const struct rows *rows, const char *typed)
{
	struct idm_nearest nearest;
	char name[64] = "";
	size_t len = strcspn(typed, "=");

	if (len >= sizeof(name))
		return NULL;
	memcpy(name, typed, len);
	nearest = idm_nearest_to(name);
	for (int i = 0; i < rows->n; i++)
		idm_nearest_try(&nearest, rows->row[i].option->name);
	return nearest.best;
}

static enum idm_status
refuse_unknown(const struct rows *rows, const char *word, struct idm_err *err)
{
	const char *near;

	if (optopt >= LONG_NAME)
		return idm_fail(err, IDM_INVALID, "--%s takes no argument",
		    rows->row[optopt - LONG_NAME].option->name);
	if (optopt != 0)
		return idm_fail(
		    err, IDM_INVALID, "'-%c' is no option of it", optopt);
	near = nearest_name(rows, word + 2);
	return idm_fail(err, IDM_INVALID, "'%.64s' is no option of it%s%s%s",
	    word, near == NULL ? "" : "; did you mean '--",
	    near == NULL ? "" : near, near == NULL ? "" : "'?");
}

static enum idm_status
refuse_bare(const struct rows *rows, struct idm_err *err)
{
	const struct row *row = optopt >= LONG_NAME
	    ? &rows->row[optopt - LONG_NAME]
	    : find_letter(rows, optopt);

	if (optopt >= LONG_NAME)
		return idm_fail(err, IDM_INVALID, "--%s needs an argument: %s",
		    row->option->name, row->option->argument);
	return idm_fail(err, IDM_INVALID, "-%c needs an argument: %s", optopt,
	    row->option->argument);
}

static void
take(const struct row *row, struct verb_call *call, bool *help)
{
	if (row->own >= 0) {
		call->given[row->own] = true;
		call->value[row->own] = optarg;
	} else if (row->shared == SHARED_JSON) {
		call->json = true;
	} else if (row->shared == SHARED_DRY_RUN) {
		call->dry_run = true;
	} else {
		*help = true;
	}
}

enum idm_status
verb_options_parse(const struct verb *verb, int argc, char **argv,
    struct verb_call *call, bool *help, struct idm_err *err)
{
	struct rows rows = rows_of(verb);
	struct getopt_tables tables = tables_of(verb, &rows);
	int got;

	*help = false;
	opterr = 0;
	/* A batch parses many lines: begin anew. */
	optind = 0;
	while ((got = getopt_long(
		    argc, argv, tables.letters, tables.names, NULL)) != -1) {
		if (got == '?')
			return refuse_unknown(&rows, argv[optind - 1], err);
		if (got == ':')
			return refuse_bare(&rows, err);
		take(got >= LONG_NAME ? &rows.row[got - LONG_NAME]
				      : find_letter(&rows, got),
		    call, help);
	}
	call->argc = argc - optind;
	call->argv = argv + optind;
	return IDM_OK;
}

void
verb_synopsis_put(FILE *out, const char *progname, const struct verb *verb)
{
	struct cli_synopsis line = { .out = out };
	struct rows rows = rows_of(verb);

	line.indent = fprintf(out, "usage: %s", progname);
	line.column = line.indent + fprintf(out, " %s", verb->name);
	for (int i = 0; i < rows.n; i++) {
		const struct verb_option *option = rows.row[i].option;
		char text[96];
		struct idm_buf buf;

		if (rows.row[i].shared == SHARED_HELP)
			continue;
		idm_buf_init_fixed(&buf, text, sizeof(text));
		if (rows.row[i].letter != '\0')
			idm_buf_printf(&buf, "-%c", rows.row[i].letter);
		else
			idm_buf_printf(&buf, "--%s", option->name);
		if (option->argument != NULL)
			idm_buf_printf(&buf, " %s", option->argument);
		cli_synopsis_put(&line, "[", idm_buf_text(&buf), "]");
	}
	if (verb->synopsis[0] != '\0')
		cli_synopsis_put(&line, "", verb->synopsis, "");
	fputc('\n', out);
}

void
verb_options_put(FILE *out, const struct verb *verb)
{
	struct rows rows = rows_of(verb);

	for (int i = 0; i < rows.n; i++)
		cli_put_option(out, rows.row[i].letter,
		    rows.row[i].option->name, rows.row[i].option->argument,
		    rows.row[i].option->brief);
}
