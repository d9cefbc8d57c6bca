/*
 * request -- what idmapd and its clients say to each other about allocations.
 *
 * The bodies of IDM_OP_STATE_* of wire/message.h.  All but STATE_STATUS, which
 * has none, take the same request, so that one parser reads them all; what an
 * operation does not use is empty.
 *
 *     u8 flags  u8 kind  u32 id  u64 number  u32 gap  str domain  str command
 *     items
 *
 * IMPORT and RESTORE are transfers: as many requests as they need, all with
 * the same number, which the client draws by lot.  The first has
 * IDM_STATE_FIRST, all but the last IDM_STATE_MORE; only the answer to the
 * last says that anything was done, and then all of it was.  idmapd keeps one
 * transfer at a time: a new one ends an unfinished one.
 *
 * Texts that were read are lent from the bytes they were read from.
 */

#ifndef IDM_STATE_REQUEST_H
#define IDM_STATE_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "state/allocator.h"
#include "wire/message.h"

/* Flags. */
#define IDM_STATE_REPLACE 0x01u /* ADOPT, RESTORE: even if one is there */
#define IDM_STATE_FIRST   0x02u /* of a transfer */
#define IDM_STATE_MORE    0x04u /* the transfer goes on */
#define IDM_STATE_CHECK   0x08u /* IMPORT: judge, but change nothing */

#define IDM_WISHES_MAX      256 /* of one request: their grants fit in a reply */
/* Bytes of the items of one request; the rest of its body is small. */
#define IDM_STATE_ITEMS_MAX (IDM_WIRE_REQUEST_MAX - IDM_COMMAND_MAX - 1024)

struct idm_state_request {
	uint8_t flags;
	uint8_t kind;           /* FIND_ID: enum idm_kind, U or G */
	uint32_t id;            /* FIND_ID */
	uint64_t number;        /* of the transfer */
	uint32_t gap;           /* RESTORE: ids to leave out; 0: as usual */
	struct idm_str domain;  /* FLUSH: which; empty: all that may be */
	struct idm_str command; /* the caller's command line, for the log */
	struct idm_str items;   /* wishes, pins or records */
};

/* Is it one of those whose body this is? */
bool idm_op_has_state_request(uint16_t op);

void idm_state_request_write(
    struct idm_buf *, const struct idm_state_request *);
/* IDM_CORRUPT: malformed, or items that the operation does not take. */
enum idm_status idm_state_request_read(uint16_t op, struct idm_str body,
    struct idm_state_request *, struct idm_err *) IDM_MUSTCHECK;

/* Wishes: GRANT, FIND. */
void idm_wish_write(struct idm_buf *, const struct idm_wish *);
/* Take the first off the items; false when there is none. */
bool idm_wish_next(struct idm_str *items, struct idm_wish *);

/* The reply to wishes: a grant for each, in their order. */
void idm_grant_write(struct idm_buf *, const struct idm_grant *);
bool idm_grant_next(struct idm_str *items, struct idm_grant *);

/* What an import pins down. */
enum idm_pin_type {
	IDM_PIN_ID = 1,     /* an id of sid, or of name */
	IDM_PIN_WINDOW = 2, /* slice number of sid's nth window; n in id */
	IDM_PIN_NEXT = 3,   /* no id below number will be given any more */
};
/* The kind of NEXT: B is the counter common to both kinds of ids. */
#define IDM_PIN_SLICES 'S' /* the counter of slices */
struct idm_pin {
	uint8_t type; /* enum idm_pin_type */
	uint8_t kind; /* enum idm_kind; of NEXT see below */
	uint32_t id;
	uint64_t number;
	struct idm_sid sid;
	struct idm_str name; /* folded name@domain; empty when sid is there */
	struct idm_str domain;
};
void idm_pin_write(struct idm_buf *, const struct idm_pin *);
bool idm_pin_next(struct idm_str *items, struct idm_pin *);

/* Records of a state, as they stand in a backup: keys without their end. */
struct idm_state_record {
	struct idm_str key;
	struct idm_str value;
};
void idm_state_record_write(struct idm_buf *, const struct idm_state_record *);
bool idm_state_record_next(struct idm_str *items, struct idm_state_record *);

#endif
