#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "daemon/realms.h"
#include "daemon/say.h"
#include "map/cached.h"
#include "map/view.h"

#define LOOK_MS  100 /* between two looks at the files */
#define IDLE_MAX 16  /* sessions of a realm that are kept */

/* What of a realm is not for others. */
struct realm_private {
	pthread_mutex_t mutex;
	struct idm_session *idle[IDLE_MAX];
	size_t nidle;
	unsigned users; /* moments it is in; under the mutex of all */
};

/* A moment, with who holds it. */
struct moment {
	struct realms_moment shown; /* first: it is what others have */
	struct idm_maps *maps;
	struct realm **realm;
	unsigned users; /* under the mutex of all */
};

/* Which files were looked at. */
#define FILES 3
struct looked {
	dev_t dev[FILES];
	ino_t ino[FILES];
};

struct realms {
	pthread_mutex_t mutex;
	const char *state_dir;
	struct moment *present; /* counted as one of its users */
	struct looked looked;
	uint32_t marks;    /* of the present maps, that say nothing any more */
	int64_t marked_at; /* since when there are others; 0: there are none */
	int64_t look_at;
};

/* ---- One realm. */

static void
free_realm(struct realm *realm)
{
	struct realm_private *own = realm->private;

	for (size_t i = 0; i < own->nidle; i++)
		idm_session_free(&own->idle[i]);
	idm_servers_free(&realm->servers);
	(void)pthread_mutex_destroy(&own->mutex);
	free(own);
	free(realm);
}

static enum idm_status
new_realm(const char *domain, bool has_numbers,
    const struct idm_directory *settings, struct realm **out,
    struct idm_err *err)
{
	struct realm *realm = calloc(1, sizeof(*realm));
	struct realm_private *own = calloc(1, sizeof(*own));
	enum idm_status st;

	if (realm == NULL || own == NULL) {
		free(realm);
		free(own);
		return idm_fail(err, IDM_NOMEM, "out of memory");
	}
	memcpy(realm->domain, domain, strlen(domain) + 1);
	realm->has_numbers = has_numbers;
	realm->settings = *settings;
	realm->private = own;
	(void)pthread_mutex_init(&own->mutex, NULL);
	idm_schema_map(&realm->settings, &realm->schema);
	st = idm_servers_new(&realm->settings, &realm->servers, err);
	if (st == IDM_OK)
		*out = realm;
	else
		free_realm(realm);
	return st;
}

enum idm_status
realm_take_session(
    struct realm *realm, struct idm_session **out, struct idm_err *err)
{
	struct realm_private *own = realm->private;
	struct idm_session *session = NULL;

	(void)pthread_mutex_lock(&own->mutex);
	if (own->nidle > 0)
		session = own->idle[--own->nidle];
	(void)pthread_mutex_unlock(&own->mutex);
	if (session == NULL)
		return idm_session_new(
		    &realm->settings, realm->servers, out, err);
	*out = session;
	return IDM_OK;
}

void
realm_give_session(struct realm *realm, struct idm_session *session)
{
	struct realm_private *own = realm->private;

	(void)pthread_mutex_lock(&own->mutex);
	if (own->nidle < IDLE_MAX) {
		own->idle[own->nidle++] = session;
		session = NULL;
	}
	(void)pthread_mutex_unlock(&own->mutex);
	if (session != NULL)
		idm_session_free(&session);
}

/* ---- A moment. */

/* The realms that nobody needs any more are handed out, to be freed later. */
static size_t
release(struct moment *moment, struct realm **unused)
{
	size_t n = 0;

	for (size_t i = 0; i < moment->shown.n; i++) {
		if (--moment->realm[i]->private->users == 0)
			unused[n++] = moment->realm[i];
	}
	return n;
}

/* Not under the mutex: sessions say good-bye to their servers. */
static void
bury(struct moment *moment, size_t nunused)
{
	for (size_t i = 0; i < nunused; i++)
		free_realm(moment->realm[i]);
	idm_maps_close(&moment->maps);
	free(moment->realm);
	free(moment);
}

/* Count one user less; true, with its realms sorted out, when it was the last.
 */
static bool
put_down(struct moment *moment, size_t *nunused)
{
	if (--moment->users > 0)
		return false;
	*nunused = release(moment, moment->realm);
	return true;
}

