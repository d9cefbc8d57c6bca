/*
 * namerules -- the name rules in a map: looked up in their order.
 *
 * The same ordered search as a scheme's: rulesets "w/uu", "w/ug", "w/gu",
 * "w/gg" (UNIX kind, Windows kind; fields name and domain, the name the more
 * significant) and "n/u", "n/g" (UNIX kind; one field).  Entries of equal
 * names are ordered as Solaris' lists have them; of UNIX to Windows wildcards,
 * the default domain's first, then the order of adding.
 *
 * Nothing here looks whether an account exists: that is the caller's, who goes
 * on to the next candidate or stops.
 */

#ifndef IDM_MAP_NAMERULES_H
#define IDM_MAP_NAMERULES_H

#include <stdbool.h>

#include "base/cursor.h"
#include "base/err.h"
#include "base/trace.h"
#include "map/snapshot.h"
#include "rules/namerule.h"

/* Candidates for one request, in order.  Lends from the maps; is not copied. */
struct idm_candidates {
	const struct idm_maps *maps;
	const struct idm_trace *trace;
	/* private to namerules.c: where the search stands */
	union {
		char memory[3584];
		max_align_t align;
	} state;
};

/*
 * Begin a search.  name and domain as folded as the caller can (winname.h);
 * the domain is any of a configured domain's names, or foreign to all.  False:
 * there are no rules that could match, at the cost of one look.
 */
bool idm_candidates_to_unix(struct idm_candidates *, const struct idm_maps *,
    struct idm_str name, struct idm_str domain, bool win_is_group,
    bool unix_is_group, const struct idm_trace *);
bool idm_candidates_to_windows(struct idm_candidates *, const struct idm_maps *,
    struct idm_str unix, bool unix_is_group, const struct idm_trace *);

/*
 * The next rule that matches; its texts are lent from the map, its target not
 * yet replaced where it is a wildcard.  IDM_NOTFOUND: no more.  IDM_CORRUPT.
 */
enum idm_status idm_candidates_next(struct idm_candidates *,
    struct idm_namerule *, struct idm_err *) IDM_MUSTCHECK;

#endif
