#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "backends/served.h"
#include "base/clock.h"
#include "daemon/abroad.h"
#include "daemon/asklog.h"
#include "daemon/asks.h"
#include "daemon/kept.h"
#include "daemon/memo.h"
#include "daemon/numbers.h"
#include "daemon/once.h"
#include "daemon/say.h"
#include "daemon/turn.h"
#include "identity/fold.h"
#include "resolve/census.h"
#include "wire/lookup.h"

#define MEMO_MS 5000 /* until the keeper has surely published an answer */
#define KEY_MAX 2048

struct ask {
	struct job job; /* first: what the crew has */
	struct ask *next;
	struct job *waiting; /* linked by next */
	struct turn turn;
	bool is_hint; /* it is to be asked though nobody waits */
	char domain[IDM_DOMAIN_MAX + 1];
	uint32_t negative_ms;
	int64_t deadline;
	uint64_t stamp;           /* of the domain: which policy answers */
	struct idm_buf key;       /* the question, and the stamp */
	struct idm_buf question;  /* as it was put, its name folded */
	struct idm_lookup lookup; /* lends from the question */
	struct realms *realms;
	struct idm_fetched *fetched;
	uint64_t took_us;   /* of a worker's time */
	bool is_superseded; /* by one that was begun later: not to be kept */
};

struct asks {
	struct asks_setup setup;
	struct memo *memo;
	struct ask *first; /* all that are open */
	struct turns *turns;
	size_t domains; /* that have a directory */
	struct tally *tally;
	struct asks_counts counts;
	struct asklog log;
	struct once said;
};

/* ---- What a worker does. */

/* The same with a connection to where the numbers are, if that is elsewhere. */
static enum idm_status
fetch_numbered(struct ask *ask, const struct realms_moment *moment,
    struct idm_fetch *with, struct idm_err *err)
{
	struct realm *realm = realms_find_counterparts(moment, with->domain);
	struct idm_finder numbers;
	enum idm_status st;

	if (realm == NULL)
		return idm_fetch(with, &ask->lookup, &ask->fetched, err);
	numbers = (struct idm_finder){
		.settings = &realm->settings,
		.schema = &realm->schema,
		.deadline = with->finder->deadline,
		.now = with->finder->now,
	};
	st = realm_take_session(realm, &numbers.session, err);
	if (st != IDM_OK)
		return st;
	with->numbers = &numbers;
	st = idm_fetch(with, &ask->lookup, &ask->fetched, err);
	realm_give_session(realm, numbers.session);
	return st;
}

static enum idm_status
fetch(struct ask *ask, const struct op_context *context,
    const struct realms_moment *moment, struct realm *realm,
    const struct idm_allocator *allocator, struct idm_err *err)
{
	struct abroad abroad = { moment, (uint64_t)time(NULL) };
	const struct idm_elsewhere elsewhere = abroad_lends(&abroad);
	struct idm_finder finder = {
		.settings = &realm->settings,
		.schema = &realm->schema,
		.deadline = ask->deadline,
		.now = abroad.now,
	};
	struct idm_fetch with = {
		.maps = moment->maps,
		.domain = idm_domain_by_name(
		    &moment->maps->domains, idm_str_of(realm->domain)),
		.finder = &finder,
		.account_dir = context->accounts,
		.allocator = allocator,
		.elsewhere = &elsewhere,
	};
	enum idm_status st;

	if (with.domain == NULL)
		return idm_fail(err, IDM_TEMPFAIL, "the domain has gone");
	finder.domain_sid = with.domain->sid;
	st = idm_census_enter(context->census, &with.taken, err);
	if (st != IDM_OK)
		return st;
	st = realm_take_session(realm, &finder.session, err);
	if (st == IDM_OK) {
		st = fetch_numbered(ask, moment, &with, err);
		realm_give_session(realm, finder.session);
	}
	idm_census_leave(context->census, with.taken);
	return st;
}

