#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "map/changes.h"
#include "map/publish.h"
#include "map/rewrite.h"
#include "state/journalfile.h"
#include "state/replay.h"
#include "state/staged.h"
#include "state/state.h"

#define STATE_OLD   IDM_STATE_NAME ".old"
#define JOURNAL_OLD IDM_JOURNAL_FILE ".old"

/* In the order of their age: a key is searched for from the youngest on. */
struct idm_state {
	char dir[PATH_MAX];
	uid_t owner;
	struct idm_rewrite *rewrite;     /* folded; and journaled, as changes */
	struct idm_journalfile *journal; /* what the changes are on disk */
	struct idm_changes *recent; /* journaled since a fold began, or NULL */
	struct idm_staged *staged;
	uint64_t sequence;      /* of the last record of the journal */
	uint64_t fold_sequence; /* the same, when the fold began */
	uint64_t fold_size;     /* and the size of the journal */
	uint8_t uuid[IDM_UUID_SIZE];
	struct idm_err broken; /* why it may allocate no more, or IDM_OK */
};

static enum idm_status
out_of_memory(struct idm_err *err)
{
	return idm_fail(err, IDM_NOMEM, "out of memory");
}

/* From now on nothing counts any more; st is the reason, told in err. */
static enum idm_status
give_up(struct idm_state *state, enum idm_status st, const struct idm_err *err)
{
	state->broken = *err;
	state->broken.status = st;
	return st;
}

static enum idm_status
check_usable(const struct idm_state *state, struct idm_err *err)
{
	if (state->broken.status == IDM_OK)
		return IDM_OK;
	return idm_fail(err, IDM_TEMPFAIL, "%s", state->broken.text);
}

bool
idm_state_is_usable(const struct idm_state *state)
{
	return state->broken.status == IDM_OK;
}

/* ---- Opening. */

static enum idm_status
lock_and_view(
    struct idm_state *state, bool create, unsigned wait_ms, struct idm_err *err)
{
	enum idm_status st;

	st = idm_rewrite_begin(state->dir, IDM_STATE_NAME, IDM_MAP_STATE,
	    state->owner, create, wait_ms, &state->rewrite, err);
	if (st == IDM_NOTFOUND) {
		return idm_fail(err, IDM_TEMPFAIL,
		    "%s/" IDM_STATE_NAME " is missing: " IDM_STATE_ADVICE,
		    state->dir);
	}
	return st;
}

static enum idm_status
put_folded(struct idm_state *state, struct idm_err *err)
{
	struct idm_folded folded = {
		.sequence = state->sequence,
		.time = (uint64_t)time(NULL),
	};
	enum idm_status st;
	char memory[32];
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_folded_write(&buf, &folded);
	st = idm_buf_status(&buf, err);
	if (st != IDM_OK)
		return st;
	return idm_rewrite_put(state->rewrite, IDM_FOLDED_KEY,
	    sizeof(IDM_FOLDED_KEY) - 1, buf.data, buf.len, err);
}

/*
 * Begin a journal over what state.gdbm holds now.  When it is unknown which of
 * two journals a crash would leave, nothing may be written to either.
 */
static enum idm_status
begin_journal(struct idm_state *state, uint64_t base, struct idm_str records,
    struct idm_err *err)
{
	struct idm_journal_head head = { .base = base };
	struct idm_journalfile *journal = NULL;
	struct idm_err cause;
	enum idm_status st;
	bool was_replaced;

	memcpy(head.uuid, state->uuid, sizeof(head.uuid));
	st = idm_journalfile_begin(state->dir, state->owner, &head, records,
	    &journal, &was_replaced, &cause);
	if (st != IDM_OK) {
		if (was_replaced)
			(void)give_up(state, st, &cause);
		return idm_fail(err, st, "%s", cause.text);
	}
	idm_journalfile_close(&state->journal);
	state->journal = journal;
	return IDM_OK;
}

/*
 * The record of the last fold is what finishes a new state: nothing is
 * allocated before it is there, so that a journal which is missing without it
 * is no loss.
 */
