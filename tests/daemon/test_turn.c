#include "tests/unit.h"

#include "daemon/turn.h"

#define ROOT    0
#define ALICE   1501
#define MALLORY 1502
#define WORKERS 20

/* So many questions, and whose are running. */
static struct turn made[256];
static size_t nmade;

static int
make_turns(void **state)
{
	struct turns *turns = turns_new(WORKERS);

	nmade = 0;
	*state = turns;
	return turns == NULL;
}

static int
free_turns(void **state)
{
	struct turns *turns = *state;

	turns_free(&turns);
	return turns != NULL;
}

static struct turn *
ask(struct turns *turns, const char *domain, uint32_t uid)
{
	struct turn *turn = &made[nmade++];

	assert_true(turns_join(turns, turn, domain, uid, false));
	return turn;
}

static void
ask_many(struct turns *turns, const char *domain, uint32_t uid, int n)
{
	for (int i = 0; i < n; i++)
		(void)ask(turns, domain, uid);
}

/* How many run, once all run that may. */
static unsigned
started(struct turns *turns, size_t domains)
{
	unsigned n = 0;

	while (turns_next(turns, domains) != NULL)
		n++;
	return n;
}

static void
test_first_come_first_served(void **state)
{
	struct turns *turns = *state;
	struct turn *first = ask(turns, "one", ALICE);
	struct turn *second = ask(turns, "one", ALICE);

	assert_ptr_equal(turns_next(turns, 1), first);
	assert_ptr_equal(turns_next(turns, 1), second);
	assert_null(turns_next(turns, 1));
	assert_int_equal(turns_count(turns).running, 2);
	turns_leave(turns, first);
	turns_leave(turns, second);
	assert_int_equal(turns_count(turns).running, 0);
}

static void
test_a_user_runs_so_many_and_no_more(void **state)
{
	struct turns *turns = *state;

	ask_many(turns, "one", MALLORY, 100);
	assert_int_equal(started(turns, 1), TURNS_PER_USER);
	assert_int_equal(turns_count(turns).waiting, 100 - TURNS_PER_USER);
	turns_leave(turns, &made[0]);
	assert_int_equal(started(turns, 1), 1);
}

static void
test_another_user_does_not_wait_behind_him(void **state)
{
	struct turns *turns = *state;
	struct turn *hers;

	ask_many(turns, "one", MALLORY, 100);
	assert_int_equal(started(turns, 1), TURNS_PER_USER);
	ask_many(turns, "one", MALLORY, 50);
	hers = ask(turns, "one", ALICE);
	assert_ptr_equal(turns_next(turns, 1), hers);
	/* Also when there is one worker for all who wait. */
	ask_many(turns, "one", 1600, 40);
	assert_int_equal(started(turns, 1), 2);
	(void)ask(turns, "one", ALICE);
	turns_leave(turns, hers);
	assert_ptr_equal(turns_next(turns, 1), &made[nmade - 1]);
}

static void
test_root_finds_a_worker_and_goes_first(void **state)
{
	struct turns *turns = *state;
	struct turn *roots;

	for (uint32_t uid = 2000; uid < 2040; uid++)
		(void)ask(turns, "one", uid);
	assert_int_equal(started(turns, 1), TURNS_OF_OTHERS);
	roots = ask(turns, "one", ROOT);
	assert_ptr_equal(turns_next(turns, 1), roots);
	(void)ask(turns, "one", ROOT);
	assert_null(turns_next(turns, 1));
	turns_leave(turns, &made[0]);
	assert_ptr_equal(turns_next(turns, 1), &made[nmade - 1]);
}

static void
test_root_may_ask_what_others_wait_for(void **state)
{
	struct turns *turns = *state;
	struct turn *last;

	ask_many(turns, "one", MALLORY, 100);
	assert_int_equal(started(turns, 1), TURNS_PER_USER);
	last = &made[nmade - 1];
	turns_raise(last);
	assert_ptr_equal(turns_next(turns, 1), last);
	/* Once it runs, it is his whose it was. */
	turns_raise(&made[0]);
	turns_leave(turns, &made[0]);
	assert_int_equal(started(turns, 1), 1);
}

