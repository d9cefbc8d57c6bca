#include <string.h>

#include "map/record.h"
#include "state/crc.h"
#include "state/journal.h"

#define MAGIC      "IDMJRNL1"
#define MAGIC_SIZE 8
#define CRC_SIZE   4

/* What a change is. */
#define PUT    1
#define REMOVE 2

void
idm_journal_head_write(struct idm_buf *buf, const struct idm_journal_head *head)
{
	size_t start = buf->len;

	idm_buf_put(buf, MAGIC, MAGIC_SIZE);
	idm_buf_put(buf, head->uuid, sizeof(head->uuid));
	idm_buf_put_u64(buf, head->base);
	if (buf->status == IDM_OK)
		idm_buf_put_u32(
		    buf, idm_crc(0, buf->data + start, buf->len - start));
}

enum idm_status
idm_journal_begin(struct idm_str file, struct idm_journal_walk *walk,
    struct idm_journal_head *head, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(file.data, file.len);
	const void *magic = idm_cursor_bytes(&cursor, MAGIC_SIZE);
	const void *uuid = idm_cursor_bytes(&cursor, IDM_UUID_SIZE);
	uint64_t base = idm_cursor_u64(&cursor);
	uint32_t crc = idm_cursor_u32(&cursor);

	if (cursor.bad)
		return idm_fail(err, IDM_CORRUPT, "its beginning is missing");
	if (memcmp(magic, MAGIC, MAGIC_SIZE) != 0)
		return idm_fail(err, IDM_CORRUPT, "is no journal of idmap's");
	if (crc != idm_crc(0, file.data, IDM_JOURNAL_HEAD - CRC_SIZE))
		return idm_fail(err, IDM_CORRUPT, "its beginning is damaged");
	memcpy(head->uuid, uuid, IDM_UUID_SIZE);
	head->base = base;
	*walk = (struct idm_journal_walk){
		.file = file,
		.at = IDM_JOURNAL_HEAD,
		.sequence = base,
	};
	return IDM_OK;
}

void
idm_journal_record_write(unsigned char head[IDM_JOURNAL_RECORD],
    uint64_t sequence, struct idm_str body)
{
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, head, IDM_JOURNAL_RECORD);
	idm_buf_put_u32(&buf, (uint32_t)body.len);
	idm_buf_put_u64(&buf, sequence);
	idm_buf_put_u32(&buf, idm_crc(0, body.data, body.len));
	idm_buf_put_u32(&buf, idm_crc(0, head, IDM_JOURNAL_RECORD - CRC_SIZE));
}

static enum idm_status
damaged(
    const struct idm_journal_walk *walk, const char *what, struct idm_err *err)
{
	return idm_fail(
	    err, IDM_CORRUPT, "damaged at offset %zu: %s", walk->at, what);
}

enum idm_status
idm_journal_next(
    struct idm_journal_walk *walk, struct idm_str *body, struct idm_err *err)
{
	const char *head = walk->file.data + walk->at;
	size_t left = walk->file.len - walk->at;
	struct idm_cursor cursor = idm_cursor_over(head, left);
	uint32_t length = idm_cursor_u32(&cursor);
	uint64_t sequence = idm_cursor_u64(&cursor);
	uint32_t body_crc = idm_cursor_u32(&cursor);
	uint32_t head_crc = idm_cursor_u32(&cursor);

	walk->is_torn = false;
	if (left == 0)
		return idm_fail(err, IDM_NOTFOUND, "no more records");
	if (!cursor.bad) {
		if (head_crc != idm_crc(0, head, IDM_JOURNAL_RECORD - CRC_SIZE))
			return damaged(walk, "the record's head", err);
		if (sequence != walk->sequence + 1)
			return damaged(walk, "a record is missing", err);
		if (length > IDM_JOURNAL_BODY_MAX)
			return damaged(walk, "the record is too long", err);
	}
	if (cursor.bad || length > left - IDM_JOURNAL_RECORD) {
		walk->is_torn = true;
		return idm_fail(err, IDM_NOTFOUND, "the last is incomplete");
	}
	*body = (struct idm_str){ head + IDM_JOURNAL_RECORD, length };
	if (body_crc != idm_crc(0, body->data, body->len))
		return damaged(walk, "the record's body", err);
	walk->at += IDM_JOURNAL_RECORD + length;
	walk->sequence = sequence;
	return IDM_OK;
}

void
idm_journal_change_write(struct idm_buf *buf, const struct idm_change *change)
{
	idm_buf_put_u8(buf, change->removed ? REMOVE : PUT);
	idm_buf_put_str(buf, change->key.data, change->key.len);
	if (!change->removed)
		idm_buf_put_str(buf, change->value.data, change->value.len);
}

enum idm_status
idm_journal_change_next(
    struct idm_str *body, struct idm_change *out, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(body->data, body->len);
	uint8_t what = idm_cursor_u8(&cursor);
	struct idm_change change = { .key = idm_cursor_str(&cursor) };

	if (what == PUT)
		change.value = idm_cursor_str(&cursor);
	else if (what == REMOVE)
		change.removed = true;
	else
		cursor.bad = true;
	if (cursor.bad || change.key.len == 0)
		return idm_fail(err, IDM_CORRUPT, "holds a malformed change");
	*body = idm_cursor_rest(&cursor);
	*out = change;
	return IDM_OK;
}

void
idm_folded_write(struct idm_buf *buf, const struct idm_folded *folded)
{
	idm_record_begin(buf, 'J');
	idm_buf_put_u64(buf, folded->sequence);
	idm_buf_put_u64(buf, folded->time);
}

enum idm_status
idm_folded_read(
    struct idm_str value, struct idm_folded *out, struct idm_err *err)
{
	struct idm_folded folded;
	struct idm_cursor cursor;
	enum idm_status st;

	st = idm_record_open(value, 'J', &cursor, err);
	if (st != IDM_OK)
		return st;
	folded.sequence = idm_cursor_u64(&cursor);
	folded.time = idm_cursor_u64(&cursor);
	st = idm_record_close(&cursor, err);
	if (st == IDM_OK)
		*out = folded;
	return st;
}
