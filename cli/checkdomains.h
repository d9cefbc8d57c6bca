/*
 * checkdomains -- what is wrong with the domains of this host.
 */

#ifndef IDM_CLI_CHECKDOMAINS_H
#define IDM_CLI_CHECKDOMAINS_H

#include "map/snapshot.h"

#include "cli/finding.h"

/*
 * Are the files of domains.d in force, do ranges keep clear of the host's own
 * ids, is there room left, and are the allocations there?
 */
void cli_check_domains(const struct idm_maps *, cli_finding *, void *context);

#endif
