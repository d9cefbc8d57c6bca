#include <sys/stat.h>

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit.h"

#include "map/view.h"
#include "state/journalfile.h"
#include "state/replay.h"
#include "state/state.h"

static char dir[64];

static int
make_folder(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/idm-state-XXXXXX");
	return mkdtemp(dir) == NULL || chmod(dir, 0755) != 0;
}

static int
remove_folder(void **state)
{
	static const char *const names[] = { "state.gdbm", "journal",
		"state.gdbm.old", "journal.old", ".state.gdbm.lock" };
	char path[128];

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	/* Nothing else may be left behind. */
	return rmdir(dir);
}

static struct idm_state *
open_state(bool create)
{
	struct idm_state *state = NULL;
	struct idm_err err;

	assert_good(
	    idm_state_open(dir, geteuid(), NULL, create, 0, &state, &err), err);
	return state;
}

static void
put(struct idm_state *state, const char *key, const char *value)
{
	struct idm_err err;

	if (value == NULL) {
		assert_good(
		    idm_state_remove(state, idm_str_of(key), &err), err);
	} else {
		assert_good(idm_state_put(state, idm_str_of(key),
				idm_str_of(value), &err),
		    err);
	}
}

static void
sync_state(struct idm_state *state)
{
	struct idm_err err;

	assert_good(idm_state_sync(state, &err), err);
}

static void
fold(struct idm_state *state)
{
	struct idm_err err;

	assert_good(idm_state_fold(state, &err), err);
}

/* The value of a key; NULL: there is none. */
static void
assert_value(const struct idm_state *state, const char *key, const char *value)
{
	struct idm_str found;
	enum idm_status st = idm_state_get(state, idm_str_of(key), &found);

	if (value == NULL) {
		assert_int_equal(st, IDM_NOTFOUND);
		return;
	}
	assert_int_equal(st, IDM_OK);
	if (!idm_str_is(found, value))
		fail_msg("%s is '%.*s', not '%s'", key, (int)found.len,
		    found.data, value);
}

static void
assert_refused(enum idm_status st, const char *why)
{
	struct idm_state *state = NULL;
	struct idm_err err;

	assert_fails(
	    idm_state_open(dir, geteuid(), NULL, false, 0, &state, &err), st,
	    err, why);
	assert_non_null(strstr(err.text, dir));
	assert_null(state);
}

static void
path_of(char path[128], const char *name)
{
	(void)snprintf(path, 128, "%s/%s", dir, name);
}

static void
test_what_was_synced_is_there_again(void **unused)
{
	struct idm_state *state = open_state(true);

	(void)unused;
	put(state, "a", "1");
	put(state, "b", "2");
	assert_value(state, "a", "1");
	sync_state(state);
	put(state, "a", "3");
	put(state, "b", NULL);
	sync_state(state);
	put(state, "lost", "4"); /* staged, and no more */
	idm_state_close(&state);

	state = open_state(false);
	assert_value(state, "a", "3");
	assert_value(state, "b", NULL);
	assert_value(state, "lost", NULL);
	idm_state_close(&state);
}

static void
test_what_was_folded_is_there_again(void **unused)
{
	struct idm_state *state = open_state(true);

	(void)unused;
	put(state, "a", "1");
	put(state, "b", "2");
	sync_state(state);
	assert_true(idm_state_pending(state) > 0);
	fold(state);
	assert_int_equal(idm_state_pending(state), 0);
	put(state, "a", NULL);
	put(state, "c", "3");
	sync_state(state);
	assert_value(state, "b", "2");
	idm_state_close(&state);

	state = open_state(false);
	assert_value(state, "a", NULL);
	assert_value(state, "b", "2");
	assert_value(state, "c", "3");
	fold(state);
	assert_value(state, "a", NULL);
	assert_value(state, "c", "3");
	idm_state_close(&state);
	state = open_state(false);
	assert_value(state, "a", NULL);
	assert_value(state, "b", "2");
	idm_state_close(&state);
}

/* A fold that holds "old", while "young" comes and "gone" goes. */
static struct idm_state *
begin_fold(void)
{
	struct idm_state *state = open_state(true);
	struct idm_err err;

	put(state, "a/old", "1");
	put(state, "a/gone", "2");
	assert_good(idm_state_sync(state, &err), err);
	assert_good(idm_state_fold_begin(state, &err), err);
	put(state, "a/young", "3");
	put(state, "a/gone", NULL);
	assert_good(idm_state_sync(state, &err), err);
	return state;
}

