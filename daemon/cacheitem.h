/*
 * cacheitem -- what the engine has for the cache, on its way to the keeper.
 *
 * The body of IDM_OP_CACHE_PUT: u8 flags, then items to the end of the packet,
 * each
 *
 *     'P' str key  u32 length  value     put a record (map/cached.h)
 *     'D' str key                        delete it; of a user's or a group's by
 *                                        name, all that goes with it
 *     'X' str domain                     delete all of a domain, or with ""
 *                                        the whole cache
 *
 * Who has much to say asks for an answer after each MiB or so, and waits for
 * it: the keeper delays it while it has enough.  One who does not is refused
 * what is far too much.
 *
 * With CACHE_MORE the last item goes on in the next packet with this operation:
 * a group may have more members than a packet has room for.  So the packets of
 * one writer stand together.
 */

#ifndef IDM_DAEMON_CACHEITEM_H
#define IDM_DAEMON_CACHEITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

#define CACHE_NOW   0x01u /* publish as soon as that can be */
#define CACHE_AWAIT 0x02u /* answer when it is published, or that it failed */
#define CACHE_MORE  0x04u /* the last item is not whole yet */
#define CACHE_BULK  0x08u /* much more comes at once: publish at its end */

/* Bytes of one item: a value with its key. */
#define CACHE_ITEM_MAX (IDM_VALUE_MAX + IDM_KEY_MAX)

enum cache_item_kind {
	CACHE_PUT = 'P',
	CACHE_DELETE = 'D',
	CACHE_DROP = 'X',
};

/* Texts that were read are lent. */
struct cache_item {
	uint8_t kind; /* enum cache_item_kind */
	struct idm_str key;
	struct idm_str value;
};

void cache_item_write(struct idm_buf *, const struct cache_item *);

/*
 * Take the first item.  IDM_NOTFOUND: what there is is not a whole one, and
 * nothing was taken.  IDM_CORRUPT: it can become none.
 */
enum idm_status cache_item_next(
    struct idm_str *items, struct cache_item *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Cut what cache_item_write() wrote into bodies of packets: append the next
 * one to body, *at being 0 at first; the last has the flags that are given,
 * the others CACHE_MORE, and CACHE_BULK if that is given.  false: there was
 * none left.
 */
bool cache_item_packet(
    struct idm_str items, size_t *at, uint8_t flags, struct idm_buf *body);

#endif
