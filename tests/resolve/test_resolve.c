#include "tests/resolve/world.h"

static struct world world;

static int
make_world(void **state)
{
	(void)state;
	world_make(&world);
	return 0;
}

static int
remove_world(void **state)
{
	(void)state;
	world_remove(&world);
	return 0;
}

/* One question and its answer. */
struct question {
	const char *from;
	const char *target;
	const char *answer;
};

static void
ask_all(const struct question *question, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *answer = world_show(
		    &world, question[i].from, question[i].target);

		if (strcmp(answer, question[i].answer) != 0)
			fail_msg("%s: %s, not %s (%s)", question[i].from,
			    answer, question[i].answer, world.err.text);
	}
}

#define M WORLD_MACHINE

/* clang-format off */
static const struct question local_sids[] = {
	{ "uid:0",          NULL,   "usid:" M "-1000" },
	{ "uid:2147482647", NULL,   "usid:" M "-2147483647" },
	{ "uid:2147482648", NULL,   "no-mapping" },
	{ "gid:0",          NULL,   "gsid:" M "-2147483648" },
	{ "sid:" M "-1000",       NULL, "uid:0" },
	{ "sid:" M "-2147483647", NULL, "uid:2147482647" },
	{ "sid:" M "-2147483648", NULL, "gid:0" },
	{ "sid:" M "-999",        NULL, "no-mapping" },
	{ "uid:1500",       "gsid", "not-group" },
	{ "gid:1600",       "usid", "not-user" },
	{ "sid:" M "-2500",       "gid", "not-group" },
	{ "sid:" M "-2147485248", "uid", "not-user" },
	{ "unixuser:al",    NULL,   "winuser:al@" WORLD_HOST },
	{ "unixgroup:staff", NULL,  "wingroup:staff@" WORLD_HOST },
	{ "winuser:al@" WORLD_HOST, "uid", "uid:1500" },
	{ "wingroup:staff@HOST1", "gid", "gid:1600" },
	{ "unixuser:nosuch", NULL,  "no-account" },
	{ "sid:S-1-22-1-1500", NULL, "uid:1500" },
	{ "sid:S-1-22-2-1600", "unixgroup", "unixgroup:staff" },
	{ "sid:S-1-22-2-1600", "uid", "not-user" },
	{ "sid:S-1-22-3-1", NULL,   "no-mapping" },
	{ "sid:S-1-22-1-4294967295", NULL, "no-mapping" },
};

static const struct question hard_wired[] = {
	{ "sid:S-1-5-18",   NULL,   "gid:2147483648" },
	{ "gid:2147483648", NULL,   "gsid:S-1-5-18" },
	{ "sid:S-1-3-0",    NULL,   "uid:2147483648" },
	{ "uid:2147483648", NULL,   "usid:S-1-3-0" },
	{ "sid:S-1-3-1",    NULL,   "gid:2147483649" },
	{ "sid:S-1-3-0",    "gid",  "not-group" },
	{ "sid:S-1-3-3",    NULL,   "inhibited" },
	{ "sid:S-1-0-0",    NULL,   "inhibited" },
	{ "sid:S-1-5-7",    NULL,   "gid:65534" },
	{ "sid:S-1-5-7",    "uid",  "uid:65534" },
	{ "uid:65534",      NULL,   "usid:S-1-5-7" },
	{ "winname:creator owner", "uid", "uid:2147483648" },
	{ "wingroup:SYSTEM", NULL,  "gid:2147483648" },
	{ "sid:S-1-5-32-544", NULL, "none-generated" },
};

static const struct question numbered[] = {
	{ "sid:S-1-0-0",    NULL,   "inhibited" },
	{ "sid:S-1-5-18",   NULL,   "none-generated" },
	{ "gid:65534",      NULL,   "gsid:" M "-2147549182" },
};

static const struct question senseless[] = {
	{ "uid:1500",       "gid",  "bad-argument" },
	{ "sid:S-1-5-18",   "winuser", "bad-argument" },
	{ "joe",            NULL,   "bad-argument" },
	{ "winuser:",       NULL,   "bad-argument" },
	{ "unixuser:\"\"",  NULL,   "bad-argument" },
	{ "winuser:*@corp",  NULL,   "bad-argument" },
	{ "x@*",            NULL,   "bad-argument" },
	{ "winname:*",      NULL,   "bad-argument" },
};
/* clang-format on */

static void
test_local_sids_follow_the_formula(void **state)
{
	(void)state;
	world_accounts(&world, "al:1500", "staff:1600");
	world_open(&world);
	ask_all(local_sids, IDM_COUNTOF(local_sids));
}

static void
test_hard_wired_ids_under_ephemeral_only(void **state)
{
	(void)state;
	world_ephemeral(&world);
	world_open(&world);
	ask_all(hard_wired, IDM_COUNTOF(hard_wired));
	world.ndomains = 0;
	world_domain(&world, "*", NULL, IDM_BACKEND_TDB, 500000, 599999);
	world_open(&world);
	ask_all(numbered, IDM_COUNTOF(numbered));
}

