/*
 * snapshot -- the current policy and user maps, shared by all threads.
 *
 * One struct idm_snapshot stands for /var/lib/idmap in a process.  Whoever
 * enters it gets the pair of maps that is current, and may use what they lend
 * until leaving.  A new version is seen by whoever enters after it was put in
 * place, because the old one is marked then (map/mark.h).  Entering takes no
 * lock and makes no system call, but for a stat(2) of each path when a file is
 * marked, or when the last look was more than 100 ms ago: so that is noticed,
 * by its inode, what was put in place by other means.  An old version is
 * unmapped when no thread is inside.  A forked child starts with nobody inside.
 */

#ifndef IDM_MAP_SNAPSHOT_H
#define IDM_MAP_SNAPSHOT_H

#include "base/err.h"
#include "map/maps.h"

struct idm_snapshot;

/* The process's snapshot of IDM_STATEDIR.  Never NULL, never freed. */
struct idm_snapshot *idm_snapshot_system(void);

/*
 * A snapshot of another folder, whose map.gdbm must belong to owner: for
 * tests and tools.  Give it back with idm_snapshot_free().
 */
enum idm_status idm_snapshot_new(const char *dir, uid_t owner,
    struct idm_snapshot **, struct idm_err *) IDM_MUSTCHECK;
void idm_snapshot_free(struct idm_snapshot **);

/*
 * Enter and leave.  Between the two the caller must not wait for anything,
 * nor be cancelled: old versions would stay mapped for ever.  IDM_TEMPFAIL:
 * there is no usable map now; err, which may be NULL, says why.  errno is
 * preserved.  Safe in threads, after fork, and nested.
 */
struct idm_inside {
	const struct idm_maps *maps;
	void *stripe;
};
enum idm_status idm_snapshot_enter(
    struct idm_snapshot *, struct idm_inside *, struct idm_err *) IDM_MUSTCHECK;
void idm_snapshot_leave(struct idm_inside *);

/*
 * Open the maps of a snapshot's folder: one moment, to be kept for as long as
 * somebody likes, where entering would hold up the others.  Give them back with
 * idm_maps_close().
 */
enum idm_status idm_snapshot_pin(const struct idm_snapshot *,
    struct idm_maps **, struct idm_err *) IDM_MUSTCHECK;

#endif
