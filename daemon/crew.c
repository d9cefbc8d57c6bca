#include <pthread.h>
#include <stdlib.h>
#include <sys/epoll.h>

#include "daemon/crew.h"

struct crew {
	const struct op_context *context;
	struct crew_duties duties;
	pthread_mutex_t lock;
	pthread_cond_t more; /* there is something to be done */
	struct job *waiting; /* first come, first served ... */
	struct job **last;   /* ... from here */
	unsigned resting;    /* threads that wait for more */
	unsigned running;    /* threads that run a job */
	unsigned members;    /* threads in all */
	bool has_begun;
	bool is_led;
	bool is_over;
	unsigned nthreads;
	pthread_t thread[];
};

/* One thread is kept to lead. */
static bool
has_job(const struct crew *crew)
{
	return crew->waiting != NULL && crew->running + 1 < crew->members;
}

static bool
has_more(const struct crew *crew)
{
	return crew->is_over ||
	    (crew->has_begun && (has_job(crew) || !crew->is_led));
}

static void
lock(struct crew *crew)
{
	(void)pthread_mutex_lock(&crew->lock);
}

/*
 * Leave the engine to others.  Whoever is needed is woken when the lock is
 * free: he would only run into it.
 */
static void
unlock(struct crew *crew)
{
	bool is_needed = has_more(crew) && crew->resting > 0;

	(void)pthread_mutex_unlock(&crew->lock);
	if (is_needed)
		(void)pthread_cond_signal(&crew->more);
}

static void
run_job(struct crew *crew)
{
	struct job *job = crew->waiting;

	crew->waiting = job->next;
	if (crew->waiting == NULL)
		crew->last = &crew->waiting;
	job->next = NULL;
	crew->running++;
	unlock(crew);
	job->op->run(crew->context, job);
	lock(crew);
	crew->running--;
	if (!crew->is_over)
		crew->duties.done(crew->duties.context, job);
}

static void
lead(struct crew *crew)
{
	crew->is_led = true;
	if (!crew->duties.lead(crew->duties.context))
		crew->is_over = true;
	crew->is_led = false;
}

static void
rest(struct crew *crew)
{
	crew->resting++;
	while (!has_more(crew))
		(void)pthread_cond_wait(&crew->more, &crew->lock);
	crew->resting--;
}

static void
work(struct crew *crew)
{
	lock(crew);
	while (!crew->is_over) {
		if (!has_more(crew))
			rest(crew);
		else if (has_job(crew))
			run_job(crew);
		else
			lead(crew);
	}
	(void)pthread_cond_broadcast(&crew->more);
	(void)pthread_mutex_unlock(&crew->lock);
}

static void *
begin(void *crew)
{
	work(crew);
	return NULL;
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
	crew->last = &crew->waiting;
	crew->members = threads + 1;
	(void)pthread_mutex_init(&crew->lock, NULL);
	(void)pthread_cond_init(&crew->more, NULL);
	while (crew->nthreads < threads) {
		if (pthread_create(&crew->thread[crew->nthreads], NULL, begin,
			crew) != 0) {
			crew_free(&crew);
			return idm_fail(
			    err, IDM_SYSTEM, "cannot start threads");
		}
		crew->nthreads++;
	}
	*out = crew;
	return IDM_OK;
}

void
crew_work(struct crew *crew, const struct crew_duties *duties)
{
	lock(crew);
	crew->duties = *duties;
	crew->has_begun = true;
	(void)pthread_mutex_unlock(&crew->lock);
	work(crew);
}

void
crew_free(struct crew **out)
{
	struct crew *crew = *out;

	if (crew == NULL)
		return;
	lock(crew);
	crew->is_over = true;
	(void)pthread_cond_broadcast(&crew->more);
	(void)pthread_mutex_unlock(&crew->lock);
	for (unsigned i = 0; i < crew->nthreads; i++)
		(void)pthread_join(crew->thread[i], NULL);
	(void)pthread_cond_destroy(&crew->more);
	(void)pthread_mutex_destroy(&crew->lock);
	free(crew);
	*out = NULL;
}

void
crew_submit(struct crew *crew, struct job *job)
{
	job->next = NULL;
	*crew->last = job;
	crew->last = &job->next;
}

int
crew_wait(struct crew *crew, int epoll, struct epoll_event *event, int max,
    int timeout_ms)
{
	int n;

	unlock(crew);
	n = epoll_wait(epoll, event, max, timeout_ms);
	lock(crew);
	return n;
}
