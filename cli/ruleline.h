/*
 * ruleline -- what the lines of foreign rule files have in common.
 */

#ifndef IDM_CLI_RULELINE_H
#define IDM_CLI_RULELINE_H

#include "base/cursor.h"
#include "base/err.h"
#include "rules/namerule.h"

/*
 * Take the end off a line, LF or CR LF.  IDM_INVALID: there is a byte in it
 * that no line has, or it is no UTF-8.
 */
enum idm_status rule_line_strip(
    struct idm_str *, struct idm_err *) IDM_MUSTCHECK;

/*
 * Check a rule.  One of both directions that holds in one of them only becomes
 * a rule of that direction, and *remark says so.  IDM_INVALID.
 */
enum idm_status rule_line_degrade(
    struct idm_namerule *, const char **remark, struct idm_err *) IDM_MUSTCHECK;

#endif
