#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "backends/backend.h"
#include "base/clock.h"
#include "config/updatelog.h"
#include "daemon/numbers.h"
#include "directory/idpool.h"
#include "state/place.h"

#define CLIENT_MS 8000 /* a client waits a little longer */

/* ---- The keeper. */

static enum idm_status
ask(void *context, enum idm_op op, const struct idm_state_request *state,
    struct idm_str *reply, struct idm_err *err)
{
	struct numbers *numbers = context;
	const struct record_request request = {
		.op = (uint16_t)op,
		.caller = numbers->caller,
		.state = *state,
	};
	enum idm_status st;

	idm_buf_clear(&numbers->reply);
	st = orders_put(
	    numbers->orders, &request, numbers->deadline, &numbers->reply, err);
	if (st == IDM_OK)
		*reply = (struct idm_str){ numbers->reply.data,
			numbers->reply.len };
	return st;
}

void
numbers_init(struct numbers *numbers, struct orders *orders,
    const struct realms_moment *moment, const char *accounts)
{
	*numbers = (struct numbers){
		.orders = orders,
		.moment = moment,
		.accounts = accounts,
		.caller = { getuid(), (uint32_t)getpid(), IDM_UPDATE_NONE },
		.keeper = { ask, numbers },
	};
	idm_buf_init(&numbers->reply, IDM_WIRE_REPLY_MAX);
}

void
numbers_fini(struct numbers *numbers)
{
	idm_buf_fini(&numbers->reply);
}

/* ---- The directory of shared numbers. */

/* What it is asked: idm_idpool_find(), or idm_idpool_take(). */
typedef enum idm_status ask_pool(const struct idm_idpool *,
    struct idm_idpool_wish *, size_t n, struct idm_err *);

static bool
is_free(void *context, uint32_t id)
{
	const struct numbers *numbers = context;
	bool free;

	/* Where that cannot be told, the keeper will not have it either. */
	return idm_place_is_free(numbers->moment->maps, numbers->accounts, id,
		   &free, NULL) != IDM_OK ||
	    free;
}

static enum idm_status
open_pool(struct numbers *numbers, const struct idm_domain *domain,
    struct idm_idpool *pool, struct realm **out, struct idm_err *err)
{
	struct realm *realm = realms_find_numbers(
	    numbers->moment, domain->name);

	if (realm == NULL)
		return idm_fail(err, IDM_TEMPFAIL,
		    "domain '%s' has no directory of numbers", domain->name);
	*pool = (struct idm_idpool){
		.base = idm_str_of(realm->settings.base),
		.low = domain->low,
		.high = domain->high,
		.is_split = (domain->flags & IDM_DOMAIN_SPLIT_COUNTERS) != 0,
		.deadline = numbers->deadline,
		.is_free = is_free,
		.context = numbers,
	};
	*out = realm;
	return realm_take_session(realm, &pool->session, err);
}

/* Of a domain that is read only. */
static enum idm_status
find_only(const struct idm_idpool *pool, struct idm_idpool_wish *wish, size_t n,
    struct idm_err *err)
{
	enum idm_status st = idm_idpool_find(pool, wish, n, err);

	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		if (wish[i].status != IDM_NOTFOUND)
			continue;
		wish[i].status = IDM_REFUSED;
		(void)snprintf(wish[i].reason, sizeof(wish[i].reason),
		    "it has no number, and the domain is read only");
	}
	return st;
}

/* A wish on its way; what is settled is not for the keeper any more. */
struct errand {
	const struct idm_wish *wish;
	const struct idm_domain *shared; /* NULL: the keeper's own to grant */
	uint32_t told;
	uint8_t kind;
	bool is_settled;
	struct idm_grant *grant;
};

static void
settle(struct errand *errand, enum idm_status st, const char *reason)
{
	errand->is_settled = true;
	*errand->grant = (struct idm_grant){ .status = st };
	(void)snprintf(
	    errand->grant->reason, sizeof(errand->grant->reason), "%s", reason);
}

static void
take_answer(struct errand *errand, const struct idm_idpool_wish *answer)
{
	if (answer->status != IDM_OK) {
		settle(errand, answer->status, answer->reason);
		return;
	}
	errand->told = answer->id;
	errand->kind = (uint8_t)answer->kind;
}

