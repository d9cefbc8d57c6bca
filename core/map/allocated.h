/*
 * allocated -- what state.gdbm holds: what was allocated, for ever.
 *
 *   key (less its end)   value  holds
 *   a/KIND/SID           A      the id of a SID; KIND is u or g
 *   b/KIND/NAME          A      the id of a name@domain without a SID
 *   x/KIND/ID            X      whose id it is: "SID", or "NAME" with an '@'
 *   h/DOMAIN/KIND        H64    lowest id never given; KIND is u, g, or b
 *   w/DOMAIN/SID#N       W      the slice of a SID's Nth window (autorid, sss)
 *   v/DOMAIN/SLICE       X      the same back: "SID#N"
 *   journal              J      the last folded sequence number, and its time
 *
 * An id of kind B stands under both KINDs.  Nothing in the file is ever
 * removed but by an import that the administrator forced, or ephemeral=boot.
 * Readers believe it only within what map.gdbm says of the domain.  The same
 * keys serve the file, the journal's changes and the keeper's memory.
 */

#ifndef IDM_MAP_ALLOCATED_H
#define IDM_MAP_ALLOCATED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "identity/sid.h"
#include "identity/winname.h"
#include "map/view.h"

struct idm_allocated {
	uint32_t id;
	uint8_t kind;          /* enum idm_kind */
	bool is_imported;      /* came with "idmap import" */
	uint64_t time;         /* seconds since 1970 */
	struct idm_str domain; /* name of its struct idm_domain; "*" */
};

void idm_allocated_write(struct idm_buf *, const struct idm_allocated *);
enum idm_status idm_allocated_read(struct idm_str value, struct idm_allocated *,
    struct idm_err *) IDM_MUSTCHECK;

/* Append a key, less its end.  kind is 'u', 'g' or 'b'. */
void idm_state_key_sid(struct idm_buf *, char kind, const struct idm_sid *);
void idm_state_key_name(struct idm_buf *, char kind, struct idm_str name);
void idm_state_key_id(struct idm_buf *, char kind, uint32_t id);
void idm_state_key_next(struct idm_buf *, struct idm_str domain, char kind);
void idm_state_key_window(struct idm_buf *, struct idm_str domain,
    const struct idm_sid *, uint32_t n);
void idm_state_key_slice(
    struct idm_buf *, struct idm_str domain, uint32_t slice);

/* X: the text it holds. */
void idm_owner_write(struct idm_buf *, struct idm_str text);
enum idm_status idm_owner_read(
    struct idm_str value, struct idm_str *text, struct idm_err *) IDM_MUSTCHECK;
/* Numbers: H64 and W. */
void idm_number_write(struct idm_buf *, uint64_t);
enum idm_status idm_number_read(
    struct idm_str value, uint64_t *, struct idm_err *) IDM_MUSTCHECK;

#endif
