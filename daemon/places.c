#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "daemon/places.h"

#define FIRST_ROOM 256

void
places_fini(struct places *places)
{
	free(places->handle);
	free(places->place);
	*places = (struct places){ .n = 0 };
}

/* Where a handle is, or the free slot where it would be. */
static size_t
slot_of(const struct places *places, uint64_t handle)
{
	uint64_t mixed = handle * places->odd;
	size_t at = (size_t)(mixed ^ mixed >> 32) & (places->room - 1);

	while (places->place[at] != PLACES_NONE && places->handle[at] != handle)
		at = (at + 1) & (places->room - 1);
	return at;
}

uint32_t
places_find(const struct places *places, uint64_t handle)
{
	return places->room == 0 ? PLACES_NONE
				 : places->place[slot_of(places, handle)];
}

static void
put(struct places *places, uint64_t handle, uint32_t place)
{
	size_t at = slot_of(places, handle);

	places->handle[at] = handle;
	places->place[at] = place;
	places->n++;
}

static bool
grow(struct places *places)
{
	struct places grown = {
		.room = places->room == 0 ? FIRST_ROOM : 2 * places->room,
		.odd = places->odd,
	};

	if (grown.odd == 0 &&
	    getrandom(&grown.odd, sizeof(grown.odd), 0) !=
		(ssize_t)sizeof(grown.odd))
		return false;
	grown.odd |= 1;
	grown.handle = calloc(grown.room, sizeof(*grown.handle));
	grown.place = calloc(grown.room, sizeof(*grown.place));
	if (grown.handle == NULL || grown.place == NULL) {
		places_fini(&grown);
		return false;
	}
	memset(grown.place, 0xff, grown.room * sizeof(*grown.place));
	for (size_t i = 0; i < places->room; i++) {
		if (places->place[i] != PLACES_NONE)
			put(&grown, places->handle[i], places->place[i]);
	}
	places_fini(places);
	*places = grown;
	return true;
}

bool
places_add(struct places *places, uint64_t handle, uint32_t place)
{
	if (4 * places->n >= 3 * places->room && !grow(places))
		return false;
	put(places, handle, place);
	return true;
}

void
places_set(struct places *places, uint64_t handle, uint32_t place)
{
	places->place[slot_of(places, handle)] = place;
}
