#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "directory/reach.h"

/* A peer that went without a word is noticed by then, in seconds. */
#define KEEP_IDLE     60
#define KEEP_INTERVAL 10
#define KEEP_PROBES   3

/* Wait until the socket is connected; 0, or an errno. */
static int
await_connection(int fd, int64_t deadline)
{
	struct pollfd wanted = { .fd = fd, .events = POLLOUT };
	socklen_t len = sizeof(int);
	int error = 0;

	for (;;) {
		int64_t left = deadline - idm_clock_ms();
		int n;

		if (left <= 0)
			return ETIMEDOUT;
		n = poll(&wanted, 1, left > 60000 ? 60000 : (int)left);
		if (n == -1 && errno != EINTR)
			return errno;
		if (n == 1)
			break;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return errno;
	return error;
}

/* Returns a connected socket; -1 and errno. */
static int
reach(const struct sockaddr *address, socklen_t len, int64_t deadline)
{
	int error = 0;
	int fd;

	fd = idm_fd_above_stdio(socket(
	    address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
	if (fd == -1)
		return -1;
	if (connect(fd, address, len) == -1) {
		error = errno;
		if (error == EINPROGRESS || error == EINTR)
			error = await_connection(fd, deadline);
	}
	if (error != 0) {
		(void)close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static void
tune(int fd)
{
	const int on = 1, idle = KEEP_IDLE, interval = KEEP_INTERVAL;
	const int probes = KEEP_PROBES;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	(void)setsockopt(
	    fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
}

enum idm_status
idm_reach_host(
    const char *host, int port, int64_t deadline, int *fd, struct idm_err *err)
{
	const struct addrinfo hints = {
		.ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV,
	};
	struct addrinfo *all = NULL;
	char service[12];
	int64_t left = 0;
	int got = -1;
	int rc;

	(void)snprintf(service, sizeof(service), "%d", port);
	rc = getaddrinfo(host, service, &hints, &all);
	if (rc != 0) {
		return idm_fail(err, IDM_TEMPFAIL, "find address of %s: %s",
		    host, gai_strerror(rc));
	}
	for (struct addrinfo *at = all; at != NULL; at = at->ai_next)
		left++;
	errno = ETIMEDOUT;
	for (struct addrinfo *at = all; at != NULL && got == -1;
	     at = at->ai_next) {
		int64_t now = idm_clock_ms();

		got = reach(at->ai_addr, at->ai_addrlen,
		    now + (deadline - now) / left--);
	}
	rc = errno;
	freeaddrinfo(all);
	if (got == -1) {
		return idm_fail(err, IDM_TEMPFAIL, "connect to port %d: %s",
		    port, strerror(rc));
	}
	tune(got);
	*fd = got;
	return IDM_OK;
}

enum idm_status
idm_reach_path(const char *path, int64_t deadline, int *fd, struct idm_err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int got;

	if (strlen(path) >= sizeof(address.sun_path))
		return idm_fail(err, IDM_INVALID, "%s: path too long", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	got = reach(
	    (const struct sockaddr *)&address, sizeof(address), deadline);
	if (got == -1) {
		return idm_fail(err, IDM_TEMPFAIL, "connect to %s: %s", path,
		    strerror(errno));
	}
	*fd = got;
	return IDM_OK;
}
