/*
 * journal -- the form of the file that holds what state.gdbm does not yet.
 *
 *     "IDMJRNL1"  uuid[16]  u64 base  u32 CRC of all that
 *     u32 length  u64 sequence  u32 CRC of the body  u32 CRC of these  body
 *     ...
 *
 * A body is the changes of one sync, all of which count or none.  Records are
 * numbered from base + 1 on, without a gap; base is what state.gdbm had folded
 * when the journal was begun.  Numbers are little-endian, CRCs are CRC-32C.
 *
 * A record's head has a CRC of its own, so that a length which was damaged is
 * not taken for the last record's being incomplete: that is the trace of a
 * crash in the middle of an append, which was not answered yet, and the only
 * damage that may be cut off.  A file that lost whole records at its end, or
 * all but the beginning of one, cannot be told from it.
 *
 * Pure: nothing here opens or writes a file.
 */

#ifndef IDM_STATE_JOURNAL_H
#define IDM_STATE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "map/changes.h"
#include "map/format.h"

#define IDM_JOURNAL_HEAD       36 /* bytes in front of the first record */
#define IDM_JOURNAL_RECORD     20 /* bytes in front of a body */
#define IDM_JOURNAL_BODY_MAX   (1u << 30)
#define IDM_JOURNAL_CHANGE_MAX 65535 /* bytes of a key, and of a value */

struct idm_journal_head {
	uint8_t uuid[IDM_UUID_SIZE]; /* of the state it belongs to */
	uint64_t base;
};

void idm_journal_head_write(struct idm_buf *, const struct idm_journal_head *);

/* Put the head of a record in front of the body that follows it. */
void idm_journal_record_write(unsigned char head[IDM_JOURNAL_RECORD],
    uint64_t sequence, struct idm_str body);

/* Append a change to a body. */
void idm_journal_change_write(struct idm_buf *, const struct idm_change *);

/* Where the reading of a journal's bytes stands. */
struct idm_journal_walk {
	struct idm_str file;
	size_t at;         /* behind the last record that was read */
	uint64_t sequence; /* of that record; the base when there is none */
	bool is_torn;      /* behind at there is an incomplete record */
};

/* Begin: read the head.  IDM_CORRUPT: it is no journal's. */
enum idm_status idm_journal_begin(struct idm_str file,
    struct idm_journal_walk *, struct idm_journal_head *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * The next record's body, lent from the file.  IDM_NOTFOUND: there is none; see
 * is_torn.  IDM_CORRUPT: err says at which offset.
 */
enum idm_status idm_journal_next(struct idm_journal_walk *,
    struct idm_str *body, struct idm_err *) IDM_MUSTCHECK;

/*
 * Take the first change off a body that has some left.  IDM_CORRUPT: it is
 * none; whoever wrote it had the CRC right.
 */
enum idm_status idm_journal_change_next(
    struct idm_str *body, struct idm_change *, struct idm_err *) IDM_MUSTCHECK;

/*
 * J: the record "journal" of state.gdbm: up to where it was folded, and when.
 */
#define IDM_FOLDED_KEY "journal"
struct idm_folded {
	uint64_t sequence;
	uint64_t time; /* seconds since 1970 */
};
void idm_folded_write(struct idm_buf *, const struct idm_folded *);
enum idm_status idm_folded_read(
    struct idm_str value, struct idm_folded *, struct idm_err *) IDM_MUSTCHECK;

#endif
