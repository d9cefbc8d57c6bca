/*
 * pair -- the two names of add, remove and set-namemap: which is the Windows
 * one, which the UNIX one, and of what kind each is.
 *
 * An operand without a type gets the one that the other operand leaves: the
 * UNIX name of the kind that the Windows name has; a Windows name of unknown
 * kind beside a UNIX name, or when it has an '@' or '\'.
 *
 * Texts are lent from the operands.
 */

#ifndef IDM_CLI_PAIR_H
#define IDM_CLI_PAIR_H

#include <stdbool.h>

#include "identity/idtype.h"
#include "rules/namerule.h"

struct cli_pair {
	struct idm_identity win;
	struct idm_identity unix;
	bool is_win_first;
};

/*
 * Read two operands.  IDM_INVALID: one is malformed, or no name; the type of
 * one cannot be told; both are on one side.
 */
enum idm_status cli_pair_parse(const char *first, const char *second,
    struct cli_pair *, struct idm_err *) IDM_MUSTCHECK;

/* Read the one operand of remove, get-namemap and unset-namemap. */
enum idm_status cli_name_parse(
    const char *, struct idm_identity *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The rule between two names; of winname, that of users.  directional: only
 * from the first to the second.  No id, time or uid.
 */
struct idm_namerule cli_pair_rule(const struct cli_pair *, bool directional);

#endif
