/*
 * visible -- names whose characters are all to be seen.
 *
 * A character that shows nothing, or turns round what stands beside it, makes
 * one name look like another: Unicode's formats (Cf, those of bidirectional
 * text among them), controls, separators of lines, characters for private use
 * and those that nobody has assigned yet.  Unicode is that of libunistring.
 */

#ifndef IDM_IDENTITY_VISIBLE_H
#define IDM_IDENTITY_VISIBLE_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

/* IDM_INVALID: a character is none of those, which err names, or no UTF-8. */
enum idm_status idm_visible_name(
    struct idm_str, struct idm_err *) IDM_MUSTCHECK;

/* Put the text without such characters. */
void idm_visible_put(struct idm_buf *, struct idm_str);

#endif
