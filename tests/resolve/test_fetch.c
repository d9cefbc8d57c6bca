#include "tests/resolve/world.h"

#include "directory/schema.h"
#include "resolve/fetch.h"

#define CORP "S-1-5-21-1-2-3"

/* Facts of a directory, and what becomes of them on this host. */
struct made {
	struct world world;
	struct idm_directory settings;
	struct idm_schema_map schema;
	struct idm_finder finder;
	struct idm_fetched *fetched;
	struct idm_own_user user;
	struct idm_own_group group;
	struct idm_err err;
};

static struct idm_domain *
begin(struct made *made, uint8_t backend, uint32_t low, uint32_t high)
{
	struct idm_domain *domain;

	memset(made, 0, sizeof(*made));
	world_make(&made->world);
	idm_directory_defaults(&made->settings);
	made->settings.flags |= IDM_DIRECTORY_UNIX_INFO;
	domain = world_domain(&made->world, "corp", CORP, backend, low, high);
	(void)snprintf(domain->dns, sizeof(domain->dns), "corp.example");
	(void)snprintf(domain->netbios, sizeof(domain->netbios), "CORP");
	(void)snprintf(domain->home, sizeof(domain->home), "/home/%%D/%%U");
	(void)snprintf(domain->shell, sizeof(domain->shell), "/bin/sh");
	domain->flags |= IDM_DOMAIN_DIRECTORY;
	domain->stamp = 77;
	return domain;
}

static void
end(struct made *made)
{
	idm_fetched_free(&made->fetched);
	world_remove(&made->world);
}

static struct idm_facts
facts_of(const char *name, const char *sid, bool is_group)
{
	return (struct idm_facts){
		.is_group = is_group,
		.name = idm_str_of(name),
		.dn = idm_str_of("CN=x,DC=corp,DC=example"),
		.sid = world_sid(sid),
		.gecos = idm_str_of(""),
		.home = idm_str_of(""),
		.shell = idm_str_of(""),
		.bad_id = idm_str_of(""),
		.primary_rid = is_group ? 0 : 513,
	};
}

static enum idm_status
put(struct made *made, const struct idm_facts *facts, const uint32_t *gid,
    size_t ngids)
{
	const struct idm_looked_up *answer;
	struct idm_fetch fetch;
	enum idm_status st;

	idm_schema_map(&made->settings, &made->schema);
	made->finder = (struct idm_finder){
		.settings = &made->settings,
		.schema = &made->schema,
		.now = 1800000000,
	};
	fetch = (struct idm_fetch){
		.maps = made->world.maps,
		.domain = &made->world.maps->domains.domain[0],
		.finder = &made->finder,
		.account_dir = made->world.fixture.dir,
		.allocator = made->world.state == NULL ? NULL
						       : &made->world.allocator,
	};
	idm_fetched_free(&made->fetched);
	st = idm_fetch_facts(
	    &fetch, facts, gid, ngids, NULL, 0, &made->fetched, &made->err);
	if (st != IDM_OK)
		return st;
	answer = idm_fetched_answer(made->fetched);
	if (facts->is_group)
		assert_good(
		    idm_own_group_read(answer->group, &made->group, &made->err),
		    made->err);
	else
		assert_good(
		    idm_own_user_read(answer->user, &made->user, &made->err),
		    made->err);
	return IDM_OK;
}

static bool
has_record(const struct made *made, const char *key)
{
	const struct idm_fetched_record *record;
	struct idm_cached cached;
	size_t n;

	record = idm_fetched_records(made->fetched, &n);
	for (size_t i = 0; i < n; i++) {
		if (!idm_str_is(record[i].key, key))
			continue;
		assert_int_equal(
		    idm_cached_read(record[i].value, &cached, NULL), IDM_OK);
		assert_true(
		    cached.stamp == made->world.maps->domains.domain[0].stamp);
		assert_int_equal(cached.when, 1800000000);
		return true;
	}
	return false;
}

