/*
 * hostids -- numbers that this host has given to others than domains.
 *
 * Local users and groups, subordinate ids, and the ranges that login.defs has
 * useradd(8) take new ones from.
 */

#ifndef IDM_CLI_HOSTIDS_H
#define IDM_CLI_HOSTIDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct cli_hostid {
	uint32_t low;
	uint32_t high;
	bool is_reserve; /* nobody's yet: a range of login.defs */
	char what[80];   /* "user 'al'", "SUB_UID_MIN to SUB_UID_MAX" */
};

struct cli_hostids {
	struct cli_hostid *at;
	size_t n;
	size_t room;
	bool is_full; /* out of memory; told at the end */
};

/* Gather them all.  The list is the caller's, also after a failure. */
enum idm_status cli_hostids_gather(
    struct cli_hostids *, struct idm_err *) IDM_MUSTCHECK;
void cli_hostids_free(struct cli_hostids *);

/* One more, which may be anything. */
void cli_hostids_add(
    struct cli_hostids *, uint32_t low, uint32_t high, const char *what);

/* By low end. */
void cli_hostids_sort(struct cli_hostids *);

#endif
