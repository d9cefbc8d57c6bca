/*
 * transact -- batches of idmap(8): many commands, one change of the map.
 *
 * Commands that read answer at once, from the maps as they were before the
 * batch.  Commands that change make their changes in one rewrite of the map,
 * which is committed at the end of the batch, and only if every command went
 * well (with --keep-going: those that did).  What they have to say of success
 * is printed after that.
 *
 * The lock is taken at the first change, after the rest of the input was read:
 * nobody waits for whoever writes the batch.
 */

#ifndef IDM_CLI_TRANSACT_H
#define IDM_CLI_TRANSACT_H

#include "cli/update.h"
#include "cli/verb.h"

struct batch_options {
	const char *file; /* NULL or "-": standard input */
	bool keep_going;
	bool dry_run;
};

/* Run a batch: the result is main()'s exit status, 0 or 1. */
int batch_run(const char *progname, const struct batch_options *,
    const struct cli_request *);

/* The rest of the input is not read: "exit". */
void batch_end(struct verb_batch *);

/*
 * What verbs that may stand in a batch call instead of cli_update_run(): alone
 * it does just that; in a batch the change is made at once and committed with
 * all others.  A change that fails must leave the rewrite as it found it.
 */
enum idm_status verb_update(
    const struct verb_call *, struct cli_update *, cli_change *);

/*
 * Print lines on standard output that say what an update has changed: at once,
 * or of a batch when all of it has.
 */
void verb_print(const struct verb_call *, const struct idm_buf *);

#endif
