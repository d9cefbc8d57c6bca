/*
 * livenumbers -- which numbers users and groups have in a directory: the range
 * of a domain that is being added.
 */

#ifndef IDM_CLI_LIVENUMBERS_H
#define IDM_CLI_LIVENUMBERS_H

#include <stdint.h>

#include "base/err.h"
#include "directory/session.h"

/* low 0: nobody has one that could be served. */
struct cli_live_numbers {
	uint32_t low;
	uint32_t high;
};

/*
 * The lowest and the highest uidNumber or gidNumber below base, but for those
 * of system accounts.  A server that shows no more than some hundred entries is
 * asked for the ends.  Otherwise as idm_session_search() fails.
 */
enum idm_status cli_live_numbers(struct idm_session *, const char *base,
    int64_t deadline, struct cli_live_numbers *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
