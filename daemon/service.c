#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/num.h"
#include "daemon/service.h"

#define FIRST_PASSED 3 /* the first descriptor that systemd passes */

static struct sockaddr_un notify;
static socklen_t notify_len; /* 0: nobody wants to know */
static int64_t watchdog_ms;

/* The number in an environment variable; 0 when there is none. */
static uint64_t
number_of(const char *variable)
{
	const char *text = getenv(variable);
	uint64_t number = 0;

	if (text == NULL ||
	    idm_num_parse(text, strlen(text), INT64_MAX, &number, NULL) !=
		IDM_OK)
		return 0;
	return number;
}

static void
init_notify(void)
{
	const char *path = getenv("NOTIFY_SOCKET");
	size_t len = path == NULL ? 0 : strlen(path);

	if (len == 0 || len >= sizeof(notify.sun_path))
		return;
	notify.sun_family = AF_UNIX;
	memcpy(notify.sun_path, path, len);
	/* '@' is how an abstract address is written. */
	if (path[0] == '@')
		notify.sun_path[0] = '\0';
	notify_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static void
init_watchdog(void)
{
	uint64_t pid = number_of("WATCHDOG_PID");

	/* Half of the time, as sd_watchdog_enabled(3) advises. */
	if (pid == 0 || pid == (uint64_t)getpid())
		watchdog_ms = (int64_t)(number_of("WATCHDOG_USEC") / 2000);
}

static int
socket_option(int fd, int option)
{
	socklen_t len = sizeof(int);
	int value;

	if (getsockopt(fd, SOL_SOCKET, option, &value, &len) == -1)
		return -1;
	return value;
}

static enum idm_status
take_socket(int *out, struct idm_err *err)
{
	uint64_t count = number_of("LISTEN_FDS");

	*out = -1;
	if (count == 0 || number_of("LISTEN_PID") != (uint64_t)getpid())
		return IDM_OK;
	if (count != 1)
		return idm_fail(err, IDM_INVALID,
		    "systemd passed %llu sockets, one is wanted",
		    (unsigned long long)count);
	if (socket_option(FIRST_PASSED, SO_DOMAIN) != AF_UNIX ||
	    socket_option(FIRST_PASSED, SO_TYPE) != SOCK_STREAM ||
	    socket_option(FIRST_PASSED, SO_ACCEPTCONN) != 1)
		return idm_fail(err, IDM_INVALID,
		    "what systemd passed is no listening local stream socket");
	if (fcntl(FIRST_PASSED, F_SETFD, FD_CLOEXEC) == -1)
		return idm_fail_errno(err, "socket of systemd");
	*out = FIRST_PASSED;
	return IDM_OK;
}

enum idm_status
service_init(int *fd, struct idm_err *err)
{
	static const char *const variables[] = { "NOTIFY_SOCKET",
		"WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_FDS", "LISTEN_PID",
		"LISTEN_FDNAMES" };
	enum idm_status st;

	init_notify();
	init_watchdog();
	st = take_socket(fd, err);
	for (size_t i = 0; i < IDM_COUNTOF(variables); i++)
		(void)unsetenv(variables[i]);
	return st;
}

int64_t
service_watchdog(void)
{
	return watchdog_ms;
}

void
service_notify(const char *fmt, ...)
{
	char text[512];
	va_list ap;
	int len;
	int fd;

	if (notify_len == 0)
		return;
	va_start(ap, fmt);
	len = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (len < 0 || (size_t)len >= sizeof(text))
		return;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return;
	(void)sendto(fd, text, (size_t)len, MSG_NOSIGNAL | MSG_DONTWAIT,
	    (const struct sockaddr *)&notify, notify_len);
	(void)close(fd);
}
