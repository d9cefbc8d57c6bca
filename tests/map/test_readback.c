/*
 * A file that was written is believed when it reads as it was meant to.  What
 * libgdbm might do to it in silence is done to it here.
 */

#include <gdbm.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/unit.h"

#include "base/attr.h"
#include "map/changes.h"
#include "map/readback.h"
#include "map/shape.h"

static const struct fixture_entry entries[] = {
	{ "comunix!foo", "foo", 0 },
	{ "comunix!bar", "bar", 0 },
};

static const struct fixture_ruleset scheme = {
	FIXTURE_SCHEME("s", "M2!M1", entries),
};

static struct fixture fixture;
static char path[128];
static struct idm_header header;
static struct idm_changes *changes;

static int
make_map(void **state)
{
	struct idm_view *view = NULL;
	struct idm_err err;

	(void)state;
	fixture_make(&fixture, geteuid());
	fixture_install(&fixture, &scheme);
	(void)snprintf(path, sizeof(path), "%s/map.gdbm", fixture.dir);
	assert_good(
	    idm_view_open(path, IDM_MAP_POLICY, &fixture.owner, 1, &view, &err),
	    err);
	header = *idm_view_header(view);
	idm_view_close(&view);
	assert_good(idm_changes_new(&changes, &err), err);
	return 0;
}

static int
remove_map(void **state)
{
	(void)state;
	idm_changes_free(&changes);
	fixture_remove(&fixture);
	return 0;
}

static enum idm_status
readback(struct idm_err *err)
{
	struct idm_image_record record[4];
	struct idm_image_job job = { .header = &header, .record = record };
	struct idm_change change;
	size_t at = 0;

	while (idm_changes_next(changes, &at, &change)) {
		assert_true(job.n < IDM_COUNTOF(record));
		record[job.n++] = (struct idm_image_record){
			.key = change.key.data,
			.key_len = (uint32_t)change.key.len,
			.value = change.value.data,
			.value_len = (uint32_t)change.value.len,
			.removed = change.removed,
		};
	}
	return idm_readback(path, &job, fixture.owner, err);
}

/* Take a record out of the file behind the header's back. */
static void
lose_record(const char *name)
{
	GDBM_FILE db = gdbm_open(path, 0, GDBM_WRITER, 0, NULL);
	char memory[IDM_KEY_MAX];
	struct idm_buf key;
	datum lost;

	assert_non_null(db);
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_buf_puts(&key, name);
	idm_key_finish(&key, header.seed);
	lost = (datum){ .dptr = key.data, .dsize = (int)key.len };
	assert_int_equal(gdbm_delete(db, lost), 0);
	assert_int_equal(gdbm_close(db), 0);
}

static void
note_value_of(const char *key, const char *value)
{
	struct idm_err err;

	assert_good(
	    idm_changes_put(changes, idm_str_of(key), idm_str_of(value), &err),
	    err);
}

static void
test_a_file_as_it_should_be_is_believed(void **state)
{
	struct idm_err err;

	(void)state;
	assert_good(
	    idm_changes_remove(changes, idm_str_of("s/s/e/comunix!eve"), &err),
	    err);
	assert_good(readback(&err), err);
}

static void
test_another_header_is_noticed(void **state)
{
	struct idm_err err;

	(void)state;
	header.generation++;
	assert_fails(readback(&err), IDM_SYSTEM, err, "its header");
}

static void
test_a_lost_record_is_noticed(void **state)
{
	struct idm_err err;

	(void)state;
	lose_record("s/s/e/comunix!foo");
	assert_fails(
	    readback(&err), IDM_SYSTEM, err, "the number of its records");
}

static void
test_a_change_that_is_not_there_is_noticed(void **state)
{
	struct idm_err err;

	(void)state;
	note_value_of("s/s/e/comunix!new", "value");
	assert_fails(
	    readback(&err), IDM_SYSTEM, err, "a record that was changed");
}

static void
test_an_old_value_is_noticed(void **state)
{
	struct idm_err err;

	(void)state;
	note_value_of("s/s/e/comunix!foo", "value");
	assert_fails(
	    readback(&err), IDM_SYSTEM, err, "a record that was changed");
}

static void
test_a_record_that_should_be_gone_is_noticed(void **state)
{
	struct idm_err err;

	(void)state;
	assert_good(
	    idm_changes_remove(changes, idm_str_of("s/s/e/comunix!foo"), &err),
	    err);
	assert_fails(
	    readback(&err), IDM_SYSTEM, err, "a record that was changed");
}

static void
test_a_file_without_a_header_is_no_map(void **state)
{
	struct idm_err err;

	(void)state;
	assert_int_equal(truncate(path, 100), 0);
	assert_fails(readback(&err), IDM_SYSTEM, err, "it is no map");
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, make_map, remove_map)
	const struct CMUnitTest tests[] = {
		CASE(test_a_file_as_it_should_be_is_believed),
		CASE(test_another_header_is_noticed),
		CASE(test_a_lost_record_is_noticed),
		CASE(test_a_change_that_is_not_there_is_noticed),
		CASE(test_an_old_value_is_noticed),
		CASE(test_a_record_that_should_be_gone_is_noticed),
		CASE(test_a_file_without_a_header_is_no_map),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
