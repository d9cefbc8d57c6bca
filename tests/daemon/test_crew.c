#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/unit.h"

#include "base/clock.h"
#include "daemon/crew.h"

#define THREADS 3
#define JOBS    500
#define HANGING (2 * THREADS)
#define WATCHED 7     /* what the event is told as */
#define LONG_MS 60000 /* longer than any test may take */
#define SOON_MS 20

/*
 * An engine that has what a test wants of it.  Only the crew's lock guards it,
 * as TSan sees; what is wrong is noted, for only the test's thread may fail.
 */
static struct world {
	struct crew *crew;
	int event; /* watched */
	int gate;  /* where jobs hang */
	bool are_hanging;
	bool is_wrong;
	unsigned wanted; /* jobs until the end */
	unsigned submitted;
	unsigned done;
	unsigned served;
	unsigned tended;
	int64_t tended_at;
	struct job job[JOBS];
} world;

static void
run_job(const struct op_context *context, struct job *job)
{
	eventfd_t count;

	(void)context;
	if (!world.are_hanging || eventfd_read(world.gate, &count) == 0)
		job->began++;
}

static const struct op op = { .run = run_job };

static void
submit(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		struct job *job = &world.job[world.submitted++];

		*job = (struct job){ .op = &op };
		crew_submit(world.crew, job);
	}
}

static void
take_done(void *context, struct job *job)
{
	(void)context;
	world.is_wrong = world.is_wrong || job->began != 1;
	job->began = 0; /* each comes back once */
	if (++world.done == world.wanted)
		crew_end(world.crew);
}

static int
begin(void **state)
{
	(void)state;
	world = (struct world){ .wanted = JOBS,
		.event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.gate = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE) };
	return crew_new(THREADS, NULL, &world.crew, NULL) != IDM_OK ||
	    !crew_watch(
		world.crew, EPOLL_CTL_ADD, world.event, EPOLLIN, WATCHED);
}

static int
end(void **state)
{
	(void)state;
	crew_free(&world.crew);
	(void)close(world.event);
	(void)close(world.gate);
	return 0;
}

/* An event is told once; what came with it, at once. */
static bool
was_told(uint64_t what, uint32_t events)
{
	eventfd_t count;

	world.served++;
	return what == WATCHED && events == EPOLLIN &&
	    eventfd_read(world.event, &count) == 0;
}

/* ---- Jobs. */

static void
serve_many(void *context, uint64_t what, uint32_t events)
{
	(void)context;
	if (!was_told(what, events))
		world.is_wrong = true;
	submit(50);
	if (world.submitted < JOBS)
		(void)eventfd_write(world.event, 1);
}

static int64_t
tend_once(void *context)
{
	(void)context;
	if (world.tended++ == 0)
		(void)eventfd_write(world.event, 1);
	return CREW_NEVER;
}

static void
test_each_job_runs_once(void **state)
{
	const struct crew_duties duties = { serve_many, take_done, tend_once,
		NULL };

	(void)state;
	crew_work(world.crew, &duties);
	assert_int_equal(world.done, JOBS);
	assert_int_equal(world.served, JOBS / 50);
	assert_false(world.is_wrong);
}

/* More jobs hang than there are threads; somebody sees the event all the same,
 * and lets them go. */
static void
serve_beside_hanging(void *context, uint64_t what, uint32_t events)
{
	(void)context;
	if (!was_told(what, events) || world.done > 0)
		world.is_wrong = true;
	(void)eventfd_write(world.gate, HANGING);
}

static int64_t
tend_hanging(void *context)
{
	(void)context;
	if (world.tended++ > 0)
		return CREW_NEVER;
	world.are_hanging = true;
	world.wanted = HANGING;
	submit(HANGING);
	(void)eventfd_write(world.event, 1);
	return CREW_NEVER;
}

static void
test_somebody_sees_events_while_all_jobs_hang(void **state)
{
	const struct crew_duties duties = { serve_beside_hanging, take_done,
		tend_hanging, NULL };

	(void)state;
	crew_work(world.crew, &duties);
	assert_int_equal(world.done, HANGING);
	assert_int_equal(world.served, 1);
	assert_false(world.is_wrong);
}

/* ---- Time. */

static void
serve_in_a_hurry(void *context, uint64_t what, uint32_t events)
{
	(void)context;
	(void)was_told(what, events);
	world.tended_at = idm_clock_ms() + SOON_MS;
	crew_hurry(world.crew, world.tended_at);
	/* Who has more time changes nothing. */
	crew_hurry(world.crew, world.tended_at + LONG_MS);
}

static int64_t
tend_late(void *context)
{
	(void)context;
	/* Woken at once to see that there is still time. */
	if (world.tended++ == 0)
		(void)eventfd_write(world.event, 1);
	if (world.tended_at == 0)
		return idm_clock_ms() + LONG_MS;
	if (idm_clock_ms() < world.tended_at)
		return world.tended_at;
	world.is_wrong = idm_clock_ms() > world.tended_at + LONG_MS / 2;
	crew_end(world.crew);
	return CREW_NEVER;
}

static void
test_a_hurry_shortens_the_sleep(void **state)
{
	const struct crew_duties duties = { serve_in_a_hurry, take_done,
		tend_late, NULL };

	(void)state;
	crew_work(world.crew, &duties);
	assert_int_equal(world.tended, 3);
	assert_false(world.is_wrong);
}

/* ---- The end. */

/* What waits when it is over is not run, and what runs is not told of. */
static int64_t
tend_to_an_end(void *context)
{
	(void)context;
	submit(HANGING);
	crew_end(world.crew);
	return CREW_NEVER;
}

static void
test_what_waits_at_the_end_is_forgotten(void **state)
{
	const struct crew_duties duties = { serve_many, take_done,
		tend_to_an_end, NULL };

	(void)state;
	crew_work(world.crew, &duties);
	assert_int_equal(world.done, 0);
}

static void
test_a_crew_need_not_work(void **state)
{
	(void)state;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_each_job_runs_once, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_somebody_sees_events_while_all_jobs_hang, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_a_hurry_shortens_the_sleep, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_what_waits_at_the_end_is_forgotten, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_a_crew_need_not_work, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