static void
assert_old_and_young(const struct idm_state *state)
{
	assert_value(state, "a/old", "1");
	assert_value(state, "a/young", "3");
	assert_value(state, "a/gone", NULL);
}

static void
test_what_is_synced_during_a_fold_stays_in_the_journal(void **unused)
{
	struct idm_state *state = begin_fold();
	struct idm_err err;

	(void)unused;
	assert_old_and_young(state);
	assert_int_equal(idm_state_fold_begin(state, &err), IDM_TEMPFAIL);
	assert_string_equal(err.text, "it is folded already");
	assert_good(idm_state_fold_write(state, &err), err);
	assert_old_and_young(state);
	assert_good(idm_state_fold_end(state, NULL, &err), err);
	assert_old_and_young(state);
	assert_true(idm_state_pending(state) > 0);
	idm_state_close(&state);
	state = open_state(false);
	assert_old_and_young(state);
	assert_good(idm_state_fold(state, &err), err);
	assert_int_equal(idm_state_pending(state), 0);
	assert_old_and_young(state);
	idm_state_close(&state);
}

static void
test_a_fold_that_failed_loses_nothing(void **unused)
{
	struct idm_state *state = begin_fold();
	struct idm_err failure, err;

	(void)unused;
	(void)idm_fail(&failure, IDM_SYSTEM, "it was killed");
	assert_int_equal(idm_state_fold_end(state, &failure, &err), IDM_SYSTEM);
	assert_string_equal(err.text, "it was killed");
	assert_true(idm_state_is_usable(state));
	assert_old_and_young(state);
	assert_good(idm_state_fold(state, &err), err);
	assert_old_and_young(state);
	idm_state_close(&state);
}

/* Killed between the last step and telling of it. */
static void
test_a_fold_that_says_nothing_may_have_happened(void **unused)
{
	struct idm_state *state = begin_fold();
	struct idm_err failure, err;

	(void)unused;
	assert_good(idm_state_fold_write(state, &err), err);
	(void)idm_fail(&failure, IDM_SYSTEM, "it was killed");
	assert_int_equal(idm_state_fold_end(state, &failure, &err), IDM_SYSTEM);
	assert_false(idm_state_is_usable(state));
	idm_state_close(&state);
	state = open_state(false);
	assert_old_and_young(state);
	idm_state_close(&state);
}

static void
test_changes_are_taken_back_to_a_mark(void **unused)
{
	struct idm_state *state = open_state(true);
	struct idm_change change;
	size_t mark;

	(void)unused;
	put(state, "a", "1");
	mark = idm_state_mark(state);
	put(state, "a", "2");
	put(state, "b", "3");
	assert_true(idm_state_staged(state, mark, &change));
	assert_true(idm_str_is(change.key, "a"));
	assert_true(idm_state_staged(state, mark + 1, &change));
	assert_false(idm_state_staged(state, mark + 2, &change));
	idm_state_back(state, mark);
	assert_value(state, "a", "1");
	assert_value(state, "b", NULL);
	sync_state(state);
	idm_state_close(&state);
	state = open_state(false);
	assert_value(state, "a", "1");
	assert_value(state, "b", NULL);
	idm_state_close(&state);
}

static void
test_a_state_has_one_owner(void **unused)
{
	struct idm_state *state = open_state(true);

	(void)unused;
	assert_refused(IDM_TEMPFAIL, "held by");
	idm_state_close(&state);
	state = open_state(false);
	idm_state_close(&state);
}

static void
test_a_missing_state_is_not_made_anew(void **unused)
{
	struct idm_state *state;
	struct idm_err err;
	char path[128];

	(void)unused;
	assert_refused(IDM_TEMPFAIL, "is missing");
	state = open_state(true);
	put(state, "h/d/u", "1");
	sync_state(state);
	idm_state_close(&state);
	path_of(path, "state.gdbm");
	assert_int_equal(unlink(path), 0);
	assert_refused(IDM_TEMPFAIL, "idmap state restore");
	/* Not even when a new one is asked for: the journal is a trace. */
	assert_fails(
	    idm_state_open(dir, geteuid(), NULL, true, 0, &state, &err),
	    IDM_TEMPFAIL, err, "its journal is there");
	assert_good(idm_state_set_aside(dir, 0, &err), err);
	state = open_state(true);
	assert_value(state, "h/d/u", NULL);
	idm_state_close(&state);
}

