#include <stdio.h>

#include "tests/unit.h"

#include "map/changes.h"

static struct idm_changes *changes;

static int
make_table(void **state)
{
	(void)state;
	return idm_changes_new(&changes, NULL) != IDM_OK;
}

static int
free_table(void **state)
{
	(void)state;
	idm_changes_free(&changes);
	return changes != NULL;
}

static void
put(struct idm_changes *table, const char *key, const char *value)
{
	struct idm_err err;

	assert_good(
	    idm_changes_put(table, idm_str_of(key), idm_str_of(value), &err),
	    err);
}

static void
take_out(struct idm_changes *table, const char *key)
{
	struct idm_err err;

	assert_good(idm_changes_remove(table, idm_str_of(key), &err), err);
}

static void
assert_value(
    const struct idm_changes *table, const char *key, const char *value)
{
	struct idm_change change;

	assert_true(idm_changes_find(table, idm_str_of(key), &change));
	assert_true(idm_str_is(change.key, key));
	assert_int_equal(change.removed, value == NULL);
	assert_true(idm_str_is(change.value, value == NULL ? "" : value));
}

static void
test_the_last_word_counts(void **state)
{
	struct idm_change change;

	(void)state;
	assert_false(idm_changes_find(changes, idm_str_of("a"), &change));
	put(changes, "a", "1");
	assert_value(changes, "a", "1");
	put(changes, "a", "a longer one");
	assert_value(changes, "a", "a longer one");
	take_out(changes, "a");
	assert_value(changes, "a", NULL);
	assert_int_equal(idm_changes_count(changes), 1);
	put(changes, "a", "");
	assert_value(changes, "a", "");
	take_out(changes, "b");
	assert_int_equal(idm_changes_count(changes), 2);
	idm_changes_clear(changes);
	assert_int_equal(idm_changes_count(changes), 0);
	assert_false(idm_changes_find(changes, idm_str_of("a"), &change));
}

static void
test_what_it_lends_may_be_given_back(void **state)
{
	struct idm_change change;
	struct idm_err err;

	(void)state;
	put(changes, "a", "1");
	assert_true(idm_changes_find(changes, idm_str_of("a"), &change));
	assert_good(
	    idm_changes_put(changes, change.key, change.key, &err), err);
	assert_value(changes, "a", "a");
	assert_true(idm_changes_find(changes, idm_str_of("a"), &change));
	assert_good(idm_changes_remove(changes, change.key, &err), err);
	assert_value(changes, "a", NULL);
}

static void
test_many_keys_and_a_walk(void **state)
{
	enum { MANY = 10000 };
	struct idm_change change;
	size_t at = 0, n = 0;
	char key[16];

	(void)state;
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		put(changes, key, key + 1);
	}
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		assert_value(changes, key, key + 1);
	}
	/* What is given may be removed on the way. */
	while (idm_changes_next(changes, &at, &change)) {
		struct idm_err err;

		assert_false(change.removed);
		assert_good(idm_changes_remove(changes, change.key, &err), err);
		n++;
	}
	assert_int_equal(n, MANY);
	assert_int_equal(idm_changes_count(changes), MANY);
	assert_value(changes, "k77", NULL);
}

static void
test_moving_overrides(void **state)
{
	struct idm_changes *more = NULL;
	struct idm_err err;
	char key[16];

	(void)state;
	put(changes, "a", "old");
	put(changes, "b", "old");
	assert_good(idm_changes_new(&more, &err), err);
	put(more, "a", "new");
	take_out(more, "b");
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(key, sizeof(key), "k%d", i);
		put(more, key, "new");
	}
	assert_good(idm_changes_move(changes, more, &err), err);
	assert_int_equal(idm_changes_count(more), 0);
	assert_int_equal(idm_changes_count(changes), 1002);
	assert_value(changes, "a", "new");
	assert_value(changes, "b", NULL);
	assert_value(changes, "k999", "new");
	put(more, "a", "again"); /* it can be used on */
	assert_value(more, "a", "again");
	idm_changes_free(&more);
}

/* Those are kept otherwise than small ones. */
static void
test_large_values(void **state)
{
	struct idm_changes *more = NULL;
	struct idm_err err;
	char large[5000];

	(void)state;
	memset(large, 'x', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	put(changes, "a", large);
	assert_value(changes, "a", large);
	put(changes, "a", "small");
	assert_value(changes, "a", "small");
	put(changes, "a", large + 1);
	put(changes, "b", large);
	assert_good(idm_changes_new(&more, &err), err);
	put(more, "b", large + 2);
	put(more, "c", large + 3);
	put(more, "d", "small");
	assert_good(idm_changes_move(changes, more, &err), err);
	assert_value(changes, "a", large + 1);
	assert_value(changes, "b", large + 2);
	assert_value(changes, "c", large + 3);
	assert_value(changes, "d", "small");
	idm_changes_clear(changes);
	put(changes, "a", large);
	assert_value(changes, "a", large);
	idm_changes_free(&more);
}

int
main(void)
{
#define WITH_TABLE(test)                                                       \
	cmocka_unit_test_setup_teardown(test, make_table, free_table)
	const struct CMUnitTest tests[] = {
		WITH_TABLE(test_the_last_word_counts),
		WITH_TABLE(test_what_it_lends_may_be_given_back),
		WITH_TABLE(test_many_keys_and_a_walk),
		WITH_TABLE(test_moving_overrides),
		WITH_TABLE(test_large_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
