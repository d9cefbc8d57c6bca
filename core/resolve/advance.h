/*
 * advance -- numbers that are granted before they are needed, many at once.
 *
 * An allocation is on disk before it is told, so that a thousand accounts cost
 * a thousand syncs, or one.  Whoever makes records of many notes who wants a
 * number, has all of them granted, and goes through those accounts again.
 */

#ifndef IDM_RESOLVE_ADVANCE_H
#define IDM_RESOLVE_ADVANCE_H

#include <stdbool.h>

#include "base/err.h"
#include "state/allocator.h"

struct idm_advance;

/* The allocator is copied.  IDM_NOMEM. */
enum idm_status idm_advance_new(const struct idm_allocator *,
    struct idm_advance **, struct idm_err *) IDM_MUSTCHECK;
void idm_advance_free(struct idm_advance **);

/*
 * What stands for it in the pipeline: gives what was granted in advance;
 * anything else is noted, and IDM_TEMPFAIL.
 */
struct idm_allocator idm_advance_allocator(struct idm_advance *);

/* Was something not given since this was last asked? */
bool idm_advance_missed(struct idm_advance *);

/*
 * Have granted what was noted since.  Who goes through his accounts again may
 * then miss something else, such as their groups' numbers.
 */
enum idm_status idm_advance_grant(
    struct idm_advance *, struct idm_err *) IDM_MUSTCHECK;

#endif
