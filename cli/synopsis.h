/*
 * synopsis -- how the tools print what they take: lines of a synopsis that
 * are continued when they are full, and options with what they do.
 */

#ifndef IDM_CLI_SYNOPSIS_H
#define IDM_CLI_SYNOPSIS_H

#include <stdio.h>

/* A line that was begun; its continuations start at indent. */
struct cli_synopsis {
	FILE *out;
	int column;
	int indent;
};

/* Print a word, as before, word and after, on a new line when this is full. */
void cli_synopsis_put(struct cli_synopsis *, const char *before,
    const char *word, const char *after);

/*
 * Print an option of --help with its explanation, which may have several
 * lines.  letter '\0': only a long name; argument NULL: takes none.
 */
void cli_put_option(FILE *, char letter, const char *name, const char *argument,
    const char *brief);

#endif
