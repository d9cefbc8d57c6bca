#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "daemon/cacheitem.h"
#include "daemon/replica.h"
#include "daemon/say.h"
#include "directory/filter.h"
#include "map/cached.h"
#include "map/siphash.h"

#define VALUES_MAX 64   /* of contextCSN: one for each server that is written */
#define REST_MS    1000 /* between two readings, at least */
#define GONE_MS    30000 /* between two readings for who may be gone */
#define FILTER_MAX 512
#define TOLD_KEY   "what was told of" /* 16 bytes */

/* One look: what it works with. */
struct look {
	struct replica *replica;
	const struct realms_moment *moment;
	const struct idm_domain *domain;
	struct realm *realm;
	struct idm_session *session;
	int64_t deadline;
	struct idm_cached_domain known; /* lends from the moment */
	bool is_known;
	char suffix[IDM_DIRECTORY_TEXT_MAX + 1];
	uint64_t usn;
	struct idm_buf cookie; /* empty: the directory has none */
};

void
replica_init(struct replica *replica)
{
	idm_buf_init(&replica->passed, 2 * REPLICA_COOKIE_MAX + 1);
	replica->not_before = 0;
	replica->last.status = IDM_OK;
}

void
replica_fini(struct replica *replica)
{
	idm_buf_fini(&replica->passed);
}

bool
replica_is_wanted(const struct realm *realm)
{
	return (realm->settings.flags & IDM_DIRECTORY_REPLICATE) != 0;
}

/* ---- What the directory has now. */

static enum idm_status
take_root(void *context, const struct idm_object *root, struct idm_err *err)
{
	struct look *look = context;
	const struct idm_attribute_values *suffix;
	struct idm_str usn = idm_object_first(root, "highestCommittedUSN");
	struct idm_str server = idm_object_first(root, "dsServiceName");
	struct idm_str base = idm_str_of(look->realm->settings.base);
	size_t longest = 0;

	(void)err;
	if (usn.len > 0 &&
	    idm_num_parse(usn.data, usn.len, UINT64_MAX, &look->usn, NULL) ==
		IDM_OK) {
		idm_buf_put(&look->cookie, usn.data, usn.len);
		idm_buf_printf(
		    &look->cookie, " %.*s", (int)server.len, server.data);
		return IDM_OK;
	}
	suffix = idm_object_values(root, "namingContexts");
	for (size_t i = 0; suffix != NULL && i < suffix->n; i++) {
		struct idm_str dn = suffix->value[i];

		if (dn.len <= longest || dn.len >= sizeof(look->suffix) ||
		    !idm_dn_is_below(base, dn))
			continue;
		longest = dn.len;
		memcpy(look->suffix, dn.data, dn.len);
		look->suffix[dn.len] = '\0';
	}
	return IDM_OK;
}

static int
compare_texts(const void *a, const void *b)
{
	return idm_str_compare(
	    *(const struct idm_str *)a, *(const struct idm_str *)b);
}

static enum idm_status
take_csn(void *context, const struct idm_object *suffix, struct idm_err *err)
{
	struct look *look = context;
	const struct idm_attribute_values *csn;
	struct idm_str sorted[VALUES_MAX];

	(void)err;
	csn = idm_object_values(suffix, "contextCSN");
	if (csn == NULL || csn->n > VALUES_MAX)
		return IDM_OK;
	memcpy(sorted, csn->value, csn->n * sizeof(sorted[0]));
	qsort(sorted, csn->n, sizeof(sorted[0]), compare_texts);
	for (size_t i = 0; i < csn->n; i++)
		idm_buf_printf(
		    &look->cookie, "%.*s ", (int)sorted[i].len, sorted[i].data);
	return IDM_OK;
}

/* A cookie that is too long is as good as none. */
static enum idm_status
ask_cookie(struct look *look, struct idm_err *err)
{
	static const char *const wanted[] = { "contextCSN", NULL };
	struct idm_search search = {
		.scope = IDM_SCOPE_BASE,
		.filter = idm_str_of("(objectClass=*)"),
		.attribute = wanted,
	};
	enum idm_status st;

	st = idm_session_root(
	    look->session, look->deadline, take_root, look, err);
	if (st == IDM_OK && look->cookie.len == 0 && look->suffix[0] != '\0') {
		search.base = idm_str_of(look->suffix);
		st = idm_session_search(look->session, &search, look->deadline,
		    take_csn, look, err);
		if (st == IDM_NOTFOUND)
			st = IDM_OK;
	}
	if (idm_buf_status(&look->cookie, NULL) != IDM_OK) {
		idm_buf_fini(&look->cookie);
		idm_buf_init(&look->cookie, REPLICA_COOKIE_MAX);
	}
	return st;
}

