#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "backends/backend.h"
#include "base/clock.h"
#include "daemon/reading_parts.h"
#include "map/equal.h"
#include "resolve/counterparts.h"
#include "resolve/taken.h"

#define FEW        10    /* users that may go all at once */
#define NUMBERS_MS 60000 /* for all that are elsewhere */
#define AHEAD_S    3600  /* more means that the clock was set back */
#define TEXT_MAX   1024  /* bytes of a message */

/* ---- What becomes of facts. */

enum idm_status
reading_go_on(const struct reading *reading, struct idm_err *err)
{
	const struct reading_setup *setup = reading->setup;

	return setup->is_over(setup->context)
	    ? idm_fail(err, IDM_TEMPFAIL, "idmapd ends")
	    : IDM_OK;
}

static void
tell_held(const struct reading *reading, const struct idm_fetched *fetched)
{
	struct idm_str held = idm_fetched_what_is_held(fetched);
	char text[TEXT_MAX];
	struct idm_buf buf;

	if (held.len == 0)
		return;
	idm_buf_init_fixed(&buf, text, sizeof(text));
	idm_buf_put(&buf, held.data, held.len);
	reading->setup->notable(reading->setup->context, idm_buf_text(&buf));
}

static void
tell_refused(const struct reading *reading, const struct idm_err *why)
{
	char text[TEXT_MAX];
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, text, sizeof(text));
	idm_buf_printf(&buf, "refused: %s", why->text);
	if (idm_buf_status(&buf, NULL) == IDM_OK)
		reading->setup->notable(
		    reading->setup->context, idm_buf_text(&buf));
}

/*
 * IDM_NOTFOUND: this one cannot be served.  Only what would be in the way of
 * others, too, is a failure.
 */
enum idm_status
reading_fetch(struct reading *reading, const struct idm_facts *facts,
    struct idm_fetched **out, struct idm_err *err)
{
	static const struct idm_str nobody = { "", 0 };
	enum idm_status st = reading_go_on(reading, err);

	if (st != IDM_OK)
		return st;
	reading->ask.deadline = idm_clock_ms() +
	    reading->setup->realm->settings.timeout_ms;
	reading->numbers.deadline = reading->ask.deadline;
	st = idm_fetch_facts(
	    &reading->with, facts, NULL, 0, &nobody, 0, out, err);
	if (st == IDM_OK)
		tell_held(reading, *out);
	if (st == IDM_OK || st == IDM_TEMPFAIL || st == IDM_NOMEM)
		return st;
	/* Who has no number at all is no account of UNIX, as most of AD's. */
	if (st == IDM_REFUSED && (facts->has_id || facts->bad_id.len > 0))
		tell_refused(reading, err);
	reading->setup->counts->refused++;
	return IDM_NOTFOUND;
}

struct roll_entry
reading_entry_of(const struct reading *reading, const struct idm_facts *facts)
{
	bool by_name = reading->setup->realm->schema.members_are_names;
	struct roll_entry entry = { .has_uuid = facts->has_guid };

	entry.key = idm_str_of("");
	entry.handle = roll_handle(
	    by_name && !facts->is_group ? facts->name : facts->dn,
	    !by_name || facts->is_group);
	memcpy(entry.uuid, facts->guid, sizeof(entry.uuid));
	return entry;
}

/* A page that is read again has some whom we have. */
static enum idm_status
meet_again(const struct reading *reading, const struct idm_facts *facts,
    struct idm_err *err)
{
	if (!reading->is_amended)
		return IDM_OK;
	return idm_fail(err, IDM_CONFLICT, "'%.*s' was another entry",
	    facts->dn.len < 150 ? (int)facts->dn.len : 150, facts->dn.data);
}

/* ---- Users. */

