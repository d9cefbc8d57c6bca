/*
 * once -- what was just said is not said again.
 *
 * The last texts are remembered for a minute, so that a fault which each
 * question meets does not fill the log.
 */

#ifndef IDM_DAEMON_ONCE_H
#define IDM_DAEMON_ONCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"

#define ONCE_TEXTS 256
#define ONCE_MS    60000

/* Begins all zero. */
struct once {
	struct once_text {
		uint64_t hash;
		int64_t until; /* idm_clock_ms() */
	} text[ONCE_TEXTS];
	size_t next; /* the oldest */
};

/* Is the text to be said now?  Then it is not for a minute. */
bool once_is_due(struct once *, struct idm_str text, int64_t now);

#endif
