/*
 * service -- the nss backend: a domain whose accounts another name service has.
 *
 * For the files of this folder only.  A name without its domain is asked of
 * the services that the domain lists, in their order; the domain's range
 * filters.  "files" is read directly, others are not asked from here yet.
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

#endif
