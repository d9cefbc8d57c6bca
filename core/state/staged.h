/*
 * staged -- changes in the order they were made, that can be taken back.
 *
 * What a state has staged and not yet synced: a log that owns copies of keys
 * and values, the latest of a key found by its hash.  Taking back is from the
 * end only.
 */

#ifndef IDM_STATE_STAGED_H
#define IDM_STATE_STAGED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "map/changes.h"

struct idm_staged;

enum idm_status idm_staged_new(
    struct idm_staged **, struct idm_err *) IDM_MUSTCHECK;
void idm_staged_free(struct idm_staged **);

/* Append a change.  IDM_NOMEM: nothing was appended. */
enum idm_status idm_staged_add(struct idm_staged *, const struct idm_change *,
    struct idm_err *) IDM_MUSTCHECK;

/* The latest change of a key, lent until it is taken back. */
bool idm_staged_find(
    const struct idm_staged *, struct idm_str key, struct idm_change *);

/* How many there are, and the ith of them. */
size_t idm_staged_count(const struct idm_staged *);
struct idm_change idm_staged_at(const struct idm_staged *, size_t i);

/* Take back all but the first count. */
void idm_staged_back(struct idm_staged *, size_t count);

#endif
