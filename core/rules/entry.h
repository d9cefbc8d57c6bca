/*
 * entry -- one line of a map: a remote name or pattern, and what it becomes.
 *
 * A struct idm_entry lends its texts from wherever they were read.
 */

#ifndef IDM_RULES_ENTRY_H
#define IDM_RULES_ENTRY_H

#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "rules/descriptor.h"
#include "rules/pattern.h"

/* Flags, as stored. */
#define IDM_ENTRY_FORCED     0x01u /* the login was unknown when added */
#define IDM_ENTRY_PRIVILEGED 0x02u /* NSS and PAM may serve a system one */

enum idm_target_kind {
	IDM_TARGET_NAME,   /* a login, or the local value of an attribute */
	IDM_TARGET_FIELD,  /* %n: field n of the remote name */
	IDM_TARGET_REFUSE, /* %i: the remote name is refused */
};

struct idm_target {
	enum idm_target_kind kind;
	uint8_t number; /* of the field, for IDM_TARGET_FIELD */
};

struct idm_entry {
	struct idm_str remote;
	struct idm_str target;
	uint8_t flags;
};

/* What kind of target a text is.  Any '%' that is no %n or %i: IDM_INVALID. */
enum idm_status idm_target_parse(
    struct idm_str, struct idm_target *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Why an entry cannot stand in a map with this descriptor.  The categories
 * are those of "idadmin -c".
 */
enum idm_entry_fault {
	IDM_ENTRY_GOOD,
	IDM_ENTRY_SYNTAX,      /* "Syntax error" */
	IDM_ENTRY_MISSING,     /* "Mandatory field missing" */
	IDM_ENTRY_TRANSPARENT, /* "Bad transparent mapping": %n of no field */
};

/* Examine an entry; err gets the particulars of a fault. */
enum idm_entry_fault idm_entry_examine(const struct idm_descriptor *,
    const struct idm_entry *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The total order of a map's entries: field by field from the highest number
 * down by idm_rank_compare(), a tie by the bytes of the whole remote name.
 * Two entries are equal only when their remote names are.  An entry that does
 * not split, as a damaged map may hold, comes last.
 */
int idm_entry_compare(const struct idm_descriptor *, const struct idm_entry *a,
    const struct idm_entry *b);

/* Does the entry match a name that was split into fields? */
bool idm_entry_match(const struct idm_descriptor *, const struct idm_entry *,
    const struct idm_fields *);

#endif
