/*
 * mapping -- what a login was mapped to, kept in its PAM handle.
 *
 * Kept so that the session knows what canonicalize changed, and its end what
 * its beginning said.  libpam owns the copy and frees it with the handle.
 * Kept in nothing else: sshd asks auth, account and session of different
 * processes, so each of them decides for itself.
 */

#ifndef IDM_PAM_MAPPING_H
#define IDM_PAM_MAPPING_H

#include <security/pam_modules.h>

#include "base/attr.h"
#include "pam/lookup.h"

/* Keep a copy.  A PAM code. */
int idm_pam_mapping_keep(
    pam_handle_t *, const struct idm_pam_answer *) IDM_MUSTCHECK;

/* Forget what was kept, if anything was. */
void idm_pam_mapping_drop(pam_handle_t *);

/* What was kept, lent until the handle ends or keeps another; or NULL. */
const struct idm_pam_answer *idm_pam_mapping_find(const pam_handle_t *);

/*
 * Put IDMAP_NAME, IDMAP_SCHEME, IDMAP_ENTRY and IDMAP_LOGNAME into the PAM
 * environment, from where the application takes them into the session's.  A
 * PAM code.
 */
int idm_pam_mapping_export(
    pam_handle_t *, const struct idm_pam_answer *) IDM_MUSTCHECK;

#endif
