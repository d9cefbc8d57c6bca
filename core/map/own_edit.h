/*
 * own_edit -- the own identities of a domain are replaced.
 *
 * Full library only.  On a rewrite of map.gdbm; the policy epoch is raised.
 * Records are read back before they are kept, so that what the name service
 * would refuse is refused here.
 */

#ifndef IDM_MAP_OWN_EDIT_H
#define IDM_MAP_OWN_EDIT_H

#include <stddef.h>

#include "base/err.h"
#include "map/own.h"
#include "map/rewrite.h"

/* A user with the gids of the groups it is in, its primary one apart. */
struct idm_own_member {
	struct idm_own_user user;
	struct idm_str account;    /* the Windows name in its own case */
	struct idm_str other_name; /* an override's, as a key; or empty */
	const uint32_t *gid;       /* ascending, each once */
	uint32_t ngids;
};

struct idm_own_group_of {
	struct idm_own_group group; /* its cursor is not used */
	struct idm_str account;
	struct idm_str other_name;
	const struct idm_str *member; /* shown names */
};

/*
 * All records of one, each handed to the sink: key less its end, and value.
 * What is read back first, as above, is refused with the reason alone.
 */
typedef enum idm_status idm_own_sink(
    void *context, struct idm_str key, struct idm_str value, struct idm_err *);
enum idm_status idm_own_user_records(const struct idm_own_member *,
    idm_own_sink *, void *context, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_own_group_records(const struct idm_own_group_of *,
    idm_own_sink *, void *context, struct idm_err *) IDM_MUSTCHECK;

/*
 * Put these records in the place of all that the domain had.  The fingerprint
 * is kept with them; 0 and no records: the domain has none any more.  err names
 * the identity that is refused; after a failure the rewrite is to be given up.
 */
enum idm_status idm_own_replace(struct idm_rewrite *, const char *domain,
    uint64_t fingerprint, const struct idm_own_member *, size_t nusers,
    const struct idm_own_group_of *, size_t ngroups,
    struct idm_err *) IDM_MUSTCHECK;

#endif
