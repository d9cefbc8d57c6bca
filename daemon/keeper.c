#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "config/updatelog.h"
#include "daemon/cache.h"
#include "daemon/grants.h"
#include "daemon/keeper.h"
#include "daemon/record.h"
#include "daemon/say.h"
#include "daemon/users.h"
#include "map/publish.h"

#define STORE     "users.gdbm"
#define STORE_OLD "users.gdbm.old"

/* Changes that are published together; more wait for the next round. */
#define BATCH_MAX 64

/* Another keeper that is just ending may hold the lock for a moment. */
#define LOCK_WAIT_MS 5000

/* Requests that wait for the end of a fold. */
#define WAITING_MAX 16

/* One request and what came of it.  Its texts are lent from packet. */
struct work {
	struct idm_buf packet;
	struct record_request request;
	enum idm_status status;
	struct idm_err err;
	struct idm_buf reply;
	struct idm_buf change;
	uint64_t fold;    /* it waits for the end of this one; 0: it does not */
	uint64_t publish; /* likewise, of the cache */
};

struct keeper {
	const struct keeper_setup *setup;
	char dir[PATH_MAX]; /* of the store */
	struct work work[BATCH_MAX];
	size_t nwork;
	struct work waiting[WAITING_MAX];
	size_t nwaiting;
	bool is_over; /* the engine is gone, or cannot be believed */
	/* How many entries the store has, and of which version that is true. */
	struct idm_header counted;
	uint64_t entries;
	/* While a batch is being made: */
	struct idm_maps *maps;
	struct users users;
	size_t uncommitted; /* the first request that is not published yet */
	struct cache cache;
	struct grants grants;
	size_t
	    unsynced; /* the first request whose grants are not on disk yet */
};

/* ---- The engine. */