static struct realm *
find_realm(
    const struct realms_moment *moment, const char *domain, bool has_numbers)
{
	for (size_t i = 0; i < moment->n; i++) {
		if (moment->realm[i]->has_numbers == has_numbers &&
		    strcmp(moment->realm[i]->domain, domain) == 0)
			return moment->realm[i];
	}
	return NULL;
}

/* A realm of the present moment with the same settings. */
static struct realm *
find_same(const struct moment *present, const char *domain, bool has_numbers,
    const struct idm_directory *settings)
{
	struct realm *realm = present == NULL
	    ? NULL
	    : find_realm(&present->shown, domain, has_numbers);

	if (realm == NULL ||
	    memcmp(&realm->settings, settings, sizeof(*settings)) != 0)
		return NULL;
	return realm;
}

/* IDM_OK, also when the domain has no such directory. */
static enum idm_status
add_realm(struct moment *moment, const struct moment *present,
    const char *domain, bool has_numbers, struct idm_err *err)
{
	const struct idm_view *map = moment->maps->map;
	struct idm_directory *settings = calloc(1, sizeof(*settings));
	struct realm *realm;
	enum idm_status st;

	if (settings == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	st = has_numbers
	    ? idm_directory_find_numbers(map, domain, settings, err)
	    : idm_directory_find(map, domain, settings, err);
	realm = st == IDM_OK ? find_same(present, domain, has_numbers, settings)
			     : NULL;
	if (st == IDM_OK && realm == NULL)
		st = new_realm(domain, has_numbers, settings, &realm, err);
	free(settings);
	if (st != IDM_OK)
		return st == IDM_NOTFOUND ? IDM_OK : st;
	realm->private->users++;
	moment->realm[moment->shown.n++] = realm;
	return IDM_OK;
}

/* A domain whose settings cannot be used must not stop the others. */
static void
add_realms(struct moment *moment, const struct moment *present)
{
	const struct idm_domains *domains = &moment->maps->domains;

	for (uint32_t i = 0; i < domains->n; i++) {
		const char *domain = domains->domain[i].name;
		struct idm_err err;

		if (add_realm(moment, present, domain, false, &err) != IDM_OK)
			say(LOG_ERR, "domain '%s': %s", domain, err.text);
		if (add_realm(moment, present, domain, true, &err) != IDM_OK)
			say(LOG_ERR, "numbers of domain '%s': %s", domain,
			    err.text);
	}
}

static enum idm_status
new_moment(
    const struct realms *realms, struct moment **out, struct idm_err *err)
{
	struct moment *moment = calloc(1, sizeof(*moment));
	enum idm_status st;

	if (moment == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	st = idm_maps_open(realms->state_dir, 0, &moment->maps, err);
	if (st == IDM_OK) {
		moment->realm = calloc(2 * (size_t)moment->maps->domains.n + 1,
		    sizeof(struct realm *));
		if (moment->realm == NULL)
			st = idm_fail(err, IDM_NOMEM, "out of memory");
	}
	if (st != IDM_OK) {
		idm_maps_close(&moment->maps);
		free(moment);
		return st;
	}
	moment->users = 1;
	add_realms(moment, realms->present);
	moment->shown.maps = moment->maps;
	moment->shown.realm = moment->realm;
	*out = moment;
	return IDM_OK;
}

/* ---- All of it. */

static void
look(const struct realms *realms, struct looked *out)
{
	static const char *const files[FILES] = { IDM_MAP_FILE, IDM_STATE_FILE,
		IDM_CACHE_FILE };

	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < FILES; i++) {
		char path[PATH_MAX];
		struct stat st;
		int n = snprintf(
		    path, sizeof(path), "%s/%s", realms->state_dir, files[i]);

		if (n < 0 || (size_t)n >= sizeof(path) || stat(path, &st) == -1)
			continue;
		out->dev[i] = st.st_dev;
		out->ino[i] = st.st_ino;
	}
}

/* Changed by who replaces a file that these maps show: see map/mark.h. */
static uint32_t
marks_of(const struct idm_maps *maps)
{
	const struct idm_view *view[FILES] = { maps->map, maps->state,
		maps->cache };
	uint32_t marks = 0;

	for (size_t i = 0; i < FILES; i++) {
		const unsigned char *mark = view[i] == NULL
		    ? NULL
		    : idm_view_mark(view[i]);

		marks <<= 8;
		if (mark != NULL)
			marks |= __atomic_load_n(mark, __ATOMIC_ACQUIRE);
	}
	return marks;
}

static bool
is_up_to_date(const struct realms *realms, int64_t now)
{
	return realms->present != NULL && now < realms->look_at &&
	    marks_of(realms->present->maps) == realms->marks;
}

/*
 * These were the marks, and then the files were the same: the next one is about
 * to come, or he who made the mark is no more.
 */
static void
settle(struct realms *realms, uint32_t marks, int64_t now)
{
	if (marks == realms->marks) {
		realms->marked_at = 0;
	} else if (realms->marked_at == 0) {
		realms->marked_at = now;
	} else if (now - realms->marked_at >= LOOK_MS) {
		realms->marks = marks;
		realms->marked_at = 0;
	}
}

/* Under the mutex.  *old: what is to be buried when it is free. */
static enum idm_status
bring_up_to_date(struct realms *realms, struct moment **old, size_t *nunused,
    struct idm_err *err)
{
	int64_t now = idm_clock_ms();
	struct looked looked;
	struct moment *next = NULL;
	uint32_t marks = 0;
	enum idm_status st;

	if (is_up_to_date(realms, now))
		return IDM_OK;
	/* Before the look, so that no change falls between the two. */
	if (realms->present != NULL)
		marks = marks_of(realms->present->maps);
	look(realms, &looked);
	realms->look_at = now + LOOK_MS;
	if (realms->present != NULL &&
	    memcmp(&looked, &realms->looked, sizeof(looked)) == 0) {
		settle(realms, marks, now);
		return IDM_OK;
	}
	st = new_moment(realms, &next, err);
	if (st != IDM_OK)
		return st;
	realms->looked = looked;
	if (realms->present != NULL && put_down(realms->present, nunused))
		*old = realms->present;
	realms->present = next;
	realms->marks = 0; /* as files are when they are put in place */
	realms->marked_at = 0;
	return IDM_OK;
}

enum idm_status
realms_enter(struct realms *realms, const struct realms_moment **out,
    struct idm_err *err)
{
	struct moment *old = NULL;
	size_t nunused = 0;
	enum idm_status st;

	(void)pthread_mutex_lock(&realms->mutex);
	st = bring_up_to_date(realms, &old, &nunused, err);
	if (st == IDM_OK) {
		realms->present->users++;
		*out = &realms->present->shown;
	}
	(void)pthread_mutex_unlock(&realms->mutex);
	if (old != NULL)
		bury(old, nunused);
	return st;
}

void
realms_leave(struct realms *realms, const struct realms_moment *shown)
{
	struct moment *moment;
	bool is_over;
	size_t nunused = 0;

	/* What was lent as constant is ours. */
	moment = (struct moment *)(uintptr_t)shown;
	(void)pthread_mutex_lock(&realms->mutex);
	is_over = put_down(moment, &nunused);
	(void)pthread_mutex_unlock(&realms->mutex);
	if (is_over)
		bury(moment, nunused);
}

void
realms_refresh(struct realms *realms)
{
	(void)pthread_mutex_lock(&realms->mutex);
	realms->look_at = 0;
	for (size_t i = 0;
	     realms->present != NULL && i < realms->present->shown.n; i++)
		idm_servers_retry(realms->present->realm[i]->servers);
	(void)pthread_mutex_unlock(&realms->mutex);
}

struct realm *
realms_find(const struct realms_moment *moment, const char *domain)
{
	return find_realm(moment, domain, false);
}

struct realm *
realms_find_numbers(const struct realms_moment *moment, const char *domain)
{
	return find_realm(moment, domain, true);
}

struct realm *
realms_find_counterparts(
    const struct realms_moment *moment, const struct idm_domain *domain)
{
	return domain->backend == IDM_BACKEND_RFC2307
	    ? realms_find_numbers(moment, domain->name)
	    : NULL;
}

enum idm_status
realms_new(const char *state_dir, struct realms **out, struct idm_err *err)
{
	struct realms *realms = calloc(1, sizeof(*realms));

	if (realms == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	realms->state_dir = state_dir;
	(void)pthread_mutex_init(&realms->mutex, NULL);
	*out = realms;
	return IDM_OK;
}

void
realms_free(struct realms **out)
{
	struct realms *realms = *out;

	if (realms == NULL)
		return;
	if (realms->present != NULL)
		realms_leave(realms, &realms->present->shown);
	(void)pthread_mutex_destroy(&realms->mutex);
	free(realms);
	*out = NULL;
}
