#include "tests/unit.h"

#include "resolve/advance.h"

/* An allocator that counts how often it is asked, and gives RID plus 1000. */
static unsigned calls, wishes;

static enum idm_status
give(void *context, const struct idm_wish *wish, size_t n,
    struct idm_grant *out, struct idm_err *err)
{
	(void)context;
	(void)err;
	calls++;
	wishes += (unsigned)n;
	for (size_t i = 0; i < n; i++) {
		uint32_t rid = wish[i].sid.nsubs == 0
		    ? (uint32_t)wish[i].name.len
		    : wish[i].sid.sub[wish[i].sid.nsubs - 1];

		out[i] = (struct idm_grant){
			.status = rid == 666 ? IDM_EXHAUSTED : IDM_OK,
			.id = rid + 1000,
			.kind = wish[i].kind,
		};
	}
	return IDM_OK;
}

static const struct idm_allocator giver = { .grant = give };
static struct idm_advance *advance;
static struct idm_allocator allocator;
static struct idm_err err;

static int
make(void **state)
{
	(void)state;
	calls = wishes = 0;
	assert_good(idm_advance_new(&giver, &advance, &err), err);
	allocator = idm_advance_allocator(advance);
	return 0;
}

static int
drop(void **state)
{
	(void)state;
	idm_advance_free(&advance);
	return 0;
}

static struct idm_wish
wish_of(uint32_t rid, uint8_t kind)
{
	return (struct idm_wish){
		.sid = { .authority = 5,
		    .sub = { 21, 1, 2, 3, rid },
		    .nsubs = 5 },
		.kind = kind,
	};
}

static void
assert_noted(const struct idm_wish *wish)
{
	struct idm_grant grant;

	assert_fails(allocator.grant(allocator.context, wish, 1, &grant, &err),
	    IDM_TEMPFAIL, err, "not granted yet");
	assert_true(idm_advance_missed(advance));
}

static void
assert_granted(const struct idm_wish *wish, uint32_t id)
{
	struct idm_grant grant;

	assert_good(
	    allocator.grant(allocator.context, wish, 1, &grant, &err), err);
	assert_false(idm_advance_missed(advance));
	assert_int_equal(grant.id, id);
}

static void
test_many_are_granted_at_once(void **state)
{
	(void)state;
	for (uint32_t rid = 1; rid <= 500; rid++) {
		struct idm_wish wish = wish_of(rid, 'U');

		assert_noted(&wish);
	}
	assert_int_equal(calls, 0);
	assert_good(idm_advance_grant(advance, &err), err);
	assert_int_equal(calls, 1);
	for (uint32_t rid = 1; rid <= 500; rid++) {
		struct idm_wish wish = wish_of(rid, 'U');

		assert_granted(&wish, rid + 1000);
	}
	assert_int_equal(calls, 1);
}

static void
test_each_is_wished_for_once(void **state)
{
	struct idm_wish user = wish_of(7, 'U');
	struct idm_wish group = wish_of(7, 'G');
	struct idm_wish named = { .kind = 'U' };
	char name[] = "who@corp";

	(void)state;
	named.name = idm_str_of(name);
	assert_noted(&user);
	assert_noted(&user);
	assert_noted(&group);
	assert_noted(&named);
	/* Whose name it was may be gone by then. */
	memset(name, '?', strlen(name));
	assert_good(idm_advance_grant(advance, &err), err);
	assert_int_equal(wishes, 3);
	memcpy(name, "who@corp", strlen(name));
	assert_granted(&named, 1008);
	assert_good(idm_advance_grant(advance, &err), err);
	assert_int_equal(calls, 1);
}

static void
test_of_several_wishes_all_are_noted(void **state)
{
	const struct idm_wish wish[] = { wish_of(1, 'G'), wish_of(2, 'G') };
	struct idm_grant grant[2];

	(void)state;
	assert_noted(&wish[0]);
	assert_good(idm_advance_grant(advance, &err), err);
	assert_int_equal(
	    allocator.grant(allocator.context, wish, 2, grant, &err),
	    IDM_TEMPFAIL);
	assert_good(idm_advance_grant(advance, &err), err);
	assert_good(
	    allocator.grant(allocator.context, wish, 2, grant, &err), err);
	assert_int_equal(grant[0].id, 1001);
	assert_int_equal(grant[1].id, 1002);
	assert_int_equal(wishes, 2);
}

static void
test_a_refusal_is_an_answer(void **state)
{
	struct idm_wish wish = wish_of(666, 'U');
	struct idm_grant grant;

	(void)state;
	assert_noted(&wish);
	assert_good(idm_advance_grant(advance, &err), err);
	assert_good(
	    allocator.grant(allocator.context, &wish, 1, &grant, &err), err);
	assert_int_equal(grant.status, IDM_EXHAUSTED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_many_are_granted_at_once, make, drop),
		cmocka_unit_test_setup_teardown(
		    test_each_is_wished_for_once, make, drop),
		cmocka_unit_test_setup_teardown(
		    test_of_several_wishes_all_are_noted, make, drop),
		cmocka_unit_test_setup_teardown(
		    test_a_refusal_is_an_answer, make, drop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
