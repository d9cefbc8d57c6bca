#include <sys/stat.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/unit.h"

#include "map/rewrite.h"

/* Enough records that a few changes go to a copy of the file. */
#define MANY 200

static struct fixture fixture;

static int
make_folder(void **state)
{
	(void)state;
	fixture_make(&fixture, geteuid());
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	fixture_remove(&fixture);
	return 0;
}

static const char *
path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", fixture.dir, name);
	return path;
}

static void
put(struct idm_rewrite *rewrite, const char *key, const char *value)
{
	struct idm_err err;

	assert_good(idm_rewrite_put(
			rewrite, key, strlen(key), value, strlen(value), &err),
	    err);
}

static void
put_many(struct idm_rewrite *rewrite)
{
	char key[16];

	for (int i = 0; i < MANY; i++) {
		(void)snprintf(key, sizeof(key), "key%d", i);
		put(rewrite, key, key);
	}
}

static void
take_out(struct idm_rewrite *rewrite, const char *key)
{
	struct idm_err err;

	assert_good(idm_rewrite_delete(rewrite, key, strlen(key), &err), err);
}

static void
commit(struct idm_rewrite *rewrite)
{
	struct idm_err err;

	assert_good(idm_rewrite_commit(rewrite, NULL, NULL, &err), err);
	assert_false(idm_rewrite_changed(rewrite));
}

/* The value that a rewrite has for a key; NULL: none. */
static void
assert_value(
    const struct idm_rewrite *rewrite, const char *key, const char *expected)
{
	struct idm_str value;
	enum idm_status status;

	status = idm_rewrite_get(rewrite, key, strlen(key), &value);
	if (expected == NULL) {
		assert_int_equal(status, IDM_NOTFOUND);
		return;
	}
	assert_int_equal(status, IDM_OK);
	if (!idm_str_is(value, expected))
		fail_msg("%s is '%.*s'", key, (int)value.len, value.data);
}

static struct idm_header
header_of(const struct idm_rewrite *rewrite)
{
	return *idm_view_header(idm_rewrite_view(rewrite));
}

static bool
same_seed(const struct idm_header *a, const struct idm_header *b)
{
	return memcmp(a->seed, b->seed, sizeof(a->seed)) == 0;
}

static bool
same_uuid(const struct idm_header *a, const struct idm_header *b)
{
	return memcmp(a->uuid, b->uuid, sizeof(a->uuid)) == 0;
}

static void
test_reads_see_the_changes(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);

	(void)state;
	assert_false(idm_rewrite_changed(rewrite));
	assert_value(rewrite, "a", NULL);
	put(rewrite, "a", "1");
	put(rewrite, "b", "1");
	assert_true(idm_rewrite_changed(rewrite));
	assert_value(rewrite, "a", "1");
	commit(rewrite);
	assert_value(rewrite, "a", "1");
	put(rewrite, "a", "");
	take_out(rewrite, "b");
	assert_value(rewrite, "a", "");
	assert_value(rewrite, "b", NULL);
	commit(rewrite);
	assert_value(rewrite, "a", "");
	assert_value(rewrite, "b", NULL);
	idm_rewrite_end(&rewrite);
}

static void
test_without_commit_nothing_has_happened(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_header before, after;

	(void)state;
	put(rewrite, "a", "1");
	commit(rewrite);
	before = header_of(rewrite);
	put(rewrite, "a", "2");
	idm_rewrite_end(&rewrite);
	assert_null(rewrite);
	rewrite = fixture_begin(&fixture);
	after = header_of(rewrite);
	assert_value(rewrite, "a", "1");
	commit(rewrite); /* without changes: nothing */
	assert_int_equal(header_of(rewrite).generation, before.generation);
	assert_int_equal(after.generation, before.generation);
	idm_rewrite_end(&rewrite);
}

