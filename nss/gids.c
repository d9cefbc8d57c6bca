#include <limits.h>
#include <stdlib.h>

#include "nss/gids.h"

#define FIRST_SIZE 16

static bool
contains(const struct nss_gids *gids, gid_t gid)
{
	for (long i = 0; i < gids->used; i++) {
		if ((*gids->list)[i] == gid)
			return true;
	}
	return false;
}

/* Make room for one more; the list is below its limit. */
static bool
grow(struct nss_gids *gids)
{
	const long most = LONG_MAX / (long)sizeof(gid_t);
	long size = FIRST_SIZE;
	gid_t *list;

	if (gids->used >= most)
		return false;
	if (gids->used >= FIRST_SIZE)
		size = gids->used > most / 2 ? most : gids->used * 2;
	if (gids->limit > 0 && size > gids->limit)
		size = gids->limit;
	list = realloc(*gids->list, (size_t)size * sizeof(*list));
	if (list == NULL)
		return false;
	*gids->list = list;
	*gids->size = size;
	return true;
}

bool
nss_gids_add_new(struct nss_gids *gids, uint32_t gid)
{
	if (gid == gids->primary || gid == (gid_t)-1)
		return true;
	if (gids->limit > 0 && gids->used >= gids->limit)
		return false;
	if (gids->used >= *gids->size && !grow(gids)) {
		gids->out_of_memory = true;
		return false;
	}
	(*gids->list)[gids->used++] = gid;
	return true;
}

bool
nss_gids_add(void *context, uint32_t gid)
{
	struct nss_gids *gids = context;

	return contains(gids, gid) || nss_gids_add_new(gids, gid);
}
