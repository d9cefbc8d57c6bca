/*
 * seal -- the layer of a connection in which GSSAPI encrypts what LDAP says.
 *
 * RFC 4752, 3.3: four bytes of length, and a token.
 */

#ifndef IDM_DIRECTORY_SEAL_H
#define IDM_DIRECTORY_SEAL_H

#include <gssapi/gssapi.h>
#include <ldap.h>
#include <stdint.h>

#include "base/err.h"

/* The longest token that we take: as much as four bytes of SASL can say. */
#define IDM_SEAL_MAX 0xffffffu

/*
 * Seal all that follows.  Takes the context, also when it fails.  max: of the
 * server's tokens, as it said.
 */
enum idm_status idm_seal_attach(
    LDAP *, gss_ctx_id_t, uint32_t max, struct idm_err *) IDM_MUSTCHECK;

#endif
