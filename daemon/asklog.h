/*
 * asklog -- who asked what, and what was decided: a line of the messages.
 *
 *	lookup caller_uid=1000 caller_pid=4711 what=user name="alice"
 *	domain="corp" outcome=found uid=201000 from=directory ms=3
 *
 * Words "key=value", parted by blanks; idmapd(8) lists them.  For whoever wants
 * it (log_lookups in idmap.conf).  A busy host has many questions: beyond
 * ASKLOG_BURST at once, ASKLOG_RATE lines a second are written, and then how
 * many were not.
 */

#ifndef IDM_DAEMON_ASKLOG_H
#define IDM_DAEMON_ASKLOG_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/memo.h"
#include "daemon/op.h"
#include "wire/lookup.h"

#define ASKLOG_BURST 1000
#define ASKLOG_RATE  100

/* Begins as zeros.  Not for threads. */
struct asklog {
	bool is_on;
	int64_t written; /* of the burst, in thousandths of a line */
	int64_t since;   /* when that was true */
	uint64_t left_out;
};

/* From where an answer is. */
enum asklog_source {
	ASKLOG_DIRECTORY,
	ASKLOG_MEMORY,
	ASKLOG_CACHE,
	ASKLOG_NOBODY
};

/* One question, and what was decided. */
struct asklog_line {
	const struct caller *caller;
	const struct idm_lookup *lookup;
	enum idm_status status;
	struct idm_str answer; /* struct idm_looked_up, or why not */
	enum asklog_source source;
	bool is_behind; /* nobody waits for it */
	int64_t took_ms;
};

/* May a line be written now?  It counts as one; now is of idm_clock_ms(). */
bool asklog_admits(struct asklog *, int64_t now);

/* Put it, without an end of line. */
void asklog_put(struct idm_buf *, const struct asklog_line *);

/* Tell it, if that is wanted. */
void asklog_say(struct asklog *, const struct asklog_line *);

#endif
