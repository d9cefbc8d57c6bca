/*
 * stream -- the lowest layer of libldap's connections: a socket.
 *
 * Not libldap's own, because a server that closes would end our process by
 * SIGPIPE, and because that one reads each message in several pieces.
 */

#ifndef IDM_DIRECTORY_STREAM_H
#define IDM_DIRECTORY_STREAM_H

#include <ldap.h>

#include "base/err.h"

/* Below everything else; the layer closes fd when libldap does. */
enum idm_status idm_stream_attach(
    LDAP *, int fd, struct idm_err *) IDM_MUSTCHECK;

#endif
