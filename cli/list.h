/*
 * list -- prints schemes and entries, for people, old scripts and programs.
 */

#ifndef IDM_CLI_LIST_H
#define IDM_CLI_LIST_H

#include "cli/options.h"

/* All schemes with their modes; all attribute maps. */
int cli_list_schemes(const struct cli_request *);
int cli_list_attributes(const struct cli_request *);

/*
 * The entries of the request's ruleset in the classic text form; with a
 * local name (-l) only those that map to it, without the descriptor's line.
 */
int cli_list_entries(const struct cli_request *);

/* --export: the same text form, to the operand's file if there is one. */
int cli_export(const struct cli_request *);

#endif