static void
ask_directory(const struct op_context *context, struct ask *ask)
{
	struct job *job = &ask->job;
	const struct realms_moment *moment;
	struct idm_allocator allocator;
	struct numbers numbers;
	struct realm *realm;

	job->status = realms_enter(ask->realms, &moment, &job->err);
	if (job->status != IDM_OK)
		return;
	numbers_init(&numbers, context->orders, moment, context->accounts);
	numbers.deadline = ask->deadline;
	allocator = numbers_allocator(&numbers);
	realm = realms_find(moment, ask->domain);
	if (realm == NULL)
		job->status = idm_fail(&job->err, IDM_TEMPFAIL,
		    "domain '%s' has no directory any more", ask->domain);
	else
		job->status = fetch(
		    ask, context, moment, realm, &allocator, &job->err);
	numbers_fini(&numbers);
	realms_leave(ask->realms, moment);
}

static void
run_ask(const struct op_context *context, struct job *job)
{
	struct ask *ask = (struct ask *)job;
	int64_t from = idm_clock_us();

	ask_directory(context, ask);
	ask->took_us = (uint64_t)(idm_clock_us() - from);
}

static const struct op ask_op = { .code = IDM_OP_LOOKUP, .run = run_ask };

bool
asks_owns(const struct job *job)
{
	return job->op == &ask_op;
}

/* ---- One question. */

static void
free_ask(struct ask *ask)
{
	idm_buf_fini(&ask->key);
	idm_buf_fini(&ask->question);
	idm_buf_fini(&ask->job.out);
	idm_fetched_free(&ask->fetched);
	free(ask);
}

/* Whose directory is to be asked?  NULL: nobody's. */
static const struct idm_domain *
domain_of(const struct idm_maps *maps, const struct idm_lookup *lookup)
{
	if (lookup->domain.len > 0)
		return idm_domain_by_name(&maps->domains, lookup->domain);
	if (lookup->by == IDM_LOOKUP_BY_SID)
		return idm_domain_by_sid(&maps->domains, &lookup->sid);
	return lookup->by == IDM_LOOKUP_BY_ID
	    ? idm_served_directory(maps, lookup->id)
	    : NULL;
}

/* An answer of another policy is the answer to another question. */
static void
put_key(struct idm_buf *key, uint64_t stamp, const struct idm_lookup *lookup)
{
	idm_buf_put_u64(key, stamp);
	idm_lookup_write(key, lookup);
}

/* Whose directory it is, at this moment. */
struct whose {
	const struct realms_moment *moment;
	const struct idm_domain *domain;
	const struct realm *realm; /* NULL: nobody's */
};

/* The question as one of its kind is always written. */
static enum idm_status
write_question(struct ask *ask, const struct idm_lookup *lookup,
    const struct whose *whose, struct idm_err *err)
{
	const struct idm_domain *domain = whose->domain;
	struct idm_lookup plain = *lookup;
	enum idm_status st = IDM_OK;
	struct idm_buf name;

	idm_buf_init(&name, KEY_MAX);
	plain.flags = 0;
	plain.domain = idm_str_of(domain->name);
	if (lookup->by == IDM_LOOKUP_BY_NAME ||
	    lookup->by == IDM_LOOKUP_BY_WINDOWS)
		st = idm_fold_put(&name, lookup->name, err);
	else if (lookup->by == IDM_LOOKUP_BY_UNIX ||
	    lookup->by == IDM_LOOKUP_BY_OTHER) /* whose case counts */
		idm_buf_put(&name, lookup->name.data, lookup->name.len);
	if (st == IDM_OK) {
		plain.name = (struct idm_str){ name.data, name.len };
		ask->stamp = idm_domain_crowd(
		    &whose->moment->maps->domains, domain);
		idm_lookup_write(&ask->question, &plain);
		put_key(&ask->key, ask->stamp, &plain);
		st = idm_buf_status(&ask->key, err);
	}
	idm_buf_fini(&name);
	return st;
}

/*
 * Who asks has perhaps seen a newer map than we had, of which the answer must
 * be: its mark (map/mark.h) is seen by both of us.
 */
static enum idm_status
enter(struct realms *realms, const struct idm_lookup *lookup, struct whose *out,
    struct idm_err *err)
{
	enum idm_status st;

	st = realms_enter(realms, &out->moment, err);
	if (st != IDM_OK)
		return st;
	out->domain = domain_of(out->moment->maps, lookup);
	out->realm = out->domain == NULL
	    ? NULL
	    : realms_find(out->moment, out->domain->name);
	return IDM_OK;
}

static enum idm_status
fill_ask(struct ask *ask, struct asks *asks, const struct idm_lookup *lookup,
    struct idm_err *err)
{
	enum idm_status st;
	struct whose whose;

