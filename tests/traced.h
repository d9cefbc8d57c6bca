/*
 * traced -- a child under ptrace(2), stopped at every system call it makes.
 *
 * For tests in which a writer dies, or a call of it fails, at every call in
 * turn.  What the child has to tell goes into shared memory, so that no call
 * tells it.
 */

#ifndef IDM_TESTS_TRACED_H
#define IDM_TESTS_TRACED_H

#include <sys/types.h>

#include <stdbool.h>
#include <stddef.h>

/* Memory that both see, all zero; never given back. */
void *traced_share(size_t size);

/* Start a child that runs work(context); it waits for the first next_stop(). */
pid_t traced_start(void (*work)(void *context), void *context);

/* Go on to the next entry or exit of a call; false when the child is gone. */
bool traced_next(pid_t);

/* Kill it where it is, and wait for it. */
void traced_kill(pid_t);

/* The call that the child is at; stopping at its exit, its result. */
#if defined(__x86_64__)
#define TRACED_FAILS 1 /* calls can be made to fail here */
unsigned long traced_call(pid_t);

/*
 * Does the failure of this call, at whose entry the child is, say anything
 * about the disk or the work?  Memory is malloc()'s business, and the
 * sanitizers' do not survive without.  A seek in a regular file cannot fail;
 * where libgdbm trusts in that, it would write in the wrong place.
 */
bool traced_is_of_interest(pid_t);

/* Skip the call at whose entry the child is; at its exit, have it fail. */
void traced_skip(pid_t);
void traced_fail(pid_t, int error);
#endif

#endif
