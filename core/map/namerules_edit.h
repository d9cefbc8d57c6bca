/*
 * namerules_edit -- name rules are added, removed and listed.
 *
 * Full library only.  On a rewrite of map.gdbm, each call all or nothing; the
 * caller commits.  Names are canonicalised here, before they are compared: a
 * well-known name gets its own spelling and domain, a configured domain its
 * canonical name, and a bare name the default domain.
 */

#ifndef IDM_MAP_NAMERULES_EDIT_H
#define IDM_MAP_NAMERULES_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "map/rewrite.h"
#include "map/view.h"
#include "rules/namerule.h"

/*
 * Add a rule; its time and uid are given by the caller, its id is not.
 * *unchanged: the very same rule stood there, which is a success; one that is
 * the same but for IDM_RULE_PRIVILEGED is replaced, and keeps its id.  A rule
 * of the opposite single direction makes no conflict.  IDM_INVALID: see
 * idm_namerule_check().  IDM_CONFLICT: err quotes the other rule.
 */
enum idm_status idm_namerules_add(struct idm_rewrite *,
    const struct idm_namerule *, bool *unchanged,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Many at once, without what each call would cost: begin, one after another,
 * finish.  They reach the rewrite at the end, all of them; meanwhile that must
 * not be changed by others.  After one that failed the rest may still be
 * tried, to tell what else is wrong, but not finished.
 */
struct idm_namerules_adding;
enum idm_status idm_namerules_add_begin(struct idm_rewrite *,
    struct idm_namerules_adding **, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_namerules_add_one(struct idm_namerules_adding *,
    const struct idm_namerule *, bool *unchanged,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_namerules_add_finish(
    struct idm_namerules_adding *, struct idm_err *) IDM_MUSTCHECK;
void idm_namerules_add_free(struct idm_namerules_adding **);

/*
 * What to remove: every given part must agree; an empty name is that of rules
 * that inhibit.  Of two names with as_source, like->direction says which one
 * is the source.
 */
struct idm_namerule_filter {
	const struct idm_namerule *like; /* names; NULL: any */
	bool has_win;
	bool has_domain; /* else any domain */
	bool has_unix;
	bool any_win_kind;   /* winname */
	bool as_source;      /* -f, -d: rules that lead away from the name */
	bool as_destination; /* -t */
};

/*
 * Remove rules, and count them.  Of a rule of both directions, -f, -t and -d
 * take away the one that was asked for; the other stays as a rule of its own.
 */
enum idm_status idm_namerules_remove(struct idm_rewrite *,
    const struct idm_namerule_filter *, size_t *removed,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_namerules_clear(
    struct idm_rewrite *, size_t *removed, struct idm_err *) IDM_MUSTCHECK;

/*
 * Put every rule where lookups search for it after domains got other names, or
 * bare names a default domain, their records being in the rewrite already;
 * count those that move.
 * IDM_CONFLICT: two rules would become rivals; err names both.
 */
enum idm_status idm_namerules_rekey(
    struct idm_rewrite *, size_t *moved, struct idm_err *) IDM_MUSTCHECK;

/*
 * Call each() with every rule in the order of adding, of a version or of a
 * rewrite with its changes; stop at its first failure and return it.
 */
typedef enum idm_status idm_namerule_each(
    void *context, const struct idm_namerule *, struct idm_err *);
enum idm_status idm_namerules_each(const struct idm_view *, idm_namerule_each *,
    void *context, struct idm_err *) IDM_MUSTCHECK;
enum idm_status idm_namerules_each_of(const struct idm_rewrite *,
    idm_namerule_each *, void *context, struct idm_err *) IDM_MUSTCHECK;

#endif
