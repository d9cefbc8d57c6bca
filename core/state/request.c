#include <stdio.h>
#include <string.h>

#include "backends/backend.h"
#include "state/request.h"

#define ALL_FLAGS                                                              \
	(IDM_STATE_REPLACE | IDM_STATE_FIRST | IDM_STATE_MORE | IDM_STATE_CHECK)

static void
put_str(struct idm_buf *buf, struct idm_str str)
{
	idm_buf_put_str(buf, str.data, str.len);
}

/* A SID in its binary form, as a string; of none an empty one. */
static void
put_sid(struct idm_buf *buf, const struct idm_sid *sid)
{
	char memory[IDM_SID_BINARY_MAX];
	struct idm_buf bytes;

	idm_buf_init_fixed(&bytes, memory, sizeof(memory));
	if (sid->nsubs > 0)
		idm_sid_write(&bytes, sid);
	idm_buf_put_str(buf, bytes.data, bytes.len);
}

static void
get_sid(struct idm_cursor *cursor, struct idm_sid *sid)
{
	struct idm_str bytes = idm_cursor_str(cursor);

	sid->nsubs = 0;
	if (bytes.len > 0 && idm_sid_read(bytes, sid, NULL) != IDM_OK)
		cursor->bad = true;
}

static bool
is_kind(uint8_t kind)
{
	return kind == IDM_KIND_USER || kind == IDM_KIND_GROUP ||
	    kind == IDM_KIND_BOTH;
}

/* The items go on behind what was read. */
static bool
advance(struct idm_str *items, struct idm_cursor *cursor)
{
	if (cursor->bad)
		return false;
	*items = idm_cursor_rest(cursor);
	return true;
}

/* ---- Wishes and grants. */

void
idm_wish_write(struct idm_buf *buf, const struct idm_wish *wish)
{
	idm_buf_put_u8(buf, wish->kind);
	put_sid(buf, &wish->sid);
	put_str(buf, wish->name);
	idm_buf_put_u32(buf, wish->told);
}

bool
idm_wish_next(struct idm_str *items, struct idm_wish *out)
{
	struct idm_cursor cursor = idm_cursor_over(items->data, items->len);
	struct idm_wish wish = { .kind = idm_cursor_u8(&cursor) };

	get_sid(&cursor, &wish.sid);
	wish.name = idm_cursor_str(&cursor);
	wish.told = idm_cursor_u32(&cursor);
	if (!is_kind(wish.kind) || (wish.sid.nsubs == 0 && wish.name.len == 0))
		cursor.bad = true;
	if (!advance(items, &cursor))
		return false;
	*out = wish;
	return true;
}

void
idm_grant_write(struct idm_buf *buf, const struct idm_grant *grant)
{
	idm_buf_put_u8(buf, (uint8_t)grant->status);
	idm_buf_put_u8(buf, grant->kind);
	idm_buf_put_u8(buf, grant->is_new ? 1 : 0);
	idm_buf_put_u32(buf, grant->id);
	put_str(buf, idm_str_of(grant->status == IDM_OK ? "" : grant->reason));
}

bool
idm_grant_next(struct idm_str *items, struct idm_grant *out)
{
	struct idm_cursor cursor = idm_cursor_over(items->data, items->len);
	uint8_t status = idm_cursor_u8(&cursor);
	struct idm_grant grant = { .kind = idm_cursor_u8(&cursor) };
	uint8_t is_new = idm_cursor_u8(&cursor);
	struct idm_str reason;

	grant.id = idm_cursor_u32(&cursor);
	reason = idm_cursor_str(&cursor);
	if (status > IDM_SYSTEM || is_new > 1 ||
	    reason.len >= sizeof(grant.reason) ||
	    (status == IDM_OK && !is_kind(grant.kind)))
		cursor.bad = true;
	if (!advance(items, &cursor))
		return false;
	grant.status = (enum idm_status)status;
	grant.is_new = is_new == 1;
	if (reason.len > 0)
		memcpy(grant.reason, reason.data, reason.len);
	*out = grant;
	return true;
}

/* ---- Pins and records. */

void
idm_pin_write(struct idm_buf *buf, const struct idm_pin *pin)
{
	idm_buf_put_u8(buf, pin->type);
	idm_buf_put_u8(buf, pin->kind);
	idm_buf_put_u32(buf, pin->id);
	idm_buf_put_u64(buf, pin->number);
	put_sid(buf, &pin->sid);
	put_str(buf, pin->name);
	put_str(buf, pin->domain);
}

