/*
 * gsserr -- what GSSAPI found wrong, as our status and as a text.
 */

#ifndef IDM_DIRECTORY_GSSERR_H
#define IDM_DIRECTORY_GSSERR_H

#include <gssapi/gssapi.h>

#include "base/err.h"

/* Nearly always IDM_DENIED; IDM_TEMPFAIL where no KDC was there. */
enum idm_status idm_gsserr_fail(
    struct idm_err *, OM_uint32 major, OM_uint32 minor);

#endif
