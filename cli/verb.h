/*
 * verb -- the subcommands of idmap(8): a table, and main() around it.
 *
 * A verb is a row: its name, operands and one-line description are what
 * "idmap help" prints, and its function gets the operands and the options
 * that all verbs share.
 */

#ifndef IDM_CLI_VERB_H
#define IDM_CLI_VERB_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

#include "cli/options.h"

enum verb_exit {
	VERB_SUCCESS = 0,
	VERB_FAILURE = 1, /* asked, tried, and it did not work */
	VERB_USAGE = 2,   /* not asked properly */
	VERB_ABSENT = 3,  /* asked properly; there is no such thing */
};

/* Options that verbs share; a verb says which of them it takes. */
#define VERB_JSON    0x1u /* --json: for machines */
#define VERB_DRY_RUN 0x2u /* -n, --dry-run: say what would change */

struct verb_call {
	bool json;
	bool dry_run;
	int argc; /* operands only */
	char **argv;
	struct cli_request request; /* the whole command, for the log */
};

struct verb {
	const char *name;
	const char *synopsis; /* operands, as printed in the manual */
	const char *brief;    /* imperative, no full stop */
	const char *help;     /* what "idmap help NAME" adds; lines */
	int argmin;
	int argmax;
	unsigned options; /* VERB_JSON | VERB_DRY_RUN */
	enum verb_exit (*run)(const struct verb_call *);
};

/* Run the verb that argv names; the result is main()'s exit status. */
int verb_main(const char *progname, const struct verb *table, size_t n,
    int argc, char **argv);

/* How a verb ends whose work came to this; nothing is printed. */
enum verb_exit verb_exit_of(enum idm_status);

/* The verbs, each in verb_NAME.c. */
enum verb_exit verb_apply(const struct verb_call *);
enum verb_exit verb_backup(const struct verb_call *);
enum verb_exit verb_check(const struct verb_call *);
enum verb_exit verb_restore(const struct verb_call *);
enum verb_exit verb_status(const struct verb_call *);
enum verb_exit verb_verify(const struct verb_call *);

#endif
