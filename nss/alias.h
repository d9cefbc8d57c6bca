/*
 * alias -- foreign names that stand for an account or a group of this host.
 *
 * The maps say which one a name stands for (find.h); what it is, is read from
 * its own files at each call.  Nothing here allocates or waits.
 *
 * All functions return IDM_NOTFOUND when there is no such account, IDM_REFUSED
 * when it may not be served, IDM_EXHAUSTED when the buffer is too small for an
 * answer that exists, and anything else when the files are not available.
 */

#ifndef IDM_NSS_ALIAS_H
#define IDM_NSS_ALIAS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "identity/name.h"
#include "nss/answer.h"

/*
 * What the maps say of a name, kept after they have been left.  Small: the
 * stacks of others' threads may be.
 */
struct nss_alias {
	char account[IDM_LOGIN_MAX + 1]; /* or group */
	uint8_t origin;                  /* enum idm_origin */
	bool is_literal;
	bool is_privileged;
	uint32_t owner; /* of a user's own entry */
	uint32_t uid_min;
	uint32_t gid_min;
	uint8_t reply; /* enum idm_alias_reply */
};

/* The user or shadow entry of the account; its line is read into the buffer. */
enum idm_status nss_alias_user(const struct nss_alias *, struct idm_str typed,
    struct idm_buf *, struct nss_user *) IDM_MUSTCHECK;
enum idm_status nss_alias_shadow(const struct nss_alias *, struct idm_str typed,
    struct idm_buf *, struct nss_shadow *) IDM_MUSTCHECK;

/* Call found() with each supplementary gid, as idm_account_groups() does. */
enum idm_status nss_alias_groups(const struct nss_alias *, struct idm_str typed,
    bool (*found)(void *context, uint32_t gid), void *context) IDM_MUSTCHECK;

/* The entry of the group, likewise. */
enum idm_status nss_alias_group(const struct nss_alias *, struct idm_str typed,
    struct idm_buf *, struct group *) IDM_MUSTCHECK;

/* The number of the group, as a group of somebody who is in a foreign one. */
enum idm_status nss_alias_gid(
    const struct nss_alias *, uint32_t *gid) IDM_MUSTCHECK;

#endif
