/*
 * place -- which number a new SID gets.
 *
 * Full library only; called by the keeper.  Judges a wish by the maps of this
 * moment, finds what was allocated before, or stages what is allocated now:
 * tdb and ephemeral take the next number, autorid and sss the next slice for a
 * window of RIDs.  Never gives out a number twice, a reserved one, one of the
 * host's own accounts, or one outside the range.
 *
 * Numbers that hosts share are given by their directory, and only written down:
 * what a wish was told is the SID's from then on, if it is nobody else's.
 *
 * A domain that no slice was given to yet gets its first one, of autorid or of
 * the hash backend for all domains, only when the wish's kind is U or G, as who
 * has seen the account knows it; when the domain is configured, with the
 * catch-all's numbers; or when unknown ones are to have numbers.  A name
 * without a SID can be numbered by tdb and ephemeral; when the SID is known,
 * its wish with that name gets the name's number, and that is the SID's from
 * then on.
 */

#ifndef IDM_STATE_PLACE_H
#define IDM_STATE_PLACE_H

#include "base/err.h"
#include "map/snapshot.h"
#include "state/allocator.h"
#include "state/state.h"

/*
 * account_dir: whose numbers are not to be given.  The grant's status is as
 * allocator.h has it.  The result is IDM_OK when the wish was judged; otherwise
 * (IDM_TEMPFAIL, IDM_CORRUPT, IDM_NOMEM) nothing was staged and err says what
 * is wrong with the state, or the host.
 */
enum idm_status idm_place(const struct idm_maps *, const char *account_dir,
    struct idm_state *, const struct idm_wish *, struct idm_grant *,
    struct idm_err *) IDM_MUSTCHECK;

/* The same without allocating: what stands in the state. */
enum idm_status idm_place_find(const struct idm_maps *,
    const struct idm_state *, const struct idm_wish *, struct idm_grant *,
    struct idm_err *) IDM_MUSTCHECK;

/* The domain that is to grant the wish.  IDM_NOTFOUND, IDM_REFUSED. */
enum idm_status idm_place_domain(const struct idm_maps *,
    const struct idm_wish *, const struct idm_domain **,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * May a number be given on this host?  Not one of an account, of an own
 * identity or of an override.  IDM_TEMPFAIL: the accounts cannot be read.
 */
enum idm_status idm_place_is_free(const struct idm_maps *,
    const char *account_dir, uint32_t id, bool *out,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Whose id it is where numbers are given in slices, or computed: other ids have
 * a record of their own.  IDM_NOTFOUND: nobody's.  Otherwise as
 * idm_backend_ask_sid().
 */
enum idm_status idm_place_find_sid(const struct idm_maps *,
    const struct idm_state *, uint32_t id, uint8_t kind, struct idm_sid *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
