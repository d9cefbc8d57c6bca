#include <string.h>
#include <time.h>

#include "backends/served.h"
#include "base/clock.h"
#include "map/windows.h"
#include "wire/message.h"

#include "cli/ask.h"
#include "cli/maps.h"
#include "cli/refresh.h"

#define SEEN_MS  10000 /* until what was told must be in the cache */
#define PAUSE_NS 20000000

/* One identity, as it is asked for. */
struct handle {
	struct idm_lookup lookup;
	const struct idm_domain *domain;
	struct idm_windows windows; /* the name's, if it is by name */
};

/* ---- Whom. */

static enum idm_status
of_nobody(struct idm_err *err)
{
	return idm_fail(err, IDM_NOTFOUND,
	    "it is in no domain that has a directory: nothing of it is cached");
}

static bool
is_group(enum idm_idtype type)
{
	return type == IDM_ID_GSID || type == IDM_ID_GID ||
	    type == IDM_ID_UNIXGROUP || type == IDM_ID_WINGROUP;
}

static bool
by_name(const struct idm_maps *maps, const struct idm_identity *identity,
    struct handle *out)
{
	if (!idm_windows_qualified(maps, identity->text, &out->windows) &&
	    !idm_windows_bare(maps, identity->text, &out->windows))
		return false;
	out->lookup.by = IDM_LOOKUP_BY_NAME;
	out->lookup.name = out->windows.name;
	out->domain = out->windows.domain;
	return true;
}

static enum idm_status
handle_of(const struct idm_maps *maps, const struct idm_identity *identity,
    struct handle *out, struct idm_err *err)
{
	*out = (struct handle){ .domain = NULL };
	/* Of a user his groups are told with him. */
	out->lookup.kind = is_group(identity->type) ? IDM_LOOKUP_GROUP
						    : IDM_LOOKUP_GROUPS;
	switch (identity->type) {
	case IDM_ID_UID:
	case IDM_ID_GID:
		out->lookup.by = IDM_LOOKUP_BY_ID;
		out->lookup.id = identity->id;
		out->domain = idm_served_directory(maps, identity->id);
		break;
	case IDM_ID_USID:
	case IDM_ID_GSID:
	case IDM_ID_SID:
		out->lookup.by = IDM_LOOKUP_BY_SID;
		out->lookup.sid = identity->sid;
		out->domain = idm_domain_by_sid(&maps->domains, &identity->sid);
		break;
	case IDM_ID_UNIXUSER:
	case IDM_ID_UNIXGROUP:
	case IDM_ID_WINUSER:
	case IDM_ID_WINGROUP:
	case IDM_ID_WINNAME:
	case IDM_ID_NONE:
		if (!by_name(maps, identity, out))
			return of_nobody(err);
		break;
	}
	if (out->domain == NULL ||
	    (out->domain->flags & IDM_DOMAIN_DIRECTORY) == 0)
		return of_nobody(err);
	out->lookup.flags = IDM_LOOKUP_AFRESH;
	out->lookup.domain = idm_str_of(out->domain->name);
	return IDM_OK;
}

static bool
may_be_group(const struct idm_identity *identity)
{
	return identity->type == IDM_ID_SID ||
	    identity->type == IDM_ID_WINNAME || identity->type == IDM_ID_NONE;
}

/* ---- What the cache has. */

static bool
find_text(const struct idm_maps *maps, const char *prefix, struct idm_str text,
    struct idm_cached *cached)
{
	return idm_cached_find(maps->cache, prefix, text, cached) == IDM_OK;
}

static bool
find_cached(const struct idm_maps *maps, const struct handle *handle,
    struct idm_cached *cached)
{
	bool group = handle->lookup.kind == IDM_LOOKUP_GROUP;
	char sid[IDM_SID_TEXT_MAX];
	struct idm_str text;

	switch ((enum idm_lookup_by)handle->lookup.by) {
	case IDM_LOOKUP_BY_NAME:
		text = handle->windows.key;
		return find_text(maps, group ? IDM_OWN_GROUP : IDM_OWN_USER,
			   text, cached) ||
		    find_text(maps, group ? IDM_EQUAL_GROUP : IDM_EQUAL_USER,
			text, cached);
	case IDM_LOOKUP_BY_ID:
		return idm_cached_find_id(maps->cache,
			   group ? IDM_OWN_GID : IDM_OWN_UID, handle->lookup.id,
			   cached) == IDM_OK;
	case IDM_LOOKUP_BY_SID:
		text = idm_str_of(idm_sid_format(&handle->lookup.sid, sid));
		return find_text(maps, IDM_OWN_SID, text, cached) ||
		    find_text(maps, IDM_EQUAL_HANDLE, text, cached);
	case IDM_LOOKUP_BY_UNIX:
	case IDM_LOOKUP_BY_WINDOWS:
	case IDM_LOOKUP_BY_OTHER:
		break;
	}
	return false;
}

static void
note_before(const struct idm_maps *maps, const struct handle *handle,
    struct cli_refreshed *out)
{
	uint64_t now = idm_clock_seconds();
	struct idm_cached cached;

	if (!find_cached(maps, handle, &cached))
		return;
	out->was_cached = true;
	out->age_s = now > cached.when ? now - cached.when : 0;
}

/* What the record that is found by the handle says, as it was answered. */
static struct idm_str
record_of(const struct handle *handle, const struct idm_looked_up *answer)
{
	struct idm_str record = answer->user;

	if (handle->lookup.by == IDM_LOOKUP_BY_SID)
		record = answer->sid;
	else if (handle->lookup.kind == IDM_LOOKUP_GROUP)
		record = answer->group;
	return record.len > 0 ? record : answer->equal;
}

