/*
 * pool -- memory for things that die together.
 */

#ifndef IDM_RESOLVE_POOL_H
#define IDM_RESOLVE_POOL_H

#include <stddef.h>

#include "base/cursor.h"

struct idm_pool;

struct idm_pool *idm_pool_new(void); /* NULL: out of memory */
void idm_pool_free(struct idm_pool **);

/* n bytes, all zero, good until the pool is freed.  NULL: out of memory. */
void *idm_pool_take(struct idm_pool *, size_t n);

/* A copy of a text; its data is NULL when memory is out. */
struct idm_str idm_pool_text(struct idm_pool *, struct idm_str);

#endif
