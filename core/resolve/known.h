/*
 * known -- what a directory says of an account: as the cache has it, or else
 * asked of whoever the program lends.
 *
 * For the files of this folder only.  Nobody believes more of it than
 * map.gdbm admits now, be it a record or an answer.
 */

#ifndef IDM_RESOLVE_KNOWN_H
#define IDM_RESOLVE_KNOWN_H

#include "map/cached.h"
#include "map/equal.h"
#include "map/own.h"
#include "map/snapshot.h"
#include "resolve/inquired.h"
#include "wire/lookup.h"

/* Whom its directory says that an account equals: struct idm_equal, kept. */
struct idm_known_equal {
	uint8_t by; /* enum idm_equal_by; 0: nobody */
	bool is_group;
	uint32_t id;
	struct idm_sid sid;
	char account[IDM_OWN_MAX + 1];
	char in[IDM_DOMAIN_MAX + 1];
	char login[2][IDM_OWN_MAX + 1];
	char dn[IDM_EQUAL_DN_MAX + 1];
};

/* One account, or why there is none.  Owns its texts. */
struct idm_known {
	const struct idm_domain *domain; /* who was asked; NULL: nobody */
	enum idm_status status;
	struct idm_err why; /* of another status than IDM_OK */
	bool is_cached;     /* the cache had it; otherwise it was asked */
	bool is_left_out;   /* the cache has all that are served, and not it */
	uint64_t when;      /* the directory said so */
	char server[IDM_CACHED_URI_MAX + 1]; /* which one; "": not told */
	bool is_partial; /* its members, or groups, are not all */
	bool is_group;
	uint32_t id;
	struct idm_sid sid;          /* nsubs 0: none */
	char name[IDM_OWN_MAX + 1];  /* without its domain */
	char shown[IDM_OWN_MAX + 1]; /* its UNIX name; "": no own identity */
	struct idm_known_equal equal;
};

/*
 * Find an account of a domain with a directory, and whom it equals: who is
 * an alias by that is no own identity, and has no id.  Asked by
 * IDM_LOOKUP_BY_UNIX, _OTHER or _WINDOWS, somebody is equal, or it is
 * IDM_NOTFOUND.  The question's flags and domain are not looked at.  IDM_OK;
 * IDM_NOTFOUND: it is not there; IDM_REFUSED: it must not be served;
 * IDM_TEMPFAIL: who should know could not be asked.  A record that is due to be
 * asked anew serves when nobody answers.
 */
enum idm_status idm_known_find(const struct idm_maps *,
    const struct idm_inquired *, const struct idm_domain *,
    const struct idm_lookup *, struct idm_known *) IDM_MUSTCHECK;

#endif
