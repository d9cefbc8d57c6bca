/*
 * message -- what idmapd and its clients say to each other.
 *
 * A stream socket.  The daemon speaks first: a greeting of
 *
 *     "IDMAPD\r\n"  u16 lowest version  u16 highest version
 *
 * on accept, or, when a question came with the connection and is answered
 * soon, together with the answer; in any case long before
 * IDM_GREETING_WAIT_MS.  The client answers with u16, the version it picks, or
 * has said it already.  Then frames, both ways:
 *
 *     u32 length of the body   u16 operation   u16 status   body
 *
 * A request's status is 0, or IDM_WIRE_LAST: after the reply the daemon closes
 * the connection.  A reply repeats the operation and carries enum
 * idm_status; the body of a failure is its text.  A reply to IDM_OP_NONE is
 * one that nobody asked for: the daemon refuses the connection, says why and
 * closes it.  All numbers little-endian.  One request at a time per
 * connection.
 *
 * The codec allocates nothing but what its buffers hold.  Texts that were
 * read are lent from the bytes they were read from.
 */

#ifndef IDM_WIRE_MESSAGE_H
#define IDM_WIRE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "identity/name.h"

#define IDM_WIRE_MAGIC       "IDMAPD\r\n"
#define IDM_WIRE_MAGIC_SIZE  8
#define IDM_WIRE_GREETING    12
#define IDM_WIRE_CHOICE      2
#define IDM_WIRE_LAST        1 /* no request follows */
#define IDM_WIRE_FRAME       8
#define IDM_WIRE_VERSION     1
#define IDM_WIRE_REQUEST_MAX 32768      /* bytes of a request's body */
#define IDM_WIRE_REPLY_MAX   (17 << 20) /* bytes of a reply's body */
#define IDM_GREETING_WAIT_MS 250

/*
 * Operations: body of the request; body of the reply.  "user" is a struct
 * idm_user_request, "page" a struct idm_user_page.  Every operation on users'
 * entries takes the same request, so that one parser reads them all; what an
 * operation does not use is empty.
 */
enum idm_op {
	IDM_OP_NONE = 0,   /* never asked; see above */
	IDM_OP_PING = 1,   /* - ; - */
	IDM_OP_STATUS = 2, /* - ; lines of "key value": daemon/report.h */
	/* scheme, remote, logname ; u8 1 when the entry was there already */
	IDM_OP_USER_ADD = 3,
	/*
	 * scheme, logname, and remote unless all of logname's entries ; page
	 * of what was removed.  With more set, ask again for the rest.
	 */
	IDM_OP_USER_DELETE = 4,
	/*
	 * scheme ; page of the caller's own entries, for root of all or of
	 * logname's, in the bytes' order of their remote names.  With more
	 * set, ask again with the last remote name as remote.
	 */
	IDM_OP_USER_LIST = 5,
	/* root: as IDM_OP_USER_LIST, of all users, with what is wrong */
	IDM_OP_USER_CHECK = 6,
	/* root: IDM_USER_REPLACE or nothing ; uuid[16], u8 1 when created */
	IDM_OP_USERS_ADOPT = 7,
	/* root: - ; u32 entries of schemes that are gone, removed */
	IDM_OP_USERS_PURGE = 8,
	/*
	 * root: scheme, edits ; -
	 * All of the edits are made, or none: first all that goes, then all
	 * that comes.  A failure names the edit.
	 */
	IDM_OP_USERS_FIX = 9,
	/*
	 * Allocations; their bodies are in state/request.h.  Beside FIND,
	 * FIND_ID and STATE_STATUS all are root's.
	 */
	IDM_OP_STATE_GRANT = 16,   /* wishes ; a grant for each */
	IDM_OP_STATE_FIND = 17,    /* the same, allocating nothing */
	IDM_OP_STATE_FIND_ID = 18, /* id, kind ; its SID or name as text */
	/* IDM_STATE_REPLACE or nothing ; uuid[16], u8 1 when created */
	IDM_OP_STATE_ADOPT = 19,
	IDM_OP_STATE_IMPORT = 20,  /* pins ; u32 new, u32 there already */
	IDM_OP_STATE_RESTORE = 21, /* gap, records ; uuid[16], u32 records */
	IDM_OP_STATE_FOLD = 22,    /* - ; - */
	IDM_OP_STATE_FLUSH = 23,   /* domain ; u32 ids forgotten */
	IDM_OP_STATE_STATUS = 24,  /* - ; lines of "key value" */
	/*
	 * Between the engine and the keeper alone: daemon/cacheitem.h ; u64 the
	 * file's generation, of what was awaited.
	 */
	IDM_OP_CACHE_PUT = 48,
	/* A question of the name service; bodies are in wire/lookup.h. */
	IDM_OP_LOOKUP = 32,
};

