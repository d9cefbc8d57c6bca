/*
 * image -- the bytes of the next version of a map file, made with libgdbm.
 *
 * Full library only, and the only user of libgdbm in it.  An image is made in
 * a file that no one else has open; nothing here renames or syncs.
 *
 * libgdbm never sees a lock, a mapping of a file on disk or a function to
 * call on fatal errors.  With such a function it calls exit() (1.23, the
 * end of its _gdbm_fatal()); without one it returns the error, as everything
 * else in it does.  A mapped file on a full disk ends in SIGBUS on file
 * systems that write elsewhere than they read; write(2) says ENOSPC.
 */

#ifndef IDM_MAP_IMAGE_H
#define IDM_MAP_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"
#include "map/format.h"

/* How far a long work is; called now and then.  May be NULL. */
typedef void idm_progress(void *context, uint64_t done, uint64_t total);

/* A record to write or, in an update, to remove; the key without its end. */
struct idm_image_record {
	const char *key;
	const char *value;
	uint32_t key_len;
	uint32_t value_len;
	uint32_t hash; /* GDBM's, filled in here */
	bool removed;
};

struct idm_image_job {
	const struct idm_header *header; /* to write; its seed ends the keys */
	struct idm_image_record *record; /* they are put in another order */
	size_t n;
	idm_progress *progress;
	void *context;
};

/*
 * Have the memory of a record that comes soon after the ith brought near.  In
 * the order of the file the records lie all over the memory, and waiting for
 * each is what a large job spends most of its time with.
 */
void idm_image_fetch(const struct idm_image_job *, size_t i);

/* Write a whole new file into fd, which is empty. */
enum idm_status idm_image_build(
    int fd, struct idm_image_job *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Copy the file source into fd, which is empty, and apply the records.  What
 * is to be removed must be there.
 */
enum idm_status idm_image_update(
    int source, int fd, struct idm_image_job *, struct idm_err *) IDM_MUSTCHECK;

#endif
