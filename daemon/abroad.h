/*
 * abroad -- the directories of all domains of a moment, lent to a question that
 * is put to one of them.
 */

#ifndef IDM_DAEMON_ABROAD_H
#define IDM_DAEMON_ABROAD_H

#include <stdint.h>

#include "daemon/realms.h"
#include "resolve/fetch.h"

struct abroad {
	const struct realms_moment *moment;
	uint64_t now; /* seconds since 1970 */
};

/* What lends them, as long as the abroad is there. */
struct idm_elsewhere abroad_lends(struct abroad *);

#endif