static void
test_a_user_and_its_records(void **state)
{
	static const uint32_t gids[] = { 101200, 100513, 101100, 101200 };
	struct idm_facts facts = facts_of("Alice", CORP "-1104", false);
	struct idm_cursor cursor;
	struct made made;
	uint32_t n;

	(void)state;
	begin(&made, IDM_BACKEND_RID, 100000, 199999);
	world_open(&made.world);
	assert_good(put(&made, &facts, gids, 4), made.err);
	assert_true(idm_str_is(made.user.name, "alice@corp.example"));
	assert_int_equal(made.user.uid, 101104);
	assert_int_equal(made.user.gid, 100513);
	assert_true(idm_str_is(made.user.home, "/home/CORP/alice"));
	assert_good(idm_own_gids_read(idm_fetched_answer(made.fetched)->gids,
			&cursor, &n, &made.err),
	    made.err);
	assert_int_equal(n, 2);
	assert_int_equal(idm_cursor_u32(&cursor), 101100);
	assert_int_equal(idm_cursor_u32(&cursor), 101200);
	assert_true(has_record(&made, "i/p/alice@corp.example"));
	assert_true(has_record(&made, "i/P/101104"));
	assert_true(has_record(&made, "i/m/alice@corp.example"));
	assert_true(has_record(&made, "i/t/alice@corp.example"));
	assert_true(has_record(&made, "i/s/" CORP "-1104"));
	/* Whose groups nobody has asked for has no list of them. */
	assert_good(put(&made, &facts, NULL, 0), made.err);
	assert_false(has_record(&made, "i/m/alice@corp.example"));
	end(&made);
}

static void
test_a_group_of_this_host_is_not_among_them(void **state)
{
	static const uint32_t gids[] = { 101200, 101300, 5 };
	struct idm_facts facts = facts_of("alice", CORP "-1104", false);
	struct idm_cursor cursor;
	struct made made;
	uint32_t n;

	(void)state;
	begin(&made, IDM_BACKEND_RID, 100000, 199999);
	world_accounts(&made.world, "", "local:101200");
	world_open(&made.world);
	assert_good(put(&made, &facts, gids, 3), made.err);
	assert_good(idm_own_gids_read(idm_fetched_answer(made.fetched)->gids,
			&cursor, &n, &made.err),
	    made.err);
	assert_int_equal(n, 1);
	assert_int_equal(idm_cursor_u32(&cursor), 101300);
	end(&made);
}

static void
test_local_accounts_are_nobody_elses(void **state)
{
	struct idm_facts facts = facts_of("alice", CORP "-1104", false);
	struct made made;

	(void)state;
	begin(&made, IDM_BACKEND_RID, 100000, 199999);
	world_accounts(&made.world, "bob:101104", "");
	world_open(&made.world);
	assert_fails(put(&made, &facts, NULL, 0), IDM_REFUSED, made.err,
	    "uid 101104 is that of a user of this host");
	end(&made);

	begin(&made, IDM_BACKEND_RID, 100000, 199999)
	    ->flags |= IDM_DOMAIN_DEFAULT;
	made.world.policy.name_format = IDM_NAMES_SHORT;
	world_accounts(&made.world, "alice:1500", "");
	world_open(&made.world);
	assert_fails(put(&made, &facts, NULL, 0), IDM_REFUSED, made.err,
	    "'alice' is a user of this host");
	end(&made);
}

static void
test_overrides_outdo_the_directory(void **state)
{
	struct idm_facts facts = facts_of("alice", CORP "-1104", false);
	struct made made;

	(void)state;
	begin(&made, IDM_BACKEND_RID, 100000, 199999);
	world_override(&made.world, CORP "-1104", false, 4711);
	world_override(&made.world, CORP "-513", true, 4712);
	world_open(&made.world);
	assert_good(put(&made, &facts, NULL, 0), made.err);
	assert_int_equal(made.user.uid, 4711);
	assert_int_equal(made.user.gid, 4712);
	end(&made);
}

