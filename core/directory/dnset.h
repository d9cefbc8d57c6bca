/*
 * dnset -- DNs, or other texts, that were seen, ASCII case ignored.
 *
 * In the order in which they came, so that it is a queue, too.
 */

#ifndef IDM_DIRECTORY_DNSET_H
#define IDM_DIRECTORY_DNSET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cursor.h"
#include "base/err.h"

struct idm_dnset;

/* max: more than so many are IDM_EXHAUSTED.  NULL: out of memory. */
struct idm_dnset *idm_dnset_new(size_t max);
void idm_dnset_free(struct idm_dnset **);

/* Add a copy; *is_new: it was not there. */
enum idm_status idm_dnset_add(struct idm_dnset *, struct idm_str, bool *is_new,
    struct idm_err *) IDM_MUSTCHECK;
size_t idm_dnset_count(const struct idm_dnset *);
/* As it was added; lent until the set is freed. */
struct idm_str idm_dnset_at(const struct idm_dnset *, size_t);

#endif
