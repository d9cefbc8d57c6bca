/*
 * backends -- the rows of the table in backend.c, each from a file of its own.
 */

#ifndef IDM_BACKENDS_BACKENDS_H
#define IDM_BACKENDS_BACKENDS_H

#include "backends/backend.h"

extern const struct idm_backend idm_backend_rid_row;
extern const struct idm_backend idm_backend_autorid_row;
extern const struct idm_backend idm_backend_sss_row;
extern const struct idm_backend idm_backend_hash_row;
extern const struct idm_backend idm_backend_nss_row;
extern const struct idm_backend idm_backend_tdb_row;
extern const struct idm_backend idm_backend_ephemeral_row;
extern const struct idm_backend idm_backend_none_row;

extern const struct idm_backend idm_backend_ad_row;
extern const struct idm_backend idm_backend_rfc2307_row;
extern const struct idm_backend idm_backend_ldap_row;

#endif