/* ---- Is that another thing than what we have? */

static struct idm_str
cookie_of(const struct look *look)
{
	return (struct idm_str){ look->cookie.data, look->cookie.len };
}

static uint64_t
usn_of(struct idm_str cookie)
{
	const char *blank = memchr(cookie.data, ' ', cookie.len);
	uint64_t usn;

	if (blank == NULL ||
	    idm_num_parse(cookie.data, (size_t)(blank - cookie.data),
		UINT64_MAX, &usn, NULL) != IDM_OK)
		return 0;
	return usn;
}

static enum idm_status
take_one(void *context, const struct idm_object *object, struct idm_err *err)
{
	(void)object;
	(void)err;
	*(bool *)context = true;
	return IDM_OK;
}

/*
 * In AD the number grows with much that is nothing to us.  Users and groups
 * that were written since, and what was deleted, are asked for.
 */
static enum idm_status
ask_since(struct look *look, bool *has_changed, struct idm_err *err)
{
	static const char *const none[] = { "1.1", NULL };
	struct idm_search search = {
		.base = idm_str_of(look->realm->settings.base),
		.scope = IDM_SCOPE_SUBTREE,
		.attribute = none,
		.shows_deleted = true,
		.is_paged = true,
	};
	enum idm_status st;
	struct idm_buf filter;

	*has_changed = false;
	idm_buf_init(&filter, FILTER_MAX);
	idm_filter_open(&filter, '&');
	idm_filter_at_least(
	    &filter, "uSNChanged", usn_of(look->known.cookie) + 1);
	idm_filter_open(&filter, '|');
	idm_filter_equal(&filter, "objectClass", idm_str_of("group"));
	idm_filter_equal(&filter, "objectClass", idm_str_of("user"));
	idm_filter_close(&filter);
	idm_filter_close(&filter);
	search.filter = (struct idm_str){ filter.data, filter.len };
	st = idm_buf_status(&filter, err);
	if (st == IDM_OK)
		st = idm_session_search(look->session, &search, look->deadline,
		    take_one, has_changed, err);
	idm_buf_fini(&filter);
	return st;
}

static bool
has_same_server(struct idm_str one, struct idm_str other)
{
	const char *a = memchr(one.data, ' ', one.len);
	const char *b = memchr(other.data, ' ', other.len);

	return a != NULL && b != NULL &&
	    idm_str_compare(
		(struct idm_str){ a, one.len - (size_t)(a - one.data) },
		(struct idm_str){ b, other.len - (size_t)(b - other.data) }) ==
	    0;
}

/* What is noted: the cookie of what we have, and the one that adds nothing. */
static bool
is_passed(const struct look *look)
{
	const struct idm_buf *passed = &look->replica->passed;
	size_t n = look->known.cookie.len;

	return passed->len == n + look->cookie.len &&
	    memcmp(passed->data, look->known.cookie.data, n) == 0 &&
	    memcmp(passed->data + n, look->cookie.data, look->cookie.len) == 0;
}

static void
pass(struct look *look)
{
	struct idm_buf *passed = &look->replica->passed;

	idm_buf_clear(passed);
	idm_buf_put(passed, look->known.cookie.data, look->known.cookie.len);
	idm_buf_put(passed, look->cookie.data, look->cookie.len);
}

static uint64_t
age_of(const struct look *look)
{
	uint64_t now = idm_clock_seconds();

	return now > look->known.when ? now - look->known.when : 0;
}

/* Before its records would count as stale. */
static bool
is_old(const struct look *look)
{
	return age_of(look) > look->domain->cache_s / 2;
}

/*
 * What was deleted in AD only administrators are shown: to others it is one of
 * the changes that are nobody's.
 */
static bool
may_be_gone(const struct look *look)
{
	return idm_clock_ms() >= look->replica->not_before + GONE_MS;
}

