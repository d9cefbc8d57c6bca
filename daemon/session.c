#include <string.h>

#include "daemon/session.h"

void
session_init(struct session *session)
{
	*session = (struct session){ .state = SESSION_CHOICE };
	idm_buf_init(&session->in, IDM_WIRE_REQUEST_MAX);
}

void
session_fini(struct session *session)
{
	idm_buf_fini(&session->in);
}

/* Bytes of the present piece, from its first on. */
static size_t
piece_size(const struct session *session)
{
	switch (session->state) {
	case SESSION_CHOICE:
		return IDM_WIRE_CHOICE;
	case SESSION_FRAME:
		return IDM_WIRE_FRAME;
	case SESSION_BODY:
	case SESSION_READY:
		return session->frame.length;
	}
	return 0;
}

size_t
session_wants(const struct session *session)
{
	return piece_size(session) - session->in.len;
}

static enum idm_status
read_choice(struct session *session, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(
	    session->in.data, session->in.len);
	unsigned version = idm_cursor_u16(&cursor);

	if (version != IDM_WIRE_VERSION) {
		return idm_fail(err, IDM_CORRUPT,
		    "version %u was not offered, only %u", version,
		    (unsigned)IDM_WIRE_VERSION);
	}
	session->state = SESSION_FRAME;
	return IDM_OK;
}

static enum idm_status
read_frame(struct session *session, struct idm_err *err)
{
	unsigned char head[IDM_WIRE_FRAME];
	enum idm_status st;

	memcpy(head, session->in.data, sizeof(head));
	st = idm_frame_read(head, IDM_WIRE_REQUEST_MAX, &session->frame, err);
	if (st != IDM_OK)
		return st;
	if (session->frame.status > IDM_WIRE_LAST)
		return idm_fail(err, IDM_CORRUPT, "a request has no status");
	session->state = session->frame.length == 0 ? SESSION_READY
						    : SESSION_BODY;
	return IDM_OK;
}

/* The present piece is complete: what is next? */
static enum idm_status
advance(struct session *session, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	switch (session->state) {
	case SESSION_CHOICE:
		st = read_choice(session, err);
		break;
	case SESSION_FRAME:
		st = read_frame(session, err);
		break;
	case SESSION_BODY:
		session->state = SESSION_READY;
		return IDM_OK;
	case SESSION_READY:
		return IDM_OK;
	}
	idm_buf_clear(&session->in);
	return st;
}

enum idm_status
session_take(
    struct session *session, const void *bytes, size_t len, struct idm_err *err)
{
	enum idm_status st;

	idm_buf_put(&session->in, bytes, len);
	st = idm_buf_status(&session->in, err);
	if (st != IDM_OK || session_wants(session) > 0)
		return st;
	return advance(session, err);
}

struct idm_str
session_body(const struct session *session)
{
	return (struct idm_str){ session->in.data, session->in.len };
}

void
session_next(struct session *session)
{
	/* The memory of a long request is not kept for short ones. */
	idm_buf_fini(&session->in);
	idm_buf_init(&session->in, IDM_WIRE_REQUEST_MAX);
	session->state = SESSION_FRAME;
}
