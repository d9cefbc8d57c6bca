/*
 * rulecheck -- name rules that do not do what they say.
 *
 * For "idmap check": rules behind others that always decide first, rules to
 * accounts that are not there, rules to system accounts that neither the name
 * service nor PAM will serve.  Nothing here prints.
 */

#ifndef IDM_CLI_RULECHECK_H
#define IDM_CLI_RULECHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "map/snapshot.h"

/*
 * Call found() for each finding, in the order in which the rules were added;
 * is_fault is false for what may be meant so.  IDM_CORRUPT; IDM_SYSTEM: the
 * accounts cannot be read.  *rules: how many there are.
 */
typedef void rulecheck_found(void *context, bool is_fault, const char *text);
enum idm_status rulecheck(const struct idm_maps *, const char *account_dir,
    rulecheck_found *, void *context, size_t *rules,
    struct idm_err *) IDM_MUSTCHECK;

#endif
