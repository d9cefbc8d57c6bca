#include "daemon/kept.h"
#include "backends/served.h"
#include "base/clock.h"
#include "map/cached.h"
#include "map/windows.h"

/* A question on its way. */
struct question {
	const struct idm_maps *maps;
	struct idm_windows windows;
	struct idm_looked_up found;
};

static bool
find_record(
    const struct question *question, const char *prefix, struct idm_str *record)
{
	struct idm_cached cached;

	if (idm_cached_find(question->maps->cache, prefix,
		question->windows.key, &cached) != IDM_OK)
		return false;
	*record = cached.record;
	return true;
}

static enum idm_status
find_user(struct question *question, uint8_t kind)
{
	struct idm_looked_up *found = &question->found;
	struct idm_served served;
	struct idm_own_user user;
	enum idm_status st;

	st = idm_served_user(
	    question->maps, &question->windows, &user, &served);
	if (st != IDM_OK)
		return st;
	if (served.age != IDM_CACHED_FRESH ||
	    !find_record(question, IDM_OWN_USER, &found->user) ||
	    (kind == IDM_LOOKUP_GROUPS &&
		!find_record(question, IDM_OWN_MEMBERSHIP, &found->gids)) ||
	    (kind == IDM_LOOKUP_ACCOUNT &&
		!find_record(question, IDM_CACHED_ACCOUNT, &found->account)))
		return IDM_TEMPFAIL;
	return IDM_OK;
}

static enum idm_status
find_group(struct question *question)
{
	struct idm_own_group group;
	struct idm_served served;
	enum idm_status st;

	st = idm_served_group(
	    question->maps, &question->windows, &group, &served);
	/* It may be a user's own. */
	if (st == IDM_NOTFOUND &&
	    (question->windows.domain->flags & IDM_DOMAIN_USER_GROUPS) != 0)
		return IDM_TEMPFAIL;
	if (st != IDM_OK)
		return st;
	question->found.flags = served.flags;
	return served.age == IDM_CACHED_FRESH &&
		find_record(question, IDM_OWN_GROUP, &question->found.group)
	    ? IDM_OK
	    : IDM_TEMPFAIL;
}

static bool
make_key(struct question *question, const struct idm_domain *domain,
    struct idm_str name, bool is_group)
{
	char memory[IDM_KEY_MAX];
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_buf_put(&key, name.data, name.len);
	idm_buf_printf(&key, "@%s", idm_domain_shown(domain));
	if (idm_buf_status(&key, NULL) != IDM_OK ||
	    !idm_windows_of_key(domain, (struct idm_str){ key.data, key.len },
		&question->windows))
		return false;
	(void)idm_windows_follow(question->maps, is_group, &question->windows);
	return true;
}

bool
kept_answer(const struct idm_maps *maps, const struct idm_domain *domain,
    const struct idm_lookup *lookup, struct idm_buf *body, enum idm_status *st,
    struct idm_err *err)
{
	bool is_group = lookup->kind == IDM_LOOKUP_GROUP;
	struct question question = { .maps = maps };
	struct idm_cached as_of;

	if (lookup->by != IDM_LOOKUP_BY_NAME ||
	    lookup->kind == IDM_LOOKUP_ANY ||
	    !idm_cached_is_complete(maps->cache, domain, &as_of) ||
	    idm_cached_age(&as_of, domain, idm_clock_seconds()) !=
		IDM_CACHED_FRESH ||
	    !make_key(&question, domain, lookup->name, is_group))
		return false;
	*st = is_group ? find_group(&question)
		       : find_user(&question, lookup->kind);
	question.found.when = as_of.when;
	if (*st == IDM_OK)
		idm_looked_up_write(body, &question.found);
	else if (*st == IDM_NOTFOUND)
		(void)idm_fail(err, IDM_NOTFOUND,
		    "the whole domain is here, and has none");
	return (*st == IDM_OK && idm_buf_status(body, NULL) == IDM_OK) ||
	    *st == IDM_NOTFOUND;
}
