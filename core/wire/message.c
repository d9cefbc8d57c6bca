#include <string.h>

#include "wire/message.h"

void
idm_frame_write(struct idm_buf *buf, const struct idm_frame *frame)
{
	idm_buf_put_u32(buf, frame->length);
	idm_buf_put_u16(buf, frame->op);
	idm_buf_put_u16(buf, frame->status);
}

enum idm_status
idm_frame_read(const unsigned char bytes[IDM_WIRE_FRAME], uint32_t max,
    struct idm_frame *out, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(bytes, IDM_WIRE_FRAME);
	struct idm_frame frame = {
		.length = idm_cursor_u32(&cursor),
		.op = idm_cursor_u16(&cursor),
		.status = idm_cursor_u16(&cursor),
	};

	if (frame.length > max) {
		return idm_fail(err, IDM_CORRUPT,
		    "message of %lu bytes, at most %lu are allowed",
		    (unsigned long)frame.length, (unsigned long)max);
	}
	if (frame.status > IDM_SYSTEM) {
		return idm_fail(err, IDM_CORRUPT, "unknown status %u",
		    (unsigned)frame.status);
	}
	*out = frame;
	return IDM_OK;
}

void
idm_greeting_write(struct idm_buf *buf)
{
	idm_buf_put(buf, IDM_WIRE_MAGIC, IDM_WIRE_MAGIC_SIZE);
	idm_buf_put_u16(buf, IDM_WIRE_VERSION);
	idm_buf_put_u16(buf, IDM_WIRE_VERSION);
}

enum idm_status
idm_greeting_read(const unsigned char bytes[IDM_WIRE_GREETING],
    uint16_t *version, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(bytes, IDM_WIRE_GREETING);
	const void *magic = idm_cursor_bytes(&cursor, IDM_WIRE_MAGIC_SIZE);
	unsigned lowest = idm_cursor_u16(&cursor);
	unsigned highest = idm_cursor_u16(&cursor);

	if (memcmp(magic, IDM_WIRE_MAGIC, IDM_WIRE_MAGIC_SIZE) != 0)
		return idm_fail(err, IDM_CORRUPT, "this is not idmapd");
	if (lowest > IDM_WIRE_VERSION || highest < IDM_WIRE_VERSION) {
		return idm_fail(err, IDM_CORRUPT,
		    "idmapd speaks versions %u to %u, this program version %u",
		    lowest, highest, (unsigned)IDM_WIRE_VERSION);
	}
	*version = IDM_WIRE_VERSION;
	return IDM_OK;
}

static void
put_str(struct idm_buf *buf, struct idm_str str)
{
	idm_buf_put_str(buf, str.data, str.len);
}

void
idm_user_request_write(
    struct idm_buf *buf, const struct idm_user_request *request)
{
	struct idm_str command = request->command;

	if (command.len > IDM_COMMAND_MAX)
		command.len = IDM_COMMAND_MAX;
	idm_buf_put_u8(buf, request->flags);
	put_str(buf, request->scheme);
	put_str(buf, request->remote);
	put_str(buf, request->logname);
	put_str(buf, command);
	idm_buf_put(buf, request->edits.data, request->edits.len);
}

/* Are these edits, and nothing else? */
static bool
are_edits(struct idm_str edits)
{
	struct idm_user_edit edit;
	bool is_one = true;

	while (is_one)
		is_one = idm_user_edit_next(&edits, &edit);
	return edits.len == 0;
}

enum idm_status
idm_user_request_read(
    struct idm_str body, struct idm_user_request *out, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(body.data, body.len);
	struct idm_user_request request = {
		.flags = idm_cursor_u8(&cursor),
		.scheme = idm_cursor_str(&cursor),
		.remote = idm_cursor_str(&cursor),
		.logname = idm_cursor_str(&cursor),
		.command = idm_cursor_str(&cursor),
	};

	request.edits = idm_cursor_rest(&cursor);
	if (cursor.bad || !are_edits(request.edits))
		return idm_fail(err, IDM_CORRUPT, "malformed request");
	if ((request.flags & ~IDM_USER_REPLACE) != 0)
		return idm_fail(err, IDM_CORRUPT, "unknown flags in request");
	if (request.command.len > IDM_COMMAND_MAX)
		return idm_fail(err, IDM_CORRUPT, "command line too long");
	if (request.edits.len > IDM_USER_EDITS_MAX) {
		return idm_fail(err, IDM_CORRUPT,
		    "%zu bytes of edits, at most %d are allowed",
		    request.edits.len, IDM_USER_EDITS_MAX);
	}
	*out = request;
	return IDM_OK;
}

void
idm_user_edit_write(struct idm_buf *buf, const struct idm_user_edit *edit)
{
	put_str(buf, edit->old_remote);
	put_str(buf, edit->old_logname);
	put_str(buf, edit->remote);
	put_str(buf, edit->logname);
}

bool
idm_user_edit_next(struct idm_str *edits, struct idm_user_edit *out)
{
	struct idm_cursor cursor = idm_cursor_over(edits->data, edits->len);
	struct idm_user_edit edit = {
		.old_remote = idm_cursor_str(&cursor),
		.old_logname = idm_cursor_str(&cursor),
		.remote = idm_cursor_str(&cursor),
		.logname = idm_cursor_str(&cursor),
	};

	if (cursor.bad)
		return false;
	*edits = idm_cursor_rest(&cursor);
	*out = edit;
	return true;
}

void
idm_user_reply_write(struct idm_buf *buf, const struct idm_user_reply *reply)
{
	put_str(buf, reply->remote);
	put_str(buf, reply->logname);
	idm_buf_put_u32(buf, reply->uid);
	idm_buf_put_u8(buf, reply->fault);
}

enum idm_status
idm_user_page_read(
    struct idm_str body, struct idm_user_page *out, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(body.data, body.len);
	unsigned more = idm_cursor_u8(&cursor);

	if (cursor.bad || more > 1)
		return idm_fail(err, IDM_CORRUPT, "malformed list of entries");
	out->more = more == 1;
	out->entries = cursor;
	return IDM_OK;
}

enum idm_status
idm_user_page_next(
    struct idm_user_page *page, struct idm_user_reply *out, struct idm_err *err)
{
	struct idm_cursor cursor = page->entries;
	struct idm_user_reply reply;

	if (idm_cursor_done(&cursor))
		return idm_fail(err, IDM_NOTFOUND, "no more entries");
	reply.remote = idm_cursor_str(&cursor);
	reply.logname = idm_cursor_str(&cursor);
	reply.uid = idm_cursor_u32(&cursor);
	reply.fault = idm_cursor_u8(&cursor);
	if (cursor.bad || reply.fault > IDM_USER_DEAD)
		return idm_fail(err, IDM_CORRUPT, "malformed list of entries");
	page->entries = cursor;
	*out = reply;
	return IDM_OK;
}