static void
test_a_domain_holds_no_others_worker(void **state)
{
	struct turns *turns = *state;

	ask_many(turns, "one", ROOT, 30);
	ask_many(turns, "two", ROOT, 30);
	ask_many(turns, "three", ROOT, 30);
	/* Twenty workers, and each of two other domains has one waiting. */
	assert_int_equal(started(turns, 5), WORKERS - 2);
	(void)ask(turns, "four", ALICE);
	assert_int_equal(started(turns, 5), 1);
	(void)ask(turns, "five", ALICE);
	assert_int_equal(started(turns, 5), 1);
	assert_int_equal(turns_count(turns).running, WORKERS);
}

static void
test_domains_take_turns(void **state)
{
	struct turns *turns = *state;
	unsigned other = 0;

	ask_many(turns, "one", ROOT, 30);
	ask_many(turns, "two", ROOT, 4);
	for (int i = 0; i < 8; i++) {
		const struct turn *turn = turns_next(turns, 2);

		other += turn >= &made[30] ? 1 : 0;
	}
	assert_int_equal(other, 4);
}

static void
test_more_domains_than_workers(void **state)
{
	struct turns *turns = *state;
	char name[3] = "a0";

	for (int i = 0; i < 2 * WORKERS; i++) {
		name[0] = (char)('a' + i / 10);
		name[1] = (char)('0' + i % 10);
		ask_many(turns, name, ALICE, 2);
	}
	assert_int_equal(started(turns, 2 * (size_t)WORKERS), WORKERS);
	turns_leave(turns, &made[0]);
	assert_int_equal(started(turns, 2 * (size_t)WORKERS), 1);
}

static void
test_hints_are_bounded(void **state)
{
	struct turns *turns = *state;
	struct turn turn;

	for (int i = 0; i < TURNS_HINTED; i++)
		assert_true(
		    turns_join(turns, &made[nmade++], "one", MALLORY, true));
	assert_false(turns_join(turns, &turn, "one", MALLORY, true));
	assert_true(turns_join(turns, &made[nmade++], "one", ALICE, true));
	/* Not so what he waits for. */
	assert_true(turns_join(turns, &made[nmade++], "one", MALLORY, false));
	for (size_t i = 0; i < nmade; i++)
		turns_leave(turns, &made[i]);
	assert_int_equal(turns_count(turns).waiting, 0);
	assert_true(turns_join(turns, &turn, "one", MALLORY, true));
}

static void
test_who_waits_can_go(void **state)
{
	struct turns *turns = *state;

	ask_many(turns, "one", ALICE, 3);
	turns_leave(turns, &made[1]);
	assert_ptr_equal(turns_next(turns, 1), &made[0]);
	assert_ptr_equal(turns_next(turns, 1), &made[2]);
	assert_null(turns_next(turns, 1));
}

int
main(void)
{
#define WITH_TURNS(test)                                                       \
	cmocka_unit_test_setup_teardown(test, make_turns, free_turns)
	const struct CMUnitTest tests[] = {
		WITH_TURNS(test_first_come_first_served),
		WITH_TURNS(test_a_user_runs_so_many_and_no_more),
		WITH_TURNS(test_another_user_does_not_wait_behind_him),
		WITH_TURNS(test_root_finds_a_worker_and_goes_first),
		WITH_TURNS(test_root_may_ask_what_others_wait_for),
		WITH_TURNS(test_a_domain_holds_no_others_worker),
		WITH_TURNS(test_domains_take_turns),
		WITH_TURNS(test_more_domains_than_workers),
		WITH_TURNS(test_hints_are_bounded),
		WITH_TURNS(test_who_waits_can_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
