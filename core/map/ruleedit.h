/*
 * ruleedit -- one change of the name rules, while it is being worked out.
 *
 * Private to namerules_edit.c.  A rule stands in one or two lists, each at its
 * place in one of six rulesets; here they are put into these lists and taken
 * out, with everything that implies: shapes, counts, the next id.  As with
 * operation.h, nothing reaches the rewrite before the end.
 */

#ifndef IDM_MAP_RULEEDIT_H
#define IDM_MAP_RULEEDIT_H

#include "map/operation.h"
#include "map/rulekey.h"
#include "map/rulerecord.h"

/* A ruleset that is not the operation's own at the moment. */
struct idm_parked_set {
	bool is_loaded;
	bool is_stored; /* it has a record */
	struct idm_ruleset set;
	struct idm_shape *shape;
};

struct idm_rule_edit {
	struct idm_op op;
	struct idm_domains domains;
	char by_default[IDM_DOMAIN_MAX + 1]; /* of bare names; "": none */
	struct idm_rule_count count;
	struct idm_parked_set parked[IDM_RULE_SETS];
	unsigned now; /* the ruleset in op; IDM_RULE_SETS: none */
};

/* A rule's place in a ruleset. */
struct idm_rule_place {
	unsigned set;
	char memory[IDM_RULE_REMOTE_MAX];
	struct idm_str remote; /* in memory */
};

/* The rules of a place, in their order; lent texts, and room for one more. */
struct idm_rule_list {
	struct idm_namerule *rule;
	uint32_t n;
};

/* Begin; to be given back with idm_rule_edit_fini() even after a failure. */
enum idm_status idm_rule_edit_begin(struct idm_rule_edit *,
    struct idm_rewrite *, struct idm_err *) IDM_MUSTCHECK;
/* Hand everything to the rewrite; whatever changes, the epoch does. */
enum idm_status idm_rule_edit_finish(
    struct idm_rule_edit *, struct idm_err *) IDM_MUSTCHECK;
void idm_rule_edit_fini(struct idm_rule_edit *);

/*
 * Where a rule stands in one direction, whether or not it is one of it.
 * IDM_INVALID: the names are no UTF-8, or too long when folded.
 */
enum idm_status idm_rule_place_to_unix(const struct idm_domains *,
    const struct idm_namerule *, struct idm_rule_place *,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_rule_place_to_windows(const struct idm_namerule *,
    struct idm_rule_place *, struct idm_err *) IDM_MUSTCHECK;

/* Are the Windows names of two rules the same, their kinds included? */
bool idm_rule_same_windows(const struct idm_domains *,
    const struct idm_namerule *, const struct idm_namerule *);

/* The rules at a place; none is an empty list.  Free list.rule. */
enum idm_status idm_rule_list_load(struct idm_rule_edit *,
    const struct idm_rule_place *, struct idm_rule_list *,
    struct idm_err *) IDM_MUSTCHECK;

/* A rule's rank in the ruleset of a place. */
unsigned idm_rule_rank_at(
    const struct idm_rule_place *, const struct idm_namerule *);

/*
 * Do two rules of one place exclude each other?  Those of one rank do, but for
 * wildcards UNIX to Windows: they may name several domains.
 */
bool idm_rule_rivals(const struct idm_domains *, const struct idm_rule_place *,
    const struct idm_namerule *, const struct idm_namerule *);

/*
 * Put a rule into the list of a place, or over the one of the same id; take
 * the one of this id out, which is IDM_CORRUPT when there is none.
 */
enum idm_status idm_rule_put(struct idm_rule_edit *,
    const struct idm_rule_place *, const struct idm_namerule *,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_rule_take(struct idm_rule_edit *,
    const struct idm_rule_place *, uint64_t id, struct idm_err *) IDM_MUSTCHECK;

/* Take all rules out; nothing was put or taken before. */
enum idm_status idm_rule_edit_clear(
    struct idm_rule_edit *, struct idm_err *) IDM_MUSTCHECK;

/* Is it the key of a list of rules: "w/uu/e/...", "n/u/p/..."? */
bool idm_rule_list_key(struct idm_str key);

#endif
