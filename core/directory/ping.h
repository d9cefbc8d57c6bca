/*
 * ping -- asks a domain controller in which site we are: MS-ADTS 6.3.3.
 */

#ifndef IDM_DIRECTORY_PING_H
#define IDM_DIRECTORY_PING_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "identity/winname.h"

struct idm_ping {
	char dc_site[IDM_DOMAIN_MAX + 1];
	char client_site[IDM_DOMAIN_MAX + 1]; /* "": of no site */
};

/* Ask a host, by UDP, which blocks until the deadline at most; but for the
 * look-up of its name. */
enum idm_status idm_ping(const char *host, const char *domain, int64_t deadline,
    struct idm_ping *, struct idm_err *) IDM_MUSTCHECK;

/* Read an answer: the whole message, and the value inside. */
enum idm_status idm_ping_parse(const void *, size_t len, struct idm_ping *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
