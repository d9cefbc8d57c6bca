/*
 * rulekey -- under which names the name rules are stored and looked up.
 *
 * The rulesets are "w/uu", "w/ug", "w/gu", "w/gg" (Windows to UNIX; the UNIX
 * kind, then the Windows kind) with remote names NAME@DOMAIN, and "n/u", "n/g"
 * (UNIX to Windows; the UNIX kind) with remote names NAME.
 *
 * In a remote name, a '*' is the wildcard and nothing else is a pattern: what
 * the pattern engine or the descriptor would take for one of theirs is written
 * as '%' and two hex digits, a '%' too.  A '%' alone is an empty part: the
 * domain of names that belong to none.  Windows names and domains are folded:
 * what is stored by Unicode before it gets here, ASCII here.  A configured
 * domain has one name, that of its struct idm_domain.
 */

#ifndef IDM_MAP_RULEKEY_H
#define IDM_MAP_RULEKEY_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "identity/winname.h"
#include "map/domain.h"

#define IDM_RULE_SETS 6

/* Bytes of a remote name; every byte of a part may become three. */
#define IDM_RULE_REMOTE_MAX (3 * (IDM_WINNAME_MAX + IDM_DOMAIN_MAX) + 2)

/* A ruleset by its number: its kind, name and descriptor. */
struct idm_ruleset_of_rules {
	char kind; /* enum idm_ruleset_kind */
	const char *name;
	const char *descriptor;
};
extern const struct idm_ruleset_of_rules idm_rule_sets[IDM_RULE_SETS];

/* The numbers of the rulesets of one direction and kind. */
unsigned idm_rule_set_to_unix(bool win_is_group, bool unix_is_group);
unsigned idm_rule_set_to_windows(bool unix_is_group);

/* Append a part: of Windows with ASCII folded, of UNIX as it is. */
void idm_rule_key_windows(struct idm_buf *, struct idm_str);
void idm_rule_key_unix(struct idm_buf *, struct idm_str);

/* The name that all names of a configured domain share; others as they are. */
struct idm_str idm_rule_domain(const struct idm_domains *, struct idm_str);

#endif
