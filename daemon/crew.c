#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "daemon/crew.h"

#define CALLED UINT64_MAX /* what is watched, and nobody else's */

struct crew {
	const struct op_context *context;
	struct crew_duties duties;
	pthread_mutex_t lock;
	pthread_cond_t begun; /* or over, before that */
	pthread_cond_t time;  /* there is something to tend sooner */
	struct job *waiting;  /* first come, first served ... */
	struct job **last;    /* ... from here */
	unsigned running;     /* threads that run a job */
	int64_t tend_at;      /* until when the time is slept */
	bool has_begun;
	bool is_over;
	int epoll;
	int call; /* wakes one who waits for events */
	unsigned nthreads;
	pthread_t thread[];
};

static void
lock(struct crew *crew)
{
	(void)pthread_mutex_lock(&crew->lock);
}

static void
unlock(struct crew *crew)
{
	(void)pthread_mutex_unlock(&crew->lock);
}

/* ---- Events and jobs. */

/* One thread is kept to see events. */
static bool
has_job(const struct crew *crew)
{
	return crew->waiting != NULL && crew->running + 1 < crew->nthreads;
}

static void
call(struct crew *crew)
{
	(void)eventfd_write(crew->call, 1);
}

static void
run_job(struct crew *crew)
{
	struct job *job = crew->waiting;
	bool is_help_needed;

	crew->waiting = job->next;
	if (crew->waiting == NULL)
		crew->last = &crew->waiting;
	job->next = NULL;
	crew->running++;
	is_help_needed = has_job(crew);
	unlock(crew);
	if (is_help_needed)
		call(crew);
	job->op->run(crew->context, job);
	lock(crew);
	crew->running--;
	if (!crew->is_over)
		crew->duties.done(crew->duties.context, job);
}

/* Wait for one event, and see to it.  Called with the lock held. */
static void
serve(struct crew *crew)
{
	struct epoll_event event;
	int n;

	unlock(crew);
	n = epoll_wait(crew->epoll, &event, 1, -1);
	lock(crew);
	/* Who was called looks for a job, or for the end. */
	if (n == 1 && event.data.u64 != CALLED && !crew->is_over)
		crew->duties.serve(
		    crew->duties.context, event.data.u64, event.events);
}

static void *
work(void *context)
{
	struct crew *crew = context;

	lock(crew);
	while (!crew->has_begun && !crew->is_over)
		(void)pthread_cond_wait(&crew->begun, &crew->lock);
	while (!crew->is_over) {
		if (has_job(crew))
			run_job(crew);
		else
			serve(crew);
	}
	unlock(crew);
	/* The next one has to hear of the end, too. */
	call(crew);
	return NULL;
}

/* ---- Time. */

static void
sleep_until(struct crew *crew, int64_t at)
{
	struct timespec until = {
		.tv_sec = at / 1000,
		.tv_nsec = at % 1000 * 1000000,
	};

	if (at == CREW_NEVER)
		(void)pthread_cond_wait(&crew->time, &crew->lock);
	else
		(void)pthread_cond_timedwait(&crew->time, &crew->lock, &until);
}

void
crew_work(struct crew *crew, const struct crew_duties *duties)
{
	lock(crew);
	crew->duties = *duties;
	crew->has_begun = true;
	(void)pthread_cond_broadcast(&crew->begun);
	while (!crew->is_over) {
		int64_t next;

		/* What is hurried meanwhile counts. */
		crew->tend_at = CREW_NEVER;
		next = crew->duties.tend(crew->duties.context);
		if (next < crew->tend_at)
			crew->tend_at = next;
		if (has_job(crew))
			call(crew);
		if (!crew->is_over && idm_clock_ms() < crew->tend_at)
			sleep_until(crew, crew->tend_at);
	}
	unlock(crew);
}

void
crew_hurry(struct crew *crew, int64_t at)
{
	if (at >= crew->tend_at)
		return;
	crew->tend_at = at;
	(void)pthread_cond_signal(&crew->time);
}

/* ---- Begin and end. */

/* crew_free(), where it fails half-way, too. */
static bool
prepare(struct crew *crew)
{
	pthread_mutexattr_t kind;
	pthread_condattr_t attr;

	crew->last = &crew->waiting;
	/* It is held for so short a time that to sleep takes longer. */
	(void)pthread_mutexattr_init(&kind);
	(void)pthread_mutexattr_settype(&kind, PTHREAD_MUTEX_ADAPTIVE_NP);
	(void)pthread_mutex_init(&crew->lock, &kind);
	(void)pthread_mutexattr_destroy(&kind);
	(void)pthread_cond_init(&crew->begun, NULL);
	(void)pthread_condattr_init(&attr);
	(void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	(void)pthread_cond_init(&crew->time, &attr);
	(void)pthread_condattr_destroy(&attr);
	crew->epoll = idm_fd_above_stdio(epoll_create1(EPOLL_CLOEXEC));
	crew->call = idm_fd_above_stdio(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
	return crew->epoll != -1 && crew->call != -1 &&
	    crew_watch(crew, EPOLL_CTL_ADD, crew->call, EPOLLIN, CALLED);
}

static bool
hire(struct crew *crew, unsigned threads)
{
	while (crew->nthreads < threads) {
		if (pthread_create(
			&crew->thread[crew->nthreads], NULL, work, crew) != 0)
			return false;
		crew->nthreads++;
	}
	return true;
}

enum idm_status
crew_new(unsigned threads, const struct op_context *context, struct crew **out,
    struct idm_err *err)
{
	struct crew *crew;

	crew = calloc(1, sizeof(*crew) + threads * sizeof(crew->thread[0]));
	if (crew == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	crew->context = context;
	if (!prepare(crew) || !hire(crew, threads)) {
		crew_free(&crew);
		return idm_fail(err, IDM_SYSTEM, "cannot start threads");
	}
	*out = crew;
	return IDM_OK;
}

void
crew_end(struct crew *crew)
{
	crew->is_over = true;
	(void)pthread_cond_broadcast(&crew->begun);
	(void)pthread_cond_signal(&crew->time);
	call(crew);
}

void
crew_free(struct crew **out)
{
	struct crew *crew = *out;

	if (crew == NULL)
		return;
	lock(crew);
	crew_end(crew);
	unlock(crew);
	for (unsigned i = 0; i < crew->nthreads; i++)
		(void)pthread_join(crew->thread[i], NULL);
	(void)pthread_cond_destroy(&crew->begun);
	(void)pthread_cond_destroy(&crew->time);
	(void)pthread_mutex_destroy(&crew->lock);
	if (crew->epoll != -1)
		(void)close(crew->epoll);
	if (crew->call != -1)
		(void)close(crew->call);
	free(crew);
	*out = NULL;
}

bool
crew_watch(struct crew *crew, int op, int fd, uint32_t events, uint64_t what)
{
	struct epoll_event event = {
		.events = events | EPOLLET,
		.data.u64 = what,
	};

	return epoll_ctl(crew->epoll, op, fd, &event) == 0;
}

void
crew_submit(struct crew *crew, struct job *job)
{
	job->next = NULL;
	*crew->last = job;
	crew->last = &job->next;
}
