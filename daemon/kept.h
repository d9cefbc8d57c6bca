/*
 * kept -- a question that the cache answers, because the whole domain is here.
 *
 * The name service finds names there itself, but those beyond ASCII only as
 * they are kept: letters are folded by idmapd alone, which then need not ask.
 */

#ifndef IDM_DAEMON_KEPT_H
#define IDM_DAEMON_KEPT_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "map/snapshot.h"
#include "wire/lookup.h"

/*
 * Answer a question of the domain by name, which is folded, or by a Windows
 * account that its entries may name.  false: the cache cannot, or need not,
 * tell.  *st is IDM_OK, with the reply's body appended, or IDM_NOTFOUND or
 * IDM_REFUSED, with the reason in err.
 */
bool kept_answer(const struct idm_maps *, const struct idm_domain *,
    const struct idm_lookup *, struct idm_buf *body, enum idm_status *st,
    struct idm_err *);

#endif
