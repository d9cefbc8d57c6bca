/*
 * mapopts -- the options of idadmin, attradmin and uidadmin.
 *
 * One table for the three; which of them a tool has is what its forms say.
 */

#ifndef IDM_CLI_MAPOPTS_H
#define IDM_CLI_MAPOPTS_H

#include "cli/options.h"

enum {
	/* Rows of the table, in the order of the synopsis. */
	OPT_SCHEME,
	OPT_ATTRIBUTE,
	OPT_ADD,
	OPT_DELETE,
	OPT_REMOTE,
	OPT_LOGNAME,
	OPT_VALUE, /* -l as attradmin has it: any text, no login */
	OPT_INSTALL,
	OPT_DROP,
	OPT_USER,
	OPT_SECURE,
	OPT_CHECK,
	OPT_FIX,
	OPT_TEST,
	OPT_IMPORT,
	OPT_EXPORT,
	OPT_NSS,
	OPT_ANSWERS,
	OPT_FORCE,
	OPT_PRIVILEGED,
	OPT_DRY_RUN,
	OPT_JSON,
	OPT_HELP,
	OPT_VERSION,
	OPT_COUNT
};

extern const struct cli_option cli_map_options[OPT_COUNT];

/* The forms that every tool has; they override all others. */
int cli_run_help(const struct cli_request *);
int cli_run_version(const struct cli_request *);
#define CLI_COMMON_FORMS                                                       \
	{ .action = OPT_HELP, .overrides = true, .run = cli_run_help },        \
	{                                                                      \
		.action = OPT_VERSION, .overrides = true,                      \
		.run = cli_run_version                                         \
	}

/* The tools. */
extern const struct cli_tool cli_idadmin;
extern const struct cli_tool cli_attradmin;
extern const struct cli_tool cli_uidadmin;

/* Parse, run, and say what is wrong: all that main() does. */
int cli_main(const struct cli_tool *, int argc, char **argv);

#endif
