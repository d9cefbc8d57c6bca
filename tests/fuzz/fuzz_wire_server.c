#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "daemon/op.h"
#include "daemon/record.h"
#include "daemon/session.h"
#include "wire/lookup.h"

/* What the engine makes of a request must be what the keeper reads. */
static void
pass_to_keeper(const struct idm_user_request *user, uint16_t op)
{
	struct record_request request = {
		.id = 7, .op = op, .user = *user, .reason = idm_str_of("why")
	};
	struct record_request read;
	struct idm_buf packet;

	idm_buf_init(&packet, RECORD_MAX);
	record_request_write(&packet, &request);
	if (packet.status != IDM_OK ||
	    record_request_read((struct idm_str){ packet.data, packet.len },
		&read, NULL) != IDM_OK ||
	    read.op != op ||
	    idm_str_compare(read.user.remote, user->remote) != 0 ||
	    idm_str_compare(read.user.command, user->command) != 0 ||
	    idm_str_compare(read.user.edits, user->edits) != 0)
		abort();
	idm_buf_fini(&packet);
}

/* The same of a request about allocations. */
static void
pass_state_to_keeper(const struct idm_state_request *state, uint16_t op)
{
	struct record_request request = {
		.id = 7, .op = op, .state = *state, .reason = idm_str_of("why")
	};
	struct record_request read;
	struct idm_buf packet;

	idm_buf_init(&packet, RECORD_MAX);
	record_request_write(&packet, &request);
	if (packet.status != IDM_OK ||
	    record_request_read((struct idm_str){ packet.data, packet.len },
		&read, NULL) != IDM_OK ||
	    read.op != op || read.state.flags != state->flags ||
	    read.state.number != state->number ||
	    idm_str_compare(read.state.domain, state->domain) != 0 ||
	    idm_str_compare(read.state.items, state->items) != 0)
		abort();
	idm_buf_fini(&packet);
}

/* What is read of the edits, and written again, is the same bytes. */
static void
read_edits(struct idm_str edits)
{
	struct idm_str rest = edits;
	struct idm_user_edit edit;
	struct idm_buf again;

	idm_buf_init(&again, IDM_USER_EDITS_MAX);
	while (idm_user_edit_next(&rest, &edit))
		idm_user_edit_write(&again, &edit);
	if (again.status != IDM_OK || again.len != edits.len ||
	    (edits.len > 0 && memcmp(again.data, edits.data, edits.len) != 0))
		abort();
	idm_buf_fini(&again);
}

static void
look_at_request(const struct session *session)
{
	struct idm_state_request state;
	struct idm_user_request request;
	struct idm_str body = session_body(session);
	uint16_t op = session->frame.op;

	if (body.len > IDM_WIRE_REQUEST_MAX)
		abort();
	(void)op_find(op);
	if (idm_op_has_state_request(op)) {
		if (idm_state_request_read(op, body, &state, NULL) == IDM_OK)
			pass_state_to_keeper(&state, op);
		return;
	}
	if (op == IDM_OP_STATE_STATUS || op == IDM_OP_CACHE_PUT ||
	    idm_user_request_read(body, &request, NULL) != IDM_OK)
		return;
	read_edits(request.edits);
	pass_to_keeper(&request, op);
}

/* What was read lies in the packet. */
static void
read_packet(struct idm_str packet)
{
	struct record_request request;
	struct record_reply reply;

	if (record_request_read(packet, &request, NULL) == IDM_OK &&
	    !idm_op_has_state_request(request.op) &&
	    request.op != IDM_OP_STATE_STATUS &&
	    request.op != IDM_OP_CACHE_PUT &&
	    request.user.edits.data + request.user.edits.len !=
		packet.data + packet.len)
		abort();
	if (record_reply_read(packet, &reply, NULL) == IDM_OK &&
	    reply.body.data + reply.body.len != packet.data + packet.len)
		abort();
}

/* What one was asked, or answered, is written as it was read. */
static void
read_lookup(struct idm_str body)
{
	struct idm_looked_up found;
	struct idm_lookup lookup;
	struct idm_buf buf;

	idm_buf_init(&buf, body.len + 1);
	if (idm_lookup_read(body, &lookup, NULL) == IDM_OK) {
		idm_lookup_write(&buf, &lookup);
		if (buf.len != body.len ||
		    memcmp(buf.data, body.data, buf.len) != 0)
			abort();
	}
	idm_buf_clear(&buf);
	if (idm_looked_up_read(body, &found, NULL) == IDM_OK) {
		idm_looked_up_write(&buf, &found);
		if (buf.len != body.len ||
		    memcmp(buf.data, body.data, buf.len) != 0)
			abort();
	}
	idm_buf_fini(&buf);
}

/*
 * The bytes of a client, in pieces whose sizes the first byte says; then the
 * same bytes as a packet of the keeper's and of the engine's.
 */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct session session;
	enum idm_status st = IDM_OK;
	size_t most = len == 0 ? 1 : 1 + data[0];
	size_t at = len == 0 ? 0 : 1;

	session_init(&session);
	while (st == IDM_OK && at < len) {
		size_t n = session_wants(&session);

		n = n < most ? n : most;
		n = n < len - at ? n : len - at;
		st = session_take(&session, data + at, n, NULL);
		at += n;
		if (st == IDM_OK && session.state == SESSION_READY) {
			look_at_request(&session);
			session_next(&session);
		}
	}
	session_fini(&session);
	read_packet((struct idm_str){ (const char *)data, len });
	read_lookup((struct idm_str){ (const char *)data, len });
	return 0;
}