static void
test_questions_without_sense_are_told(void **state)
{
	(void)state;
	world_open(&world);
	ask_all(senseless, IDM_COUNTOF(senseless));
	(void)world_show(&world, "joe", NULL);
	assert_non_null(strstr(world.err.text, "put winuser:"));
}

static void
test_the_same_sid_has_one_id_of_each_kind(void **state)
{
	char uid[64];

	(void)state;
	world_ephemeral(&world);
	world_keeper(&world);
	world_open(&world);
	world.create = true;
	(void)snprintf(uid, sizeof(uid), "%s",
	    world_show(&world, "sid:S-1-5-21-5-5-5-1000", "uid"));
	assert_string_equal(uid, "uid:2147483649");
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-5-5-5-1000", "uid"), uid);
	assert_int_equal(world.found.source, IDM_SOURCE_CACHE);
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-5-5-5-1000", "gid"),
	    "gid:2147483650");
	/* Both ways, journaled or folded. */
	for (int i = 0; i < 2; i++) {
		world.create = false;
		assert_string_equal(
		    world_show(&world, uid, NULL), "usid:S-1-5-21-5-5-5-1000");
		assert_string_equal(world_show(&world, "gid:2147483650", NULL),
		    "gsid:S-1-5-21-5-5-5-1000");
		assert_string_equal(
		    world_show(&world, "uid:2147483777", NULL), "no-mapping");
		world_fold(&world);
	}
}

static void
test_a_name_keeps_its_id_when_its_sid_becomes_known(void **state)
{
	(void)state;
	world_domain(&world, "corp", NULL, IDM_BACKEND_TDB, 500000, 599999);
	world_keeper(&world);
	world_open(&world);
	assert_string_equal(
	    world_show(&world, "winuser:joe@corp", "uid"), "none-generated");
	world.create = true;
	assert_string_equal(
	    world_show(&world, "winuser:joe@corp", "uid"), "uid:500000");
	world.create = false;
	world_fold(&world);
	assert_string_equal(
	    world_show(&world, "winuser:Joe@CORP", "uid"), "uid:500000");
	assert_string_equal(
	    world_show(&world, "uid:500000", NULL), "winuser:joe@corp");
	world.domain[0].sid = world_sid("S-1-5-21-1-2-3");
	world_own(&world, "corp", "joe", "S-1-5-21-1-2-3-1107", false, 500000);
	world_open(&world);
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-1-2-3-1107", NULL), "uid:500000");
	world.create = true;
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-1-2-3-1107", NULL), "uid:500000");
	world_fold(&world);
	assert_string_equal(
	    world_show(&world, "uid:500000", NULL), "usid:S-1-5-21-1-2-3-1107");
}

static void
test_a_domain_of_its_own_takes_numbers_of_the_catch_all_back(void **state)
{
	(void)state;
	world_domain(&world, "*", NULL, IDM_BACKEND_TDB, 500000, 599999);
	world_keeper(&world);
	world_open(&world);
	world.create = true;
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-1-2-3-1000", "uid"), "uid:500000");
	assert_string_equal(
	    world_show(&world, "winuser:joe@corp", "uid"), "uid:500001");
	world.create = false;
	assert_string_equal(
	    world_show(&world, "uid:500001", NULL), "winuser:joe@corp");
	world_domain(
	    &world, "corp", "S-1-5-21-1-2-3", IDM_BACKEND_RID, 100000, 199999);
	world_open(&world);
	/* Journaled and folded. */
	for (int i = 0; i < 2; i++) {
		assert_string_equal(
		    world_show(&world, "sid:S-1-5-21-1-2-3-1000", NULL),
		    "uid:101000");
		assert_string_equal(world_show(&world, "uid:101000", NULL),
		    "usid:S-1-5-21-1-2-3-1000");
		assert_string_equal(
		    world_show(&world, "uid:500000", NULL), "no-mapping");
		assert_string_equal(
		    world_show(&world, "uid:500001", NULL), "no-mapping");
		world_fold(&world);
	}
}

static enum idm_status
tell_another_owner(void *context, uint32_t id, uint8_t kind,
    struct idm_buf *owner, struct idm_err *err)
{
	(void)context;
	(void)id;
	(void)kind;
	(void)err;
	idm_buf_puts(owner, "S-1-5-21-1-2-3-1000");
	return IDM_OK;
}

static void
test_what_the_keeper_says_must_lead_back(void **state)
{
	(void)state;
	world_domain(&world, "*", NULL, IDM_BACKEND_TDB, 500000, 599999);
	world_keeper(&world);
	world_open(&world);
	world.create = true;
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-1-2-3-1000", "uid"), "uid:500000");
	world.create = false;
	world.allocator.find_id = tell_another_owner;
	assert_string_equal(
	    world_show(&world, "uid:500000", NULL), "usid:S-1-5-21-1-2-3-1000");
	assert_string_equal(
	    world_show(&world, "uid:500009", NULL), "no-mapping");
	assert_non_null(strstr(world.err.text, "gives it to nobody"));
}

