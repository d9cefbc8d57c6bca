/*
 * sss -- slices at places that a hash of the SID gives, as sssd has them.
 *
 * All sss domains of a space share one range, cut into slices of rangesize
 * ids.  A domain's primary window, RIDs 0 to rangesize - 1, is at the slice
 * that the hash of its SID names, or the next free one; the window of RIDs
 * from F = N * rangesize on at that of the text "SID-F".  Where libsss_idmap
 * would put a window, it is put here; what that cannot place, because another
 * window already is there, goes to the next free slice.
 */

#ifndef IDM_BACKENDS_SSS_H
#define IDM_BACKENDS_SSS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "identity/sid.h"
#include "map/allocated.h"
#include "map/domain.h"

/* sssd's defaults; its upper bound, 2000200000, is not in the range. */
#define IDM_SSS_LOW       200000u
#define IDM_SSS_HIGH      2000199999u
#define IDM_SSS_RANGESIZE 200000u

/* Windows beyond the primary that are placed when a domain is compiled ... */
#define IDM_SSS_HELPERS 10u
/*
 * ... in a space of so many slices.  In a smaller one, or with autorid_compat,
 * they would stand in the way of other domains: there they are placed when
 * they are first needed, as sssd does.
 */
#define IDM_SSS_ROOM    1024u

/* The hash of a domain's SID as text, before it is reduced to a slice. */
uint32_t idm_sss_hash(const struct idm_sid *domain);

/* How many slices the domain's space has. */
uint32_t idm_sss_slices(const struct idm_domain *);

/*
 * The slice where the search for the Nth window of the domain begins, N being
 * RID / rangesize.  Searching goes on to the next, and from the last to 0.
 */
uint32_t idm_sss_slot(const struct idm_domain *, uint32_t n);

/* Are these two sss domains of one space? */
bool idm_sss_shares(const struct idm_domain *, const struct idm_domain *);

/* The slice that a compiled window is, and the window that is on a slice;
 * false: none of the domain's. */
bool idm_sss_compiled(const struct idm_domain *, uint32_t n, uint32_t *slice);
bool idm_sss_window(const struct idm_domain *, uint32_t slice, uint32_t *n);

/*
 * Place windows.  The n domains are all those of one space, in the order in
 * which they were first applied; range, rangesize and flags are set.  Windows
 * that a domain has already -- compiled before, or imported from a host -- stay
 * where they are; each domain that has no window for RID 0 gets its primary,
 * and its extension windows.  First go all primaries, in order; then the
 * extension windows, ascending, that libsss_idmap can place; then the others.
 * So adding a domain never moves a window, and no slice is given twice.
 *
 * allocated says which slices were given to windows later, by the keeper; NULL:
 * none.  IDM_EXHAUSTED: no slice is left for a primary.  IDM_CONFLICT: windows
 * that were there overlap, or are no slices of the space.  IDM_INVALID: the
 * domains do not agree in their range.  After a failure nothing was placed.
 */
enum idm_status idm_sss_place(struct idm_domain *const *, uint32_t n,
    const struct idm_allocations *allocated, struct idm_err *) IDM_MUSTCHECK;

#endif
