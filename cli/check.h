/*
 * check -- -c: tells what is wrong with a map, line by line.
 */

#ifndef IDM_CLI_CHECK_H
#define IDM_CLI_CHECK_H

#include <sys/stat.h>

#include "cli/options.h"
#include "cli/sheet.h"

/* Of the ruleset in the database, or of the operand's text file. */
int cli_check(const struct cli_request *);

/*
 * Read and inspect what the request names.  The sheet is freed by the
 * caller; logins are given for later judgements, and st is what the text
 * file was.
 */
enum idm_status cli_check_open(const struct cli_request *, struct cli_sheet *,
    struct cli_logins **, struct stat *, struct idm_err *) IDM_MUSTCHECK;

/* Print everything that is wrong with a line. */
void cli_check_print(const struct cli_sheet *, const struct cli_line *);

#endif
