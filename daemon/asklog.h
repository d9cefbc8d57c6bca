/*
 * asklog -- who asked what, and what was decided: a line of the messages.
 *
 *	lookup: uid 1000 pid 4711: user 'alice' of 'corp': uid 201000, from
 *	the directory in 3 ms
 *
 * For whoever wants it (log_lookups in idmap.conf); a busy host has many.
 */

#ifndef IDM_DAEMON_ASKLOG_H
#define IDM_DAEMON_ASKLOG_H

#include <stdint.h>

#include "daemon/memo.h"
#include "daemon/op.h"
#include "wire/lookup.h"

/* job: whose it was; source: where the answer is from. */
void asklog_say(const struct idm_lookup *, const struct job *,
    const struct memo_answer *, const char *source, int64_t took_ms);

#endif
