/*
 * client -- asks idmapd, never for longer than a deadline.
 *
 * A connection is made, used and closed by one caller; nothing is kept over
 * calls.  The peer must be root or one of the given uids, by SO_PEERCRED: a
 * socket that idmapd or systemd opened as root says root.  Never raises
 * SIGPIPE; descriptors are close-on-exec and above 2.
 */

#ifndef IDM_WIRE_CLIENT_H
#define IDM_WIRE_CLIENT_H

#include <sys/types.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "wire/message.h"

/* Where idmapd listens. */
#define IDM_SOCKET_PATH IDM_RUNDIR "/idmapd.sock"

struct idm_client;

#define IDM_OPEN_WAIT_MS 2000

/*
 * Connect and greet, for at most IDM_OPEN_WAIT_MS: for tools, whose users would
 * rather wait while systemd starts idmapd for them.  IDM_TEMPFAIL: nobody
 * answers (no socket, no greeting in time).  IDM_DENIED: the peer is not who
 * it should be.  IDM_CORRUPT: it does not speak our protocol.
 */
enum idm_status idm_client_open(const char *path, const uid_t *peers,
    size_t npeers, struct idm_client **, struct idm_err *) IDM_MUSTCHECK;

/* The same over a connected socket, which is taken, also on failure. */
enum idm_status idm_client_take(int fd, const uid_t *peers, size_t npeers,
    struct idm_client **, struct idm_err *) IDM_MUSTCHECK;

void idm_client_close(struct idm_client **);

/*
 * Send one request and wait at most wait_ms for its reply.  Returns the
 * status the daemon sent, its text in err; IDM_OK: the body was appended to
 * reply, whose maximum also bounds it.  IDM_TEMPFAIL: no answer in time, or
 * the daemon hung up.  IDM_INVALID: the request is too long to be sent.
 * After anything but an answer the connection is dead.
 */
enum idm_status idm_client_call(struct idm_client *, enum idm_op,
    struct idm_str request, unsigned wait_ms, struct idm_buf *reply,
    struct idm_err *) IDM_MUSTCHECK;

#define IDM_ONCE_MAX 1280 /* bytes of a request that is sent at once */

/*
 * Connect, ask one thing and close, with as few turns of the two processes as
 * can be: the request is sent before the greeting has come.  *is_silent: it
 * was nobody's answer, because nobody was there who greets, or whom we trust;
 * to ask again soon is of no use.  Allocates nothing but in reply, which holds
 * the body after IDM_OK.
 */
enum idm_status idm_client_once(const char *path, const uid_t *peers,
    size_t npeers, enum idm_op, struct idm_str request, unsigned wait_ms,
    struct idm_buf *reply, bool *is_silent, struct idm_err *) IDM_MUSTCHECK;

/* The same without waiting for anything.  false: nobody is there. */
bool idm_client_tell(const char *path, const uid_t *peers, size_t npeers,
    enum idm_op, struct idm_str request);

#endif
