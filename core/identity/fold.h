/*
 * fold -- Windows names without their case.
 *
 * Full library only: Unicode simple case folding (CaseFolding.txt, statuses C
 * and S) by libunistring, character by character; no normalisation, because
 * Active Directory makes none.
 */

#ifndef IDM_IDENTITY_FOLD_H
#define IDM_IDENTITY_FOLD_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

/* Append a text folded.  IDM_INVALID: it is no UTF-8. */
enum idm_status idm_fold_put(
    struct idm_buf *, struct idm_str, struct idm_err *) IDM_MUSTCHECK;

/*
 * Append a text in lower case (simple mapping), as wildcards try names.
 * IDM_INVALID as above.
 */
enum idm_status idm_lower_put(
    struct idm_buf *, struct idm_str, struct idm_err *) IDM_MUSTCHECK;

#endif
