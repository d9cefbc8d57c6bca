#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "daemon/amend.h"
#include "daemon/cacheitem.h"
#include "daemon/level.h"
#include "daemon/refill.h"
#include "daemon/replica.h"
#include "daemon/say.h"
#include "map/cached.h"
#include "map/siphash.h"
#include "resolve/counterparts.h"

#define REST_MS    1000     /* between two readings of everything, at least */
#define WHOLE_MS   86400000 /* but one a day there is, whatever happens */
#define NEWS_MS    60000    /* for all that has happened */
#define SILENT_MS  10000    /* until one who did not tell is asked again */
#define COUNT_MS   1000     /* between two countings of who is there ... */
#define COUNT_REST 5        /* ... and times as long as one takes */
#define TOLD_KEY   "what was told of" /* 16 bytes */

/* One look: what it works with. */
struct look {
	struct replica *replica;
	const struct realms_moment *moment;
	const struct idm_domain *domain;
	struct realm *realm;
	struct idm_session *session;
	int64_t deadline;
	bool is_crossing;
	struct idm_cached_domain known; /* lends from the moment */
	bool is_known;
	bool is_put_off; /* it is too early: whether it would do is not known */
	struct guests_seen seen; /* of other domains */
	uint64_t now;
	struct level level;
	char server[256];      /* whose level it is */
	struct realm *numbers; /* where they are; NULL: there, too */
	struct level numbers_level;
};

void
replica_init(struct replica *replica)
{
	idm_buf_init(&replica->from, LEVEL_COOKIE_MAX);
	idm_buf_init(&replica->to, LEVEL_COOKIE_MAX);
	idm_buf_init(&replica->numbers, LEVEL_COOKIE_MAX);
	replica->has_unseen = true;
	replica->whole_at = idm_clock_ms() + WHOLE_MS;
	replica->last.status = IDM_OK;
}

void
replica_fini(struct replica *replica)
{
	idm_buf_fini(&replica->from);
	idm_buf_fini(&replica->to);
	idm_buf_fini(&replica->numbers);
}

bool
replica_is_wanted(const struct realm *realm)
{
	return (realm->settings.flags & IDM_DIRECTORY_REPLICATE) != 0;
}

/* ---- How far we are. */

static struct idm_str
text_of(const struct idm_buf *buf)
{
	return (struct idm_str){ buf->data, buf->len };
}

static struct idm_str
cookie_of(const struct look *look)
{
	return text_of(&look->level.cookie);
}

/*
 * What the cache says, unless more was seen since that changed nobody: which is
 * not worth another version of the file.
 */
static struct idm_str
reached(const struct look *look)
{
	const struct replica *replica = look->replica;

	return replica->to.len > 0 &&
		idm_str_compare(text_of(&replica->from), look->known.cookie) ==
		    0
	    ? text_of(&replica->to)
	    : look->known.cookie;
}

static void
pass(struct look *look)
{
	struct replica *replica = look->replica;

	idm_buf_clear(&replica->from);
	idm_buf_put(
	    &replica->from, look->known.cookie.data, look->known.cookie.len);
	idm_buf_clear(&replica->to);
	idm_buf_put(
	    &replica->to, look->level.cookie.data, look->level.cookie.len);
}

/* Before its records would count as stale. */
static bool
is_old(const struct look *look)
{
	uint64_t now = idm_clock_seconds();

	return now > look->known.when &&
	    now - look->known.when > look->domain->cache_s / 2;
}

/* The same of where the numbers are. */
static void
pass_numbers(struct look *look)
{
	const struct idm_buf *cookie = &look->numbers_level.cookie;

	idm_buf_clear(&look->replica->numbers);
	idm_buf_put(&look->replica->numbers, cookie->data, cookie->len);
}

static bool
has_other_numbers(const struct look *look)
{
	struct idm_str cookie = text_of(&look->numbers_level.cookie);

	if (look->numbers == NULL)
		return false;
	if (cookie.len == 0) /* it does not say */
		return idm_clock_ms() >= look->replica->whole_from &&
		    is_old(look);
	return idm_str_compare(cookie, look->known.numbers) != 0 &&
	    idm_str_compare(cookie, text_of(&look->replica->numbers)) != 0;
}

/* What one server has told does not count for another. */
static enum idm_status
check_server(const struct look *look, struct idm_err *err)
{
	return strcmp(look->server, idm_session_server(look->session)) == 0
	    ? IDM_OK
	    : idm_fail(err, IDM_TEMPFAIL, "another server answers now");
}

