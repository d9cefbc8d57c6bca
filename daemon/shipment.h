/*
 * shipment -- records of one domain on their way to the cache: only what that
 * does not say already, in pieces of bounded size.
 */

#ifndef IDM_DAEMON_SHIPMENT_H
#define IDM_DAEMON_SHIPMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "map/view.h"

/*
 * Take items of daemon/cacheitem.h, with flags of theirs for the last packet.
 * Whatever it returns but IDM_OK ends it all.
 */
typedef enum idm_status shipment_send(void *context,
    const struct idm_buf *items, uint8_t flags, struct idm_err *);

struct shipment {
	const struct idm_view *cache; /* lent; NULL: it is empty */
	shipment_send *send;
	void *context;
	bool is_forced; /* put also what the cache says already: it was taken
			 * out on the way */
	/* Its own. */
	struct idm_buf items;
	uint64_t *seen; /* hashes of all keys that were put */
	size_t nseen;
	size_t seen_room;
	bool is_sorted;
	uint64_t sent;
	uint64_t removed;
};

/* cache, send and context are set; the rest is zero. */
void shipment_begin(struct shipment *);
void shipment_fini(struct shipment *);

/* Have a record in the cache, value as map/cached.h has it. */
enum idm_status shipment_put(struct shipment *, struct idm_str key,
    struct idm_str value, struct idm_err *) IDM_MUSTCHECK;
/* Have it, and what belongs to it, not there any more. */
enum idm_status shipment_drop(
    struct shipment *, struct idm_str key, struct idm_err *) IDM_MUSTCHECK;
/* Was a record put under this key?  When all are. */
bool shipment_has(struct shipment *, struct idm_str key);

/* Send what is left. */
enum idm_status shipment_end(struct shipment *, struct idm_err *) IDM_MUSTCHECK;

#endif