static enum idm_status
finish_new(struct idm_state *state, struct idm_err *err)
{
	const struct idm_view *view;
	enum idm_status st;

	st = idm_rewrite_commit(state->rewrite, NULL, NULL, err);
	if (st != IDM_OK)
		return st;
	view = idm_rewrite_view(state->rewrite);
	if (view == NULL)
		return out_of_memory(err);
	memcpy(state->uuid, idm_view_header(view)->uuid, IDM_UUID_SIZE);
	st = begin_journal(state, 0, idm_str_of(""), err);
	if (st == IDM_OK)
		st = put_folded(state, err);
	if (st == IDM_OK)
		st = idm_rewrite_commit(state->rewrite, NULL, NULL, err);
	return st;
}

/* Take over what the journal holds, and have it on disk once more. */
static enum idm_status
take_journal(struct idm_state *state, const struct idm_folded *folded,
    struct idm_err *err)
{
	struct idm_changes *changes = NULL;
	struct idm_replay replay = { 0 };
	struct idm_str records;
	enum idm_status st;

	st = idm_changes_new(&changes, err);
	if (st == IDM_OK)
		st = idm_replay(state->dir, state->owner, state->uuid,
		    folded->sequence, changes, &replay, err);
	if (st == IDM_OK)
		st = idm_rewrite_merge(state->rewrite, changes, err);
	if (st == IDM_OK) {
		state->sequence = replay.sequence;
		records.data = replay.bytes + IDM_JOURNAL_HEAD;
		records.len = replay.len - IDM_JOURNAL_HEAD;
		st = begin_journal(state, replay.head.base, records, err);
	}
	idm_replay_fini(&replay);
	idm_changes_free(&changes);
	return st;
}

static enum idm_status
check_uuid(
    const struct idm_state *state, const uint8_t *uuid, struct idm_err *err)
{
	if (uuid == NULL || memcmp(state->uuid, uuid, IDM_UUID_SIZE) == 0)
		return IDM_OK;
	return idm_fail(err, IDM_TEMPFAIL,
	    "%s/" IDM_STATE_NAME " is not the one that the administrator's map "
	    "has adopted: " IDM_STATE_ADVICE,
	    state->dir);
}

static enum idm_status
open_present(struct idm_state *state, const uint8_t *uuid, bool create,
    struct idm_err *err)
{
	const struct idm_view *view = idm_rewrite_view(state->rewrite);
	struct idm_folded folded;
	struct idm_err cause;
	enum idm_status st;

	memcpy(state->uuid, idm_view_header(view)->uuid, IDM_UUID_SIZE);
	st = check_uuid(state, uuid, err);
	if (st != IDM_OK)
		return st;
	st = idm_state_folded(view, &folded, &cause);
	if (st == IDM_NOTFOUND && create)
		return finish_new(state, err);
	if (st != IDM_OK) {
		return idm_fail(err, st == IDM_NOTFOUND ? IDM_TEMPFAIL : st,
		    "%s/" IDM_STATE_NAME
		    " was never finished (%s): 'idmap state adopt' does it",
		    state->dir, cause.text);
	}
	return take_journal(state, &folded, err);
}

/* A journal that is left alone is all that is known of a state. */
static enum idm_status
check_no_journal(const struct idm_state *state, struct idm_err *err)
{
	enum idm_status st;
	char *bytes = NULL;
	size_t len;

	st = idm_journalfile_read(state->dir, state->owner, &bytes, &len, NULL);
	free(bytes);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	return idm_fail(err, IDM_TEMPFAIL,
	    "%s/" IDM_STATE_NAME
	    " is missing, but its journal is there: " IDM_STATE_ADVICE,
	    state->dir);
}

static enum idm_status
open_it(struct idm_state *state, const uint8_t *uuid, bool create,
    unsigned wait_ms, struct idm_err *err)
{
	enum idm_status st;

	st = idm_staged_new(&state->staged, err);
	if (st == IDM_OK)
		st = lock_and_view(state, create, wait_ms, err);
	if (st != IDM_OK)
		return st;
	if (idm_rewrite_view(state->rewrite) != NULL)
		return open_present(state, uuid, create, err);
	st = check_no_journal(state, err);
	return st == IDM_OK ? finish_new(state, err) : st;
}

