/*
 * taken -- names and numbers of the accounts of this host, to be asked often.
 */

#ifndef IDM_RESOLVE_TAKEN_H
#define IDM_RESOLVE_TAKEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cursor.h"
#include "base/err.h"

struct idm_taken;

/* Read passwd and group of the folder, as they are now. */
enum idm_status idm_taken_new(const char *account_dir, struct idm_taken **,
    struct idm_err *) IDM_MUSTCHECK;
void idm_taken_free(struct idm_taken **);

bool idm_taken_id(const struct idm_taken *, bool is_group, uint32_t id);
/* The name of the account that has a number, lent; NULL: none has. */
const char *idm_taken_by_id(
    const struct idm_taken *, bool is_group, uint32_t id);
bool idm_taken_name(const struct idm_taken *, bool is_group, struct idm_str);

#endif
