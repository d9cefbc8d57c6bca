/*
 * hostile -- clients nobody wants, for the tests of idmapd.
 *
 *	hostile many N       open N connections, print how many are served and
 *	                     how many refused, keep them until standard input
 *	                     ends
 *	hostile silent       say nothing until idmapd hangs up
 *	hostile slow         send a request, one byte in half a second
 *	hostile deaf         ask for lists and read no reply
 *	hostile bytes HEX    send these behind the greeting, print the answer
 *	hostile vanish HEX   send them and hang up, a hundred times
 *	hostile ask DOMAIN N ask for users x1, x2 ... xN and hang up at once;
 *half of them as hints, for which nobody waits hostile flood N      N refused
 *additions as fast as possible; print the statuses that were answered
 */

#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/num.h"
#include "wire/client.h"
#include "wire/lookup.h"

#define WAIT_MS  20000
#define SENT_MAX 65536
#define MANY_MAX 1000

static int
connect_to_daemon(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX,
		.sun_path = IDM_SOCKET_PATH };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd == -1 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == -1)
		err(1, "connect");
	return fd;
}

/* Read until idmapd hangs up; print what it said if it was a failure. */
static void
read_to_end(int fd)
{
	unsigned char said[4096];
	struct idm_frame frame;
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, said + len, sizeof(said) - len)) > 0)
		len += (size_t)n;
	if (len < IDM_WIRE_GREETING)
		errx(1, "no greeting");
	if (len >= IDM_WIRE_GREETING + IDM_WIRE_FRAME &&
	    idm_frame_read(
		said + IDM_WIRE_GREETING, sizeof(said), &frame, NULL) == IDM_OK)
		printf("%s: %.*s\n",
		    idm_status_name((enum idm_status)frame.status),
		    (int)(len - IDM_WIRE_GREETING - IDM_WIRE_FRAME),
		    said + IDM_WIRE_GREETING + IDM_WIRE_FRAME);
	puts("hung up");
}

/* Connect and read the greeting. */
static int
open_one(void)
{
	char greeting[IDM_WIRE_GREETING];
	int fd = connect_to_daemon();

	if (recv(fd, greeting, sizeof(greeting), MSG_WAITALL) !=
	    (ssize_t)sizeof(greeting))
		errx(1, "no greeting");
	return fd;
}

static void
open_many(uint64_t count)
{
	struct rlimit files = { MANY_MAX + 64, MANY_MAX + 64 };
	unsigned served = 0;
	int fd[MANY_MAX + 1];
	char byte;

	(void)setrlimit(RLIMIT_NOFILE, &files);
	/* Once the last one is greeted, the others know what they are. */
	for (uint64_t i = 0; i <= count; i++)
		fd[i] = open_one();
	for (uint64_t i = 0; i < count; i++)
		served += recv(fd[i], &byte, 1, MSG_DONTWAIT) == -1;
	printf("served %u refused %u\n", served, (unsigned)count - served);
	(void)fflush(stdout);
	(void)getchar();
}

static void
be_slow(void)
{
	static const char request[] = "\1\0\0\1\0\0\3\0\0\0aaaaaaaaaaaaaaaa";
	int fd = connect_to_daemon();

	for (size_t i = 0; i < sizeof(request); i++) {
		if (send(fd, request + i, 1, MSG_NOSIGNAL) != 1)
			break;
		(void)poll(NULL, 0, 500);
	}
	read_to_end(fd);
}

static void
be_deaf(void)
{
	struct idm_user_request request = { .scheme = idm_str_of("s"),
		.remote = idm_str_of(""),
		.logname = idm_str_of(""),
		.command = idm_str_of("") };
	struct idm_frame frame = { .op = IDM_OP_USER_LIST };
	int fd = connect_to_daemon();
	struct idm_buf body, all;
	ssize_t n;

	idm_buf_init(&body, SENT_MAX);
	idm_user_request_write(&body, &request);
	frame.length = (uint32_t)body.len;
	idm_buf_init(&all, SENT_MAX);
	idm_frame_write(&all, &frame);
	idm_buf_put(&all, body.data, body.len);
	if (write(fd, "\1", 2) != 2)
		err(1, "write");
	do
		n = send(fd, all.data, all.len, MSG_NOSIGNAL);
	while (n == (ssize_t)all.len);
	idm_buf_fini(&body);
	idm_buf_fini(&all);
	puts("hung up");
}

