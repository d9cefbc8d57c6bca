/*
 * ruletarget -- the local account that a name rule leads to.
 */

#ifndef IDM_CLI_RULETARGET_H
#define IDM_CLI_RULETARGET_H

#include "base/err.h"
#include "rules/namerule.h"

/* Say on standard error when NSS and PAM will not follow the rule, and why. */
void rule_target_remark(const struct idm_namerule *);

/* May it be --privileged?  IDM_INVALID: it is not of two whole names. */
enum idm_status rule_target_privileged(
    const struct idm_namerule *, struct idm_err *) IDM_MUSTCHECK;

#endif
