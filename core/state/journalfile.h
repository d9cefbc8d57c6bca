/*
 * journalfile -- a journal on disk: read whole, begun anew, appended to.
 *
 * The file "journal" in the folder of state.gdbm; its owner's alone to read.
 * It is only ever replaced by a whole one or appended to.  Locks nothing: who
 * has the state's lock is the only writer.
 */

#ifndef IDM_STATE_JOURNALFILE_H
#define IDM_STATE_JOURNALFILE_H

#include <sys/types.h>

#include "base/cursor.h"
#include "base/err.h"
#include "state/journal.h"

#define IDM_JOURNAL_FILE "journal"

/*
 * Read dir/journal into memory that the caller frees.  IDM_NOTFOUND: there is
 * none.  IDM_DENIED: it is not the owner's alone to write.
 */
enum idm_status idm_journalfile_read(const char *dir, uid_t owner, char **bytes,
    size_t *len, struct idm_err *) IDM_MUSTCHECK;

/* A journal that is open for appending. */
struct idm_journalfile;

/*
 * Put a new journal in place: a head, and records as they stood in another one.
 * After IDM_OK it is on disk, name and all.  After a failure *was_replaced
 * says whether it has the name all the same, which a crash may undo.
 */
enum idm_status idm_journalfile_begin(const char *dir, uid_t owner,
    const struct idm_journal_head *, struct idm_str records,
    struct idm_journalfile **, bool *was_replaced,
    struct idm_err *) IDM_MUSTCHECK;
void idm_journalfile_close(struct idm_journalfile **);

/*
 * Append one record and sync it.  After a failure it may be there, in part or
 * whole: the journal must be read anew before it is used again.
 */
enum idm_status idm_journalfile_append(struct idm_journalfile *,
    uint64_t sequence, struct idm_str body, struct idm_err *) IDM_MUSTCHECK;

/* Bytes behind the head. */
uint64_t idm_journalfile_size(const struct idm_journalfile *);

/*
 * Read the records that were appended since idm_journalfile_size() was size,
 * into memory that the caller frees.
 */
enum idm_status idm_journalfile_since(const struct idm_journalfile *,
    uint64_t size, char **bytes, size_t *len, struct idm_err *) IDM_MUSTCHECK;

#endif
