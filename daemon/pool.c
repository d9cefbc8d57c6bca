#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "daemon/pool.h"

struct pool {
	const struct op_context *context;
	pthread_mutex_t mutex;
	pthread_cond_t more; /* waiting has grown, or is_over */
	struct job *waiting; /* first come, first served ... */
	struct job **last;   /* ... from here */
	struct job *done;
	bool is_over;
	int fd;
	unsigned nthreads;
	pthread_t thread[];
};

/* Wait for a job; NULL when it is over. */
static struct job *
next_job(struct pool *pool)
{
	struct job *job = NULL;

	(void)pthread_mutex_lock(&pool->mutex);
	while (pool->waiting == NULL && !pool->is_over)
		(void)pthread_cond_wait(&pool->more, &pool->mutex);
	if (!pool->is_over) {
		job = pool->waiting;
		pool->waiting = job->next;
		if (pool->waiting == NULL)
			pool->last = &pool->waiting;
	}
	(void)pthread_mutex_unlock(&pool->mutex);
	return job;
}

static void
give_back(struct pool *pool, struct job *job)
{
	(void)pthread_mutex_lock(&pool->mutex);
	job->next = pool->done;
	pool->done = job;
	(void)pthread_mutex_unlock(&pool->mutex);
	/* It can fail only at 2^64 - 1, when the loop is awake anyway. */
	(void)eventfd_write(pool->fd, 1);
}

static void *
work(void *context)
{
	struct pool *pool = context;
	struct job *job;

	while ((job = next_job(pool)) != NULL) {
		job->op->run(pool->context, job);
		give_back(pool, job);
	}
	return NULL;
}

enum idm_status
pool_new(unsigned threads, const struct op_context *context, struct pool **out,
    struct idm_err *err)
{
	struct pool *pool;

	pool = calloc(1, sizeof(*pool) + threads * sizeof(pool->thread[0]));
	if (pool == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	pool->context = context;
	pool->last = &pool->waiting;
	(void)pthread_mutex_init(&pool->mutex, NULL);
	(void)pthread_cond_init(&pool->more, NULL);
	pool->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (pool->fd == -1) {
		pool_free(&pool);
		return idm_fail_errno(err, "eventfd");
	}
	while (pool->nthreads < threads) {
		if (pthread_create(
			&pool->thread[pool->nthreads], NULL, work, pool) != 0) {
			pool_free(&pool);
			return idm_fail(
			    err, IDM_SYSTEM, "cannot start threads");
		}
		pool->nthreads++;
	}
	*out = pool;
	return IDM_OK;
}

void
pool_free(struct pool **out)
{
	struct pool *pool = *out;

	if (pool == NULL)
		return;
	(void)pthread_mutex_lock(&pool->mutex);
	pool->is_over = true;
	(void)pthread_cond_broadcast(&pool->more);
	(void)pthread_mutex_unlock(&pool->mutex);
	for (unsigned i = 0; i < pool->nthreads; i++)
		(void)pthread_join(pool->thread[i], NULL);
	(void)pthread_cond_destroy(&pool->more);
	(void)pthread_mutex_destroy(&pool->mutex);
	if (pool->fd != -1)
		(void)close(pool->fd);
	free(pool);
	*out = NULL;
}

void
pool_submit(struct pool *pool, struct job *job)
{
	job->next = NULL;
	(void)pthread_mutex_lock(&pool->mutex);
	*pool->last = job;
	pool->last = &job->next;
	(void)pthread_cond_signal(&pool->more);
	(void)pthread_mutex_unlock(&pool->mutex);
}

int
pool_fd(const struct pool *pool)
{
	return pool->fd;
}

struct job *
pool_take(struct pool *pool)
{
	struct job *done;
	eventfd_t count;

	(void)eventfd_read(pool->fd, &count);
	(void)pthread_mutex_lock(&pool->mutex);
	done = pool->done;
	pool->done = NULL;
	(void)pthread_mutex_unlock(&pool->mutex);
	return done;
}
