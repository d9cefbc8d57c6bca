#include <string.h>

#include "cli/maps.h"
#include "cli/say.h"
#include "cli/serving.h"

/*
 * Does a descriptor split whatever another one splits?  In a name of the
 * other's, it finds those separators of the other's that are also its own;
 * they must be exactly the ones that it wants, in its order.
 */
static bool
splits_all_of(
    const struct idm_descriptor *descriptor, const struct idm_descriptor *other)
{
	int wanted = descriptor->nfields - 1;
	int at = 0;

	for (int i = 0; i < other->nfields - 1; i++) {
		char found = other->separator[i];

		if (memchr(descriptor->separator, found, (size_t)wanted) ==
		    NULL)
			continue;
		if (at == wanted || descriptor->separator[at] != found)
			return false;
		at++;
	}
	return at == wanted;
}

const struct idm_serving *
cli_hidden_by(const struct idm_maps *maps, uint32_t place)
{
	for (uint32_t i = 0; i < place; i++)
		if (splits_all_of(&maps->serving[i].descriptor,
			&maps->serving[place].descriptor))
			return &maps->serving[i];
	return NULL;
}

void
cli_note_hidden(const char *scheme)
{
	struct idm_maps *maps = NULL;
	struct idm_err err;

	if (cli_maps_open(&maps, &err) != IDM_OK)
		return;
	for (uint32_t i = 0; i < maps->nserving; i++) {
		const char *hidden = maps->serving[i].scheme;
		const struct idm_serving *by = cli_hidden_by(maps, i);

		if (by == NULL ||
		    (strcmp(hidden, scheme) != 0 &&
			strcmp(by->scheme, scheme) != 0))
			continue;
		cli_note(
		    "the name service asks '%s' first, which has every "
		    "name that '%s' can have: it never comes to '%s'; take "
		    "one of them from it with 'idadmin -S scheme --nss "
		    "no'",
		    by->scheme, hidden, hidden);
	}
	idm_maps_close(&maps);
}
