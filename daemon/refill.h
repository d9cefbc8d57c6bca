/*
 * refill -- all users and groups of a domain are put into the cache.
 *
 * They are read page by page, and what the cache does not say already is sent
 * on its way in pieces of bounded size; whoever is not there any more is taken
 * out at the end, when everything was read.
 */

#ifndef IDM_DAEMON_REFILL_H
#define IDM_DAEMON_REFILL_H

#include "daemon/reading.h"

/* IDM_TEMPFAIL and what idm_find_all() returns: it is not complete. */
enum idm_status refill(
    const struct reading_setup *, struct idm_err *) IDM_MUSTCHECK;

#endif
