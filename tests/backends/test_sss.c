#include "tests/backends/space.h"

#include "base/num.h"

static const struct idm_domain usual = {
	.low = IDM_SSS_LOW,
	.high = IDM_SSS_HIGH,
	.rangesize = IDM_SSS_RANGESIZE,
};

/* ---- What the real library answered. */

/* Vectors, a context at a time. */
struct reader {
	FILE *file;
	char line[512];
	char *field[6];
	unsigned nfields;
};

static bool
is_event(const char *line)
{
	return strncmp(line, "# ctx", 5) == 0 ||
	    strncmp(line, "#   store", 9) == 0;
}

static bool
next_line(struct reader *reader)
{
	char *at = reader->line;

	do {
		if (fgets(reader->line, sizeof(reader->line), reader->file) ==
		    NULL)
			return false;
	} while (reader->line[0] == '#' && !is_event(reader->line));
	reader->line[strcspn(reader->line, "\n")] = '\0';
	reader->nfields = 0;
	while (at != NULL && reader->nfields < 6)
		reader->field[reader->nfields++] = strsep(&at, "\t");
	return true;
}

static uint32_t
number_of(const char *text)
{
	uint64_t number;
	struct idm_err err;

	if (strchr(text, '=') != NULL)
		text = strchr(text, '=') + 1;
	assert_good(
	    idm_num_parse(text, strlen(text), UINT32_MAX, &number, &err), err);
	return (uint32_t)number;
}

static const struct idm_domain *
domain_of_account(const struct space *space, const struct idm_sid *sid)
{
	struct idm_sid above;
	uint32_t rid;

	if (!idm_sid_split(sid, &above, &rid))
		return NULL;
	for (uint32_t i = 0; i < space->n; i++) {
		if (idm_sid_equal(&above, &space->domain[i].sid))
			return &space->domain[i];
	}
	return NULL;
}

/* What the keeper would do: the slice where the search begins is free here. */
static void
place_far(struct ground *ground, const struct idm_domain *domain,
    const struct idm_sid *sid)
{
	uint32_t n = sid->sub[sid->nsubs - 1] / domain->rangesize;
	char text[IDM_SID_TEXT_MAX];

	ground_slice(ground, "sssd", idm_sid_format(&domain->sid, text), n,
	    idm_sss_slot(domain, n));
}

static void
check_sid(struct ground *ground, const struct space *space,
    const struct reader *reader)
{
	struct idm_sid sid = sid_of(reader->field[1]);
	const struct idm_domain *domain = domain_of_account(space, &sid);
	struct idm_mapping mapping;
	enum idm_status st;
	bool place;

	if (strncmp(reader->field[2], "ERR", 3) == 0) {
		assert_null(domain);
		return;
	}
	assert_non_null(domain);
	st = ground_to_id(ground, domain, &sid, 'B', &mapping, &place);
	if (st == IDM_NOTFOUND && place)
		place_far(ground, domain, &sid);
	assert_mapped(ground, domain, reader->field[1],
	    number_of(reader->field[2]), IDM_KIND_BOTH);
}

static void
check_unmapped_id(struct ground *ground, const struct space *space,
    const struct reader *reader)
{
	struct idm_mapping mapping;

	assert_int_equal(strncmp(reader->field[2], "ERR", 3), 0);
	for (uint32_t i = 0; i < space->n; i++) {
		assert_int_equal(
		    ground_to_sid(ground, &space->domain[i],
			number_of(reader->field[1]), 'B', &mapping),
		    IDM_NOTFOUND);
	}
}

/* The text behind "key=" up to a blank; it is cut off there. */
static const char *
value_of(char *line, const char *key)
{
	char *at = strstr(line, key);

	assert_non_null(at);
	at += strlen(key);
	at[strcspn(at, " ")] = '\0';
	return at;
}

/* The library tells which window it registers, and where. */
static void
check_stored(const struct space *space, struct reader *reader)
{
	const char *rid = value_of(reader->line, " first_rid=");
	const char *min = value_of(reader->line, " min=");
	struct idm_sid sid = sid_of(value_of(reader->line, " range_id="));
	const struct idm_domain *domain = domain_of_account(space, &sid);
	uint32_t slot;

	assert_non_null(domain);
	assert_int_equal(sid.sub[sid.nsubs - 1], number_of(rid));
	slot = idm_sss_slot(domain, number_of(rid) / domain->rangesize);
	assert_int_equal(
	    domain->low + slot * domain->rangesize, number_of(min));
}

