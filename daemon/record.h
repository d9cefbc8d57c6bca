/*
 * record -- what the engine and the keeper say to each other.
 *
 * One record is one packet of a SOCK_SEQPACKET pair, with a length that the
 * kernel keeps.  The keeper believes the engine who is calling, and nothing
 * else: every text in a request is as the caller sent it.
 *
 * Texts that were read are lent from the packet.
 */

#ifndef IDM_DAEMON_RECORD_H
#define IDM_DAEMON_RECORD_H

#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "state/request.h"
#include "wire/message.h"

/* Bytes of a record: a request of a client and what goes with it. */
#define RECORD_MAX (IDM_WIRE_REQUEST_MAX + 1024)

/* Who is calling, by the kernel's word. */
struct caller {
	uint32_t uid;
	uint32_t pid;
	uint32_t login; /* idm_update_login_of() */
};

/* What the keeper is asked to do, or only to log. */
struct record_request {
	uint32_t id; /* repeated in the reply; 0: no reply is wanted */
	uint16_t op; /* enum idm_op */
	struct caller caller;
	uint16_t refused; /* IDM_OK: do it; else log that it was not done */
	struct idm_str reason;
	struct idm_user_request user;   /* of operations on users' entries */
	struct idm_state_request state; /* of those that have such a request */
	struct idm_str cache;           /* of IDM_OP_CACHE_PUT: its body */
};

/* id 0, status IDM_OK: the keeper is ready. */
struct record_reply {
	uint32_t id;
	uint16_t status;     /* enum idm_status */
	struct idm_str body; /* of the reply to the client */
};

void record_request_write(struct idm_buf *, const struct record_request *);
enum idm_status record_request_read(struct idm_str packet,
    struct record_request *, struct idm_err *) IDM_MUSTCHECK;

void record_reply_write(struct idm_buf *, const struct record_reply *);
enum idm_status record_reply_read(struct idm_str packet, struct record_reply *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
