/*
 * message -- what idmapd and its clients say to each other.
 *
 * A stream socket.  The daemon speaks first: a greeting of
 *
 *     "IDMAPD\r\n"  u16 lowest version  u16 highest version
 *
 * The client answers with u16, the version it picks.  Then frames, both ways:
 *
 *     u32 length of the body   u16 operation   u16 status   body
 *
 * A request's status is 0.  A reply repeats the operation and carries enum
 * idm_status; the body of a failure is its text.  All numbers little-endian.
 * One request at a time per connection.
 */

#ifndef IDM_WIRE_MESSAGE_H
#define IDM_WIRE_MESSAGE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "identity/name.h"

#define IDM_WIRE_MAGIC       "IDMAPD\r\n"
#define IDM_WIRE_MAGIC_SIZE  8
#define IDM_WIRE_GREETING    12
#define IDM_WIRE_CHOICE      2
#define IDM_WIRE_FRAME       8
#define IDM_WIRE_VERSION     1
#define IDM_WIRE_REQUEST_MAX 8192       /* bytes of a request's body */
#define IDM_WIRE_REPLY_MAX   (16 << 20) /* bytes of a reply's body */
#define IDM_GREETING_WAIT_MS 250
#define IDM_SILENCE_MS       5000 /* how long a silent daemon is not asked */

enum idm_op {
	IDM_OP_PING = 1,        /* - ; - */
	IDM_OP_STATUS = 2,      /* - ; lines of "key value" */
	IDM_OP_USER_ADD = 3,    /* scheme remote logname ; u8 unchanged */
	IDM_OP_USER_DELETE = 4, /* scheme remote logname ; entries removed */
	IDM_OP_USER_LIST = 5,   /* scheme logname ; entries */
	IDM_OP_USER_CHECK = 6,  /* scheme ; entries, for the administrator */
	IDM_OP_USERS_ADOPT = 7, /* u8 make a new one ; uuid[16] */
	IDM_OP_USERS_PURGE = 8, /* - ; u32 entries of dead schemes removed */
	IDM_OP_LOG = 9, /* a failed attempt: scheme command reason ; - */
};

struct idm_frame {
	uint32_t length;
	uint16_t op;
	uint16_t status;
};

void idm_frame_write(struct idm_buf *, const struct idm_frame *);
/* Check and read IDM_WIRE_FRAME bytes; max is the longest body allowed. */
enum idm_status idm_frame_read(const unsigned char bytes[IDM_WIRE_FRAME],
    uint32_t max, struct idm_frame *, struct idm_err *) IDM_MUSTCHECK;

void idm_greeting_write(struct idm_buf *);
/* Pick the version to speak.  IDM_CORRUPT: no greeting of idmapd's. */
enum idm_status idm_greeting_read(const unsigned char bytes[IDM_WIRE_GREETING],
    uint16_t *version, struct idm_err *) IDM_MUSTCHECK;

/* The body of IDM_OP_USER_*: a string may be empty where it may be absent. */
struct idm_user_request {
	struct idm_str scheme;
	struct idm_str remote;
	struct idm_str logname;
	struct idm_str command; /* the caller's command line, for the log */
};
void idm_user_request_write(struct idm_buf *, const struct idm_user_request *);
enum idm_status idm_user_request_read(struct idm_str body,
    struct idm_user_request *, struct idm_err *) IDM_MUSTCHECK;

/* An entry in a reply: u32 count, then remote logname u32 uid, each. */
struct idm_user_reply {
	struct idm_str remote;
	struct idm_str logname;
	uint32_t uid;
};
void idm_user_reply_write(struct idm_buf *, const struct idm_user_reply *);
enum idm_status idm_user_reply_read(struct idm_cursor *,
    struct idm_user_reply *, struct idm_err *) IDM_MUSTCHECK;

#endif
