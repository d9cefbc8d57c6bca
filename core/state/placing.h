/*
 * placing -- the parts of place.c: one wish on its way.
 *
 * Full library only.
 */

#ifndef IDM_STATE_PLACING_H
#define IDM_STATE_PLACING_H

#include "backends/backend.h"
#include "state/allocator.h"
#include "state/state.h"

/* A wish, the domain that is to grant it, and where. */
struct idm_placing {
	const char *account_dir;
	struct idm_state *state; /* NULL: nothing is to be changed */
	const struct idm_wish *wish;
	struct idm_str name; /* as its key has it; empty: not known */
	struct idm_backend_case which;
};

/*
 * Stage the next number of a counter for the wish's SID or name.
 * IDM_EXHAUSTED: the range is full.  IDM_TEMPFAIL: the accounts of the host,
 * whose numbers are not to be given, cannot be read.
 */
enum idm_status idm_place_number(
    const struct idm_placing *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Stage a mapping for the wish's SID, or when that is not known its name.
 */
enum idm_status idm_place_mapping(const struct idm_placing *, uint32_t id,
    uint8_t kind, struct idm_err *) IDM_MUSTCHECK;

/*
 * Stage the number that the wish was told by a directory.  IDM_CONFLICT: it is
 * another SID's, or an account's of this host.  IDM_REFUSED: it is not one of
 * the domain's.  IDM_NOTFOUND: nothing was told.
 */
enum idm_status idm_place_told(
    const struct idm_placing *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Stage a slice for the window that the wish's SID is in.  IDM_EXHAUSTED: no
 * slice is left.  IDM_REFUSED: it would be a domain's first one, and the
 * wish's kind is not known.
 */
enum idm_status idm_place_window(
    const struct idm_placing *, struct idm_err *) IDM_MUSTCHECK;

/* The number under a key, or otherwise when there is none. */
enum idm_status idm_place_counter(const struct idm_placing *,
    const struct idm_buf *key, uint64_t otherwise, uint64_t *out,
    struct idm_err *) IDM_MUSTCHECK;

/* Stage a record. */
enum idm_status idm_place_put(const struct idm_placing *,
    const struct idm_buf *key, const struct idm_buf *value,
    struct idm_err *) IDM_MUSTCHECK;

#endif