static enum idm_status
ask_level(struct look *look, struct idm_err *err)
{
	struct idm_buf server;
	enum idm_status st;

	st = level_ask(&look->level, look->session,
	    idm_str_of(look->realm->settings.base), look->deadline, err);
	idm_buf_init_fixed(&server, look->server, sizeof(look->server));
	idm_buf_puts(&server, idm_session_server(look->session));
	(void)idm_buf_text(&server);
	return st;
}

static enum idm_status
ask_numbers(struct look *look, struct idm_err *err)
{
	struct idm_session *session;
	enum idm_status st;

	st = realm_take_session(look->numbers, &session, err);
	if (st != IDM_OK)
		return st;
	st = level_ask(&look->numbers_level, session,
	    idm_str_of(look->numbers->settings.base), look->deadline, err);
	realm_give_session(look->numbers, session);
	return st == IDM_OK ? st : idm_within(err, st, "numbers");
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
	idm_buf_init(&value, 2 * LEVEL_COOKIE_MAX + IDM_CACHED_URI_MAX);
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

static void
note_counts(struct replica *replica)
{
	replica->status.users = replica->counts.users;
	replica->status.groups = replica->counts.groups;
}

static void
note_complete(struct replica *replica, bool is_same)
{
	note_counts(replica);
	replica->status.is_complete = true;
	replica->status.since = idm_clock_seconds();
	if (!is_same)
		replica->status.changed = replica->status.since;
}

static enum idm_status
send(void *context, const struct idm_buf *items, uint8_t flags,
    struct idm_err *err)
{
	struct replica *replica = context;

	if (!replica->status.is_complete)
		note_counts(replica);

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
notable(void *context, const char *text)
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
		.numbers = look->numbers,
		.accounts = replica->accounts,
		.orders = replica->orders,
		.known_sure = look->known.is_complete ? look->known.sure : 0,
		.may_ask = !look->is_known ||
		    look->seen.asked != look->known.asked,
		.known_users = look->known.users,
		.known_groups = look->known.groups,
		.counts = &replica->counts,
		.send = send,
		.is_over = is_over,
		.notable = notable,
		.context = replica,
	};
}

static void
say_read(const struct look *look, const char *how, int64_t ms)
{
	const struct reading_counts *counts = &look->replica->counts;

	say(look->is_known ? LOG_DEBUG : LOG_INFO,
	    "domain '%s' %s: %llu users and %llu groups are here, %llu are not "
	    "served; %llu records are new, %llu gone; %lld ms",
	    look->replica->domain, how, (unsigned long long)counts->users,
	    (unsigned long long)counts->groups,
	    (unsigned long long)counts->refused,
	    (unsigned long long)counts->sent,
	    (unsigned long long)counts->removed, (long long)ms);
}

/*
 * Everything that was read is sent: now what the domain has come to is, too.
 * It is to rest as long as it took.
 */
/*
 * What it has come to with other domains.  When one of them did not tell, what
 * was seen is something else than what can be.
 */
static void
note_others(struct look *look, struct idm_cached_domain *domain)
{
	struct replica *replica = look->replica;
	const struct reading_counts *counts = &replica->counts;
	struct guests_seen seen;

	domain->has_guests = look->known.has_guests;
	domain->crowd = look->known.crowd;
	domain->kept = look->known.kept;
	domain->asked = look->known.asked;
	if (counts->is_alone)
		return;
	seen = guests_see(
	    look->moment, look->domain, counts->has_guests, look->now);
	domain->has_guests = counts->has_guests;
	domain->kept = seen.kept;
	domain->asked = counts->is_silent ? ~seen.asked : seen.asked;
	if (look->known.crowd == 0)
		domain->crowd = look->now << 20;
	else if (!look->is_crossing && counts->sent + counts->removed > 0)
		domain->crowd++;
	if (counts->is_silent)
		replica->cross_from = idm_clock_ms() + SILENT_MS;
}

static bool
is_same_with_others(
    const struct look *look, const struct idm_cached_domain *domain)
{
	return domain->has_guests == look->known.has_guests &&
	    domain->crowd == look->known.crowd &&
	    domain->kept == look->known.kept &&
	    domain->asked == look->known.asked;
}

/*
 * Numbers that are elsewhere are known up to where they were when this look
 * began; those that were asked one by one, as far as they are known to be.
 */
