/*
 * What the frame itself and the clock cost: the noise below which no other
 * benchmark's figures say anything.
 */

#include <time.h>

#include "tests/bench/bench.h"

#define CALLS 10000000

static void
count(void *arg, size_t calls)
{
	uint64_t sum = 0;

	(void)arg;
	for (size_t i = 0; i < calls; i++)
		bench_use(sum += i);
}

static void
draw(void *arg, size_t calls)
{
	uint64_t state = 1;

	(void)arg;
	for (size_t i = 0; i < calls; i++)
		bench_use(bench_random(&state));
}

static void
look_at_coarse_clock(void *arg, size_t calls)
{
	struct timespec now = { 0 };

	(void)arg;
	for (size_t i = 0; i < calls; i++) {
		(void)clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
		bench_use((uint64_t)now.tv_nsec);
	}
}

int
main(void)
{
	bench_table("the frame");
	bench_group("one thread");
	bench_run("an empty loop", 0, CALLS, count, NULL);
	bench_run("a random number", 0, CALLS, draw, NULL);
	bench_run("the coarse clock", 0, CALLS, look_at_coarse_clock, NULL);
	bench_group("threads, each doing all of it");
	bench_run_threads("1", 0, CALLS, look_at_coarse_clock, NULL, 1);
	bench_run_threads("2", 0, CALLS, look_at_coarse_clock, NULL, 2);
	return 0;
}
