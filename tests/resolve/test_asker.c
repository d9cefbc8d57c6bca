#include "tests/resolve/world.h"

#include "resolve/asker.h"

/* A service that knows alice as uid 5001, and as Crew gid 5900. */
static char asked[512];
static enum idm_status outcome;

static bool
is_known(const struct idm_account_question *question)
{
	if (question->name.len == 0)
		return question->id == (question->is_group ? 5900u : 5001u);
	return idm_str_is(
	    question->name, question->is_group ? "Crew" : "alice");
}

static enum idm_status
answer(void *context, struct idm_str services,
    const struct idm_account_question *question, size_t n,
    struct idm_account_answer *out, struct idm_err *err)
{
	struct idm_buf said;

	(void)context;
	idm_buf_init_fixed(
	    &said, asked + strlen(asked), sizeof(asked) - strlen(asked));
	idm_buf_printf(&said, "%.*s?", (int)services.len, services.data);
	for (size_t i = 0; i < n; i++) {
		out[i].is_there = is_known(&question[i]);
		out[i].id = question[i].is_group ? 5900 : 5001;
		(void)snprintf(out[i].name, sizeof(out[i].name), "%s",
		    question[i].is_group ? "Crew" : "alice");
		idm_buf_printf(&said, " %.*s", (int)question[i].name.len,
		    question[i].name.data);
	}
	idm_buf_puts(&said, "\n");
	(void)idm_buf_text(&said);
	return outcome == IDM_OK ? outcome
				 : idm_fail(err, outcome, "it is down");
}

static const struct idm_asker asker = { .ask = answer };
static struct world world;

static int
make(void **state)
{
	(void)state;
	asked[0] = '\0';
	outcome = IDM_OK;
	world_make(&world);
	world_accounts(&world, "joe:1500", "staff:1600");
	return 0;
}

static int
drop(void **state)
{
	(void)state;
	world_remove(&world);
	return 0;
}

static enum idm_status
ask(const struct idm_asker *whom, const char *services,
    const struct idm_account_question *question, size_t n,
    struct idm_account_answer *out)
{
	return idm_accounts_ask(
	    world.fixture.dir, whom, services, question, n, out, &world.err);
}

static void
test_only_whom_files_lack_is_asked_for(void **state)
{
	const struct idm_account_question question[] = {
		{ .name = idm_str_of("joe") },
		{ .name = idm_str_of("alice") },
		{ .name = idm_str_of("staff"), .is_group = true },
		{ .name = idm_str_of("Crew"), .is_group = true },
		{ .id = 1500 },
		{ .id = 5001 },
	};
	struct idm_account_answer out[IDM_COUNTOF(question)];

	(void)state;
	assert_good(ask(&asker, "files other more", question,
			IDM_COUNTOF(question), out),
	    world.err);
	assert_string_equal(asked, "other more? alice Crew \n");
	for (size_t i = 0; i < IDM_COUNTOF(question); i++)
		assert_true(out[i].is_there);
	assert_int_equal(out[0].id, 1500);
	assert_int_equal(out[1].id, 5001);
	assert_int_equal(out[2].id, 1600);
	assert_int_equal(out[3].id, 5900);
	assert_string_equal(out[4].name, "joe");
	assert_string_equal(out[5].name, "alice");
}

static void
test_files_in_another_place_are_not_read_here(void **state)
{
	const struct idm_account_question question = { .name = idm_str_of(
							   "joe") };
	struct idm_account_answer out;

	(void)state;
	assert_good(ask(&asker, "other files", &question, 1, &out), world.err);
	assert_false(out.is_there);
	assert_string_equal(asked, "other files? joe\n");
}

static void
test_unknown_names_are_tried_in_lower_case(void **state)
{
	const struct idm_account_question question[] = {
		{ .name = idm_str_of("ALICE") },
		{ .name = idm_str_of("JOE") },
		{ .name = idm_str_of("Nobody") },
		{ .name = idm_str_of("no") },
		{ .id = 7 },
		{ .name = idm_str_of("Crew"), .is_group = true },
	};
	struct idm_account_answer out[IDM_COUNTOF(question)];

	(void)state;
	assert_good(
	    ask(&asker, "files other", question, IDM_COUNTOF(question), out),
	    world.err);
	assert_string_equal(
	    asked, "other? ALICE JOE Nobody no  Crew\nother? alice\n");
	assert_int_equal(out[0].id, 5001);
	assert_int_equal(out[1].id, 1500);
	assert_int_equal(out[2].id, 65534);
	assert_false(out[3].is_there);
	assert_false(out[4].is_there);
	assert_int_equal(out[5].id, 5900);
}

static void
test_a_failure_is_no_answer(void **state)
{
	const struct idm_account_question question[] = {
		{ .name = idm_str_of("joe") },
		{ .name = idm_str_of("alice") },
	};
	struct idm_account_answer out[IDM_COUNTOF(question)];

	(void)state;
	outcome = IDM_TEMPFAIL;
	assert_fails(ask(&asker, "files other", question, 2, out), IDM_TEMPFAIL,
	    world.err, "it is down");
	assert_good(ask(&asker, "files other", question, 1, out), world.err);
	assert_fails(ask(NULL, "files other", question, 2, out), IDM_TEMPFAIL,
	    world.err, "name service 'other': nobody can ask it here");
	assert_good(ask(NULL, "files", question, 2, out), world.err);
	assert_false(out[1].is_there);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, make, drop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(only_whom_files_lack_is_asked_for),
		TEST(files_in_another_place_are_not_read_here),
		TEST(unknown_names_are_tried_in_lower_case),
		TEST(a_failure_is_no_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
