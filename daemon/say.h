/*
 * say -- the daemon's own messages, to standard error.
 *
 * idmapd stays in the foreground: whoever started it keeps its messages.
 * Under systemd each line begins with its priority, as the journal wants it.
 */

#ifndef IDM_DAEMON_SAY_H
#define IDM_DAEMON_SAY_H

#include <syslog.h>

#include "base/attr.h"

/* Look once whether the journal listens; before threads and forks. */
void say_init(void);

/* Tell one line, at LOG_ERR, LOG_WARNING, LOG_NOTICE or LOG_INFO. */
void say(int priority, const char *, ...) IDM_PRINTF(2, 3);

#endif
