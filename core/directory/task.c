#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "directory/task.h"

struct task {
	const struct idm_task_kind *kind;
	void *state;
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool is_done;
	bool is_left;
};

static atomic_uint running;

static void
free_task(struct task *task)
{
	(void)pthread_cond_destroy(&task->ended);
	(void)pthread_mutex_destroy(&task->lock);
	free(task);
}

static void *
work(void *argument)
{
	struct task *task = argument;
	bool is_left;

	task->kind->run(task->state);
	(void)pthread_mutex_lock(&task->lock);
	task->is_done = true;
	is_left = task->is_left;
	(void)pthread_cond_signal(&task->ended);
	(void)pthread_mutex_unlock(&task->lock);
	/* Whoever comes last cleans up; a caller that waited frees the task. */
	if (is_left) {
		task->kind->drop(task->state);
		free_task(task);
	}
	atomic_fetch_sub(&running, 1);
	return NULL;
}

bool
idm_task_cond(pthread_cond_t *cond)
{
	pthread_condattr_t attributes;
	bool done;

	if (pthread_condattr_init(&attributes) != 0)
		return false;
	/* As idm_clock_ms() counts. */
	(void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	done = pthread_cond_init(cond, &attributes) == 0;
	(void)pthread_condattr_destroy(&attributes);
	return done;
}

bool
idm_task_wait(pthread_cond_t *cond, pthread_mutex_t *lock, int64_t deadline)
{
	const struct timespec until = {
		.tv_sec = (time_t)(deadline / 1000),
		.tv_nsec = (long)(deadline % 1000) * 1000000,
	};

	return pthread_cond_timedwait(cond, lock, &until) != ETIMEDOUT;
}

static struct task *
new_task(const struct idm_task_kind *kind, void *state)
{
	struct task *task = calloc(1, sizeof(*task));

	if (task == NULL)
		return NULL;
	task->kind = kind;
	task->state = state;
	if (!idm_task_cond(&task->ended)) {
		free(task);
		return NULL;
	}
	(void)pthread_mutex_init(&task->lock, NULL);
	return task;
}

/* A detached thread that gets none of the process's signals. */
static int
start(struct task *task)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all;
	int error;

	error = pthread_attr_init(&attributes);
	if (error != 0)
		return error;
	(void)sigfillset(&all);
	(void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	(void)pthread_attr_setsigmask_np(&attributes, &all);
	error = pthread_create(&thread, &attributes, work, task);
	(void)pthread_attr_destroy(&attributes);
	return error;
}

/* Wait for the task or for the deadline: was it done? */
static bool
await(struct task *task, int64_t deadline)
{
	(void)pthread_mutex_lock(&task->lock);
	while (!task->is_done &&
	    idm_task_wait(&task->ended, &task->lock, deadline))
		continue;
	if (task->is_done) {
		(void)pthread_mutex_unlock(&task->lock);
		return true;
	}
	task->is_left = true;
	(void)pthread_mutex_unlock(&task->lock);
	return false;
}

enum idm_status
idm_task_run(const struct idm_task_kind *kind, void *state, int64_t deadline,
    struct idm_err *err)
{
	struct task *task;

	if (atomic_fetch_add(&running, 1) >= IDM_TASKS_MAX) {
		atomic_fetch_sub(&running, 1);
		return idm_fail(err, IDM_EXHAUSTED,
		    "%d attempts to reach servers hang", IDM_TASKS_MAX);
	}
	task = new_task(kind, state);
	if (task == NULL) {
		atomic_fetch_sub(&running, 1);
		return idm_fail(err, IDM_NOMEM, "out of memory");
	}
	errno = start(task);
	if (errno != 0) {
		free_task(task);
		atomic_fetch_sub(&running, 1);
		return idm_fail_errno(err, "start a thread");
	}
	if (!await(task, deadline))
		return idm_fail(
		    err, IDM_TEMPFAIL, "no end before the deadline");
	free_task(task);
	return IDM_OK;
}
