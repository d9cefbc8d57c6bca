/*
 * told -- what there is to say of an answer that a directory gave: whose it
 * is, which server told it, how old it is and until when it is served.
 */

#ifndef IDM_CLI_TOLD_H
#define IDM_CLI_TOLD_H

#include <jansson.h>

#include "base/buf.h"
#include "resolve/resolve.h"

/* Append lines "Directory:\tcorp"; none if no directory said so. */
void cli_told_put(struct idm_buf *, const struct idm_resolution *);

/* The same as members of an object. */
void cli_told_json(json_t *, const struct idm_resolution *);

#endif