enum idm_status
idm_state_open(const char *dir, uid_t owner, const uint8_t *uuid, bool create,
    unsigned wait_ms, struct idm_state **out, struct idm_err *err)
{
	struct idm_state *state = calloc(1, sizeof(*state));
	enum idm_status st;
	int n;

	if (state == NULL)
		return out_of_memory(err);
	state->owner = owner;
	n = snprintf(state->dir, sizeof(state->dir), "%s", dir);
	if (n < 0 || (size_t)n >= sizeof(state->dir))
		st = idm_fail(err, IDM_INVALID, "%s: name too long", dir);
	else
		st = open_it(state, uuid, create, wait_ms, err);
	if (st == IDM_OK)
		*out = state;
	else
		idm_state_close(&state);
	return st;
}

void
idm_state_close(struct idm_state **state)
{
	if (*state == NULL)
		return;
	idm_journalfile_close(&(*state)->journal);
	idm_staged_free(&(*state)->staged);
	idm_changes_free(&(*state)->recent);
	idm_rewrite_end(&(*state)->rewrite);
	free(*state);
	*state = NULL;
}

const uint8_t *
idm_state_uuid(const struct idm_state *state)
{
	return state->uuid;
}

/* ---- Records. */

static bool
find_recent(const struct idm_state *state, struct idm_str key,
    struct idm_change *change)
{
	return state->recent != NULL &&
	    idm_changes_find(state->recent, key, change);
}

enum idm_status
idm_state_get(
    const struct idm_state *state, struct idm_str key, struct idm_str *value)
{
	struct idm_change change;

	if (!idm_staged_find(state->staged, key, &change) &&
	    !find_recent(state, key, &change))
		return idm_rewrite_get(
		    state->rewrite, key.data, key.len, value);
	if (change.removed)
		return IDM_NOTFOUND;
	*value = change.value;
	return IDM_OK;
}

static enum idm_status
stage(struct idm_state *state, const struct idm_change *change,
    struct idm_err *err)
{
	enum idm_status st = check_usable(state, err);

	if (st != IDM_OK)
		return st;
	if (change->key.len == 0 ||
	    change->key.len > IDM_KEY_MAX - IDM_KEY_END ||
	    change->value.len > IDM_JOURNAL_CHANGE_MAX) {
		return idm_fail(err, IDM_EXHAUSTED,
		    "a record of %zu and %zu bytes is too long for the state",
		    change->key.len, change->value.len);
	}
	return idm_staged_add(state->staged, change, err);
}

enum idm_status
idm_state_put(struct idm_state *state, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct idm_change change = { .key = key, .value = value };

	return stage(state, &change, err);
}

enum idm_status
idm_state_remove(
    struct idm_state *state, struct idm_str key, struct idm_err *err)
{
	struct idm_change change = { .key = key, .removed = true };

	return stage(state, &change, err);
}

size_t
idm_state_mark(const struct idm_state *state)
{
	return idm_staged_count(state->staged);
}

void
idm_state_back(struct idm_state *state, size_t mark)
{
	idm_staged_back(state->staged, mark);
}

bool
idm_state_staged(
    const struct idm_state *state, size_t mark, struct idm_change *out)
{
	if (mark >= idm_staged_count(state->staged))
		return false;
	*out = idm_staged_at(state->staged, mark);
	return true;
}

typedef enum idm_status each_record(
    void *context, struct idm_str key, struct idm_str value, struct idm_err *);

static enum idm_status
each_recent(const struct idm_state *state, each_record *each, void *context,
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	struct idm_change change;
	size_t at = 0;

	while (st == IDM_OK && idm_changes_next(state->recent, &at, &change)) {
		if (!change.removed)
			st = each(context, change.key, change.value, err);
	}
	return st;
}

/* Who wants to see the records that did not change since a fold began. */
struct older {
	const struct idm_state *state;
	each_record *each;
	void *context;
};

static enum idm_status
each_older(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	const struct older *older = context;
	struct idm_change change;

	if (find_recent(older->state, key, &change))
		return IDM_OK;
	return older->each(older->context, key, value, err);
}

enum idm_status
idm_state_each(const struct idm_state *state, each_record *each, void *context,
    struct idm_err *err)
{
	struct older older = { state, each, context };
	enum idm_status st;

