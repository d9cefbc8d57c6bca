#include "daemon/cacheitem.h"
#include "map/format.h"
#include "wire/message.h"

/* Bytes of items in one packet; the rest of it is for what stands before. */
#define PACKET_ITEMS (IDM_WIRE_REQUEST_MAX - 1)

void
cache_item_write(struct idm_buf *buf, const struct cache_item *item)
{
	idm_buf_put_u8(buf, item->kind);
	idm_buf_put_str(buf, item->key.data, item->key.len);
	if (item->kind != CACHE_PUT)
		return;
	idm_buf_put_u32(buf, (uint32_t)item->value.len);
	idm_buf_put(buf, item->value.data, item->value.len);
}

enum idm_status
cache_item_next(
    struct idm_str *items, struct cache_item *out, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(items->data, items->len);
	struct cache_item item = { .kind = idm_cursor_u8(&cursor) };
	uint32_t len;

	if (cursor.bad)
		return IDM_NOTFOUND;
	if (item.kind != CACHE_PUT && item.kind != CACHE_DELETE &&
	    item.kind != CACHE_DROP) {
		return idm_fail(err, IDM_CORRUPT,
		    "item for the cache is of kind 0x%02x", item.kind);
	}
	item.key = idm_cursor_str(&cursor);
	if (item.kind == CACHE_PUT) {
		len = idm_cursor_u32(&cursor);
		if (!cursor.bad && len > IDM_VALUE_MAX) {
			return idm_fail(err, IDM_CORRUPT,
			    "item for the cache has %lu bytes, the limit is %d",
			    (unsigned long)len, IDM_VALUE_MAX);
		}
		item.value.data = idm_cursor_bytes(&cursor, len);
		item.value.len = len;
	}
	if (cursor.bad)
		return IDM_NOTFOUND;
	*items = idm_cursor_rest(&cursor);
	*out = item;
	return IDM_OK;
}

bool
cache_item_packet(
    struct idm_str items, size_t *at, uint8_t flags, struct idm_buf *body)
{
	size_t left = items.len - *at;

	if (left == 0)
		return false;
	if (left > PACKET_ITEMS) {
		left = PACKET_ITEMS;
		flags = (flags & CACHE_BULK) | CACHE_MORE;
	}
	idm_buf_put_u8(body, flags);
	idm_buf_put(body, items.data + *at, left);
	*at += left;
	return true;
}
