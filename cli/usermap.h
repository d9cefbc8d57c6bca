/*
 * usermap -- uidadmin's actions: users' own entries, by way of idmapd.
 *
 * The tool has no rights of its own.  Who asks is what the kernel tells
 * idmapd; what may be done, idmapd decides, and its reasons are shown as they
 * are.  It also records every attempt that reaches it.
 */

#ifndef IDM_CLI_USERMAP_H
#define IDM_CLI_USERMAP_H

#include "rules/descriptor.h"

#include "cli/options.h"
#include "cli/userquery.h"

int cli_user_list(const struct cli_request *);
int cli_user_add(const struct cli_request *);
int cli_user_delete(const struct cli_request *);
int cli_user_check(const struct cli_request *);
int cli_user_fix(const struct cli_request *);

/* The descriptor of the request's scheme. */
enum idm_status cli_user_descriptor(const struct cli_request *,
    struct idm_descriptor *, struct idm_err *) IDM_MUSTCHECK;

/* Print what is wrong with the entry at this place of a table. */
void cli_user_print_fault(const struct cli_user_row *, size_t at);

#endif
