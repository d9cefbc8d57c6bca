/*
 * explain -- -t: what a remote name becomes, and why, step by step.
 */

#ifndef IDM_CLI_EXPLAIN_H
#define IDM_CLI_EXPLAIN_H

#include "cli/options.h"

/* Exit status 0: the name is mapped, to an account that exists. */
int cli_explain_scheme(const struct cli_request *);
int cli_explain_attribute(const struct cli_request *);

#endif