static enum idm_status
enroll_user(struct reading *reading, const struct idm_facts *facts,
    const struct idm_fetched *fetched, struct idm_err *err)
{
	struct roll_user own = { .entry = reading_entry_of(reading, facts) };
	struct claim claim = { .is_group = false };
	struct idm_own_user user;
	enum idm_status st;

	st = idm_own_user_open(idm_fetched_answer(fetched)->user, &user, err);
	if (st != IDM_OK)
		return st;
	own.entry.key = claim.key = user.key;
	own.shown = user.name;
	own.primary = user.gid;
	claim.id = user.uid;
	st = roll_add_user(reading->roll, &own, &claim.who, err);
	if (st == IDM_OK)
		st = guests_meet(
		    &reading->guests, &facts->sid, own.entry.handle, err);
	return st == IDM_OK
	    ? reading_admit(reading, &claim, facts, fetched, err)
	    : st;
}

/*
 * An alias, or native LDAP's counterpart of a Windows account alone: it has no
 * record of its own, and is nobody's member.
 */
static enum idm_status
enroll_equal_user(struct reading *reading, const struct idm_facts *facts,
    const struct idm_fetched *fetched, struct idm_err *err)
{
	struct roll_user own = { .entry = reading_entry_of(reading, facts) };
	enum idm_status st;

	own.entry.is_out = true;
	own.shown = idm_str_of("");
	st = roll_add_user(reading->roll, &own, NULL, err);
	return st == IDM_OK ? reading_put_all(reading, &own.entry, fetched, err)
			    : st;
}

/* Only whom others are in the way of may come back when these change. */
static enum idm_status
leave_user_out(
    struct reading *reading, const struct idm_facts *facts, struct idm_err *err)
{
	struct roll_user own = { .entry = reading_entry_of(reading, facts) };

	if (!reading_is_contested(reading, facts))
		return IDM_OK;
	own.entry.is_out = own.entry.is_contested = true;
	own.shown = idm_str_of("");
	return roll_add_user(reading->roll, &own, NULL, err);
}

static enum idm_status
take_user(
    struct reading *reading, const struct idm_facts *facts, struct idm_err *err)
{
	struct idm_fetched *fetched = NULL;
	enum idm_status st;

	if (roll_find_user(reading->roll,
		reading_entry_of(reading, facts).handle) != ROLL_NONE)
		return meet_again(reading, facts, err);
	st = reading_fetch(reading, facts, &fetched, err);
	if (st == IDM_NOTFOUND)
		return leave_user_out(reading, facts, err);
	if (st == IDM_OK)
		st = idm_fetched_answer(fetched)->user.len == 0
		    ? enroll_equal_user(reading, facts, fetched, err)
		    : enroll_user(reading, facts, fetched, err);
	idm_fetched_free(&fetched);
	return st;
}

/* ---- Groups. */

