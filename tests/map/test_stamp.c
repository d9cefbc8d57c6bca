#include <stdio.h>
#include <unistd.h>

#include "tests/unit.h"

#include "map/directory.h"
#include "map/host.h"
#include "map/snapshot.h"
#include "map/stamp.h"
#include "tests/fixture.h"

enum { CORP, OTHER, PLAIN };

static struct idm_domain domains[] = {
	{
	    .name = "corp",
	    .dns = "corp.example",
	    .sid = { 5, { 21, 1, 2, 3 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .flags = IDM_DOMAIN_DIRECTORY,
	    .low = 100000,
	    .high = 199999,
	    .cache_s = 900,
	    .wait_ms = 1000,
	},
	{
	    .name = "other",
	    .sid = { 5, { 21, 4, 5, 6 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .flags = IDM_DOMAIN_DIRECTORY,
	    .low = 200000,
	    .high = 299999,
	    .cache_s = 900,
	    .wait_ms = 1000,
	},
	{
	    .name = "plain",
	    .sid = { 5, { 21, 7, 8, 9 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .low = 300000,
	    .high = 399999,
	},
};

static struct fixture fixture;

static int
make_map(void **state)
{
	(void)state;
	fixture_make(&fixture, getuid());
	fixture_domains(&fixture, domains, IDM_COUNTOF(domains));
	return 0;
}

static int
remove_map(void **state)
{
	(void)state;
	fixture_remove(&fixture);
	return 0;
}

static void
put(struct idm_rewrite *rewrite, const char *key, const struct idm_buf *value)
{
	struct idm_err err;

	assert_int_equal(value->status, IDM_OK);
	assert_good(idm_rewrite_put(rewrite, key, strlen(key), value->data,
			value->len, &err),
	    err);
}

static void
put_domains(struct idm_rewrite *rewrite)
{
	struct idm_buf value;

	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_domains_write(&value, domains, IDM_COUNTOF(domains));
	put(rewrite, IDM_DOMAINS_KEY, &value);
	idm_buf_fini(&value);
}

static void
put_directory(
    struct idm_rewrite *rewrite, const struct idm_directory *directory)
{
	struct idm_buf value;

	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_directory_write(&value, directory);
	put(rewrite, IDM_DIRECTORY_KEY "corp", &value);
	idm_buf_fini(&value);
}

static void
put_override(struct idm_rewrite *rewrite, const char *key, const char *name,
    const char *shell)
{
	const struct idm_override override = {
		.name = idm_str_of(name),
		.gecos = idm_str_of(""),
		.home = idm_str_of(""),
		.shell = idm_str_of(shell),
	};
	struct idm_buf value;

	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_override_write(&value, &override);
	put(rewrite, key, &value);
	idm_buf_fini(&value);
}

static void
put_format(struct idm_rewrite *rewrite, enum idm_name_format format)
{
	struct idm_policy policy = idm_policy_default;
	struct idm_err err;

	policy.name_format = (uint8_t)format;
	assert_good(idm_edit_policy(rewrite, &policy, &err), err);
}

/* Commit with the stamps set: have corp's and other's become other ones? */
static void
assert_stamps(struct idm_rewrite *rewrite, bool is_corp_new, bool is_other_new)
{
	struct idm_maps *maps = NULL;
	struct idm_err err;
	const struct idm_domain *now;

	assert_good(idm_stamps_set(rewrite, &err), err);
	fixture_commit(rewrite);
	assert_good(idm_maps_open(fixture.dir, getuid(), &maps, &err), err);
	now = maps->domains.domain;
	assert_int_equal(now[CORP].stamp != domains[CORP].stamp, is_corp_new);
	assert_int_equal(
	    now[OTHER].stamp != domains[OTHER].stamp, is_other_new);
	assert_true(now[PLAIN].stamp == 0);
	domains[CORP].stamp = now[CORP].stamp;
	domains[OTHER].stamp = now[OTHER].stamp;
	idm_maps_close(&maps);
}

static void
test_stamps_are_set_and_stay(void **state)
{
	(void)state;
	assert_stamps(fixture_begin(&fixture), true, true);
	assert_true(domains[CORP].stamp != domains[OTHER].stamp);
	assert_stamps(fixture_begin(&fixture), false, false);
}

static void
test_a_stamp_is_renewed(void **state)
{
	struct idm_rewrite *rewrite;
	struct idm_err err;

	(void)state;
	for (int i = 0; i < 2; i++) {
		rewrite = fixture_begin(&fixture);
		assert_good(
		    idm_stamp_renew(rewrite, &domains[CORP], &err), err);
		assert_stamps(rewrite, true, false);
	}
	assert_stamps(fixture_begin(&fixture), false, false);
}

static void
test_overrides_are_of_their_domain(void **state)
{
	struct idm_rewrite *rewrite;
	struct idm_err err;

	(void)state;
	rewrite = fixture_begin(&fixture);
	put_override(rewrite, "o/u/alice@corp.example", "", "/bin/zsh");
	assert_stamps(rewrite, true, false);
	rewrite = fixture_begin(&fixture);
	put_override(rewrite, "o/u/alice@corp.example", "", "/bin/ksh");
	assert_stamps(rewrite, true, false);
	rewrite = fixture_begin(&fixture);
	put_override(rewrite, "o/g/S-1-5-21-4-5-6-1000", "", "");
	assert_stamps(rewrite, false, true);
	rewrite = fixture_begin(&fixture);
	put_override(rewrite, "o/u/S-1-5-21-7-8-9-1000", "", "/bin/zsh");
	assert_stamps(rewrite, false, false);
	rewrite = fixture_begin(&fixture);
	assert_good(idm_rewrite_delete(rewrite, "o/u/alice@corp.example",
			strlen("o/u/alice@corp.example"), &err),
	    err);
	assert_stamps(rewrite, true, false);
}

static void
test_a_stamp_says_whether_overrides_give_names(void **state)
{
	struct idm_rewrite *rewrite;

	(void)state;
	rewrite = fixture_begin(&fixture);
	put_override(rewrite, "o/u/alice@corp.example", "", "/bin/zsh");
	assert_stamps(rewrite, true, false);
	assert_int_equal(domains[CORP].stamp & IDM_STAMP_NAMES, 0);
	rewrite = fixture_begin(&fixture);
	put_override(rewrite, "o/g/staff@corp.example", "crew", "");
	assert_stamps(rewrite, true, false);
	assert_int_not_equal(domains[CORP].stamp & IDM_STAMP_NAMES, 0);
	assert_int_equal(domains[OTHER].stamp & IDM_STAMP_NAMES, 0);
}

static void
test_what_decides_about_records_counts_and_nothing_else(void **state)
{
	struct idm_directory directory;
	struct idm_rewrite *rewrite;

	(void)state;
	idm_directory_defaults(&directory);
	rewrite = fixture_begin(&fixture);
	put_directory(rewrite, &directory);
	assert_stamps(rewrite, true, false);

	(void)snprintf(directory.base, sizeof(directory.base), "dc=corp");
	rewrite = fixture_begin(&fixture);
	put_directory(rewrite, &directory);
	assert_stamps(rewrite, true, false);

	(void)snprintf(directory.servers, sizeof(directory.servers),
	    "ldap://a.corp.example");
	directory.timeout_ms++;
	directory.cache_s++;
	directory.flags ^= IDM_DIRECTORY_SITES;
	domains[CORP].cache_s++;
	domains[CORP].flags |= IDM_DOMAIN_ENUMERATE;
	rewrite = fixture_begin(&fixture);
	put_domains(rewrite);
	put_directory(rewrite, &directory);
	assert_stamps(rewrite, false, false);

	(void)snprintf(
	    domains[CORP].home, sizeof(domains[CORP].home), "/h/%%U");
	rewrite = fixture_begin(&fixture);
	put_domains(rewrite);
	assert_stamps(rewrite, true, false);

	rewrite = fixture_begin(&fixture);
	put_format(rewrite, IDM_NAMES_NT4);
	assert_stamps(rewrite, true, true);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stamps_are_set_and_stay),
		cmocka_unit_test(test_a_stamp_is_renewed),
		cmocka_unit_test(test_overrides_are_of_their_domain),
		cmocka_unit_test(
		    test_a_stamp_says_whether_overrides_give_names),
		cmocka_unit_test(
		    test_what_decides_about_records_counts_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, make_map, remove_map);
}
