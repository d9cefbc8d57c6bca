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

/* One answer of idmapd's. */
struct answer {
	bool is_here; /* it was asked; status says what came of it */
	enum idm_status status;
	struct idm_buf reply;
	struct idm_looked_up found; /* lent from the reply */
};

/* Not on the stack, which may be small and has other things to hold. */
struct nss_asked {
	struct answer user;
	struct answer group;
	struct idm_lookup lookup; /* what is to be asked; texts are in memory */
	unsigned wait_ms;
	char memory[IDM_DOMAIN_MAX + IDM_WINNAME_MAX];
	char request[IDM_ONCE_MAX];
};

void
nss_ask_init(struct nss_ask *ask, bool wants_groups)
{
	*ask = (struct nss_ask){ .wants_groups = wants_groups };
}

/* ---- What is lacking. */

static void
note(struct nss_asked *asked, uint8_t kind, const struct idm_domain *directory,
    const struct idm_windows *windows, uint32_t id)
{
	size_t len = strlen(directory->name);
	char *name = asked->memory + IDM_DOMAIN_MAX;

	asked->wait_ms = directory->wait_ms;
	asked->lookup = (struct idm_lookup){
		.kind = kind,
		.by = windows != NULL ? IDM_LOOKUP_BY_NAME : IDM_LOOKUP_BY_ID,
		.domain = { asked->memory, len },
		.id = id,
	};
	memcpy(asked->memory, directory->name, len);
	if (windows == NULL)
		return;
	memcpy(name, windows->name.data, windows->name.len);
	asked->lookup.name = (struct idm_str){ name, windows->name.len };
}

static uint8_t
kind_of(const struct nss_ask *ask, bool is_group)
{
	if (is_group)
		return IDM_LOOKUP_GROUP;
	return ask->wants_groups ? IDM_LOOKUP_GROUPS : IDM_LOOKUP_USER;
}

static bool
was_asked(const struct nss_ask *ask, bool is_group)
{
	return ask->asked != NULL &&
	    (is_group ? ask->asked->group.is_here : ask->asked->user.is_here);
}

