/*
 * gids -- the list of groups that glibc lends to initgroups_dyn, and grows.
 *
 * The list begins with what glibc and earlier services put there.  No number
 * is added twice, nor the primary group, nor (gid_t)-1, which means "none".
 */

#ifndef IDM_NSS_GIDS_H
#define IDM_NSS_GIDS_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>

struct nss_gids {
	gid_t primary;
	long used;    /* numbers in the list */
	long *size;   /* numbers it has room for */
	gid_t **list; /* of malloc(); may move */
	long limit;   /* the most it may hold; 0 or less: no limit */
	bool out_of_memory;
};

/*
 * Add a number to the struct nss_gids at context.  False when no further one
 * can be added: the limit is reached, or out_of_memory is set.
 */
bool nss_gids_add(void *context, uint32_t gid);

/* The same for a number that is not in the list yet, unless it is primary. */
bool nss_gids_add_new(struct nss_gids *, uint32_t gid);

#endif
