/*
 * logsink SOCKET FILE -- stands in for syslogd: appends each message that is
 * sent to SOCKET to FILE, a line each.  Goes to the background once it
 * listens, and ends with the namespace of the test.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define MESSAGE_MAX 16384

static int
listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (fd == -1 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) == -1 ||
	    chmod(path, 0666) == -1)
		return -1;
	return fd;
}

int
main(int argc, char **argv)
{
	static char text[MESSAGE_MAX];
	FILE *file;
	int fd;

	if (argc != 3) {
		fprintf(stderr, "usage: logsink SOCKET FILE\n");
		return 2;
	}
	fd = listen_at(argv[1]);
	file = fopen(argv[2], "ae");
	if (fd == -1 || file == NULL || daemon(0, 0) == -1) {
		fprintf(stderr, "logsink: %s\n", strerror(errno));
		return 1;
	}
	for (;;) {
		ssize_t len = recv(fd, text, sizeof(text), 0);

		if (len <= 0)
			return 1;
		fprintf(file, "%.*s\n", (int)len, text);
		fflush(file);
	}
}
