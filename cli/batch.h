/*
 * batch -- the lines of a batch of idmap(8), taken apart into words.
 *
 * White space parts words.  Double quotes are taken away and what is between
 * them belongs to the word, "" being an empty one; a backslash makes the next
 * byte an ordinary one, also between quotes.  A line that ends in a word of
 * only a backslash goes on in the next line.  A word that begins with '#'
 * begins a comment.  Lines may be of any length and may end in CR LF.
 *
 * Pure: bytes to words, no I/O.
 */

#ifndef IDM_CLI_BATCH_H
#define IDM_CLI_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

/* The words of one command.  Owns them; batch_fini() gives them back. */
struct batch_words {
	struct idm_buf bytes; /* each with a NUL behind it */
	size_t *at;           /* where each begins */
	size_t n;
	size_t size;
	char **argv; /* made by batch_words() */
};

void batch_init(struct batch_words *);
void batch_fini(struct batch_words *);
/* Forget all words, for the next command, and begin with the program's name. */
enum idm_status batch_begin(
    struct batch_words *, const char *progname, struct idm_err *) IDM_MUSTCHECK;

/*
 * Add the words of a line, which may have its newline yet.  *more: the command
 * goes on in the next line.  IDM_INVALID: a quote is not closed, or there is a
 * NUL in it; the words are those of no command then.
 */
enum idm_status batch_line(struct batch_words *, struct idm_str line,
    bool *more, struct idm_err *) IDM_MUSTCHECK;

/* The words as main() gets them, NULL behind the last; lent until the next. */
enum idm_status batch_argv(struct batch_words *, int *argc, char ***argv,
    struct idm_err *) IDM_MUSTCHECK;

#endif
