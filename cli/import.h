/*
 * import -- --import: a text file becomes the content of a map.
 *
 * All of it or nothing.  Every line that cannot stand is told; lines may come
 * in any order, and the same entry twice counts once.
 */

#ifndef IDM_CLI_IMPORT_H
#define IDM_CLI_IMPORT_H

#include "cli/options.h"

int cli_import(const struct cli_request *);

#endif