static size_t
parse_hex(const char *hex, unsigned char *bytes, size_t size)
{
	size_t len = strlen(hex) / 2;

	if (len > size)
		errx(2, "too many bytes");
	for (size_t i = 0; i < len; i++) {
		char digits[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		bytes[i] = (unsigned char)strtoul(digits, NULL, 16);
	}
	return len;
}

static int
send_bytes(const char *hex)
{
	unsigned char bytes[1024];
	size_t len = parse_hex(hex, bytes, sizeof(bytes));
	int fd = connect_to_daemon();

	/* It may have hung up already, and is heard by whom it concerns. */
	(void)send(fd, bytes, len, MSG_NOSIGNAL);
	return fd;
}

static void
flood(uint64_t count)
{
	struct idm_user_request request = { .scheme = idm_str_of("nix"),
		.remote = idm_str_of("a!b"),
		.logname = idm_str_of(""),
		.command = idm_str_of("flood") };
	unsigned answers[IDM_SYSTEM + 1] = { 0 };
	struct idm_client *client = NULL;
	struct idm_buf body, reply;
	struct idm_err why;

	idm_buf_init(&body, SENT_MAX);
	idm_buf_init(&reply, SENT_MAX);
	idm_user_request_write(&body, &request);
	if (idm_client_open(IDM_SOCKET_PATH, NULL, 0, &client, &why) != IDM_OK)
		errx(1, "%s", why.text);
	for (uint64_t i = 0; i < count; i++) {
		enum idm_status st = idm_client_call(client, IDM_OP_USER_ADD,
		    (struct idm_str){ body.data, body.len }, WAIT_MS, &reply,
		    &why);

		answers[st]++;
	}
	for (unsigned st = 0; st <= IDM_SYSTEM; st++) {
		if (answers[st] > 0)
			puts(idm_status_name((enum idm_status)st));
	}
	idm_client_close(&client);
	idm_buf_fini(&body);
	idm_buf_fini(&reply);
}

/* Ask for a user, and wait for no answer. */
static void
ask_and_vanish(const char *domain, uint64_t number)
{
	struct idm_frame frame = { .op = IDM_OP_LOOKUP };
	struct idm_lookup lookup = {
		.kind = IDM_LOOKUP_USER,
		.by = IDM_LOOKUP_BY_NAME,
		.flags = number % 2 == 0 ? IDM_LOOKUP_BEHIND : 0,
		.domain = idm_str_of(domain),
	};
	struct idm_buf body, all;
	char name[32];
	int fd;

	(void)snprintf(name, sizeof(name), "x%llu", (unsigned long long)number);
	lookup.name = idm_str_of(name);
	idm_buf_init(&body, SENT_MAX);
	idm_buf_init(&all, SENT_MAX);
	idm_lookup_write(&body, &lookup);
	frame.length = (uint32_t)body.len;
	idm_buf_put(&all, "\1", 2); /* the version */
	idm_frame_write(&all, &frame);
	idm_buf_put(&all, body.data, body.len);
	fd = open_one();
	(void)send(fd, all.data, all.len, MSG_NOSIGNAL);
	/* It is read before we are seen to be gone. */
	(void)shutdown(fd, SHUT_RDWR);
	(void)close(fd);
	idm_buf_fini(&body);
	idm_buf_fini(&all);
}

int
main(int argc, char **argv)
{
	uint64_t count = 0;

	if (argc == 3 && argv[1][0] != 'b' && argv[1][0] != 'v' &&
	    idm_num_parse(argv[2], strlen(argv[2]), MANY_MAX, &count, NULL) !=
		IDM_OK)
		errx(2, "see the source");
	if (argc == 4 && strcmp(argv[1], "ask") == 0 &&
	    idm_num_parse(argv[3], strlen(argv[3]), 100000, &count, NULL) ==
		IDM_OK)
		for (uint64_t i = 1; i <= count; i++)
			ask_and_vanish(argv[2], i);
	else if (argc == 3 && strcmp(argv[1], "many") == 0)
		open_many(count);
	else if (argc == 3 && strcmp(argv[1], "flood") == 0)
		flood(count);
	else if (argc == 3 && strcmp(argv[1], "bytes") == 0)
		read_to_end(send_bytes(argv[2]));
	else if (argc == 3 && strcmp(argv[1], "vanish") == 0)
		for (int i = 0; i < 100; i++)
			(void)close(send_bytes(argv[2]));
	else if (argc == 2 && strcmp(argv[1], "silent") == 0)
		read_to_end(connect_to_daemon());
	else if (argc == 2 && strcmp(argv[1], "slow") == 0)
		be_slow();
	else if (argc == 2 && strcmp(argv[1], "deaf") == 0)
		be_deaf();
	else
		errx(2, "see the source");
	return 0;
}
