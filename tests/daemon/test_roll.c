#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit.h"

#include "base/buf.h"
#include "daemon/roll.h"

#define STR(text)                                                              \
	{                                                                      \
		(text), sizeof(text) - 1                                       \
	}

static uint64_t
handle(const char *dn)
{
	return roll_handle(idm_str_of(dn), true);
}

static void
add_user(struct roll *roll, const char *name, uint32_t primary)
{
	struct roll_user user = { .primary = primary };
	struct idm_err err;

	user.entry.handle = handle(name);
	user.entry.key = user.shown = idm_str_of(name);
	assert_good(roll_add_user(roll, &user, NULL, &err), err);
}

/* Members are parted by blanks; gid 0: it is not served. */
static void
add_group(struct roll *roll, const char *name, uint32_t gid, const char *names)
{
	struct roll_group group = { .gid = gid };
	uint64_t member[16];
	struct idm_err err;
	size_t n = 0;

	group.entry.handle = handle(name);
	group.entry.key = idm_str_of(name);
	group.entry.is_out = gid == 0;
	group.record = idm_str_of("");
	while (*names != '\0') {
		size_t len = strcspn(names, " ");

		member[n++] = roll_handle((struct idm_str){ names, len }, true);
		names += len + (names[len] == ' ');
	}
	assert_good(roll_add_group(roll, &group, member, n, NULL, &err), err);
}

static struct roll *
new_roll(unsigned nesting)
{
	struct roll *roll = NULL;
	struct idm_err err;

	assert_good(roll_new(nesting, &roll, &err), err);
	add_user(roll, "ann", 50);
	add_user(roll, "bob", 50);
	add_user(roll, "cid", 51);
	return roll;
}

static int
compare_names(const void *a, const void *b)
{
	return idm_str_compare(
	    *(const struct idm_str *)a, *(const struct idm_str *)b);
}

static void
assert_members(struct roll *roll, const char *group, const char *expected)
{
	const struct idm_str *name;
	struct idm_str sorted[16];
	char memory[200];
	struct idm_buf buf;
	struct idm_err err;
	size_t n;

	assert_good(roll_members(roll, roll_find_group(roll, handle(group)),
			&name, &n, &err),
	    err);
	memcpy(sorted, name, n * sizeof(*name));
	qsort(sorted, n, sizeof(*sorted), compare_names);
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	for (size_t i = 0; i < n; i++)
		idm_buf_printf(
		    &buf, "%.*s ", (int)sorted[i].len, sorted[i].data);
	assert_string_equal(idm_buf_text(&buf), expected);
}

static enum idm_status
list(void *context, const struct roll_user *user, const uint32_t *gid,
    uint32_t n, struct idm_err *err)
{
	struct idm_buf *buf = context;

	(void)err;
	idm_buf_printf(
	    buf, "%.*s:", (int)user->entry.key.len, user->entry.key.data);
	for (uint32_t i = 0; i < n; i++)
		idm_buf_printf(buf, " %u", gid[i]);
	idm_buf_puts(buf, "\n");
	return IDM_OK;
}

static void
assert_gids(struct roll *roll, const char *expected)
{
	char memory[400];
	struct idm_buf buf;
	struct idm_err err;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	assert_good(roll_gids(roll, list, &buf, &err), err);
	assert_string_equal(idm_buf_text(&buf), expected);
}

/* ---- Handles. */

static void
test_spellings_of_a_dn_have_one_handle(void **state)
{
	const char *dn = "uid=ann,ou=people,dc=example";

	(void)state;
	assert_true(handle(dn) == handle("UID=Ann, OU=people,  DC=Example"));
	assert_true(handle(dn) != handle("uid=anna,ou=people,dc=example"));
	assert_true(
	    handle("cn=a\\, b,dc=example") != handle("cn=a\\,b,dc=example"));
	assert_true(roll_handle((struct idm_str)STR("JÜRGEN"), false) ==
	    roll_handle((struct idm_str)STR("jürgen"), false));
}

/* ---- Members. */

static void
test_groups_in_groups_are_followed(void **state)
{
	struct roll *roll = new_roll(8);

	(void)state;
	add_group(roll, "inner", 60, "ann");
	add_group(roll, "middle", 61, "bob inner nobody ann");
	add_group(roll, "outer", 62, "middle cid");
	assert_members(roll, "inner", "ann ");
	assert_members(roll, "middle", "ann bob ");
	assert_members(roll, "outer", "ann bob cid ");
	assert_gids(roll, "ann: 60 61 62\nbob: 61 62\ncid: 62\n");
	roll_free(&roll);
}

