/*
 * run -- another program, asked for what it prints, with a deadline.
 *
 * No shell stands in between.  A name without '/' is looked for in the system's
 * folders, whatever the caller's PATH has.  The program gets a plain
 * environment (PATH and LC_ALL=C, and _NO_WINBINDD=1 where we have it); what it
 * writes to standard error goes to ours.  One that is not done by the deadline
 * is killed.
 */

#ifndef IDM_CLI_RUN_H
#define IDM_CLI_RUN_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

/*
 * Append what the program, with an empty standard input, prints to out.
 * IDM_NOTFOUND: there is no such program.  IDM_TEMPFAIL: it took too long.
 * IDM_SYSTEM: it failed; err names its exit status.  IDM_EXHAUSTED: it printed
 * more than out may hold.
 */
enum idm_status cli_run(const char *const *argv, unsigned deadline_ms,
    struct idm_buf *out, struct idm_err *) IDM_MUSTCHECK;

/* The same for one that reads input on its standard input. */
enum idm_status cli_run_with(const char *const *argv, struct idm_str input,
    unsigned deadline_ms, struct idm_buf *out, struct idm_err *) IDM_MUSTCHECK;

#endif
