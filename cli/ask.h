/*
 * ask -- puts one question to idmapd.
 */

#ifndef IDM_CLI_ASK_H
#define IDM_CLI_ASK_H

#include "resolve/inquired.h"
#include "wire/client.h"

/*
 * Connect, ask and hang up.  An operation without a body has no request:
 * NULL.  The status is the daemon's answer; IDM_TEMPFAIL
 * when there is none, and the text says how idmapd is started.
 */
enum idm_status cli_ask(enum idm_op, const struct idm_user_request *,
    struct idm_buf *reply, struct idm_err *) IDM_MUSTCHECK;

/* Who asks idmapd what directories say (resolve/inquired.h). */
extern const struct idm_inquired cli_inquired;

#endif
