/*
 * nearest -- the word that somebody may have meant.
 */

#ifndef IDM_BASE_NEAREST_H
#define IDM_BASE_NEAREST_H

struct idm_nearest {
	const char *word; /* as it was typed */
	const char *best; /* NULL: nothing is near */
	unsigned distance;
};

/* Begin with a word; then try all that it could have been. */
struct idm_nearest idm_nearest_to(const char *word);
void idm_nearest_try(struct idm_nearest *, const char *candidate);

#endif
