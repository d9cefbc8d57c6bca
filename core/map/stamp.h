/*
 * stamp -- under which policy a directory's facts become records.
 *
 * Full library only.  A domain's stamp (map/domain.h) is a fingerprint of all
 * that decides what its records say: the domain as compiled, how its directory
 * is read, its overrides, the properties, and how names are shown.  What only
 * says where and when to ask is not in it.  A cached record of another stamp
 * is outdated: it is asked for again before it is believed.
 */

#ifndef IDM_MAP_STAMP_H
#define IDM_MAP_STAMP_H

#include "base/err.h"
#include "map/domain.h"
#include "map/rewrite.h"

/*
 * Set the stamps of all domains with a directory, in a rewrite of map.gdbm
 * that is about to be committed.  The policy's epoch is left to whoever changed
 * something; nothing is put when all stamps are right.
 */
enum idm_status idm_stamps_set(
    struct idm_rewrite *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Have the next idm_stamps_set() make another stamp for a domain with a
 * directory, though nothing else has changed.  Kept in the record "i/f/DOMAIN",
 * which for such a domain counts how often.
 */
enum idm_status idm_stamp_renew(struct idm_rewrite *, const struct idm_domain *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
