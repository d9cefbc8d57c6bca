#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "nss/ask.h"
#include "nss/place.h"
#include "wire/client.h"

#define SILENCE_MS 5000 /* without asking, after nobody greeted */
#define BEHIND_MS  20   /* between two things told behind a caller's back */

/* Of the process; a race costs no more than one question too many. */
static _Atomic int64_t silent_until;
static _Atomic int64_t behind_at;

/*
 * One question, and what came of it.  Not on the stack, which may be small and
 * has other things to hold.
 */
struct nss_asked {
	struct nss_asked *next;   /* asked before */
	struct idm_lookup lookup; /* texts are in memory */
	unsigned wait_ms;
	bool is_here; /* it was asked; status says what came of it */
	enum idm_status status;
	struct idm_buf reply;
	struct idm_looked_up found; /* lent from the reply */
	char memory[IDM_DOMAIN_MAX + IDM_OWN_MAX];
	char request[IDM_ONCE_MAX];
};

void
nss_ask_init(struct nss_ask *ask, bool wants_groups)
{
	*ask = (struct nss_ask){ .wants_groups = wants_groups };
}

/* ---- What is lacking. */

/* A question of this kind by a name, or a number. */
static struct idm_lookup
question_of(const struct nss_ask *ask, bool is_group,
    const struct idm_windows *windows, uint32_t id)
{
	struct idm_lookup lookup = { .kind = IDM_LOOKUP_USER, .id = id };

	if (is_group)
		lookup.kind = IDM_LOOKUP_GROUP;
	else if (ask->wants_groups)
		lookup.kind = IDM_LOOKUP_GROUPS;
	lookup.by = windows == NULL ? IDM_LOOKUP_BY_ID : IDM_LOOKUP_BY_NAME;
	lookup.domain = windows == NULL ? idm_str_of("")
					: idm_str_of(windows->domain->name);
	lookup.name = windows == NULL ? idm_str_of("") : windows->name;
	return lookup;
}

/* Whom this domain's entries say that a Windows account is. */
static struct idm_lookup
native_question_of(const struct nss_ask *ask, bool is_group,
    const struct idm_windows *windows, const struct idm_domain *domain)
{
	struct idm_lookup lookup = question_of(ask, is_group, windows, 0);

	lookup.by = IDM_LOOKUP_BY_WINDOWS;
	lookup.domain = idm_str_of(domain->name);
	lookup.name = windows->key;
	return lookup;
}

/* By number, whoever is asked. */
static bool
is_same(const struct idm_lookup *one, const struct idm_lookup *other)
{
	return one->kind == other->kind && one->by == other->by &&
	    one->id == other->id &&
	    (one->by == IDM_LOOKUP_BY_ID ||
		(idm_str_compare(one->name, other->name) == 0 &&
		    idm_str_compare(one->domain, other->domain) == 0));
}

/* That question, if it was asked. */
static const struct nss_asked *
find_asked(const struct nss_ask *ask, const struct idm_lookup *lookup)
{
	const struct nss_asked *asked = ask->asked;

	while (asked != NULL &&
	    !(asked->is_here && is_same(&asked->lookup, lookup)))
		asked = asked->next;
	return asked;
}

static struct nss_asked *
begin(struct nss_ask *ask)
{
	struct nss_asked *asked = ask->asked;
	int saved = errno;

	/* What was only to be told behind the caller's back is not so urgent.
	 */
	if (asked != NULL && !asked->is_here)
		return asked;
	asked = calloc(1, sizeof(*asked));
	errno = saved;
	if (asked != NULL) {
		asked->next = ask->asked;
		ask->asked = asked;
	}
	return asked;
}

static void
note(struct nss_asked *asked, const struct idm_domain *directory,
    const struct idm_lookup *lookup)
{
	char *name = asked->memory + IDM_DOMAIN_MAX;
	size_t len = strlen(directory->name);

	asked->wait_ms = directory->wait_ms;
	asked->lookup = *lookup;
	memcpy(asked->memory, directory->name, len);
	asked->lookup.domain = (struct idm_str){ asked->memory, len };
	if (lookup->name.len > 0)
		memcpy(name, lookup->name.data, lookup->name.len);
	asked->lookup.name = (struct idm_str){ name, lookup->name.len };
}

/* Is what the maps have less than what a directory may know? */
static bool
is_lacking(enum idm_status st, const struct idm_served *served)
{
	return served->directory != NULL &&
	    (st == IDM_NOTFOUND ||
		(st == IDM_OK && served->age != IDM_CACHED_FRESH));
}

