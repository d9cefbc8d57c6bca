/*
 * options -- command lines by table: parsed, checked and explained.
 *
 * A tool is a table of options and a table of forms, the lines of its
 * synopsis.  A form has at most one option that asks for it, its action; the
 * others are what it needs and what it admits.  From the two tables come the
 * parser, the usage, --help, and the test that the manual is complete.
 *
 * Parsing has no side effects: it prints nothing, reorders nothing, keeps no
 * state and allocates nothing.
 */

#ifndef IDM_CLI_OPTIONS_H
#define IDM_CLI_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"

#define CLI_OPTIONS_MAX 64
#define CLI_BIT(row)    (UINT64_C(1) << (row))
#define CLI_NO_ACTION   CLI_OPTIONS_MAX /* a form that no option asks for */

struct cli_option {
	char letter;          /* '\0': only a long name */
	const char *name;     /* the long name, without its dashes */
	const char *argument; /* its word in the synopsis; NULL: takes none */
	const char *brief;    /* for --help; may have several lines */
};

struct cli_request;

struct cli_form {
	unsigned action;     /* row of the option that asks for it */
	uint64_t needs;      /* bits of rows */
	uint64_t admits;     /* bits of rows */
	const char *operand; /* word of the one operand it admits, or NULL */
	bool overrides;      /* taken whatever else is given; in no synopsis */
	bool root;           /* only root may: the tool's main() looks */
	/* Do it; the result is main()'s exit status. */
	int (*run)(const struct cli_request *);
};

struct cli_tool {
	const char *name;
	const char *brief; /* imperative, no full stop */
	const struct cli_option *options;
	unsigned noptions;
	/* By row: what --help says here instead of the option's own; NULL. */
	const char *const *briefs;
	const struct cli_form *forms;
	unsigned nforms;
	const char *notes; /* the end of --help: examples, files */
};

/* A command line that makes sense.  Texts are lent from argv. */
struct cli_request {
	const struct cli_tool *tool;
	const struct cli_form *form;
	int argc;
	char *const *argv;
	uint64_t given; /* bits of rows */
	const char *value[CLI_OPTIONS_MAX];
	const char *operand;
};

/* Parse and check argv.  IDM_INVALID: err says what is wrong with it. */
enum idm_status cli_parse(const struct cli_tool *, int argc, char *const *argv,
    struct cli_request *, struct idm_err *) IDM_MUSTCHECK;

/* Was the option of this row given? */
bool cli_given(const struct cli_request *, unsigned row);

/*
 * Print the part of the synopsis that a mistaken command line was about: the
 * forms of the actions in it, or all of them when there was none.
 */
void cli_usage_for(
    const struct cli_tool *, int argc, char *const *argv, FILE *);

/* Print the synopsis; the synopsis and everything else there is to say. */
void cli_usage(const struct cli_tool *, FILE *);
void cli_help(const struct cli_tool *, FILE *);

#endif