static void
test_a_few_changes_keep_the_seed_and_many_change_it(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_header first, second, third;

	(void)state;
	put_many(rewrite);
	commit(rewrite);
	first = header_of(rewrite);
	assert_int_equal(first.records, MANY + 2); /* header and policy */

	put(rewrite, "new", "1");
	put(rewrite, "key7", "other");
	take_out(rewrite, "key8");
	take_out(rewrite, "key9");
	commit(rewrite);
	second = header_of(rewrite);
	assert_true(same_seed(&first, &second));
	assert_true(same_uuid(&first, &second));
	assert_int_equal(second.records, MANY + 1);
	assert_int_equal(second.generation, first.generation + 1);
	assert_true(second.time >= first.time);

	put_many(rewrite);
	commit(rewrite);
	third = header_of(rewrite);
	assert_false(same_seed(&second, &third));
	assert_true(same_uuid(&first, &third));
	assert_int_equal(third.records, MANY + 3);
	assert_int_equal(third.generation, first.generation + 2);
	assert_value(rewrite, "new", "1");
	assert_value(rewrite, "key7", "key7");
	idm_rewrite_end(&rewrite);
}

static void
test_much_free_space_means_a_new_file(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	static char large[100000];
	struct idm_header before;
	struct idm_err err;
	off_t size;

	(void)state;
	put_many(rewrite);
	assert_good(
	    idm_rewrite_put(rewrite, "large", 5, large, sizeof(large), &err),
	    err);
	commit(rewrite);
	before = header_of(rewrite);
	size = idm_view_stat(idm_rewrite_view(rewrite))->st_size;
	take_out(rewrite, "large");
	commit(rewrite);
	/* Still the same file with a hole; the next change fills it up. */
	assert_true(idm_view_free(idm_rewrite_view(rewrite)) >= sizeof(large));
	put(rewrite, "small", "1");
	commit(rewrite);
	assert_false(
	    same_seed(&before, idm_view_header(idm_rewrite_view(rewrite))));
	assert_true(idm_view_stat(idm_rewrite_view(rewrite))->st_size <
	    size - (off_t)sizeof(large) / 2);
	idm_rewrite_end(&rewrite);
}

static void
test_a_record_too_large_is_refused_alone(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	size_t size = IDM_VALUE_MAX + 1;
	char *large = calloc(1, size);
	char key[IDM_KEY_MAX];
	struct idm_err err;

	(void)state;
	assert_non_null(large);
	memset(key, 'k', sizeof(key));
	put(rewrite, "a", "1");
	assert_fails(idm_rewrite_put(rewrite, "b", 1, large, size, &err),
	    IDM_EXHAUSTED, err, "record has 16777217 bytes");
	assert_fails(
	    idm_rewrite_put(rewrite, key, sizeof(key) - 8, "1", 1, &err),
	    IDM_EXHAUSTED, err, "record's key has 1272 bytes");
	assert_fails(idm_rewrite_put(rewrite, "", 0, "1", 1, &err),
	    IDM_EXHAUSTED, err, "record's key has 0 bytes");
	/* The largest that is allowed. */
	assert_good(
	    idm_rewrite_put(rewrite, key, sizeof(key) - 9, "1", 1, &err), err);
	assert_good(
	    idm_rewrite_put(rewrite, "b", 1, large, size - 1, &err), err);
	commit(rewrite);
	assert_value(rewrite, "a", "1");
	idm_rewrite_end(&rewrite);
	free(large);
}

static void
test_what_is_not_there_cannot_be_deleted(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_err err;

	(void)state;
	assert_fails(idm_rewrite_delete(rewrite, "a", 1, &err), IDM_NOTFOUND,
	    err, "no such record");
	put(rewrite, "a", "1");
	take_out(rewrite, "a");
	assert_fails(idm_rewrite_delete(rewrite, "a", 1, &err), IDM_NOTFOUND,
	    err, "no such record");
	/* The header's record is not among the records. */
	assert_fails(idm_rewrite_delete(rewrite, "idmap", 5, &err),
	    IDM_NOTFOUND, err, "no such record");
	idm_rewrite_end(&rewrite);
}

struct seen {
	struct idm_rewrite *rewrite;
	unsigned n;
	unsigned limit;
};

