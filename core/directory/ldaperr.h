/*
 * ldaperr -- LDAP's result codes as our status and as a text.
 */

#ifndef IDM_DIRECTORY_LDAPERR_H
#define IDM_DIRECTORY_LDAPERR_H

#include <ldap.h>
#include <stdbool.h>

#include "base/err.h"

/* What a result code means to us; diagnostic: the server's words, or NULL. */
enum idm_status idm_ldaperr_status(int code, const char *diagnostic);

/* "Invalid credentials (49): DIAGNOSTIC", with its status. */
enum idm_status idm_ldaperr_fail(
    struct idm_err *, int code, const char *diagnostic);

/* The same of what libldap itself found on this handle. */
enum idm_status idm_ldaperr_local(struct idm_err *, LDAP *, int code);

/* The result that a message is: its code, or that it cannot be read. */
enum idm_status idm_ldaperr_result(
    LDAP *, LDAPMessage *, LDAPControl ***, struct idm_err *) IDM_MUSTCHECK;

#endif
