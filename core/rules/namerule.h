/*
 * namerule -- one name rule of idmap(8): "Windows name means UNIX name".
 *
 * The second surface of the rule engine.  A rule is what the administrator
 * wrote; looked up are the rulesets in which it takes part (map/namerules.h).
 * Which combinations are rules at all is said here, by the two tables of
 * idmap-rules(7): a rule of both directions must pass both.
 */

#ifndef IDM_RULES_NAMERULE_H
#define IDM_RULES_NAMERULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

enum idm_rule_direction {
	IDM_RULE_BOTH = 0,
	IDM_RULE_TO_UNIX = 1,    /* Windows to UNIX only */
	IDM_RULE_TO_WINDOWS = 2, /* UNIX to Windows only */
};

#define IDM_RULE_NT4        0x01u /* written DOMAIN\name */
#define IDM_RULE_PRIVILEGED 0x02u /* NSS and PAM may serve a system account */
#define IDM_RULE_CANONICAL  0x04u /* name and domain are a well-known one's */

/*
 * Texts are lent.  An empty win or unix inhibits; win "*" and domain "*", and
 * unix "*", are wildcards; a win with an empty domain belongs to no domain.
 */
struct idm_namerule {
	uint64_t id; /* in the order of adding; never used twice */
	uint8_t direction;
	uint8_t flags;
	bool win_is_group;
	bool unix_is_group;
	struct idm_str win;    /* in the case it was given in */
	struct idm_str domain; /* as written */
	struct idm_str unix;
	uint64_t time; /* of adding, seconds since 1970 */
	uint32_t uid;  /* who added it */
};

/* IDM_INVALID says which of the tables' cells forbids the rule, and what to do.
 */
enum idm_status idm_namerule_check(
    const struct idm_namerule *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The rank of a rule in Solaris' lists: 1 to 10 Windows to UNIX, 1 to 10 UNIX
 * to Windows (diagonal ones behind straight ones); 0: not in this direction.
 */
unsigned idm_namerule_rank_to_unix(const struct idm_namerule *);
unsigned idm_namerule_rank_to_windows(const struct idm_namerule *);

/*
 * Append the rule as "idmap list" has it, valid as input of a batch, without a
 * newline.  as_winname: print winname: for the kind.
 */
void idm_namerule_put(
    struct idm_buf *, const struct idm_namerule *, bool as_winname);

#endif
