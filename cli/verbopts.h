/*
 * verbopts -- the options of a verb: its own and those that verbs share.
 */

#ifndef IDM_CLI_VERBOPTS_H
#define IDM_CLI_VERBOPTS_H

#include <stdio.h>

#include "cli/verb.h"

/*
 * Parse the words behind a verb, of which argv[0] is the last word of its
 * name, into the call's options and operands.  *help: it was asked for, and
 * nothing else counts.  IDM_INVALID: err says what is wrong.  The words may be
 * reordered, unless the verb's options end at its first operand.
 */
enum idm_status verb_options_parse(const struct verb *, int argc, char **argv,
    struct verb_call *, bool *help, struct idm_err *) IDM_MUSTCHECK;

/* Print the verb's synopsis; its options, each with what it does. */
void verb_synopsis_put(FILE *, const char *progname, const struct verb *);
void verb_options_put(FILE *, const struct verb *);

#endif