/* Those of one domain that are not known here. */
static enum idm_status
ask_shared(struct numbers *numbers, const struct idm_domain *domain,
    struct errand *errand, size_t n, ask_pool *how, struct idm_err *err)
{
	struct idm_idpool_wish *wish = calloc(n, sizeof(*wish));
	struct idm_idpool pool;
	enum idm_status st;
	struct realm *realm;
	size_t nwishes = 0;

	if (wish == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		if (errand[i].shared != domain)
			continue;
		wish[nwishes++] = (struct idm_idpool_wish){
			.sid = errand[i].wish->sid,
			.want = (char)errand[i].wish->kind,
		};
	}
	st = open_pool(numbers, domain, &pool, &realm, err);
	if (st == IDM_OK) {
		if ((domain->flags & IDM_DOMAIN_READONLY) != 0)
			how = find_only;
		st = how(&pool, wish, nwishes, err);
		realm_give_session(realm, pool.session);
	}
	nwishes = 0;
	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		if (errand[i].shared == domain)
			take_answer(&errand[i], &wish[nwishes++]);
	}
	free(wish);
	return st == IDM_OK
	    ? st
	    : idm_within(err, st, "numbers of domain '%s'", domain->name);
}

/* ---- Both. */

static bool
is_shared(const struct errand *errand)
{
	return errand->shared != NULL;
}

static bool
is_told(const struct errand *errand)
{
	return !errand->is_settled && errand->told != 0;
}

static bool
is_untold(const struct errand *errand)
{
	return !errand->is_settled && errand->told == 0;
}

/* Put those errands to the keeper that are so. */
static enum idm_status
ask_keeper(struct numbers *numbers, enum idm_op op,
    bool (*is_so)(const struct errand *), struct errand *errand, size_t n,
    struct idm_err *err)
{
	struct idm_wish *wish = calloc(n, sizeof(*wish));
	struct idm_grant *grant = calloc(n, sizeof(*grant));
	enum idm_status st = IDM_OK;
	size_t nwishes = 0;

	if (wish == NULL || grant == NULL)
		st = idm_fail(err, IDM_NOMEM, "out of memory");
	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		if (!is_so(&errand[i]))
			continue;
		wish[nwishes] = *errand[i].wish;
		wish[nwishes].told = errand[i].told;
		if (errand[i].told != 0)
			wish[nwishes].kind = errand[i].kind;
		nwishes++;
	}
	if (st == IDM_OK)
		st = idm_asked_wishes(
		    &numbers->keeper, op, wish, nwishes, grant, err);
	nwishes = 0;
	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		if (is_so(&errand[i]))
			*errand[i].grant = grant[nwishes++];
	}
	free(wish);
	free(grant);
	return st;
}

/* Whose numbers are shared, and not in the files yet? */
static bool
sort_out(const struct numbers *numbers, struct errand *errand, size_t n)
{
	const struct idm_maps *maps = numbers->moment->maps;
	bool any = false;

	for (size_t i = 0; i < n; i++) {
		const struct idm_wish *wish = errand[i].wish;
		const struct idm_domain *domain;
		struct idm_mapping mapping;
		bool needs_place;

		if (wish->sid.nsubs == 0 ||
		    idm_place_domain(maps, wish, &domain, NULL) != IDM_OK ||
		    domain->backend != IDM_BACKEND_LDAP ||
		    idm_backend_to_id(maps, domain, &wish->sid, wish->kind,
			&mapping, &needs_place, NULL, NULL) == IDM_OK)
			continue;
		errand[i].shared = domain;
		any = true;
	}
	return any;
}

/* What the keeper knows does not need the directory; nor what it refuses. */
static enum idm_status
look_here(struct numbers *numbers, struct errand *errand, size_t n,
    struct idm_err *err)
{
	enum idm_status st;

	st = ask_keeper(numbers, IDM_OP_STATE_FIND, is_shared, errand, n, err);
	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		if (errand[i].shared != NULL &&
		    errand[i].grant->status != IDM_NOTFOUND)
			errand[i].shared = NULL;
	}
	return st;
}