static enum idm_status
find_changed(struct look *look, bool *has_changed, struct idm_err *err)
{
	enum idm_status st;

	*has_changed = true;
	if (!look->is_known)
		return IDM_OK;
	if (look->cookie.len == 0) {
		*has_changed = is_old(look);
		return IDM_OK;
	}
	if (idm_str_compare(cookie_of(look), look->known.cookie) == 0 ||
	    (look->cookie.len > 0 && is_passed(look))) {
		*has_changed = is_passed(look) && may_be_gone(look);
		return IDM_OK;
	}
	if (look->usn == 0 ||
	    !has_same_server(cookie_of(look), look->known.cookie))
		return IDM_OK;
	st = ask_since(look, has_changed, err);
	if (st == IDM_OK && !*has_changed) {
		pass(look);
		*has_changed = may_be_gone(look);
	}
	return st;
}

/* ---- What is done about it. */

/* All of the domain is here, as of this moment. */
static enum idm_status
send_domain(struct look *look, const struct idm_cached_domain *domain,
    uint8_t flags, struct idm_err *err)
{
	const struct replica *replica = look->replica;
	struct cache_item item = { .kind = CACHE_PUT };
	struct idm_buf key, value, items;
	enum idm_status st;

	idm_buf_init(&key, IDM_KEY_MAX);
	idm_buf_init(&value, 2 * REPLICA_COOKIE_MAX);
	idm_buf_init(&items, CACHE_ITEM_MAX);
	idm_own_key(&key, IDM_CACHED_DOMAIN, idm_str_of(replica->domain));
	idm_cached_domain_write(&value, domain);
	item.key = (struct idm_str){ key.data, key.len };
	item.value = (struct idm_str){ value.data, value.len };
	cache_item_write(&items, &item);
	st = idm_buf_status(&value, err);
	if (st == IDM_OK)
		st = idm_buf_status(&key, err);
	if (st == IDM_OK)
		st = replica->send(replica->context, &items, flags, err);
	idm_buf_fini(&key);
	idm_buf_fini(&value);
	idm_buf_fini(&items);
	return st;
}

static enum idm_status
send(void *context, const struct idm_buf *items, uint8_t flags,
    struct idm_err *err)
{
	struct replica *replica = context;

	return replica->send(replica->context, items, flags, err);
}

static bool
is_over(void *context)
{
	struct replica *replica = context;

	return replica->is_over(replica->context);
}

/* Each is told once, as long as there are not too many. */
static void
contested(void *context, const char *text)
{
	struct replica *replica = context;
	uint64_t hash = idm_siphash(
	    (const uint8_t *)TOLD_KEY, text, strlen(text));

	for (size_t i = 0; i < replica->ntold; i++) {
		if (replica->told[i] == hash)
			return;
	}
	if (replica->ntold == REPLICA_TOLD)
		return;
	replica->told[replica->ntold++] = hash;
	say(LOG_WARNING, "domain '%s': %s", replica->domain, text);
	if (replica->ntold == REPLICA_TOLD)
		say(LOG_WARNING, "domain '%s': more of these are not told",
		    replica->domain);
}

static struct reading_setup
setup_of(struct look *look)
{
	struct replica *replica = look->replica;

	return (struct reading_setup){
		.moment = look->moment,
		.domain = look->domain,
		.realm = look->realm,
		.list = look->session,
		.accounts = replica->accounts,
		.orders = replica->orders,
		.known_users = look->known.users,
		.known_groups = look->known.groups,
		.counts = &replica->counts,
		.send = send,
		.is_over = is_over,
		.contested = contested,
		.context = replica,
	};
}

/* What is told is told once. */
static void
say_read(const struct look *look, int64_t ms)
{
	const struct reading_counts *counts = &look->replica->counts;

	say(look->is_known ? LOG_DEBUG : LOG_INFO,
	    "domain '%s': %llu users and %llu groups are here, %llu are not "
	    "served; %llu records are new, %llu gone; %lld ms",
	    look->replica->domain, (unsigned long long)counts->users,
	    (unsigned long long)counts->groups,
	    (unsigned long long)counts->refused,
	    (unsigned long long)counts->sent,
	    (unsigned long long)counts->removed, (long long)ms);
}

