#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/quote.h"
#include "daemon/cache.h"
#include "daemon/cachecheck.h"
#include "daemon/cacheitem.h"
#include "daemon/cacheroom.h"
#include "daemon/say.h"
#include "map/cached.h"
#include "map/changes.h"

#define LOCK_WAIT_MS 1000

#define PUBLISH_MS 1000  /* after the first change */
#define HOLD_MS    10000 /* for more of what comes at once */
#define REST_SHARE 4     /* times as long as a publish took ... */
#define REST_MS    30000 /* ... but no longer is the next one put off */
#define RETRY_MS   1000  /* doubled with every failure ... */
#define RETRY_LAST 60000 /* ... up to this */
#define SETTLE_MS  4000  /* at the end, for the last one */

#define STAGED_MAX  (UINT64_C(6) << 20)  /* bytes: then they are published */
#define STAGED_LAST (UINT64_C(96) << 20) /* bytes: then no more is taken */
#define TRIM_MIN    (UINT64_C(4) << 20)  /* of more the memory is given back */

#define TOLD_MAX  100 /* numbers that changed, between two publishes */
#define SHOWN_MAX 160 /* bytes of a name in a message */

void
cache_init(struct cache *cache, const char *dir, uid_t uid)
{
	*cache = (struct cache){
		.dir = dir,
		.uid = uid,
	};
	cache_limit(cache, &idm_policy_default);
	child_init(&cache->child);
	idm_buf_init(&cache->partial, CACHE_ITEM_MAX);
}

void
cache_limit(struct cache *cache, const struct idm_policy *policy)
{
	cache->max_records = policy->cache_records;
	cache->max_bytes = (uint64_t)policy->cache_mib << 20;
}

void
cache_fini(struct cache *cache)
{
	child_stop(&cache->child);
	if (cache->rewrite != NULL)
		idm_rewrite_sweep(cache->rewrite);
	idm_rewrite_end(&cache->rewrite);
	idm_changes_free(&cache->later);
	idm_buf_fini(&cache->partial);
}

/* ---- The file. */

/* What cannot be read is of no use; for whoever wants to know why it is kept.
 */