static void
note_numbers(struct look *look, struct idm_cached_domain *domain)
{
	const struct reading_counts *counts = &look->replica->counts;

	domain->numbers = look->known.numbers;
	domain->numbers_sum = look->known.numbers_sum;
	if (look->numbers == NULL || counts->numbers_sum == 0)
		return;
	domain->numbers = text_of(&look->numbers_level.cookie);
	domain->numbers_sum = counts->numbers_sum;
	pass_numbers(look);
}

static enum idm_status
conclude(struct look *look, uint64_t refused, const char *how, int64_t began,
    struct idm_err *err)
{
	struct replica *replica = look->replica;
	struct idm_cached_domain domain = {
		.is_complete = true,
		.when = idm_clock_seconds(),
		.sure = replica->counts.when,
		.stamp = look->domain->stamp,
		.users = replica->counts.users,
		.groups = replica->counts.groups,
		.refused = refused,
		.cookie = cookie_of(look),
		.server = idm_str_of(look->server),
	};
	enum idm_status st = check_server(look, err);
	bool is_same;

	note_others(look, &domain);
	note_numbers(look, &domain);
	is_same = look->is_known && replica->counts.sent == 0 &&
	    replica->counts.removed == 0 && look->known.refused == refused &&
	    is_same_with_others(look, &domain) &&
	    domain.numbers_sum == look->known.numbers_sum && !is_old(look);
	if (st == IDM_OK && is_same)
		pass(look);
	else if (st == IDM_OK)
		st = send_domain(look, &domain, CACHE_NOW | CACHE_AWAIT, err);
	if (st != IDM_OK)
		return st;
	note_complete(replica, is_same);
	replica->status.refused = refused;
	say_read(look, how, idm_clock_ms() - began);
	return IDM_OK;
}

/* Whoever has worked is to rest as long. */
static int64_t
rest_since(int64_t began, int64_t least)
{
	int64_t now = idm_clock_ms();
	int64_t took = now - began;

	return now + (took < least ? least : took);
}

/* A fingerprint of the accounts of this host; never 0. */
static uint64_t
accounts_now(const struct look *look)
{
	static const char *const file[] = { "passwd", "group" };
	static const uint8_t seed[IDM_SIPHASH_KEY] = "accounts' files";
	uint64_t seen[4 * IDM_COUNTOF(file)] = { 0 };

	for (size_t i = 0; i < IDM_COUNTOF(file); i++) {
		char path[PATH_MAX];
		struct stat st;

		(void)snprintf(path, sizeof(path), "%s/%s",
		    look->replica->accounts, file[i]);
		if (stat(path, &st) == -1)
			continue;
		seen[4 * i] = st.st_ino;
		seen[4 * i + 1] = (uint64_t)st.st_size;
		seen[4 * i + 2] = (uint64_t)st.st_mtim.tv_sec;
		seen[4 * i + 3] = (uint64_t)st.st_mtim.tv_nsec;
	}
	return idm_siphash(seed, seen, sizeof(seen)) | 1;
}

/* By number, whose equal somebody is stands in the accounts' files. */
static bool
has_other_accounts(const struct look *look)
{
	return look->realm->settings.mapping == IDM_MAPPING_IDMU &&
	    look->replica->accounts_seen != accounts_now(look);
}

static bool
may_read(const struct look *look)
{
	return idm_clock_ms() >= look->replica->whole_from;
}

static enum idm_status
put_off(struct look *look)
{
	look->is_put_off = true;
	return IDM_OK;
}

static enum idm_status
read_all(struct look *look, struct idm_err *err)
{
	struct replica *replica = look->replica;
	struct reading_setup setup = setup_of(look);
	int64_t began = idm_clock_ms();
	enum idm_status st;

	st = realm_take_session(look->realm, &setup.ask, err);
	if (st != IDM_OK)
		return st;
	replica->has_unseen = false;
	replica->accounts_seen = accounts_now(look);
	st = refill(&setup, err);
	realm_give_session(look->realm, setup.ask);
	if (st == IDM_OK)
		st = conclude(
		    look, replica->counts.refused, "was read", began, err);
	else if (st == IDM_EXHAUSTED)
		st = idm_within(err, st, "the server does not show all of it");
	replica->whole_from = rest_since(began, REST_MS);
	if (st != IDM_OK)
		return st;
	replica->whole_at = idm_clock_ms() + WHOLE_MS;
	return IDM_OK;
}

/* ---- What has happened since. */

static bool
can_sync(const struct look *look)
{
	const char *guid = look->realm->schema.attribute[IDM_ATTR_GUID];

	return look->level.can_sync && guid != NULL &&
	    strcasecmp(guid, "entryUUID") == 0;
}

