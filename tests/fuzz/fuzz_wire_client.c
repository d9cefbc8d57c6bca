#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#include "wire/client.h"

/* More would not fit into a socket that nobody reads. */
#define SAID_MAX 65536

/* Read every entry that a reply may hold; each lies within the reply. */
static void
read_page(struct idm_str body)
{
	struct idm_user_reply reply;
	struct idm_user_page page;

	if (idm_user_page_read(body, &page, NULL) != IDM_OK)
		return;
	while (idm_user_page_next(&page, &reply, NULL) == IDM_OK) {
		if (reply.remote.data < body.data ||
		    reply.logname.data + reply.logname.len >
			body.data + body.len)
			abort();
	}
}

static void
ask(struct idm_client *client)
{
	struct idm_buf reply;
	enum idm_status st;

	idm_buf_init(&reply, SAID_MAX);
	do {
		idm_buf_clear(&reply);
		st = idm_client_call(client, IDM_OP_USER_LIST, idm_str_of(""),
		    1000, &reply, NULL);
		if (st == IDM_OK)
			read_page((struct idm_str){ reply.data, reply.len });
	} while (st == IDM_OK);
	idm_buf_fini(&reply);
}

/* The bytes are all that a server says before it hangs up. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const uid_t self = geteuid();
	struct idm_client *client = NULL;
	int pair[2];

	if (len > SAID_MAX || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		return 0;
	if (send(pair[0], data, len, MSG_DONTWAIT) == (ssize_t)len) {
		(void)shutdown(pair[0], SHUT_WR);
		if (idm_client_take(pair[1], &self, 1, &client, NULL) == IDM_OK)
			ask(client);
		idm_client_close(&client);
	} else {
		(void)close(pair[1]);
	}
	(void)close(pair[0]);
	return 0;
}