	if (state->recent == NULL)
		return idm_rewrite_each(state->rewrite, each, context, err);
	st = each_recent(state, each, context, err);
	if (st != IDM_OK)
		return st;
	return idm_rewrite_each(state->rewrite, each_older, &older, err);
}

/* ---- To the disk. */

/* What is staged, as a body of the journal and as a table. */
static enum idm_status
collect(const struct idm_state *state, struct idm_buf *body,
    struct idm_changes *changes, struct idm_err *err)
{
	size_t n = idm_staged_count(state->staged);
	enum idm_status st = IDM_OK;

	for (size_t i = 0; i < n && st == IDM_OK; i++) {
		struct idm_change change = idm_staged_at(state->staged, i);

		idm_journal_change_write(body, &change);
		if (change.removed)
			st = idm_changes_remove(changes, change.key, err);
		else
			st = idm_changes_put(
			    changes, change.key, change.value, err);
	}
	return st == IDM_OK ? idm_buf_status(body, err) : st;
}

/* On disk, and only then in what counts as being there. */
static enum idm_status
append(struct idm_state *state, const struct idm_buf *body,
    struct idm_changes *changes, struct idm_err *err)
{
	enum idm_status st;

	st = idm_journalfile_append(state->journal, state->sequence + 1,
	    (struct idm_str){ body->data, body->len }, err);
	if (st != IDM_OK)
		return st;
	if (state->recent != NULL)
		st = idm_changes_move(state->recent, changes, err);
	else
		st = idm_rewrite_merge(state->rewrite, changes, err);
	if (st == IDM_OK)
		state->sequence++;
	return st;
}

enum idm_status
idm_state_sync(struct idm_state *state, struct idm_err *err)
{
	struct idm_changes *changes = NULL;
	struct idm_err cause;
	enum idm_status st;
	struct idm_buf body;

	st = check_usable(state, err);
	if (st != IDM_OK || idm_staged_count(state->staged) == 0)
		return st;
	idm_buf_init(&body, IDM_JOURNAL_BODY_MAX);
	st = idm_changes_new(&changes, &cause);
	if (st == IDM_OK)
		st = collect(state, &body, changes, &cause);
	if (st == IDM_OK)
		st = append(state, &body, changes, &cause);
	if (st != IDM_OK) {
		(void)idm_within(&cause, st, "no id can be allocated");
		(void)give_up(state, st, &cause);
		(void)idm_fail(err, IDM_TEMPFAIL, "%s", cause.text);
		st = IDM_TEMPFAIL;
	}
	idm_staged_back(state->staged, 0);
	idm_changes_free(&changes);
	idm_buf_fini(&body);
	return st;
}

/* Is the file in place the one that the rewrite began from? */
static bool
is_in_place(const struct idm_state *state)
{
	const struct idm_view *view = idm_rewrite_view(state->rewrite);
	char path[PATH_MAX];
	struct stat st;
	int n;

	n = snprintf(path, sizeof(path), "%s/" IDM_STATE_NAME, state->dir);
	return view != NULL && n > 0 && (size_t)n < sizeof(path) &&
	    lstat(path, &st) == 0 && st.st_ino == idm_view_stat(view)->st_ino &&
	    st.st_dev == idm_view_stat(view)->st_dev;
}

enum idm_status
idm_state_fold_begin(struct idm_state *state, struct idm_err *err)
{
	struct idm_err cause;
	enum idm_status st;

	st = check_usable(state, &cause);
	if (st == IDM_OK && state->recent != NULL)
		st = idm_fail(&cause, IDM_TEMPFAIL, "it is folded already");
	if (st == IDM_OK)
		st = put_folded(state, &cause);
	if (st == IDM_OK)
		st = idm_changes_new(&state->recent, &cause);
	if (st != IDM_OK)
		return idm_fail(err, st, "%s", cause.text);
	state->fold_sequence = state->sequence;
	state->fold_size = idm_journalfile_size(state->journal);
	return IDM_OK;
}

enum idm_status
idm_state_fold_write(const struct idm_state *state, struct idm_err *err)
{
	return idm_rewrite_publish(state->rewrite, NULL, NULL, err);
}