static enum idm_status
see_and_delete(void *context, struct idm_str key, struct idm_str value,
    struct idm_err *err)
{
	struct seen *seen = context;

	if (key.len < 3 || memcmp(key.data, "key", 3) != 0)
		return IDM_OK;
	if (seen->n == seen->limit)
		return idm_fail(err, IDM_EXHAUSTED, "seen enough");
	seen->n++;
	assert_int_equal(idm_str_compare(key, value), 0);
	return idm_rewrite_delete(seen->rewrite, key.data, key.len, err);
}

static void
test_each_visits_every_record_once(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct seen seen = { .rewrite = rewrite, .limit = MANY + 1 };
	struct seen few = { .rewrite = rewrite, .limit = 3 };
	struct idm_err err;

	(void)state;
	put_many(rewrite);
	commit(rewrite);
	put(rewrite, "keynew", "keynew");
	put(rewrite, "key5", "key5");
	put(rewrite, "keygone", "1");
	take_out(rewrite, "keygone");
	assert_good(
	    idm_rewrite_each(rewrite, see_and_delete, &seen, &err), err);
	assert_int_equal(seen.n, MANY + 1);
	assert_good(
	    idm_rewrite_each(rewrite, see_and_delete, &seen, &err), err);
	assert_int_equal(seen.n, MANY + 1);
	put_many(rewrite);
	assert_fails(idm_rewrite_each(rewrite, see_and_delete, &few, &err),
	    IDM_EXHAUSTED, err, "seen enough");
	assert_int_equal(few.n, 3);
	idm_rewrite_end(&rewrite);
}

static void
test_a_merge_is_all_or_nothing(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_str huge = { .data = "k", .len = IDM_KEY_MAX };
	static const char zeros[IDM_KEY_MAX];
	struct idm_changes *changes = NULL;
	struct idm_err err;

	(void)state;
	huge.data = zeros;
	put(rewrite, "a", "1");
	assert_good(idm_changes_new(&changes, &err), err);
	assert_good(idm_changes_remove(changes, idm_str_of("a"), &err), err);
	assert_good(idm_changes_put(changes, huge, idm_str_of("1"), &err), err);
	assert_fails(idm_rewrite_merge(rewrite, changes, &err), IDM_EXHAUSTED,
	    err, "key has 1280 bytes");
	assert_value(rewrite, "a", "1");
	idm_changes_clear(changes);
	assert_good(idm_changes_remove(changes, idm_str_of("a"), &err), err);
	assert_good(
	    idm_changes_put(changes, idm_str_of("b"), idm_str_of("2"), &err),
	    err);
	assert_good(idm_rewrite_merge(rewrite, changes, &err), err);
	assert_value(rewrite, "a", NULL);
	assert_value(rewrite, "b", "2");
	idm_changes_free(&changes);
	idm_rewrite_end(&rewrite);
}

/* Have GDBM's own tools copy the map, and look what came through. */
static void
test_the_tools_of_gdbm_read_it(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	struct idm_view *copy = NULL;
	char command[512];
	struct idm_err err;
	uint64_t n = 0;

	(void)state;
	if (access("/usr/bin/gdbm_load", X_OK) == -1)
		skip();
	put_many(rewrite);
	commit(rewrite);
	take_out(rewrite, "key1");
	commit(rewrite);
	(void)snprintf(command, sizeof(command),
	    "cd %s && gdbm_dump map.gdbm dump && gdbm_load dump copy.gdbm && "
	    "test \"$(echo count | gdbmtool -rq copy.gdbm | tr -dc 0-9)\" = %d",
	    fixture.dir, MANY + 1);
	assert_int_equal(system(command), 0);
	assert_good(idm_view_open(path_of("copy.gdbm"), IDM_MAP_POLICY,
			&fixture.owner, 1, &copy, &err),
	    err);
	while (idm_view_next(copy, &walk, &key, &value, &err) == IDM_OK) {
		struct idm_str original;

		assert_int_equal(idm_view_get_raw(idm_rewrite_view(rewrite),
				     key.data, key.len, &original),
		    IDM_OK);
		assert_int_equal(idm_str_compare(value, original), 0);
		n++;
	}
	assert_int_equal(n, MANY + 1);
	idm_view_close(&copy);
	idm_rewrite_end(&rewrite);
}