/* The domains of a context are added before anything is asked. */
static void
check_placed(struct space *space, uint32_t *min)
{
	struct idm_err err;

	assert_good(idm_sss_place(space->list, space->n, NULL, &err), err);
	for (uint32_t i = 0; i < space->n; i++)
		assert_int_equal(space->domain[i].window[0].low, min[i]);
}

static void
test_numbers_are_those_of_the_real_library(void **state)
{
	static struct ground ground;
	static struct space space;
	uint32_t min[SPACE_MAX];
	struct reader reader;
	char path[512];
	unsigned checked = 0;
	bool placed = true;

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/tests/backends/%s",
	    getenv("top_srcdir"), "sss_idmap.vectors");
	reader.file = fopen(path, "r");
	if (reader.file == NULL)
		fail_msg("cannot open %s", path);
	while (next_line(&reader)) {
		if (strncmp(reader.line, "#   store", 9) == 0) {
			check_stored(&space, &reader);
			checked++;
		} else if (reader.line[0] == '#') {
			space.n = 0;
			placed = false;
		} else if (strcmp(reader.field[0], "add") == 0) {
			min[space.n] = number_of(reader.field[4]);
			space_add(&space, &usual, reader.field[1]);
		}
		if (reader.nfields < 3 || strcmp(reader.field[0], "add") == 0)
			continue;
		if (!placed) {
			check_placed(&space, min);
			ground_init(&ground, space.domain, space.n);
			placed = true;
		}
		if (strcmp(reader.field[0], "s2u") == 0)
			check_sid(&ground, &space, &reader);
		else
			check_unmapped_id(&ground, &space, &reader);
		checked++;
	}
	(void)fclose(reader.file);
	assert_int_equal(checked, 84 + 32);
}

/* As observed: both hash to 449200000; whoever is first has it. */
static void
test_the_first_domain_has_the_slice_both_hash_to(void **state)
{
	static const char *const sids[] = { "S-1-5-21-1000-2000-74",
		"S-1-5-21-1000-2000-81" };
	static struct space space;
	struct idm_err err;

	(void)state;
	for (unsigned first = 0; first < 2; first++) {
		space.n = 0;
		space_add(&space, &usual, sids[first]);
		space_add(&space, &usual, sids[1 - first]);
		assert_good(idm_sss_place(space.list, 2, NULL, &err), err);
		assert_int_equal(space.domain[0].window[0].low, 449200000);
		assert_int_equal(space.domain[1].window[0].low, 449400000);
	}
}

/* ---- What must hold for any domains. */

static int
by_low(const void *a, const void *b)
{
	const struct idm_window *one = a, *other = b;

	return (one->low > other->low) - (one->low < other->low);
}

static void
assert_apart(const struct space *space)
{
	struct idm_window *all = calloc(
	    SPACE_MAX * IDM_WINDOWS_MAX, sizeof(*all));
	uint32_t size = space->domain[0].rangesize, n = 0;

	assert_non_null(all);
	for (uint32_t i = 0; i < space->n; i++) {
		const struct idm_domain *domain = &space->domain[i];

		for (unsigned k = 0; k < domain->nwindows; k++) {
			if (k > 0) {
				assert_true(domain->window[k].first_rid >
				    domain->window[k - 1].first_rid);
			}
			all[n++] = domain->window[k];
		}
	}
	qsort(all, n, sizeof(*all), by_low);
	for (uint32_t i = 0; i < n; i++) {
		assert_true(all[i].low >= space->domain[0].low);
		assert_true(all[i].low + (size - 1) <= space->domain[0].high);
		if (i > 0)
			assert_true(all[i].low - all[i - 1].low >= size);
	}
	free(all);
}

/* Ranges from two slices to thousands. */
static struct idm_domain
random_range(struct dice *dice)
{
	static const uint32_t slices[] = { 2, 5, 12, 40, 1023, 1024, 2000,
		10000 };
	struct idm_domain like = {
		.low = 10000 + roll(dice, 100000),
		.rangesize = 1 + roll(dice, 200000),
	};
	uint32_t n = slices[roll(dice, IDM_COUNTOF(slices))];

	like.high = like.low + n * like.rangesize - 1 +
	    roll(dice, like.rangesize);
	if (roll(dice, 4) == 0)
		like.flags = IDM_DOMAIN_AUTORID_COMPAT;
	return like;
}

