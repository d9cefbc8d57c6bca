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

#define VERB_BATCH   0x4u /* may stand in a batch */
/*
 * Solaris' verbs: options end at the first operand, and the exit status is 0
 * or 1, whatever went wrong.
 */
#define VERB_SOLARIS 0x8u

#define VERB_OWN_MAX 16

/* An option of one verb.  With argument it takes one, and argument names it. */
struct verb_option {
	char letter;          /* '\0': only a long name */
	const char *name;     /* the long name, without its dashes */
	const char *argument; /* NULL: takes none */
	const char *brief;    /* for "idmap help VERB" */
};

struct verb_batch;

struct verb_call {
	bool json;
	bool dry_run;
	int argc; /* operands only */
	char **argv;
	struct cli_request request; /* the whole command, for the log */
	/* By the row of verb->own: was it given, and its argument or NULL. */
	bool given[VERB_OWN_MAX];
	const char *value[VERB_OWN_MAX];
	struct verb_batch *batch; /* NULL: a command line of its own */
};

struct verb {
	const char *name;     /* may be several words: "domain list" */
	const char *synopsis; /* operands, as printed in the manual */
	const char *brief;    /* imperative, no full stop */
	const char *help;     /* what "idmap help NAME" adds; lines */
	int argmin;
	int argmax;
	unsigned options;              /* VERB_JSON | VERB_DRY_RUN ... */
	const struct verb_option *own; /* ended by a row without a name; NULL */
	enum verb_exit (*run)(const struct verb_call *);
};

/* Verbs under one title; "idmap help" prints the groups in their order. */
struct verb_group {
	const char *title;
	const struct verb *verbs; /* ended by a row without a name */
};

/* The groups, each in cli/verbs_NAME.c. */
extern const struct verb verbs_rules[];      /* Solaris' commands */
extern const struct verb verbs_identities[]; /* the host's and imported */
extern const struct verb verbs_domains[];
extern const struct verb verbs_state[];
extern const struct verb verbs_care[]; /* maps, settings, checks */

/* Run the verb that argv names; the result is main()'s exit status. */
int verb_main(const char *progname, const struct verb_group *, size_t n,
    int argc, char **argv);

/* Run the verb that argv[1] and on name: a line of main(), or of a batch. */
int verb_run(int argc, char **argv, struct verb_batch *);

/* How a verb ends whose work came to this; nothing is printed. */
enum verb_exit verb_exit_of(enum idm_status);

/* The verbs, each in verb_NAME.c. */
enum verb_exit verb_add(const struct verb_call *);
enum verb_exit verb_apply(const struct verb_call *);
enum verb_exit verb_backup(const struct verb_call *);
enum verb_exit verb_check(const struct verb_call *);
enum verb_exit verb_export(const struct verb_call *);
enum verb_exit verb_get_namemap(const struct verb_call *);
enum verb_exit verb_help(const struct verb_call *);
enum verb_exit verb_import(const struct verb_call *);
enum verb_exit verb_leave(const struct verb_call *);
enum verb_exit verb_list(const struct verb_call *);
enum verb_exit verb_remove(const struct verb_call *);
enum verb_exit verb_restore(const struct verb_call *);
enum verb_exit verb_set_namemap(const struct verb_call *);
enum verb_exit verb_status(const struct verb_call *);
enum verb_exit verb_unset_namemap(const struct verb_call *);
enum verb_exit verb_verify(const struct verb_call *);

/* Their own options, where they have some; in the same files. */
extern const struct verb_option verb_add_options[];
extern const struct verb_option verb_apply_options[];
extern const struct verb_option verb_export_options[];
extern const struct verb_option verb_import_options[];
extern const struct verb_option verb_list_options[];
extern const struct verb_option verb_namemap_options[];
extern const struct verb_option verb_remove_options[];

#endif
