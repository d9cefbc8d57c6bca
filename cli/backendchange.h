/*
 * backendchange -- what a domain's file keeps when it gets another backend.
 *
 * The range, and options that both backends have by name, can mean something
 * else to the new one, or be wrong for it.  They stay unless told otherwise,
 * and who is refused because of them is told which they are.
 */

#ifndef IDM_CLI_BACKENDCHANGE_H
#define IDM_CLI_BACKENDCHANGE_H

#include "base/buf.h"
#include "base/cursor.h"

/*
 * Take away the options that the backend does not have; with all, the range and
 * every option.  A backend that is not known takes nothing away.
 */
enum idm_status cli_backend_drop(struct idm_buf *text, const char *backend,
    bool all, struct idm_err *) IDM_MUSTCHECK;

/*
 * Append which of these settings are in both texts, with the same value:
 * "range, rangesize".  Nothing when the backend is the same.
 */
void cli_backend_kept(
    struct idm_str old, struct idm_str present, struct idm_buf *out);

#endif
