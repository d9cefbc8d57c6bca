/* Where allocation goes on after a state was lost. */

#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit.h"

#include "daemon/marks.h"
#include "map/allocated.h"

static char dir[64];
static struct idm_state *state;

static int
make_state(void **unused)
{
	struct idm_err err;

	(void)unused;
	(void)snprintf(dir, sizeof(dir), "/tmp/idm-marks-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	assert_good(
	    idm_state_open(dir, geteuid(), NULL, true, 0, &state, &err), err);
	return 0;
}

static int
remove_state(void **unused)
{
	static const char *const names[] = { "state.gdbm", "journal",
		".state.gdbm.lock" };
	char path[128];

	(void)unused;
	idm_state_close(&state);
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		assert_int_equal(unlink(path), 0);
	}
	return rmdir(dir);
}

static uint64_t
number_of(const char *key)
{
	struct idm_str value;
	struct idm_err err;
	uint64_t number = 0;

	assert_int_equal(idm_state_get(state, idm_str_of(key), &value), IDM_OK);
	assert_good(idm_number_read(value, &number, &err), err);
	return number;
}

/* Of nine slices that are left a quarter is left out, not of ten. */
static void
test_a_rest_of_a_range_is_no_slice(void **unused)
{
	static const struct idm_domain autorid = {
		.name = "corp",
		.backend = IDM_BACKEND_AUTORID,
		.low = 1000,
		.high = 1949, /* nine slices, the first one the pool */
		.rangesize = 100,
	};
	struct idm_maps maps = {
		.domains = { .n = 1, .domain = &autorid },
	};
	struct marks marks;
	struct idm_err err;

	(void)unused;
	assert_good(marks_new(&marks, &err), err);
	assert_good(marks_stage(&marks, &maps, 0, state, &err), err);
	assert_int_equal(number_of("h/corp/s"), 2);
	assert_int_equal(number_of("h/corp/b"), 1000 + 99 / 4);
	marks_free(&marks);
}

/* A range that has no room for a slice has no counters to raise. */
static void
test_a_range_without_a_slice_has_no_marks(void **unused)
{
	static const struct idm_domain autorid = {
		.name = "corp",
		.backend = IDM_BACKEND_AUTORID,
		.low = 1000,
		.high = 1049,
		.rangesize = 100,
	};
	struct idm_maps maps = {
		.domains = { .n = 1, .domain = &autorid },
	};
	struct idm_str value;
	struct marks marks;
	struct idm_err err;

	(void)unused;
	assert_good(marks_new(&marks, &err), err);
	assert_good(marks_stage(&marks, &maps, 0, state, &err), err);
	assert_int_equal(
	    idm_state_get(state, idm_str_of("h/corp/s"), &value), IDM_NOTFOUND);
	marks_free(&marks);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_a_rest_of_a_range_is_no_slice, make_state,
		    remove_state),
		cmocka_unit_test_setup_teardown(
		    test_a_range_without_a_slice_has_no_marks, make_state,
		    remove_state),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