static void
test_loops_have_an_end(void **state)
{
	struct roll *roll = new_roll(8);

	(void)state;
	add_group(roll, "ring1", 60, "ann ring2");
	add_group(roll, "ring2", 61, "bob ring3");
	add_group(roll, "ring3", 62, "cid ring1 ring3");
	assert_members(roll, "ring1", "ann bob cid ");
	assert_members(roll, "ring3", "ann bob cid ");
	assert_gids(roll, "ann: 60 61 62\nbob: 60 61 62\ncid: 60 61 62\n");
	roll_free(&roll);
}

static void
test_nesting_is_bounded(void **state)
{
	struct roll *roll = new_roll(1);

	(void)state;
	add_group(roll, "inner", 60, "ann");
	add_group(roll, "middle", 61, "inner bob");
	add_group(roll, "outer", 62, "middle cid");
	assert_members(roll, "middle", "ann bob ");
	assert_members(roll, "outer", "bob cid ");
	roll_free(&roll);
}

static void
test_who_is_out_is_no_member(void **state)
{
	struct roll *roll = new_roll(8);

	(void)state;
	add_group(roll, "all", 60, "ann bob cid");
	roll_user_at(roll, roll_find_user(roll, handle("bob")))
	    ->entry.is_out = true;
	assert_members(roll, "all", "ann cid ");
	assert_gids(roll, "ann: 60\ncid: 60\n");
	roll_free(&roll);
}

static void
test_a_group_that_is_out_leads_on(void **state)
{
	struct roll *roll = new_roll(8);

	(void)state;
	add_group(roll, "carrier", 0, "ann bob");
	add_group(roll, "shown", 60, "carrier");
	assert_members(roll, "shown", "ann bob ");
	assert_gids(roll, "ann: 60\nbob: 60\ncid:\n");
	roll_free(&roll);
}

static void
test_gids_come_once_without_the_primary_one(void **state)
{
	struct roll *roll = new_roll(8);

	(void)state;
	add_group(roll, "staff", 50, "ann bob");
	add_group(roll, "more", 70, "ann");
	add_group(roll, "twin", 70, "ann cid");
	add_group(roll, "first", 10, "ann");
	assert_gids(roll, "ann: 10 70\nbob:\ncid: 70\n");
	roll_free(&roll);
}

/* ---- Who is there. */

static void
test_nobody_is_there_twice(void **state)
{
	struct roll *roll = new_roll(8);
	struct roll_group group = { .entry = { .handle = handle("g") } };
	struct roll_user user = { .entry = { .handle = handle("ANN") } };

	(void)state;
	user.entry.key = user.shown = idm_str_of("ann");
	assert_int_equal(roll_add_user(roll, &user, NULL, NULL), IDM_CONFLICT);
	group.entry.key = group.record = idm_str_of("");
	assert_int_equal(
	    roll_add_group(roll, &group, NULL, 0, NULL, NULL), IDM_OK);
	assert_int_equal(
	    roll_add_group(roll, &group, NULL, 0, NULL, NULL), IDM_CONFLICT);
	assert_int_equal(roll_users(roll), 3);
	assert_int_equal(roll_find_user(roll, handle("dan")), ROLL_NONE);
	roll_free(&roll);
}

static void
test_many_are_found_again(void **state)
{
	struct roll *roll = NULL;
	struct idm_err err;
	char name[20];

	(void)state;
	assert_good(roll_new(8, &roll, &err), err);
	for (unsigned i = 0; i < 5000; i++) {
		(void)snprintf(name, sizeof(name), "u%u", i);
		add_user(roll, name, i);
	}
	for (unsigned i = 0; i < 5000; i++) {
		(void)snprintf(name, sizeof(name), "u%u", i);
		assert_int_equal(roll_find_user(roll, handle(name)), i);
		assert_int_equal(roll_user_at(roll, i)->primary, i);
	}
	roll_free(&roll);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spellings_of_a_dn_have_one_handle),
		cmocka_unit_test(test_groups_in_groups_are_followed),
		cmocka_unit_test(test_loops_have_an_end),
		cmocka_unit_test(test_nesting_is_bounded),
		cmocka_unit_test(test_who_is_out_is_no_member),
		cmocka_unit_test(test_a_group_that_is_out_leads_on),
		cmocka_unit_test(test_gids_come_once_without_the_primary_one),
		cmocka_unit_test(test_nobody_is_there_twice),
		cmocka_unit_test(test_many_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
