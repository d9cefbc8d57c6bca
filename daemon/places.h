/*
 * places -- from 64-bit handles to places in somebody's array.
 *
 * Open addressing, never full.  Where a handle stands nobody can foresee, so
 * handles that were made to stand at one place do not.
 */

#ifndef IDM_DAEMON_PLACES_H
#define IDM_DAEMON_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLACES_NONE UINT32_MAX

/* All zero at the start. */
struct places {
	uint64_t *handle;
	uint32_t *place; /* PLACES_NONE: free */
	size_t n;
	size_t room;  /* a power of two */
	uint64_t odd; /* random */
};

void places_fini(struct places *);

/* The place of a handle, or PLACES_NONE. */
uint32_t places_find(const struct places *, uint64_t handle);

/* Note one that is not there.  false: out of memory. */
bool places_add(struct places *, uint64_t handle, uint32_t place);
/* Of one that is there, have it lead elsewhere. */
void places_set(struct places *, uint64_t handle, uint32_t place);

#endif
