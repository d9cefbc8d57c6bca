/*
 * fix -- -f: puts a map in order and asks about each bad entry.
 *
 * The dialogue works on what was read at its beginning and holds no lock.
 * What it decided is made in one step at its end; if an entry in question has
 * changed meanwhile, or the answers end early, nothing is changed.
 */

#ifndef IDM_CLI_FIX_H
#define IDM_CLI_FIX_H

#include "cli/options.h"

/* Of the ruleset in the database, or of the operand's text file. */
int cli_fix(const struct cli_request *);

#endif
