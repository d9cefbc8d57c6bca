/*
 * smbusers -- the lines of a Samba "username map", as name rules and back.
 *
 *     unix-name = windows-name windows-name ...
 *
 * The sign may be '=', ':' or blanks.  A Windows name that holds blanks stands
 * in double quotes.  Lines that begin with '#' or ';' are comments.  Rules are
 * users', Windows to UNIX only.
 *
 * Pure: bytes to rules, no I/O.
 */

#ifndef IDM_CLI_SMBUSERS_H
#define IDM_CLI_SMBUSERS_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "rules/namerule.h"

/* A line whose Windows names are yet to be read; texts lent from the line. */
struct smbusers_line {
	struct idm_str unix;
	struct idm_str rest;
	const char *remark; /* what of it means nothing here; NULL */
};

/*
 * Begin to read a line, which may have its newline yet.  IDM_NOTFOUND: a blank
 * line or a comment.  IDM_INVALID: err says what is wrong.
 */
enum idm_status smbusers_begin(
    struct idm_str, struct smbusers_line *, struct idm_err *) IDM_MUSTCHECK;

/*
 * The rule of the line's next Windows name.  IDM_NOTFOUND: no more.
 * IDM_INVALID: that name cannot be; it was passed over, unless it has no end.
 */
enum idm_status smbusers_next(struct smbusers_line *, struct idm_namerule *,
    struct idm_err *) IDM_MUSTCHECK;

/*
 * Append a rule: a line without its end, or, when the rule before was of the
 * same UNIX name, a further name for that line.  IDM_REFUSED: the format has
 * no words for it, and err says why.  *remark: what of it is lost; NULL.
 */
enum idm_status smbusers_put(struct idm_buf *, const struct idm_namerule *,
    struct idm_str unix_before, const char **remark,
    struct idm_err *) IDM_MUSTCHECK;

#endif
