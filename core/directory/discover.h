/*
 * discover -- finds the servers of a domain in DNS, for AD the near ones first.
 */

#ifndef IDM_DIRECTORY_DISCOVER_H
#define IDM_DIRECTORY_DISCOVER_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "map/directory.h"

#define IDM_DISCOVERED_MAX 16

struct idm_discovered {
	char uri[IDM_DISCOVERED_MAX][256]; /* the best first */
	size_t n;
	uint32_t seconds; /* how long that may be believed */
};

/* Blocks, for some seconds at most where DNS does not answer. */
enum idm_status idm_discover(const struct idm_directory *,
    struct idm_discovered *, struct idm_err *) IDM_MUSTCHECK;

#endif
