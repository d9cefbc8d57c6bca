/*
 * change -- changes of a scheme or attribute map as a whole.
 *
 * They say nothing when they did what was asked.
 */

#ifndef IDM_CLI_CHANGE_H
#define IDM_CLI_CHANGE_H

#include "cli/options.h"

int cli_install(const struct cli_request *);
int cli_drop(const struct cli_request *);
int cli_user_mode(const struct cli_request *);
int cli_secure_mode(const struct cli_request *);
int cli_nss(const struct cli_request *);

#endif
