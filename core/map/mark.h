/*
 * mark -- telling whoever has a map file open that another takes its place.
 *
 * Full library only.  A reader has the old file mapped and does not look at
 * the path each time.  So who puts another file there changes one byte of the
 * old one, which the reader sees in its memory (map/snapshot.h), and then
 * looks.  The byte is the last one of the header's record; what it is does not
 * matter, so that a file which was marked is as good as another.
 *
 * It is changed twice.  Before the rename: whoever sees the new file, by
 * whatever way, can rely on it that others see it too.  And after it: for
 * readers to whom the rename took so long that they have stopped looking.
 *
 * Nothing here fails: a reader whose file is not marked looks after 100 ms.
 */

#ifndef IDM_MAP_MARK_H
#define IDM_MAP_MARK_H

#include <sys/types.h>

#include "map/view.h"

struct idm_mark {
	int fd; /* -1: there is none */
	off_t at;
};

/* Open that of dirfd/name, if that is the file of the view, which may be NULL.
 */
struct idm_mark idm_mark_open(
    int dirfd, const char *name, const struct idm_view *);
void idm_mark_close(struct idm_mark *);

/* Change it. */
void idm_mark_change(const struct idm_mark *);

#endif
