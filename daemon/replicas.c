#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "daemon/replica.h"
#include "daemon/replicas.h"
#include "daemon/say.h"
#include "directory/task.h"

#define TEND_MS 1000 /* between two looks whether there are other domains */
#define LOOK_MS 700  /* between two looks at one directory */
#define END_MS  3000 /* for threads to end */

/* For the keeper to take a piece, which it puts off while it has enough. */
#define PIECE_MS 300000

struct thread {
	struct thread *next;
	struct replicas *all;
	pthread_t id;
	struct replica replica;
	/* Under the mutex of all. */
	pthread_cond_t wake;
	bool has_ended;
	struct replica_status status;
};

struct replicas {
	struct replicas_setup setup;
	pthread_mutex_t mutex;
	pthread_cond_t ended;
	bool is_over;
	struct thread *first;
	int64_t tend_at;
};

/* ---- What a thread does. */

static bool
is_over(void *context)
{
	struct thread *thread = context;
	struct replicas *all = thread->all;
	bool over;

	(void)pthread_mutex_lock(&all->mutex);
	over = all->is_over;
	(void)pthread_mutex_unlock(&all->mutex);
	return over;
}

/* Hand a piece over, and wait until the keeper has taken it. */
static enum idm_status
send_piece(void *context, const struct idm_buf *items, uint8_t flags,
    struct idm_err *err)
{
	struct thread *thread = context;
	struct replicas *all = thread->all;

	(void)pthread_mutex_lock(&all->mutex);
	thread->status = thread->replica.status;
	(void)pthread_mutex_unlock(&all->mutex);
	return orders_keep(
	    all->setup.orders, items, flags, idm_clock_ms() + PIECE_MS, err);
}

static void
rest(struct thread *thread)
{
	struct replicas *all = thread->all;
	int64_t until = idm_clock_ms() + LOOK_MS;

	(void)pthread_mutex_lock(&all->mutex);
	thread->status = thread->replica.status;
	while (
	    !all->is_over && idm_task_wait(&thread->wake, &all->mutex, until))
		;
	(void)pthread_mutex_unlock(&all->mutex);
}

static void *
run(void *context)
{
	struct thread *thread = context;
	struct replicas *all = thread->all;

	while (!is_over(thread) && replica_look(&thread->replica) == IDM_OK)
		rest(thread);
	(void)pthread_mutex_lock(&all->mutex);
	thread->has_ended = true;
	(void)pthread_cond_signal(&all->ended);
	(void)pthread_mutex_unlock(&all->mutex);
	return NULL;
}

/* ---- Threads. */

static enum idm_status
start(struct replicas *all, const char *domain, struct idm_err *err)
{
	struct thread *thread = calloc(1, sizeof(*thread));

	if (thread == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	thread->all = all;
	thread->replica = (struct replica){
		.realms = all->setup.realms,
		.accounts = all->setup.accounts,
		.orders = all->setup.orders,
		.send = send_piece,
		.is_over = is_over,
		.context = thread,
	};
	memcpy(thread->replica.domain, domain, strlen(domain) + 1);
	replica_init(&thread->replica);
	if (!idm_task_cond(&thread->wake)) {
		free(thread);
		return idm_fail(err, IDM_SYSTEM, "cannot make a condition");
	}
	if (pthread_create(&thread->id, NULL, run, thread) != 0) {
		(void)pthread_cond_destroy(&thread->wake);
		free(thread);
		return idm_fail(err, IDM_SYSTEM, "cannot start a thread");
	}
	thread->next = all->first;
	all->first = thread;
	return IDM_OK;
}

static void
bury(struct thread *thread)
{
	(void)pthread_join(thread->id, NULL);
	(void)pthread_cond_destroy(&thread->wake);
	replica_fini(&thread->replica);
	free(thread);
}

static void
bury_ended(struct replicas *all)
{
	struct thread **at = &all->first;

	while (*at != NULL) {
		struct thread *thread = *at;
		bool has_ended;

		(void)pthread_mutex_lock(&all->mutex);
		has_ended = thread->has_ended;
		(void)pthread_mutex_unlock(&all->mutex);
		if (!has_ended) {
			at = &thread->next;
			continue;
		}
		*at = thread->next;
		bury(thread);
	}
}

static bool
has_thread(const struct replicas *all, const char *domain)
{
	const struct thread *thread = all->first;

	while (thread != NULL && strcmp(thread->replica.domain, domain) != 0)
		thread = thread->next;
	return thread != NULL;
}

int64_t
replicas_tend(struct replicas *all)
{
	int64_t now = idm_clock_ms();
	const struct realms_moment *moment;
	struct idm_err err;

	if (now < all->tend_at)
		return all->tend_at;
	all->tend_at = now + TEND_MS;
	bury_ended(all);
	if (realms_enter(all->setup.realms, &moment, NULL) != IDM_OK)
		return all->tend_at;
	for (size_t i = 0; i < moment->n; i++) {
		const struct realm *realm = moment->realm[i];

		if (replica_is_wanted(realm) &&
		    !has_thread(all, realm->domain) &&
		    start(all, realm->domain, &err) != IDM_OK)
			say(LOG_ERR, "domain '%s': %s", realm->domain,
			    err.text);
	}
	realms_leave(all->setup.realms, moment);
	return all->tend_at;
}

/* ---- Status. */

void
replicas_status(struct replicas *all, replicas_each *each, void *context)
{
	(void)pthread_mutex_lock(&all->mutex);
	for (const struct thread *thread = all->first; thread != NULL;
	     thread = thread->next)
		each(context, thread->replica.domain, &thread->status);
	(void)pthread_mutex_unlock(&all->mutex);
}

/* ---- All of it. */

enum idm_status
replicas_new(const struct replicas_setup *setup, struct replicas **out,
    struct idm_err *err)
{
	struct replicas *all = calloc(1, sizeof(*all));

	if (all == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	all->setup = *setup;
	(void)pthread_mutex_init(&all->mutex, NULL);
	if (!idm_task_cond(&all->ended)) {
		free(all);
		return idm_fail(err, IDM_SYSTEM, "cannot make a condition");
	}
	*out = all;
	return IDM_OK;
}

static bool
have_ended(const struct replicas *all)
{
	for (const struct thread *thread = all->first; thread != NULL;
	     thread = thread->next) {
		if (!thread->has_ended)
			return false;
	}
	return true;
}

bool
replicas_free(struct replicas **out)
{
	struct replicas *all = *out;
	int64_t until = idm_clock_ms() + END_MS;
	bool is_late = false;

	if (all == NULL)
		return true;
	*out = NULL;
	(void)pthread_mutex_lock(&all->mutex);
	all->is_over = true;
	for (struct thread *thread = all->first; thread != NULL;
	     thread = thread->next)
		(void)pthread_cond_signal(&thread->wake);
	while (!have_ended(all) && !is_late)
		is_late = !idm_task_wait(&all->ended, &all->mutex, until);
	(void)pthread_mutex_unlock(&all->mutex);
	if (is_late)
		return false;
	bury_ended(all);
	(void)pthread_cond_destroy(&all->ended);
	(void)pthread_mutex_destroy(&all->mutex);
	free(all);
	return true;
}
