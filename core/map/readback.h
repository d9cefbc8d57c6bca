/*
 * readback -- does a file that was just written hold what was to be written?
 *
 * Full library only.  libgdbm has failures that it tells nobody of: a bucket
 * that it could not write is then an old one, or none.  So what it wrote is
 * read with our own view before it takes the place of the map: the header,
 * every record that was written, and, by a walk of all buckets, the number of
 * records, each in a bucket of its hash.
 */

#ifndef IDM_MAP_READBACK_H
#define IDM_MAP_READBACK_H

#include <sys/types.h>

#include "base/err.h"
#include "map/format.h"
#include "map/image.h"

/*
 * IDM_SYSTEM: the file at path does not read as the job has written it.  The
 * job's records are best in the order in which it left them: that of the file.
 */
enum idm_status idm_readback(const char *path, const struct idm_image_job *,
    uid_t owner, struct idm_err *) IDM_MUSTCHECK;

#endif
