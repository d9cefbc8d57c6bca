/*
 * namemap against what it must be equal to: sort the entries, go through them
 * one by one, take the first that matches.
 *
 * IDM_TEST_SEED in the environment starts the dice elsewhere.
 */

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit.h"

#include "base/attr.h"
#include "base/num.h"
#include "map/namemap.h"
#include "tests/fixture.h"
#include "tests/random.h"

enum {
	MAPS = 100,
	SCHEMES = 32, /* in each map */
	ENTRIES = 24, /* in each scheme at most */
	NAMES = 40,   /* asked of each scheme, before and after deletions */
	TEXT = 200,   /* bytes of a name */
};

struct scheme {
	char name[8];
	struct idm_descriptor desc;
	size_t n;
	struct idm_entry entry[ENTRIES];
	char remote[ENTRIES][TEXT];
	char target[ENTRIES][8];
};

static struct idm_str
write_random(
    struct dice *dice, const struct scheme *scheme, bool patterns, char *memory)
{
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, TEXT);
	random_name(dice, &scheme->desc, patterns, &buf);
	assert_int_equal(buf.status, IDM_OK);
	return (struct idm_str){ buf.data, buf.len };
}

static bool
is_new(const struct scheme *scheme, struct idm_str remote)
{
	for (size_t i = 0; i < scheme->n; i++) {
		if (idm_str_compare(scheme->entry[i].remote, remote) == 0)
			return false;
	}
	return true;
}

static void
make_scheme(struct dice *dice, struct scheme *scheme, unsigned number)
{
	size_t n = 1 + roll(dice, ENTRIES);

	scheme->n = 0;
	(void)snprintf(scheme->name, sizeof(scheme->name), "s%u", number);
	random_descriptor(dice, 5, &scheme->desc);
	while (n-- > 0) {
		size_t at = scheme->n;
		struct idm_str remote = write_random(
		    dice, scheme, true, scheme->remote[at]);

		if (!is_new(scheme, remote))
			continue;
		/* Each target tells which entry it was. */
		(void)snprintf(
		    scheme->target[at], sizeof(*scheme->target), "u%zu", at);
		scheme->entry[at] = (struct idm_entry){
			.remote = remote,
			.target = idm_str_of(
			    roll(dice, 8) == 0 ? "%i" : scheme->target[at]),
		};
		scheme->n++;
	}
}

static struct idm_ruleset_name
name_of(const struct scheme *scheme)
{
	return (struct idm_ruleset_name){ IDM_RULESET_SCHEME, scheme->name };
}

/* Half of the schemes are filled entry by entry, half at once. */
static void
install(struct idm_rewrite *rewrite, const struct scheme *scheme, bool at_once)
{
	struct idm_err err;
	bool unchanged;

	assert_good(
	    idm_edit_install(rewrite, name_of(scheme), &scheme->desc, &err),
	    err);
	if (at_once) {
		assert_good(idm_edit_replace(rewrite, name_of(scheme),
				scheme->entry, scheme->n, &err),
		    err);
		return;
	}
	for (size_t i = 0; i < scheme->n; i++) {
		assert_good(idm_edit_add(rewrite, name_of(scheme),
				&scheme->entry[i], &unchanged, &err),
		    err);
	}
}

/* Delete about half of the entries, in the map and in what we know of it. */
static void
thin_out(struct dice *dice, struct idm_rewrite *rewrite, struct scheme *scheme)
{
	size_t kept = 0;
	struct idm_err err;

	for (size_t i = 0; i < scheme->n; i++) {
		if (roll(dice, 2) == 0) {
			assert_good(idm_edit_delete(rewrite, name_of(scheme),
					scheme->entry[i].remote, &err),
			    err);
		} else {
			scheme->entry[kept++] = scheme->entry[i];
		}
	}
	scheme->n = kept;
}

/* qsort() has no place for a descriptor. */
static const struct idm_descriptor *sorted_by;

static int
compare_entries(const void *a, const void *b)
{
	return idm_entry_compare(sorted_by, a, b);
}

/* The scan that namemap must be equal to; NULL when nothing matches. */
static const struct idm_entry *
scan(const struct scheme *scheme, struct idm_str name)
{
	struct idm_fields fields;

	assert_int_equal(
	    idm_descriptor_try(&scheme->desc, name, &fields), IDM_SPLIT_GOOD);
	for (size_t i = 0; i < scheme->n; i++) {
		if (idm_entry_match(&scheme->desc, &scheme->entry[i], &fields))
			return &scheme->entry[i];
	}
	return NULL;
}

static void
check_name(const struct idm_maps *maps, const struct scheme *scheme,
    struct idm_str name)
{
	const struct idm_entry *expected = scan(scheme, name);
	struct idm_match match = { .remote = "nothing" };
	struct idm_err err = { 0 };
	enum idm_status st;

	st = idm_match_scheme(maps, scheme->name, name, &match, NULL, &err);
	if (expected == NULL) {
		if (st != IDM_NOTFOUND)
			fail_msg("'%.*s': '%s', not nothing", (int)name.len,
			    name.data, match.remote);
		return;
	}
	if (st != (idm_str_is(expected->target, "%i") ? IDM_REFUSED : IDM_OK) ||
	    !idm_str_is(expected->remote, match.remote) ||
	    !idm_str_is(expected->target, match.target))
		fail_msg("'%.*s': '%s', not '%.*s' (%s)", (int)name.len,
		    name.data, match.remote, (int)expected->remote.len,
		    expected->remote.data, err.text);
}

static void
check_schemes(
    struct dice *dice, const struct fixture *fixture, struct scheme *schemes)
{
	struct idm_maps *maps = NULL;
	struct idm_err err;

	assert_good(
	    idm_maps_open(fixture->dir, fixture->owner, &maps, &err), err);
	for (size_t i = 0; i < SCHEMES; i++) {
		struct scheme *scheme = &schemes[i];

		sorted_by = &scheme->desc;
		qsort(scheme->entry, scheme->n, sizeof(*scheme->entry),
		    compare_entries);
		for (int j = 0; j < NAMES; j++) {
			char memory[TEXT];

			check_name(maps, scheme,
			    write_random(dice, scheme, false, memory));
		}
	}
	idm_maps_close(&maps);
}

static uint64_t
seed(void)
{
	const char *text = getenv("IDM_TEST_SEED");
	uint64_t value = 20261123;

	if (text != NULL &&
	    (idm_num_parse(text, strlen(text), UINT64_MAX, &value, NULL) !=
		    IDM_OK ||
		value == 0))
		fail_msg("IDM_TEST_SEED: not a number above 0");
	return value;
}

static void
test_namemap_equals_the_scan(void **state)
{
	static struct scheme schemes[SCHEMES];
	struct dice dice = { seed() };

	(void)state;
	for (int map = 0; map < MAPS; map++) {
		struct idm_rewrite *rewrite;
		struct fixture fixture;

		fixture_make(&fixture, getuid());
		rewrite = fixture_begin(&fixture);
		for (unsigned i = 0; i < SCHEMES; i++) {
			make_scheme(&dice, &schemes[i], i);
			install(rewrite, &schemes[i], i % 2 == 0);
		}
		fixture_commit(rewrite);
		check_schemes(&dice, &fixture, schemes);

		rewrite = fixture_begin(&fixture);
		for (size_t i = 0; i < SCHEMES; i++)
			thin_out(&dice, rewrite, &schemes[i]);
		fixture_commit(rewrite);
		check_schemes(&dice, &fixture, schemes);
		fixture_remove(&fixture);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_namemap_equals_the_scan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
