/*
 * srv -- where a service is, as DNS says: RFC 2782.
 */

#ifndef IDM_DIRECTORY_SRV_H
#define IDM_DIRECTORY_SRV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define IDM_SRV_MAX  32
#define IDM_SRV_HOST 254 /* bytes of a host's name, with its NUL */

struct idm_srv {
	char host[IDM_SRV_HOST];
	uint16_t port;
	uint16_t priority;
	uint16_t weight;
};

struct idm_srvs {
	struct idm_srv srv[IDM_SRV_MAX];
	size_t n;
	uint32_t ttl; /* seconds; of the record that ends first */
};

/*
 * Ask DNS, which may take some seconds.  In the order in which they are to be
 * asked.  IDM_NOTFOUND: DNS answered, and there is none.  IDM_TEMPFAIL: it did
 * not answer.
 */
enum idm_status idm_srv_ask(
    const char *name, struct idm_srvs *, struct idm_err *) IDM_MUSTCHECK;

/* Read an answer of DNS; what is no SRV record is passed over. */
enum idm_status idm_srv_parse(const void *, size_t len, struct idm_srvs *,
    struct idm_err *) IDM_MUSTCHECK;

/* The order: by priority, and among equals by chance as weights have it.
 * chance(n) is a number below n. */
void idm_srv_sort(struct idm_srvs *, uint32_t (*chance)(uint32_t));

#endif
