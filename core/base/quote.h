/*
 * quote -- somebody else's text, made fit to stand in a line of a log.
 *
 * A name that a stranger typed must not end the line, colour the terminal, or
 * look as if its quotation ended inside it.
 */

#ifndef IDM_BASE_QUOTE_H
#define IDM_BASE_QUOTE_H

#include "base/buf.h"
#include "base/cursor.h"

/*
 * Append text between two quotes: a backslash in front of a quote and of a
 * backslash, \xHH for every byte that is not printable ASCII.  Of a text
 * longer than max bytes the first max, and "..." in front of the end.
 */
void idm_quote_put(
    struct idm_buf *, char quote, struct idm_str text, size_t max);

#endif
