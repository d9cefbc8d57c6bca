/*
 * pattern -- one field of an entry: a literal, or a pattern with * ? [...].
 *
 * '*' matches any string of characters, also the empty one; '?' one
 * character; [abc], [a-z], [!a-z] one of a set.  A ']' that comes first in a
 * set, a '-' that comes first or last, belong to it; there is no escape but
 * [*].  Characters are Unicode code points; a byte that is no UTF-8 is a
 * character of its own.  Matching is case-sensitive, never crosses a field, and
 * takes time in proportion to pattern times value at worst.
 */

#ifndef IDM_RULES_PATTERN_H
#define IDM_RULES_PATTERN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

enum idm_pattern_class {
	IDM_PATTERN_LITERAL,  /* no metacharacter */
	IDM_PATTERN_BRACKET,  /* [...] or ? but no * : fixed length */
	IDM_PATTERN_ASTERISK, /* at least one * */
};

/*
 * How specific a field is.  Compared in the order of the members: lower
 * class, later first metacharacter, more literals, fewer asterisks first.
 * All zero for a literal: two different literals never match the same name.
 */
struct idm_rank {
	uint8_t class;
	uint16_t first;    /* bytes in front of the first metacharacter */
	uint16_t literals; /* literal bytes, a bracket or ? not counted */
	uint16_t stars;
};

/* Has the text no metacharacter?  A whole remote name may be asked, too. */
bool idm_pattern_is_literal(struct idm_str);

/* Is the text a well-formed literal or pattern?  IDM_INVALID says why not. */
enum idm_status idm_pattern_check(
    struct idm_str, struct idm_err *) IDM_MUSTCHECK;

/* The rank of a text that idm_pattern_check() accepts. */
struct idm_rank idm_pattern_rank(struct idm_str);

/* Less than 0 when a is more specific, 0 when equal, more than 0 when b is. */
int idm_rank_compare(const struct idm_rank *a, const struct idm_rank *b);

/* The literal bytes in front of the first, behind the last metacharacter.
 * The whole text and an empty one when there is none. */
struct idm_str idm_pattern_prefix(struct idm_str);
struct idm_str idm_pattern_suffix(struct idm_str);

bool idm_pattern_match(struct idm_str pattern, struct idm_str value);

#endif
