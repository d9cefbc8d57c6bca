/*
 * sync -- what an LDAP server says of changes: RFC 4533, refreshOnly.
 *
 * The values of its controls and messages.  Nothing of them is believed.
 */

#ifndef IDM_DIRECTORY_SYNC_H
#define IDM_DIRECTORY_SYNC_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "directory/session.h"

#define IDM_SYNC_REQUEST "1.3.6.1.4.1.4203.1.9.1.1"
#define IDM_SYNC_STATE   "1.3.6.1.4.1.4203.1.9.1.2"
#define IDM_SYNC_DONE    "1.3.6.1.4.1.4203.1.9.1.3"
#define IDM_SYNC_INFO    "1.3.6.1.4.1.4203.1.9.1.4"

/* The value of the control that asks for what came after the cookie. */
enum idm_status idm_sync_put_request(
    struct idm_buf *, struct idm_str cookie, struct idm_err *) IDM_MUSTCHECK;

/* Of an entry: its UUID, and what has become of it.  IDM_CORRUPT. */
enum idm_sync_state {
	IDM_SYNC_PRESENT,
	IDM_SYNC_ADDED,
	IDM_SYNC_MODIFIED,
	IDM_SYNC_DELETED,
};
enum idm_status idm_sync_read_state(struct idm_str value, enum idm_sync_state *,
    uint8_t uuid[static IDM_GUID_SIZE], struct idm_err *) IDM_MUSTCHECK;

/* Of entries that are told of by their UUIDs alone.  IDM_CORRUPT. */
enum idm_status idm_sync_read_info(struct idm_str value,
    const struct idm_sync *, struct idm_err *) IDM_MUSTCHECK;

/* The end: is whoever was not told of gone?  IDM_CORRUPT. */
enum idm_status idm_sync_read_done(
    struct idm_str value, bool *rest_is_gone, struct idm_err *) IDM_MUSTCHECK;

#endif
