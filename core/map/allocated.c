#include <string.h>

#include "base/num.h"
#include "map/allocated.h"
#include "map/record.h"

/* A SID's text with "#N", or name@domain. */
#define OWNER_MAX (IDM_WINNAME_MAX + 1 + IDM_DOMAIN_MAX)

void
idm_allocated_write(struct idm_buf *buf, const struct idm_allocated *allocated)
{
	idm_record_begin(buf, 'A');
	idm_buf_put_u32(buf, allocated->id);
	idm_buf_put_u8(buf, allocated->kind);
	idm_buf_put_u8(buf, allocated->is_imported);
	idm_buf_put_u64(buf, allocated->time);
	idm_buf_put_str(buf, allocated->domain.data, allocated->domain.len);
}

static bool
is_kind(uint8_t kind)
{
	return kind == 'U' || kind == 'G' || kind == 'B';
}

enum idm_status
idm_allocated_read(
    struct idm_str value, struct idm_allocated *out, struct idm_err *err)
{
	struct idm_allocated allocated;
	struct idm_cursor cursor;
	enum idm_status st;
	uint8_t imported;

	st = idm_record_open(value, 'A', &cursor, err);
	if (st != IDM_OK)
		return st;
	allocated.id = idm_cursor_u32(&cursor);
	allocated.kind = idm_cursor_u8(&cursor);
	imported = idm_cursor_u8(&cursor);
	allocated.is_imported = imported != 0;
	allocated.time = idm_cursor_u64(&cursor);
	allocated.domain = idm_cursor_str(&cursor);
	st = idm_record_close(&cursor, err);
	if (st != IDM_OK)
		return st;
	if (!is_kind(allocated.kind))
		return idm_record_out_of_range("kind", allocated.kind, err);
	if (imported > 1)
		return idm_record_out_of_range("origin", imported, err);
	if (allocated.domain.len == 0 ||
	    allocated.domain.len > IDM_DOMAIN_MAX) {
		return idm_record_out_of_range(
		    "length of a domain's name", allocated.domain.len, err);
	}
	*out = allocated;
	return IDM_OK;
}

/* "a/u/" */
static void
put_start(struct idm_buf *key, char letter, char kind)
{
	const char start[] = { letter, '/', kind, '/' };

	idm_buf_put(key, start, sizeof(start));
}

static void
put_sid(struct idm_buf *key, const struct idm_sid *sid)
{
	char text[IDM_SID_TEXT_MAX];

	idm_buf_puts(key, idm_sid_format(sid, text));
}

void
idm_state_key_sid(struct idm_buf *key, char kind, const struct idm_sid *sid)
{
	put_start(key, 'a', kind);
	put_sid(key, sid);
}

void
idm_state_key_name(struct idm_buf *key, char kind, struct idm_str name)
{
	put_start(key, 'b', kind);
	idm_buf_put(key, name.data, name.len);
}

void
idm_state_key_id(struct idm_buf *key, char kind, uint32_t id)
{
	put_start(key, 'x', kind);
	idm_buf_put_decimal(key, id);
}

void
idm_state_key_next(struct idm_buf *key, struct idm_str domain, char kind)
{
	idm_buf_put(key, "h/", 2);
	idm_buf_put(key, domain.data, domain.len);
	idm_buf_put(key, "/", 1);
	idm_buf_put(key, &kind, 1);
}

void
idm_state_key_window(struct idm_buf *key, struct idm_str domain,
    const struct idm_sid *sid, uint32_t n)
{
	idm_buf_put(key, "w/", 2);
	idm_buf_put(key, domain.data, domain.len);
	idm_buf_put(key, "/", 1);
	idm_window_owner_put(key, sid, n);
}

void
idm_window_owner_put(
    struct idm_buf *text, const struct idm_sid *sid, uint32_t n)
{
	put_sid(text, sid);
	idm_buf_put(text, "#", 1);
	idm_buf_put_decimal(text, n);
}

void
idm_state_key_slice(struct idm_buf *key, struct idm_str domain, uint32_t slice)
{
	idm_buf_put(key, "v/", 2);
	idm_buf_put(key, domain.data, domain.len);
	idm_buf_put(key, "/", 1);
	idm_buf_put_decimal(key, slice);
}

void
idm_owner_write(struct idm_buf *buf, struct idm_str text)
{
	idm_record_begin(buf, 'X');
	idm_buf_put_str(buf, text.data, text.len);
}

enum idm_status
idm_owner_read(struct idm_str value, struct idm_str *out, struct idm_err *err)
{
	struct idm_cursor cursor;
	struct idm_str text;
	enum idm_status st;

	st = idm_record_open(value, 'X', &cursor, err);
	if (st != IDM_OK)
		return st;
	text = idm_cursor_str(&cursor);
	st = idm_record_close(&cursor, err);
	if (st != IDM_OK)
		return st;
	if (text.len == 0 || text.len > OWNER_MAX) {
		return idm_record_out_of_range(
		    "length of an owner", text.len, err);
	}
	*out = text;
	return IDM_OK;
}

enum idm_status
idm_window_owner_read(
    struct idm_str value, struct idm_sid *sid, uint32_t *n, struct idm_err *err)
{
	struct idm_str text, number;
	struct idm_sid found;
	enum idm_status st;
	const char *mark;
	uint64_t window;

	st = idm_owner_read(value, &text, err);
	if (st != IDM_OK)
		return st;
	mark = memchr(text.data, '#', text.len);
	if (mark == NULL)
		return idm_fail(err, IDM_CORRUPT, "owner without a window");
	number.data = mark + 1;
	number.len = (size_t)(text.data + text.len - number.data);
	text.len = (size_t)(mark - text.data);
	st = idm_sid_parse(text, &found, err);
	if (st == IDM_OK) {
		st = idm_num_parse(
		    number.data, number.len, UINT32_MAX, &window, err);
	}
	if (st != IDM_OK)
		return idm_within(err, IDM_CORRUPT, "owner of a slice");
	*sid = found;
	*n = (uint32_t)window;
	return IDM_OK;
}

void
idm_number_write(struct idm_buf *buf, uint64_t number)
{
	idm_record_begin(buf, 'W');
	idm_buf_put_u64(buf, number);
}

enum idm_status
idm_number_read(struct idm_str value, uint64_t *out, struct idm_err *err)
{
	struct idm_cursor cursor;
	enum idm_status st;
	uint64_t number;

	st = idm_record_open(value, 'W', &cursor, err);
	if (st != IDM_OK)
		return st;
	number = idm_cursor_u64(&cursor);
	st = idm_record_close(&cursor, err);
	if (st == IDM_OK)
		*out = number;
	return st;
}
