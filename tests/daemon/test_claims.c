#include "tests/unit.h"

#include "daemon/claims.h"

static struct claims *
new_claims(void)
{
	struct claims *claims = NULL;
	struct idm_err err;

	assert_good(claims_new(NULL, 0, &claims, &err), err);
	return claims;
}

/* With nothing in the cache, but what was_served says. */
static struct claims_verdict
claim(struct claims *claims, const char *key, uint32_t id, uint32_t who,
    bool was_served)
{
	const struct claim made = {
		.key = idm_str_of(key),
		.id = id,
		.who = who,
		.is_served = was_served,
	};
	struct claims_verdict verdict;
	struct idm_err err;

	assert_good(claims_make(claims, &made, &verdict, &err), err);
	return verdict;
}

static bool
is_held(const struct claims *claims, const char *key, uint32_t id)
{
	const struct claim held = { .key = idm_str_of(key), .id = id };

	return claims_are_held(claims, &held);
}

static void
test_who_is_alone_is_granted_what_he_claims(void **state)
{
	struct claims *claims = new_claims();
	struct claims_verdict verdict;

	(void)state;
	verdict = claim(claims, "ann@x", 1, 10, false);
	assert_true(verdict.is_granted);
	assert_false(verdict.by_id.is_one || verdict.by_key.is_one);
	verdict = claim(claims, "bob@x", 2, 11, false);
	assert_true(verdict.is_granted);
	assert_true(is_held(claims, "ann@x", 1));
	assert_false(is_held(claims, "ann@x", 3));
	assert_false(is_held(claims, "dan@x", 1));
	claims_free(&claims);
}

static void
test_of_two_new_ones_neither_is_served(void **state)
{
	struct claims *claims = new_claims();
	struct claims_verdict verdict;

	(void)state;
	(void)claim(claims, "ann@x", 1, 10, false);
	verdict = claim(claims, "bob@x", 1, 11, false);
	assert_false(verdict.is_granted);
	assert_true(verdict.by_id.is_one && verdict.by_id.has_lost);
	assert_int_equal(verdict.by_id.who, 10);
	assert_false(verdict.by_key.is_one);
	assert_false(is_held(claims, "ann@x", 1));
	/* Nor is a third one; and the first has nothing more to lose. */
	verdict = claim(claims, "cid@x", 1, 12, false);
	assert_false(verdict.is_granted);
	assert_false(verdict.by_id.has_lost);
	claims_free(&claims);
}

static void
test_who_was_served_goes_on_to_be(void **state)
{
	struct claims *claims = new_claims();
	struct claims_verdict verdict;

	(void)state;
	(void)claim(claims, "ann@x", 1, 10, true);
	verdict = claim(claims, "bob@x", 1, 11, false);
	assert_false(verdict.is_granted);
	assert_false(verdict.by_id.has_lost);
	assert_true(is_held(claims, "ann@x", 1));
	claims_free(&claims);
}

static void
test_who_was_served_takes_it_from_who_came_first(void **state)
{
	struct claims *claims = new_claims();
	struct claims_verdict verdict;

	(void)state;
	(void)claim(claims, "bob@x", 1, 11, false);
	verdict = claim(claims, "ann@x", 1, 10, true);
	assert_true(verdict.is_granted);
	assert_true(verdict.by_id.has_lost);
	assert_int_equal(verdict.by_id.who, 11);
	assert_true(is_held(claims, "ann@x", 1));
	verdict = claim(claims, "cid@x", 1, 12, false);
	assert_false(verdict.is_granted);
	assert_int_equal(verdict.by_id.who, 10);
	claims_free(&claims);
}

static void
test_names_are_claimed_like_numbers(void **state)
{
	struct claims *claims = new_claims();
	struct claims_verdict verdict;

	(void)state;
	(void)claim(claims, "ann@x", 1, 10, true);
	verdict = claim(claims, "ann@x", 2, 11, false);
	assert_false(verdict.is_granted);
	assert_true(verdict.by_key.is_one && !verdict.by_key.has_lost);
	assert_false(verdict.by_id.is_one);
	claims_free(&claims);
}

static void
test_groups_have_numbers_of_their_own(void **state)
{
	const struct claim group = {
		.is_group = true, .key = idm_str_of("ann@x"), .id = 1
	};
	struct claims *claims = new_claims();
	struct claims_verdict verdict;
	struct idm_err err;

	(void)state;
	(void)claim(claims, "ann@x", 1, 10, false);
	assert_good(claims_make(claims, &group, &verdict, &err), err);
	assert_true(verdict.is_granted);
	claims_free(&claims);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_is_alone_is_granted_what_he_claims),
		cmocka_unit_test(test_of_two_new_ones_neither_is_served),
		cmocka_unit_test(test_who_was_served_goes_on_to_be),
		cmocka_unit_test(
		    test_who_was_served_takes_it_from_who_came_first),
		cmocka_unit_test(test_names_are_claimed_like_numbers),
		cmocka_unit_test(test_groups_have_numbers_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