bool
nss_ask_first(struct nss_ask *ask, bool is_group, enum idm_status st,
    const struct idm_served *served, const struct idm_windows *windows,
    uint32_t id)
{
	int saved = errno;

	if (served->directory == NULL || was_asked(ask, is_group) ||
	    (st != IDM_OK && st != IDM_NOTFOUND))
		return false;
	if (st == IDM_OK && served->age == IDM_CACHED_FRESH)
		return false;
	if (ask->asked == NULL)
		ask->asked = calloc(1, sizeof(*ask->asked));
	errno = saved;
	if (ask->asked == NULL) {
		/* Nobody can be asked, which is not to say that none is. */
		ask->is_needed = st == IDM_NOTFOUND;
		return ask->is_needed;
	}
	note(
	    ask->asked, kind_of(ask, is_group), served->directory, windows, id);
	if (st == IDM_OK && served->age == IDM_CACHED_STALE)
		ask->is_behind = true;
	else
		ask->is_needed = true;
	return ask->is_needed;
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
call(struct nss_asked *asked, struct answer *answer)
{
	struct idm_str request = write_request(asked);
	enum idm_status st;
	bool is_silent;

	if (request.len == 0 || idm_clock_ms() < atomic_load(&silent_until))
		return IDM_TEMPFAIL;
	st = idm_client_once(nss_socket(), NULL, 0, IDM_OP_LOOKUP, request,
	    asked->wait_ms, &answer->reply, &is_silent, NULL);
	if (is_silent)
		atomic_store(&silent_until, idm_clock_ms() + SILENCE_MS);
	if (st == IDM_OK)
		st = idm_looked_up_read(
		    (struct idm_str){ answer->reply.data, answer->reply.len },
		    &answer->found, NULL);
	/* What must not be served is not there. */
	return st == IDM_REFUSED ? IDM_NOTFOUND : st;
}

enum idm_status
nss_ask_now(struct nss_ask *ask)
{
	struct nss_asked *asked = ask->asked;
	struct answer *answer;
	int saved = errno;
	int state;

	ask->is_needed = false;
	if (asked == NULL)
		return IDM_TEMPFAIL;
	answer = asked->lookup.kind == IDM_LOOKUP_GROUP ? &asked->group
							: &asked->user;
	/* Nobody may be cancelled with our descriptor in hand. */
	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
	idm_buf_init(&answer->reply, IDM_WIRE_REPLY_MAX);
	answer->status = call(asked, answer);
	answer->is_here = true;
	(void)pthread_setcancelstate(state, NULL);
	errno = saved;
	return answer->status == IDM_OK || answer->status == IDM_NOTFOUND
	    ? IDM_OK
	    : IDM_TEMPFAIL;
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
	if (ask->asked == NULL)
		return;
	if (ask->is_behind)
		tell(ask->asked);
	if (ask->asked->user.is_here)
		idm_buf_fini(&ask->asked->user.reply);
	if (ask->asked->group.is_here)
		idm_buf_fini(&ask->asked->group.reply);
	free(ask->asked);
	ask->asked = NULL;
}

/* ---- Answers. */

static enum idm_status
status_of(const struct nss_ask *ask, bool is_group)
{
	const struct answer *answer;

	if (!was_asked(ask, is_group))
		return IDM_TEMPFAIL;
	answer = is_group ? &ask->asked->group : &ask->asked->user;
	return answer->status == IDM_OK || answer->status == IDM_NOTFOUND
	    ? answer->status
	    : IDM_TEMPFAIL;
}

enum idm_status
nss_ask_user(const struct nss_ask *ask, const struct idm_maps *maps,
    struct idm_own_user *out)
{
	enum idm_status st = status_of(ask, false);

	if (st == IDM_OK && ask->asked->user.found.user.len == 0)
		return IDM_NOTFOUND; /* an alias */
	if (st == IDM_OK)
		st = idm_own_user_open(ask->asked->user.found.user, out, NULL);
	if (st == IDM_OK && idm_served_admits_user(maps, out) == NULL)
		return IDM_NOTFOUND;
	return st;
}

enum idm_status
nss_ask_group(const struct nss_ask *ask, const struct idm_maps *maps,
    struct idm_own_group *out)
{
	enum idm_status st = status_of(ask, true);

	if (st == IDM_OK && ask->asked->group.found.group.len == 0)
		return IDM_NOTFOUND;
	if (st == IDM_OK)
		st = idm_own_group_open(
		    ask->asked->group.found.group, out, NULL);
	if (st == IDM_OK && idm_served_admits_group(maps, out) == NULL)
		return IDM_NOTFOUND;
	return st;
}

enum idm_status
nss_ask_gids(const struct nss_ask *ask, struct idm_cursor *gids, uint32_t *n)
{
	enum idm_status st = status_of(ask, false);

	if (st == IDM_OK && ask->asked->user.found.gids.len == 0)
		return IDM_TEMPFAIL;
	if (st == IDM_OK)
		st = idm_own_gids_read(
		    ask->asked->user.found.gids, gids, n, NULL);
	return st;
}

enum idm_status
nss_ask_equal(const struct nss_ask *ask, const struct idm_windows *windows,
    bool is_group, struct idm_equal *out)
{
	enum idm_status st = status_of(ask, is_group);
	const struct answer *answer;

	if (st != IDM_OK)
		return st;
	answer = is_group ? &ask->asked->group : &ask->asked->user;
	if (answer->found.equal.len == 0)
		return IDM_NOTFOUND;
	st = idm_equal_read(answer->found.equal, out, NULL);
	if (st == IDM_OK &&
	    (out->is_group != is_group ||
		!idm_str_is(out->domain, windows->domain->name)))
		return IDM_NOTFOUND;
	return st;
}

enum idm_status
nss_ask_locals(const struct nss_ask *ask, struct idm_cursor *names, uint32_t *n)
{
	enum idm_status st = status_of(ask, false);

	if (st == IDM_OK && ask->asked->user.found.locals.len == 0)
		return IDM_NOTFOUND;
	if (st == IDM_OK)
		st = idm_equal_locals_read(
		    ask->asked->user.found.locals, names, n, NULL);
	return st;
}
