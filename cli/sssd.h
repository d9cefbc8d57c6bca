/*
 * sssd -- which slice sssd's cache has for each domain, as ldbsearch(1)
 * prints it.
 *
 *     dn: objectSID=S-1-5-21-1-2-3,cn=id_mappings,cn=corp,cn=sysdb
 *     name: corp.example
 *     objectSID: S-1-5-21-1-2-3
 *     slice: 3430
 *
 * Records of other kinds are passed over.
 */

#ifndef IDM_CLI_SSSD_H
#define IDM_CLI_SSSD_H

#include "base/cursor.h"
#include "base/err.h"
#include "identity/sid.h"

/* The name is lent from the text. */
struct sssd_slice {
	struct idm_str name; /* of the domain, as sssd has it; may be empty */
	struct idm_sid sid;
	uint32_t slice;
};

/*
 * Take the next slice off the text; *line grows by the lines read.
 * IDM_NOTFOUND: there is none.  IDM_INVALID: a record with one is malformed.
 */
enum idm_status sssd_next_slice(struct idm_str *text, struct sssd_slice *,
    unsigned long *line, struct idm_err *) IDM_MUSTCHECK;

#endif