static void
test_adding_a_domain_moves_no_window(void **state)
{
	static struct space space, before;
	struct dice dice = { 1907 };
	struct idm_err err;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		struct idm_domain like = random_range(&dice);
		enum idm_status st;

		space.n = 0;
		do {
			before = space;
			space_fill(&space, &dice, &like, 1 + roll(&dice, 3));
			st = idm_sss_place(space.list, space.n, NULL, &err);
			assert_true(st == IDM_OK || st == IDM_EXHAUSTED);
			for (uint32_t i = 0; i < before.n; i++) {
				assert_int_equal(space.domain[i].nwindows,
				    before.domain[i].nwindows);
				assert_memory_equal(space.domain[i].window,
				    before.domain[i].window,
				    sizeof(before.domain[i].window));
			}
			for (uint32_t i = before.n; st != IDM_OK && i < space.n;
			     i++)
				assert_int_equal(space.domain[i].nwindows, 0);
			assert_apart(&space);
		} while (st == IDM_OK && space.n < 20);
	}
}

static void
test_the_same_domains_are_placed_alike(void **state)
{
	static struct space space, again;
	struct dice dice = { 4711 };
	struct idm_err err;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		struct idm_domain like = random_range(&dice);
		enum idm_status st;

		space.n = 0;
		space_fill(&space, &dice, &like, 1 + roll(&dice, 20));
		again = space;
		for (uint32_t i = 0; i < again.n; i++)
			again.list[i] = &again.domain[i];
		st = idm_sss_place(space.list, space.n, NULL, &err);
		assert_int_equal(
		    idm_sss_place(again.list, again.n, NULL, &err), st);
		assert_memory_equal(
		    space.domain, again.domain, sizeof(space.domain));
	}
}

static void
test_every_number_of_a_window_leads_there_and_back(void **state)
{
	static struct ground ground;
	static struct space space;
	struct dice dice = { 99 };
	struct idm_err err;

	(void)state;
	for (unsigned round = 0; round < 100; round++) {
		struct idm_domain like = random_range(&dice);

		space.n = 0;
		space_fill(&space, &dice, &like, 2);
		if (idm_sss_place(space.list, 2, NULL, &err) != IDM_OK)
			continue;
		ground_init(&ground, space.domain, 2);
		for (unsigned i = 0; i < 50; i++) {
			const struct idm_domain
			    *domain = &space.domain[roll(&dice, 2)];
			uint32_t rid = roll(
			    &dice, like.rangesize * (uint32_t)domain->nwindows);
			struct idm_sid sid = idm_sid_of(&domain->sid, rid);
			struct idm_mapping to, back;
			bool place;

			if (ground_to_id(&ground, domain, &sid, 'B', &to,
				&place) != IDM_OK) {
				/* A window had no room, or a reserved one. */
				continue;
			}
			assert_good(
			    ground_to_sid(&ground, domain, to.id, 'B', &back),
			    ground.err);
			assert_true(idm_sid_equal(&back.sid, &sid));
			/* The other domain does not answer for it. */
			assert_int_equal(
			    ground_to_sid(&ground,
				&space.domain[domain == space.domain], to.id,
				'B', &back),
			    IDM_NOTFOUND);
		}
	}
}

/* ---- Pinned windows, and refusals. */

static void
test_windows_of_a_host_stay_where_they_are(void **state)
{
	static struct space space;
	struct idm_err err;

	(void)state;
	space.n = 0;
	space_add(&space, &usual, "S-1-5-21-1-2-3");
	space_add(&space, &usual, "S-1-5-21-1-2-4");
	/* The second one has the first one's usual slice on that host. */
	space.domain[1].nwindows = 1;
	space.domain[1].window[0] = (struct idm_window){ 0, 686200000 };
	assert_good(idm_sss_place(space.list, 2, NULL, &err), err);
	assert_int_equal(space.domain[0].window[0].low, 686400000);
	assert_int_equal(space.domain[1].window[0].low, 686200000);
	assert_int_equal(space.domain[1].nwindows, 11);
}

