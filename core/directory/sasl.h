/*
 * sasl -- binds by Kerberos: the mechanism GSSAPI of RFC 4752.
 *
 * Without libsasl, which would look for the name of the server in DNS, and
 * blocks.  Whatever follows is encrypted by GSSAPI, unless it is by TLS.
 */

#ifndef IDM_DIRECTORY_SASL_H
#define IDM_DIRECTORY_SASL_H

#include "base/err.h"
#include "directory/link.h"
#include "directory/tickets.h"

/* Sets when the link expires.  IDM_DENIED, IDM_TEMPFAIL, IDM_CORRUPT. */
enum idm_status idm_sasl_bind(struct idm_link *, struct idm_tickets *,
    const char *host, int64_t deadline, struct idm_err *) IDM_MUSTCHECK;

#endif