/* ---- Where a rewrite cannot begin. */

static enum idm_status
begin(const char *dir, uid_t owner, bool create, struct idm_err *err)
{
	struct idm_rewrite *rewrite = NULL;
	enum idm_status status;

	status = idm_rewrite_begin(
	    dir, "map.gdbm", IDM_MAP_POLICY, owner, create, 0, &rewrite, err);
	idm_rewrite_end(&rewrite);
	return status;
}

static void
test_where_a_rewrite_cannot_begin(void **state)
{
	struct idm_rewrite *rewrite;
	struct idm_err err;
	uid_t me = geteuid();

	(void)state;
	assert_fails(begin(path_of("none"), me, true, &err), IDM_NOTFOUND, err,
	    "none: no such folder");
	assert_fails(begin(path_of("map.gdbm"), me, true, &err), IDM_SYSTEM,
	    err, "map.gdbm: Not a directory");
	assert_fails(begin(fixture.dir, me + 1, false, &err), IDM_DENIED, err,
	    "which is not trusted with it");

	assert_int_equal(chmod(fixture.dir, 0775), 0);
	assert_fails(begin(fixture.dir, me, false, &err), IDM_DENIED, err,
	    "others may write in it");
	assert_int_equal(chmod(fixture.dir, 0755), 0);
	if (me == 0) {
		assert_int_equal(chown(fixture.dir, 4242, (gid_t)-1), 0);
		assert_fails(begin(fixture.dir, me, false, &err), IDM_DENIED,
		    err, "owned by uid 4242, which is not trusted with it");
		assert_int_equal(chown(fixture.dir, me, (gid_t)-1), 0);
	}

	rewrite = fixture_begin(&fixture);
	assert_fails(begin(fixture.dir, me, false, &err), IDM_TEMPFAIL, err,
	    ": .map.gdbm.lock: held by pid ");
	assert_non_null(strstr(err.text, fixture.dir));
	idm_rewrite_end(&rewrite);

	assert_int_equal(chmod(path_of("map.gdbm"), 0666), 0);
	assert_fails(begin(fixture.dir, me, false, &err), IDM_DENIED, err,
	    "map.gdbm: mode 0666 lets others write it");
	assert_int_equal(truncate(path_of("map.gdbm"), 100), 0);
	assert_int_equal(chmod(path_of("map.gdbm"), 0644), 0);
	assert_fails(begin(fixture.dir, me, true, &err), IDM_CORRUPT, err,
	    "/map.gdbm: ");
	assert_int_equal(unlink(path_of("map.gdbm")), 0);
	assert_fails(begin(fixture.dir, me, false, &err), IDM_NOTFOUND, err,
	    "map.gdbm: no such file");
	assert_good(begin(fixture.dir, me, true, &err), err);
}

