/*
 * verify_rules -- do the records of name rules agree with one another?
 *
 * Full library only.  idm_verify() shows it every list of rules and the record
 * that counts them, and asks at the end whether the sum is right.
 */

#ifndef IDM_MAP_VERIFY_RULES_H
#define IDM_MAP_VERIFY_RULES_H

#include "map/changes.h"
#include "map/domain.h"
#include "map/rulerecord.h"
#include "map/verify.h"

struct idm_verify_rules {
	const struct idm_view *view;
	struct idm_verify_report *report;
	struct idm_domains domains;
	struct idm_changes *ids; /* of all rules, as keys */
	uint64_t rules;          /* that were seen; both directions count one */
	uint64_t highest;        /* id of them */
	bool is_counted;         /* the record was there, and said: */
	struct idm_rule_count count;
	bool out_of_memory;
};

/* To be given back with idm_verify_rules_fini() even after a failure. */
enum idm_status idm_verify_rules_init(struct idm_verify_rules *,
    const struct idm_view *, struct idm_verify_report *,
    struct idm_err *) IDM_MUSTCHECK;
void idm_verify_rules_fini(struct idm_verify_rules *);

/* Tell what is wrong with a list; its key has no end.  How many it has. */
uint32_t idm_verify_rules_list(
    struct idm_verify_rules *, struct idm_str key, struct idm_str value);

/* The record of the count; and, after all lists, whether it is right. */
void idm_verify_rules_count(
    struct idm_verify_rules *, struct idm_str key, struct idm_str value);
void idm_verify_rules_sum(struct idm_verify_rules *);

#endif
