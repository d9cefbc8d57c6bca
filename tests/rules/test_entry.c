#include <stdlib.h>

#include "tests/unit.h"

#include "base/attr.h"
#include "rules/entry.h"
#include "tests/permute.h"
#include "tests/random.h"

#define LINES_MAX 6

struct line {
	const char *remote;
	const char *target;
};

/* clang-format off */
static const struct {
	const char *text;
	enum idm_target_kind kind;
	uint8_t number;
} targets[] = {
	{ "foo",  IDM_TARGET_NAME,   0 },
	{ "104",  IDM_TARGET_NAME,   0 },
	{ "i",    IDM_TARGET_NAME,   0 },
	{ "%1",   IDM_TARGET_FIELD,  1 },
	{ "%9",   IDM_TARGET_FIELD,  9 },
	{ "%i",   IDM_TARGET_REFUSE, 0 },
};

static const struct {
	const char *text;
	const char *why;
} bad_targets[] = {
	{ "",       "is empty" },
	{ "%",      "'%' is neither" },
	{ "%0",     "'%0' is neither" },
	{ "%x",     "'%x' is neither" },
	{ "%I",     "'%I' is neither" },
	{ "%11",    "'%11' is neither" },
	{ "%1x",    "'%1x' is neither" },
	{ "x%1",    "'x%1' is neither" },
	{ "%n",     "'%n' is neither" },
	{ "a b",    "has a blank" },
	{ "a\tb",   "control character" },
	{ "a\n",    "control character" },
	{ "\xff",   "not UTF-8" },
};

static const struct {
	const char *descriptor;
	struct line line;
	enum idm_entry_fault fault;
	const char *why;
} faults[] = {
	{ "M1@M2", { "a@b", "x" },    IDM_ENTRY_GOOD, "" },
	{ "M1@M2", { "*@b", "%1" },   IDM_ENTRY_GOOD, "" },
	{ "M1@M2", { "[a-z]?@*", "%i" }, IDM_ENTRY_GOOD, "" },
	{ "M1@M2", { "John Smith@b", "x" }, IDM_ENTRY_GOOD, "" },
	{ "M1@M2", { "a@b", "%3" },   IDM_ENTRY_TRANSPARENT,
	    "%3 names a field that M1@M2 does not have" },
	{ "M1@M2", { "a", "x" },      IDM_ENTRY_MISSING, "field is missing" },
	{ "M1@M2", { "@b", "x" },     IDM_ENTRY_MISSING, "field is missing" },
	{ "M1@M2", { "a@", "x" },     IDM_ENTRY_MISSING, "field is missing" },
	{ "M2!M1", { "a@b", "x" },    IDM_ENTRY_MISSING, "field is missing" },
	{ "M1@M2", { "a@b@c", "x" },  IDM_ENTRY_SYNTAX, "a separator too many" },
	{ "M1@M2", { "", "x" },       IDM_ENTRY_SYNTAX, "is empty" },
	{ "M1@M2", { "a\n@b", "x" },  IDM_ENTRY_SYNTAX, "U+000A at 2" },
	{ "M1@M2", { "\xff@b", "x" }, IDM_ENTRY_SYNTAX, "not UTF-8" },
	{ "M1@M2", { " a@b", "x" },   IDM_ENTRY_SYNTAX, "begins or ends" },
	{ "M1@M2", { "a@b ", "x" },   IDM_ENTRY_SYNTAX, "begins or ends" },
	{ "M1@M2", { "a@[b", "x" },   IDM_ENTRY_SYNTAX, "field 2: the '[' at 1" },
	{ "M2!M1", { "[b!a", "x" },   IDM_ENTRY_SYNTAX, "field 2: the '[' at 1" },
	/* A set cannot hold a separator: matching never crosses a field. */
	{ "M1@M2", { "[@]@b", "x" },  IDM_ENTRY_SYNTAX, "a separator too many" },
	{ "M1@M2", { "a@b", "" },     IDM_ENTRY_SYNTAX, "local name is empty" },
	{ "M1@M2", { "a@b", "%x" },   IDM_ENTRY_SYNTAX, "'%x' is neither" },
};

