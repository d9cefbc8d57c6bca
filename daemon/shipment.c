#include <stdlib.h>

#include "daemon/cacheitem.h"
#include "daemon/shipment.h"
#include "map/cached.h"
#include "map/siphash.h"

#define PIECE    (256 << 10)        /* bytes that are sent together */
#define HASH_KEY "what was shipped" /* 16 bytes; keys are no secret */

void
shipment_begin(struct shipment *shipment)
{
	idm_buf_init(&shipment->items, PIECE + CACHE_ITEM_MAX + IDM_KEY_MAX);
}

void
shipment_fini(struct shipment *shipment)
{
	idm_buf_fini(&shipment->items);
	free(shipment->seen);
}

enum idm_status
shipment_end(struct shipment *shipment, struct idm_err *err)
{
	enum idm_status st = idm_buf_status(&shipment->items, err);

	if (st == IDM_OK && shipment->items.len > 0)
		st = shipment->send(
		    shipment->context, &shipment->items, CACHE_BULK, err);
	idm_buf_clear(&shipment->items);
	return st;
}

static enum idm_status
put_item(struct shipment *shipment, const struct cache_item *item,
    struct idm_err *err)
{
	cache_item_write(&shipment->items, item);
	return shipment->items.len < PIECE ? IDM_OK
					   : shipment_end(shipment, err);
}

/* ---- What was put. */

static uint64_t
hash_of(struct idm_str key)
{
	return idm_siphash((const uint8_t *)HASH_KEY, key.data, key.len);
}

static enum idm_status
note_seen(struct shipment *shipment, struct idm_str key, struct idm_err *err)
{
	size_t room = shipment->seen_room + shipment->seen_room / 2 + 1024;
	uint64_t *grown;

	if (shipment->nseen == shipment->seen_room) {
		grown = reallocarray(shipment->seen, room, sizeof(*grown));
		if (grown == NULL)
			return idm_fail(err, IDM_NOMEM, "out of memory");
		shipment->seen = grown;
		shipment->seen_room = room;
	}
	shipment->seen[shipment->nseen++] = hash_of(key);
	shipment->is_sorted = false;
	return IDM_OK;
}

static int
compare_hashes(const void *a, const void *b)
{
	uint64_t one = *(const uint64_t *)a;
	uint64_t other = *(const uint64_t *)b;

	return (one > other) - (one < other);
}

bool
shipment_has(struct shipment *shipment, struct idm_str key)
{
	uint64_t hash = hash_of(key);

	if (shipment->nseen == 0)
		return false;
	if (!shipment->is_sorted)
		qsort(shipment->seen, shipment->nseen, sizeof(hash),
		    compare_hashes);
	shipment->is_sorted = true;
	return bsearch(&hash, shipment->seen, shipment->nseen, sizeof(hash),
		   compare_hashes) != NULL;
}

/* ---- What is different. */

/* Does the cache say the same, whenever it was learnt, and however sure? */
static bool
is_known(
    const struct shipment *shipment, struct idm_str key, struct idm_str value)
{
	struct idm_cached now, then;
	struct idm_str old;

	return shipment->cache != NULL && !shipment->is_forced &&
	    idm_view_get(shipment->cache, key.data, key.len, &old) == IDM_OK &&
	    idm_cached_read(old, &then, NULL) == IDM_OK &&
	    idm_cached_read(value, &now, NULL) == IDM_OK &&
	    ((now.flags ^ then.flags) & ~IDM_CACHED_UNSURE) == 0 &&
	    now.stamp == then.stamp &&
	    idm_str_compare(now.record, then.record) == 0;
}

enum idm_status
shipment_put(struct shipment *shipment, struct idm_str key,
    struct idm_str value, struct idm_err *err)
{
	const struct cache_item item = { CACHE_PUT, key, value };
	enum idm_status st = note_seen(shipment, key, err);

	if (st != IDM_OK || is_known(shipment, key, value))
		return st;
	shipment->sent++;
	return put_item(shipment, &item, err);
}

enum idm_status
shipment_drop(
    struct shipment *shipment, struct idm_str key, struct idm_err *err)
{
	const struct cache_item item = { CACHE_DELETE, key, { "", 0 } };

	shipment->removed++;
	return put_item(shipment, &item, err);
}
