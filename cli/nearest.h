/*
 * nearest -- the word that somebody may have meant.
 */

#ifndef IDM_CLI_NEAREST_H
#define IDM_CLI_NEAREST_H

struct cli_nearest {
	const char *word; /* as it was typed */
	const char *best; /* NULL: nothing is near */
	unsigned distance;
};

/* Begin with a word; then try all that it could have been. */
struct cli_nearest cli_nearest_to(const char *word);
void cli_nearest_try(struct cli_nearest *, const char *candidate);

#endif
