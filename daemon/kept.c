#include "daemon/kept.h"
#include "backends/served.h"
#include "base/clock.h"
#include "map/cached.h"
#include "map/equal.h"
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

/* Groups of this host that he is in, if any. */
static void
find_locals(struct question *question)
{
	(void)find_record(question, IDM_EQUAL_LOCALS, &question->found.locals);
}

/*
 * Whom his directory says that he, or it, equals: *is_alias, then there is no
 * record of his own.
 */
static enum idm_status
find_equal(struct question *question, uint8_t kind, bool *is_alias)
{
	const struct idm_domain *domain = question->windows.domain;
	struct idm_looked_up *found = &question->found;
	bool is_group = kind == IDM_LOOKUP_GROUP;
	struct idm_equal equal;
	enum idm_status st;

	*is_alias = false;
	if (!idm_equal_any(domain, is_group) ||
	    !find_record(question, is_group ? IDM_EQUAL_GROUP : IDM_EQUAL_USER,
		&found->equal))
		return IDM_OK;
	st = idm_equal_read(found->equal, &equal, NULL);
	*is_alias = st == IDM_OK && idm_equal_is_alias(&equal, domain);
	if (*is_alias && kind == IDM_LOOKUP_ACCOUNT &&
	    !find_record(question, IDM_CACHED_ACCOUNT, &found->account))
		return IDM_TEMPFAIL;
	return st;
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

static enum idm_status
find_own(struct question *question, uint8_t kind)
{
	enum idm_status st;

	if (kind == IDM_LOOKUP_GROUP)
		return find_group(question);
	st = find_user(question, kind);
	if (st == IDM_OK && kind == IDM_LOOKUP_GROUPS)
		find_locals(question);
	return st;
}

static enum idm_status
find_named(struct question *question, const struct idm_domain *domain,
    const struct idm_lookup *lookup)
{
	bool is_alias;
	enum idm_status st;

	if (!make_key(question, domain, lookup->name,
		lookup->kind == IDM_LOOKUP_GROUP))
		return IDM_TEMPFAIL;
	st = find_equal(question, lookup->kind, &is_alias);
	return st == IDM_OK && !is_alias ? find_own(question, lookup->kind)
					 : st;
}

/* Whom an entry of native LDAP names; itself, if it is an own identity. */
static enum idm_status
find_native(struct question *question, const struct idm_domain *domain,
    const struct idm_lookup *lookup, struct idm_err *err)
{
	bool is_group = lookup->kind == IDM_LOOKUP_GROUP;
	struct idm_looked_up *found = &question->found;
	char memory[IDM_KEY_MAX];
	struct idm_cached cached;
	struct idm_equal equal;
	struct idm_buf handle;
	enum idm_status st;

	idm_buf_init_fixed(&handle, memory, sizeof(memory));
	idm_equal_put_windows(&handle, domain, is_group, lookup->name);
	st = idm_buf_status(&handle, NULL);
	if (st == IDM_OK)
		st = idm_cached_find(question->maps->cache, IDM_EQUAL_HANDLE,
		    (struct idm_str){ handle.data, handle.len }, &cached);
	if (st == IDM_OK)
		st = idm_equal_read(cached.record, &equal, NULL);
	if (st == IDM_OK && idm_equal_is_nobody(&equal))
		st = IDM_NOTFOUND;
	if (st == IDM_OK && equal.by == IDM_EQUAL_REFUSED)
		return idm_fail(
		    err, IDM_REFUSED, "%.*s", (int)equal.dn.len, equal.dn.data);
	if (st != IDM_OK ||
	    !make_key(question, domain, equal.login[is_group], is_group))
		return st == IDM_OK ? IDM_TEMPFAIL : st;
	st = find_own(question, lookup->kind);
	if (st == IDM_NOTFOUND)
		st = lookup->kind != IDM_LOOKUP_ACCOUNT ||
			find_record(
			    question, IDM_CACHED_ACCOUNT, &found->account)
		    ? IDM_OK
		    : IDM_TEMPFAIL;
	found->equal = cached.record;
	return st;
}

bool
kept_answer(const struct idm_maps *maps, const struct idm_domain *domain,
    const struct idm_lookup *lookup, struct idm_buf *body, enum idm_status *st,
    struct idm_err *err)
{
	struct question question = { .maps = maps };
	struct idm_cached as_of;

	if ((lookup->by != IDM_LOOKUP_BY_NAME &&
		lookup->by != IDM_LOOKUP_BY_WINDOWS) ||
	    lookup->kind == IDM_LOOKUP_ANY ||
	    !idm_cached_is_complete(maps->cache, domain, &as_of) ||
	    idm_cached_age(&as_of, domain, idm_clock_seconds()) !=
		IDM_CACHED_FRESH)
		return false;
	*st = lookup->by == IDM_LOOKUP_BY_NAME
	    ? find_named(&question, domain, lookup)
	    : find_native(&question, domain, lookup, err);
	question.found.when = as_of.when;
	if (*st == IDM_OK)
		idm_looked_up_write(body, &question.found);
	else if (*st == IDM_NOTFOUND)
		(void)idm_fail(err, IDM_NOTFOUND,
		    "the whole domain is here, and has none");
	return (*st == IDM_OK && idm_buf_status(body, NULL) == IDM_OK) ||
	    *st == IDM_NOTFOUND || *st == IDM_REFUSED;
}
