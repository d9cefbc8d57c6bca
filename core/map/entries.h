/*
 * entries -- all entries of a scheme or attribute map, in their total order.
 *
 * Full library only.  There is no index by ruleset: loading walks through the
 * whole file, which is what listing, checking and fixing need anyway.
 */

#ifndef IDM_MAP_ENTRIES_H
#define IDM_MAP_ENTRIES_H

#include <stddef.h>

#include "base/err.h"
#include "map/format.h"
#include "map/view.h"
#include "rules/entry.h"

/* A scheme or attribute map by its name. */
struct idm_ruleset_name {
	enum idm_ruleset_kind kind;
	const char *name;
};

struct idm_entries {
	struct idm_entry *entry;
	size_t n;
	char *text; /* what the entries lend from */
};

/*
 * Find the entry of this very remote name, whether or not it would be the
 * first to match anything; its texts are lent from the view.  IDM_NOTFOUND:
 * there is none, or no such ruleset.  IDM_CORRUPT.
 */
enum idm_status idm_entries_find(const struct idm_view *,
    struct idm_ruleset_name, struct idm_str remote, struct idm_entry *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Load the entries of a ruleset.  The array and its texts are the caller's:
 * idm_entries_free().  IDM_NOTFOUND: no such ruleset.  IDM_CORRUPT: a record
 * of it is damaged, or the file's structure is.
 */
enum idm_status idm_entries_load(const struct idm_view *,
    struct idm_ruleset_name, struct idm_entries *,
    struct idm_err *) IDM_MUSTCHECK;
void idm_entries_free(struct idm_entries *);

#endif
