/*
 * reading_parts -- what the files of reading have of each other.
 *
 * For these files only: reading.c takes whom the directory tells of and
 * reading_kept.c whom the cache does; reading_rivals.c says whose names and
 * numbers they are, reading_records.c puts records, and reading_told.c tells at
 * the end who is in which groups.
 */

#ifndef IDM_DAEMON_READING_PARTS_H
#define IDM_DAEMON_READING_PARTS_H

#include "daemon/reading.h"

static inline struct idm_str
reading_text_of(const struct idm_buf *buf)
{
	return (struct idm_str){ buf->data, buf->len };
}

/* ---- Whom the directory tells of. */

/* IDM_TEMPFAIL: it is over. */
enum idm_status reading_go_on(
    const struct reading *, struct idm_err *) IDM_MUSTCHECK;

/*
 * What facts come to.  IDM_NOTFOUND: this one cannot be served, which was
 * counted.  Only what would be in the way of others, too, is a failure.
 */
enum idm_status reading_fetch(struct reading *, const struct idm_facts *,
    struct idm_fetched **, struct idm_err *) IDM_MUSTCHECK;

/* For the roll; its key is to be set. */
struct roll_entry reading_entry_of(
    const struct reading *, const struct idm_facts *);

/* Have room for the handles of so many members. */
enum idm_status reading_make_handles(
    struct reading *, size_t n, struct idm_err *) IDM_MUSTCHECK;

/* ---- Whose names and numbers they are. */

/* May it have its name and number?  facts: NULL, if it had them before. */
enum idm_status reading_claim(struct reading *, const struct claim *,
    const struct idm_facts *, bool *is_granted, struct idm_err *) IDM_MUSTCHECK;

/* One that is on the roll: is it served?  If so, put what it comes to. */
enum idm_status reading_admit(struct reading *, const struct claim *,
    const struct idm_facts *, const struct idm_fetched *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * One that was refused: is that because the number that its entry has is served
 * as somebody else's, who has it still?
 */
bool reading_is_contested(const struct reading *, const struct idm_facts *);

/* ---- Records. */

/* Put what somebody comes to, but for who is in which groups. */
enum idm_status reading_put_all(struct reading *, const struct roll_entry *,
    const struct idm_fetched *, struct idm_err *) IDM_MUSTCHECK;

/* Put a record behind its front; the same by what stands in its key. */
enum idm_status reading_put_record(struct reading *, const struct idm_buf *key,
    const struct idm_buf *record, struct idm_err *) IDM_MUSTCHECK;
enum idm_status reading_put_text(struct reading *, const char *prefix,
    struct idm_str text, const struct idm_buf *record,
    struct idm_err *) IDM_MUSTCHECK;
enum idm_status reading_drop_text(struct reading *, const char *prefix,
    struct idm_str text, struct idm_err *) IDM_MUSTCHECK;

#endif