static void
test_a_new_file_has_mode_owner_and_uuid(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_header header = header_of(rewrite);
	static const uint8_t none[IDM_UUID_SIZE];
	struct fixture other;
	struct stat st;

	(void)state;
	assert_int_equal(header.generation, 1);
	assert_int_equal(header.uuid[6] & 0xf0, 0x40);
	assert_int_not_equal(memcmp(header.uuid, none, sizeof(none)), 0);
	idm_rewrite_end(&rewrite);
	assert_int_equal(stat(path_of("map.gdbm"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(stat(path_of(".map.gdbm.lock"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	if (geteuid() != 0)
		return;
	/* Root may write a file that belongs to somebody else. */
	fixture_make(&other, 4242);
	rewrite = fixture_begin(&other);
	assert_int_equal(
	    idm_view_stat(idm_rewrite_view(rewrite))->st_uid, 4242);
	header = header_of(rewrite);
	idm_rewrite_end(&rewrite);
	fixture_remove(&other);
}

static void
test_a_missing_file_is_made_even_when_empty(void **state)
{
	struct idm_rewrite *rewrite;
	struct idm_err err;

	(void)state;
	assert_int_equal(unlink(path_of("map.gdbm")), 0);
	rewrite = fixture_begin(&fixture);
	assert_null(idm_rewrite_view(rewrite));
	assert_good(idm_rewrite_commit(rewrite, NULL, NULL, &err), err);
	assert_int_equal(header_of(rewrite).records, 1);
	assert_int_equal(header_of(rewrite).generation, 1);
	/* There it stays as it is. */
	assert_good(idm_rewrite_commit(rewrite, NULL, NULL, &err), err);
	assert_int_equal(header_of(rewrite).generation, 1);
	idm_rewrite_end(&rewrite);
}

static void
count_progress(void *context, uint64_t done, uint64_t total)
{
	unsigned *calls = context;

	assert_true(done <= total);
	(*calls)++;
}

static void
test_progress_is_told(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	unsigned calls = 0;
	struct idm_err err;

	(void)state;
	put_many(rewrite);
	assert_good(
	    idm_rewrite_commit(rewrite, count_progress, &calls, &err), err);
	assert_true(calls > 0);
	idm_rewrite_end(&rewrite);
}

/* What a tool does that tells its progress. */
static void
print_progress(void *context, uint64_t done, uint64_t total)
{
	static const char text[4096] = "this is no record of the map";

	(void)context;
	(void)done;
	(void)total;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (write(fd, text, sizeof(text)) == -1)
			continue;
	}
}

/* Two commits, by building and by copying, without standard streams. */
static int
commit_without_streams(void)
{
	struct idm_rewrite *rewrite;

	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		(void)close(fd);
	rewrite = fixture_begin(&fixture);
	put_many(rewrite);
	if (idm_rewrite_commit(rewrite, print_progress, NULL, NULL) != IDM_OK)
		return 1;
	put(rewrite, "one", "more");
	if (idm_rewrite_commit(rewrite, print_progress, NULL, NULL) != IDM_OK)
		return 2;
	idm_rewrite_end(&rewrite);
	return 0;
}

static void
test_closed_streams_do_not_become_the_map(void **state)
{
	struct idm_rewrite *rewrite;
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	struct idm_err err;
	uint64_t n = 0;
	int status;
	pid_t pid;

	(void)state;
	pid = fork();
	assert_int_not_equal(pid, -1);
	if (pid == 0)
		_exit(commit_without_streams());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	rewrite = fixture_begin(&fixture);
	while (idm_view_next(idm_rewrite_view(rewrite), &walk, &key, &value,
		   &err) == IDM_OK)
		n++;
	assert_int_equal(n, MANY + 3);
	assert_value(rewrite, "key7", "key7");
	assert_value(rewrite, "one", "more");
	idm_rewrite_end(&rewrite);
}

int
main(void)
{
#define IN_A_FOLDER(test)                                                      \
	cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(test_reads_see_the_changes),
		IN_A_FOLDER(test_without_commit_nothing_has_happened),
		IN_A_FOLDER(
		    test_a_few_changes_keep_the_seed_and_many_change_it),
		IN_A_FOLDER(test_much_free_space_means_a_new_file),
		IN_A_FOLDER(test_a_record_too_large_is_refused_alone),
		IN_A_FOLDER(test_what_is_not_there_cannot_be_deleted),
		IN_A_FOLDER(test_each_visits_every_record_once),
		IN_A_FOLDER(test_a_merge_is_all_or_nothing),
		IN_A_FOLDER(test_the_tools_of_gdbm_read_it),
		IN_A_FOLDER(test_where_a_rewrite_cannot_begin),
		IN_A_FOLDER(test_a_new_file_has_mode_owner_and_uuid),
		IN_A_FOLDER(test_a_missing_file_is_made_even_when_empty),
		IN_A_FOLDER(test_progress_is_told),
		IN_A_FOLDER(test_closed_streams_do_not_become_the_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
