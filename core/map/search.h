/*
 * search -- where the entries for a name stand in a ruleset, in their order.
 *
 * The ordered search that schemes, attribute maps and name rules share.  A
 * ruleset is looked through in the order of its entries (rules/entry.h): the
 * record of this very name first, then, shape by shape, the records of the
 * patterns that begin and end as the name does.  What a record holds is the
 * caller's: one entry, a bucket of patterns, or the name rules of one name.
 *
 * A struct idm_search lends from the view and from the caller; nothing here
 * allocates.  Its first four members are the caller's to set.
 */

#ifndef IDM_MAP_SEARCH_H
#define IDM_MAP_SEARCH_H

#include <stdbool.h>

#include "base/cursor.h"
#include "base/err.h"
#include "map/format.h"
#include "map/view.h"

struct idm_search {
	const struct idm_view *view;
	enum idm_ruleset_kind kind;
	struct idm_str name;      /* of the ruleset */
	struct idm_fields fields; /* of what is looked for */
	struct idm_ruleset ruleset;
	struct idm_shape shape; /* of the patterns that were come to last */

	/* private to search.c */
	struct idm_cursor shapes; /* those not come to yet */
	struct idm_buf key;
	size_t stem; /* bytes of the key that all patterns share */
};

/* Read the ruleset's record.  IDM_NOTFOUND: there is none.  IDM_CORRUPT. */
enum idm_status idm_search_ruleset(
    struct idm_search *, struct idm_err *) IDM_MUSTCHECK;

/* The record of this very name.  IDM_NOTFOUND: there is none. */
enum idm_status idm_search_literal(const struct idm_search *,
    struct idm_str remote, struct idm_str *value,
    struct idm_err *) IDM_MUSTCHECK;

/* Stand in front of the patterns.  The memory is the search's until its end. */
void idm_search_patterns(struct idm_search *, char memory[static IDM_KEY_MAX]);

/*
 * Come to the next shape.  False: there is no more, or, so that
 * idm_search_status() says so, the ruleset is damaged.
 */
bool idm_search_shape(struct idm_search *);
enum idm_status idm_search_status(
    const struct idm_search *, struct idm_err *) IDM_MUSTCHECK;

/* Is the name long enough for this shape?  To be asked before the next one. */
bool idm_search_fits(struct idm_search *);

/*
 * The record of the patterns of this shape that begin and end as the name
 * does.  IDM_NOTFOUND: there is none.
 */
enum idm_status idm_search_bucket(const struct idm_search *,
    struct idm_str *value, struct idm_err *) IDM_MUSTCHECK;

/* Look up a key in a view; a damaged one is told to err. */
enum idm_status idm_search_get(const struct idm_view *, const struct idm_buf *,
    struct idm_str *value, struct idm_err *) IDM_MUSTCHECK;

#endif