static enum idm_status
read_all(struct look *look, struct idm_err *err)
{
	struct replica *replica = look->replica;
	struct reading_setup setup = setup_of(look);
	struct idm_cached_domain domain = {
		.is_complete = true,
		.when = idm_clock_seconds(),
		.stamp = look->domain->stamp,
		.cookie = cookie_of(look),
	};
	int64_t began = idm_clock_ms();
	enum idm_status st;

	st = realm_take_session(look->realm, &setup.ask, err);
	if (st != IDM_OK)
		return st;
	st = refill(&setup, err);
	realm_give_session(look->realm, setup.ask);
	domain.users = replica->counts.users;
	domain.groups = replica->counts.groups;
	if (st == IDM_OK)
		st = send_domain(look, &domain, CACHE_NOW | CACHE_AWAIT, err);
	began = idm_clock_ms() - began;
	replica->not_before = idm_clock_ms() +
	    (began < REST_MS ? REST_MS : began);
	if (st == IDM_OK)
		say_read(look, began);
	return st;
}

static enum idm_status
follow(struct look *look, struct idm_err *err)
{
	struct idm_cached_domain domain = look->known;
	bool has_changed;
	enum idm_status st;

	st = ask_cookie(look, err);
	if (st == IDM_OK)
		st = find_changed(look, &has_changed, err);
	if (st != IDM_OK)
		return st;
	if (has_changed)
		return idm_clock_ms() < look->replica->not_before
		    ? IDM_OK
		    : read_all(look, err);
	if (!is_old(look))
		return IDM_OK;
	domain.when = idm_clock_seconds();
	return send_domain(look, &domain, CACHE_NOW | CACHE_AWAIT, err);
}

/* What the cache says of the domain, if that is of today's policy. */
static void
find_known(struct look *look)
{
	const struct idm_view *cache = look->moment->maps->cache;
	struct idm_str value;

	if (cache == NULL ||
	    idm_own_find(cache, IDM_CACHED_DOMAIN,
		idm_str_of(look->replica->domain), &value) != IDM_OK ||
	    idm_cached_domain_read(value, &look->known, NULL) != IDM_OK)
		look->known = (struct idm_cached_domain){
			.cookie = idm_str_of(""),
		};
	look->is_known = look->known.is_complete &&
	    look->known.stamp == look->domain->stamp;
}

static enum idm_status
look_at(struct look *look, struct idm_err *err)
{
	enum idm_status st;

	find_known(look);
	look->deadline = idm_clock_ms() + look->realm->settings.timeout_ms;
	st = realm_take_session(look->realm, &look->session, err);
	if (st != IDM_OK)
		return st;
	idm_buf_init(&look->cookie, REPLICA_COOKIE_MAX);
	st = follow(look, err);
	idm_buf_fini(&look->cookie);
	realm_give_session(look->realm, look->session);
	return st;
}

/* Each reason once. */
static void
tell(struct replica *replica, enum idm_status st, const struct idm_err *err)
{
	const struct idm_err *last = &replica->last;

	if (replica->is_over(replica->context))
		return;
	if (st != IDM_OK &&
	    (last->status == IDM_OK || strcmp(last->text, err->text) != 0)) {
		say(LOG_WARNING, "domain '%s' is not followed: %s",
		    replica->domain, err->text);
		replica->last = *err;
	} else if (st == IDM_OK && last->status != IDM_OK) {
		say(LOG_NOTICE, "domain '%s' is followed again",
		    replica->domain);
	}
	replica->last.status = st;
}

enum idm_status
replica_look(struct replica *replica)
{
	struct look look = { .replica = replica };
	enum idm_status st;
	struct idm_err err;

	st = realms_enter(replica->realms, &look.moment, &err);
	if (st != IDM_OK) {
		tell(replica, st, &err);
		return IDM_OK;
	}
	look.realm = realms_find(look.moment, replica->domain);
	look.domain = idm_domain_by_name(
	    &look.moment->maps->domains, idm_str_of(replica->domain));
	if (look.realm == NULL || look.domain == NULL ||
	    !replica_is_wanted(look.realm)) {
		realms_leave(replica->realms, look.moment);
		return IDM_NOTFOUND;
	}
	st = look_at(&look, &err);
	realms_leave(replica->realms, look.moment);
	tell(replica, st, &err);
	return IDM_OK;
}
