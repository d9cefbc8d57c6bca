/*
 * textmap -- UnixWare's text form of a map, read line by line and written.
 *
 * The first line is '!' and the descriptor; each further one a remote name,
 * blanks, and the local name.  Blank lines are passed over.  A local name is
 * the last word of the line, so a remote name may contain blanks.
 */

#ifndef IDM_RULES_TEXTMAP_H
#define IDM_RULES_TEXTMAP_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "rules/entry.h"

/* Where reading stands.  line is the number of the line last returned. */
struct idm_textmap {
	const char *at;
	const char *end;
	unsigned long line;
};

/* Begin to read text; the descriptor of line 1.  IDM_INVALID. */
enum idm_status idm_textmap_open(struct idm_textmap *, struct idm_str text,
    struct idm_descriptor *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The next entry, its texts lent from the text, its content not examined.
 * IDM_NOTFOUND at the end.  IDM_INVALID: the line is no entry at all; the
 * next call goes on behind it.
 */
enum idm_status idm_textmap_next(
    struct idm_textmap *, struct idm_entry *, struct idm_err *) IDM_MUSTCHECK;

void idm_textmap_head(struct idm_buf *, const struct idm_descriptor *);
void idm_textmap_line(struct idm_buf *, const struct idm_entry *);

#endif
