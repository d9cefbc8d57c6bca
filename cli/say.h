/*
 * say -- what a tool says to people, on standard error.
 *
 * One line a message: the program's name, a colon, the text.  The text may
 * carry what strangers typed: control characters and bytes that are no UTF-8
 * come out as \xHH, so that no name can drive a terminal.
 */

#ifndef IDM_CLI_SAY_H
#define IDM_CLI_SAY_H

#include <stdbool.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/cursor.h"

/* The name in front of every message; lent for good. */
void cli_say_as(const char *program);

/* An error; a remark on something that succeeded. */
void cli_error(const char *, ...) IDM_PRINTF(1, 2);
void cli_note(const char *, ...) IDM_PRINTF(1, 2);

/*
 * What follows is about a line of a batch: the first error gets a line in
 * front that says which.  Line 0: no more.  Was there an error since?
 */
void cli_say_at_line(unsigned long number, struct idm_str line);
bool cli_said_at_line(void);

/* Append text, or print it, with everything unprintable as \xHH. */
void cli_clean(struct idm_buf *, struct idm_str text);
void cli_put(FILE *, struct idm_str text);

/* Print text on standard output as it is: lines of our own making. */
void cli_print(const struct idm_buf *);

/*
 * Flush standard output.  False, with a message, when something that was
 * printed is lost: that must not look like success.
 */
bool cli_flush(void);

#endif
