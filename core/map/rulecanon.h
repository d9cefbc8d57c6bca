/*
 * rulecanon -- the names of a new rule become those that lookups will use.
 *
 * As idmap(1M) says it: a well-known name gets its own spelling and domain,
 * which may be none, BUILTIN or the host's name; any other bare name gets the
 * default domain, when there is one or as soon as there is.  A domain that was
 * given stays as it was written; that its other names mean the same is the
 * affair of rulekey.h.
 */

#ifndef IDM_MAP_RULECANON_H
#define IDM_MAP_RULECANON_H

#include "rules/namerule.h"

#define IDM_HOST_NAME_MAX 64

/* This host's name up to its first dot, in text; "localhost" without one. */
const char *idm_host_name(char text[static IDM_HOST_NAME_MAX + 1]);

/*
 * by_default: the default domain; "" when there is none.  Texts become lent
 * from host, by_default or the table, or stay.
 */
void idm_namerule_canonicalise(
    struct idm_namerule *, const char *by_default, const char *host);

#endif
