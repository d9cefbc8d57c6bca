/*
 * domainrange -- ids for a new domain, that nobody else has.
 */

#ifndef IDM_CLI_DOMAINRANGE_H
#define IDM_CLI_DOMAINRANGE_H

#include <stdint.h>

#include "base/err.h"

/*
 * The next free range: above all domains, of 100 million ids; or, when that
 * does not fit below the limit, the first gap; or a smaller one.  Kept clear
 * of domains that are or were, of local accounts and groups and of subordinate
 * ids.  IDM_EXHAUSTED.
 */
enum idm_status cli_domain_free_range(
    uint32_t *low, uint32_t *high, struct idm_err *) IDM_MUSTCHECK;

#endif
