#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/ruletext.h"
#include "tests/unit.h"

#include "cli/rulecheck.h"
#include "map/namerules_edit.h"

static struct fixture fixture;

static void
write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", fixture.dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_not_equal(fputs(text, file), EOF);
	assert_int_equal(fclose(file), 0);
}

static int
make_folder(void **state)
{
	(void)state;
	fixture_make(&fixture, geteuid());
	write_file("passwd",
	    "root:x:0:0::/:/bin/sh\n"
	    "joe:x:1000:1000::/:/bin/sh\n"
	    "guest:x:1001:1001::/:/bin/sh\n"
	    "nobody:x:65534:65534::/:/bin/false\n");
	write_file("group", "wheel:x:10:\nstaff:x:1000:\n");
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	fixture_remove(&fixture);
	return 0;
}

/* A finding a line, a fault with a '!' in front. */
static void
keep(void *context, bool is_fault, const char *text)
{
	struct idm_buf *lines = context;

	idm_buf_printf(lines, "%s%s\n", is_fault ? "! " : "", text);
}

/* Have just these rules, of which those with a '#' are --privileged. */
static void
assert_found(const char *const *texts, size_t n, const char *expected)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_maps *maps;
	struct idm_err err;
	struct idm_buf lines;
	size_t rules = 0;

	for (size_t i = 0; i < n; i++) {
		bool is_privileged = texts[i][0] == '#', unchanged;
		struct idm_namerule rule = ruletext(texts[i] + is_privileged);

		if (is_privileged)
			rule.flags |= IDM_RULE_PRIVILEGED;
		assert_good(
		    idm_namerules_add(rewrite, &rule, &unchanged, &err), err);
	}
	fixture_commit(rewrite);
	idm_buf_init(&lines, 10000);
	assert_good(
	    idm_maps_open(fixture.dir, fixture.owner, &maps, &err), err);
	assert_good(
	    rulecheck(maps, fixture.dir, keep, &lines, &rules, &err), err);
	assert_string_equal(idm_buf_text(&lines), expected);
	assert_int_equal(rules, n);
	idm_buf_fini(&lines);
	idm_maps_close(&maps);
}

#define ASSERT_FOUND(expected, ...)                                            \
	do {                                                                   \
		static const char *const texts[] = { __VA_ARGS__ };            \
		assert_found(texts, IDM_COUNTOF(texts), (expected));           \
	} while (0)

static void
test_no_rules_are_good_rules(void **state)
{
	(void)state;
	assert_found(NULL, 0, "");
}

static void
test_rules_that_work_are_not_mentioned(void **state)
{
	(void)state;
	ASSERT_FOUND("", "u:joe@d == u:joe", "u:*@d => u:*", "u:*@d => u:guest",
	    "u:*@e == u:*", "u:*@f == u:*", "u: <= u:guest",
	    "g:staff@d == g:staff", "#u:adm@d => u:root");
}

static void
test_a_rule_behind_one_that_decides_is_never_used(void **state)
{
	(void)state;
	ASSERT_FOUND("! rule 1, 'add  winuser:joe@d unixuser:joe': never used "
		     "Windows to UNIX: rule 2 decides\n"
		     "! rule 3, 'add -d winuser:*@d unixuser:guest': never "
		     "used Windows to UNIX: rule 4 decides\n"
		     "! rule 5, 'add -d unixuser:guest winuser:g@d': never "
		     "used UNIX to Windows: rule 6 decides\n",
	    "u:joe@d == u:joe", "u:joe@d => u:", "u:*@d => u:guest",
	    "u:*@d => u:", "u:g@d <= u:guest", "u: <= u:guest",
	    "g: <= u:guest");
}

static void
test_a_rule_to_an_account_that_is_not_there_is_told(void **state)
{
	(void)state;
	ASSERT_FOUND("! rule 1, 'add -d winuser:a@d unixuser:jim': there is no "
		     "UNIX user of this name\n"
		     "! rule 2, 'add -d wingroup:a@d unixgroup:joe': there is "
		     "no UNIX group of this name\n"
		     "! rule 3, 'add -d unixuser:amy winuser:a@d': there is "
		     "no UNIX user of this name\n",
	    "u:a@d => u:jim", "g:a@d => g:joe", "u:a@d <= u:amy");
}

static void
test_system_accounts_that_are_not_served_are_told(void **state)
{
	(void)state;
	ASSERT_FOUND("rule 1, 'add -d winuser:a@d unixuser:root': a system "
		     "account: NSS and PAM do not serve it without "
		     "--privileged\n"
		     "rule 2, 'add -d winuser:b@d unixuser:nobody': a system "
		     "account: NSS and PAM do not serve it without "
		     "--privileged\n"
		     "rule 3, 'add -d wingroup:a@d unixgroup:wheel': a system "
		     "account: NSS and PAM do not serve it without "
		     "--privileged\n"
		     "rule 4, 'add -d --privileged winuser:*@d "
		     "unixuser:root': a system account: NSS and PAM do not "
		     "serve it to a wildcard\n",
	    "u:a@d => u:root", "u:b@d => u:nobody", "g:a@d => g:wheel",
	    "#u:*@d => u:root", "u:r@d <= u:root");
}

static void
test_accounts_that_cannot_be_read_are_an_error(void **state)
{
	struct idm_maps *maps;
	struct idm_buf lines;
	struct idm_err err;
	size_t rules = 99;

	(void)state;
	idm_buf_init(&lines, 100);
	assert_good(
	    idm_maps_open(fixture.dir, fixture.owner, &maps, &err), err);
	assert_int_not_equal(
	    rulecheck(maps, "/nowhere", keep, &lines, &rules, &err), IDM_OK);
	assert_non_null(strstr(err.text, "passwd"));
	assert_int_equal(rules, 99);
	idm_maps_close(&maps);
	idm_buf_fini(&lines);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, make_folder, remove_folder)
		TEST(no_rules_are_good_rules),
		TEST(rules_that_work_are_not_mentioned),
		TEST(a_rule_behind_one_that_decides_is_never_used),
		TEST(a_rule_to_an_account_that_is_not_there_is_told),
		TEST(system_accounts_that_are_not_served_are_told),
		TEST(accounts_that_cannot_be_read_are_an_error),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