/* Take one packet.  false: none is waiting, or it is over. */
static bool
receive(struct keeper *keeper, int flags)
{
	struct work *work = &keeper->work[keeper->nwork];
	char bytes[RECORD_MAX];
	struct idm_err err;
	ssize_t len;

	do
		len = recv(keeper->setup->engine, bytes, sizeof(bytes),
		    flags | MSG_TRUNC);
	while (len == -1 && errno == EINTR);
	if (len == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return false;
	keeper->is_over = true;
	if (len <= 0)
		return false;
	if ((size_t)len > sizeof(bytes)) {
		say(LOG_ERR, "keeper: the engine sent %zd bytes", len);
		return false;
	}
	idm_buf_clear(&work->packet);
	idm_buf_clear(&work->reply);
	idm_buf_clear(&work->change);
	work->fold = 0;
	work->publish = 0;
	idm_buf_put(&work->packet, bytes, (size_t)len);
	if (idm_buf_status(&work->packet, &err) != IDM_OK ||
	    record_request_read(
		(struct idm_str){ work->packet.data, work->packet.len },
		&work->request, &err) != IDM_OK) {
		say(LOG_ERR, "keeper: from the engine: %s", err.text);
		return false;
	}
	keeper->is_over = false;
	keeper->nwork++;
	return true;
}

/* Until the state or the cache is to be looked after: for ever, in most cases.
 */
static int
time_to_wait(const struct keeper *keeper)
{
	int64_t at = grants_next(&keeper->grants);
	int64_t cache = cache_next(&keeper->cache);
	int64_t now = idm_clock_ms();

	if (cache < at)
		at = cache;
	if (at == INT64_MAX)
		return -1;
	if (at <= now)
		return 0;
	return at - now > INT_MAX ? INT_MAX : (int)(at - now);
}

/* Wait for work and take all there is; none, when there is other work. */
static void
receive_batch(struct keeper *keeper)
{
	struct pollfd pfd[] = {
		{ .fd = keeper->setup->engine, .events = POLLIN },
		{ .fd = keeper->grants.fold.child.fd, .events = 0 },
		{ .fd = keeper->cache.child.fd, .events = 0 },
	};
	bool was_taken;

	keeper->nwork = 0;
	if (poll(pfd, IDM_COUNTOF(pfd), time_to_wait(keeper)) >= 0 &&
	    pfd[0].revents == 0)
		return;
	was_taken = receive(keeper, 0);
	while (was_taken && keeper->nwork < BATCH_MAX)
		was_taken = receive(keeper, MSG_DONTWAIT);
}

/* An engine that is gone is noticed when there is nothing left to take. */
static void
answer(struct keeper *keeper, uint32_t id, enum idm_status status,
    struct idm_str body)
{
	struct record_reply reply = {
		.id = id, .status = (uint16_t)status, .body = body
	};
	struct idm_buf packet;
	struct idm_err err;

	idm_buf_init(&packet, RECORD_MAX);
	record_reply_write(&packet, &reply);
	if (idm_buf_status(&packet, &err) != IDM_OK) {
		say(LOG_ERR, "keeper: answer: %s", err.text);
		keeper->is_over = true;
	} else {
		(void)send(keeper->setup->engine, packet.data, packet.len,
		    MSG_NOSIGNAL);
	}
	idm_buf_fini(&packet);
}

/* ---- The store. */

/* Is it what the administrator adopted, and nothing put in its place? */
static enum idm_status
check_adopted(const struct keeper *keeper, const struct idm_header *header,
    struct idm_err *err)
{
	const struct idm_policy *policy = &keeper->maps->policy;

	if (memcmp(header->uuid, policy->users_uuid, IDM_UUID_SIZE) != 0) {
		return idm_fail(err, IDM_TEMPFAIL,
		    "%s/" STORE " is not the store that was adopted",
		    keeper->dir);
	}
	return IDM_OK;
}

/* Counting every entry is for the first look only. */
static enum idm_status
count_entries(struct keeper *keeper, struct idm_err *err)
{
	const struct idm_header *header = idm_view_header(
	    idm_rewrite_view(keeper->users.store.rewrite));
	enum idm_status st = IDM_OK;

	if (memcmp(header, &keeper->counted, sizeof(*header)) != 0)
		st = store_count(&keeper->users.store, err);
	else
		keeper->users.store.entries = keeper->entries;
	return st;
}

static enum idm_status
open_store(struct keeper *keeper, struct idm_err *err)
{
	struct users *users = &keeper->users;
	enum idm_status st;

	if (users->store.rewrite != NULL)
		return IDM_OK;
	*users = (struct users){ .maps = keeper->maps,
		.accounts = keeper->setup->accounts };
	if (!keeper->maps->policy.has_users) {
		return idm_fail(err, IDM_TEMPFAIL,
		    "no store of users' entries is adopted yet: put a scheme "
		    "into USER mode with idadmin -u");
	}
	st = idm_rewrite_begin(keeper->dir, STORE, IDM_MAP_USERS,
	    keeper->setup->uid, false, LOCK_WAIT_MS, &users->store.rewrite,
	    err);
	if (st == IDM_NOTFOUND)
		return idm_fail(err, IDM_TEMPFAIL,
		    "%s/" STORE " is missing: restore it, or adopt a new one "
		    "with idadmin -u",
		    keeper->dir);
	if (st != IDM_OK)
		return st;
	st = check_adopted(keeper,
	    idm_view_header(idm_rewrite_view(users->store.rewrite)), err);
	if (st == IDM_OK)
		st = count_entries(keeper, err);
	if (st != IDM_OK)
		idm_rewrite_end(&users->store.rewrite);
	return st;
}

/* All that was done since the last commit did not happen after all. */
static void
fail_uncommitted(struct keeper *keeper, size_t end, const struct idm_err *why)
{
	for (size_t i = keeper->uncommitted; i < end; i++) {
		struct work *work = &keeper->work[i];

		if (work->status != IDM_OK)
			continue;
		work->status = why->status;
		work->err = *why;
	}
}

/* Publish what the requests before end have changed. */
static void
commit(struct keeper *keeper, size_t end)
{
	struct users *users = &keeper->users;
	enum idm_status st;
	struct idm_err err;

	if (users->store.rewrite == NULL) {
		keeper->uncommitted = end;
		return;
	}
	if (users->store.is_torn)
		st = idm_fail(&err, IDM_NOMEM, "out of memory");
	else
		st = idm_rewrite_commit(users->store.rewrite, NULL, NULL, &err);
	if (st != IDM_OK) {
		say(LOG_ERR, "keeper: %s", err.text);
		fail_uncommitted(keeper, end, &err);
	} else {
		const struct idm_view *view = idm_rewrite_view(
		    users->store.rewrite);

		keeper->counted = (struct idm_header){ 0 };
		if (view != NULL)
			keeper->counted = *idm_view_header(view);
		keeper->entries = users->store.entries;
	}
	idm_rewrite_end(&users->store.rewrite);
	keeper->uncommitted = end;
}

/* ---- Adopting a store. */

/* Put the present store, if there is one, out of the way. */
static enum idm_status
set_aside(struct keeper *keeper, struct idm_err *err)
{
	struct idm_lock *lock = NULL;
	enum idm_status st;
	int dirfd;

	dirfd = open(keeper->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dirfd == -1)
		return idm_fail_errno(err, "%s", keeper->dir);
	st = idm_lock_take(dirfd, STORE, LOCK_WAIT_MS, &lock, err);
	if (st == IDM_OK && renameat(dirfd, STORE, dirfd, STORE_OLD) == -1 &&
	    errno != ENOENT)
		st = idm_fail_errno(err, "rename " STORE " to " STORE_OLD);
	idm_lock_release(&lock);
	(void)close(dirfd);
	return st;
}

/* Open the store, or make an empty one. */
static enum idm_status
adopt(struct keeper *keeper, bool *is_new, struct idm_rewrite **out,
    struct idm_err *err)
{
	struct idm_rewrite *rewrite = NULL;
	enum idm_status st;

	st = idm_rewrite_begin(keeper->dir, STORE, IDM_MAP_USERS,
	    keeper->setup->uid, true, LOCK_WAIT_MS, &rewrite, err);
	if (st != IDM_OK)
		return st;
	*is_new = idm_rewrite_view(rewrite) == NULL;
	st = idm_rewrite_commit(rewrite, NULL, NULL, err);
	if (st == IDM_OK && idm_rewrite_view(rewrite) == NULL)
		st = idm_fail(err, IDM_NOMEM, "out of memory");
	if (st == IDM_OK) {
		*out = rewrite;
		rewrite = NULL;
	}
	idm_rewrite_end(&rewrite);
	return st;
}

static enum idm_status
run_adopt(struct keeper *keeper, struct work *work)
{
	bool replace = (work->request.user.flags & IDM_USER_REPLACE) != 0;
	struct idm_rewrite *rewrite = NULL;
	const struct idm_header *header;
	enum idm_status st = IDM_OK;
	bool is_new = false;

	if (replace)
		st = set_aside(keeper, &work->err);
	if (st == IDM_OK)
		st = adopt(keeper, &is_new, &rewrite, &work->err);
	if (st != IDM_OK)
		return st;
	header = idm_view_header(idm_rewrite_view(rewrite));
	idm_buf_put(&work->reply, header->uuid, IDM_UUID_SIZE);
	idm_buf_put_u8(&work->reply, is_new ? 1 : 0);
	if (is_new)
		idm_buf_puts(&work->change, "users.gdbm: - -> a new store");
	idm_rewrite_end(&rewrite);
	return IDM_OK;
}

/* ---- One batch. */

static users_op *
find_op(uint16_t op)
{
	switch (op) {
	case IDM_OP_USER_ADD:
		return users_add;
	case IDM_OP_USER_DELETE:
		return users_delete;
	case IDM_OP_USERS_PURGE:
		return users_purge;
	default:
		return NULL;
	}
}

/* Open the maps of this moment: a mode that root just set counts already. */
static enum idm_status
open_maps(struct keeper *keeper, struct idm_err *err)
{
	if (keeper->maps != NULL)
		return IDM_OK;
	return idm_maps_open(keeper->setup->state_dir, 0, &keeper->maps, err);
}

static enum idm_status
run_op(struct keeper *keeper, struct work *work, users_op *op)
{
	const struct record_request *request = &work->request;
	enum idm_status st;

	st = open_maps(keeper, &work->err);
	if (st == IDM_OK)
		st = open_store(keeper, &work->err);
	if (st != IDM_OK)
		return st;
	st = op(&keeper->users, &request->caller, &request->user, &work->reply,
	    &work->change, &work->err);
	if (st == IDM_OK)
		st = idm_buf_status(&work->reply, &work->err);
	return st;
}

/* What failed in part goes with the rewrite, where it must be alone. */
static enum idm_status
run_fix(struct keeper *keeper, size_t i)
{
	enum idm_status st;

	commit(keeper, i);
	st = run_op(keeper, &keeper->work[i], users_fix);
	if (st != IDM_OK)
		idm_rewrite_end(&keeper->users.store.rewrite);
	return st;
}

/* ---- Allocations. */

static bool
is_about_state(uint16_t op)
{
	return idm_op_has_state_request(op) || op == IDM_OP_STATE_STATUS;
}

/* What the requests before end were granted counts only when it is on disk. */
static void
sync_grants(struct keeper *keeper, size_t end)
{
	struct idm_err err;

	if (grants_sync(&keeper->grants, &err) != IDM_OK) {
		for (size_t i = keeper->unsynced; i < end; i++) {
			struct work *work = &keeper->work[i];

			if (!is_about_state(work->request.op) ||
			    work->status != IDM_OK)
				continue;
			work->status = err.status;
			work->err = err;
		}
	}
	keeper->unsynced = end;
}

static enum idm_status
run_state_op(struct keeper *keeper, size_t i)
{
	struct work *work = &keeper->work[i];
	struct grants_call call = {
		.op = work->request.op,
		.request = &work->request.state,
		.reply = &work->reply,
		.change = &work->change,
		.fold = &work->fold,
	};
	bool is_alone = grants_stands_alone(call.op);
	enum idm_status st;

	if (is_alone)
		sync_grants(keeper, i);
	st = open_maps(keeper, &work->err);
	/* The first state is adopted by what makes the first map. */
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	call.maps = keeper->maps;
	st = grants_run(&keeper->grants, &call, &work->err);
	if (call.op == IDM_OP_STATE_STATUS)
		cache_status(&keeper->cache, &work->reply);
	if (is_alone)
		keeper->unsynced = i + 1;
	return st;
}

/* ---- The cache. */

static enum idm_status
run_cache_op(struct keeper *keeper, struct work *work)
{
	struct cache_call call = {
		.body = work->request.cache,
		.reply = &work->reply,
		.publish = &work->publish,
	};
	enum idm_status st;

	st = open_maps(keeper, &work->err);
	if (st != IDM_OK)
		return st;
	call.maps = keeper->maps;
	cache_limit(&keeper->cache, &call.maps->policy);
	return cache_take(&keeper->cache, &call, &work->err);
}

static enum idm_status
run(struct keeper *keeper, size_t i)
{
	struct work *work = &keeper->work[i];
	const struct record_request *request = &work->request;
	users_op *op = find_op(request->op);

	if (request->refused != IDM_OK) {
		return idm_fail(&work->err, (enum idm_status)request->refused,
		    "%.*s", (int)request->reason.len, request->reason.data);
	}
	if (request->op == IDM_OP_CACHE_PUT)
		return run_cache_op(keeper, work);
	if (is_about_state(request->op))
		return run_state_op(keeper, i);
	if (request->op == IDM_OP_USERS_ADOPT) {
		commit(keeper, i);
		return run_adopt(keeper, work);
	}
	if (request->op == IDM_OP_USERS_FIX)
		return run_fix(keeper, i);
	if (op == NULL)
		return idm_fail(&work->err, IDM_INVALID, "unknown operation");
	return run_op(keeper, work, op);
}

/* One line in the log, and its copy to syslog. */
static void
record_update(const struct keeper *keeper, const struct idm_update *update)
{
	struct idm_buf text;
	struct idm_err err;

	if (idm_update_append(keeper->setup->log, update, &err) != IDM_OK)
		say(LOG_ERR, "keeper: %s", err.text);
	idm_buf_init(&text, 8 * IDM_UPDATE_TEXT_MAX);
	idm_update_format(&text, update);
	syslog(LOG_NOTICE, "%s", idm_buf_text(&text));
	idm_buf_fini(&text);
}

/*
 * Questions are no attempts.  Ids are allocated by the thousand: the log is
 * told their number when they are folded; and of a transfer how it ended.
 */
static bool
is_worth_a_record(const struct work *work)
{
	const struct record_request *request = &work->request;

	switch (request->op) {
	case IDM_OP_STATE_FIND:
	case IDM_OP_STATE_FIND_ID:
	case IDM_OP_STATE_STATUS:
	case IDM_OP_CACHE_PUT:
		return false;
	case IDM_OP_STATE_GRANT:
		return work->status != IDM_OK || work->change.len > 0;
	case IDM_OP_STATE_IMPORT:
	case IDM_OP_STATE_RESTORE:
		return work->status != IDM_OK ||
		    (request->state.flags & IDM_STATE_MORE) == 0;
	default:
		return true;
	}
}

static void
record(const struct keeper *keeper, const struct work *work)
{
	const struct record_request *request = &work->request;
	struct idm_update update = {
		.program = "idmapd",
		.pid = (pid_t)request->caller.pid,
		.login = request->caller.login,
		.uid = request->caller.uid,
		.euid = request->caller.uid,
		.scheme = request->user.scheme,
		.command = is_about_state(request->op) ? request->state.command
						       : request->user.command,
		.result = work->status,
	};

	if (!is_worth_a_record(work))
		return;
	if (work->status != IDM_OK)
		update.reason = idm_str_of(work->err.text);
	else if (work->change.len > 0)
		update.change = (struct idm_str){ work->change.data,
			work->change.len };
	record_update(keeper, &update);
}

/* Record what came of a request, and answer it. */
static void
finish(struct keeper *keeper, const struct work *work)
{
	struct idm_str body = { work->reply.data, work->reply.len };

	record(keeper, work);
	if (work->status != IDM_OK)
		body = idm_str_of(work->err.text);
	if (work->request.id != 0)
		answer(keeper, work->request.id, work->status, body);
}

/* Does it wait for a child that has not ended yet? */
static bool
is_waiting(const struct keeper *keeper, const struct work *work)
{
	return work->fold > keeper->grants.folds_ended ||
	    work->publish > keeper->cache.ended;
}

/* What came of the child that it has waited for. */
static void
take_outcome(const struct keeper *keeper, struct work *work)
{
	if (work->publish > 0) {
		work->status = keeper->cache.err.status;
		work->err = keeper->cache.err;
		idm_buf_put_u64(&work->reply, cache_version(&keeper->cache));
	} else {
		work->status = keeper->grants.fold_err.status;
		work->err = keeper->grants.fold_err;
	}
}

/* Put a request aside until its child has ended. */
static void
put_aside(struct keeper *keeper, struct work *work)
{
	struct work unused;

	if (keeper->nwaiting == WAITING_MAX) {
		work->status = idm_fail(&work->err, IDM_TEMPFAIL,
		    "too many wait for the disk already");
		finish(keeper, work);
		return;
	}
	unused = keeper->waiting[keeper->nwaiting];
	keeper->waiting[keeper->nwaiting++] = *work;
	*work = unused;
}

/* Answer those whose child has ended; the others stay, in their order. */
static void
finish_waiting(struct keeper *keeper)
{
	size_t kept = 0;

	for (size_t i = 0; i < keeper->nwaiting; i++) {
		struct work work = keeper->waiting[i];
		bool is_early = is_waiting(keeper, &work);

		if (!is_early) {
			take_outcome(keeper, &work);
			finish(keeper, &work);
		}
		keeper->waiting[i] = keeper->waiting[kept];
		keeper->waiting[kept] = work;
		if (is_early)
			kept++;
	}
	keeper->nwaiting = kept;
}

/* Look after the state when nobody waits for an answer: part of it. */
static void
look_after(
    struct keeper *keeper, void (*part)(struct grants *, struct idm_buf *))
{
	struct idm_update update = {
		.program = "idmapd",
		.pid = getpid(),
		.login = IDM_UPDATE_NONE,
		.uid = keeper->setup->uid,
		.euid = keeper->setup->uid,
		.result = IDM_OK,
	};
	struct idm_buf change;

	idm_buf_init(&change, IDM_UPDATE_TEXT_MAX);
	part(&keeper->grants, &change);
	update.change = (struct idm_str){ change.data, change.len };
	if (change.len > 0)
		record_update(keeper, &update);
	idm_buf_fini(&change);
	finish_waiting(keeper);
}

static void
run_batch(struct keeper *keeper)
{
	keeper->uncommitted = 0;
	keeper->unsynced = 0;
	for (size_t i = 0; i < keeper->nwork; i++)
		keeper->work[i].status = run(keeper, i);
	commit(keeper, keeper->nwork);
	sync_grants(keeper, keeper->nwork);
	idm_maps_close(&keeper->maps);

	for (size_t i = 0; i < keeper->nwork; i++) {
		struct work *work = &keeper->work[i];

		if (work->status == IDM_OK &&
		    (work->fold > 0 || work->publish > 0))
			put_aside(keeper, work);
		else
			finish(keeper, work);
	}
}

static void
work_init(struct work *work)
{
	idm_buf_init(&work->packet, RECORD_MAX);
	idm_buf_init(&work->reply, IDM_WIRE_REPLY_MAX);
	idm_buf_init(&work->change, 2 * IDM_UPDATE_TEXT_MAX);
}

static void
work_fini(struct work *work)
{
	idm_buf_fini(&work->packet);
	idm_buf_fini(&work->reply);
	idm_buf_fini(&work->change);
}

static struct keeper *
keeper_new(const struct keeper_setup *setup)
{
	struct keeper *keeper = calloc(1, sizeof(*keeper));
	int n;

	if (keeper == NULL)
		return NULL;
	keeper->setup = setup;
	n = snprintf(
	    keeper->dir, sizeof(keeper->dir), "%s/state", setup->state_dir);
	if (n < 0 || (size_t)n >= sizeof(keeper->dir)) {
		free(keeper);
		return NULL;
	}
	cache_init(&keeper->cache, keeper->dir, setup->uid);
	grants_init(&keeper->grants, keeper->dir, setup->accounts, setup->uid);
	for (size_t i = 0; i < BATCH_MAX; i++)
		work_init(&keeper->work[i]);
	for (size_t i = 0; i < WAITING_MAX; i++)
		work_init(&keeper->waiting[i]);
	return keeper;
}

static void
keeper_free(struct keeper *keeper)
{
	for (size_t i = 0; i < BATCH_MAX; i++)
		work_fini(&keeper->work[i]);
	for (size_t i = 0; i < WAITING_MAX; i++)
		work_fini(&keeper->waiting[i]);
	grants_fini(&keeper->grants);
	cache_fini(&keeper->cache);
	free(keeper);
}

int
keeper_run(const struct keeper_setup *setup)
{
	struct keeper *keeper = keeper_new(setup);

	if (keeper == NULL) {
		say(LOG_ERR, "keeper: out of memory");
		return 1;
	}
	openlog("idmapd", LOG_PID, LOG_AUTHPRIV);
	answer(keeper, 0, IDM_OK, idm_str_of(""));
	while (!keeper->is_over) {
		receive_batch(keeper);
		run_batch(keeper);
		cache_tend(&keeper->cache);
		look_after(keeper, grants_tend);
	}
	look_after(keeper, grants_settle);
	cache_settle(&keeper->cache);
	keeper_free(keeper);
	return 0;
}