static enum idm_status
run_errands(struct numbers *numbers, enum idm_op op, struct errand *errand,
    size_t n, struct idm_err *err)
{
	ask_pool *how = op == IDM_OP_STATE_GRANT ? idm_idpool_take
						 : idm_idpool_find;
	enum idm_status st = IDM_OK;

	if (sort_out(numbers, errand, n))
		st = look_here(numbers, errand, n, err);
	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		if (errand[i].shared != NULL && errand[i].told == 0 &&
		    !errand[i].is_settled)
			st = ask_shared(
			    numbers, errand[i].shared, errand, n, how, err);
	}
	if (st == IDM_OK)
		st = ask_keeper(
		    numbers, IDM_OP_STATE_GRANT, is_told, errand, n, err);
	return st == IDM_OK ? ask_keeper(numbers, op, is_untold, errand, n, err)
			    : st;
}

/* GRANT or FIND n wishes. */
static enum idm_status
put_wishes(struct numbers *numbers, enum idm_op op, const struct idm_wish *wish,
    size_t n, struct idm_grant *grant, struct idm_err *err)
{
	struct errand *errand = calloc(n, sizeof(*errand));
	enum idm_status st;

	if (errand == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		errand[i].wish = &wish[i];
		errand[i].grant = &grant[i];
	}
	st = run_errands(numbers, op, errand, n, err);
	free(errand);
	return st;
}

/* ---- By number. */

/* The domain whose shared numbers hold it; NULL: none. */
static const struct idm_domain *
domain_of_id(const struct numbers *numbers, uint32_t id)
{
	const struct idm_domain *const *domain;
	uint32_t n;

	if (idm_domain_by_id(
		&numbers->moment->maps->domains, id, &domain, &n) == NULL)
		return NULL;
	return domain[0]->backend == IDM_BACKEND_LDAP ? domain[0] : NULL;
}

/* Whose the directory says it is, which is written down. */
static enum idm_status
find_owner(struct numbers *numbers, const struct idm_domain *domain,
    uint32_t id, uint8_t kind, struct idm_sid *out, struct idm_err *err)
{
	struct idm_wish wish = { .kind = kind };
	const struct idm_domain *own;
	struct idm_grant grant;
	struct idm_idpool pool;
	struct realm *realm;
	enum idm_status st;

	st = open_pool(numbers, domain, &pool, &realm, err);
	if (st != IDM_OK)
		return st;
	st = idm_idpool_owner(&pool, id, (char)kind, &wish.sid, err);
	realm_give_session(realm, pool.session);
	if (st != IDM_OK)
		return idm_within(
		    err, st, "numbers of domain '%s'", domain->name);
	if (idm_place_domain(numbers->moment->maps, &wish, &own, NULL) !=
		IDM_OK ||
	    own != domain)
		return idm_fail(err, IDM_NOTFOUND,
		    "id %lu is that of another domain's account",
		    (unsigned long)id);
	/* Its own entry is looked at, too, as if it were asked for. */
	st = put_wishes(numbers, IDM_OP_STATE_FIND, &wish, 1, &grant, err);
	if (st == IDM_OK)
		st = idm_grant_status(&grant, err);
	if (st == IDM_OK && grant.id != id)
		st = idm_fail(err, IDM_CONFLICT,
		    "its id here is %lu, but the directory says %lu",
		    (unsigned long)grant.id, (unsigned long)id);
	if (st == IDM_OK)
		*out = wish.sid;
	return st;
}

static enum idm_status
find_by_id(struct numbers *numbers, uint32_t id, uint8_t kind,
    struct idm_buf *owner, struct idm_err *err)
{
	const struct idm_allocator keeper = idm_asked_allocator(
	    &numbers->keeper);
	const struct idm_domain *domain = domain_of_id(numbers, id);
	char text[IDM_SID_TEXT_MAX];
	struct idm_sid sid;
	enum idm_status st;

	st = keeper.find_id(keeper.context, id, kind, owner, err);
	if (st != IDM_NOTFOUND || domain == NULL)
		return st;
	st = find_owner(numbers, domain, id, kind, &sid, err);
	if (st == IDM_OK)
		idm_buf_puts(owner, idm_sid_format(&sid, text));
	return st;
}

