/*
 * readback -- does a file that was just written hold what was to be written?
 *
 * Full library only.  libgdbm has failures that it tells nobody of: a bucket
 * that it could not write is then an old one, or none.  So what it wrote is
 * read with our own view before it takes the place of the map: the header,
 * every change, and, by a walk of all buckets, the number of records, each in
 * a bucket of its hash.
 */

#ifndef IDM_MAP_READBACK_H
#define IDM_MAP_READBACK_H

#include <sys/types.h>

#include "base/err.h"
#include "map/changes.h"
#include "map/format.h"

/* IDM_SYSTEM: the file at path does not read as it was written. */
enum idm_status idm_readback(const char *path, const struct idm_header *,
    uid_t owner, const struct idm_changes *, struct idm_err *) IDM_MUSTCHECK;

#endif
