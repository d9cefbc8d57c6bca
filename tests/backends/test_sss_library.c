/*
 * The sss backend beside libsss_idmap itself: random domains, one behind the
 * other in one context, in spaces from four slices to ten thousand.
 */
#include "tests/backends/space.h"

#include <sys/stat.h>
#include <sys/types.h>

#include <sss_idmap.h>
#include <unistd.h>

#include "state/place.h"

/* The library's context; its memory is malloc's. */
static void *
allocate(size_t size, void *unused)
{
	(void)unused;
	return malloc(size);
}

static void
release(void *memory, void *unused)
{
	(void)unused;
	free(memory);
}

static struct sss_idmap_ctx *
context_of(const struct idm_domain *like)
{
	struct sss_idmap_ctx *context = NULL;
	bool compat = (like->flags & IDM_DOMAIN_AUTORID_COMPAT) != 0;

	assert_int_equal(
	    sss_idmap_init(allocate, NULL, release, &context), IDMAP_SUCCESS);
	assert_int_equal(
	    sss_idmap_ctx_set_lower(context, like->low), IDMAP_SUCCESS);
	assert_int_equal(
	    sss_idmap_ctx_set_upper(context, like->high + 1), IDMAP_SUCCESS);
	assert_int_equal(
	    sss_idmap_ctx_set_rangesize(context, (id_t)like->rangesize),
	    IDMAP_SUCCESS);
	assert_int_equal(
	    sss_idmap_ctx_set_autorid(context, compat), IDMAP_SUCCESS);
	assert_int_equal(
	    sss_idmap_ctx_set_extra_slice_init(context, IDM_SSS_HELPERS),
	    IDMAP_SUCCESS);
	return context;
}

/* Add a domain as sssd does; *low is where its primary window is. */
static enum idmap_error_code
add(struct sss_idmap_ctx *context, const struct idm_domain *domain,
    uint32_t *low)
{
	char sid[IDM_SID_TEXT_MAX];
	struct sss_idmap_range range;
	enum idmap_error_code code;
	id_t slice = -1;

	(void)idm_sid_format(&domain->sid, sid);
	code = sss_idmap_calculate_range(context, sid, &slice, &range);
	if (code != IDMAP_SUCCESS)
		return code;
	*low = range.min;
	return sss_idmap_add_auto_domain_ex(
	    context, domain->name, sid, &range, NULL, 0, false, NULL, NULL);
}

/* All its domains, and how many the library has slices for. */
static uint32_t
add_all(struct sss_idmap_ctx *context, const struct space *space, uint32_t *low)
{
	for (uint32_t i = 0; i < space->n; i++) {
		enum idmap_error_code code = add(
		    context, &space->domain[i], &low[i]);

		if (code == IDMAP_OUT_OF_SLICES)
			return i;
		assert_int_equal(code, IDMAP_SUCCESS);
	}
	return space->n;
}

static enum idmap_error_code
library_id(struct sss_idmap_ctx *context, const struct idm_domain *domain,
    uint32_t rid, uint32_t *id)
{
	struct idm_sid sid = idm_sid_of(&domain->sid, rid);
	char text[IDM_SID_TEXT_MAX];

	return sss_idmap_sid_to_unix(context, idm_sid_format(&sid, text), id);
}

static bool
library_has_sid(struct sss_idmap_ctx *context, const struct idm_domain *domain,
    uint32_t rid, uint32_t id)
{
	struct idm_sid sid = idm_sid_of(&domain->sid, rid);
	char text[IDM_SID_TEXT_MAX];
	char *found = NULL;
	bool same;

	if (sss_idmap_unix_to_sid(context, id, &found) != IDMAP_SUCCESS)
		return false;
	same = strcmp(found, idm_sid_format(&sid, text)) == 0;
	(void)sss_idmap_free_sid(context, found);
	return same;
}

struct counts {
	unsigned spaces;
	unsigned full;
	unsigned domains;
	unsigned numbers;
	unsigned collisions;
};