static enum idm_status
put_aside(
    const struct cache *cache, const struct idm_err *why, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	int fd;

	fd = open(cache->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return idm_fail_errno(err, "%s", cache->dir);
	if (renameat(fd, CACHE_NAME, fd, CACHE_OLD_NAME) == -1)
		st = idm_fail_errno(
		    err, "rename " CACHE_NAME " to " CACHE_OLD_NAME);
	else
		say(LOG_WARNING,
		    "keeper: %s: it is put aside as %s, and begun anew",
		    why->text, CACHE_OLD_NAME);
	(void)close(fd);
	return st;
}

static enum idm_status
begin(struct cache *cache, struct idm_err *err)
{
	return idm_rewrite_begin(cache->dir, CACHE_NAME, IDM_MAP_CACHE,
	    cache->uid, true, LOCK_WAIT_MS, &cache->rewrite, err);
}

static enum idm_status
need_file(struct cache *cache, struct idm_err *err)
{
	struct idm_err why;
	enum idm_status st;

	if (cache->later == NULL) {
		st = idm_changes_new(&cache->later, err);
		if (st != IDM_OK)
			return st;
	}
	if (cache->rewrite != NULL)
		return IDM_OK;
	st = begin(cache, &why);
	if (st == IDM_CORRUPT) {
		st = put_aside(cache, &why, err);
		return st == IDM_OK ? begin(cache, err) : st;
	}
	if (st != IDM_OK && err != NULL)
		*err = why;
	return st;
}

/* Nothing can be kept: who looks for the reason finds it, told once. */
static void
note_unusable(struct cache *cache, const struct idm_err *why)
{
	if (cache->err.status != IDM_OK &&
	    strcmp(cache->err.text, why->text) == 0)
		return;
	cache->err = *why;
	say(LOG_ERR, "keeper: cache: %s", why->text);
}

/* ---- Staging. */

static void
note_change(struct cache *cache)
{
	if (cache->changed_at == 0)
		cache->changed_at = idm_clock_ms();
}

static enum idm_status
get(const struct cache *cache, struct idm_str key, struct idm_str *value)
{
	struct idm_change change;

	if (idm_changes_find(cache->later, key, &change)) {
		*value = change.value;
		return change.removed ? IDM_NOTFOUND : IDM_OK;
	}
	return idm_rewrite_get(cache->rewrite, key.data, key.len, value);
}

static enum idm_status
put(struct cache *cache, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	if (cache->staged + cache->staged_later > STAGED_LAST)
		return idm_fail(err, IDM_EXHAUSTED,
		    "finds %llu bytes that are not published yet",
		    (unsigned long long)(cache->staged + cache->staged_later));
	note_change(cache);
	if (child_is_on(&cache->child)) {
		cache->staged_later += key.len + value.len;
		return idm_changes_put(cache->later, key, value, err);
	}
	cache->staged += key.len + value.len;
	return idm_rewrite_put(
	    cache->rewrite, key.data, key.len, value.data, value.len, err);
}

/* That it is not there is as good. */
static enum idm_status
drop(struct cache *cache, struct idm_str key, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	if (get(cache, key, &value) == IDM_NOTFOUND)
		return IDM_OK;
	note_change(cache);
	if (child_is_on(&cache->child))
		return idm_changes_remove(cache->later, key, err);
	st = idm_rewrite_delete(cache->rewrite, key.data, key.len, err);
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

/* ---- All of one identity. */

/* What its records are found by. */
struct identity {
	bool is_group;
	struct idm_str key;
	struct idm_str shown;
	uint32_t id;
	struct idm_sid sid;
};

static bool
read_identity(struct idm_str key, struct idm_str value, struct identity *out)
{
	struct idm_own_group group;
	struct idm_own_user user;
	struct idm_cached cached;

	out->is_group = key.data[2] == IDM_OWN_GROUP[2];
	if (idm_cached_read(value, &cached, NULL) != IDM_OK)
		return false;
	if (out->is_group) {
		if (idm_own_group_open(cached.record, &group, NULL) != IDM_OK)
			return false;
		out->key = group.key;
		out->shown = group.name;
		out->id = group.gid;
		out->sid = group.sid;
	} else {
		if (idm_own_user_read(cached.record, &user, NULL) != IDM_OK)
			return false;
		out->key = user.key;
		out->shown = user.name;
		out->id = user.uid;
		out->sid = user.sid;
	}
	return true;
}

static bool
is_by_name(struct idm_str key)
{
	return memcmp(key.data, IDM_OWN_USER, IDM_OWN_PREFIX) == 0 ||
	    memcmp(key.data, IDM_OWN_GROUP, IDM_OWN_PREFIX) == 0;
}

static enum idm_status
drop_text(struct cache *cache, const char *prefix, struct idm_str text,
    struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key(&key, prefix, text);
	return drop(cache, (struct idm_str){ key.data, key.len }, err);
}

/* A number's record goes only when it is still this identity's. */
static enum idm_status
drop_number(
    struct cache *cache, const struct identity *identity, struct idm_err *err)
{
	char memory[IDM_KEY_MAX];
	struct identity other;
	struct idm_str value;
	struct idm_buf key;
	struct idm_str name;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key_id(
	    &key, identity->is_group ? IDM_OWN_GID : IDM_OWN_UID, identity->id);
	name = (struct idm_str){ key.data, key.len };
	if (get(cache, name, &value) != IDM_OK)
		return IDM_OK;
	if (!read_identity(
		idm_str_of(identity->is_group ? IDM_OWN_GROUP : IDM_OWN_USER),
		value, &other) ||
	    idm_str_compare(other.key, identity->key) != 0)
		return IDM_OK;
	return drop(cache, name, err);
}

/* So does a SID's: who was renamed is there by another key. */
static enum idm_status
drop_sid(
    struct cache *cache, const struct identity *identity, struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX];
	char memory[IDM_KEY_MAX];
	struct idm_cached cached;
	struct idm_own_sid sid;
	struct idm_str value;
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key(&key, IDM_OWN_SID,
	    idm_str_of(idm_sid_format(&identity->sid, text)));
	if (get(cache, (struct idm_str){ key.data, key.len }, &value) ==
		IDM_OK &&
	    idm_cached_read(value, &cached, NULL) == IDM_OK &&
	    idm_own_sid_read(cached.record, &sid, NULL) == IDM_OK &&
	    idm_str_compare(sid.shown, identity->shown) != 0)
		return IDM_OK;
	return drop(cache, (struct idm_str){ key.data, key.len }, err);
}

/* The texts of identity are lent from what is about to go: it goes last. */
static enum idm_status
drop_identity(struct cache *cache, struct idm_str key, struct idm_err *err)
{
	struct identity identity;
	struct idm_str value;
	enum idm_status st;

	if (get(cache, key, &value) != IDM_OK ||
	    !read_identity(key, value, &identity))
		return drop(cache, key, err);
	st = drop_number(cache, &identity, err);
	if (st == IDM_OK && identity.sid.nsubs > 0)
		st = drop_sid(cache, &identity, err);
	if (st == IDM_OK && !identity.is_group)
		st = drop_text(cache, IDM_OWN_MEMBERSHIP, identity.key, err);
	if (st == IDM_OK && !identity.is_group)
		st = drop_text(cache, IDM_CACHED_ACCOUNT, identity.key, err);
	return st == IDM_OK ? drop(cache, key, err) : st;
}

/* No number changes silently; of very many the first stand for all. */
static void
note_renumbered(struct cache *cache, const struct identity *before,
    const struct identity *now)
{
	const char *what = now->is_group ? "gid" : "uid";
	char memory[1024];
	struct idm_buf name;

	cache->renumbered++;
	if (cache->renumbered - cache->told > TOLD_MAX)
		return;
	idm_buf_init_fixed(&name, memory, sizeof(memory));
	idm_quote_put(&name, '\'', now->shown, SHOWN_MAX);
	say(LOG_WARNING, "%s %s has %s %u now, and was served with %u",
	    now->is_group ? "group" : "user", idm_buf_text(&name), what,
	    now->id, before->id);
}

static void
tell_renumbered(struct cache *cache)
{
	uint64_t n = cache->renumbered - cache->told;

	if (n > TOLD_MAX)
		say(LOG_WARNING, "%llu more have other numbers now",
		    (unsigned long long)(n - TOLD_MAX));
	cache->told = cache->renumbered;
}

/* Who has another number now has no longer the old one. */
static enum idm_status
drop_former(struct cache *cache, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct identity before, now;
	struct idm_str old;

	if (!is_by_name(key) || get(cache, key, &old) != IDM_OK ||
	    !read_identity(key, old, &before) ||
	    !read_identity(key, value, &now) || before.id == now.id)
		return IDM_OK;
	note_renumbered(cache, &before, &now);
	return drop_number(cache, &before, err);
}

/* ---- All of one domain. */

struct dropping {
	struct cache *cache;
	const struct idm_domain *domain; /* NULL: of every one */
};

static enum idm_status
drop_each(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	const struct dropping *dropping = context;
	const struct idm_domain *domain = dropping->domain;
	struct idm_str own;

	if (domain != NULL) {
		own = cache_domain_of(key, value);
		if (!idm_str_is(own, domain->name) &&
		    !idm_str_is(own, idm_domain_shown(domain)))
			return IDM_OK;
	}
	return drop(dropping->cache, key, err);
}

/* The table of what came later is walked while keys in it are removed. */
static enum idm_status
drop_later(struct dropping *dropping, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	struct idm_change change;
	size_t at = 0;

	while (st == IDM_OK &&
	    idm_changes_next(dropping->cache->later, &at, &change)) {
		if (!change.removed)
			st = drop_each(dropping, change.key, change.value, err);
	}
	return st;
}

static enum idm_status
drop_domain(struct cache *cache, const struct idm_maps *maps,
    struct idm_str name, struct idm_err *err)
{
	struct dropping dropping = { .cache = cache };
	enum idm_status st;

	if (name.len > 0) {
		dropping.domain = idm_domain_by_name(&maps->domains, name);
		if (dropping.domain == NULL)
			return idm_fail(err, IDM_INVALID, "no such domain");
	}
	st = drop_later(&dropping, err);
	if (st == IDM_OK)
		st = idm_rewrite_each(
		    cache->rewrite, drop_each, &dropping, err);
	return st;
}

/* ---- Who has logged in. */

/* By the key of an account's record. */
static bool
has_logged_in(const struct cache *cache, struct idm_str key)
{
	struct idm_str value;

	return get(cache, key, &value) == IDM_OK && cache_is_login(key, value);
}

/* Who asks for something else of him later does not take that away. */
static enum idm_status
put_login(
    struct cache *cache, const struct cache_item *item, struct idm_err *err)
{
	struct idm_cached cached;
	struct idm_buf value;
	enum idm_status st;

	st = idm_cached_read(item->value, &cached, err);
	if (st != IDM_OK)
		return st;
	idm_buf_init(&value, IDM_VALUE_MAX);
	cached.flags |= IDM_CACHED_LOGIN;
	idm_cached_write(&value, &cached);
	st = idm_buf_status(&value, err);
	if (st == IDM_OK)
		st = put(cache, item->key,
		    (struct idm_str){ value.data, value.len }, err);
	idm_buf_fini(&value);
	return st;
}

/* ---- What the engine says. */

static enum idm_status
take_put(struct cache *cache, const struct cache_call *call,
    const struct cache_item *item, struct idm_err *err)
{
	enum idm_status st;

	st = cache_check(call->maps, item->key, item->value, err);
	if (st == IDM_OK)
		st = drop_former(cache, item->key, item->value, err);
	if (st == IDM_OK && has_logged_in(cache, item->key))
		return put_login(cache, item, err);
	if (st == IDM_OK)
		st = put(cache, item->key, item->value, err);
	return st;
}

static enum idm_status
take_delete(
    struct cache *cache, const struct cache_item *item, struct idm_err *err)
{
	if (item->key.len <= IDM_OWN_PREFIX ||
	    item->key.len > IDM_KEY_MAX - IDM_KEY_END)
		return idm_fail(
		    err, IDM_INVALID, "is of no kind for the cache");
	if (is_by_name(item->key))
		return drop_identity(cache, item->key, err);
	return drop(cache, item->key, err);
}

static enum idm_status
take_item(struct cache *cache, const struct cache_call *call,
    const struct cache_item *item, struct idm_err *err)
{
	switch (item->kind) {
	case CACHE_PUT:
		return take_put(cache, call, item, err);
	case CACHE_DELETE:
		return take_delete(cache, item, err);
	default:
		return drop_domain(cache, call->maps, item->key, err);
	}
}

/* One record is refused alone; it is said once until another one is. */
static void
refuse(struct cache *cache, const struct cache_item *item,
    const struct idm_err *why)
{
	struct idm_err was = cache->why;
	char memory[300];
	struct idm_buf name;

	cache->refused++;
	idm_buf_init_fixed(&name, memory, sizeof(memory));
	idm_quote_put(&name, '\'', item->key, 60);
	(void)idm_fail(&cache->why, why->status, "record %s %s",
	    idm_buf_text(&name), why->text);
	if (strcmp(was.text, cache->why.text) != 0)
		say(LOG_WARNING, "keeper: cache: %s", cache->why.text);
}

/* Take all whole items off the front of what there is. */
static enum idm_status
take_items(struct cache *cache, const struct cache_call *call,
    struct idm_str *items, struct idm_err *err)
{
	struct cache_item item;
	struct idm_err why;
	enum idm_status st;

	while ((st = cache_item_next(items, &item, err)) == IDM_OK) {
		st = take_item(cache, call, &item, &why);
		if (st == IDM_OK) {
			cache->taken++;
		} else if (st == IDM_NOMEM || st == IDM_TEMPFAIL) {
			*err = why;
			return st;
		} else {
			refuse(cache, &item, &why);
		}
	}
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

/* With what an earlier packet began. */
static enum idm_status
take_stream(struct cache *cache, const struct cache_call *call,
    struct idm_str items, bool goes_on, struct idm_err *err)
{
	bool is_joined = cache->partial.len > 0;
	enum idm_status st = IDM_OK;

	if (is_joined) {
		idm_buf_put(&cache->partial, items.data, items.len);
		st = idm_buf_status(&cache->partial, err);
		items.data = cache->partial.data;
		items.len = cache->partial.len;
	}
	if (st == IDM_OK)
		st = take_items(cache, call, &items, err);
	if (st == IDM_OK && !goes_on && items.len > 0)
		st = idm_fail(err, IDM_CORRUPT, "item for the cache is cut");
	if (st != IDM_OK || items.len == 0) {
		idm_buf_fini(&cache->partial);
		idm_buf_init(&cache->partial, CACHE_ITEM_MAX);
	} else if (!is_joined) {
		idm_buf_put(&cache->partial, items.data, items.len);
		st = idm_buf_status(&cache->partial, err);
	} else if (items.len < cache->partial.len) {
		memmove(cache->partial.data, items.data, items.len);
		cache->partial.len = items.len;
	}
	return st;
}

enum idm_status
cache_take(
    struct cache *cache, const struct cache_call *call, struct idm_err *err)
{
	struct idm_cursor cursor = idm_cursor_over(
	    call->body.data, call->body.len);
	uint8_t flags = idm_cursor_u8(&cursor);
	struct idm_err why;
	enum idm_status st;

	if (cursor.bad)
		return idm_fail(err, IDM_CORRUPT, "malformed record");
	st = need_file(cache, &why);
	if (st != IDM_OK) {
		note_unusable(cache, &why);
		*err = why;
	}
	if (st == IDM_OK)
		st = take_stream(cache, call, idm_cursor_rest(&cursor),
		    (flags & CACHE_MORE) != 0, err);
	if (st != IDM_OK)
		return st;
	cache->held_until = (flags & CACHE_BULK) != 0 ? idm_clock_ms() + HOLD_MS
						      : 0;
	if ((flags & CACHE_NOW) != 0 && cache->changed_at != 0)
		cache->wanted = cache->begun + 1;
	if ((flags & CACHE_AWAIT) != 0 && cache->changed_at != 0)
		*call->publish = cache->begun + 1;
	else if (child_is_on(&cache->child) &&
	    ((flags & CACHE_AWAIT) != 0 || cache->staged_later > STAGED_MAX))
		*call->publish = cache->begun;
	return IDM_OK;
}

/* ---- Publishing. */

static enum idm_status
publish(void *context, struct idm_err *err)
{
	struct cache *cache = context;
	enum idm_status st;

	st = cache_make_room(cache->rewrite, cache->max_records,
	    cache->max_bytes, cache->staged, err);
	if (st == IDM_OK)
		st = idm_rewrite_publish(cache->rewrite, NULL, NULL, err);
	return st;
}

static void
note_end(struct cache *cache, enum idm_status st)
{
	cache->ended = cache->begun;
	cache->ended_at = idm_clock_ms();
	cache->took_ms = cache->ended_at - cache->began_at;
	cache->err.status = st;
	if (st == IDM_OK) {
		cache->retry_ms = 0;
		return;
	}
	cache->retry_ms = cache->retry_ms == 0 ? RETRY_MS : 2 * cache->retry_ms;
	if (cache->retry_ms > RETRY_LAST)
		cache->retry_ms = RETRY_LAST;
	if (cache->changed_at == 0)
		cache->changed_at = cache->ended_at;
	say(LOG_ERR, "keeper: cache: %s", cache->err.text);
}

/* The file may have gone since it was looked at. */
static enum idm_status
start(struct cache *cache)
{
	enum idm_status st;

	st = idm_rewrite_refresh(cache->rewrite, &cache->err);
	if (st == IDM_CORRUPT) {
		struct idm_err why = cache->err;

		st = put_aside(cache, &why, &cache->err);
		if (st == IDM_OK)
			st = idm_rewrite_refresh(cache->rewrite, &cache->err);
	}
	if (st == IDM_OK)
		st = child_start(&cache->child, publish, cache, &cache->err);
	return st;
}

static void
begin_publish(struct cache *cache)
{
	enum idm_status st;

	tell_renumbered(cache);
	cache->begun++;
	cache->began_at = idm_clock_ms();
	st = start(cache);
	if (st == IDM_OK)
		cache->changed_at = 0;
	else
		note_end(cache, st);
}

/* What is broken is opened anew; who waits for what came is told so. */
static void
give_up(struct cache *cache, enum idm_status st)
{
	cache->begun++;
	note_end(cache, st);
	idm_rewrite_end(&cache->rewrite);
	idm_changes_free(&cache->later);
	cache->staged = cache->staged_later = 0;
	cache->changed_at = 0;
}

static void
end_publish(struct cache *cache)
{
	enum idm_status st = child_end(&cache->child, &cache->err);
	bool was_much = cache->staged > TRIM_MIN;

	if (st == IDM_OK) {
		idm_rewrite_restart(cache->rewrite);
		cache->staged = 0;
	} else {
		idm_rewrite_sweep(cache->rewrite);
	}
	cache->staged += cache->staged_later;
	cache->staged_later = 0;
	if (was_much)
		(void)malloc_trim(0);
	note_end(cache, st);
	st = idm_rewrite_merge(cache->rewrite, cache->later, &cache->err);
	if (st != IDM_OK)
		give_up(cache, st);
}

int64_t
cache_next(const struct cache *cache)
{
	int64_t at, rest;

	if (child_is_on(&cache->child))
		return child_is_over(&cache->child) ? 0 : INT64_MAX;
	if (cache->changed_at == 0 || cache->rewrite == NULL)
		return INT64_MAX;
	if (cache->retry_ms > 0)
		return cache->ended_at + cache->retry_ms;
	if (cache->wanted > cache->begun || cache->staged > STAGED_MAX)
		return 0;
	rest = REST_SHARE * cache->took_ms;
	if (rest > REST_MS)
		rest = REST_MS;
	at = cache->changed_at + PUBLISH_MS;
	if (at < cache->ended_at + rest && cache->ended > 0)
		at = cache->ended_at + rest;
	return at < cache->held_until ? cache->held_until : at;
}

void
cache_tend(struct cache *cache)
{
	if (child_is_over(&cache->child))
		end_publish(cache);
	if (!child_is_on(&cache->child) && cache_next(cache) <= idm_clock_ms())
		begin_publish(cache);
}

/* Wait for the publish that is on.  false: it takes too long, or failed. */
static bool
finish(struct cache *cache, int64_t until)
{
	int64_t left = until - idm_clock_ms();

	if (!child_is_on(&cache->child))
		return true;
	if (left <= 0 || !child_await(&cache->child, (int)left))
		return false;
	end_publish(cache);
	return cache->err.status == IDM_OK;
}

void
cache_settle(struct cache *cache)
{
	int64_t until = idm_clock_ms() + SETTLE_MS;

	if (finish(cache, until) && cache->changed_at != 0 &&
	    cache->rewrite != NULL) {
		begin_publish(cache);
		(void)finish(cache, until);
	}
}

/* ---- Status. */

uint64_t
cache_version(const struct cache *cache)
{
	const struct idm_view *view = NULL;

	if (cache->rewrite != NULL)
		view = idm_rewrite_view(cache->rewrite);
	return view == NULL ? 0 : idm_view_header(view)->generation;
}

void
cache_status(const struct cache *cache, struct idm_buf *reply)
{
	const struct idm_view *view = cache->rewrite == NULL
	    ? NULL
	    : idm_rewrite_view(cache->rewrite);

	if (view != NULL) {
		const struct idm_header *header = idm_view_header(view);

		idm_buf_printf(reply,
		    "cache_records %llu\ncache_bytes %llu\n"
		    "cache_version %llu\n",
		    (unsigned long long)header->records,
		    (unsigned long long)idm_view_stat(view)->st_size,
		    (unsigned long long)header->generation);
	}
	idm_buf_printf(reply,
	    "cache_taken %llu\ncache_refused %llu\ncache_renumbered %llu\n"
	    "cache_publishes %llu\ncache_publish_ms %lld\ncache_waiting %d\n",
	    (unsigned long long)cache->taken,
	    (unsigned long long)cache->refused,
	    (unsigned long long)cache->renumbered,
	    (unsigned long long)cache->ended, (long long)cache->took_ms,
	    cache->changed_at != 0 || child_is_on(&cache->child));
	if (cache->refused > 0)
		idm_buf_printf(reply, "cache_refusal %s\n", cache->why.text);
	if (cache->err.status != IDM_OK)
		idm_buf_printf(reply, "cache_problem %s\n", cache->err.text);
}
