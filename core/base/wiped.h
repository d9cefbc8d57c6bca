/*
 * wiped -- memory that a forked child finds zeroed.
 *
 * For counters and locks of threads that do not exist in the child: there
 * nobody is inside, and nothing is held.  Kernels before 4.14 cannot do it;
 * there a child finds what its parent left, so nobody may wait for such a lock
 * without end.
 */

#ifndef IDM_BASE_WIPED_H
#define IDM_BASE_WIPED_H

#include <stdatomic.h>
#include <stddef.h>

/*
 * The memory that hangs on place, of size bytes and zeroed; it is made at the
 * first use, by whichever thread comes first.  NULL: there is none to be had.
 * errno is preserved.
 */
void *idm_wiped_make(_Atomic(void *) *place, size_t size);

static inline void *
idm_wiped_get(_Atomic(void *) *place, size_t size)
{
	void *memory = atomic_load(place);

	return memory != NULL ? memory : idm_wiped_make(place, size);
}

/* Give it back.  No other thread may use it any more. */
void idm_wiped_free(_Atomic(void *) *place, size_t size);

#endif
