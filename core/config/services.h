/*
 * services -- a list of name services, "files ldap", as nsswitch.conf has it.
 *
 * Full library only.  Names and blanks, no more: what is to happen when one
 * fails is not for the administrator to say here, because an answer that
 * depends on who is down would move numbers.
 */

#ifndef IDM_CONFIG_SERVICES_H
#define IDM_CONFIG_SERVICES_H

#include <stdbool.h>

#include "base/cursor.h"
#include "base/err.h"

/*
 * Take the next name, and the blanks around it, off the text.  False: there is
 * none.
 */
bool idm_services_next(struct idm_str *rest, struct idm_str *name);

/*
 * IDM_INVALID: it is no such list; or it names idmap, which would ask itself,
 * or compat, whose services stand elsewhere and may be idmap.
 */
enum idm_status idm_services_check(
    struct idm_str, struct idm_err *) IDM_MUSTCHECK;

#endif
