/*
 * clock -- the time by which deadlines are kept.
 */

#ifndef IDM_BASE_CLOCK_H
#define IDM_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds of a clock that never goes back and stands for nothing else. */
int64_t idm_clock_ms(void);

#endif