struct idm_frame {
	uint32_t length;
	uint16_t op;
	uint16_t status;
};

void idm_frame_write(struct idm_buf *, const struct idm_frame *);
/*
 * Check and read IDM_WIRE_FRAME bytes; max is the longest body allowed.
 * IDM_CORRUPT.  An unknown operation is left to the caller.
 */
enum idm_status idm_frame_read(const unsigned char bytes[IDM_WIRE_FRAME],
    uint32_t max, struct idm_frame *, struct idm_err *) IDM_MUSTCHECK;

void idm_greeting_write(struct idm_buf *);
/*
 * Pick the version to speak.  IDM_CORRUPT: no greeting of idmapd's, or no
 * version that both know.
 */
enum idm_status idm_greeting_read(const unsigned char bytes[IDM_WIRE_GREETING],
    uint16_t *version, struct idm_err *) IDM_MUSTCHECK;

/* Flags of a request. */
#define IDM_USER_REPLACE 0x01u /* adopt: put a new store in place */

#define IDM_COMMAND_MAX    2048 /* bytes of a command line; the rest is cut */
/*
 * Bytes of all edits: some hundred deletions, half as many changes.  It is one
 * record of the update log that tells them, in no more than twice the bytes.
 */
#define IDM_USER_EDITS_MAX 4096

/*
 * The body of IDM_OP_USER_* and IDM_OP_USERS_*.  The names are as the user
 * typed them: the daemon is who judges, refuses and logs them.
 */
struct idm_user_request {
	uint8_t flags;
	struct idm_str scheme;
	struct idm_str remote;
	struct idm_str logname;
	struct idm_str command; /* the caller's command line, for the log */
	struct idm_str edits; /* as idm_user_edit_write() wrote them, if any */
};
void idm_user_request_write(struct idm_buf *, const struct idm_user_request *);
enum idm_status idm_user_request_read(struct idm_str body,
    struct idm_user_request *, struct idm_err *) IDM_MUSTCHECK;

/* An entry that is there, and what it becomes: nothing, if that is empty. */
struct idm_user_edit {
	struct idm_str old_remote;
	struct idm_str old_logname;
	struct idm_str remote;
	struct idm_str logname;
};
void idm_user_edit_write(struct idm_buf *, const struct idm_user_edit *);
/* Take the first edit off those of a request; false when none is left. */
bool idm_user_edit_next(struct idm_str *edits, struct idm_user_edit *);

/* What IDM_OP_USER_CHECK finds wrong with an entry. */
enum idm_user_fault {
	IDM_USER_GOOD = 0,
	IDM_USER_SYNTAX = 1,  /* the remote name does not fit the scheme */
	IDM_USER_UNKNOWN = 2, /* no such login */
	IDM_USER_OTHER = 3,   /* the login has another uid, or may not be it */
	IDM_USER_VETOED = 4,  /* the administrator's entry says %i */
	IDM_USER_DEAD = 5,    /* made for an earlier scheme of this name */
};

/* One user's entry in a page. */
struct idm_user_reply {
	struct idm_str remote;
	struct idm_str logname;
	uint32_t uid;
	uint8_t fault; /* enum idm_user_fault */
};

/* A page of entries: u8 more, then entries to the end of the body. */
struct idm_user_page {
	bool more;
	struct idm_cursor entries;
};
void idm_user_reply_write(struct idm_buf *, const struct idm_user_reply *);
enum idm_status idm_user_page_read(struct idm_str body, struct idm_user_page *,
    struct idm_err *) IDM_MUSTCHECK;
/* The next entry.  IDM_NOTFOUND after the last one.  IDM_CORRUPT. */
enum idm_status idm_user_page_next(struct idm_user_page *,
    struct idm_user_reply *, struct idm_err *) IDM_MUSTCHECK;

#endif