static bool
ask_first(struct nss_ask *ask, enum idm_status st,
    const struct idm_served *served, const struct idm_lookup *lookup)
{
	struct nss_asked *asked;

	if (!is_lacking(st, served) || find_asked(ask, lookup) != NULL)
		return false;
	asked = begin(ask);
	if (asked == NULL) {
		/* Nobody can be asked, which is not to say that none is. */
		ask->is_needed = st == IDM_NOTFOUND;
		return ask->is_needed;
	}
	note(asked, served->directory, lookup);
	ask->is_behind = st == IDM_OK && served->age == IDM_CACHED_STALE;
	ask->is_needed = !ask->is_behind;
	return ask->is_needed;
}

bool
nss_ask_first(struct nss_ask *ask, bool is_group, enum idm_status st,
    const struct idm_served *served, const struct idm_windows *windows,
    uint32_t id)
{
	struct idm_lookup lookup;

	/* Mostly, what the maps have will do. */
	if (!is_lacking(st, served))
		return false;
	lookup = question_of(ask, is_group, windows, id);
	return ask_first(ask, st, served, &lookup);
}

bool
nss_ask_native_first(struct nss_ask *ask, bool is_group, enum idm_status st,
    const struct idm_served *served, const struct idm_windows *windows)
{
	struct idm_lookup lookup;

	if (served->directory == NULL)
		return false;
	lookup = native_question_of(ask, is_group, windows, served->directory);
	return ask_first(ask, st, served, &lookup);
}

/* ---- Asking. */

/* The question as it is sent; empty: it cannot be. */
static struct idm_str
write_request(struct nss_asked *asked)
{
	struct idm_buf request;

	idm_buf_init_fixed(&request, asked->request, sizeof(asked->request));
	idm_lookup_write(&request, &asked->lookup);
	if (idm_buf_status(&request, NULL) != IDM_OK)
		request.len = 0;
	return (struct idm_str){ request.data, request.len };
}

static enum idm_status
call(struct nss_asked *asked)
{
	struct idm_str request = write_request(asked);
	enum idm_status st;
	bool is_silent;

	if (request.len == 0 || idm_clock_ms() < atomic_load(&silent_until))
		return IDM_TEMPFAIL;
	st = idm_client_once(nss_socket(), NULL, 0, IDM_OP_LOOKUP, request,
	    asked->wait_ms, &asked->reply, &is_silent, NULL);
	if (is_silent)
		atomic_store(&silent_until, idm_clock_ms() + SILENCE_MS);
	if (st == IDM_OK)
		st = idm_looked_up_read(
		    (struct idm_str){ asked->reply.data, asked->reply.len },
		    &asked->found, NULL);
	/* What must not be served is not there; but then it is nobody else. */
	return st == IDM_REFUSED && asked->lookup.by != IDM_LOOKUP_BY_WINDOWS
	    ? IDM_NOTFOUND
	    : st;
}

/* Did somebody answer who knows? */
static bool
is_told(const struct nss_asked *asked)
{
	return asked->status == IDM_OK || asked->status == IDM_NOTFOUND ||
	    asked->status == IDM_REFUSED;
}

enum idm_status
nss_ask_now(struct nss_ask *ask)
{
	struct nss_asked *asked = ask->asked;
	int saved = errno;
	int state;

	ask->is_needed = false;
	if (asked == NULL || asked->is_here)
		return IDM_TEMPFAIL;
	/* Nobody may be cancelled with our descriptor in hand. */
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	idm_buf_init(&asked->reply, IDM_WIRE_REPLY_MAX);
	asked->status = call(asked);
	asked->is_here = true;
	(void)pthread_setcancelstate(state, NULL);
	errno = saved;
	return is_told(asked) ? IDM_OK : IDM_TEMPFAIL;
}

bool
nss_ask_is_vain(const struct nss_ask *ask)
{
	const struct nss_asked *asked = ask->asked;

	while (asked != NULL && (!asked->is_here || is_told(asked)))
		asked = asked->next;
	return asked != NULL;
}

static void
tell(struct nss_asked *asked)
{
	int64_t now = idm_clock_ms();
	struct idm_str request;
	int saved = errno;
	int state;

	if (now < atomic_load(&silent_until) || now < atomic_load(&behind_at))
		return;
	atomic_store(&behind_at, now + BEHIND_MS);
	asked->lookup.flags |= IDM_LOOKUP_BEHIND;
	request = write_request(asked);
	if (request.len == 0)
		return;
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	if (!idm_client_tell(nss_socket(), NULL, 0, IDM_OP_LOOKUP, request))
		atomic_store(&silent_until, now + SILENCE_MS);
	(void)pthread_setcancelstate(state, NULL);
	errno = saved;
}

void
nss_ask_fini(struct nss_ask *ask)
{
	if (ask->is_behind)
		tell(ask->asked);
	while (ask->asked != NULL) {
		struct nss_asked *asked = ask->asked;

		ask->asked = asked->next;
		if (asked->is_here)
			idm_buf_fini(&asked->reply);
		free(asked);
	}
}