/* Maps in the order they must have, and what some names become. */
static const struct {
	const char *what;
	const char *descriptor;
	struct line lines[LINES_MAX];
	struct line names[LINES_MAX]; /* NULL target: nothing matches */
} vectors[] = {
	{ "V1", "M1@M2",
	    { { "guest@mars", "%i" }, { "*@mars", "%1" },
	      { "guest@ux*", "%i" }, { "*@ux*", "%1" } },
	    { { "guest@mars", "%i" }, { "bob@mars", "%1" },
	      { "guest@uxa", "%i" }, { "bob@ux", "%1" },
	      { "bob@venus", NULL } } },
	{ "V2", "M1@M2.M3.M4.M5",
	    { { "root@joker.sf.buu.com", "root" }, { "*@*.sf.buu.com", "%1" },
	      { "*@*.tm.buu.com", "guest" }, { "ilya@*.*.*.*", "ilya" } },
	    { { "root@joker.sf.buu.com", "root" },
	      { "root@queen.sf.buu.com", "%1" }, { "ilya@x.tm.buu.com", "guest" },
	      { "ilya@a.b.c.d", "ilya" }, { "ann@a.b.c.d", NULL } } },
	{ "V3", "M1@M2",
	    { { "sf*@mars", "one" }, { "s*@mars", "two" } },
	    { { "sfx@mars", "one" }, { "sx@mars", "two" }, { "x@mars", NULL } } },
	{ "V3, one field", "M1",
	    { { "sf*", "one" }, { "s*", "two" } },
	    { { "sf", "one" }, { "s", "two" } } },
	{ "V4", "M2!M1",
	    { { "comunix!foo", "foo" }, { "*!*", "%1" } },
	    { { "comunix!foo", "foo" }, { "comunix!bar", "%1" },
	      { "x!foo", "%1" } } },
	{ "V5", "M2:M1",
	    { { "pluto:*", "%1" } },
	    { { "pluto:bob", "%1" }, { "pluto:johnd", "%1" },
	      { "mars:bob", NULL } } },
	{ "V6", "M1@M2",
	    { { "104@venus", "104" }, { "*@mars", "%1" } },
	    { { "101@mars", "%1" }, { "104@venus", "104" },
	      { "105@venus", NULL } } },
	{ "V6, gid", "M1@M2",
	    { { "10@moon", "20" } },
	    { { "10@moon", "20" }, { "11@moon", NULL } } },
	{ "brackets before asterisks, ties by bytes", "M1@M2",
	    { { "*@ux[12]", "a" }, { "a*@ux*", "b" }, { "b*@ux*", "c" },
	      { "?@*", "d" }, { "*@*", "e" } },
	    { { "x@ux1", "a" }, { "ax@ux3", "b" }, { "bx@ux3", "c" },
	      { "x@ux3", "d" }, { "xx@ux3", "e" } } },
	{ "one rank, two suffixes, by bytes", "M1",
	    { { "*ab", "a" }, { "*?b", "b" }, { "*b?", "c" } },
	    { { "aab", "a" }, { "bbb", "b" }, { "bba", "c" } } },
};
/* clang-format on */

static struct idm_entry
entry_of(const struct line *line)
{
	return (struct idm_entry){
		.remote = idm_str_of(line->remote),
		.target = idm_str_of(line->target),
	};
}

static void
test_good_targets(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(targets); i++) {
		struct idm_target target;
		struct idm_err err;

		assert_good(idm_target_parse(
				idm_str_of(targets[i].text), &target, &err),
		    err);
		assert_int_equal(target.kind, targets[i].kind);
		assert_int_equal(target.number, targets[i].number);
	}
}

static void
test_bad_targets_say_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad_targets); i++) {
		struct idm_target target = { .number = 42 };
		struct idm_err err = { 0 };

		assert_fails(idm_target_parse(idm_str_of(bad_targets[i].text),
				 &target, &err),
		    IDM_INVALID, err, bad_targets[i].why);
		assert_int_equal(target.number, 42); /* untouched */
	}
}

static void
test_entries_are_examined(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(faults); i++) {
		struct idm_entry entry = entry_of(&faults[i].line);
		struct idm_descriptor desc;
		struct idm_err err = { 0 };
		enum idm_entry_fault fault;

		assert_good(idm_descriptor_parse(
				idm_str_of(faults[i].descriptor), &desc, &err),
		    err);
		fault = idm_entry_examine(&desc, &entry, &err);
		if (fault != faults[i].fault ||
		    strstr(err.text, faults[i].why) == NULL)
			fail_msg("case %zu: %d, '%s'", i, fault, err.text);
	}
}

/* qsort() has no place for a descriptor. */
static const struct idm_descriptor *sorted_by;

static int
compare_entries(const void *a, const void *b)
{
	return idm_entry_compare(sorted_by, a, b);
}

static void
check_names(size_t v, const struct idm_descriptor *desc,
    const struct idm_entry *entries, size_t n)
{
	for (size_t i = 0; vectors[v].names[i].remote != NULL; i++) {
		const struct line *name = &vectors[v].names[i];
		struct idm_fields fields;
		size_t hit = 0;

		assert_int_equal(
		    idm_descriptor_try(desc, idm_str_of(name->remote), &fields),
		    IDM_SPLIT_GOOD);
		while (
		    hit < n && !idm_entry_match(desc, &entries[hit], &fields))
			hit++;
		if (name->target == NULL ? hit < n
					 : hit == n ||
			    !idm_str_is(entries[hit].target, name->target))
			fail_msg("%s: %s: entry %zu", vectors[v].what,
			    name->remote, hit);
	}
}

