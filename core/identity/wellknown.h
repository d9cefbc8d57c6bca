/*
 * wellknown -- the SIDs that mean the same on every Windows system.
 *
 * Microsoft's present list ("Well-known SIDs", MS-DTYP 2.4.2.4; Windows
 * Server's "Security identifiers"), not only the one of 2007.  Three kinds of
 * rows: whole SIDs; RIDs of every domain (512 and up, "Domain Admins"); RIDs
 * of the host's own machine SID (500 to 502 when the name is unqualified).
 */

#ifndef IDM_IDENTITY_WELLKNOWN_H
#define IDM_IDENTITY_WELLKNOWN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "identity/sid.h"

enum idm_wk_where {
	IDM_WK_ABSOLUTE, /* sid is the whole SID */
	IDM_WK_DOMAIN,   /* rid below the SID of a domain */
	IDM_WK_ACCOUNT,  /* the same; unqualified, it is the host's own */
};

/* What idmap(1M) does with it whatever the rules say; ephemeral only. */
enum idm_wk_map {
	IDM_WK_FREE = 0,  /* maps as any other SID */
	IDM_WK_INHIBITED, /* to UNIX: no mapping */
	IDM_WK_UID,       /* this uid, both ways */
	IDM_WK_GID,       /* this gid, both ways */
	IDM_WK_NOBODY,    /* nobody's group, and nobody */
};

struct idm_wellknown {
	const char *sid; /* text; NULL for RIDs */
	uint32_t rid;
	uint8_t where;    /* enum idm_wk_where */
	bool is_group;    /* on the Windows side */
	uint8_t map;      /* enum idm_wk_map */
	uint32_t id;      /* for IDM_WK_UID and IDM_WK_GID */
	const char *name; /* as Microsoft spells it */
	const char
	    *domain; /* "", "BUILTIN", "NT AUTHORITY" ...; for RIDs NULL */
};

/*
 * Find a SID that is whole in the table, or whose RID is one of every
 * domain's and whose domain is S-1-5-21-*.  NULL when there is none.
 */
const struct idm_wellknown *idm_wellknown_by_sid(const struct idm_sid *);

/*
 * Find a name, ASCII case ignored; domain may be empty, which takes the first
 * row of that name.  Also older spellings.  Rows for RIDs are found by their
 * name alone: whether the domain fits is the caller's to see.  NULL: none.
 */
const struct idm_wellknown *idm_wellknown_by_name(
    struct idm_str name, struct idm_str domain);

/*
 * The domain under which idmap(1M) lists it, and by which it is found again:
 * "BUILTIN", or "" where Windows shows "NT AUTHORITY"; otherwise row->domain.
 * NULL for RIDs: the domain is that of the SID, and of unqualified accounts
 * the host's own name.
 */
const char *idm_wellknown_domain(const struct idm_wellknown *);

/* All rows, in the order of lookups. */
const struct idm_wellknown *idm_wellknown_all(unsigned *n);

#endif
