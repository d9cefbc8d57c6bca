#include <sys/stat.h>

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/bench.h"

#define RUNS        5
#define QUICK_CALLS 100
#define THREADS_MAX 64

/* The first time of the current group; 0 until it is known. */
static double group_floor;

/* Where bench_use() puts what it is given. */
static volatile uint64_t used;

bool
bench_quick(void)
{
	const char *quick = getenv("BENCH_QUICK");

	return quick != NULL && *quick != '\0' && strcmp(quick, "0") != 0;
}

size_t
bench_size(size_t full, size_t quick)
{
	return bench_quick() ? quick : full;
}

double
bench_now(void)
{
	struct timespec now;

	if (clock_gettime(CLOCK_MONOTONIC, &now) == -1)
		bench_die("clock_gettime: %s", strerror(errno));
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void
bench_use(uint64_t value)
{
	used = value;
}

/* Steele, Lea and Flood's splitmix64. */
uint64_t
bench_random(uint64_t *state)
{
	uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

	mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
	return mixed ^ mixed >> 31;
}

size_t
bench_private_memory(void)
{
	return bench_private_memory_of(getpid());
}

size_t
bench_private_memory_of(pid_t pid)
{
	size_t total = 0;
	char line[256];
	FILE *rollup;

	(void)snprintf(line, sizeof(line), "/proc/%ld/smaps_rollup", (long)pid);
	rollup = fopen(line, "re");
	if (rollup == NULL)
		bench_die("%s: %s", line, strerror(errno));
	while (fgets(line, sizeof(line), rollup) != NULL)
		/* Pages of a file are the page cache's, whoever maps them. */
		if (strncmp(line, "Anonymous:", 10) == 0)
			total += strtoul(strchr(line, ':') + 1, NULL, 10);
	(void)fclose(rollup);
	return total;
}

static int
compare_times(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

/* One thread's share, and the gate at which all wait for each other. */
struct share {
	bench_work *work;
	void *arg;
	size_t calls;
	pthread_barrier_t *gate;
};

static void *
run_share(void *arg)
{
	struct share *share = arg;

	(void)pthread_barrier_wait(share->gate);
	share->work(share->arg, share->calls);
	return NULL;
}

/* The wall-clock time that the threads need, from the first to the last. */
static double
time_threads(bench_work *work, void *arg, size_t calls, unsigned threads)
{
	pthread_t ids[THREADS_MAX];
	pthread_barrier_t gate;
	struct share share = { work, arg, calls, &gate };
	double start;

	if (threads > THREADS_MAX)
		bench_die("%u threads are too many", threads);
	(void)pthread_barrier_init(&gate, NULL, threads + 1);
	for (unsigned i = 0; i < threads; i++)
		if (pthread_create(&ids[i], NULL, run_share, &share) != 0)
			bench_die("cannot start thread %u", i);
	start = bench_now();
	(void)pthread_barrier_wait(&gate);
	for (unsigned i = 0; i < threads; i++)
		(void)pthread_join(ids[i], NULL);
	(void)pthread_barrier_destroy(&gate);
	return bench_now() - start;
}

static double
time_once(bench_work *work, void *arg, size_t calls)
{
	double start = bench_now();

	work(arg, calls);
	return bench_now() - start;
}

double
bench_time_threads(bench_work *work, void *arg, size_t calls, unsigned threads)
{
	int runs = bench_quick() ? 1 : RUNS;
	double times[RUNS];

	if (bench_quick() && calls > QUICK_CALLS)
		calls = QUICK_CALLS;
	for (int i = 0; i < runs; i++)
		times[i] = threads == 1
		    ? time_once(work, arg, calls)
		    : time_threads(work, arg, calls, threads);
	qsort(times, (size_t)runs, sizeof(times[0]), compare_times);
	return times[runs / 2] / ((double)calls * threads);
}

double
bench_time(bench_work *work, void *arg, size_t calls)
{
	return bench_time_threads(work, arg, calls, 1);
}

void
bench_table(const char *title)
{
	(void)printf("\n%s%s\n%-44s %10s %14s %8s\n", title,
	    bench_quick() ? " (smoke test: the figures mean nothing)" : "",
	    "what", "records", "each", "ratio");
	(void)fflush(stdout);
}

void
bench_group(const char *name)
{
	group_floor = 0;
	(void)printf("- %s\n", name);
}

static void
print_subject(const char *what, size_t records)
{
	char count[24] = "-";

	if (records > 0)
		(void)snprintf(count, sizeof(count), "%zu", records);
	(void)printf("  %-42s %10s ", what, count);
}

void
bench_row(const char *what, size_t records, double seconds)
{
	static const struct {
		double below;
		double factor;
		const char *name;
	} units[] = {
		{ 1e-6, 1e9, "ns" },
		{ 1e-3, 1e6, "us" },
		{ 1, 1e3, "ms" },
		{ 1e300, 1, "s" },
	};
	size_t unit = 0;

	if (group_floor == 0)
		group_floor = seconds;
	while (seconds >= units[unit].below)
		unit++;
	print_subject(what, records);
	(void)printf("%11.2f %-2s %8.2f\n", seconds * units[unit].factor,
	    units[unit].name, seconds / group_floor);
	(void)fflush(stdout);
}

void
bench_value(const char *what, size_t records, double value, const char *unit)
{
	print_subject(what, records);
	(void)printf("%11.2f %s\n", value, unit);
	(void)fflush(stdout);
}

void
bench_run(
    const char *what, size_t records, size_t calls, bench_work *work, void *arg)
{
	bench_row(what, records, bench_time(work, arg, calls));
}

void
bench_run_threads(const char *what, size_t records, size_t calls,
    bench_work *work, void *arg, unsigned threads)
{
	bench_row(what, records, bench_time_threads(work, arg, calls, threads));
}

void
bench_die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	verrx(1, fmt, ap);
	va_end(ap);
}

void
bench_copy(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct stat st;
	off_t left;

	if (in == -1 || out == -1 || fstat(in, &st) == -1)
		bench_die("copy: cannot open");
	for (left = st.st_size; left > 0;) {
		ssize_t len = copy_file_range(
		    in, NULL, out, NULL, (size_t)left, 0);

		if (len <= 0)
			bench_die("copy: cannot copy");
		left -= len;
	}
	if (fsync(out) == -1 || close(out) == -1 || close(in) == -1 ||
	    unlink(to) == -1)
		bench_die("copy: cannot sync");
}

void
bench_append(int fd, size_t bytes)
{
	static const char zeros[4096];

	if (bytes > sizeof(zeros))
		bench_die("append: %zu bytes are too many", bytes);
	if (write(fd, zeros, bytes) != (ssize_t)bytes || fdatasync(fd) == -1)
		bench_die("append: %s", strerror(errno));
}
