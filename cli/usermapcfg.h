/*
 * usermapcfg -- the lines of a NetApp usermap.cfg, as name rules and back.
 *
 *     [windows-name] [== | => | <=] [unix-name]   # comment
 *
 * The Windows name is name, name@domain or domain\name; each part may stand in
 * double quotes, in which nothing is special.  "" inhibits.  Without a sign it
 * is ==, both ways.  A sign needs no white space around it.  Rules are users'.
 *
 * Pure: bytes to rules, no I/O.
 */

#ifndef IDM_CLI_USERMAPCFG_H
#define IDM_CLI_USERMAPCFG_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "rules/namerule.h"

/*
 * Read a line, which may have its newline yet, as a rule whose texts are lent
 * from it.  What holds one way only becomes a rule of that way, and *remark
 * says so; NULL otherwise.  IDM_NOTFOUND: a blank line or a comment.
 * IDM_INVALID: err says what is wrong.
 */
enum idm_status usermapcfg_read(struct idm_str line, struct idm_namerule *,
    const char **remark, struct idm_err *) IDM_MUSTCHECK;

/*
 * Append a rule as a line.  IDM_REFUSED: the format has no words for it, and
 * err says why.  *remark: what of it is lost; NULL: nothing.
 */
enum idm_status usermapcfg_put(struct idm_buf *, const struct idm_namerule *,
    const char **remark, struct idm_err *) IDM_MUSTCHECK;

#endif