static enum idm_status
ask_synced(struct look *look, const struct idm_finder *finder,
    struct news *news, struct idm_err *err)
{
	const struct idm_news_sink sink = news_sink(news);
	struct idm_buf cookie;
	enum idm_status st;

	idm_buf_init(&cookie, 2 * LEVEL_COOKIE_MAX);
	level_put_sync_cookie(&cookie, reached(look));
	st = idm_buf_status(&cookie, err);
	if (st == IDM_OK)
		st = idm_find_synced(
		    finder, text_of(&cookie), &sink, &news->rest_is_gone, err);
	idm_buf_fini(&cookie);
	return st;
}

/*
 * In AD somebody may be gone without our being shown it.  Who is there at all
 * is asked when something has happened that nothing explains, but never for
 * more than a small part of the time.
 */
static enum idm_status
count(struct look *look, const struct idm_finder *finder, struct news *news,
    struct idm_err *err)
{
	const struct idm_news_sink sink = news_sink(news);
	struct replica *replica = look->replica;
	int64_t began = idm_clock_ms();
	enum idm_status st;
	int64_t rest;

	if (!replica->has_unseen || began < replica->count_at)
		return IDM_OK;
	st = idm_find_present(finder, &sink, err);
	rest = COUNT_REST * (idm_clock_ms() - began);
	replica->count_at = idm_clock_ms() +
	    (rest < COUNT_MS ? COUNT_MS : rest);
	if (st != IDM_OK)
		return st;
	replica->has_unseen = false;
	news->rest_is_gone = true;
	return IDM_OK;
}

static enum idm_status
ask_since(struct look *look, const struct idm_finder *finder, uint64_t since,
    struct news *news, struct idm_err *err)
{
	const struct idm_news_sink sink = news_sink(news);
	enum idm_status st = IDM_OK;
	bool is_all = true;

	if (since < look->level.usn)
		st = idm_find_since(
		    finder, since, look->level.usn, &sink, &is_all, err);
	if (!is_all)
		look->replica->has_unseen = true;
	return st == IDM_OK ? count(look, finder, news, err) : st;
}

/* IDM_CONFLICT: nobody tells. */
static enum idm_status
ask_news(struct look *look, struct news *news, struct idm_err *err)
{
	const struct idm_finder finder = {
		.session = look->session,
		.settings = &look->realm->settings,
		.schema = &look->realm->schema,
		.domain_sid = look->domain->sid,
		.deadline = idm_clock_ms() + NEWS_MS,
		.now = idm_clock_seconds(),
	};
	enum idm_status st;
	uint64_t since;

	if (level_since(&look->level, reached(look), &since))
		st = ask_since(look, &finder, since, news, err);
	else if (look->level.usn == 0 && can_sync(look))
		st = ask_synced(look, &finder, news, err);
	else
		return idm_fail(err, IDM_CONFLICT, "the server does not tell");
	return st == IDM_OK ? check_server(look, err) : st;
}

static enum idm_status
amend_all(struct look *look, const struct news *news, struct idm_err *err)
{
	struct reading_setup setup = setup_of(look);
	int64_t began = idm_clock_ms();
	enum idm_status st;

	setup.is_crossing = look->is_crossing;
	if (news_is_empty(news) && !look->is_crossing) {
		pass(look);
		return IDM_OK;
	}
	st = realm_take_session(look->realm, &setup.ask, err);
	if (st != IDM_OK)
		return st;
	st = amend(&setup, news, err);
	realm_give_session(look->realm, setup.ask);
	if (st == IDM_OK)
		st = conclude(
		    look, look->known.refused, "has changed", began, err);
	look->replica->news_from = rest_since(began, 0);
	return st;
}

/* Whatever is in the way: what is read anew is right. */
static enum idm_status
catch_up(struct look *look, struct idm_err *err)
{
	struct news news = { .n = 0 };
	enum idm_status st;

	st = ask_news(look, &news, err);
	news_settle(&news);
	if (st == IDM_OK)
		st = amend_all(look, &news, err);
	news_fini(&news);
	if (st == IDM_OK || is_over(look->replica))
		return st;
	if (!may_read(look))
		return put_off(look);
	say(LOG_DEBUG, "domain '%s' is read as a whole: %s",
	    look->replica->domain, err->text);
	return read_all(look, err);
}

/* The same when something is to be seen of other domains. */
static enum idm_status
cross(struct look *look, struct idm_err *err)
{
	struct news nothing = { .n = 0 };
	enum idm_status st;

	look->is_crossing = true;
	st = amend_all(look, &nothing, err);
	look->is_crossing = false;
	if (st != IDM_CONFLICT)
		return st;
	return may_read(look) ? read_all(look, err) : put_off(look);
}

