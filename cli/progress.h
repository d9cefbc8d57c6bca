/*
 * progress -- how far a long job is, for people who wait at a terminal.
 */

#ifndef IDM_CLI_PROGRESS_H
#define IDM_CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct cli_progress {
	const char *what;
	bool is_wanted; /* standard error is a terminal */
	bool is_shown;
	struct timespec last;
};

struct cli_progress cli_progress_begin(const char *what);

/* Show it, when half a second went by.  An idm_progress. */
void cli_progress_show(void *progress, uint64_t done, uint64_t total);

/* Wipe what was shown. */
void cli_progress_end(struct cli_progress *);

#endif
