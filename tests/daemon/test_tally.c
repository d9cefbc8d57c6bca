#include "tests/unit.h"

#include "daemon/exposition.h"
#include "daemon/tally.h"

static void
test_values_of_labels_are_escaped(void **state)
{
	const struct exposition_label labels[] = {
		{ "a", "back\\slash, \"quotes\"\nand a line" },
		{ "b", "J\xc3\xbcrgen" },
		{ NULL, NULL },
	};
	char memory[512];
	struct idm_buf out;

	(void)state;
	idm_buf_init_fixed(&out, memory, sizeof(memory));
	exposition_family(&out, "x_total", "counter", "What it is.");
	exposition_count(&out, "x_total", labels, UINT64_MAX);
	exposition_count(&out, "x_total", NULL, 0);
	exposition_time(&out, "x_total", labels + 1, 1000001);
	assert_string_equal(idm_buf_text(&out),
	    "# HELP x_total What it is.\n# TYPE x_total counter\n"
	    "x_total{a=\"back\\\\slash, \\\"quotes\\\"\\nand a line\","
	    "b=\"J\xc3\xbcrgen\"} 18446744073709551615\n"
	    "x_total 0\n"
	    "x_total{b=\"J\xc3\xbcrgen\"} 1.000001\n");
}

static void
assert_has(struct idm_buf *out, const char *line)
{
	if (strstr(idm_buf_text(out), line) == NULL)
		fail_msg("no '%s' in:\n%s", line, idm_buf_text(out));
}

static void
test_buckets_add_up(void **state)
{
	struct tally *tally = NULL;
	struct idm_buf out;

	(void)state;
	tally_note(&tally, "one", IDM_OK, 250);
	tally_note(&tally, "one", IDM_NOTFOUND, 251);
	tally_note(&tally, "one", IDM_TEMPFAIL, 10000001);
	tally_note(&tally, "one", IDM_DENIED, 0);
	tally_note(&tally, "two", IDM_REFUSED, 1000);
	idm_buf_init(&out, 65536);
	tally_expose(tally, &out);
#define ONE "idmap_directory_answer_seconds_bucket{domain=\"one\",le="
	assert_has(&out, ONE "\"0.00025\"} 2\n");
	assert_has(&out, ONE "\"0.0005\"} 3\n");
	assert_has(&out, ONE "\"10\"} 3\n");
	assert_has(&out, ONE "\"+Inf\"} 4\n");
	assert_has(&out,
	    "idmap_directory_answer_seconds_sum{domain=\"one\"} 10.000502\n");
	assert_has(
	    &out, "idmap_directory_answer_seconds_count{domain=\"one\"} 4\n");
	assert_has(&out,
	    "idmap_directory_answers_total{domain=\"one\","
	    "outcome=\"unavailable\"} 2\n");
	assert_has(&out,
	    "idmap_directory_answers_total{domain=\"two\","
	    "outcome=\"refused\"} 1\n");
	idm_buf_fini(&out);
	tally_free(&tally);
	assert_null(tally);
}

static void
test_nothing_is_nothing(void **state)
{
	struct idm_buf out;

	(void)state;
	idm_buf_init(&out, 64);
	tally_expose(NULL, &out);
	assert_int_equal(out.len, 0);
	idm_buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_of_labels_are_escaped),
		cmocka_unit_test(test_buckets_add_up),
		cmocka_unit_test(test_nothing_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
