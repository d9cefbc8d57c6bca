/*
 * checkdomains -- what is wrong with the domains of this host.
 */

#ifndef IDM_CLI_CHECKDOMAINS_H
#define IDM_CLI_CHECKDOMAINS_H

#include <stdbool.h>

#include "map/snapshot.h"

/* Told each finding; one that is good is a remark. */
typedef void cli_finding(
    void *context, const char *check, bool is_good, const char *text);

/*
 * Are the files of domains.d in force, do ranges keep clear of the host's own
 * ids, is there room left, and are the allocations there?
 */
void cli_check_domains(const struct idm_maps *, cli_finding *, void *context);

#endif
