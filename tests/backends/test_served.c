#include <time.h>
#include <unistd.h>

#include "tests/unit.h"

#include "backends/served.h"
#include "map/rewrite.h"
#include "tests/fixture.h"

#define STR(text)                                                              \
	{                                                                      \
		(text), sizeof(text) - 1                                       \
	}

enum { STAMP = 7, DIRECTORY = 0, FILES = 1, REPLICA = 4 };

/*
 * One with a directory, one with a names file, two that share a range, and one
 * that is replicated.
 */
static struct idm_domain domains[] = {
	{
	    .name = "corp",
	    .dns = "corp.example",
	    .sid = { 5, { 21, 1, 2, 3 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .flags = IDM_DOMAIN_DIRECTORY,
	    .low = 100000,
	    .high = 199999,
	    .stamp = STAMP,
	    .cache_s = 900,
	    .stale_s = 100000,
	    .wait_ms = 1000,
	},
	{
	    .name = "lab",
	    .sid = { 5, { 21, 4, 5, 6 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .low = 200000,
	    .high = 299999,
	},
	{
	    .name = "east",
	    .sid = { 5, { 21, 10, 11, 12 }, 4 },
	    .backend = IDM_BACKEND_SSS,
	    .flags = IDM_DOMAIN_DIRECTORY,
	    .low = 400000,
	    .high = 799999,
	    .rangesize = 200000,
	    .space = "shared",
	    .nwindows = 1,
	    .window = { { 0, 400000 } },
	},
	{
	    .name = "west",
	    .sid = { 5, { 21, 13, 14, 15 }, 4 },
	    .backend = IDM_BACKEND_SSS,
	    .flags = IDM_DOMAIN_DIRECTORY,
	    .low = 400000,
	    .high = 799999,
	    .rangesize = 200000,
	    .space = "shared",
	    .nwindows = 1,
	    .window = { { 0, 600000 } },
	},
	{
	    .name = "whole",
	    .sid = { 5, { 21, 7, 8, 9 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .flags = IDM_DOMAIN_DIRECTORY | IDM_DOMAIN_REPLICATE,
	    .low = 300000,
	    .high = 399999,
	    .stamp = STAMP,
	    .cache_s = 900,
	    .stale_s = 100000,
	    .wait_ms = 1000,
	},
};

#define USER(n, d, u, g)                                                       \
	{                                                                      \
		.name = STR(n), .key = STR(n), .domain = STR(d), .uid = u,     \
		.gid = g                                                       \
	}
#define GROUP(n, d, g)                                                         \
	{                                                                      \
		.name = STR(n), .key = STR(n), .domain = STR(d), .gid = g      \
	}

static const struct idm_own_user alice = { .name = STR("Alice@corp.example"),
	.key = STR("alice@corp.example"),
	.domain = STR("corp"),
	.uid = 101103,
	.gid = 100513,
	.sid = { 5, { 21, 1, 2, 3, 1103 }, 5 } };
static const struct idm_own_user carol = USER(
    "carol@lab", "lab", 201001, 200513);
static const struct idm_own_user erin = USER(
    "erin@whole", "whole", 301001, 300513);
static const struct idm_own_group staff = GROUP(
    "staff@corp.example", "corp", 100600);
static const uint32_t gids[] = { 100600, 100700 };

static struct fixture fixture;

static int
make_maps(void **state)
{
	struct idm_rewrite *rewrite;

	(void)state;
	fixture_make(&fixture, getuid());
	fixture_domains(&fixture, domains, IDM_COUNTOF(domains));
	rewrite = fixture_begin(&fixture);
	fixture_put_user(rewrite, &carol, NULL, 0);
	fixture_commit(rewrite);
	return 0;
}

static int
remove_maps(void **state)
{
	(void)state;
	fixture_remove(&fixture);
	return 0;
}

static uint64_t
ago(unsigned seconds)
{
	return (uint64_t)time(NULL) - seconds;
}

/* Put all three users, the group and the domain's record in of this age. */
static struct idm_maps *
maps_of(uint64_t when, uint64_t stamp)
{
	const struct idm_cached front = { .when = when, .stamp = stamp };
	struct idm_rewrite *rewrite = fixture_begin_cache(&fixture);
	struct idm_maps *maps = NULL;
	struct idm_err err;

	fixture_cache_user(rewrite, &front, &alice, gids, IDM_COUNTOF(gids));
	fixture_cache_group(rewrite, &front, &staff, NULL);
	fixture_cache_user(rewrite, &front, &erin, NULL, 0);
	fixture_commit(rewrite);
	assert_good(
	    idm_maps_open(fixture.dir, fixture.owner, &maps, &err), err);
	assert_non_null(maps->cache);
	return maps;
}

static enum idm_status
ask(const struct idm_maps *maps, const char *name, struct idm_own_user *user,
    struct idm_served *served)
{
	struct idm_windows windows;

	assert_true(idm_windows_qualified(maps, idm_str_of(name), &windows));
	return idm_served_user(maps, &windows, user, served);
}

static void
test_a_record_of_the_cache_is_served_with_its_age(void **state)
{
	/* clang-format off */
	static const struct {
		unsigned seconds;
		uint64_t stamp;
		enum idm_status status;
		enum idm_cached_age age;
	} cases[] = {
		{ 0, STAMP, IDM_OK, IDM_CACHED_FRESH },
		{ 1000, STAMP, IDM_OK, IDM_CACHED_STALE },
		{ 0, STAMP + 1, IDM_OK, IDM_CACHED_OUTDATED },
		{ 200000, STAMP, IDM_NOTFOUND, IDM_CACHED_EXPIRED },
	};
	/* clang-format on */
	struct idm_own_group group;
	struct idm_served served;
	struct idm_own_user user;
	struct idm_cursor cursor;
	struct idm_own_sid sid;
	uint32_t n;

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_maps *maps = maps_of(
		    ago(cases[i].seconds), cases[i].stamp);

		assert_int_equal(
		    ask(maps, "ALICE@corp.example", &user, &served),
		    cases[i].status);
		assert_int_equal(served.age, cases[i].age);
		assert_ptr_equal(
		    served.directory, &maps->domains.domain[DIRECTORY]);
		assert_int_equal(
		    idm_served_user_by_id(maps, alice.uid, &user, &served),
		    cases[i].status);
		assert_int_equal(served.age, cases[i].age);
		assert_int_equal(
		    idm_served_group_by_id(maps, staff.gid, &group, &served),
		    cases[i].status);
		assert_int_equal(served.age, cases[i].age);
		assert_int_equal(
		    idm_served_gids(maps, &alice, &cursor, &n, &served),
		    cases[i].status);
		assert_int_equal(served.age, cases[i].age);
		assert_int_equal(
		    idm_served_sid(maps, &alice.sid, &sid, &served),
		    cases[i].status);
		assert_int_equal(served.age, cases[i].age);
		idm_maps_close(&maps);
	}
}

static void
test_who_is_absent_may_be_in_the_directory(void **state)
{
	struct idm_maps *maps = maps_of(ago(0), STAMP);
	struct idm_own_group group;
	struct idm_served served;
	struct idm_own_user user;

	(void)state;
	assert_int_equal(
	    ask(maps, "bob@corp.example", &user, &served), IDM_NOTFOUND);
	assert_ptr_equal(served.directory, &maps->domains.domain[DIRECTORY]);
	assert_int_equal(idm_served_group_by_id(maps, 100999, &group, &served),
	    IDM_NOTFOUND);
	assert_ptr_equal(served.directory, &maps->domains.domain[DIRECTORY]);
	/* but not one of a domain without a directory, or of none */
	assert_int_equal(ask(maps, "dave@lab", &user, &served), IDM_NOTFOUND);
	assert_null(served.directory);
	assert_int_equal(
	    idm_served_user_by_id(maps, 201099, &user, &served), IDM_NOTFOUND);
	assert_null(served.directory);
	assert_int_equal(
	    idm_served_user_by_id(maps, 900000, &user, &served), IDM_NOTFOUND);
	assert_null(served.directory);
	idm_maps_close(&maps);
}

static void
test_of_a_shared_range_the_right_directory_is_asked(void **state)
{
	struct idm_maps *maps = maps_of(ago(10), STAMP);
	struct idm_own_group group;
	struct idm_served served;
	struct idm_own_user user;

	(void)state;
	assert_int_equal(
	    idm_served_user_by_id(maps, 400001, &user, &served), IDM_NOTFOUND);
	assert_string_equal(served.directory->name, "east");
	assert_int_equal(
	    idm_served_user_by_id(maps, 600001, &user, &served), IDM_NOTFOUND);
	assert_string_equal(served.directory->name, "west");
	assert_int_equal(idm_served_group_by_id(maps, 799999, &group, &served),
	    IDM_NOTFOUND);
	assert_string_equal(served.directory->name, "west");
	idm_maps_close(&maps);
}

static void
test_neither_file_speaks_for_the_other(void **state)
{
	const struct idm_cached front = { .when = ago(0), .stamp = STAMP };
	static const struct idm_own_user of_lab = USER(
	    "mallory@lab", "lab", 201666, 200513);
	static const struct idm_own_user of_corp = USER(
	    "eve@corp.example", "corp", 101666, 100513);
	struct idm_rewrite *rewrite = fixture_begin_cache(&fixture);
	struct idm_maps *maps = NULL;
	struct idm_served served;
	struct idm_own_user user;
	struct idm_err err;

	(void)state;
	fixture_cache_user(rewrite, &front, &of_lab, NULL, 0);
	fixture_commit(rewrite);
	rewrite = fixture_begin(&fixture);
	fixture_put_user(rewrite, &of_corp, NULL, 0);
	fixture_commit(rewrite);
	assert_good(
	    idm_maps_open(fixture.dir, fixture.owner, &maps, &err), err);
	assert_int_equal(
	    ask(maps, "mallory@lab", &user, &served), IDM_NOTFOUND);
	assert_int_equal(
	    idm_served_user_by_id(maps, 201666, &user, &served), IDM_NOTFOUND);
	assert_int_equal(
	    ask(maps, "eve@corp.example", &user, &served), IDM_NOTFOUND);
	assert_int_equal(
	    idm_served_user_by_id(maps, 101666, &user, &served), IDM_NOTFOUND);
	assert_int_equal(ask(maps, "carol@lab", &user, &served), IDM_OK);
	assert_null(served.directory);
	idm_maps_close(&maps);
}

/* Put one user into the cache, under a key of its own or of another. */
static void
assert_not_served(const struct idm_own_user *user)
{
	const struct idm_cached front = { .when = ago(0), .stamp = STAMP };
	struct idm_rewrite *rewrite = fixture_begin_cache(&fixture);
	struct idm_maps *maps = NULL;
	struct idm_served served;
	struct idm_own_user out;
	struct idm_err err;

	fixture_cache_user(rewrite, &front, user, NULL, 0);
	fixture_commit(rewrite);
	assert_good(
	    idm_maps_open(fixture.dir, fixture.owner, &maps, &err), err);
	assert_int_equal(
	    ask(maps, user->key.data, &out, &served), IDM_NOTFOUND);
	assert_int_equal(idm_served_user_by_id(maps, user->uid, &out, &served),
	    IDM_NOTFOUND);
	idm_maps_close(&maps);
}

static void
test_the_policy_of_now_admits(void **state)
{
	static const struct idm_own_user bad[] = {
		USER("root@corp.example", "corp", 0, 100513),
		USER("low@corp.example", "corp", 999, 100513),
		USER("out@corp.example", "corp", 400000, 100513),
		USER("gid0@corp.example", "corp", 101200, 0),
		USER("wheel@corp.example", "corp", 101201, 10),
		USER("gone@corp.example", "gone", 101202, 100513),
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++)
		assert_not_served(&bad[i]);
}

/* What the one before was changes nothing. */
static void
test_one_of_many_is_admitted_as_one_alone(void **state)
{
	static const uint32_t gid[] = { 0, 10, 65534, 65535, 99999, 100000,
		100001, 199999, 200000, 299999, 300000, 399999, 400000, 799999,
		800000, UINT32_MAX };
	const size_t n = IDM_COUNTOF(gid);
	struct idm_maps *maps = maps_of(ago(0), STAMP);

	(void)state;
	for (size_t i = 0; i < n * n; i++) {
		const struct idm_domain *last = NULL;

		(void)idm_served_admits_next_gid(maps, gid[i / n], &last);
		assert_int_equal(
		    idm_served_admits_next_gid(maps, gid[i % n], &last),
		    idm_served_admits_gid(maps, gid[i % n]));
	}
	idm_maps_close(&maps);
}

static void
test_a_domain_that_is_here_as_a_whole_need_not_be_asked(void **state)
{
	struct idm_cached_domain record = {
		.is_complete = true,
		.when = ago(0),
		.stamp = STAMP,
	};
	struct idm_maps *maps = maps_of(ago(5000), STAMP);
	struct idm_rewrite *rewrite;
	struct idm_served served;
	struct idm_own_user user;
	struct idm_err err;

	(void)state;
	assert_int_equal(ask(maps, "erin@whole", &user, &served), IDM_OK);
	assert_int_equal(served.age, IDM_CACHED_STALE);
	assert_int_equal(ask(maps, "no@whole", &user, &served), IDM_NOTFOUND);
	assert_ptr_equal(served.directory, &maps->domains.domain[REPLICA]);
	idm_maps_close(&maps);

	rewrite = fixture_begin_cache(&fixture);
	fixture_cache_domain(rewrite, "whole", &record);
	fixture_commit(rewrite);
	assert_good(
	    idm_maps_open(fixture.dir, fixture.owner, &maps, &err), err);
	assert_int_equal(ask(maps, "erin@whole", &user, &served), IDM_OK);
	assert_int_equal(served.age, IDM_CACHED_FRESH);
	assert_int_equal(ask(maps, "no@whole", &user, &served), IDM_NOTFOUND);
	assert_null(served.directory);
	assert_int_equal(
	    idm_served_user_by_id(maps, 300999, &user, &served), IDM_NOTFOUND);
	assert_null(served.directory);
	idm_maps_close(&maps);

	/* It was long ago that it was whole. */
	record.when = ago(5000);
	rewrite = fixture_begin_cache(&fixture);
	fixture_cache_domain(rewrite, "whole", &record);
	fixture_commit(rewrite);
	assert_good(
	    idm_maps_open(fixture.dir, fixture.owner, &maps, &err), err);
	assert_int_equal(ask(maps, "erin@whole", &user, &served), IDM_OK);
	assert_int_equal(served.age, IDM_CACHED_STALE);
	assert_int_equal(ask(maps, "no@whole", &user, &served), IDM_NOTFOUND);
	assert_non_null(served.directory);
	idm_maps_close(&maps);
}

/* Is erin served, whose record is not sure, when her domain says this? */
static bool
is_sure(const struct idm_cached_domain *record)
{
	const struct idm_cached front = {
		.flags = IDM_CACHED_UNSURE,
		.when = 1000,
		.stamp = STAMP,
	};
	struct idm_rewrite *rewrite = fixture_begin_cache(&fixture);
	struct idm_maps *maps = NULL;
	struct idm_served served;
	struct idm_own_user user;
	enum idm_status st;
	struct idm_err err;

	fixture_cache_user(rewrite, &front, &erin, NULL, 0);
	fixture_cache_domain(rewrite, "whole", record);
	fixture_commit(rewrite);
	assert_good(
	    idm_maps_open(fixture.dir, fixture.owner, &maps, &err), err);
	st = ask(maps, "erin@whole", &user, &served);
	assert_int_equal(
	    idm_served_user_by_id(maps, 301001, &user, &served), st);
	idm_maps_close(&maps);
	return st == IDM_OK;
}

static void
test_who_is_not_sure_counts_when_his_domain_says_so(void **state)
{
	struct idm_cached_domain record = {
		.is_complete = true,
		.when = ago(0),
		.sure = 1000,
		.stamp = STAMP,
	};

	(void)state;
	assert_true(is_sure(&record));
	record.sure = 999;
	assert_false(is_sure(&record));
	record.sure = 1000;
	record.is_complete = false;
	assert_false(is_sure(&record));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_a_record_of_the_cache_is_served_with_its_age),
		cmocka_unit_test(test_who_is_absent_may_be_in_the_directory),
		cmocka_unit_test(
		    test_of_a_shared_range_the_right_directory_is_asked),
		cmocka_unit_test(test_neither_file_speaks_for_the_other),
		cmocka_unit_test(test_the_policy_of_now_admits),
		cmocka_unit_test(test_one_of_many_is_admitted_as_one_alone),
		cmocka_unit_test(
		    test_who_is_not_sure_counts_when_his_domain_says_so),
		cmocka_unit_test(
		    test_a_domain_that_is_here_as_a_whole_need_not_be_asked),
	};

	return cmocka_run_group_tests(tests, make_maps, remove_maps);
}
