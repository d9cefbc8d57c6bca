/*
 * level -- how far a directory has come, as one of its servers says.
 *
 * A cookie is kept with the cache, and says where to go on: contextCSN's values
 * (OpenLDAP, with the overlay syncprov), or highestCommittedUSN with the server
 * whose it is, for each server of AD counts for itself.
 */

#ifndef IDM_DAEMON_LEVEL_H
#define IDM_DAEMON_LEVEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "directory/session.h"

#define LEVEL_COOKIE_MAX 1000 /* bytes */

struct level {
	struct idm_buf cookie; /* empty: it does not say */
	uint64_t usn;          /* AD; 0: none */
	bool can_sync;         /* RFC 4533 */
};

void level_init(struct level *);
void level_fini(struct level *);

/* Ask, for what is below a base. */
enum idm_status level_ask(struct level *, struct idm_session *,
    struct idm_str base, int64_t deadline, struct idm_err *) IDM_MUSTCHECK;

/* The number in a cookie of AD, if it is of the same server as the level. */
bool level_since(const struct level *, struct idm_str cookie, uint64_t *usn);

/* The cookie as an OpenLDAP server wants it. */
void level_put_sync_cookie(struct idm_buf *, struct idm_str cookie);

#endif