static void
test_unknown_domains_are_refused_once_one_is_known(void **state)
{
	(void)state;
	world_domain(&world, "*", NULL, IDM_BACKEND_TDB, 500000, 599999);
	world_keeper(&world);
	world_open(&world);
	world.create = true;
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-9-9-9-1000", "uid"), "uid:500000");
	world_domain(
	    &world, "corp", "S-1-5-21-1-2-3", IDM_BACKEND_RID, 100000, 199999);
	world_open(&world);
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-9-9-9-1001", "uid"),
	    "unknown-domain");
	assert_int_equal(world.status, IDM_REFUSED);
	assert_non_null(strstr(world.err.text, "S-1-5-21-9-9-9"));
	assert_non_null(strstr(world.err.text, "idmap domain add"));
	assert_string_equal(
	    world_show(&world, "winuser:x@elsewhere", "uid"), "unknown-domain");
	assert_non_null(strstr(world.err.text, "'elsewhere'"));
	/* What was given stays. */
	world_fold(&world);
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-9-9-9-1000", "uid"), "uid:500000");
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-32-544", "gid"), "gid:500001");
	world.policy.unknown_allocate = true;
	world_open(&world);
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-9-9-9-1001", "uid"), "uid:500002");
}

static void
test_bare_well_known_names_have_their_homes(void **state)
{
	struct idm_domain *corp;

	(void)state;
	corp = world_domain(
	    &world, "corp", "S-1-5-21-1-2-3", IDM_BACKEND_RID, 100000, 199999);
	corp->flags |= IDM_DOMAIN_DEFAULT;
	world_accounts(&world, "adm:1500", "");
	world_rule(&world, "u:Administrator@host1 => u:adm");
	world_open(&world);
	assert_string_equal(
	    world_show(&world, "winuser:administrator", "uid"), "uid:1500");
	assert_string_equal(
	    world_show(&world, "sid:" M "-500", "uid"), "uid:1500");
	assert_string_equal(
	    world_show(&world, "winuser:administrator@corp", "uid"),
	    "uid:100500");
	assert_string_equal(
	    world_show(&world, "wingroup:domain users", "gid"), "gid:100513");
	assert_string_equal(world_show(&world, "gid:100513", "wingroup"),
	    "wingroup:Domain Users@corp");
}

static void
test_reserved_and_foreign_numbers_never_come_out(void **state)
{
	(void)state;
	world_domain(
	    &world, "corp", "S-1-5-21-1-2-3", IDM_BACKEND_RID, 60000, 69999);
	world_open(&world);
	assert_string_equal(world_show(&world, "sid:S-1-5-21-1-2-3-5534", NULL),
	    "out-of-range"); /* 65534 */
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-1-2-3-10000", NULL),
	    "out-of-range");
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-1-2-3-1000", NULL), "uid:61000");
	assert_string_equal(
	    world_show(&world, "uid:65535", NULL), "no-mapping");
}

static void
test_without_a_keeper_nothing_is_created(void **state)
{
	(void)state;
	world_ephemeral(&world);
	world_open(&world);
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-32-544", NULL), "none-generated");
	assert_non_null(strstr(world.err.text, "idmap show -c"));
	world.create = true;
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-32-544", NULL), "unavailable");
	assert_int_equal(world.status, IDM_TEMPFAIL);
}

static void
test_the_nss_backend_asks_local_files_by_name(void **state)
{
	struct idm_domain *corp;

	(void)state;
	corp = world_domain(
	    &world, "corp", "S-1-5-21-1-2-3", IDM_BACKEND_NSS, 1000, 1999);
	(void)snprintf(corp->services, sizeof(corp->services), "files");
	world_accounts(&world, "joe:1500 far:5000", "staff:1600");
	world_open(&world);
	assert_string_equal(
	    world_show(&world, "winuser:JOE@corp", "uid"), "uid:1500");
	assert_string_equal(
	    world_show(&world, "winname:staff@corp", "gid"), "gid:1600");
	assert_string_equal(
	    world_show(&world, "winuser:far@corp", "uid"), "out-of-range");
	assert_string_equal(
	    world_show(&world, "winuser:no@corp", "uid"), "no-account");
	assert_string_equal(
	    world_show(&world, "uid:1500", NULL), "winuser:joe@corp");
	assert_string_equal(
	    world_show(&world, "sid:S-1-5-21-1-2-3-1107", NULL), "no-mapping");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, make_world, remove_world)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(local_sids_follow_the_formula),
		TEST(hard_wired_ids_under_ephemeral_only),
		TEST(questions_without_sense_are_told),
		TEST(the_same_sid_has_one_id_of_each_kind),
		TEST(a_name_keeps_its_id_when_its_sid_becomes_known),
		TEST(unknown_domains_are_refused_once_one_is_known),
		TEST(bare_well_known_names_have_their_homes),
		TEST(reserved_and_foreign_numbers_never_come_out),
		TEST(a_domain_of_its_own_takes_numbers_of_the_catch_all_back),
		TEST(what_the_keeper_says_must_lead_back),
		TEST(without_a_keeper_nothing_is_created),
		TEST(the_nss_backend_asks_local_files_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
