#include "identity/account.h"

#include "cli/ask.h"

#define DAEMON_USER "idmap"
#define WAIT_MS     30000 /* for an answer; an fsync may take its time */

/* The connection; the only peers we talk to are root and idmapd's user. */
static enum idm_status
dial(struct idm_client **client, struct idm_err *err)
{
	struct idm_account account;
	struct idm_err cause;
	enum idm_status st;
	uid_t peer = 0;

	st = idm_account_by_name(
	    IDM_ACCOUNTDIR, idm_str_of(DAEMON_USER), &account, NULL);
	if (st == IDM_OK)
		peer = account.uid;
	st = idm_client_open(IDM_SOCKET_PATH, &peer, 1, client, &cause);
	if (st != IDM_TEMPFAIL)
		return st == IDM_OK ? st : idm_fail(err, st, "%s", cause.text);
	return idm_fail(err, st,
	    "idmapd does not answer: %s (start it with 'systemctl start "
	    "idmap.socket', or 'idmapd &' where there is no systemd)",
	    cause.text);
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
