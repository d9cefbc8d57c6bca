/*
 * census -- the accounts of this host, read again only when they have changed.
 *
 * For many threads that each need them for a moment.
 */

#ifndef IDM_RESOLVE_CENSUS_H
#define IDM_RESOLVE_CENSUS_H

#include "resolve/taken.h"

struct idm_census;

/* The folder's name is lent.  NULL: out of memory. */
struct idm_census *idm_census_new(const char *account_dir);
/* When all have left. */
void idm_census_free(struct idm_census **);

/* passwd and group as they are now; lent until idm_census_leave(). */
enum idm_status idm_census_enter(struct idm_census *, const struct idm_taken **,
    struct idm_err *) IDM_MUSTCHECK;
void idm_census_leave(struct idm_census *, const struct idm_taken *);

#endif
