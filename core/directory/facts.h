/*
 * facts -- what a directory's entry says of a user or group, checked.
 *
 * Pure: from an entry (directory/object.h) by a schema, without I/O.  Texts are
 * lent from the entry.  What cannot be believed is not taken over: a number
 * that is none, a name with a newline, a SID that is broken.  So a missing
 * number is never zero, and a bad attribute is never a bad account, unless it
 * is what makes the account.
 */

#ifndef IDM_DIRECTORY_FACTS_H
#define IDM_DIRECTORY_FACTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "directory/object.h"
#include "directory/schema.h"
#include "identity/sid.h"
#include "map/cached.h"

struct idm_facts {
	bool is_group;
	struct idm_str name; /* account name, in its own case, no domain */
	struct idm_str dn;
	struct idm_sid sid; /* nsubs 0: none */
	bool has_guid;
	uint8_t guid[IDM_GUID_SIZE];
	bool has_id;
	uint32_t id; /* uidNumber of users, gidNumber of groups */
	struct idm_str
	    bad_id; /* a number that is none to be served, or empty */
	bool has_gid;
	uint32_t gid;         /* users: gidNumber */
	uint32_t primary_rid; /* users, AD: primaryGroupID; 0: none */
	/*
	 * Empty: none, or not to be believed, or the settings do not want it
	 * from there.
	 */
	struct idm_str gecos;
	struct idm_str home;
	struct idm_str shell;
	/* Directory-based mapping; empty also where there are several. */
	struct idm_str unix_name[2]; /* of a Windows object: user, group */
	struct idm_str winname;      /* of an entry of native LDAP */
	struct idm_cached_account account;
	uint64_t change; /* uSNChanged; 0: none */
	/* Groups: DNs, or names of users; lent; may name anybody. */
	const struct idm_attribute_values *members;
	bool members_are_names;
	bool is_cut; /* there are more members than we got */
};

/*
 * Read an entry by the schema and its settings: accounts of machines, of
 * BUILTIN, of OUs that are not wanted, groups only for mail, and disabled
 * users where these are hidden are refused.  IDM_NOTFOUND: it is neither a user
 * nor a group of the schema.  IDM_REFUSED: it is one that must not be served;
 * err says why, and of which DN.  now: seconds since 1970, for what expires.
 */
enum idm_status idm_facts_read(const struct idm_schema_map *,
    const struct idm_object *, uint64_t now, struct idm_facts *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * IDM_REFUSED: it has a SID that is not of this domain.  A domain without a
 * SID (nsubs 0) admits all.
 */
enum idm_status idm_facts_of_domain(const struct idm_facts *,
    const struct idm_sid *domain, struct idm_err *) IDM_MUSTCHECK;

/*
 * The same facts in memory of their own, with all that they lend; to be given
 * back with free().  IDM_NOMEM.
 */
enum idm_status idm_facts_dup(const struct idm_facts *, struct idm_facts **,
    struct idm_err *) IDM_MUSTCHECK;

#endif
