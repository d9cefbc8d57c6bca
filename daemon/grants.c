#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>

#include "backends/backend.h"
#include "base/clock.h"
#include "daemon/forget.h"
#include "daemon/grants.h"
#include "daemon/marks.h"
#include "daemon/pins.h"
#include "daemon/revive.h"
#include "daemon/say.h"
#include "map/allocated.h"
#include "state/place.h"

/* Another keeper that is just ending may hold the lock for a moment. */
#define LOCK_WAIT_MS  2000
/* How soon a state that was refused is looked at again. */
#define RETRY_MS      1000
/*
 * A fold copies the whole state.  It comes when what is new has waited for a
 * while, or is much; but not before so many times as long as the last one took
 * have gone by.
 */
#define FOLD_AFTER_MS 3000
#define FOLD_SHARE    5
#define FOLD_BYTES    (64u << 20)
#define FOLD_RETRY_MS 30000
/* For what is not folded when we end; the engine waits a little longer. */
#define FOLD_LAST_MS  4000

/* A fold that is on has not happened; all of it is in the journal. */
static void
close_state(struct grants *grants)
{
	if (fold_is_on(&grants->fold)) {
		fold_stop(&grants->fold);
		grants->folds_begun--;
	}
	idm_state_close(&grants->state);
}

void
grants_init(
    struct grants *grants, const char *dir, const char *accounts, uid_t uid)
{
	*grants = (struct grants){
		.dir = dir, .accounts = accounts, .uid = uid
	};
	fold_init(&grants->fold);
	transfer_init(&grants->transfer);
}

void
grants_fini(struct grants *grants)
{
	close_state(grants);
	transfer_fini(&grants->transfer);
}

/* ---- The state. */

static enum idm_status
none_adopted(struct idm_err *err)
{
	return idm_fail(err, IDM_TEMPFAIL,
	    "no state is adopted yet, so that no id can be allocated: "
	    "'idmap apply' or 'idmap state adopt' does it");
}

/* What the last look found; the next one is not due yet. */
static enum idm_status
still_refused(const struct grants *grants, struct idm_err *err)
{
	return idm_fail(err, IDM_TEMPFAIL, "%s", grants->why.text);
}

static enum idm_status
notice_boot(
    struct grants *grants, const struct idm_maps *maps, struct idm_err *err)
{
	uint32_t forgotten = 0;
	enum idm_status st;

	st = forget_earlier_boots(
	    maps, FORGET_BOOT_FILE, grants->state, &forgotten, err);
	if (st == IDM_OK)
		st = idm_state_sync(grants->state, err);
	if (st == IDM_OK && forgotten > 0)
		say(LOG_NOTICE, "keeper: a new boot: %lu ids are forgotten",
		    (unsigned long)forgotten);
	return st;
}

static enum idm_status
open_state(
    struct grants *grants, const struct idm_maps *maps, struct idm_err *err)
{
	struct idm_err cause;
	enum idm_status st;

	st = idm_state_open(grants->dir, grants->uid, maps->policy.state_uuid,
	    false, LOCK_WAIT_MS, &grants->state, &cause);
	if (st == IDM_OK)
		st = notice_boot(grants, maps, &cause);
	if (st == IDM_OK) {
		if (idm_state_pending(grants->state) > 0)
			grants->changed_at = idm_clock_ms();
		grants->why.status = IDM_OK;
		return IDM_OK;
	}
	close_state(grants);
	if (grants->why.status == IDM_OK ||
	    strcmp(grants->why.text, cause.text) != 0)
		say(LOG_ERR, "keeper: %s", cause.text);
	grants->why = cause;
	grants->why.status = st;
	grants->retry_at = idm_clock_ms() + RETRY_MS;
	return idm_fail(err, IDM_TEMPFAIL, "%s", cause.text);
}

/* A state that counts, by the maps of this moment. */
static enum idm_status
need_state(
    struct grants *grants, const struct idm_maps *maps, struct idm_err *err)
{
	if (maps == NULL || !maps->policy.has_state)
		return none_adopted(err);
	if (grants->state != NULL &&
	    (!idm_state_is_usable(grants->state) ||
		memcmp(idm_state_uuid(grants->state), maps->policy.state_uuid,
		    IDM_UUID_SIZE) != 0))
		close_state(grants);
	if (grants->state != NULL)
		return IDM_OK;
	if (grants->why.status != IDM_OK && idm_clock_ms() < grants->retry_at)
		return still_refused(grants, err);
	return open_state(grants, maps, err);
}

