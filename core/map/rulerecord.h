/*
 * rulerecord -- the records of name rules.
 *
 *   key (less its end)    value  holds
 *   w/KIND, n/KIND        S      a ruleset, as schemes have it (format.h)
 *   w/KIND/e/REMOTE ...   R      the rules of one remote name, by their rank
 *   w/KIND/p/SHAPE/TEXT   R      the same, where the name is a wildcard
 *   rules                 C      how many rules there are, and the next id
 *
 * What REMOTE is, rulekey.h says.  A rule of both directions stands in two
 * lists, the same in both.
 */

#ifndef IDM_MAP_RULERECORD_H
#define IDM_MAP_RULERECORD_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "rules/namerule.h"

#define IDM_RULES_KEY "rules"

struct idm_rule_count {
	uint64_t rules;
	uint64_t next; /* the next rule's id */
};

void idm_rule_count_write(struct idm_buf *, const struct idm_rule_count *);
enum idm_status idm_rule_count_read(struct idm_str value,
    struct idm_rule_count *, struct idm_err *) IDM_MUSTCHECK;

/*
 * idm_rule_list_next() is to be called n times; it checks lengths and numbers,
 * not whether the rule passes idm_namerule_check().
 */
void idm_rule_list_write(
    struct idm_buf *, const struct idm_namerule *, uint32_t n);
enum idm_status idm_rule_list_read(struct idm_str value, struct idm_cursor *,
    uint32_t *n, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_rule_list_next(
    struct idm_cursor *, struct idm_namerule *, struct idm_err *) IDM_MUSTCHECK;

#endif
