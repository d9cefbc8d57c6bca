/*
 * edit -- changes of schemes, attribute maps and their entries.
 *
 * Full library only.  The operations of idadmin and attradmin on one rewrite
 * of map.gdbm, with everything they imply: shapes and buckets of patterns,
 * counts, the list of rulesets, the schemes that serve NSS, the policy epoch.
 * Each is all or nothing, whatever fails; the caller commits the rewrite.
 *
 * Where a ruleset does not exist, the status is IDM_NOTFOUND.
 */

#ifndef IDM_MAP_EDIT_H
#define IDM_MAP_EDIT_H

#include "base/err.h"
#include "map/entries.h"
#include "map/format.h"
#include "map/rewrite.h"

/*
 * Install and drop a ruleset.  IDM_CONFLICT: there is one.  IDM_INVALID: the
 * name is not allowed ("attrmap" is reserved).  IDM_EXHAUSTED: it would serve
 * NSS, and there are IDM_SERVING_MAX that do.  A new scheme is SECURE.
 * Dropping also removes every entry.
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
 * Add an entry.  IDM_OK, with *unchanged telling whether the same entry stood
 * there; one with other flags is replaced.  IDM_INVALID: idm_entry_examine()
 * says no.  IDM_CONFLICT: the remote name has another target, and err names
 * it.  IDM_EXHAUSTED: too many shapes of patterns, or too many patterns of the
 * same literals.  The caller has looked whether the login exists.
 */
enum idm_status idm_edit_add(struct idm_rewrite *, struct idm_ruleset_name,
    const struct idm_entry *, bool *unchanged, struct idm_err *) IDM_MUSTCHECK;

/* Delete the entry of this very remote name.  IDM_NOTFOUND: there is none. */
enum idm_status idm_edit_delete(struct idm_rewrite *, struct idm_ruleset_name,
    struct idm_str remote, struct idm_err *) IDM_MUSTCHECK;

/*
 * Replace all entries of a ruleset, for import and fix.  They may come in any
 * order; the same entry twice counts once.  Otherwise as idm_edit_add(), and
 * err names the remote name that is refused.
 */
enum idm_status idm_edit_replace(struct idm_rewrite *, struct idm_ruleset_name,
    const struct idm_entry *, size_t n, struct idm_err *) IDM_MUSTCHECK;

/* Store a policy; its epoch is set to one more than the present one. */
enum idm_status idm_edit_policy(struct idm_rewrite *, const struct idm_policy *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
