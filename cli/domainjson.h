/*
 * domainjson -- a domain as JSON, and as the text of its file.
 *
 * Both say the same: what a file says comes back from its settings as JSON
 * with the same meaning, and the map's record is told in the same words.
 */

#ifndef IDM_CLI_DOMAINJSON_H
#define IDM_CLI_DOMAINJSON_H

#include <jansson.h>

#include "base/buf.h"
#include "map/domain.h"

/* The name of a domain's backend. */
const char *cli_domain_backend(const struct idm_domain *);

/* A domain as it stands in the map; the caller's. */
json_t *cli_domain_json(const struct idm_domain *);

/*
 * Add what a domain's file says to an object: {"domain": {NAME: VALUE, ...},
 * "options": {...}, "directory": {...}}, values as they stand there.
 * IDM_NOTFOUND: there is no file.  Each line that cannot be read is told.
 */
enum idm_status cli_domain_settings(const char *path, json_t *settings,
    void (*mistake)(void *context, const char *text),
    struct idm_err *) IDM_MUSTCHECK;

/* The text of a file with these settings. */
void cli_domain_settings_put(struct idm_buf *, const json_t *settings);

#endif