/* ---- Answers. */

static enum idm_status
status_of(const struct nss_asked *asked)
{
	return asked != NULL && is_told(asked) ? asked->status : IDM_TEMPFAIL;
}

/* Mostly nothing was asked. */
static const struct nss_asked *
find_answer(const struct nss_ask *ask, bool is_group,
    const struct idm_windows *windows, uint32_t id)
{
	struct idm_lookup lookup;

	if (ask->asked == NULL)
		return NULL;
	lookup = question_of(ask, is_group, windows, id);
	return find_asked(ask, &lookup);
}

/* Whatever was asked, does the answer have this user's record? */
static bool
has_user(const struct nss_asked *asked, struct idm_str key)
{
	struct idm_own_user user;

	return asked->is_here && asked->status == IDM_OK &&
	    asked->found.user.len > 0 &&
	    idm_own_user_open(asked->found.user, &user, NULL) == IDM_OK &&
	    idm_str_compare(user.key, key) == 0;
}

static const struct nss_asked *
find_user(const struct nss_ask *ask, struct idm_str key)
{
	const struct nss_asked *asked = ask->asked;

	while (asked != NULL && !has_user(asked, key))
		asked = asked->next;
	return asked;
}

enum idm_status
nss_ask_user(const struct nss_ask *ask, const struct idm_maps *maps,
    const struct idm_windows *windows, uint32_t id, struct idm_own_user *out)
{
	const struct nss_asked *asked = find_answer(ask, false, windows, id);
	enum idm_status st;

	if (asked == NULL && windows != NULL)
		asked = find_user(ask, windows->key);
	st = status_of(asked);
	if (st == IDM_OK && asked->found.user.len == 0)
		return IDM_NOTFOUND; /* an alias */
	if (st == IDM_OK)
		st = idm_own_user_open(asked->found.user, out, NULL);
	if (st == IDM_OK && idm_served_admits_user(maps, out) == NULL)
		return IDM_NOTFOUND;
	return st;
}

enum idm_status
nss_ask_group(const struct nss_ask *ask, const struct idm_maps *maps,
    const struct idm_windows *windows, uint32_t id, struct idm_own_group *out)
{
	const struct nss_asked *asked = find_answer(ask, true, windows, id);
	enum idm_status st = status_of(asked);

	if (st == IDM_OK && asked->found.group.len == 0)
		return IDM_NOTFOUND;
	if (st == IDM_OK)
		st = idm_own_group_open(asked->found.group, out, NULL);
	if (st == IDM_OK && idm_served_admits_group(maps, out) == NULL)
		return IDM_NOTFOUND;
	return st;
}

static enum idm_status
read_equal(const struct nss_asked *asked, const struct idm_domain *domain,
    bool is_group, struct idm_equal *out)
{
	enum idm_status st = status_of(asked);

	if (st == IDM_OK && asked->found.equal.len == 0)
		return IDM_NOTFOUND;
	if (st == IDM_OK)
		st = idm_equal_read(asked->found.equal, out, NULL);
	if (st == IDM_OK &&
	    (out->is_group != is_group ||
		!idm_str_is(out->domain, domain->name)))
		return IDM_NOTFOUND;
	return st;
}

enum idm_status
nss_ask_equal(const struct nss_ask *ask, const struct idm_windows *windows,
    bool is_group, struct idm_equal *out)
{
	const struct idm_lookup lookup = question_of(ask, is_group, windows, 0);

	return read_equal(
	    find_asked(ask, &lookup), windows->domain, is_group, out);
}

enum idm_status
nss_ask_native(const struct nss_ask *ask, const struct idm_windows *windows,
    bool is_group, const struct idm_domain *domain, struct idm_equal *out)
{
	const struct idm_lookup lookup = native_question_of(
	    ask, is_group, windows, domain);

	return read_equal(find_asked(ask, &lookup), domain, is_group, out);
}

enum idm_status
nss_ask_gids(const struct nss_ask *ask, struct idm_str user,
    struct idm_cursor *gids, uint32_t *n)
{
	const struct nss_asked *asked = find_user(ask, user);

	if (asked == NULL || asked->found.gids.len == 0)
		return IDM_TEMPFAIL;
	return idm_own_gids_read(asked->found.gids, gids, n, NULL);
}

enum idm_status
nss_ask_locals(const struct nss_ask *ask, struct idm_str user,
    struct idm_cursor *names, uint32_t *n)
{
	const struct nss_asked *asked = find_user(ask, user);

	if (asked == NULL)
		return IDM_TEMPFAIL;
	if (asked->found.locals.len == 0)
		return IDM_NOTFOUND;
	return idm_equal_locals_read(asked->found.locals, names, n, NULL);
}
