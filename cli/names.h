/*
 * names -- the names files of domains, compiled into the map.
 *
 * The domains must be in force already: the numbers of some are given by
 * idmapd, which judges by the map in place.  So this is an update of its own,
 * behind that of the domains, and what can be seen of a file without numbers
 * is looked at before that.
 */

#ifndef IDM_CLI_NAMES_H
#define IDM_CLI_NAMES_H

#include <jansson.h>
#include <stdbool.h>

#include "config/domains.h"
#include "map/snapshot.h"

#include "cli/options.h"

struct cli_names {
	const struct cli_request *request;
	bool dry_run;
	bool force_move; /* numbers may move */
	bool anew;       /* also files that did not change */
	/* Out: an array of {domain, users, groups, moves}.  The caller's. */
	json_t *changes;
};

/*
 * Compile what is new.  A failure was printed.  IDM_CONFLICT: numbers would
 * move; they were printed, and nothing has changed.
 */
enum idm_status cli_names_apply(struct cli_names *) IDM_MUSTCHECK;

/*
 * Is what the map has of a domain in force compiled from what its file says
 * now?  IDM_CONFLICT: no.  Otherwise, why the names file cannot be looked at.
 */
enum idm_status cli_names_current(const struct idm_maps *,
    const struct idm_domain *, const struct idm_domain_file *,
    struct idm_err *) IDM_MUSTCHECK;

/* Lines for people: whose names were compiled. */
void cli_names_describe(const json_t *changes, struct idm_buf *);

#endif
