/*
 * service -- the nss backend: a domain whose accounts another name service has.
 *
 * For the files of this folder only.  A name without its domain is asked of
 * the services that the domain lists, in their order; the domain's range
 * filters.  When a service fails, that is the answer: unavailable.
 */

#ifndef IDM_RESOLVE_SERVICE_H
#define IDM_RESOLVE_SERVICE_H

#include "resolve/inquiry.h"

/* As a step that is always the last. */
enum idm_status idm_inquiry_service_to_unix(struct idm_inquiry *,
    const struct idm_domain *, struct idm_err *) IDM_MUSTCHECK;

/* Is there an account of this number?  Its name becomes the Windows name. */
enum idm_status idm_inquiry_service_to_windows(struct idm_inquiry *,
    const struct idm_domain *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The id of the UNIX side's name, when a domain with this backend has such an
 * account.  IDM_NOTFOUND: none has.
 */
enum idm_status idm_inquiry_service_id(
    struct idm_inquiry *, struct idm_err *) IDM_MUSTCHECK;

#endif
