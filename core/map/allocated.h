/*
 * allocated -- what state.gdbm holds: what was allocated, for ever.
 *
 *   key (less its end)   value  holds
 *   a/KIND/SID           A      the id of a SID; KIND is u or g
 *   b/KIND/NAME          A      the id of a name@domain without a SID
 *   x/KIND/ID            X      whose id it is: "SID", or "NAME" with an '@'
 *   h/DOMAIN/KIND        W      lowest id never given; KIND is u, g, or b;
 *                               of autorid also s, lowest slice never given
 *   w/DOMAIN/SID#N       W      the slice of a SID's Nth window (autorid, sss)
 *   v/DOMAIN/SLICE       X      the same back: "SID#N"
 *   journal              J      the last folded sequence number, and its time
 *   boot                 X      of which boot the numbers of ephemeral=boot are
 *
 * DOMAIN is "*" for the catch-all; of sss windows, which domains share, it is
 * the name of their space, and of the hash backend for all domains "*hash".  An
 * id of kind B stands under both KINDs.  Nothing in the file is ever removed
 * but by an import that the administrator forced, or ephemeral=boot. Readers
 * believe it only within what map.gdbm says of the domain.  The same keys serve
 * the file, the journal's changes and the keeper's memory.
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

/*
 * Where allocations are looked up: a view of state.gdbm, or what the keeper
 * has in memory over it.  get: a key, less its end, as idm_view_get().  When
 * allocations should be there and cannot be read, it is IDM_TEMPFAIL and why
 * says so.
 */
struct idm_allocations {
	enum idm_status (*get)(
	    const void *context, struct idm_str key, struct idm_str *value);
	const void *context;
	const char *why;
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

/* "SID#N", and back from a slice's record.  IDM_CORRUPT: it is no such. */
void idm_window_owner_put(struct idm_buf *, const struct idm_sid *, uint32_t n);
enum idm_status idm_window_owner_read(struct idm_str value, struct idm_sid *,
    uint32_t *n, struct idm_err *) IDM_MUSTCHECK;

/* X: the text it holds. */
void idm_owner_write(struct idm_buf *, struct idm_str text);
enum idm_status idm_owner_read(
    struct idm_str value, struct idm_str *text, struct idm_err *) IDM_MUSTCHECK;
/* W: the number it holds. */
void idm_number_write(struct idm_buf *, uint64_t);
enum idm_status idm_number_read(
    struct idm_str value, uint64_t *, struct idm_err *) IDM_MUSTCHECK;

#endif
