/*
 * service -- what idmapd and systemd say to each other.
 *
 * The protocols are a datagram to a socket and two environment variables, so
 * no library is needed.  Without systemd every call does nothing.
 */

#ifndef IDM_DAEMON_SERVICE_H
#define IDM_DAEMON_SERVICE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/err.h"

/*
 * Read the environment, once, before threads and forks.  *fd is the socket
 * that was passed to this process, close-on-exec, or -1.  IDM_INVALID: what
 * was passed is no listening stream socket of the local kind.
 */
enum idm_status service_init(int *fd, struct idm_err *) IDM_MUSTCHECK;

/* Send one message: "READY=1\nSTATUS=...".  Best effort. */
void service_notify(const char *, ...) IDM_PRINTF(1, 2);

/* How often to send "WATCHDOG=1", in milliseconds; 0: never. */
int64_t service_watchdog(void);

#endif
