/*
 * bench -- a small frame for benchmarks: measure, take the median, print.
 *
 * A benchmark is a program that prints one table.  Its rows come in groups;
 * the first row of a group is the floor, and every other row of the group is
 * also shown as a ratio to it, so that both are measured side by side in one
 * run.  "make bench" runs all of them; BENCH_QUICK=1 in the environment makes
 * every run small, as a smoke test whose figures mean nothing.
 *
 *	int
 *	main(void)
 *	{
 *		size_t n = bench_size(1000000, 1000);
 *
 *		bench_table("map reader");
 *		bench_group("random keys");
 *		bench_run("mmap hash table", n, 100000, floor_lookup, &table);
 *		bench_run("idm_view_find", n, 100000, view_lookup, &view);
 *		return 0;
 *	}
 *
 * Benchmarks are no tests: whatever fails in one ends it, by bench_die().
 */

#ifndef IDM_TESTS_BENCH_H
#define IDM_TESTS_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/attr.h"

/* What is measured: do the work calls times.  Called from several threads at
 * once by bench_run_threads(), and then only reads *arg. */
typedef void bench_work(void *arg, size_t calls);

/* True when BENCH_QUICK asks for a smoke test. */
bool bench_quick(void);

/* The number of records (or calls) to use: full, or quick in a smoke test. */
size_t bench_size(size_t full, size_t quick);

/* Start the table, and start a group in it. */
void bench_table(const char *title);
void bench_group(const char *name);

/* Seconds that one call of work takes: the median of five runs of that many
 * calls (in a smoke test one run of at most a hundred). */
double bench_time(bench_work *work, void *arg, size_t calls);

/* As bench_time(), by that many threads at once, each making all the calls:
 * the wall-clock time divided by all calls of all threads. */
double bench_time_threads(
    bench_work *work, void *arg, size_t calls, unsigned threads);

/* Print a row: what was measured, over how many records (0: no matter), and
 * seconds for each call. */
void bench_row(const char *what, size_t records, double seconds);

/* Measure and print. */
void bench_run(const char *what, size_t records, size_t calls, bench_work *work,
    void *arg);
void bench_run_threads(const char *what, size_t records, size_t calls,
    bench_work *work, void *arg, unsigned threads);

/* Print a row that is no time, as "private memory | 1000000 | 12 kB".  It has
 * no ratio and is never the floor. */
void bench_value(
    const char *what, size_t records, double value, const char *unit);

/* The monotonic clock, in seconds. */
double bench_now(void);

/* Copy a file, sync the copy, remove it: what no change of a file can do
 * without. */
void bench_copy(const char *from, const char *to);

/* Append so many bytes to a file, and sync it: what nothing that is to last
 * can do without. */
void bench_append(int fd, size_t bytes);

/* Memory of this process, or of another, that it shares with nobody, in kB. */
size_t bench_private_memory(void);
size_t bench_private_memory_of(pid_t);

/* The next of a fixed sequence of random numbers; start *state at any value. */
uint64_t bench_random(uint64_t *state);

/* Keep the compiler from leaving out work whose result nobody reads. */
void bench_use(uint64_t value);

/* Print "PROGRAM: message" to standard error and exit with status 1. */
_Noreturn void bench_die(const char *, ...) IDM_PRINTF(1, 2);

#endif