enum idm_status
grants_sync(struct grants *grants, struct idm_err *err)
{
	uint64_t ids = grants->staged_ids;
	enum idm_status st;

	grants->staged_ids = 0;
	if (grants->state == NULL || idm_state_mark(grants->state) == 0)
		return IDM_OK;
	st = idm_state_sync(grants->state, err);
	if (st != IDM_OK) {
		say(LOG_ERR, "keeper: %s", err->text);
		grants->why = *err;
		grants->why.status = st;
		grants->retry_at = idm_clock_ms() + RETRY_MS;
		return st;
	}
	if (grants->changed_at == 0)
		grants->changed_at = idm_clock_ms();
	grants->untold_ids += ids;
	grants->all_ids += ids;
	return IDM_OK;
}

/* ---- Wishes. */

/* A new slice is on record for itself: thousands of ids come from it. */
static void
note_slices(const struct idm_state *state, size_t mark, struct idm_buf *change)
{
	struct idm_change staged;
	uint64_t slice;

	for (; idm_state_staged(state, mark, &staged); mark++) {
		if (staged.removed || staged.key.len < 2 ||
		    memcmp(staged.key.data, "w/", 2) != 0 ||
		    idm_number_read(staged.value, &slice, NULL) != IDM_OK)
			continue;
		idm_buf_printf(change, "%s%.*s: - -> slice %llu",
		    change->len == 0 ? "" : ", ", (int)staged.key.len,
		    staged.key.data, (unsigned long long)slice);
	}
}

/* Somebody else's wish can still be granted when this one cannot. */
static enum idm_status
grant_one(struct grants *grants, const struct grants_call *call,
    const struct idm_wish *wish, struct idm_grant *grant, struct idm_err *err)
{
	size_t mark = idm_state_mark(grants->state);
	enum idm_status st;

	*grant = (struct idm_grant){ .status = IDM_OK };
	st = idm_place(
	    call->maps, grants->accounts, grants->state, wish, grant, err);
	if (st != IDM_OK || grant->status != IDM_OK) {
		idm_state_back(grants->state, mark);
		return st;
	}
	if (grant->is_new) {
		grants->staged_ids++;
		note_slices(grants->state, mark, call->change);
	}
	return IDM_OK;
}

static enum idm_status
run_wishes(
    struct grants *grants, const struct grants_call *call, struct idm_err *err)
{
	struct idm_str items = call->request->items;
	uint64_t before = grants->staged_ids;
	struct idm_wish wish;
	size_t mark;
	enum idm_status st;

	st = need_state(grants, call->maps, err);
	if (st != IDM_OK)
		return st;
	mark = idm_state_mark(grants->state);
	while (st == IDM_OK && idm_wish_next(&items, &wish)) {
		struct idm_grant grant = { .status = IDM_OK };

		if (call->op == IDM_OP_STATE_GRANT)
			st = grant_one(grants, call, &wish, &grant, err);
		else
			st = idm_place_find(
			    call->maps, grants->state, &wish, &grant, err);
		idm_grant_write(call->reply, &grant);
	}
	if (st == IDM_OK)
		st = idm_buf_status(call->reply, err);
	if (st != IDM_OK) {
		idm_state_back(grants->state, mark);
		grants->staged_ids = before;
	}
	return st;
}

static enum idm_status
find_owner(const struct idm_state *state, char kind, uint32_t id,
    struct idm_str *owner, struct idm_err *err)
{
	struct idm_str value;
	struct idm_buf key;
	enum idm_status st;
	char memory[32];

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_state_key_id(&key, kind, id);
	st = idm_state_get(
	    state, (struct idm_str){ key.data, key.len }, &value);
	if (st == IDM_NOTFOUND) {
		return idm_fail(err, st, "%cid %lu is not allocated", kind,
		    (unsigned long)id);
	}
	if (st != IDM_OK)
		return idm_fail(err, st, "the record of %cid %lu is damaged",
		    kind, (unsigned long)id);
	return idm_owner_read(value, owner, err);
}

/* Ids of slices have no record of their own; that there is none was said. */
static enum idm_status
find_in_slices(
    struct grants *grants, const struct grants_call *call, struct idm_err *err)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_sid sid;
	struct idm_err why;
	enum idm_status st;

	st = idm_place_find_sid(call->maps, grants->state, call->request->id,
	    call->request->kind, &sid, &why);
	if (st == IDM_OK)
		idm_buf_puts(call->reply, idm_sid_format(&sid, text));
	else if (st != IDM_NOTFOUND && err != NULL)
		*err = why;
	return st;
}

