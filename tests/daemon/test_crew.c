#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "tests/unit.h"

#include "daemon/crew.h"

#define THREADS 3
#define JOBS    500
#define HANGING (2 * THREADS)
#define LONG_MS 60000 /* longer than any test may take */

/*
 * An engine that has what a test wants of it.  Only the crew's lock guards it,
 * as TSan sees; what is wrong is noted, for only the test's thread may fail.
 */
static struct world {
	struct crew *crew;
	int epoll;
	int event; /* watched */
	int gate;  /* where jobs hang */
	bool are_hanging;
	bool is_open;
	bool is_wrong;
	unsigned submitted;
	unsigned done;
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
	world.done++;
}

static int
begin(void **state)
{
	struct epoll_event event = { .events = EPOLLIN };

	(void)state;
	world = (struct world){ .epoll = epoll_create1(EPOLL_CLOEXEC),
		.event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
		.gate = eventfd(0, EFD_CLOEXEC | EFD_SEMAPHORE) };
	return epoll_ctl(world.epoll, EPOLL_CTL_ADD, world.event, &event) ==
	    -1 ||
	    crew_new(THREADS, NULL, &world.crew, NULL) != IDM_OK;
}

static int
end(void **state)
{
	(void)state;
	crew_free(&world.crew);
	(void)close(world.epoll);
	(void)close(world.event);
	(void)close(world.gate);
	return 0;
}

static bool
lead_many(void *context)
{
	struct epoll_event event;

	(void)context;
	if (world.submitted < JOBS)
		submit(50);
	(void)crew_wait(world.crew, world.epoll, &event, 1, 1);
	return world.done < JOBS;
}

static void
test_each_job_runs_once(void **state)
{
	const struct crew_duties duties = { lead_many, take_done, NULL };

	(void)state;
	crew_work(world.crew, &duties);
	assert_int_equal(world.done, JOBS);
	assert_false(world.is_wrong);
}

/* More jobs hang than there are threads; nobody but a leader sees the event,
 * and lets them go. */
static bool
lead_beside_hanging(void *context)
{
	struct epoll_event event;
	int n;

	(void)context;
	if (world.submitted == 0) {
		world.are_hanging = true;
		submit(HANGING);
		(void)eventfd_write(world.event, 1);
	}
	n = crew_wait(
	    world.crew, world.epoll, &event, 1, world.is_open ? 1 : LONG_MS);
	if (!world.is_open) {
		world.is_wrong = n != 1 || world.done > 0;
		world.is_open = true;
		(void)eventfd_write(world.gate, HANGING);
	}
	return world.done < HANGING;
}

static void
test_somebody_leads_while_all_jobs_hang(void **state)
{
	const struct crew_duties duties = { lead_beside_hanging, take_done,
		NULL };

	(void)state;
	crew_work(world.crew, &duties);
	assert_int_equal(world.done, HANGING);
	assert_false(world.is_wrong);
}

/* What waits when it is over is not run, and what runs is not told of. */
static bool
lead_to_an_end(void *context)
{
	(void)context;
	submit(HANGING);
	return false;
}

static void
test_what_waits_at_the_end_is_forgotten(void **state)
{
	const struct crew_duties duties = { lead_to_an_end, take_done, NULL };

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
		    test_somebody_leads_while_all_jobs_hang, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_what_waits_at_the_end_is_forgotten, begin, end),
		cmocka_unit_test_setup_teardown(
		    test_a_crew_need_not_work, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
