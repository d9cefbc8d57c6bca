#include <stdlib.h>

#include "tests/unit.h"

#include "nss/gids.h"

/* The next realloc() fails.  Linked with --wrap=realloc. */
static bool no_memory;

void *__real_realloc(void *, size_t);
void *__wrap_realloc(void *, size_t);

void *
__wrap_realloc(void *old, size_t size)
{
	return no_memory ? NULL : __real_realloc(old, size);
}

struct list {
	long size;
	gid_t *gid;
	struct nss_gids gids;
};

/* A list of size entries that holds the primary group 100 alone. */
static void
begin(struct list *list, long size, long limit)
{
	list->size = size;
	list->gid = malloc((size_t)size * sizeof(gid_t));
	assert_non_null(list->gid);
	list->gid[0] = 100;
	list->gids = (struct nss_gids){
		.primary = 100,
		.used = 1,
		.size = &list->size,
		.list = &list->gid,
		.limit = limit,
	};
}

static void
end(struct list *list)
{
	free(list->gid);
}

static void
test_a_list_grows_as_far_as_needed(void **state)
{
	(void)state;
	for (long size = 1; size <= 20; size++) {
		struct list list;

		begin(&list, size, 0);
		for (uint32_t gid = 1; gid <= 3000; gid++)
			assert_true(nss_gids_add(&list.gids, 1000 + gid));
		assert_int_equal(list.gids.used, 3001);
		assert_true(list.size >= 3001);
		assert_int_equal(list.gid[0], 100);
		for (uint32_t gid = 1; gid <= 3000; gid++)
			assert_int_equal(list.gid[gid], 1000 + gid);
		end(&list);
	}
}

static void
test_no_number_comes_twice(void **state)
{
	struct list list;

	(void)state;
	begin(&list, 2, -1);
	assert_true(nss_gids_add(&list.gids, 7));
	assert_true(nss_gids_add(&list.gids, 8));
	assert_true(nss_gids_add(&list.gids, 7));
	assert_true(nss_gids_add(&list.gids, 100)); /* the primary group */
	assert_true(nss_gids_add(&list.gids, UINT32_MAX));
	assert_true(nss_gids_add(&list.gids, 0));
	assert_int_equal(list.gids.used, 4);
	assert_int_equal(list.gid[1], 7);
	assert_int_equal(list.gid[2], 8);
	assert_int_equal(list.gid[3], 0);
	end(&list);
}

/* The list never holds, nor has room for, more than the limit. */
static void
test_the_limit_is_kept_for_every_size(void **state)
{
	(void)state;
	for (long size = 1; size <= 40; size++) {
		for (long limit = 1; limit <= 40; limit++) {
			struct list list;
			long before = size;
			uint32_t gid = 1000;

			begin(&list, size, limit);
			while (nss_gids_add(&list.gids, gid) && gid < 1100)
				gid++;
			assert_int_equal(list.gids.used, limit);
			assert_false(list.gids.out_of_memory);
			assert_true(list.size <= limit || list.size == before);
			end(&list);
		}
	}
}

static void
test_memory_that_runs_out_loses_nothing(void **state)
{
	struct list list;

	(void)state;
	begin(&list, 2, 0);
	assert_true(nss_gids_add(&list.gids, 7));
	no_memory = true;
	assert_false(nss_gids_add(&list.gids, 8));
	no_memory = false;
	assert_true(list.gids.out_of_memory);
	assert_int_equal(list.gids.used, 2);
	assert_int_equal(list.size, 2);
	assert_int_equal(list.gid[1], 7);
	end(&list);
}

static void
test_an_empty_list_is_given_room(void **state)
{
	struct list list;

	(void)state;
	begin(&list, 1, 0);
	list.gids.used = 0;
	list.size = 0;
	assert_true(nss_gids_add(&list.gids, 7));
	assert_int_equal(list.gids.used, 1);
	assert_true(list.size >= 1);
	assert_int_equal(list.gid[0], 7);
	end(&list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_list_grows_as_far_as_needed),
		cmocka_unit_test(test_no_number_comes_twice),
		cmocka_unit_test(test_the_limit_is_kept_for_every_size),
		cmocka_unit_test(test_memory_that_runs_out_loses_nothing),
		cmocka_unit_test(test_an_empty_list_is_given_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