static enum idm_status
run_find_id(
    struct grants *grants, const struct grants_call *call, struct idm_err *err)
{
	uint8_t kind = call->request->kind;
	uint32_t id = call->request->id;
	struct idm_str owner;
	enum idm_status st;

	st = need_state(grants, call->maps, err);
	if (st != IDM_OK)
		return st;
	st = find_owner(
	    grants->state, kind == IDM_KIND_GROUP ? 'g' : 'u', id, &owner, err);
	if (st == IDM_NOTFOUND && kind == IDM_KIND_BOTH)
		st = find_owner(grants->state, 'g', id, &owner, err);
	if (st == IDM_NOTFOUND)
		return find_in_slices(grants, call, err);
	if (st == IDM_OK)
		idm_buf_put(call->reply, owner.data, owner.len);
	return st;
}

/* ---- What stands alone. */

/* The answer is for when the fold has ended that has all until now. */
static enum idm_status
run_fold(
    struct grants *grants, const struct grants_call *call, struct idm_err *err)
{
	enum idm_status st;

	grants->retry_at = 0;
	st = need_state(grants, call->maps, err);
	if (st != IDM_OK)
		return st;
	grants->fold_wanted = grants->folds_begun + 1;
	*call->fold = grants->fold_wanted;
	return IDM_OK;
}

static enum idm_status
run_flush(
    struct grants *grants, const struct grants_call *call, struct idm_err *err)
{
	struct idm_str name = call->request->domain;
	uint32_t forgotten = 0;
	enum idm_status st;

	st = need_state(grants, call->maps, err);
	if (st != IDM_OK)
		return st;
	st = forget_domain(call->maps, name, grants->state, &forgotten, err);
	if (st != IDM_OK) {
		idm_state_back(grants->state, 0);
		return st;
	}
	st = grants_sync(grants, err);
	if (st != IDM_OK)
		return st;
	idm_buf_put_u32(call->reply, forgotten);
	idm_buf_printf(call->change, "%.*s: %lu ids -> forgotten",
	    (int)name.len, name.data, (unsigned long)forgotten);
	return IDM_OK;
}

/* With what is checked only, and with what failed, nothing has happened. */
static enum idm_status
stage_import(struct grants *grants, const struct grants_call *call,
    struct pins *pins, struct idm_err *err)
{
	const struct idm_buf *items = &grants->transfer.items;
	enum idm_status st;

	st = need_state(grants, call->maps, err);
	if (st != IDM_OK)
		return st;
	pins->state = grants->state;
	st = pins_stage(pins, (struct idm_str){ items->data, items->len }, err);
	if (st != IDM_OK || (call->request->flags & IDM_STATE_CHECK) != 0) {
		idm_state_back(grants->state, 0);
		return st;
	}
	return grants_sync(grants, err);
}

static enum idm_status
run_import(
    struct grants *grants, const struct grants_call *call, struct idm_err *err)
{
	struct pins pins = {
		.maps = call->maps,
		.accounts = grants->accounts,
		.replace = (call->request->flags & IDM_STATE_REPLACE) != 0,
	};
	enum idm_status st;
	bool is_whole;

	st = transfer_take(
	    &grants->transfer, call->op, call->request, &is_whole, err);
	if (st != IDM_OK || !is_whole)
		return st;
	st = stage_import(grants, call, &pins, err);
	transfer_end(&grants->transfer);
	if (st != IDM_OK)
		return st;
	idm_buf_put_u32(call->reply, pins.created);
	idm_buf_put_u32(call->reply, pins.present);
	idm_buf_printf(call->change,
	    "%lu pins -> imported, %lu there already, %lu gave way",
	    (unsigned long)pins.created, (unsigned long)pins.present,
	    (unsigned long)pins.removed);
	return IDM_OK;
}

/* Give what was made or found its place, and say which it is. */
static enum idm_status
take_over(struct grants *grants, struct idm_state *state,
    const struct grants_call *call)
{
	close_state(grants);
	grants->state = state;
	grants->why.status = IDM_OK;
	grants->changed_at = 0;
	idm_buf_put(call->reply, idm_state_uuid(state), IDM_UUID_SIZE);
	return IDM_OK;
}

/* The present state; the first one is made. */
static enum idm_status
adopt_present(
    struct grants *grants, const struct grants_call *call, struct idm_err *err)
{
	bool has_state = call->maps != NULL && call->maps->policy.has_state;
	struct idm_state *state = NULL;
	enum idm_status st;

