#include <string.h>

#include "map/record.h"

#define RECORD_VERSION '1'

void
idm_record_begin(struct idm_buf *buf, char letter)
{
	idm_buf_put_u8(buf, (uint8_t)letter);
	idm_buf_put_u8(buf, RECORD_VERSION);
}

enum idm_status
idm_record_open(struct idm_str value, char letter, struct idm_cursor *out,
    struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(value.data, value.len);
	uint8_t found = idm_cursor_u8(&cursor);
	uint8_t version = idm_cursor_u8(&cursor);

	if (cursor.bad)
		return idm_fail(err, IDM_CORRUPT, "record is cut short");
	if (found != (uint8_t)letter) {
		return idm_fail(err, IDM_CORRUPT,
		    "record is of kind 0x%02x, not '%c'", found, letter);
	}
	if (version != RECORD_VERSION) {
		return idm_fail(err, IDM_CORRUPT,
		    "record of version 0x%02x, this program knows '%c'",
		    version, RECORD_VERSION);
	}
	*out = cursor;
	return IDM_OK;
}

enum idm_status
idm_record_close(const struct idm_cursor *cursor, struct idm_err *err)
{
	if (cursor->bad)
		return idm_fail(err, IDM_CORRUPT, "record is cut short");
	if (cursor->at != cursor->end) {
		return idm_fail(err, IDM_CORRUPT,
		    "record has %zu bytes too many",
		    (size_t)(cursor->end - cursor->at));
	}
	return IDM_OK;
}

enum idm_status
idm_record_out_of_range(
    const char *field, unsigned long value, struct idm_err *err)
{
	return idm_fail(
	    err, IDM_CORRUPT, "record has %s out of range: %lu", field, value);
}

void
idm_record_bytes(struct idm_cursor *cursor, void *out, size_t size)
{
	const void *bytes = idm_cursor_bytes(cursor, size);

	if (bytes == NULL)
		memset(out, 0, size);
	else
		memcpy(out, bytes, size);
}
