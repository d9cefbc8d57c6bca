#include "daemon/record.h"

static void
put_str(struct idm_buf *buf, struct idm_str str)
{
	idm_buf_put_str(buf, str.data, str.len);
}

void
record_request_write(struct idm_buf *buf, const struct record_request *request)
{
	idm_buf_put_u32(buf, request->id);
	idm_buf_put_u16(buf, request->op);
	idm_buf_put_u32(buf, request->caller.uid);
	idm_buf_put_u32(buf, request->caller.pid);
	idm_buf_put_u32(buf, request->caller.login);
	idm_buf_put_u16(buf, request->refused);
	put_str(buf, request->reason);
	if (request->op == IDM_OP_CACHE_PUT)
		idm_buf_put(buf, request->cache.data, request->cache.len);
	else if (idm_op_has_state_request(request->op))
		idm_state_request_write(buf, &request->state);
	else if (request->op != IDM_OP_STATE_STATUS)
		idm_user_request_write(buf, &request->user);
}

/* What the operation asks for, behind all that every request has. */
static enum idm_status
read_body(
    struct idm_str body, struct record_request *request, struct idm_err *err)
{
	if (request->op == IDM_OP_CACHE_PUT) {
		request->cache = body;
		return IDM_OK;
	}
	if (idm_op_has_state_request(request->op))
		return idm_state_request_read(
		    request->op, body, &request->state, err);
	if (request->op != IDM_OP_STATE_STATUS)
		return idm_user_request_read(body, &request->user, err);
	if (body.len > 0)
		return idm_fail(err, IDM_CORRUPT, "malformed record");
	return IDM_OK;
}

enum idm_status
record_request_read(
    struct idm_str packet, struct record_request *out, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(packet.data, packet.len);
	struct record_request request = {
		.id = idm_cursor_u32(&cursor),
		.op = idm_cursor_u16(&cursor),
		.caller.uid = idm_cursor_u32(&cursor),
		.caller.pid = idm_cursor_u32(&cursor),
		.caller.login = idm_cursor_u32(&cursor),
		.refused = idm_cursor_u16(&cursor),
		.reason = idm_cursor_str(&cursor),
	};
	enum idm_status st;

	if (cursor.bad || request.refused > IDM_SYSTEM)
		return idm_fail(err, IDM_CORRUPT, "malformed record");
	st = read_body(idm_cursor_rest(&cursor), &request, err);
	if (st == IDM_OK)
		*out = request;
	return st;
}

void
record_reply_write(struct idm_buf *buf, const struct record_reply *reply)
{
	idm_buf_put_u32(buf, reply->id);
	idm_buf_put_u16(buf, reply->status);
	idm_buf_put(buf, reply->body.data, reply->body.len);
}

enum idm_status
record_reply_read(
    struct idm_str packet, struct record_reply *out, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(packet.data, packet.len);
	struct record_reply reply = {
		.id = idm_cursor_u32(&cursor),
		.status = idm_cursor_u16(&cursor),
	};

	if (cursor.bad || reply.status > IDM_SYSTEM)
		return idm_fail(err, IDM_CORRUPT, "malformed record");
	reply.body = idm_cursor_rest(&cursor);
	*out = reply;
	return IDM_OK;
}