	grants->retry_at = 0;
	if (has_state) {
		st = need_state(grants, call->maps, err);
		if (st != IDM_OK)
			return st;
		idm_buf_put(
		    call->reply, idm_state_uuid(grants->state), IDM_UUID_SIZE);
		idm_buf_put_u8(call->reply, 0);
		return IDM_OK;
	}
	close_state(grants);
	st = idm_state_open(
	    grants->dir, grants->uid, NULL, true, LOCK_WAIT_MS, &state, err);
	if (st != IDM_OK)
		return st;
	idm_buf_puts(call->change, "state.gdbm: - -> adopted");
	st = take_over(grants, state, call);
	idm_buf_put_u8(call->reply, 1);
	return st;
}

/* A state made of records, or of none, with marks that nobody gave yet. */
static enum idm_status
replace_state(struct grants *grants, const struct grants_call *call,
    struct idm_str records, uint32_t *n, struct idm_err *err)
{
	struct revive revive = {
		.dir = grants->dir,
		.uid = grants->uid,
		.maps = call->maps,
		.gap = call->request->gap,
		.records = records,
	};
	enum idm_status st;

	close_state(grants);
	st = revive_state(&revive, err);
	if (st != IDM_OK)
		return st;
	*n = revive.n;
	return take_over(grants, revive.state, call);
}

static enum idm_status
run_adopt(
    struct grants *grants, const struct grants_call *call, struct idm_err *err)
{
	enum idm_status st;
	uint32_t n;

	if ((call->request->flags & IDM_STATE_REPLACE) == 0)
		return adopt_present(grants, call, err);
	st = replace_state(grants, call, idm_str_of(""), &n, err);
	if (st == IDM_OK) {
		idm_buf_put_u8(call->reply, 1);
		idm_buf_puts(call->change, "state.gdbm: replaced -> empty");
	}
	return st;
}

/* A state that is in use is not replaced by an older one unasked. */
static enum idm_status
check_replaceable(
    struct grants *grants, const struct grants_call *call, struct idm_err *err)
{
	grants->retry_at = 0;
	if ((call->request->flags & IDM_STATE_REPLACE) != 0 ||
	    need_state(grants, call->maps, NULL) != IDM_OK)
		return IDM_OK;
	return idm_fail(err, IDM_CONFLICT,
	    "the state in place is whole; --replace puts the backup in its "
	    "place, and forgets what was allocated since");
}

static enum idm_status
run_restore(
    struct grants *grants, const struct grants_call *call, struct idm_err *err)
{
	const struct idm_buf *items = &grants->transfer.items;
	enum idm_status st;
	bool is_whole;
	uint32_t n;

	st = transfer_take(
	    &grants->transfer, call->op, call->request, &is_whole, err);
	if (st != IDM_OK || !is_whole)
		return st;
	st = check_replaceable(grants, call, err);
	if (st == IDM_OK)
		st = replace_state(grants, call,
		    (struct idm_str){ items->data, items->len }, &n, err);
	transfer_end(&grants->transfer);
	if (st != IDM_OK)
		return st;
	idm_buf_put_u32(call->reply, n);
	idm_buf_printf(call->change, "state.gdbm: replaced -> %lu records",
	    (unsigned long)n);
	return IDM_OK;
}

static enum idm_status
run_status(
    struct grants *grants, const struct grants_call *call, struct idm_err *err)
{
	struct idm_err why;

	(void)err;
	if (need_state(grants, call->maps, &why) != IDM_OK) {
		idm_buf_printf(call->reply, "problem %s\n", why.text);
	} else {
		idm_buf_printf(call->reply, "journal %llu\n",
		    (unsigned long long)idm_state_pending(grants->state));
	}
	idm_buf_printf(call->reply, "allocated %llu\n",
	    (unsigned long long)(grants->all_ids + grants->staged_ids));
	idm_buf_printf(
	    call->reply, "fold_ms %lld\n", (long long)grants->fold_ms);
	idm_buf_printf(
	    call->reply, "folding %d\n", fold_is_on(&grants->fold) ? 1 : 0);
	if (grants->fold_err.status != IDM_OK)
		idm_buf_printf(
		    call->reply, "fold_problem %s\n", grants->fold_err.text);
	return IDM_OK;
}

/* ---- The table. */

typedef enum idm_status run_op(
    struct grants *, const struct grants_call *, struct idm_err *);

static const struct {
	uint16_t op;
	bool stands_alone;
	run_op *run;
} ops[] = {
	{ IDM_OP_STATE_GRANT, false, run_wishes },
	{ IDM_OP_STATE_FIND, false, run_wishes },
	{ IDM_OP_STATE_FIND_ID, false, run_find_id },
	{ IDM_OP_STATE_ADOPT, true, run_adopt },
	{ IDM_OP_STATE_IMPORT, true, run_import },
	{ IDM_OP_STATE_RESTORE, true, run_restore },
	{ IDM_OP_STATE_FOLD, false, run_fold },
	{ IDM_OP_STATE_FLUSH, true, run_flush },
	{ IDM_OP_STATE_STATUS, false, run_status },
};

