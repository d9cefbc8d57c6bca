/*
 * inquired -- how whoever resolves an account gets what idmapd knows of it.
 *
 * The core opens no connections: programs lend it somebody who asks
 * (cli/ask.h), as with resolve/asker.h.
 */

#ifndef IDM_RESOLVE_INQUIRED_H
#define IDM_RESOLVE_INQUIRED_H

#include "base/buf.h"
#include "base/err.h"
#include "wire/lookup.h"

/*
 * Put one question, and wait for at most wait_ms.  The answer's texts lie in
 * reply.  Statuses as wire/lookup.h has them, with their reason in err.
 */
struct idm_inquired {
	enum idm_status (*ask)(void *context, const struct idm_lookup *,
	    unsigned wait_ms, struct idm_buf *reply, struct idm_looked_up *,
	    struct idm_err *);
	void *context;
};

#endif