/* One RID of each window that is compiled, in the canonical order. */
static void
compare_windows(struct sss_idmap_ctx *context, struct ground *ground,
    const struct idm_domain *domain, struct dice *dice, struct counts *counts)
{
	uint32_t last = domain->nwindows == 1 ? 0 : IDM_SSS_HELPERS;

	for (uint32_t n = 0; n <= last; n++) {
		uint32_t rid = n * domain->rangesize +
		    roll(dice, domain->rangesize);
		struct idm_sid sid = idm_sid_of(&domain->sid, rid);
		struct idm_mapping mapping, back;
		enum idmap_error_code code;
		enum idm_status st;
		uint32_t id;
		bool place;

		code = library_id(context, domain, rid, &id);
		st = ground_to_id(ground, domain, &sid, 'B', &mapping, &place);
		counts->numbers++;
		if (code == IDMAP_COLLISION) {
			/* Ours has a number all the same, and its own. */
			counts->collisions++;
			if (st != IDM_OK)
				continue;
			assert_good(ground_to_sid(
					ground, domain, mapping.id, 'B', &back),
			    ground->err);
			assert_true(idm_sid_equal(&back.sid, &sid));
			continue;
		}
		assert_int_equal(code, IDMAP_SUCCESS);
		assert_true(library_has_sid(context, domain, rid, id));
		if (st == IDM_REFUSED)
			continue; /* a reserved number */
		if (st != IDM_OK)
			fail_msg("RID %u: %s", rid, ground->err.text);
		assert_int_equal(mapping.id, id);
	}
}

static void
compare_space(const struct idm_domain *like, unsigned n, struct dice *dice,
    struct counts *counts)
{
	struct sss_idmap_ctx *context = context_of(like);
	static struct ground ground;
	static struct space space;
	uint32_t low[SPACE_MAX];
	struct idm_err err;
	uint32_t fitting;

	space.n = 0;
	space_fill(&space, dice, like, n);
	fitting = add_all(context, &space, low);
	if (fitting < n) {
		counts->full++;
		assert_fails(idm_sss_place(space.list, fitting + 1, NULL, &err),
		    IDM_EXHAUSTED, err, "are taken");
	}
	assert_good(idm_sss_place(space.list, fitting, NULL, &err), err);
	ground_init(&ground, space.domain, fitting);
	for (uint32_t i = 0; i < fitting; i++)
		assert_int_equal(space.domain[i].window[0].low, low[i]);
	for (uint32_t i = 0; i < fitting; i++) {
		compare_windows(
		    context, &ground, &space.domain[i], dice, counts);
	}
	counts->domains += fitting;
	counts->spaces++;
	(void)sss_idmap_free(context);
}

/* ---- Windows that are placed when they are first needed. */

/* A host that allocates: its folder, its state, and the space's domains. */
struct keeper {
	char dir[64];
	struct idm_state *state;
	struct idm_maps maps;
	struct idm_err err;
};

static void
write_file(const struct keeper *keeper, const char *name)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", keeper->dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(fclose(file), 0);
}

static void
keeper_open(struct keeper *keeper, const struct space *space)
{
	struct idm_buf buf;

	memset(keeper, 0, sizeof(*keeper));
	(void)snprintf(
	    keeper->dir, sizeof(keeper->dir), "/tmp/idm-sssd-XXXXXX");
	assert_non_null(mkdtemp(keeper->dir));
	assert_int_equal(chmod(keeper->dir, 0755), 0);
	write_file(keeper, "passwd");
	write_file(keeper, "group");
	idm_buf_init(&buf, 1 << 20);
	idm_domains_write(&buf, space->domain, space->n);
	assert_good(idm_domains_read((struct idm_str){ buf.data, buf.len },
			&keeper->maps.domains, &keeper->err),
	    keeper->err);
	idm_buf_fini(&buf);
	assert_good(idm_state_open(keeper->dir, geteuid(), NULL, true, 0,
			&keeper->state, &keeper->err),
	    keeper->err);
}

static void
keeper_close(struct keeper *keeper)
{
	static const char *const names[] = { "state.gdbm", "journal",
		".state.gdbm.lock", "passwd", "group" };
	char path[128];

	idm_state_close(&keeper->state);
	idm_domains_free(&keeper->maps.domains);
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", keeper->dir, names[i]);
		(void)unlink(path);
	}
	assert_int_equal(rmdir(keeper->dir), 0);
}

/*
 * Ask both for accounts anywhere, until the library cannot place a window:
 * ours goes on then, and has slices that the library knows nothing of.
 */
static void
compare_needed(struct sss_idmap_ctx *context, struct keeper *keeper,
    const struct space *space, struct dice *dice, struct counts *counts)
{
	for (unsigned i = 0; i < 40; i++) {
		const struct idm_domain
		    *domain = &space->domain[roll(dice, space->n)];
		uint32_t rid = roll(dice, 40 * domain->rangesize);
		struct idm_wish wish = {
			.sid = idm_sid_of(&domain->sid, rid),
			.kind = IDM_KIND_BOTH,
		};
		enum idmap_error_code code;
		struct idm_grant grant;
		uint32_t id;

		code = library_id(context, domain, rid, &id);
		assert_good(idm_place(&keeper->maps, keeper->dir, keeper->state,
				&wish, &grant, &keeper->err),
		    keeper->err);
		if (code != IDMAP_SUCCESS) {
			counts->collisions++;
			return;
		}
		counts->numbers++;
		if (grant.status == IDM_REFUSED)
			continue; /* a reserved number */
		assert_int_equal(grant.status, IDM_OK);
		assert_int_equal(grant.id, id);
	}
}

