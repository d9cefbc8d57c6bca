#include <time.h>

#include "base/clock.h"

int64_t
idm_clock_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t
idm_clock_ms(void)
{
	return idm_clock_us() / 1000;
}

uint64_t
idm_clock_seconds(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return now.tv_sec < 0 ? 0 : (uint64_t)now.tv_sec;
}
