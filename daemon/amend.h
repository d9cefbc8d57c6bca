/*
 * amend -- what has happened in a directory is done to the cache, too.
 *
 * Who is there and in which groups is known from the cache; what has changed is
 * laid over it, and who is in which groups told anew by the same means as when
 * everything is read.  So it comes to the same records.
 */

#ifndef IDM_DAEMON_AMEND_H
#define IDM_DAEMON_AMEND_H

#include "daemon/news.h"
#include "daemon/reading.h"

/*
 * IDM_CONFLICT: that cannot be told from the news and the cache alone, so the
 * whole must be read; err says why.  IDM_TEMPFAIL and others as refill().
 */
enum idm_status amend(const struct reading_setup *, const struct news *,
    struct idm_err *) IDM_MUSTCHECK;

#endif