static void
test_windows_that_the_keeper_placed_are_kept(void **state)
{
	static struct ground ground;
	static struct space space;
	struct idm_err err;

	(void)state;
	ground_init(&ground, NULL, 0);
	space.n = 0;
	space_add(&space, &usual, "S-1-5-21-1-2-3");
	ground_slice(&ground, "sssd", "S-1-5-21-9-9-9", 12, 3430);
	ground_slice(&ground, "sssd", "S-1-5-21-1-2-3", 2, 77);
	assert_good(idm_sss_place(space.list, 1, &ground.allocated, &err), err);
	assert_int_equal(space.domain[0].window[0].low, 686400000);
	assert_int_equal(space.domain[0].window[2].first_rid, 400000);
	assert_int_equal(space.domain[0].window[2].low, 200000 + 77 * 200000);
}

static void
test_what_cannot_be_placed_is_refused(void **state)
{
	static struct space space;
	struct idm_err err;

	(void)state;
	space.n = 0;
	space_add(&space, &usual, "S-1-5-21-1-2-3");
	space_add(&space, &usual, "S-1-5-21-1-2-4");
	space.domain[0].nwindows = space.domain[1].nwindows = 1;
	space.domain[0].window[0] = (struct idm_window){ 0, 200000 };
	space.domain[1].window[0] = (struct idm_window){ 0, 200000 };
	assert_fails(idm_sss_place(space.list, 2, NULL, &err), IDM_CONFLICT,
	    err, "domain 'd1': slice 0 of space 'sssd' is that of domain 'd0'");
	space.domain[1].window[0].low = 200001;
	assert_fails(idm_sss_place(space.list, 2, NULL, &err), IDM_CONFLICT,
	    err, "RIDs from 0 at 200001 are no slice of space 'sssd'");
	space.domain[1].window[0].low = 2000200000;
	assert_fails(idm_sss_place(space.list, 2, NULL, &err), IDM_CONFLICT,
	    err, "are no slice");
	space.domain[1].nwindows = 0;
	space.domain[1].rangesize = 100000;
	assert_fails(idm_sss_place(space.list, 2, NULL, &err), IDM_INVALID, err,
	    "must have the same range");
	space.domain[1].rangesize = 200000;
	space.domain[1].sid = sid_of("S-1-5-32");
	assert_fails(idm_sss_place(space.list, 2, NULL, &err), IDM_INVALID, err,
	    "needs a SID of the form");
	space.domain[0].high = 250000;
	assert_fails(idm_sss_place(space.list, 1, NULL, &err), IDM_INVALID, err,
	    "smaller than a slice");
	assert_int_equal(space.domain[0].nwindows, 1);
}

/* As observed: four domains get slices 2, 1, 3 and 0, the fifth none. */
static void
test_a_full_space_says_so(void **state)
{
	static const struct idm_domain tiny = {
		.low = 10000,
		.high = 49999,
		.rangesize = 10000,
	};
	static struct space space;
	struct dice dice = { 5 };
	struct idm_err err;

	(void)state;
	space.n = 0;
	space_fill(&space, &dice, &tiny, 4);
	assert_good(idm_sss_place(space.list, 4, NULL, &err), err);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(space.domain[i].nwindows, 1);
	space_fill(&space, &dice, &tiny, 1);
	assert_fails(idm_sss_place(space.list, 5, NULL, &err), IDM_EXHAUSTED,
	    err, "domain 'd4': all 4 slices of space 'sssd' are taken");
	assert_int_equal(space.domain[4].nwindows, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers_are_those_of_the_real_library),
		cmocka_unit_test(
		    test_the_first_domain_has_the_slice_both_hash_to),
		cmocka_unit_test(test_adding_a_domain_moves_no_window),
		cmocka_unit_test(test_the_same_domains_are_placed_alike),
		cmocka_unit_test(
		    test_every_number_of_a_window_leads_there_and_back),
		cmocka_unit_test(test_windows_of_a_host_stay_where_they_are),
		cmocka_unit_test(test_windows_that_the_keeper_placed_are_kept),
		cmocka_unit_test(test_what_cannot_be_placed_is_refused),
		cmocka_unit_test(test_a_full_space_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
