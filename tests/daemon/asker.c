/*
 * asker -- asks idmapd one thing and prints the answer.
 *
 *	asker [-s SOCKET] [-n TIMES] ping | status | purge | adopt [replace]
 *	asker ... add SCHEME REMOTE LOGIN | delete SCHEME REMOTE LOGIN
 *	asker ... list SCHEME REMOTE LOGIN | check SCHEME REMOTE LOGIN
 *	asker [-s SOCKET] fix SCHEME [OLD_REMOTE OLD_LOGIN REMOTE LOGIN]...
 *
 * An empty text stands for none.  TIMES clients ask at the same time, each
 * with %d in REMOTE replaced by its number.  Exits 0, or 1 and says why not.
 */

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/num.h"
#include "wire/client.h"

#define WAIT_MS 20000

static const char *path = IDM_SOCKET_PATH;

static const struct {
	const char *name;
	enum idm_op op;
} names[] = {
	{ "ping", IDM_OP_PING },
	{ "status", IDM_OP_STATUS },
	{ "add", IDM_OP_USER_ADD },
	{ "delete", IDM_OP_USER_DELETE },
	{ "list", IDM_OP_USER_LIST },
	{ "check", IDM_OP_USER_CHECK },
	{ "adopt", IDM_OP_USERS_ADOPT },
	{ "purge", IDM_OP_USERS_PURGE },
	{ "fix", IDM_OP_USERS_FIX },
};

static enum idm_op
op_of(const char *name)
{
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		if (strcmp(names[i].name, name) == 0)
			return names[i].op;
	}
	errx(2, "%s: no such operation", name);
}

static void
print_page(struct idm_str body)
{
	static const char *const faults[] = { "", " syntax", " unknown",
		" other", " vetoed", " dead" };
	struct idm_user_page page;
	struct idm_user_reply reply;
	struct idm_err why;

	if (idm_user_page_read(body, &page, &why) != IDM_OK)
		errx(1, "%s", why.text);
	while (idm_user_page_next(&page, &reply, &why) == IDM_OK) {
		printf("%.*s %.*s %u%s\n", (int)reply.remote.len,
		    reply.remote.data, (int)reply.logname.len,
		    reply.logname.data, reply.uid, faults[reply.fault]);
	}
	if (page.more)
		printf("more\n");
}

static void
print_reply(enum idm_op op, struct idm_str body)
{
	struct idm_cursor cursor = idm_cursor_over(body.data, body.len);

	switch (op) {
	case IDM_OP_NONE:
	case IDM_OP_PING:
		break;
	case IDM_OP_STATUS:
		printf("%.*s", (int)body.len, body.data);
		break;
	case IDM_OP_USER_ADD:
		puts(idm_cursor_u8(&cursor) != 0 ? "unchanged" : "added");
		break;
	case IDM_OP_USER_DELETE:
	case IDM_OP_USER_LIST:
	case IDM_OP_USER_CHECK:
		print_page(body);
		break;
	case IDM_OP_USERS_ADOPT:
		for (int i = 0; i < 16; i++)
			printf("%02x", idm_cursor_u8(&cursor));
		puts(idm_cursor_u8(&cursor) != 0 ? " new" : " present");
		break;
	case IDM_OP_USERS_PURGE:
		printf("%u\n", idm_cursor_u32(&cursor));
		break;
	case IDM_OP_USERS_FIX:
		puts(body.len == 0 ? "fixed" : "a body that nobody expects");
		break;
	case IDM_OP_STATE_GRANT: /* these are granter's */
	case IDM_OP_STATE_FIND:
	case IDM_OP_STATE_FIND_ID:
	case IDM_OP_STATE_ADOPT:
	case IDM_OP_STATE_IMPORT:
	case IDM_OP_STATE_RESTORE:
	case IDM_OP_STATE_FOLD:
	case IDM_OP_STATE_FLUSH:
	case IDM_OP_STATE_STATUS:
	case IDM_OP_LOOKUP: /* tests/directory/ */
	case IDM_OP_CACHE_PUT:
		break;
	}
}

