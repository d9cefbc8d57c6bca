#include "identity/account.h"

#include "cli/ask.h"

#define DAEMON_USER "idmap"
#define WAIT_MS     30000 /* for an answer; an fsync may take its time */
#define GRACE_MS    500   /* idmapd's own reason comes at its deadline */

/* The only peers we talk to are root and idmapd's user. */
static uid_t
peer_of(void)
{
	struct idm_account account;

	return idm_account_by_name(IDM_ACCOUNTDIR, idm_str_of(DAEMON_USER),
		   &account, NULL) == IDM_OK
	    ? account.uid
	    : 0;
}

static enum idm_status
no_answer(const struct idm_err *cause, struct idm_err *err)
{
	return idm_fail(
	    err, IDM_TEMPFAIL, "idmapd does not answer: %s", cause->text);
}

static enum idm_status
dial(struct idm_client **client, struct idm_err *err)
{
	uid_t peer = peer_of();
	struct idm_err cause;
	enum idm_status st;

	st = idm_client_open(IDM_SOCKET_PATH, &peer, 1, client, &cause);
	if (st != IDM_TEMPFAIL)
		return st == IDM_OK ? st : idm_fail(err, st, "%s", cause.text);
	return no_answer(&cause, err);
}

enum idm_status
cli_ask(enum idm_op op, const struct idm_user_request *request,
    struct idm_buf *reply, struct idm_err *err)
{
	struct idm_client *client = NULL;
	enum idm_status st;
	struct idm_buf body;

	idm_buf_init(&body, IDM_WIRE_REQUEST_MAX);
	if (request != NULL)
		idm_user_request_write(&body, request);
	st = idm_buf_status(&body, err);
	if (st == IDM_OK)
		st = dial(&client, err);
	if (st == IDM_OK)
		st = idm_client_call(client, op,
		    (struct idm_str){ body.data, body.len }, WAIT_MS, reply,
		    err);
	idm_client_close(&client);
	idm_buf_fini(&body);
	return st;
}

static enum idm_status
inquire(void *context, const struct idm_lookup *lookup, unsigned wait_ms,
    struct idm_buf *reply, struct idm_looked_up *out, struct idm_err *err)
{
	char memory[IDM_ONCE_MAX];
	struct idm_buf request;
	struct idm_err cause;
	uid_t peer = peer_of();
	bool is_silent = false;
	enum idm_status st;

	(void)context;
	idm_buf_init_fixed(&request, memory, sizeof(memory));
	idm_lookup_write(&request, lookup);
	st = idm_buf_status(&request, err);
	if (st != IDM_OK)
		return st;
	st = idm_client_once(IDM_SOCKET_PATH, &peer, 1, IDM_OP_LOOKUP,
	    (struct idm_str){ request.data, request.len }, wait_ms + GRACE_MS,
	    reply, &is_silent, &cause);
	if (st == IDM_TEMPFAIL && is_silent)
		return no_answer(&cause, err);
	if (st != IDM_OK)
		return idm_fail(err, st, "%s", cause.text);
	return idm_looked_up_read(
	    (struct idm_str){ reply->data, reply->len }, out, err);
}

const struct idm_inquired cli_inquired = { inquire, NULL };