/* So are a user's groups. */
static bool
are_groups_seen(const struct idm_maps *maps, const struct idm_looked_up *answer)
{
	struct idm_cached cached;
	struct idm_own_user user;

	return answer->gids.len == 0 ||
	    idm_own_user_read(answer->user, &user, NULL) != IDM_OK ||
	    (find_text(maps, IDM_OWN_MEMBERSHIP, user.key, &cached) &&
		cached.when >= answer->when &&
		idm_str_compare(cached.record, answer->gids) == 0);
}

/*
 * Is this answer's record there, or, of none, none any more?  Times are whole
 * seconds: they do not tell an answer from the one before.
 */
static bool
is_seen(const struct idm_identity *identity, bool group,
    const struct idm_looked_up *answer)
{
	struct idm_maps *maps = NULL;
	struct idm_cached cached;
	struct handle handle;
	bool is_there, seen = false;

	if (cli_maps_open(&maps, NULL) == IDM_OK &&
	    handle_of(maps, identity, &handle, NULL) == IDM_OK) {
		if (group)
			handle.lookup.kind = IDM_LOOKUP_GROUP;
		is_there = find_cached(maps, &handle, &cached);
		seen = answer == NULL
		    ? !is_there
		    : is_there && cached.when >= answer->when &&
			idm_str_compare(
			    cached.record, record_of(&handle, answer)) == 0 &&
			are_groups_seen(maps, answer);
	}
	idm_maps_close(&maps);
	return seen;
}

static enum idm_status
await(const struct idm_identity *identity, bool group,
    const struct idm_looked_up *answer, struct idm_err *err)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	int64_t until = idm_clock_ms() + SEEN_MS;

	while (!is_seen(identity, group, answer)) {
		if (idm_clock_ms() > until)
			return idm_fail(err, IDM_TEMPFAIL,
			    "its directory has answered, but the cache does "
			    "not show it: see 'idmap status'");
		(void)nanosleep(&pause, NULL);
	}
	return IDM_OK;
}

/* ---- Asking. */

static void
keep(char *to, size_t size, struct idm_str text)
{
	size_t len = text.len < size ? text.len : 0;

	memcpy(to, text.data, len);
	to[len] = '\0';
}

static void
note_answer(const struct idm_looked_up *answer, struct cli_refreshed *out)
{
	struct idm_own_group group;
	struct idm_cursor gids;
	struct idm_equal equal;
	struct idm_own_user user;

	out->is_there = true;
	if (idm_own_user_read(answer->user, &user, NULL) == IDM_OK) {
		keep(out->name, sizeof(out->name), user.name);
		out->id = user.uid;
		out->has_groups = idm_own_gids_read(answer->gids, &gids,
				      &out->ngroups, NULL) == IDM_OK;
	} else if (idm_own_group_open(answer->group, &group, NULL) == IDM_OK) {
		keep(out->name, sizeof(out->name), group.name);
		out->is_group = true;
		out->id = group.gid;
	} else if (idm_equal_read(answer->equal, &equal, NULL) == IDM_OK) {
		out->is_equal = true;
		out->is_group = equal.is_group;
		keep(out->name, sizeof(out->name), equal.login[equal.is_group]);
	}
}

static enum idm_status
ask(const struct idm_identity *identity, const struct handle *handle,
    struct cli_refreshed *out, struct idm_err *err)
{
	bool group = handle->lookup.kind == IDM_LOOKUP_GROUP;
	struct idm_looked_up answer;
	struct idm_buf reply;
	enum idm_status st;

	idm_buf_init(&reply, IDM_WIRE_REPLY_MAX);
	st = cli_inquired.ask(cli_inquired.context, &handle->lookup,
	    handle->domain->wait_ms, &reply, &answer, &out->why);
	if (st == IDM_OK) {
		note_answer(&answer, out);
		st = await(identity, group, &answer, err);
	} else if (st == IDM_NOTFOUND || st == IDM_REFUSED) {
		st = await(identity, group, NULL, err);
	} else if (err != NULL) {
		*err = out->why;
	}
	idm_buf_fini(&reply);
	return st;
}

enum idm_status
cli_refresh(const struct idm_identity *identity, struct cli_refreshed *out,
    struct idm_err *err)
{
	struct idm_maps *maps = NULL;
	struct handle handle;
	enum idm_status st;

	memset(out, 0, sizeof(*out));
	keep(out->name, sizeof(out->name), identity->text);
	st = cli_maps_open(&maps, err);
	if (st == IDM_OK)
		st = handle_of(maps, identity, &handle, err);
	if (st == IDM_OK) {
		keep(out->domain, sizeof(out->domain),
		    idm_str_of(handle.domain->name));
		note_before(maps, &handle, out);
		st = ask(identity, &handle, out, err);
	}
	if (st == IDM_OK && !out->is_there && may_be_group(identity)) {
		const struct idm_err as_user = out->why;

		handle.lookup.kind = IDM_LOOKUP_GROUP;
		if (!out->was_cached)
			note_before(maps, &handle, out);
		st = ask(identity, &handle, out, err);
		/* That there is no such group says nothing of the user. */
		if (st == IDM_OK && !out->is_there &&
		    as_user.status == IDM_REFUSED)
			out->why = as_user;
	}
	idm_maps_close(&maps);
	return st;
}
