/*
 * maps -- the maps of this host, opened for reading by a tool.
 *
 * Reading takes no lock.  What cannot be read is explained, with what the
 * administrator can do about it.
 */

#ifndef IDM_CLI_MAPS_H
#define IDM_CLI_MAPS_H

#include "map/edit.h"
#include "map/snapshot.h"

#include "cli/options.h"

/* The scheme (-S) or attribute (-A) that a request names; NULL when none. */
struct idm_ruleset_name cli_ruleset_of(const struct cli_request *);

/* The local name that a request gives with -l; NULL when none. */
const char *cli_local_of(const struct cli_request *);

/* "scheme" or "attribute", for messages. */
const char *cli_kind_word(enum idm_ruleset_kind);

/* Put behind an error what can be done about it. */
enum idm_status cli_advise(struct idm_err *, enum idm_status);

/* Open the maps.  The text of a failure ends in advice. */
enum idm_status cli_maps_open(
    struct idm_maps **, struct idm_err *) IDM_MUSTCHECK;

/* Read the record of a ruleset.  IDM_NOTFOUND: there is none of this name. */
enum idm_status cli_ruleset_read(const struct idm_view *,
    struct idm_ruleset_name, struct idm_ruleset *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Call each() with every ruleset of a kind, by name; stop at the first
 * failure and return it.
 */
enum idm_status cli_ruleset_each(const struct idm_view *, enum idm_ruleset_kind,
    enum idm_status (*each)(void *context, struct idm_str name,
	const struct idm_ruleset *, struct idm_err *),
    void *context, struct idm_err *) IDM_MUSTCHECK;

#endif
