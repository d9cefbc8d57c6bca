#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state/journalfile.h"
#include "state/replay.h"

/* How often a fold may come in between while we look. */
#define PEEKS_MAX 10

enum idm_status
idm_state_folded(
    const struct idm_view *view, struct idm_folded *folded, struct idm_err *err)
{
	struct idm_str value;
	enum idm_status st;

	st = idm_view_get(
	    view, IDM_FOLDED_KEY, sizeof(IDM_FOLDED_KEY) - 1, &value);
	if (st != IDM_OK)
		return idm_fail(err, st, "its record '" IDM_FOLDED_KEY "' %s",
		    st == IDM_NOTFOUND ? "is missing" : "is damaged");
	return idm_folded_read(value, folded, err);
}

static enum idm_status
take_change(struct idm_changes *changes, const struct idm_change *change,
    struct idm_err *err)
{
	if (change->removed)
		return idm_changes_remove(changes, change->key, err);
	return idm_changes_put(changes, change->key, change->value, err);
}

static enum idm_status
take_body(struct idm_changes *changes, struct idm_str body, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	struct idm_change change;

	while (body.len > 0 && st == IDM_OK) {
		st = idm_journal_change_next(&body, &change, err);
		if (st == IDM_OK)
			st = take_change(changes, &change, err);
	}
	return st;
}

static enum idm_status
take_records(struct idm_replay *replay, struct idm_journal_walk *walk,
    struct idm_changes *changes, struct idm_err *err)
{
	struct idm_str body;
	enum idm_status st;

	while ((st = idm_journal_next(walk, &body, err)) == IDM_OK) {
		/* A fold may have been the last that its writer could do. */
		if (walk->sequence <= replay->folded)
			continue;
		st = take_body(changes, body, err);
		if (st == IDM_CORRUPT)
			return idm_within(
			    err, st, "the record before offset %zu", walk->at);
		if (st != IDM_OK)
			return st;
	}
	if (st != IDM_NOTFOUND)
		return st;
	replay->sequence = walk->sequence;
	replay->is_torn = walk->is_torn;
	replay->len = walk->at;
	return IDM_OK;
}

/* Do the two files belong together? */
static enum idm_status
check_head(
    const struct idm_replay *replay, const uint8_t *uuid, struct idm_err *err)
{
	if (memcmp(replay->head.uuid, uuid, IDM_UUID_SIZE) != 0)
		return idm_fail(
		    err, IDM_CORRUPT, "is the journal of another state");
	if (replay->head.base > replay->folded) {
		return idm_fail(err, IDM_CORRUPT,
		    "was begun after change %llu, but " IDM_STATE_NAME
		    " is older and knows them up to %llu",
		    (unsigned long long)replay->head.base,
		    (unsigned long long)replay->folded);
	}
	return IDM_OK;
}

static enum idm_status
replay_bytes(struct idm_replay *replay, const uint8_t *uuid,
    struct idm_changes *changes, struct idm_err *err)
{
	struct idm_journal_walk walk;
	enum idm_status st;

	st = idm_journal_begin((struct idm_str){ replay->bytes, replay->len },
	    &walk, &replay->head, err);
	if (st == IDM_OK)
		st = check_head(replay, uuid, err);
	if (st == IDM_OK)
		st = take_records(replay, &walk, changes, err);
	if (st == IDM_OK && replay->sequence < replay->folded) {
		st = idm_fail(err, IDM_CORRUPT,
		    "ends with change %llu, but " IDM_STATE_NAME
		    " is newer and knows them up to %llu",
		    (unsigned long long)replay->sequence,
		    (unsigned long long)replay->folded);
	}
	return st;
}

enum idm_status
idm_replay(const char *dir, uid_t owner, const uint8_t uuid[IDM_UUID_SIZE],
    uint64_t folded, struct idm_changes *changes, struct idm_replay *out,
    struct idm_err *err)
{
	struct idm_replay replay = { .folded = folded };
	struct idm_err cause;
	enum idm_status st;

	st = idm_journalfile_read(
	    dir, owner, &replay.bytes, &replay.len, &cause);
	if (st == IDM_NOTFOUND) {
		return idm_fail(err, IDM_TEMPFAIL,
		    "%s/" IDM_JOURNAL_FILE " is missing, and with it what was "
		    "allocated last: " IDM_STATE_ADVICE,
		    dir);
	}
	if (st != IDM_OK)
		return idm_fail(err, st, "%s", cause.text);
	st = replay_bytes(&replay, uuid, changes, &cause);
	if (st == IDM_OK) {
		*out = replay;
		return IDM_OK;
	}
	idm_replay_fini(&replay);
	return idm_fail(err, st, "%s/" IDM_JOURNAL_FILE ": %s%s", dir,
	    cause.text, st == IDM_CORRUPT ? ": " IDM_STATE_ADVICE : "");
}

void
idm_replay_fini(struct idm_replay *replay)
{
	free(replay->bytes);
	replay->bytes = NULL;
	replay->len = 0;
}

static enum idm_status
peek_once(const char *dir, uid_t owner, struct idm_state_peek *peek,
    struct idm_err *err)
{
	struct idm_folded folded;
	char path[PATH_MAX];
	enum idm_status st;
	int n;

	n = snprintf(path, sizeof(path), "%s/" IDM_STATE_NAME, dir);
	if (n < 0 || (size_t)n >= sizeof(path))
		return idm_fail(err, IDM_INVALID, "%s: name too long", dir);
	st = idm_view_open(path, IDM_MAP_STATE, &owner, 1, &peek->view, err);
	if (st != IDM_OK)
		return st;
	st = idm_state_folded(peek->view, &folded, err);
	if (st != IDM_OK) {
		return idm_within(
		    err, st == IDM_NOTFOUND ? IDM_CORRUPT : st, "%s", path);
	}
	st = idm_changes_new(&peek->changes, err);
	if (st != IDM_OK)
		return st;
	return idm_replay(dir, owner, idm_view_header(peek->view)->uuid,
	    folded.sequence, peek->changes, &peek->replay, err);
}

enum idm_status
idm_state_peek(const char *dir, uid_t owner, struct idm_state_peek *out,
    struct idm_err *err)
{
	enum idm_status st = IDM_CORRUPT;

	/* Between the one file and the other its keeper may have folded. */
	for (int i = 0; i < PEEKS_MAX && st == IDM_CORRUPT; i++) {
		struct idm_state_peek peek = { 0 };

		st = peek_once(dir, owner, &peek, err);
		if (st == IDM_OK)
			*out = peek;
		else
			idm_state_peek_fini(&peek);
	}
	return st;
}

void
idm_state_peek_fini(struct idm_state_peek *peek)
{
	idm_view_close(&peek->view);
	idm_changes_free(&peek->changes);
	idm_replay_fini(&peek->replay);
}
