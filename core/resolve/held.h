/*
 * held -- numbers that stay though the directory has changed them.
 *
 * For the files of this folder only.  With "on_change = hold" whoever was
 * served with a number keeps it, and nobody else gets it, for as long as the
 * cache knows of it.  What an override gave is nobody's former number: no
 * override's is in the range of a domain.
 */

#ifndef IDM_RESOLVE_HELD_H
#define IDM_RESOLVE_HELD_H

#include "resolve/fetch.h"
#include "resolve/ownid.h"

/* Are the domain's numbers held? */
bool idm_held_are(const struct idm_fetch *);

/* Whom the cache has with this number; both are lent.  false: nobody. */
bool idm_held_owner(const struct idm_fetch *, bool is_group, uint32_t id,
    struct idm_str *key, struct idm_sid *sid);

/*
 * Where they are held, give an identity the number back that it was served
 * with: what its entry has instead goes into identity->said.
 */
void idm_held_keep(const struct idm_fetch *, struct idm_ownid *identity);

#endif
