#include "wire/lookup.h"

/* What an account name, or any text of a question, may be long. */
#define NAME_MAX_BYTES 1024

void
idm_lookup_write(struct idm_buf *buf, const struct idm_lookup *lookup)
{
	idm_buf_put_u8(buf, lookup->kind);
	idm_buf_put_u8(buf, lookup->by);
	idm_buf_put_u8(buf, lookup->flags);
	idm_buf_put_str(buf, lookup->domain.data, lookup->domain.len);
	switch (lookup->by) {
	case IDM_LOOKUP_BY_NAME:
	case IDM_LOOKUP_BY_WINDOWS:
	case IDM_LOOKUP_BY_OTHER:
		idm_buf_put_str(buf, lookup->name.data, lookup->name.len);
		break;
	case IDM_LOOKUP_BY_UNIX:
		idm_buf_put_str(buf, lookup->name.data, lookup->name.len);
		idm_buf_put_u32(buf, lookup->id);
		break;
	case IDM_LOOKUP_BY_ID:
		idm_buf_put_u32(buf, lookup->id);
		break;
	default:
		idm_sid_write(buf, &lookup->sid);
	}
}

static bool
is_kind(uint8_t kind)
{
	return kind == IDM_LOOKUP_USER || kind == IDM_LOOKUP_GROUP ||
	    kind == IDM_LOOKUP_GROUPS || kind == IDM_LOOKUP_ACCOUNT ||
	    kind == IDM_LOOKUP_ANY;
}

static enum idm_status
broken(struct idm_err *err)
{
	return idm_fail(err, IDM_CORRUPT, "the question cannot be read");
}

enum idm_status
idm_lookup_read(
    struct idm_str body, struct idm_lookup *out, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(body.data, body.len);
	const uint8_t flags = IDM_LOOKUP_BEHIND | IDM_LOOKUP_AFRESH |
	    IDM_LOOKUP_WHY;

	*out = (struct idm_lookup){ .name = { "", 0 } };
	out->kind = idm_cursor_u8(&cursor);
	out->by = idm_cursor_u8(&cursor);
	out->flags = idm_cursor_u8(&cursor);
	out->domain = idm_cursor_str(&cursor);
	if (!is_kind(out->kind) || (out->flags & ~flags) != 0 ||
	    out->domain.len > NAME_MAX_BYTES)
		return broken(err);
	switch (out->by) {
	case IDM_LOOKUP_BY_NAME:
	case IDM_LOOKUP_BY_WINDOWS:
	case IDM_LOOKUP_BY_OTHER:
		out->name = idm_cursor_str(&cursor);
		if (out->name.len == 0 || out->name.len > NAME_MAX_BYTES)
			return broken(err);
		break;
	case IDM_LOOKUP_BY_UNIX:
		out->name = idm_cursor_str(&cursor);
		out->id = idm_cursor_u32(&cursor);
		if (out->name.len > NAME_MAX_BYTES)
			return broken(err);
		break;
	case IDM_LOOKUP_BY_ID:
		out->id = idm_cursor_u32(&cursor);
		break;
	case IDM_LOOKUP_BY_SID:
		if (idm_sid_read(idm_cursor_rest(&cursor), &out->sid, NULL) !=
		    IDM_OK)
			return broken(err);
		break;
	default:
		return broken(err);
	}
	return idm_cursor_done(&cursor) ? IDM_OK : broken(err);
}

/* ---- The answer: texts with four bytes of length, for groups are large. */

static void
put_text(struct idm_buf *buf, struct idm_str text)
{
	idm_buf_put_u32(buf, (uint32_t)text.len);
	idm_buf_put(buf, text.data, text.len);
}

static struct idm_str
read_text(struct idm_cursor *cursor)
{
	size_t len = idm_cursor_u32(cursor);
	const char *data = (const char *)idm_cursor_bytes(cursor, len);

	return data == NULL ? (struct idm_str){ "", 0 }
			    : (struct idm_str){ data, len };
}

void
idm_looked_up_write(struct idm_buf *buf, const struct idm_looked_up *found)
{
	idm_buf_put_u8(buf, found->flags);
	idm_buf_put_u64(buf, found->when);
	put_text(buf, found->user);
	put_text(buf, found->group);
	put_text(buf, found->gids);
	put_text(buf, found->sid);
	put_text(buf, found->account);
	put_text(buf, found->equal);
	put_text(buf, found->locals);
}

enum idm_status
idm_looked_up_read(
    struct idm_str body, struct idm_looked_up *out, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(body.data, body.len);

	out->flags = idm_cursor_u8(&cursor);
	out->when = idm_cursor_u64(&cursor);
	out->user = read_text(&cursor);
	out->group = read_text(&cursor);
	out->gids = read_text(&cursor);
	out->sid = read_text(&cursor);
	out->account = read_text(&cursor);
	out->equal = read_text(&cursor);
	out->locals = read_text(&cursor);
	if (!idm_cursor_done(&cursor))
		return idm_fail(err, IDM_CORRUPT, "the answer cannot be read");
	return IDM_OK;
}
