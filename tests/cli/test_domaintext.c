#include "tests/unit.h"

#include "cli/domaintext.h"

/* clang-format off */
static const struct {
	const char *name;
	const char *text;
	const char *section;
	const char *key;
	const char *value; /* NULL: taken away */
	const char *result;
} cases[] = {
	{ "an empty file gets the section", "", "domain", "dns", "x",
	    "[domain]\ndns = x\n" },
	{ "a value is replaced where it stands",
	    "[domain]\n# why\ndns=old\nsid = S\n", "domain", "dns", "x",
	    "[domain]\n# why\ndns = x\nsid = S\n" },
	{ "blanks around do not matter", "[domain]\n\t dns \t= old\n",
	    "domain", "dns", "x", "[domain]\ndns = x\n" },
	{ "a new one goes behind the last of its section",
	    "[domain]\nsid = S\n\n[options]\nlayout = order\n", "domain",
	    "dns", "x",
	    "[domain]\nsid = S\ndns = x\n\n[options]\nlayout = order\n" },
	{ "a section that is missing comes last", "[domain]\nsid = S\n",
	    "options", "layout", "order",
	    "[domain]\nsid = S\n\n[options]\nlayout = order\n" },
	{ "the same name in another section stays",
	    "[options]\ndns = 1\n[domain]\ndns = 2\n", "domain", "dns", "x",
	    "[options]\ndns = 1\n[domain]\ndns = x\n" },
	{ "a setting is taken away", "[domain]\ndns = 2\nsid = S\n", "domain",
	    "dns", NULL, "[domain]\nsid = S\n" },
	{ "what is not there can be taken away, too", "[domain]\nsid = S\n",
	    "domain", "dns", NULL, "[domain]\nsid = S\n" },
	{ "a comment is no setting", "[domain]\n# dns = 1\n;dns = 2\n",
	    "domain", "dns", "x",
	    "[domain]\n# dns = 1\n;dns = 2\ndns = x\n" },
	{ "a last line without its end gets one", "[domain]\nsid = S",
	    "domain", "dns", "x", "[domain]\nsid = S\ndns = x\n" },
	{ "a colon stands for an equals sign",
	    "[domain]\nsid : S\ndns: a=b\n", "domain", "dns", "x",
	    "[domain]\nsid : S\ndns = x\n" },
	{ "but not behind one", "[domain]\nhome = dns: 1\n", "domain", "dns",
	    "x", "[domain]\nhome = dns: 1\ndns = x\n" },
	{ "a longer name is another one", "[domain]\ndnsx = 1\n", "domain",
	    "dns", "x", "[domain]\ndnsx = 1\ndns = x\n" },
};
/* clang-format on */

static void
test_one_setting_changes_and_all_else_stays(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_buf text;
		struct idm_err err;

		idm_buf_init(&text, 4096);
		idm_buf_puts(&text, cases[i].text);
		/* Once more changes nothing more. */
		for (int times = 0; times < 2; times++) {
			assert_good(cli_domain_text_set(&text, cases[i].section,
					cases[i].key, cases[i].value, &err),
			    err);
			if (strcmp(idm_buf_text(&text), cases[i].result) != 0)
				fail_msg("%s: got '%s'", cases[i].name,
				    idm_buf_text(&text));
		}
		idm_buf_fini(&text);
	}
}

static void
test_a_text_that_does_not_fit_is_refused(void **state)
{
	struct idm_buf text;
	struct idm_err err;

	(void)state;
	idm_buf_init(&text, 16);
	idm_buf_puts(&text, "[domain]\n");
	assert_int_not_equal(cli_domain_text_set(&text, CLI_SECTION_DOMAIN,
				 "dns", "corp.example", &err),
	    IDM_OK);
	idm_buf_fini(&text);
}

static void
test_a_value_that_would_be_a_comment_is_refused(void **state)
{
	static const char *const values[] = { ";x", "a ;x", "a\t; x" };
	struct idm_buf text;
	struct idm_err err;

	(void)state;
	idm_buf_init(&text, 4096);
	for (size_t i = 0; i < IDM_COUNTOF(values); i++) {
		assert_int_equal(cli_domain_text_set(&text, CLI_SECTION_DOMAIN,
				     "gecos", values[i], &err),
		    IDM_INVALID);
		assert_non_null(strstr(err.text, "would be a comment"));
		assert_int_equal(text.len, 0);
	}
	assert_good(cli_domain_text_set(
			&text, CLI_SECTION_DOMAIN, "gecos", "a;x", &err),
	    err);
	idm_buf_fini(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_setting_changes_and_all_else_stays),
		cmocka_unit_test(test_a_text_that_does_not_fit_is_refused),
		cmocka_unit_test(
		    test_a_value_that_would_be_a_comment_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
