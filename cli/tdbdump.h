/*
 * tdbdump -- what tdbdump(8) prints, read back: keys and values of a TDB file.
 *
 *     {
 *     key(12) = "GID 1000000\00"
 *     data(8) = "S-1-1-0\00"
 *     }
 */

#ifndef IDM_CLI_TDBDUMP_H
#define IDM_CLI_TDBDUMP_H

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

/*
 * Take the next record off the text; its bytes go to the two buffers, and
 * *line grows by the lines read.  IDM_NOTFOUND: there is none.  IDM_INVALID:
 * it is malformed, and err says how.
 */
enum idm_status tdbdump_next(struct idm_str *text, struct idm_buf *key,
    struct idm_buf *value, unsigned long *line, struct idm_err *) IDM_MUSTCHECK;

#endif
