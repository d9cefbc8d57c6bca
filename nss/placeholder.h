/*
 * placeholder -- a name for a number that no record names.
 *
 * Where a domain has placeholders, a number that its backend knows is
 * "sid-RID@domain", by number only, and without a login: so that ls(1) shows
 * whose a file is before the domain's names are known.
 */

#ifndef IDM_NSS_PLACEHOLDER_H
#define IDM_NSS_PLACEHOLDER_H

#include "base/err.h"
#include "map/own.h"
#include "map/snapshot.h"

#define NSS_PLACEHOLDER_HOME  "/"
#define NSS_PLACEHOLDER_SHELL "/usr/sbin/nologin"

/* What a placeholder's texts lie in. */
struct nss_placeholder {
	char memory[IDM_OWN_MAX + IDM_SID_TEXT_MAX + 64];
};

/* IDM_NOTFOUND: the number has none, or its name is really somebody's. */
enum idm_status nss_placeholder_user(const struct idm_maps *, uint32_t uid,
    struct nss_placeholder *, struct idm_own_user *) IDM_MUSTCHECK;
enum idm_status nss_placeholder_group(const struct idm_maps *, uint32_t gid,
    struct nss_placeholder *, struct idm_own_group *) IDM_MUSTCHECK;

#endif
