/*
 * ranged -- attributes of which a server gives some values at a time.
 *
 * AD gives 1500 members of a group, as "member;range=0-1499", and the rest to
 * whoever asks for "member;range=1500-*".
 */

#ifndef IDM_DIRECTORY_RANGED_H
#define IDM_DIRECTORY_RANGED_H

#include <ldap.h>

#include "directory/ask.h"

/* The messages that an entry is lent from, beside its first. */
struct idm_ranged {
	LDAPMessage **message;
	size_t n;
	size_t size;
};

/*
 * Fetch what is missing of the session's received entry.  When it cannot be
 * had the entry is cut; what fails is the connection, or time.
 */
enum idm_status idm_ranged_complete(
    struct idm_ranged *, struct idm_asking *, struct idm_err *) IDM_MUSTCHECK;
void idm_ranged_fini(struct idm_ranged *);

#endif
