/*
 * received -- an entry as libldap received it, as a struct idm_object.
 */

#ifndef IDM_DIRECTORY_RECEIVED_H
#define IDM_DIRECTORY_RECEIVED_H

#include <ldap.h>
#include <stdbool.h>

#include "base/err.h"
#include "directory/object.h"

/* Memory to read entries into, one after the other. */
struct idm_received {
	struct idm_object object;
	struct idm_attribute_values attribute[IDM_OBJECT_ATTRIBUTES];
	size_t first[IDM_OBJECT_ATTRIBUTES]; /* values of an attribute */
	struct idm_str *value;
	size_t n;    /* values used */
	size_t size; /* values there is room for */
	size_t bytes;
	/* An attribute of which the server gave a beginning: where the rest
	 * begins.  -1: there is none. */
	int ranged;
	uint32_t next;
};

void idm_received_init(struct idm_received *);
void idm_received_fini(struct idm_received *);

/*
 * Read the entry that a message is; the object is lent from both until the
 * next call.  IDM_CORRUPT: it is none.
 */
enum idm_status idm_received_read(struct idm_received *, LDAP *, LDAPMessage *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Append what another message says of the ranged attribute; ranged and next
 * say whether more is missing.  The object is lent from that one, too.
 */
enum idm_status idm_received_append(struct idm_received *, LDAP *,
    LDAPMessage *, struct idm_err *) IDM_MUSTCHECK;

#endif
