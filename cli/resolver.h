/*
 * resolver -- what the tools resolve identities with: the maps of this moment,
 * this host's name, and idmapd for what is allocated.
 *
 * Nothing is asked of idmapd before somebody needs it.
 */

#ifndef IDM_CLI_RESOLVER_H
#define IDM_CLI_RESOLVER_H

#include "map/rulecanon.h"
#include "resolve/resolve.h"
#include "state/remote.h"

struct cli_resolver {
	struct idm_maps *maps;
	struct idm_remote *remote;
	struct idm_allocator allocator;
	char host[IDM_HOST_NAME_MAX + 1];
	struct idm_resolver resolver; /* create and trace are the caller's */
};

/* The text of a failure ends in advice.  Close it, whatever became of it. */
enum idm_status cli_resolver_open(
    struct cli_resolver *, struct idm_err *) IDM_MUSTCHECK;
void cli_resolver_close(struct cli_resolver *);

/* Append an identity as idmap shows it: "usid:S-1-5-21-1-2-3-1107". */
void cli_identity_put(struct idm_buf *, const struct idm_resolved *);

/* Append "Name Rule", "Backend rid". */
void cli_method_put(struct idm_buf *, const struct idm_resolution *);

#endif