static void
test_numbers_of_the_directory(void **state)
{
	struct idm_facts facts = facts_of("alice", CORP "-1104", false);
	struct made made;

	(void)state;
	begin(&made, IDM_BACKEND_AD, 10000, 19999);
	made.settings.flags |= IDM_DIRECTORY_UNIX_GROUP;
	world_open(&made.world);
	assert_fails(put(&made, &facts, NULL, 0), IDM_REFUSED, made.err,
	    "has no uidNumber");
	facts.bad_id = idm_str_of("1e3");
	assert_fails(put(&made, &facts, NULL, 0), IDM_REFUSED, made.err,
	    "uidNumber '1e3' is no number to be served");
	facts.bad_id = idm_str_of("");
	facts.has_id = true;
	facts.id = 20000;
	assert_fails(put(&made, &facts, NULL, 0), IDM_REFUSED, made.err,
	    "out of the range 10000-19999");
	facts.id = 10001;
	assert_fails(put(&made, &facts, NULL, 0), IDM_REFUSED, made.err,
	    "has no gidNumber");
	facts.has_gid = true;
	facts.gid = 4711;
	assert_fails(put(&made, &facts, NULL, 0), IDM_REFUSED, made.err,
	    "in no domain's range");
	facts.gid = 10100;
	assert_good(put(&made, &facts, NULL, 0), made.err);
	assert_int_equal(made.user.uid, 10001);
	assert_int_equal(made.user.gid, 10100);
	end(&made);
}

static void
test_numbers_are_allocated(void **state)
{
	struct idm_facts user = facts_of("alice", CORP "-1104", false);
	struct idm_facts group = facts_of("Staff", CORP "-1103", true);
	struct made made;
	uint32_t uid;

	(void)state;
	begin(&made, IDM_BACKEND_TDB, 50000, 59999);
	world_open(&made.world);
	assert_fails(
	    put(&made, &user, NULL, 0), IDM_TEMPFAIL, made.err, "nobody can");
	world_keeper(&made.world);
	world_open(&made.world);
	assert_good(put(&made, &user, NULL, 0), made.err);
	uid = made.user.uid;
	assert_in_range(uid, 50000, 59999);
	assert_in_range(made.user.gid, 50000, 59999);
	assert_good(put(&made, &group, NULL, 0), made.err);
	assert_in_range(made.group.gid, 50000, 59999);
	assert_int_equal(
	    idm_fetched_answer(made.fetched)->flags, IDM_CACHED_PARTIAL);
	assert_good(put(&made, &user, NULL, 0), made.err);
	assert_int_equal(made.user.uid, uid);
	end(&made);
}

static void
test_shells_that_are_allowed(void **state)
{
	struct idm_facts facts = facts_of("alice", CORP "-1104", false);
	struct made made;

	(void)state;
	begin(&made, IDM_BACKEND_RID, 100000, 199999);
	world_open(&made.world);
	facts.shell = idm_str_of("/bin/zsh");
	assert_good(put(&made, &facts, NULL, 0), made.err);
	assert_true(idm_str_is(made.user.shell, "/bin/zsh"));
	(void)snprintf(made.settings.allowed_shells,
	    sizeof(made.settings.allowed_shells), "/bin/zs /bin/zsh2");
	assert_good(put(&made, &facts, NULL, 0), made.err);
	assert_true(idm_str_is(made.user.shell, "/bin/sh")); /* template */
	(void)snprintf(made.settings.shell_fallback,
	    sizeof(made.settings.shell_fallback), "/sbin/nologin");
	assert_good(put(&made, &facts, NULL, 0), made.err);
	assert_true(idm_str_is(made.user.shell, "/sbin/nologin"));
	end(&made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_user_and_its_records),
		cmocka_unit_test(test_a_group_of_this_host_is_not_among_them),
		cmocka_unit_test(test_local_accounts_are_nobody_elses),
		cmocka_unit_test(test_overrides_outdo_the_directory),
		cmocka_unit_test(test_numbers_of_the_directory),
		cmocka_unit_test(test_numbers_are_allocated),
		cmocka_unit_test(test_shells_that_are_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