enum idm_status
reading_make_handles(struct reading *reading, size_t n, struct idm_err *err)
{
	if (n <= reading->handles_room)
		return IDM_OK;
	free(reading->handle);
	reading->handles_room = 0;
	reading->handle = calloc(n, sizeof(*reading->handle));
	if (reading->handle == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	reading->handles_room = n;
	return IDM_OK;
}

static enum idm_status
read_members(struct reading *reading, const struct idm_facts *facts, size_t *n,
    struct idm_err *err)
{
	const struct idm_attribute_values *members = facts->members;
	enum idm_status st;

	*n = members == NULL ? 0 : members->n;
	st = reading_make_handles(reading, *n, err);
	for (size_t i = 0; i < *n && st == IDM_OK; i++) {
		reading->handle[i] = roll_handle(
		    members->value[i], !facts->members_are_names);
		st = guests_note(&reading->guests, members->value[i],
		    reading->handle[i], err);
	}
	return st;
}

static enum idm_status
enroll_group(struct reading *reading, struct roll_group *own,
    const struct idm_facts *facts, const struct idm_fetched *fetched,
    size_t nmembers, struct idm_err *err)
{
	struct claim claim = { .is_group = true };
	struct idm_own_group group;
	enum idm_status st;

	own->record = idm_fetched_answer(fetched)->group;
	st = idm_own_group_open(own->record, &group, err);
	if (st != IDM_OK)
		return st;
	own->entry.key = claim.key = group.key;
	own->gid = claim.id = group.gid;
	st = roll_add_group(
	    reading->roll, own, reading->handle, nmembers, &claim.who, err);
	return st == IDM_OK
	    ? reading_admit(reading, &claim, facts, fetched, err)
	    : st;
}

/* One that is a group of this host, whose users are so in that. */
static enum idm_status
enroll_equal_group(struct reading *reading, struct roll_group *own,
    const struct idm_fetched *fetched, size_t nmembers, struct idm_err *err)
{
	struct idm_equal equal;
	enum idm_status st;

	st = idm_equal_read(idm_fetched_answer(fetched)->equal, &equal, err);
	if (st != IDM_OK)
		return st;
	own->entry.is_out = true;
	if (idm_equal_is_alias(&equal, reading->setup->domain))
		own->local = equal.login[1];
	st = roll_add_group(
	    reading->roll, own, reading->handle, nmembers, NULL, err);
	return st == IDM_OK
	    ? reading_put_all(reading, &own->entry, fetched, err)
	    : st;
}

/* One that cannot be served may lead to others all the same. */
static enum idm_status
take_group(
    struct reading *reading, const struct idm_facts *facts, struct idm_err *err)
{
	struct roll_group own = {
		.entry = reading_entry_of(reading, facts),
		.record = idm_str_of(""),
		.local = idm_str_of(""),
	};
	struct idm_fetched *fetched = NULL;
	enum idm_status st;
	size_t n;

	if (roll_find_group(reading->roll, own.entry.handle) != ROLL_NONE)
		return meet_again(reading, facts, err);
	st = read_members(reading, facts, &n, err);
	if (st == IDM_OK)
		st = guests_meet(
		    &reading->guests, &facts->sid, own.entry.handle, err);
	if (st == IDM_OK)
		st = reading_fetch(reading, facts, &fetched, err);
	if (st == IDM_NOTFOUND) {
		own.entry.is_out = true;
		own.entry.is_contested = reading_is_contested(reading, facts);
		return roll_add_group(
		    reading->roll, &own, reading->handle, n, NULL, err);
	}
	if (st == IDM_OK)
		st = idm_fetched_answer(fetched)->group.len == 0
		    ? enroll_equal_group(reading, &own, fetched, n, err)
		    : enroll_group(reading, &own, facts, fetched, n, err);
	idm_fetched_free(&fetched);
	return st;
}

/* ---- Those whom the directory tells of. */

/* Their numbers, if they wait for them, are there. */
static enum idm_status
take(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct reading *reading = context;

	return facts->is_group ? take_group(reading, facts, err)
			       : take_user(reading, facts, err);
}

enum idm_status
reading_facts(void *context, const struct idm_facts *facts, struct idm_err *err)
{
	struct reading *reading = context;

	return reading->has_waiting ? waiting_add(&reading->waiting, facts, err)
				    : take(reading, facts, err);
}

enum idm_status
reading_taken(struct reading *reading, struct idm_err *err)
{
	return waiting_end(&reading->waiting, err);
}

enum idm_status
reading_check(const struct reading *reading, struct idm_err *err)
{
	const struct reading_setup *setup = reading->setup;

	if (setup->counts->users > 0 || setup->known_users <= FEW)
		return IDM_OK;
	return idm_fail(err, IDM_TEMPFAIL,
	    "the directory shows none of %llu users any more: they are kept",
	    (unsigned long long)setup->known_users);
}

/* ---- All of it. */

/* Records that are not sure must be later than what the cache is sure of. */
static uint64_t
time_of(const struct reading_setup *setup)
{
	uint64_t now = idm_clock_seconds();

	return setup->known_sure >= now && setup->known_sure - now < AHEAD_S
	    ? setup->known_sure + 1
	    : now;
}

static void
prepare(struct reading *reading)
{
	const struct reading_setup *setup = reading->setup;
	const struct idm_domain *giver = idm_domain_giver(
	    &setup->moment->maps->domains, setup->domain);
	const struct idm_backend *backend = idm_backend_by_id(
	    giver == NULL ? IDM_BACKEND_NONE : giver->backend);

	reading->list = (struct idm_finder){
		.session = setup->list,
		.settings = &setup->realm->settings,
		.schema = &setup->realm->schema,
		.domain_sid = setup->domain->sid,
		.now = time_of(setup),
	};
	reading->ask = reading->list;
	reading->ask.session = setup->ask;
	reading->with = (struct idm_fetch){
		.maps = setup->moment->maps,
		.domain = setup->domain,
		.finder = &reading->ask,
		.account_dir = setup->accounts,
		.allocator = &reading->waiting.allocator,
		.taken = reading->taken,
	};
	if (setup->numbers != NULL) {
		reading->numbers.settings = &setup->numbers->settings;
		reading->numbers.schema = &setup->numbers->schema;
		reading->numbers.now = reading->list.now;
		reading->with.numbers = &reading->numbers;
	}
	reading->has_waiting = backend != NULL && backend->allocates;
	reading->waiting.each = take;
	reading->waiting.context = reading;
	waiting_begin(
	    &reading->waiting, setup->orders, setup->moment, setup->accounts);
}

enum idm_status
reading_init(struct reading *reading, const struct reading_setup *setup,
    struct idm_err *err)
{
	const struct idm_view *cache = setup->moment->maps->cache;
	enum idm_status st;

	*reading = (struct reading){
		.setup = setup,
		.shipment = {
		    .cache = cache,
		    .send = setup->send,
		    .context = setup->context,
		},
	};
	*setup->counts = (struct reading_counts){ 0 };
	shipment_begin(&reading->shipment);
	idm_buf_init(&reading->value, IDM_VALUE_MAX);
	idm_buf_init(&reading->front, IDM_VALUE_MAX);
	st = roll_new(setup->realm->settings.nesting, &reading->roll, err);
	if (st == IDM_OK)
		st = claims_new(
		    cache, setup->known_sure, &reading->claims, err);
	if (st == IDM_OK)
		st = idm_taken_new(setup->accounts, &reading->taken, err);
	prepare(reading);
	if (st == IDM_OK && setup->numbers != NULL)
		st = realm_take_session(
		    setup->numbers, &reading->numbers.session, err);
	reading->guests = (struct guests){
		.moment = setup->moment,
		.finder = reading->list,
		.with = reading->with,
		.roll = reading->roll,
		.may_ask = setup->may_ask,
	};
	if (st == IDM_OK)
		st = guests_begin(&reading->guests, err);
	setup->counts->when = reading->list.now;
	return st;
}

enum idm_status
reading_numbers(struct reading *reading, struct idm_err *err)
{
	enum idm_status st;

	if (reading->setup->numbers == NULL)
		return IDM_OK;
	reading->numbers.deadline = idm_clock_ms() + NUMBERS_MS;
	st = idm_counterparts_new(
	    &reading->numbers, &reading->counterparts, err);
	if (st != IDM_OK)
		return idm_within(err, st, "numbers");
	reading->with.counterparts = reading->counterparts;
	reading->setup->counts->numbers_sum = idm_counterparts_sum(
	    reading->counterparts);
	return IDM_OK;
}

enum idm_status
reading_begin(struct reading *reading, struct idm_err *err)
{
	return guests_load(&reading->guests, err);
}

/*
 * Who has walked through the cache has come to have all of the file in his
 * memory.  It is the kernel's all the same, and comes again when it is needed.
 */
static void
give_back(const struct idm_view *cache)
{
	struct idm_str bytes = idm_view_bytes(cache);
	void *at;

	memcpy(&at, &bytes.data, sizeof(at));
	(void)madvise(at, bytes.len, MADV_DONTNEED);
}

void
reading_fini(struct reading *reading)
{
	const struct idm_view *cache = reading->setup->moment->maps->cache;

	roll_free(&reading->roll);
	claims_free(&reading->claims);
	places_fini(&reading->moved);
	places_fini(&reading->equals);
	free(reading->moved_to);
	idm_taken_free(&reading->taken);
	guests_fini(&reading->guests);
	if (reading->numbers.session != NULL)
		realm_give_session(
		    reading->setup->numbers, reading->numbers.session);
	idm_counterparts_free(&reading->counterparts);
	waiting_fini(&reading->waiting);
	shipment_fini(&reading->shipment);
	idm_buf_fini(&reading->value);
	idm_buf_fini(&reading->front);
	free(reading->handle);
	free(reading->name);
	free(reading->gid);
	if (cache != NULL)
		give_back(cache);
	(void)malloc_trim(0);
}
