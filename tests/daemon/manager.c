/*
 * manager -- what systemd is to idmapd, as far as the tests need it.
 *
 *	manager SOCKET NOTIFY TIMES COMMAND...
 *
 * Listens at SOCKET and passes that on as descriptor 3; writes each message
 * that comes to NOTIFY, a datagram socket, as lines to standard output.
 * Starts the command TIMES times, one after the other, and exits with the
 * last status.  SIGTERM is passed on.
 */

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"

static volatile sig_atomic_t child;

static void
pass_on(int signal)
{
	if (child > 0)
		(void)kill((pid_t)child, signal);
}

static int
bind_at(const char *path, int type)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path))
		errx(2, "path too long");
	memcpy(address.sun_path, path, strlen(path));
	if (fd == -1 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
	    chmod(path, 0666) == -1)
		err(1, "%s", path);
	return fd;
}

static _Noreturn void
run(int listener, const char *notify, char **command)
{
	char pid[32];
	int n = snprintf(pid, sizeof(pid), "%ld", (long)getpid());

	if (n < 0 || dup2(listener, 3) == -1 || fcntl(3, F_SETFD, 0) == -1 ||
	    setenv("LISTEN_PID", pid, 1) == -1 ||
	    setenv("LISTEN_FDS", "1", 1) == -1 ||
	    setenv("WATCHDOG_USEC", "200000", 1) == -1 ||
	    setenv("NOTIFY_SOCKET", notify, 1) == -1)
		err(1, "environment");
	(void)execvp(command[0], command);
	err(127, "%s", command[0]);
}

static void
print_messages(int fd)
{
	char text[4096];
	ssize_t n;

	while ((n = recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT)) > 0) {
		text[n] = '\0';
		puts(text);
		(void)fflush(stdout);
	}
}

/* Until the child ends; returns its status. */
static int
attend(int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int status;
	pid_t pid;

	while ((pid = waitpid((pid_t)child, &status, WNOHANG)) == 0 ||
	    (pid == -1 && errno == EINTR)) {
		(void)poll(&pfd, 1, 20);
		print_messages(fd);
	}
	print_messages(fd);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

int
main(int argc, char **argv)
{
	static const struct sigaction action = { .sa_handler = pass_on };
	uint64_t times;
	int status = 0;
	int listener;
	int notify;

	if (argc < 5 ||
	    idm_num_parse(argv[3], strlen(argv[3]), 100, &times, NULL) !=
		IDM_OK)
		errx(2, "see the source");
	listener = bind_at(argv[1], SOCK_STREAM);
	notify = bind_at(argv[2], SOCK_DGRAM);
	if (listen(listener, 128) == -1 ||
	    sigaction(SIGTERM, &action, NULL) == -1 ||
	    sigaction(SIGHUP, &action, NULL) == -1)
		err(1, "listen");
	for (uint64_t i = 0; i < times; i++) {
		pid_t pid = fork();

		if (pid == -1)
			err(1, "fork");
		if (pid == 0)
			run(listener, argv[2], argv + 4);
		child = pid;
		status = attend(notify);
		printf("ended %d\n", status);
	}
	(void)close(listener);
	(void)close(notify);
	return status;
}