/* Go on from what was published; or, when it was not, from what was there. */
static enum idm_status
take_fold(struct idm_state *state, struct idm_err *err)
{
	if (!is_in_place(state))
		idm_rewrite_restart(state->rewrite);
	else
		return idm_fail(err, IDM_SYSTEM,
		    "%s/" IDM_STATE_NAME " was not replaced", state->dir);
	if (is_in_place(state))
		return IDM_OK;
	(void)idm_fail(err, IDM_TEMPFAIL,
	    "%s/" IDM_STATE_NAME " cannot be read any more", state->dir);
	return give_up(state, IDM_TEMPFAIL, err);
}

/*
 * When only the last step failed, or nobody knows which, the new file may have
 * the name already, and what is in memory does not belong to it.
 */
static enum idm_status
leave_fold(
    struct idm_state *state, const struct idm_err *failure, struct idm_err *err)
{
	*err = *failure;
	idm_rewrite_sweep(state->rewrite);
	if (!is_in_place(state))
		(void)give_up(state, failure->status, failure);
	return failure->status;
}

/* What was journaled since the fold began is all that the new one holds. */
static enum idm_status
shorten_journal(struct idm_state *state, struct idm_err *err)
{
	char *bytes = NULL;
	enum idm_status st;
	size_t len;

	st = idm_journalfile_since(
	    state->journal, state->fold_size, &bytes, &len, err);
	if (st == IDM_OK)
		st = begin_journal(state, state->fold_sequence,
		    (struct idm_str){ bytes, len }, err);
	free(bytes);
	return st;
}

enum idm_status
idm_state_fold_end(
    struct idm_state *state, const struct idm_err *failure, struct idm_err *err)
{
	enum idm_status st, merged;
	struct idm_err cause;

	if (failure == NULL)
		st = take_fold(state, &cause);
	else
		st = leave_fold(state, failure, &cause);
	merged = idm_rewrite_merge(state->rewrite, state->recent, NULL);
	idm_changes_free(&state->recent);
	if (merged != IDM_OK && idm_state_is_usable(state)) {
		st = out_of_memory(&cause);
		(void)give_up(state, st, &cause);
	}
	if (st == IDM_OK)
		st = shorten_journal(state, &cause);
	return st == IDM_OK ? st : idm_fail(err, st, "%s", cause.text);
}

enum idm_status
idm_state_fold(struct idm_state *state, struct idm_err *err)
{
	struct idm_err failure;
	enum idm_status st;

	st = idm_state_fold_begin(state, err);
	if (st != IDM_OK)
		return st;
	if (idm_state_fold_write(state, &failure) == IDM_OK)
		return idm_state_fold_end(state, NULL, err);
	return idm_state_fold_end(state, &failure, err);
}

uint64_t
idm_state_pending(const struct idm_state *state)
{
	return idm_journalfile_size(state->journal);
}

/* ---- Setting aside. */

static enum idm_status
move_aside(int dirfd, const char *name, const char *old, struct idm_err *err)
{
	if (renameat(dirfd, name, dirfd, old) == -1 && errno != ENOENT)
		return idm_fail_errno(err, "rename %s to %s", name, old);
	return IDM_OK;
}

enum idm_status
idm_state_set_aside(const char *dir, unsigned wait_ms, struct idm_err *err)
{
	struct idm_lock *lock = NULL;
	enum idm_status st;
	int dirfd;

	dirfd = idm_fd_above_stdio(
	    open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
	if (dirfd == -1)
		return idm_fail_errno(err, "%s", dir);
	st = idm_lock_take(dirfd, IDM_STATE_NAME, wait_ms, &lock, err);
	/* A state without its journal is refused; not so the reverse. */
	if (st == IDM_OK)
		st = move_aside(dirfd, IDM_JOURNAL_FILE, JOURNAL_OLD, err);
	if (st == IDM_OK)
		st = move_aside(dirfd, IDM_STATE_NAME, STATE_OLD, err);
	if (st == IDM_OK && fsync(dirfd) == -1)
		st = idm_fail_errno(err, "sync");
	idm_lock_release(&lock);
	(void)close(dirfd);
	return st == IDM_OK ? st : idm_within(err, st, "%s", dir);
}