	st = enter(asks->setup.realms, lookup, &whose, err);
	if (st != IDM_OK)
		return st;
	asks->domains = whose.moment->n;
	if (whose.realm == NULL) {
		st = idm_fail(err, IDM_NOTFOUND,
		    "it is in no domain that has a directory");
	} else {
		memcpy(ask->domain, whose.domain->name,
		    strlen(whose.domain->name) + 1);
		ask->deadline = idm_clock_ms() +
		    whose.realm->settings.timeout_ms;
		ask->negative_ms = whose.realm->settings.negative_s * 1000;
		st = write_question(ask, lookup, &whose, err);
	}
	realms_leave(asks->setup.realms, whose.moment);
	return st;
}

static enum idm_status
new_ask(struct asks *asks, const struct idm_lookup *lookup, struct ask **out,
    struct idm_err *err)
{
	struct ask *ask = calloc(1, sizeof(*ask));
	enum idm_status st;

	if (ask == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	ask->job.op = &ask_op;
	ask->realms = asks->setup.realms;
	idm_buf_init(&ask->key, KEY_MAX);
	idm_buf_init(&ask->question, KEY_MAX);
	idm_buf_init(&ask->job.out, IDM_WIRE_REPLY_MAX);
	st = fill_ask(ask, asks, lookup, err);
	if (st == IDM_OK)
		st = idm_lookup_read(
		    (struct idm_str){ ask->question.data, ask->question.len },
		    &ask->lookup, err);
	if (st == IDM_OK)
		*out = ask;
	else
		free_ask(ask);
	return st;
}

/* ---- The queue. */

static struct ask *
ask_of(struct turn *turn)
{
	return (struct ask *)((char *)turn - offsetof(struct ask, turn));
}

/* Those that may run now get a worker. */
static void
start(struct asks *asks)
{
	struct turn *turn;

	while ((turn = turns_next(asks->turns, asks->domains)) != NULL) {
		asks->counts.asked++;
		crew_submit(asks->setup.crew, &ask_of(turn)->job);
	}
}

static struct idm_str
key_of(const struct ask *ask)
{
	return (struct idm_str){ ask->key.data, ask->key.len };
}

static struct ask *
find_same(const struct asks *asks, const struct ask *as)
{
	struct ask *ask = asks->first;

	while (ask != NULL && idm_str_compare(key_of(ask), key_of(as)) != 0)
		ask = ask->next;
	return ask;
}

static void
put_answer(struct job *job, const struct memo_answer *answer)
{
	job->status = answer->status;
	if (answer->status == IDM_OK)
		idm_buf_put(&job->out, answer->body.data, answer->body.len);
	else
		(void)idm_fail(&job->err, answer->status, "%.*s",
		    (int)answer->body.len, answer->body.data);
}

/* What a caller is told, for who wants to know. */
static void
log_answer(struct asks *asks, const struct idm_lookup *lookup,
    const struct job *job, const struct memo_answer *answer,
    enum asklog_source source)
{
	asklog_say(&asks->log,
	    &(struct asklog_line){
		.caller = &job->caller,
		.lookup = lookup,
		.status = answer->status,
		.answer = answer->body,
		.source = source,
		.is_behind = (lookup->flags & IDM_LOOKUP_BEHIND) != 0,
		.took_ms = idm_clock_ms() - job->began,
	    });
}

/* The same of one that is not asked. */
static void
log_refusal(
    struct asks *asks, const struct idm_lookup *lookup, const struct job *job)
{
	log_answer(asks, lookup, job,
	    &(struct memo_answer){ job->status, idm_str_of(job->err.text) },
	    ASKLOG_NOBODY);
}

static void
wait_for(struct ask *ask, struct job *job)
{
	job->deadline = ask->deadline;
	job->next = ask->waiting;
	ask->waiting = job;
}

/* Root finds room when there is none for others. */
static bool
is_room(const struct asks *asks, const struct job *job)
{
	return asks->counts.open <
	    (job->counted_as == 0 ? ASKS_MAX : ASKS_MAX - ASKS_OF_ROOT);
}

/* A question that nobody has put yet. */
static bool
begin(struct asks *asks, struct ask *ask, struct job *job, bool is_hint)
{
	if (!is_room(asks, job) ||
	    !turns_join(asks->turns, &ask->turn, ask->domain, job->counted_as,
		is_hint)) {
		free_ask(ask);
		asks->counts.busy++;
		job->status = idm_fail(
		    &job->err, IDM_TEMPFAIL, "idmapd is busy");
		return true;
	}
	ask->next = asks->first;
	asks->first = ask;
	asks->counts.open++;
	ask->is_hint = is_hint;
	ask->job.caller = job->caller;
	ask->job.began = job->began;
	if (!is_hint)
		wait_for(ask, job);
	start(asks);
	job->status = IDM_OK;
	return is_hint;
}

/* Somebody has, and it is not answered yet. */
static bool
join(struct asks *asks, struct ask *same, struct job *job, bool is_hint)
{
	asks->counts.shared++;
	job->status = IDM_OK;
	if (is_hint)
		return true;
	if (job->counted_as == 0)
		turns_raise(&same->turn);
	wait_for(same, job);
	/* It may be whom a worker was kept for. */
	start(asks);
	return false;
}

/* By the cache, if the whole domain is in it. */
static bool
answer_kept(struct asks *asks, struct ask *ask, struct job *job)
{
	struct memo_answer answer = { .status = IDM_OK };
	const struct realms_moment *moment;
	const struct idm_domain *domain;
	bool is_answered;

	if (realms_enter(asks->setup.realms, &moment, NULL) != IDM_OK)
		return false;
	domain = idm_domain_by_name(
	    &moment->maps->domains, idm_str_of(ask->domain));
	is_answered = domain != NULL &&
	    kept_answer(moment->maps, domain, &ask->lookup, &job->out,
		&answer.status, &job->err);
	realms_leave(asks->setup.realms, moment);
	if (!is_answered)
		return false;
	job->status = answer.status;
	answer.body = answer.status == IDM_OK
	    ? (struct idm_str){ job->out.data, job->out.len }
	    : idm_str_of(job->err.text);
	asks->counts.remembered++;
	log_answer(asks, &ask->lookup, job, &answer, ASKLOG_CACHE);
	free_ask(ask);
	return true;
}

bool
asks_take(struct asks *asks, struct job *job)
{
	struct memo_answer answer;
	struct idm_lookup lookup;
	struct ask *ask = NULL, *same;
	bool is_hint, is_over, is_afresh;

	job->began = idm_clock_ms();
	job->status = idm_lookup_read(job->body, &lookup, &job->err);
	if (job->status == IDM_OK && (lookup.flags & IDM_LOOKUP_AFRESH) != 0 &&
	    job->caller.uid != 0)
		job->status = idm_fail(
		    &job->err, IDM_DENIED, "only root may ask so");
	else if (job->status != IDM_OK)
		return true; /* it is none */
	is_afresh = (lookup.flags & IDM_LOOKUP_AFRESH) != 0;
	if (job->status == IDM_OK && is_afresh)
		memo_clear(asks->memo);
	if (job->status == IDM_OK)
		job->status = new_ask(asks, &lookup, &ask, &job->err);
	if (job->status != IDM_OK) {
		log_refusal(asks, &lookup, job);
		return true;
	}
	is_hint = (lookup.flags & IDM_LOOKUP_BEHIND) != 0;
	if (memo_get(asks->memo, key_of(ask), idm_clock_ms(), &answer)) {
		asks->counts.remembered++;
		log_answer(asks, &lookup, job, &answer, ASKLOG_MEMORY);
		free_ask(ask);
		put_answer(job, &answer);
		return true;
	}
	if (lookup.flags == 0 && answer_kept(asks, ask, job))
		return true;
	same = find_same(asks, ask);
	/* What was asked before may be answered with what was there before. */
	if (same != NULL && is_afresh) {
		same->is_superseded = true;
	} else if (same != NULL) {
		free_ask(ask);
		return join(asks, same, job, is_hint);
	}
	is_over = begin(asks, ask, job, is_hint);
	if (job->status != IDM_OK)
		log_refusal(asks, &lookup, job);
	return is_over;
}

/* It is answered; or nobody wants it any more, and no worker has it. */
static void
drop(struct asks *asks, struct ask *ask)
{
	struct ask **at = &asks->first;

	while (*at != ask)
		at = &(*at)->next;
	*at = ask->next;
	asks->counts.open--;
	turns_leave(asks->turns, &ask->turn);
	free_ask(ask);
}

void
asks_leave(struct asks *asks, struct job *job)
{
	for (struct ask *ask = asks->first; ask != NULL; ask = ask->next) {
		struct job **at = &ask->waiting;

		while (*at != NULL && *at != job)
			at = &(*at)->next;
		if (*at == NULL)
			continue;
		*at = job->next;
		job->next = NULL;
		asks->counts.late++;
		log_answer(asks, &ask->lookup, job,
		    &(struct memo_answer){
			IDM_TEMPFAIL, idm_str_of("not in time") },
		    ASKLOG_NOBODY);
		if (ask->waiting == NULL && !ask->is_hint &&
		    !ask->turn.is_running)
			drop(asks, ask);
		return;
	}
}

/* ---- The answer. */

/* Beside the question that was put: the same identity by its other handle. */
static void
remember_sister(struct asks *asks, const struct ask *ask,
    const struct memo_answer *answer, int64_t until)
{
	const struct idm_looked_up *found = idm_fetched_answer(ask->fetched);
	struct idm_lookup sister = ask->lookup;
	struct idm_own_group group;
	struct idm_own_user user;
	struct idm_buf key;

	if (ask->lookup.by != IDM_LOOKUP_BY_NAME)
		return;
	sister.by = IDM_LOOKUP_BY_ID;
	if (ask->lookup.kind == IDM_LOOKUP_USER &&
	    idm_own_user_open(found->user, &user, NULL) == IDM_OK)
		sister.id = user.uid;
	else if (ask->lookup.kind == IDM_LOOKUP_GROUP &&
	    idm_own_group_open(found->group, &group, NULL) == IDM_OK)
		sister.id = group.gid;
	else
		return;
	idm_buf_init(&key, KEY_MAX);
	put_key(&key, ask->stamp, &sister);
	if (idm_buf_status(&key, NULL) == IDM_OK)
		memo_put(asks->memo, (struct idm_str){ key.data, key.len },
		    answer, until);
	idm_buf_fini(&key);
}

static void
remember(struct asks *asks, struct ask *ask)
{
	struct job *job = &ask->job;
	struct memo_answer answer = { .status = job->status };
	int64_t now = idm_clock_ms();

	if (job->status == IDM_OK) {
		answer.body = (struct idm_str){ job->out.data, job->out.len };
		memo_put(asks->memo, key_of(ask), &answer, now + MEMO_MS);
		remember_sister(asks, ask, &answer, now + MEMO_MS);
	} else if (job->status == IDM_NOTFOUND || job->status == IDM_REFUSED) {
		answer.body = idm_str_of(job->err.text);
		memo_put(
		    asks->memo, key_of(ask), &answer, now + ask->negative_ms);
	}
}

static void
count(struct asks *asks, enum idm_status st)
{
	if (st == IDM_NOTFOUND)
		asks->counts.absent++;
	else if (st == IDM_REFUSED)
		asks->counts.refused++;
	else if (st != IDM_OK)
		asks->counts.unavailable++;
}

static void
keep(struct asks *asks, const struct ask *ask)
{
	const struct realms_moment *moment;
	const struct idm_domain *domain;

	if (realms_enter(asks->setup.realms, &moment, NULL) != IDM_OK)
		return;
	domain = idm_domain_by_name(
	    &moment->maps->domains, idm_str_of(ask->domain));
	if (domain != NULL)
		asks->setup.keep(
		    asks->setup.context, domain, &ask->lookup, ask->fetched);
	realms_leave(asks->setup.realms, moment);
}

/*
 * A directory that is dark is told of now and then, not for each question: of
 * two texts with one end the difference is who was asked for, or how long.
 */
static void
warn(struct asks *asks, const struct ask *ask)
{
	const char *text = ask->job.err.text;
	const char *end = strrchr(text, ':');
	struct idm_buf reason;

	idm_buf_init(&reason, KEY_MAX);
	idm_buf_puts(&reason, ask->domain);
	for (end = end == NULL ? text : end; *end != '\0'; end++) {
		if (*end < '0' || *end > '9')
			idm_buf_put(&reason, end, 1);
	}
	if (once_is_due(&asks->said,
		(struct idm_str){ reason.data, reason.len }, idm_clock_ms()))
		say(LOG_WARNING, "domain '%s': %s", ask->domain, text);
	idm_buf_fini(&reason);
}

/* Whoever has a number that his directory changed goes on to. */
static void
tell_held(struct asks *asks, const struct ask *ask)
{
	struct idm_str held = idm_fetched_what_is_held(ask->fetched);

	if (held.len > 0 && once_is_due(&asks->said, held, idm_clock_ms()))
		say(LOG_WARNING, "domain '%s': %.*s", ask->domain,
		    (int)held.len, held.data);
}

/* What the worker left becomes an answer. */
static void
put_together(struct ask *ask)
{
	struct job *job = &ask->job;

	if (job->status != IDM_OK)
		return;
	idm_looked_up_write(&job->out, idm_fetched_answer(ask->fetched));
	job->status = idm_buf_status(&job->out, &job->err);
}

struct job *
asks_answer(struct asks *asks, struct job *done)
{
	struct ask *ask = (struct ask *)done;
	struct memo_answer answer;
	struct job *waiting = ask->waiting;

	put_together(ask);
	answer = (struct memo_answer){ done->status,
		done->status == IDM_OK
		    ? (struct idm_str){ done->out.data, done->out.len }
		    : idm_str_of(done->err.text) };
	for (struct job *job = waiting; job != NULL; job = job->next) {
		log_answer(asks, &ask->lookup, job, &answer, ASKLOG_DIRECTORY);
		put_answer(job, &answer);
	}
	if (ask->is_hint) {
		struct idm_lookup hint = ask->lookup;

		hint.flags |= IDM_LOOKUP_BEHIND;
		log_answer(asks, &hint, done, &answer, ASKLOG_DIRECTORY);
	}
	ask->waiting = NULL;
	return waiting;
}

/* It may be something to be kept. */
static void
conclude(struct asks *asks, struct ask *ask)
{
	struct job *job = &ask->job;

	count(asks, job->status);
	tally_note(&asks->tally, ask->domain, job->status, ask->took_us);
	if (ask->is_superseded)
		return;
	remember(asks, ask);
	if (job->status == IDM_OK || job->status == IDM_NOTFOUND ||
	    job->status == IDM_REFUSED)
		keep(asks, ask);
	else
		warn(asks, ask);
	if (job->status == IDM_OK)
		tell_held(asks, ask);
	if (job->status == IDM_REFUSED)
		say(LOG_NOTICE, "domain '%s': refused: %s", ask->domain,
		    job->err.text);
}

void
asks_done(struct asks *asks, struct job *done)
{
	struct ask *ask = (struct ask *)done;

	conclude(asks, ask);
	drop(asks, ask);
	start(asks);
}

/* ---- All of it. */

void
asks_log(struct asks *asks, bool is_on)
{
	asks->log.is_on = is_on;
}

void
asks_forget(struct asks *asks)
{
	memo_clear(asks->memo);
}

struct asks_counts
asks_count(const struct asks *asks)
{
	struct asks_counts counts = asks->counts;

	counts.running = turns_count(asks->turns).running;
	counts.memo_entries = memo_count(asks->memo).entries;
	counts.memo_bytes = memo_count(asks->memo).bytes;
	return counts;
}

const struct tally *
asks_tally(const struct asks *asks)
{
	return asks->tally;
}

enum idm_status
asks_new(const struct asks_setup *setup, struct asks **out, struct idm_err *err)
{
	struct asks *asks = calloc(1, sizeof(*asks));
	enum idm_status st;

	if (asks == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	asks->setup = *setup;
	asks->turns = turns_new(setup->workers);
	if (asks->turns == NULL)
		st = idm_fail(err, IDM_NOMEM, "out of memory");
	else
		st = memo_new(&asks->memo, err);
	if (st == IDM_OK)
		*out = asks;
	else
		asks_free(&asks);
	return st;
}

void
asks_free(struct asks **out)
{
	struct asks *asks = *out;

	if (asks == NULL)
		return;
	while (asks->first != NULL) {
		struct ask *ask = asks->first;

		asks->first = ask->next;
		free_ask(ask);
	}
	turns_free(&asks->turns);
	tally_free(&asks->tally);
	memo_free(&asks->memo);
	free(asks);
	*out = NULL;
}