static void
test_a_missing_journal_is_not_made_anew(void **unused)
{
	struct idm_state *state = open_state(true);
	char path[128];

	(void)unused;
	put(state, "h/d/u", "1");
	sync_state(state);
	idm_state_close(&state);
	path_of(path, "journal");
	assert_int_equal(unlink(path), 0);
	assert_refused(IDM_TEMPFAIL, "journal is missing");
}

static void
test_anothers_state_is_refused(void **unused)
{
	uint8_t uuid[IDM_UUID_SIZE];
	struct idm_state *state = open_state(true);
	struct idm_err err;

	(void)unused;
	memcpy(uuid, idm_state_uuid(state), sizeof(uuid));
	idm_state_close(&state);
	assert_good(
	    idm_state_open(dir, geteuid(), uuid, false, 0, &state, &err), err);
	idm_state_close(&state);
	uuid[3] ^= 1;
	assert_fails(
	    idm_state_open(dir, geteuid(), uuid, false, 0, &state, &err),
	    IDM_TEMPFAIL, err, "is not the one");
}

static void
copy_file(const char *from, const char *to)
{
	char source[128], target[128];
	struct idm_err err;
	char buf[65536];
	ssize_t len;
	int in, out;

	(void)err;
	path_of(source, from);
	path_of(target, to);
	(void)unlink(target);
	in = open(source, O_RDONLY);
	out = open(target, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	assert_true(in != -1 && out != -1);
	while ((len = read(in, buf, sizeof(buf))) > 0)
		assert_int_equal(write(out, buf, (size_t)len), len);
	assert_int_equal(close(in) | close(out), 0);
}

/* Files of different moments do not fit each other. */
static void
test_an_older_state_or_journal_is_refused(void **unused)
{
	struct idm_state *state = open_state(true);

	(void)unused;
	put(state, "a", "1");
	sync_state(state);
	copy_file("state.gdbm", "state.gdbm.old");
	copy_file("journal", "journal.old");
	put(state, "b", "2");
	sync_state(state);
	fold(state);
	put(state, "c", "3");
	sync_state(state);
	idm_state_close(&state);

	copy_file("state.gdbm.old", "state.gdbm");
	assert_refused(IDM_CORRUPT, "state.gdbm is older");
	copy_file("journal.old", "journal");
	state = open_state(false); /* both of one moment */
	assert_value(state, "a", "1");
	put(state, "b", "2");
	put(state, "x", "2");
	sync_state(state);
	put(state, "c", "3");
	sync_state(state);
	fold(state);
	idm_state_close(&state);
	copy_file("journal.old", "journal");
	assert_refused(IDM_CORRUPT, "state.gdbm is newer");
}

/* The journal as it is after so many syncs. */
#define SYNCS 6

static void
make_journal(size_t end[SYNCS + 1])
{
	struct idm_state *state = open_state(true);
	struct stat st;
	char path[128];

	put(state, "folded", "yes");
	sync_state(state);
	fold(state);
	path_of(path, "journal");
	for (unsigned i = 0;; i++) {
		char key[8];

		assert_int_equal(stat(path, &st), 0);
		end[i] = (size_t)st.st_size;
		if (i == SYNCS)
			break;
		(void)snprintf(key, sizeof(key), "k%u", i);
		put(state, key, "v");
		put(state, "last", key);
		sync_state(state);
	}
	idm_state_close(&state);
	copy_file("journal", "journal.old");
}

static void
assert_has(const struct idm_state *state, unsigned n)
{
	for (unsigned i = 0; i < SYNCS; i++) {
		char key[8];

		(void)snprintf(key, sizeof(key), "k%u", i);
		assert_value(state, key, i < n ? "v" : NULL);
		if (i + 1 == n)
			assert_value(state, "last", key);
	}
	assert_value(state, "folded", "yes");
}

static void
test_a_journal_cut_short_anywhere(void **unused)
{
	size_t end[SYNCS + 1];
	char path[128];

	(void)unused;
	make_journal(end);
	path_of(path, "journal");
	for (size_t len = 0; len < end[SYNCS]; len++) {
		struct idm_state *state;
		unsigned n = 0;

		copy_file("journal.old", "journal");
		assert_int_equal(truncate(path, (off_t)len), 0);
		if (len < IDM_JOURNAL_HEAD) {
			assert_refused(IDM_CORRUPT, "idmap state restore");
			continue;
		}
		while (end[n + 1] <= len)
			n++;
		state = open_state(false);
		assert_has(state, n);
		/* What comes next stands behind what was whole. */
		put(state, "next", "1");
		sync_state(state);
		idm_state_close(&state);
		state = open_state(false);
		assert_has(state, n);
		assert_value(state, "next", "1");
		idm_state_close(&state);
	}
}

static void
flip(const char *path, size_t at)
{
	int fd = open(path, O_RDWR);
	char byte;

	assert_int_not_equal(fd, -1);
	assert_int_equal(pread(fd, &byte, 1, (off_t)at), 1);
	byte ^= 0x40;
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)at), 1);
	assert_int_equal(close(fd), 0);
}