/* Has it what a pin of its type needs, and nothing else? */
static bool
is_pin(const struct idm_pin *pin)
{
	bool has_sid = pin->sid.nsubs > 0;
	bool has_name = pin->name.len > 0;

	if ((!is_kind(pin->kind) &&
		(pin->type != IDM_PIN_NEXT || pin->kind != IDM_PIN_SLICES)) ||
	    pin->domain.len == 0)
		return false;
	switch (pin->type) {
	case IDM_PIN_ID:
		return has_sid != has_name && pin->number == 0;
	case IDM_PIN_WINDOW:
		return has_sid && !has_name && pin->number <= UINT32_MAX;
	case IDM_PIN_NEXT:
		return !has_sid && !has_name && pin->id == 0;
	default:
		return false;
	}
}

bool
idm_pin_next(struct idm_str *items, struct idm_pin *out)
{
	struct idm_cursor cursor = idm_cursor_over(items->data, items->len);
	struct idm_pin pin = { .type = idm_cursor_u8(&cursor) };

	pin.kind = idm_cursor_u8(&cursor);
	pin.id = idm_cursor_u32(&cursor);
	pin.number = idm_cursor_u64(&cursor);
	get_sid(&cursor, &pin.sid);
	pin.name = idm_cursor_str(&cursor);
	pin.domain = idm_cursor_str(&cursor);
	if (!is_pin(&pin))
		cursor.bad = true;
	if (!advance(items, &cursor))
		return false;
	*out = pin;
	return true;
}

void
idm_state_record_write(
    struct idm_buf *buf, const struct idm_state_record *record)
{
	put_str(buf, record->key);
	put_str(buf, record->value);
}

bool
idm_state_record_next(struct idm_str *items, struct idm_state_record *out)
{
	struct idm_cursor cursor = idm_cursor_over(items->data, items->len);
	struct idm_state_record record = { .key = idm_cursor_str(&cursor) };

	record.value = idm_cursor_str(&cursor);
	if (record.key.len == 0)
		cursor.bad = true;
	if (!advance(items, &cursor))
		return false;
	*out = record;
	return true;
}

/* ---- The request. */

bool
idm_op_has_state_request(uint16_t op)
{
	return op >= IDM_OP_STATE_GRANT && op <= IDM_OP_STATE_FLUSH;
}

void
idm_state_request_write(
    struct idm_buf *buf, const struct idm_state_request *request)
{
	struct idm_str command = request->command;

	if (command.len > IDM_COMMAND_MAX)
		command.len = IDM_COMMAND_MAX;
	idm_buf_put_u8(buf, request->flags);
	idm_buf_put_u8(buf, request->kind);
	idm_buf_put_u32(buf, request->id);
	idm_buf_put_u64(buf, request->number);
	idm_buf_put_u32(buf, request->gap);
	put_str(buf, request->domain);
	put_str(buf, command);
	idm_buf_put(buf, request->items.data, request->items.len);
}

static bool
are_wishes(struct idm_str items)
{
	struct idm_wish wish;
	unsigned n = 0;

	while (n < IDM_WISHES_MAX && idm_wish_next(&items, &wish))
		n++;
	return n > 0 && items.len == 0;
}

static bool
are_pins(struct idm_str items)
{
	struct idm_pin pin;

	while (idm_pin_next(&items, &pin))
		continue;
	return items.len == 0;
}

static bool
are_records(struct idm_str items)
{
	struct idm_state_record record;

	while (idm_state_record_next(&items, &record))
		continue;
	return items.len == 0;
}

/* Items that the operation takes. */
static bool
are_items_of(uint16_t op, struct idm_str items)
{
	switch (op) {
	case IDM_OP_STATE_GRANT:
	case IDM_OP_STATE_FIND:
		return are_wishes(items);
	case IDM_OP_STATE_IMPORT:
		return are_pins(items);
	case IDM_OP_STATE_RESTORE:
		return are_records(items);
	default:
		return items.len == 0;
	}
}

enum idm_status
idm_state_request_read(uint16_t op, struct idm_str body,
    struct idm_state_request *out, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(body.data, body.len);
	struct idm_state_request request = {
		.flags = idm_cursor_u8(&cursor),
		.kind = idm_cursor_u8(&cursor),
		.id = idm_cursor_u32(&cursor),
		.number = idm_cursor_u64(&cursor),
		.gap = idm_cursor_u32(&cursor),
		.domain = idm_cursor_str(&cursor),
		.command = idm_cursor_str(&cursor),
	};

	request.items = idm_cursor_rest(&cursor);
	if (cursor.bad || !are_items_of(op, request.items))
		return idm_fail(err, IDM_CORRUPT, "malformed request");
	if ((request.flags & ~ALL_FLAGS) != 0)
		return idm_fail(err, IDM_CORRUPT, "unknown flags in request");
	if (op == IDM_OP_STATE_FIND_ID && !is_kind(request.kind))
		return idm_fail(err, IDM_CORRUPT, "unknown kind in request");
	if (request.command.len > IDM_COMMAND_MAX)
		return idm_fail(err, IDM_CORRUPT, "command line too long");
	*out = request;
	return IDM_OK;
}
