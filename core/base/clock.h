/*
 * clock -- the time by which deadlines are kept, and ages told.
 */

#ifndef IDM_BASE_CLOCK_H
#define IDM_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds of a clock that never goes back and stands for nothing else. */
int64_t idm_clock_ms(void);
/* The same, in microseconds. */
int64_t idm_clock_us(void);

/*
 * Seconds since 1970, as the kernel last noted them: may be late by some
 * milliseconds, and costs no system call.
 */
uint64_t idm_clock_seconds(void);

#endif