static void
put_fix(struct idm_buf *body, int argc, char **argv)
{
	struct idm_user_request request = { .scheme = idm_str_of(argv[0]),
		.command = idm_str_of("asker") };
	struct idm_buf edits;

	idm_buf_init(&edits, 65536);
	for (int i = 1; i + 3 < argc; i += 4) {
		struct idm_user_edit edit = {
			.old_remote = idm_str_of(argv[i]),
			.old_logname = idm_str_of(argv[i + 1]),
			.remote = idm_str_of(argv[i + 2]),
			.logname = idm_str_of(argv[i + 3]),
		};

		idm_user_edit_write(&edits, &edit);
	}
	request.edits = (struct idm_str){ edits.data, edits.len };
	idm_user_request_write(body, &request);
	idm_buf_fini(&edits);
}

static void
put_request(struct idm_buf *body, enum idm_op op, int argc, char **argv)
{
	struct idm_user_request request = {
		.scheme = idm_str_of(argc > 0 ? argv[0] : ""),
		.remote = idm_str_of(argc > 1 ? argv[1] : ""),
		.logname = idm_str_of(argc > 2 ? argv[2] : ""),
		.command = idm_str_of("asker"),
	};

	if (op == IDM_OP_PING || op == IDM_OP_STATUS)
		return;
	if (op == IDM_OP_USERS_FIX) {
		put_fix(body, argc, argv);
		return;
	}
	if (op == IDM_OP_USERS_ADOPT) {
		request.flags = argc > 0 ? IDM_USER_REPLACE : 0;
		request.scheme = idm_str_of("");
	}
	idm_user_request_write(body, &request);
}

static int
ask(enum idm_op op, int argc, char **argv)
{
	struct idm_client *client = NULL;
	struct idm_buf body, reply;
	struct idm_err why;
	enum idm_status st;

	idm_buf_init(&body, 65536);
	idm_buf_init(&reply, IDM_WIRE_REPLY_MAX);
	put_request(&body, op, argc, argv);
	st = idm_client_open(path, NULL, 0, &client, &why);
	if (st == IDM_OK)
		st = idm_client_call(client, op,
		    (struct idm_str){ body.data, body.len }, WAIT_MS, &reply,
		    &why);
	if (st == IDM_OK)
		print_reply(op, (struct idm_str){ reply.data, reply.len });
	else
		printf("%s: %s\n", idm_status_name(st), why.text);
	idm_client_close(&client);
	idm_buf_fini(&body);
	idm_buf_fini(&reply);
	return st == IDM_OK ? 0 : 1;
}

/* One of many: its number takes the place of %d. */
static int
ask_numbered(uint64_t number, enum idm_op op, int argc, char **argv)
{
	const char *mark = argc > 1 ? strstr(argv[1], "%d") : NULL;
	char remote[1024];
	char *args[3];

	for (int i = 0; i < argc && i < 3; i++)
		args[i] = argv[i];
	if (mark != NULL) {
		int n = snprintf(remote, sizeof(remote), "%.*s%llu%s",
		    (int)(mark - argv[1]), argv[1], (unsigned long long)number,
		    mark + 2);

		if (n < 0 || (size_t)n >= sizeof(remote))
			errx(2, "name too long");
		args[1] = remote;
	}
	return ask(op, argc, args);
}

static int
ask_many(uint64_t times, enum idm_op op, int argc, char **argv)
{
	int failed = 0;
	int status;

	for (uint64_t i = 0; i < times; i++) {
		pid_t child = fork();

		if (child == -1)
			err(1, "fork");
		if (child == 0) {
			status = ask_numbered(i, op, argc, argv);
			if (fflush(stdout) != 0)
				status = 1;
			_exit(status);
		}
	}
	while (wait(&status) != -1)
		failed |= status != 0;
	return failed;
}

int
main(int argc, char **argv)
{
	uint64_t times = 1;
	struct idm_err why;
	enum idm_op op;
	int c;

	while ((c = getopt(argc, argv, "n:s:")) != -1) {
		if (c == 's')
			path = optarg;
		else if (c != 'n' ||
		    idm_num_parse(
			optarg, strlen(optarg), 10000, &times, &why) != IDM_OK)
			errx(2, "see the source");
	}
	argc -= optind;
	argv += optind;
	if (argc < 1)
		errx(2, "see the source");
	op = op_of(argv[0]);
	if (op == IDM_OP_USERS_FIX ? argc % 4 != 2 || times != 1 : argc > 4)
		errx(2, "see the source");
	if (times == 1)
		return ask(op, argc - 1, argv + 1);
	return ask_many(times, op, argc - 1, argv + 1);
}
