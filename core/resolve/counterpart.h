/*
 * counterpart -- the entry that has an account's number, where numbers are in
 * another directory than names (config/numberskey.h).
 *
 * For the files of this folder only.  The two entries have the same name.
 */

#ifndef IDM_RESOLVE_COUNTERPART_H
#define IDM_RESOLVE_COUNTERPART_H

#include "resolve/fetch.h"

/*
 * The entry of an account; to be given back with free().  IDM_REFUSED: there is
 * none, or several.
 */
enum idm_status idm_counterpart_of(const struct idm_fetch *,
    const struct idm_facts *, struct idm_facts **,
    struct idm_err *) IDM_MUSTCHECK;

/* Append the name of whose number it is there.  IDM_NOTFOUND. */
enum idm_status idm_counterpart_name(const struct idm_fetch *, uint32_t id,
    bool is_group, struct idm_buf *, struct idm_err *) IDM_MUSTCHECK;

#endif
