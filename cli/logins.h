/*
 * logins -- the accounts of this host, read once, for many questions.
 */

#ifndef IDM_CLI_LOGINS_H
#define IDM_CLI_LOGINS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

struct cli_logins;

/* Read the passwd file of a folder, IDM_ACCOUNTDIR outside tests. */
enum idm_status cli_logins_open(const char *account_dir, struct cli_logins **,
    struct idm_err *) IDM_MUSTCHECK;
void cli_logins_close(struct cli_logins **);

/* Is there such a login?  *uid, unless it is NULL, becomes its uid. */
bool cli_logins_find(
    const struct cli_logins *, struct idm_str name, uint32_t *uid);

#endif
