/*
 * tickets -- Kerberos tickets of one principal, got with its keytab.
 *
 * They are kept in memory, in no file, and got anew before they end.  For
 * threads; getting them blocks.
 */

#ifndef IDM_DIRECTORY_TICKETS_H
#define IDM_DIRECTORY_TICKETS_H

#include <gssapi/gssapi.h>

#include "base/buf.h"
#include "base/err.h"

struct idm_tickets;

/* Of a principal ("": the keytab's first) in a keytab ("": the system's). */
enum idm_status idm_tickets_new(const char *principal, const char *keytab,
    struct idm_tickets **, struct idm_err *) IDM_MUSTCHECK;
/* Those that whoever runs the program has got, in his own cache. */
enum idm_status idm_tickets_of_caller(
    struct idm_tickets **, struct idm_err *) IDM_MUSTCHECK;
void idm_tickets_free(struct idm_tickets **);

/*
 * Credentials that are good for a while, to be released with
 * gss_release_cred().  IDM_DENIED: the keytab has no key that the KDC
 * accepts, or cannot be read.  IDM_TEMPFAIL: there is no KDC.
 */
enum idm_status idm_tickets_get(
    struct idm_tickets *, gss_cred_id_t *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Append the name of a service on a host: "ldap/HOST@REALM".  The realm is what
 * krb5.conf says; otherwise empty, and the KDC refers us.  The name is taken as
 * it is: no DNS server can make another host of it.
 */
enum idm_status idm_tickets_service(
    struct idm_buf *, const char *host, struct idm_err *) IDM_MUSTCHECK;

#endif
