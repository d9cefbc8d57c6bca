/*
 * checknames -- what is wrong with the own identities of names files.
 */

#ifndef IDM_CLI_CHECKNAMES_H
#define IDM_CLI_CHECKNAMES_H

#include "map/snapshot.h"

#include "cli/finding.h"

/*
 * Are the names files in force, and has no own identity the name or the number
 * of an account of this host?
 */
void cli_check_names(const struct idm_maps *, cli_finding *, void *context);

#endif