/*
 * Have the library place what we have compiled.  False: it cannot place all of
 * it, and ours has slices that the library knows nothing of.
 */
static bool
use_compiled(struct sss_idmap_ctx *context, const struct space *space)
{
	for (uint32_t i = 0; i < space->n; i++) {
		const struct idm_domain *domain = &space->domain[i];
		uint32_t id;

		for (unsigned k = 0; k < domain->nwindows; k++) {
			if (library_id(context, domain,
				domain->window[k].first_rid,
				&id) != IDMAP_SUCCESS)
				return false;
		}
	}
	return true;
}

static void
compare_on_demand(
    const struct idm_domain *like, struct dice *dice, struct counts *counts)
{
	struct sss_idmap_ctx *context = context_of(like);
	static struct space space;
	uint32_t low[SPACE_MAX];
	struct keeper keeper;
	struct idm_err err;

	space.n = 0;
	space_fill(&space, dice, like, 1 + roll(dice, 4));
	assert_int_equal(add_all(context, &space, low), space.n);
	assert_good(idm_sss_place(space.list, space.n, NULL, &err), err);
	keeper_open(&keeper, &space);
	if (use_compiled(context, &space))
		compare_needed(context, &keeper, &space, dice, counts);
	keeper_close(&keeper);
	counts->domains += space.n;
	counts->spaces++;
	(void)sss_idmap_free(context);
}

static void
report(const char *what, const struct counts *counts)
{
	print_message("# %s: %u spaces (%u full), %u domains, %u numbers, "
		      "%u collisions\n",
	    what, counts->spaces, counts->full, counts->domains,
	    counts->numbers, counts->collisions);
}

static void
test_thousands_of_domains_in_the_usual_space(void **state)
{
	static const struct idm_domain like = {
		.low = IDM_SSS_LOW,
		.high = IDM_SSS_HIGH,
		.rangesize = IDM_SSS_RANGESIZE,
	};
	struct dice dice = { 20002 };
	struct counts counts = { 0 };

	(void)state;
	for (unsigned round = 0; round < 150; round++)
		compare_space(&like, 1 + roll(&dice, 40), &dice, &counts);
	report("usual space", &counts);
	assert_true(counts.collisions > 0);
}

static void
test_spaces_of_any_size(void **state)
{
	static const uint32_t slices[] = { 4, 7, 30, 1000, 1024, 1500 };
	struct dice dice = { 8 };
	struct counts counts = { 0 };

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct idm_domain like = {
			.low = 70000 + roll(&dice, 100000),
			.rangesize = 500 + roll(&dice, 100000),
		};
		uint32_t n = slices[roll(&dice, IDM_COUNTOF(slices))];

		like.high = like.low + n * like.rangesize - 1 +
		    roll(&dice, like.rangesize);
		compare_space(&like, 1 + roll(&dice, 20), &dice, &counts);
	}
	report("any space", &counts);
	assert_true(counts.full > 0);
}

static void
test_slices_in_order_with_autorid_compat(void **state)
{
	static const struct idm_domain like = {
		.low = IDM_SSS_LOW,
		.high = IDM_SSS_HIGH,
		.rangesize = IDM_SSS_RANGESIZE,
		.flags = IDM_DOMAIN_AUTORID_COMPAT,
	};
	struct dice dice = { 77 };
	struct counts counts = { 0 };

	(void)state;
	for (unsigned round = 0; round < 50; round++)
		compare_space(&like, 1 + roll(&dice, 20), &dice, &counts);
	report("autorid_compat", &counts);
}

static void
test_windows_that_are_placed_when_they_are_needed(void **state)
{
	static const uint32_t slices[] = { 20, 300, 1000, 10000 };
	struct dice dice = { 31 };
	struct counts counts = { 0 };

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		struct idm_domain like = {
			.low = 70000 + roll(&dice, 100000),
			.rangesize = 500 + roll(&dice, 100000),
		};
		uint32_t n = slices[roll(&dice, IDM_COUNTOF(slices))];

		like.high = like.low + n * like.rangesize - 1;
		compare_on_demand(&like, &dice, &counts);
	}
	report("on demand", &counts);
	assert_true(counts.numbers > 2000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_thousands_of_domains_in_the_usual_space),
		cmocka_unit_test(test_spaces_of_any_size),
		cmocka_unit_test(test_slices_in_order_with_autorid_compat),
		cmocka_unit_test(
		    test_windows_that_are_placed_when_they_are_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
