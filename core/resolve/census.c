#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "resolve/census.h"

/* A file that was written so lately may be written again and look the same. */
#define YOUNG_NS 100000000

/* Of which file it was, and when that was written. */
struct print {
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec written;
};

/* One reading; freed when it is not the last one and nobody is in it. */
struct reading {
	struct reading *next;
	struct idm_taken *taken;
	struct print users;
	struct print groups;
	unsigned inside;
	bool is_sure; /* what looks the same is the same */
};

struct idm_census {
	const char *account_dir;
	char users_path[PATH_MAX];
	char groups_path[PATH_MAX];
	pthread_mutex_t lock;
	struct reading *last; /* and those before, as long as they are needed */
};

struct idm_census *
idm_census_new(const char *account_dir)
{
	struct idm_census *census = calloc(1, sizeof(*census));

	if (census == NULL)
		return NULL;
	census->account_dir = account_dir;
	(void)snprintf(census->users_path, sizeof(census->users_path),
	    "%s/passwd", account_dir);
	(void)snprintf(census->groups_path, sizeof(census->groups_path),
	    "%s/group", account_dir);
	(void)pthread_mutex_init(&census->lock, NULL);
	return census;
}

static void
free_reading(struct reading *reading)
{
	idm_taken_free(&reading->taken);
	free(reading);
}

void
idm_census_free(struct idm_census **out)
{
	struct idm_census *census = *out;

	if (census == NULL)
		return;
	while (census->last != NULL) {
		struct reading *reading = census->last;

		census->last = reading->next;
		free_reading(reading);
	}
	(void)pthread_mutex_destroy(&census->lock);
	free(census);
	*out = NULL;
}

/* What is not there has a print, too. */
static struct print
look(const char *path)
{
	struct print print = { .device = 0 };
	struct stat st;

	if (stat(path, &st) == 0)
		print = (struct print){ st.st_dev, st.st_ino, st.st_size,
			st.st_mtim };
	return print;
}

static bool
is_same(const struct print *a, const struct print *b)
{
	return a->device == b->device && a->inode == b->inode &&
	    a->size == b->size && a->written.tv_sec == b->written.tv_sec &&
	    a->written.tv_nsec == b->written.tv_nsec;
}

static bool
is_old(const struct print *print, const struct timespec *now)
{
	int64_t seconds = (int64_t)now->tv_sec - print->written.tv_sec;
	int64_t age = seconds * 1000000000 + now->tv_nsec -
	    print->written.tv_nsec;

	return age > YOUNG_NS;
}

/* The files as they are; their prints are taken before they are read. */
static enum idm_status
read_files(
    const struct idm_census *census, struct reading **out, struct idm_err *err)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	struct timespec now;
	enum idm_status st;

	if (reading == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	(void)clock_gettime(CLOCK_REALTIME, &now);
	reading->users = look(census->users_path);
	reading->groups = look(census->groups_path);
	reading->is_sure = is_old(&reading->users, &now) &&
	    is_old(&reading->groups, &now);
	st = idm_taken_new(census->account_dir, &reading->taken, err);
	if (st == IDM_OK)
		*out = reading;
	else
		free(reading);
	return st;
}

static bool
is_current(const struct idm_census *census)
{
	const struct reading *last = census->last;
	struct print users, groups;

	if (last == NULL || !last->is_sure)
		return false;
	users = look(census->users_path);
	groups = look(census->groups_path);
	return is_same(&users, &last->users) && is_same(&groups, &last->groups);
}

static void
drop_unused(struct idm_census *census)
{
	struct reading **at = &census->last;

	while (*at != NULL) {
		struct reading *reading = *at;

		if (reading == census->last || reading->inside > 0) {
			at = &reading->next;
			continue;
		}
		*at = reading->next;
		free_reading(reading);
	}
}

enum idm_status
idm_census_enter(struct idm_census *census, const struct idm_taken **out,
    struct idm_err *err)
{
	struct reading *reading = NULL;
	enum idm_status st = IDM_OK;

	(void)pthread_mutex_lock(&census->lock);
	if (!is_current(census))
		st = read_files(census, &reading, err);
	if (reading != NULL) {
		reading->next = census->last;
		census->last = reading;
		drop_unused(census);
	}
	if (st == IDM_OK) {
		census->last->inside++;
		*out = census->last->taken;
	}
	(void)pthread_mutex_unlock(&census->lock);
	return st;
}

void
idm_census_leave(struct idm_census *census, const struct idm_taken *taken)
{
	struct reading *reading;

	(void)pthread_mutex_lock(&census->lock);
	reading = census->last;
	while (reading != NULL && reading->taken != taken)
		reading = reading->next;
	if (reading != NULL)
		reading->inside--;
	drop_unused(census);
	(void)pthread_mutex_unlock(&census->lock);
}
