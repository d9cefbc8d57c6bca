/*
 * alias -- remote names that stand for an account of this host.
 *
 * The maps say which login a name stands for; what that account is, is read
 * from its own files at each call.  Nothing here allocates or waits.
 *
 * All functions return IDM_NOTFOUND when the name is none of ours, is refused
 * or has no account, IDM_REFUSED when a rule says so, IDM_EXHAUSTED when the
 * buffer is too small for an answer that exists, and anything else when the
 * maps or the account files are not available.
 */

#ifndef IDM_NSS_ALIAS_H
#define IDM_NSS_ALIAS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "nss/answer.h"

/* The user or shadow entry of the account; its line is read into the buffer. */
enum idm_status nss_alias_user(
    struct idm_str name, struct idm_buf *, struct nss_user *) IDM_MUSTCHECK;
enum idm_status nss_alias_shadow(
    struct idm_str name, struct idm_buf *, struct nss_shadow *) IDM_MUSTCHECK;

/* Call found() with each supplementary gid, as idm_account_groups() does. */
enum idm_status nss_alias_groups(struct idm_str name,
    bool (*found)(void *context, uint32_t gid), void *context) IDM_MUSTCHECK;

#endif
