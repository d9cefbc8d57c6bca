/*
 * record -- what all records have in common: a letter, a version, an end.
 *
 * The frame that format.h describes, for the codecs of each kind of record.
 * Numbers and strings in between are written with base/buf.h and read with
 * base/cursor.h.
 */

#ifndef IDM_MAP_RECORD_H
#define IDM_MAP_RECORD_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

/* Write the letter and the version. */
void idm_record_begin(struct idm_buf *, char letter);

/*
 * A cursor behind the letter and version of a record of this kind.
 * IDM_CORRUPT: it is cut short, of another kind, or of another version.
 */
enum idm_status idm_record_open(struct idm_str value, char letter,
    struct idm_cursor *, struct idm_err *) IDM_MUSTCHECK;

/* After the last field: IDM_CORRUPT when something is missing, or left. */
enum idm_status idm_record_close(
    const struct idm_cursor *, struct idm_err *) IDM_MUSTCHECK;

/* IDM_CORRUPT, and say that the field may not have this value. */
enum idm_status idm_record_out_of_range(
    const char *field, unsigned long value, struct idm_err *);

/* The next size bytes, or zeros when they are missing. */
void idm_record_bytes(struct idm_cursor *, void *, size_t size);

#endif
