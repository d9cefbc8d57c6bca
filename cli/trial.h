/*
 * trial -- a folder with the domains' files as they will be, where they are
 * tried before they take the place of those in IDM_DOMAINS_DIR.
 *
 * Nobody but the program has a use for its name: messages tell of the files
 * where they will be.
 */

#ifndef IDM_CLI_TRIAL_H
#define IDM_CLI_TRIAL_H

#include <stdbool.h>

#include "base/cursor.h"
#include "base/err.h"

struct cli_trial {
	char dir[32]; /* "" before it is made, and after it was removed */
};

/*
 * Make it, with a copy of each file that is there now.  After a failure, too,
 * it is to be removed.
 */
enum idm_status cli_trial_make(
    struct cli_trial *, struct idm_err *) IDM_MUSTCHECK;
void cli_trial_remove(struct cli_trial *);

/* Put a file of this name, or take one away, which need not be there. */
enum idm_status cli_trial_put(const struct cli_trial *, const char *name,
    struct idm_str text, struct idm_err *) IDM_MUSTCHECK;
enum idm_status cli_trial_drop(
    const struct cli_trial *, const char *name, struct idm_err *) IDM_MUSTCHECK;

/*
 * What was said of a file in the folder dir, which may be NULL, said of the
 * file that it will be.  Returns st.
 */
enum idm_status cli_trial_say(
    struct idm_err *out, enum idm_status st, const char *dir, const char *text);

#endif