/* ---- The allocator. */

static enum idm_status
grant(void *context, const struct idm_wish *wish, size_t n,
    struct idm_grant *out, struct idm_err *err)
{
	return put_wishes(context, IDM_OP_STATE_GRANT, wish, n, out, err);
}

static enum idm_status
find(void *context, const struct idm_wish *wish, struct idm_grant *out,
    struct idm_err *err)
{
	struct idm_grant found;
	enum idm_status st;

	st = put_wishes(context, IDM_OP_STATE_FIND, wish, 1, &found, err);
	if (st == IDM_OK)
		st = idm_grant_status(&found, err);
	if (st == IDM_OK)
		*out = found;
	return st;
}

static enum idm_status
find_id(void *context, uint32_t id, uint8_t kind, struct idm_buf *owner,
    struct idm_err *err)
{
	return find_by_id(context, id, kind, owner, err);
}

struct idm_allocator
numbers_allocator(struct numbers *numbers)
{
	return (struct idm_allocator){
		.grant = grant,
		.find = find,
		.find_id = find_id,
		.context = numbers,
	};
}

/* ---- Clients. */

/* Is one of the wishes, or the id, of a domain whose numbers are shared? */
static bool
is_about_shared(const struct numbers *numbers, uint16_t op,
    const struct idm_state_request *request)
{
	struct idm_str items = request->items;
	const struct idm_domain *domain;
	struct idm_wish wish;

	if (op == IDM_OP_STATE_FIND_ID)
		return domain_of_id(numbers, request->id) != NULL;
	while (idm_wish_next(&items, &wish)) {
		if (idm_place_domain(numbers->moment->maps, &wish, &domain,
			NULL) == IDM_OK &&
		    domain->backend == IDM_BACKEND_LDAP)
			return true;
	}
	return false;
}

static enum idm_status
answer_wishes(struct numbers *numbers, uint16_t op, struct idm_str items,
    struct idm_buf *reply, struct idm_err *err)
{
	struct idm_wish *wish = calloc(IDM_WISHES_MAX, sizeof(*wish));
	struct idm_grant *out = calloc(IDM_WISHES_MAX, sizeof(*out));
	enum idm_status st = IDM_OK;
	size_t n = 0;

	if (wish == NULL || out == NULL)
		st = idm_fail(err, IDM_NOMEM, "out of memory");
	/* What a directory said is for this program to say. */
	while (st == IDM_OK && n < IDM_WISHES_MAX &&
	    idm_wish_next(&items, &wish[n]))
		wish[n++].told = 0;
	if (st == IDM_OK)
		st = put_wishes(numbers, (enum idm_op)op, wish, n, out, err);
	for (size_t i = 0; i < n && st == IDM_OK; i++)
		idm_grant_write(reply, &out[i]);
	free(wish);
	free(out);
	return st;
}

enum idm_status
numbers_answer(const struct op_context *context, struct job *job,
    const struct idm_state_request *request, bool *is_ours, struct idm_err *err)
{
	const struct realms_moment *moment;
	uint16_t op = job->op->code;
	struct numbers numbers;
	enum idm_status st = IDM_OK;

	*is_ours = false;
	if ((op != IDM_OP_STATE_GRANT && op != IDM_OP_STATE_FIND &&
		op != IDM_OP_STATE_FIND_ID) ||
	    realms_enter(context->realms, &moment, NULL) != IDM_OK)
		return IDM_OK; /* without a map the keeper says what is wrong */
	numbers_init(&numbers, context->orders, moment, context->accounts);
	numbers.caller = job->caller;
	numbers.deadline = idm_clock_ms() + CLIENT_MS;
	*is_ours = is_about_shared(&numbers, op, request);
	if (*is_ours && op == IDM_OP_STATE_FIND_ID)
		st = find_by_id(
		    &numbers, request->id, request->kind, &job->out, err);
	else if (*is_ours)
		st = answer_wishes(
		    &numbers, op, request->items, &job->out, err);
	if (st != IDM_OK)
		idm_buf_clear(&job->out);
	numbers_fini(&numbers);
	realms_leave(context->realms, moment);
	return st;
}
