/*
 * foreign -- of which names it is known that no user of this host has them.
 *
 * /etc/passwd must be read to know, which takes several times as long as all
 * the rest of what the groups of a user take; and file servers ask for the
 * groups of the same users again and again.  So a name that was not there is
 * remembered together with what the file was then: one stat(2) tells that it
 * still is.
 *
 * What is remembered is a keyed hash of both, in a slot of the process.  No
 * lock, no allocation; a race costs no more than another reading.
 */

#ifndef IDM_NSS_FOREIGN_H
#define IDM_NSS_FOREIGN_H

#include "base/cursor.h"
#include "base/err.h"

/*
 * IDM_OK: no user of this host has the name.  IDM_NOTFOUND: one has.
 * Otherwise the file cannot be read, or the user's line not be understood.
 */
enum idm_status nss_foreign(struct idm_str name);

#endif