static void
test_a_journal_damaged_anywhere(void **unused)
{
	struct idm_state *state;
	size_t end[SYNCS + 1];
	char path[128];

	(void)unused;
	make_journal(end);
	path_of(path, "journal");
	copy_file("journal.old", "journal");
	for (size_t at = 0; at < end[SYNCS]; at++) {
		flip(path, at);
		assert_refused(IDM_CORRUPT, "idmap state restore");
		flip(path, at);
	}
	state = open_state(false);
	assert_has(state, SYNCS);
	idm_state_close(&state);
}

static void
test_too_long_a_record_is_refused_alone(void **unused)
{
	static char value[IDM_JOURNAL_CHANGE_MAX + 2];
	struct idm_state *state = open_state(true);
	struct idm_err err;

	(void)unused;
	memset(value, 'v', sizeof(value) - 1);
	assert_fails(
	    idm_state_put(state, idm_str_of("k"), idm_str_of(value), &err),
	    IDM_EXHAUSTED, err, "too long");
	put(state, "k", value + 1);
	sync_state(state);
	idm_state_close(&state);
	state = open_state(false);
	assert_value(state, "k", value + 1);
	idm_state_close(&state);
}

static enum idm_status
count(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	size_t *n = context;

	(void)value;
	(void)err;
	*n += idm_str_is(key, IDM_FOLDED_KEY) ? 0 : 1;
	return IDM_OK;
}

static void
test_each_record_is_told_once(void **unused)
{
	struct idm_state *state = open_state(true);
	struct idm_err err;
	size_t n = 0;

	(void)unused;
	put(state, "a", "1");
	put(state, "b", "1");
	sync_state(state);
	fold(state);
	put(state, "a", "2");
	put(state, "b", NULL);
	put(state, "c", "2");
	sync_state(state);
	assert_good(idm_state_each(state, count, &n, &err), err);
	assert_int_equal(n, 2);
	/* And so in the middle of a fold. */
	assert_good(idm_state_fold_begin(state, &err), err);
	put(state, "a", NULL);
	put(state, "c", "3");
	put(state, "d", "3");
	sync_state(state);
	n = 0;
	assert_good(idm_state_each(state, count, &n, &err), err);
	assert_int_equal(n, 2);
	idm_state_close(&state);
}

/* Looking does not need the lock, and sees all that was synced. */
static void
test_a_peek_sees_what_was_synced(void **unused)
{
	struct idm_state *state = open_state(true);
	struct idm_state_peek peek = { 0 };
	struct idm_change change;
	struct idm_err err;

	(void)unused;
	put(state, "a", "1");
	sync_state(state);
	fold(state);
	put(state, "b", "2");
	sync_state(state);
	assert_good(idm_state_peek(dir, geteuid(), &peek, &err), err);
	assert_true(idm_changes_find(peek.changes, idm_str_of("b"), &change));
	assert_false(idm_changes_find(peek.changes, idm_str_of("a"), &change));
	assert_int_equal(peek.replay.sequence, 2);
	assert_int_equal(peek.replay.folded, 1);
	idm_state_peek_fini(&peek);
	idm_state_close(&state);
}

#define CASE(test)                                                             \
	cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_what_was_synced_is_there_again),
		CASE(test_what_was_folded_is_there_again),
		CASE(test_what_is_synced_during_a_fold_stays_in_the_journal),
		CASE(test_a_fold_that_failed_loses_nothing),
		CASE(test_a_fold_that_says_nothing_may_have_happened),
		CASE(test_changes_are_taken_back_to_a_mark),
		CASE(test_a_state_has_one_owner),
		CASE(test_a_missing_state_is_not_made_anew),
		CASE(test_a_missing_journal_is_not_made_anew),
		CASE(test_anothers_state_is_refused),
		CASE(test_an_older_state_or_journal_is_refused),
		CASE(test_a_journal_cut_short_anywhere),
		CASE(test_a_journal_damaged_anywhere),
		CASE(test_too_long_a_record_is_refused_alone),
		CASE(test_each_record_is_told_once),
		CASE(test_a_peek_sees_what_was_synced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
