/*
 * edit -- changes of schemes, attribute maps and their entries.
 *
 * Full library only.  The operations of idadmin and attradmin on one rewrite
 * of map.gdbm, with everything they imply: shapes and buckets of patterns,
 * counts, the list of rulesets, the schemes that serve NSS, the policy epoch.
 * Each is all or nothing in memory; the caller commits the rewrite.
 */

#ifndef IDM_MAP_EDIT_H
#define IDM_MAP_EDIT_H

#include "base/err.h"
#include "map/format.h"
#include "map/rewrite.h"

/* A scheme or attribute map by its name. */
struct idm_ruleset_name {
	enum idm_ruleset_kind kind;
	const char *name;
};

/*
 * Install and drop a ruleset.  IDM_CONFLICT: there is one.  IDM_INVALID: the
 * name is not allowed ("attrmap" is reserved).  Dropping also removes every
 * entry.
 */
enum idm_status idm_edit_install(struct idm_rewrite *, struct idm_ruleset_name,
    const struct idm_descriptor *, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_edit_drop(struct idm_rewrite *, struct idm_ruleset_name,
    struct idm_err *) IDM_MUSTCHECK;

/* USER or SECURE mode; whether and where a scheme serves NSS. */
enum idm_status idm_edit_mode(struct idm_rewrite *, const char *scheme,
    bool user_mode, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_edit_serve(struct idm_rewrite *, const char *scheme,
    enum idm_serve, struct idm_err *) IDM_MUSTCHECK;

/*
 * Add an entry that idm_entry_examine() accepts.  IDM_OK, with *unchanged set
 * when the same entry stood there; IDM_CONFLICT: the remote name has another
 * target, and err names it.  The caller has looked whether the login exists.
 */
enum idm_status idm_edit_add(struct idm_rewrite *, struct idm_ruleset_name,
    const struct idm_entry *, bool *unchanged, struct idm_err *) IDM_MUSTCHECK;

/* Delete the entry of this very remote name.  IDM_NOTFOUND. */
enum idm_status idm_edit_delete(struct idm_rewrite *, struct idm_ruleset_name,
    struct idm_str remote, struct idm_err *) IDM_MUSTCHECK;

/* Replace all entries of a ruleset, for import and fix. */
enum idm_status idm_edit_replace(struct idm_rewrite *, struct idm_ruleset_name,
    const struct idm_entry *, size_t n, struct idm_err *) IDM_MUSTCHECK;

/* Store a policy; its epoch is set to one more than the present one. */
enum idm_status idm_edit_policy(struct idm_rewrite *, const struct idm_policy *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * The entries of a ruleset in their total order.  The array and its texts are
 * the caller's: idm_entries_free().
 */
struct idm_entries {
	struct idm_entry *entry;
	size_t n;
	char *text; /* what the entries lend from */
};
enum idm_status idm_entries_load(const struct idm_view *,
    struct idm_ruleset_name, struct idm_entries *,
    struct idm_err *) IDM_MUSTCHECK;
void idm_entries_free(struct idm_entries *);

#endif
