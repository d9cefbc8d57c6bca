/*
 * trace -- how an answer came about, one line a step, for those who ask.
 *
 * A function that decides something takes a struct idm_trace * and tells it
 * each step.  NULL, the usual case, costs one comparison.  Lines are text for
 * people, without a newline, with control bytes replaced by '?'.
 */

#ifndef IDM_BASE_TRACE_H
#define IDM_BASE_TRACE_H

#include "base/attr.h"

struct idm_trace {
	/* text is lent for the duration of the call. */
	void (*line)(void *context, const char *text);
	void *context;
};

/* Tell one step; nothing happens when the trace is NULL. */
void idm_trace_say(const struct idm_trace *, const char *, ...)
    IDM_PRINTF(2, 3);

#endif
