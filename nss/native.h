/*
 * native -- whom the entries of an LDAP directory say that a Windows account
 * is: directory-based mapping (map/equal.h) by its Windows names.
 *
 * It comes after overrides and before name rules, and in mixed mode not at all
 * (map/maps.h).  Of several such domains the first counts that knows.
 */

#ifndef IDM_NSS_NATIVE_H
#define IDM_NSS_NATIVE_H

#include "map/verdict.h"
#include "nss/ask.h"

/*
 * IDM_OK: the verdict says whom, or nobody, if several entries name the
 * account; or that an override stands above it.  IDM_NOTFOUND: no entry names
 * it. IDM_TEMPFAIL: that is not known, and perhaps noted to be asked; but where
 * nobody may be asked (NULL), who is not cached is named by none.
 */
enum idm_status nss_native_find(struct nss_ask *, const struct idm_maps *,
    const struct idm_windows *, bool is_group,
    struct idm_verdict *) IDM_MUSTCHECK;

#endif
