/*
 * directorychange -- which settings of a domain's directory change.
 *
 * What numbers are made of is compared by cli/domains.h; this is about whom to
 * ask, and how, and what is made of the answers.
 */

#ifndef IDM_CLI_DIRECTORYCHANGE_H
#define IDM_CLI_DIRECTORYCHANGE_H

#include <jansson.h>

#include "config/domainfile.h"
#include "map/rewrite.h"

/*
 * Put the names of settings that are others than in the rewrite into the
 * domain's entry of changes, as struct cli_domains has them; it gets one if it
 * has none.  A directory that comes or goes is a change of its domain.
 */
void cli_directory_changes(const struct idm_rewrite *,
    const struct idm_domain_file *, json_t *changes);

#endif
