#include <sys/random.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "state/asked.h"
#include "state/remote.h"
#include "wire/client.h"

struct idm_remote {
	char path[108]; /* as long as an address can be */
	uid_t peer[IDM_REMOTE_PEERS_MAX];
	size_t npeers;
	unsigned wait_ms;
	struct idm_client *client; /* NULL: not connected */
	struct idm_buf body;
	struct idm_buf reply;
	struct idm_asked asked;
};

static enum idm_status
ask(void *context, enum idm_op op, const struct idm_state_request *request,
    struct idm_str *reply, struct idm_err *err)
{
	return idm_remote_ask(context, op, request, reply, err);
}

enum idm_status
idm_remote_new(const char *path, const uid_t *peers, size_t npeers,
    unsigned wait_ms, struct idm_remote **out, struct idm_err *err)
{
	struct idm_remote *remote = calloc(1, sizeof(*remote));
	int n;

	if (remote == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	n = snprintf(remote->path, sizeof(remote->path), "%s", path);
	if (n < 0 || (size_t)n >= sizeof(remote->path) ||
	    npeers > IDM_REMOTE_PEERS_MAX) {
		free(remote);
		return idm_fail(err, IDM_INVALID, "%s: path too long", path);
	}
	for (size_t i = 0; i < npeers; i++)
		remote->peer[i] = peers[i];
	remote->npeers = npeers;
	remote->wait_ms = wait_ms;
	idm_buf_init(&remote->body, IDM_WIRE_REQUEST_MAX);
	idm_buf_init(&remote->reply, IDM_WIRE_REPLY_MAX);
	remote->asked = (struct idm_asked){ ask, remote };
	*out = remote;
	return IDM_OK;
}

void
idm_remote_free(struct idm_remote **remote)
{
	if (*remote == NULL)
		return;
	idm_client_close(&(*remote)->client);
	idm_buf_fini(&(*remote)->body);
	idm_buf_fini(&(*remote)->reply);
	free(*remote);
	*remote = NULL;
}

/* ---- One question. */

static enum idm_status
call(struct idm_remote *remote, enum idm_op op, struct idm_err *err)
{
	struct idm_str body = { remote->body.data, remote->body.len };
	enum idm_status st = IDM_OK;

	if (remote->client == NULL)
		st = idm_client_open(remote->path, remote->peer, remote->npeers,
		    &remote->client, err);
	if (st != IDM_OK)
		return st;
	idm_buf_clear(&remote->reply);
	st = idm_client_call(
	    remote->client, op, body, remote->wait_ms, &remote->reply, err);
	/* Whether the connection is dead cannot be seen; a new one is cheap. */
	if (st != IDM_OK)
		idm_client_close(&remote->client);
	return st;
}

/*
 * idmapd closes a connection that was idle, and that is seen only when it is
 * used: a second try then asks somebody who was not asked yet.  Asking twice
 * is no harm, for the same wish gets the same number; but a transfer is only
 * whole over one connection's time.
 */
enum idm_status
idm_remote_ask(struct idm_remote *remote, enum idm_op op,
    const struct idm_state_request *request, struct idm_str *reply,
    struct idm_err *err)
{
	bool was_connected = remote->client != NULL;
	enum idm_status st;

	idm_buf_clear(&remote->body);
	if (request != NULL)
		idm_state_request_write(&remote->body, request);
	st = idm_buf_status(&remote->body, err);
	if (st != IDM_OK)
		return idm_within(err, st, "request to idmapd");
	st = call(remote, op, err);
	if (st == IDM_TEMPFAIL && was_connected)
		st = call(remote, op, err);
	if (st == IDM_OK)
		*reply = (struct idm_str){ remote->reply.data,
			remote->reply.len };
	return st;
}

/* ---- The allocator. */

struct idm_allocator
idm_remote_allocator(struct idm_remote *remote)
{
	return idm_asked_allocator(&remote->asked);
}

/* ---- Transfers. */

enum idm_status
idm_transfer_begin(struct idm_transfer *transfer, struct idm_remote *remote,
    enum idm_op op, const struct idm_state_request *request,
    struct idm_err *err)
{
	*transfer = (struct idm_transfer){
		.remote = remote,
		.op = op,
		.request = *request,
	};
	transfer->request.flags |= IDM_STATE_FIRST;
	idm_buf_init(&transfer->items, IDM_STATE_ITEMS_MAX);
	if (getrandom(&transfer->request.number,
		sizeof(transfer->request.number),
		0) != sizeof(transfer->request.number))
		return idm_fail_errno(err, "getrandom");
	return IDM_OK;
}

static enum idm_status
send_items(struct idm_transfer *transfer, bool more, struct idm_str *reply,
    struct idm_err *err)
{
	struct idm_state_request *request = &transfer->request;
	enum idm_status st;

	request->items = (struct idm_str){ transfer->items.data,
		transfer->items.len };
	if (more)
		request->flags |= IDM_STATE_MORE;
	else
		request->flags &= (uint8_t)~IDM_STATE_MORE;
	st = idm_remote_ask(
	    transfer->remote, transfer->op, request, reply, err);
	request->flags &= (uint8_t)~IDM_STATE_FIRST;
	idm_buf_clear(&transfer->items);
	return st;
}

/* The bytes behind len did not fit: send those before, and begin with them. */
static enum idm_status
send_full(struct idm_transfer *transfer, size_t len, struct idm_err *err)
{
	struct idm_str reply;

	if (len == 0) {
		return idm_fail(err, IDM_EXHAUSTED,
		    "a record is too long to be sent to idmapd");
	}
	transfer->items.len = len;
	transfer->items.status = IDM_OK;
	return send_items(transfer, true, &reply, err);
}

enum idm_status
idm_transfer_pin(struct idm_transfer *transfer, const struct idm_pin *pin,
    struct idm_err *err)
{
	size_t len = transfer->items.len;
	enum idm_status st = IDM_OK;

	idm_pin_write(&transfer->items, pin);
	if (transfer->items.status == IDM_EXHAUSTED) {
		st = send_full(transfer, len, err);
		idm_pin_write(&transfer->items, pin);
	}
	return st == IDM_OK ? idm_buf_status(&transfer->items, err) : st;
}

enum idm_status
idm_transfer_record(struct idm_transfer *transfer,
    const struct idm_state_record *record, struct idm_err *err)
{
	size_t len = transfer->items.len;
	enum idm_status st = IDM_OK;

	idm_state_record_write(&transfer->items, record);
	if (transfer->items.status == IDM_EXHAUSTED) {
		st = send_full(transfer, len, err);
		idm_state_record_write(&transfer->items, record);
	}
	return st == IDM_OK ? idm_buf_status(&transfer->items, err) : st;
}

enum idm_status
idm_transfer_end(
    struct idm_transfer *transfer, struct idm_str *reply, struct idm_err *err)
{
	return send_items(transfer, false, reply, err);
}

void
idm_transfer_fini(struct idm_transfer *transfer)
{
	idm_buf_fini(&transfer->items);
}