/* Sort the entries from the k-th order of insertion: the right one comes out.
 */
static void
check_order(size_t v, const struct idm_descriptor *desc,
    const struct idm_entry *entries, size_t n, size_t k)
{
	struct idm_entry sorted[LINES_MAX];
	size_t order[LINES_MAX];

	kth_order(k, order, n);
	for (size_t i = 0; i < n; i++)
		sorted[i] = entries[order[i]];
	sorted_by = desc;
	qsort(sorted, n, sizeof(*sorted), compare_entries);
	for (size_t i = 0; i < n; i++) {
		if (!idm_str_is(sorted[i].remote, vectors[v].lines[i].remote))
			fail_msg("%s: '%.*s' at %zu", vectors[v].what,
			    (int)sorted[i].remote.len, sorted[i].remote.data,
			    i);
	}
	check_names(v, desc, sorted, n);
}

static void
test_vectors_in_every_order_of_insertion(void **state)
{
	(void)state;
	for (size_t v = 0; v < IDM_COUNTOF(vectors); v++) {
		struct idm_entry entries[LINES_MAX];
		struct idm_descriptor desc;
		struct idm_err err;
		size_t n = 0;

		assert_good(idm_descriptor_parse(
				idm_str_of(vectors[v].descriptor), &desc, &err),
		    err);
		for (; n < LINES_MAX && vectors[v].lines[n].remote != NULL;
		     n++) {
			entries[n] = entry_of(&vectors[v].lines[n]);
			assert_int_equal(
			    idm_entry_examine(&desc, &entries[n], &err),
			    IDM_ENTRY_GOOD);
		}
		for (size_t k = 0; k < orders_of(n); k++)
			check_order(v, &desc, entries, n, k);
	}
}

enum { CROWD = 60 };

/* Every pair and triple of a crowd of random entries. */
static void
check_crowd(const struct idm_descriptor *desc, const struct idm_entry *entries)
{
	int order[CROWD][CROWD];

	for (size_t i = 0; i < CROWD; i++) {
		for (size_t j = 0; j < CROWD; j++)
			order[i][j] = idm_entry_compare(
			    desc, &entries[i], &entries[j]);
	}
	for (size_t i = 0; i < CROWD; i++) {
		for (size_t j = 0; j < CROWD; j++) {
			assert_int_equal(order[i][j]<0, order[j][i]> 0);
			assert_int_equal(order[i][j] == 0,
			    idm_str_compare(
				entries[i].remote, entries[j].remote) == 0);
			for (size_t k = 0; k < CROWD; k++) {
				if (order[i][j] < 0 && order[j][k] < 0)
					assert_true(order[i][k] < 0);
			}
		}
	}
}

static void
test_the_order_is_strict_and_total(void **state)
{
	struct dice dice = { 20261123 };

	(void)state;
	for (int round = 0; round < 40; round++) {
		struct idm_entry entries[CROWD];
		struct idm_descriptor desc;
		struct idm_buf text;
		size_t ends[CROWD + 1] = { 0 };

		random_descriptor(&dice, 3, &desc);
		idm_buf_init(&text, 1 << 20);
		for (size_t i = 0; i < CROWD; i++) {
			random_name(&dice, &desc, true, &text);
			ends[i + 1] = text.len;
		}
		assert_int_equal(idm_buf_status(&text, NULL), IDM_OK);
		for (size_t i = 0; i < CROWD; i++) {
			entries[i] = (struct idm_entry){
				.remote = { text.data + ends[i],
				    ends[i + 1] - ends[i] },
				.target = idm_str_of("x"),
			};
		}
		check_crowd(&desc, entries);
		idm_buf_fini(&text);
	}
}

static void
test_a_pattern_that_does_not_split_comes_last(void **state)
{
	const struct line lines[] = { { "*", "x" }, { "*@*", "x" } };
	struct idm_entry bad = entry_of(&lines[0]);
	struct idm_entry good = entry_of(&lines[1]);
	struct idm_descriptor desc;
	struct idm_err err;

	(void)state;
	assert_good(
	    idm_descriptor_parse(idm_str_of("M1@M2"), &desc, &err), err);
	assert_true(idm_entry_compare(&desc, &good, &bad) < 0);
	assert_true(idm_entry_compare(&desc, &bad, &good) > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_targets),
		cmocka_unit_test(test_bad_targets_say_why),
		cmocka_unit_test(test_entries_are_examined),
		cmocka_unit_test(test_vectors_in_every_order_of_insertion),
		cmocka_unit_test(test_the_order_is_strict_and_total),
		cmocka_unit_test(test_a_pattern_that_does_not_split_comes_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
