/*
 * dialog -- asks the administrator what to do with a bad entry.
 *
 * Questions go to standard output, answers come from standard input or the
 * file of --answers, a line each.  An answer that makes no sense is asked for
 * again.  At the end of the input nothing more can be known: IDM_REFUSED, and
 * the caller drops all that was answered.
 */

#ifndef IDM_CLI_DIALOG_H
#define IDM_CLI_DIALOG_H

#include <stdio.h>

#include "base/cursor.h"
#include "base/err.h"
#include "rules/entry.h"

#include "cli/options.h"

enum cli_answer {
	CLI_ANSWER_SKIP, /* leave the entry as it is */
	CLI_ANSWER_CHANGE,
	CLI_ANSWER_DELETE,
};

struct cli_dialog {
	FILE *in;
	bool is_echoed; /* answers do not show by themselves */
	char *line;
	size_t size;
};

/* Begin, with --answers if the request has it. */
enum idm_status cli_dialog_open(const struct cli_request *, struct cli_dialog *,
    struct idm_err *) IDM_MUSTCHECK;
void cli_dialog_close(struct cli_dialog *);

/* What is to become of an entry. */
struct cli_verdict {
	enum cli_answer answer;
	struct idm_entry entry; /* what it is changed to; lends from below */
	char *remote;
	char *local;
};
void cli_verdict_free(struct cli_verdict *);

/*
 * Ask until there is an answer that can be obeyed: a changed entry must pass
 * check().  *verdict must be all zero before.
 */
enum idm_status cli_dialog_decide(struct cli_dialog *,
    const struct idm_entry *old,
    enum idm_status (*check)(
	void *context, const struct idm_entry *, struct idm_err *),
    void *context, struct cli_verdict *verdict, struct idm_err *) IDM_MUSTCHECK;

#endif