bool
grants_stands_alone(uint16_t op)
{
	for (size_t i = 0; i < IDM_COUNTOF(ops); i++) {
		if (ops[i].op == op)
			return ops[i].stands_alone;
	}
	return false;
}

enum idm_status
grants_run(
    struct grants *grants, const struct grants_call *call, struct idm_err *err)
{
	for (size_t i = 0; i < IDM_COUNTOF(ops); i++) {
		if (ops[i].op == call->op)
			return ops[i].run(grants, call, err);
	}
	return idm_fail(err, IDM_INVALID, "unknown operation");
}

/* ---- Folding. */

static void
begin_fold(struct grants *grants)
{
	grants->folds_begun++;
	grants->fold_began = idm_clock_ms();
	if (grants->state == NULL)
		grants->fold_err.status = idm_fail(
		    &grants->fold_err, IDM_TEMPFAIL, "%s", grants->why.text);
	else
		grants->fold_err.status = fold_start(
		    &grants->fold, grants->state, &grants->fold_err);
	if (grants->fold_err.status == IDM_OK) {
		/* What comes from now on waits for the next. */
		grants->changed_at = 0;
		return;
	}
	grants->folds_ended = grants->folds_begun;
	grants->folded_at = grants->fold_began;
	say(LOG_ERR, "keeper: %s", grants->fold_err.text);
}

static void
end_fold(struct grants *grants)
{
	grants->fold_err.status = fold_end(
	    &grants->fold, grants->state, &grants->fold_err);
	grants->folds_ended = grants->folds_begun;
	grants->folded_at = idm_clock_ms();
	grants->fold_ms = grants->folded_at - grants->fold_began;
	if (grants->fold_err.status == IDM_OK)
		return;
	grants->changed_at = grants->fold_began;
	say(LOG_ERR, "keeper: %s", grants->fold_err.text);
}

int64_t
grants_next(const struct grants *grants)
{
	int64_t at, earliest;

	if (fold_is_on(&grants->fold))
		return INT64_MAX;
	if (grants->fold_wanted > grants->folds_begun)
		return 0;
	if (grants->state == NULL || grants->changed_at == 0 ||
	    !idm_state_is_usable(grants->state))
		return INT64_MAX;
	at = grants->changed_at + FOLD_AFTER_MS;
	if (idm_state_pending(grants->state) > FOLD_BYTES)
		at = 0;
	earliest = grants->folded_at + grants->fold_ms * FOLD_SHARE;
	if (grants->fold_err.status != IDM_OK)
		earliest = grants->folded_at + FOLD_RETRY_MS;
	return at > earliest ? at : earliest;
}

static void
tell_ids(struct grants *grants, struct idm_buf *change)
{
	if (grants->untold_ids == 0)
		return;
	idm_buf_printf(change, "%llu ids: - -> allocated",
	    (unsigned long long)grants->untold_ids);
	grants->untold_ids = 0;
}

void
grants_tend(struct grants *grants, struct idm_buf *change)
{
	bool is_over = fold_is_over(&grants->fold);

	if (is_over)
		end_fold(grants);
	if (idm_clock_ms() >= grants_next(grants))
		begin_fold(grants);
	if (is_over)
		tell_ids(grants, change);
}

/* Is there something, and can it be folded? */
static bool
has_unfolded(const struct grants *grants)
{
	return grants->state != NULL && grants->changed_at != 0 &&
	    idm_state_is_usable(grants->state);
}

/* Wait for the fold that is on.  False: it takes too long, or failed. */
static bool
finish_fold(struct grants *grants, int64_t until)
{
	int64_t left = until - idm_clock_ms();

	if (!fold_is_on(&grants->fold))
		return true;
	if (left <= 0 || !fold_await(&grants->fold, (int)left)) {
		say(LOG_NOTICE,
		    "keeper: the last fold takes too long; the journal has "
		    "what it would have");
		return false;
	}
	end_fold(grants);
	return grants->fold_err.status == IDM_OK;
}

void
grants_settle(struct grants *grants, struct idm_buf *change)
{
	int64_t until = idm_clock_ms() + FOLD_LAST_MS;

	if (finish_fold(grants, until) && has_unfolded(grants)) {
		begin_fold(grants);
		(void)finish_fold(grants, until);
	}
	tell_ids(grants, change);
}