static bool
may_cross(const struct look *look, int64_t now)
{
	const struct replica *replica = look->replica;

	return (look->seen.kept != look->known.kept ||
		   (look->seen.asked != look->known.asked &&
		       now >= replica->cross_from)) &&
	    now >= replica->news_from;
}

/* Only when they have really changed is everything read. */
static enum idm_status
renumber(struct look *look, struct idm_err *err)
{
	struct idm_finder finder = {
		.settings = &look->numbers->settings,
		.schema = &look->numbers->schema,
		.deadline = idm_clock_ms() + NEWS_MS,
		.now = look->now,
	};
	struct idm_counterparts *all = NULL;
	int64_t began = idm_clock_ms();
	enum idm_status st;
	uint64_t sum;

	st = realm_take_session(look->numbers, &finder.session, err);
	if (st != IDM_OK)
		return st;
	st = idm_counterparts_new(&finder, &all, err);
	realm_give_session(look->numbers, finder.session);
	if (st != IDM_OK)
		return idm_within(err, st, "numbers");
	sum = idm_counterparts_sum(all);
	idm_counterparts_free(&all);
	if (sum != look->known.numbers_sum)
		return read_all(look, err);
	pass_numbers(look);
	look->replica->whole_from = rest_since(began, REST_MS);
	return IDM_OK;
}

static enum idm_status
refresh(struct look *look, struct idm_err *err)
{
	struct idm_cached_domain domain = look->known;

	domain.when = idm_clock_seconds();
	domain.cookie = reached(look);
	domain.server = idm_str_of(look->server);
	return send_domain(look, &domain, CACHE_NOW | CACHE_AWAIT, err);
}

static enum idm_status
follow(struct look *look, struct idm_err *err)
{
	const struct replica *replica = look->replica;
	enum idm_status st = ask_level(look, err);
	int64_t now = idm_clock_ms();

	if (st == IDM_OK && look->numbers != NULL)
		st = ask_numbers(look, err);
	if (st != IDM_OK)
		return st;
	if (!look->is_known || now >= replica->whole_at ||
	    has_other_accounts(look) ||
	    (look->level.cookie.len == 0 && is_old(look)))
		return may_read(look) ? read_all(look, err) : put_off(look);
	if (has_other_numbers(look))
		return may_read(look) ? renumber(look, err) : put_off(look);
	if (look->level.cookie.len > 0 &&
	    (idm_str_compare(cookie_of(look), reached(look)) != 0 ||
		(look->level.usn != 0 && replica->has_unseen &&
		    now >= replica->count_at)))
		return now >= replica->news_from ? catch_up(look, err)
						 : put_off(look);
	if (may_cross(look, now))
		return cross(look, err);
	return is_old(look) ? refresh(look, err) : IDM_OK;
}

static void
note_known(const struct look *look)
{
	struct replica_status *status = &look->replica->status;

	status->is_complete = look->is_known;
	if (!look->is_known)
		return;
	status->users = look->known.users;
	status->groups = look->known.groups;
	status->refused = look->known.refused;
	status->since = look->known.when;
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
			.numbers = idm_str_of(""),
		};
	look->is_known = look->known.is_complete &&
	    look->known.stamp == look->domain->stamp;
	note_known(look);
	look->now = idm_clock_seconds();
	look->seen = guests_see(
	    look->moment, look->domain, look->known.has_guests, look->now);
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
	level_init(&look->level);
	level_init(&look->numbers_level);
	look->numbers = realms_find_counterparts(look->moment, look->domain);
	st = follow(look, err);
	level_fini(&look->level);
	level_fini(&look->numbers_level);
	realm_give_session(look->realm, look->session);
	return st;
}

static void
note_failure(struct replica *replica, const struct idm_err *err)
{
	struct replica_status *status = &replica->status;
	struct idm_buf text;

	status->failed = idm_clock_seconds();
	idm_buf_init_fixed(&text, status->error, sizeof(status->error) - 1);
	idm_buf_printf(&text, "%.190s", err->text);
	status->error[text.len] = '\0';
}

/* Each reason once. */
static void
tell(struct replica *replica, enum idm_status st, const struct idm_err *err)
{
	const struct idm_err *last = &replica->last;

	if (replica->is_over(replica->context))
		return;
	if (st != IDM_OK)
		note_failure(replica, err);
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
	if (!look.is_put_off)
		tell(replica, st, &err);
	return IDM_OK;
}
