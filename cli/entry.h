/*
 * entry -- adds and deletes entries.
 *
 * Adding says nothing when it did what was asked.  Deleting prints each entry
 * it removed, in the text form, on standard output; remarks, such as which
 * entry matches the remote name now, go to standard error.
 */

#ifndef IDM_CLI_ENTRY_H
#define IDM_CLI_ENTRY_H

#include "cli/options.h"

int cli_add(const struct cli_request *);
int cli_delete(const struct cli_request *);

#endif
