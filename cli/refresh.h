/*
 * refresh -- one identity of a directory, asked afresh and seen in the cache.
 *
 * idmapd forgets what it remembers, asks the directory, whatever the cache
 * has, and the keeper publishes what came of it.  That this was published is
 * looked up in the file that everybody reads, so that the next look-up is
 * known to have it.
 */

#ifndef IDM_CLI_REFRESH_H
#define IDM_CLI_REFRESH_H

#include "base/err.h"
#include "identity/idtype.h"
#include "identity/name.h"

struct cli_refreshed {
	char name[IDM_OWN_MAX + 1];      /* as shown; as asked, if it is gone */
	char domain[IDM_DOMAIN_MAX + 1]; /* whose directory was asked */
	bool was_cached;                 /* before; so old: */
	uint64_t age_s;
	bool is_there; /* now; else the directory has no such account ... */
	bool is_group;
	bool is_equal; /* ... or it is an alias: name is whose */
	uint32_t id;
	bool has_groups; /* of a user: so many beside the primary one: */
	uint32_t ngroups;
	struct idm_err why; /* unless is_there */
};

/*
 * Root's.  IDM_NOTFOUND: it is in no domain with a directory.  IDM_TEMPFAIL:
 * nobody could be asked, or what was told is not in the cache in time.
 */
enum idm_status cli_refresh(const struct idm_identity *, struct cli_refreshed *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
