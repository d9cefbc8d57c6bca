/* usermap.cfg and smbusers: what a line means, and what it does not. */

#include "tests/unit.h"

#include "base/attr.h"

#include "cli/smbusers.h"
#include "cli/usermapcfg.h"

#define SKIP "(nothing)" /* a blank line or a comment */

/* clang-format off */
static const struct {
	const char *line;
	const char *rule; /* as "idmap list" has it, tabs as spaces */
	const char *remark;
} usermap[] = {
	{ "foo@example.com == foo", "add  winuser:foo@example.com unixuser:foo",
	    NULL },
	{ "foobar@example.com => foo",
	    "add -d winuser:foobar@example.com unixuser:foo", NULL },
	{ "foo@x <= bar\n", "add -d unixuser:bar winuser:foo@x", NULL },
	{ "foo@x bar\r\n", "add  winuser:foo@x unixuser:bar", NULL },
	{ "foo@dom==bar", "add  winuser:foo@dom unixuser:bar", NULL },
	{ "foo==bar", "add  winuser:foo unixuser:bar", NULL },
	{ "foo<=bar", "add -d unixuser:bar winuser:foo", NULL },
	{ "foo=>bar#x", "add -d winuser:foo unixuser:bar", NULL },
	{ "corp\\joe => j", "add -d \"winuser:corp\\\\joe\" unixuser:j", NULL },
	{ "\"Bob X\"@dom == bob", "add  \"winuser:Bob X@dom\" unixuser:bob",
	    NULL },
	{ "corp\\\"Bob X\" == bob", "add  \"winuser:corp\\\\Bob X\" unixuser:bob",
	    NULL },
	{ "\"corp\\Bob X\" == bob", "add  \"winuser:corp\\\\Bob X\" unixuser:bob",
	    NULL },
	{ "\"a#b\"@\"c d\" == \"e f\"",
	    "add  \"winuser:a#b@c d\" unixuser:e\\ f", NULL },
	{ "joe@x => \"\"", "add -d winuser:joe@x unixuser:\"\"", NULL },
	{ "\"\" <= joe", "add -d unixuser:joe winuser:\"\"", NULL },
	{ "joe@x == \"\"", "add -d winuser:joe@x unixuser:\"\"", "taken as =>" },
	{ "\"\" == joe", "add -d unixuser:joe winuser:\"\"", "taken as <=" },
	{ "corp\\* == pcuser", "add -d \"winuser:corp\\\\*\" unixuser:pcuser",
	    "taken as =>" },
	{ "Engineer == *", "add -d unixuser:* winuser:Engineer",
	    "taken as <=" },
	{ "administrator@* => nobody",
	    "add -d winuser:administrator@* unixuser:nobody", NULL },
	{ "*\\root == nobody", "add -d \"winuser:*\\\\root\" unixuser:nobody",
	    "taken as =>" },
	{ "*@example.com == *", "add  winuser:*@example.com unixuser:*", NULL },
	{ "  foo@x\t==\tfoo  # it is he", "add  winuser:foo@x unixuser:foo",
	    NULL },
	{ "# foo == bar", SKIP, NULL },
	{ " \t ", SKIP, NULL },
	{ "", SKIP, NULL },
	{ "\xc3\xa4@x == \xc3\xa4", "add  winuser:\xc3\xa4@x unixuser:\xc3\xa4",
	    NULL },
};

static const struct {
	const char *line;
	const char *why;
} usermap_bad[] = {
	{ "10.1.1.1:joe == j", "qualified by a host" },
	{ "host:joe == j", "'host:joe'" },
	{ "10.0.0.0/8:joe == j", "'10.0.0.0/8:joe'" },
	{ "joe@x == host:j", "'host:j'" },
	{ "host:\"Bob X\" == j", "qualified by a host" },
	{ "::1:joe == j", "qualified by a host" },
	{ "joe@x ==", "the UNIX name is missing" },
	{ "joe@x", "the UNIX name is missing" },
	{ "joe@x == # j", "the UNIX name is missing" },
	{ "== j", "the Windows name is missing" },
	{ "@x == j", "the Windows name is missing" },
	{ "joe@ == j", "missing at the '@'" },
	{ "corp\\ == j", "missing at the '\\'" },
	{ "joe@x == j k", "'k' is too much" },
	{ "joe@x == j=>k", "'=>k' is too much" },
	{ "joe = j", "expected ==, => or <=" },
	{ "joe@x \"j", "not closed" },
	{ "\"joe == j", "not closed" },
	{ "jo\"e@x == j", "double quote inside" },
	{ "\"joe\"x == j", "expected ==" },
	{ "joe@x => *", "one name cannot become any '*'" },
	{ "a*@x == j", "'*' in it" },
	{ "joe@a@b == j", "'@' in it" },
	{ "joe\x01 == j", "control character" },
	{ "jo\xff == j", "no UTF-8" },
};

static const struct {
	const char *line;
	const char *rules[3];
	const char *remark;
} smb[] = {
	{ "terry=\"Terry Maddox\"\n",
	    { "add -d \"winuser:Terry Maddox\" unixuser:terry" }, NULL },
	{ "root = admin administrator",
	    { "add -d winuser:admin unixuser:root",
		"add -d winuser:administrator unixuser:root" }, NULL },
	{ "pat:\"Pat Flynn\" p.flynn@x CORP\\pat",
	    { "add -d \"winuser:Pat Flynn\" unixuser:pat",
		"add -d winuser:p.flynn@x unixuser:pat",
		"add -d \"winuser:CORP\\\\pat\" unixuser:pat" }, NULL },
	{ "pat pflynn", { "add -d winuser:pflynn unixuser:pat" }, NULL },
	{ "!root=adm", { "add -d winuser:adm unixuser:root" },
	    "'!' means nothing" },
	{ "! root = adm\r\n", { "add -d winuser:adm unixuser:root" },
	    "'!' means nothing" },
	{ "guest = *", { "add -d winuser:* unixuser:guest" }, NULL },
	{ "nobody =", { NULL }, "ignored" },
	{ "# root = admin", { SKIP }, NULL },
	{ "; root = admin", { SKIP }, NULL },
	{ "  ", { SKIP }, NULL },
};

static const struct {
	const char *line;
	const char *why;
} smb_bad[] = {
	{ "root = @wheel", "members of a group" },
	{ "root = +wheel", "'+wheel'" },
	{ "root = &wheel", "'&wheel'" },
	{ "root = \"@wheel x\"", "members of a group" },
	{ "root = \"adm", "not closed" },
	{ "root = \"adm\"x", "goes on behind" },
	{ "root = a\"dm\"", "double quote inside" },
	{ "root = adm # boss", "a line of its own" },
	{ "root = \"\"", "is empty" },
	{ "= adm", "UNIX name is missing" },
	{ "ro#ot = adm", "'#' or a double quote" },
	{ "* = adm", "one name cannot become" },
	{ "root = a@", "empty domain" },
	{ "root = a\x02", "control character" },
};
/* clang-format on */

static void
assert_rule(const char *line, const struct idm_namerule *rule, const char *want)
{
	struct idm_buf text;

	idm_buf_init(&text, 4096);
	idm_namerule_put(&text, rule, false);
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '\t')
			text.data[i] = ' ';
	if (strcmp(idm_buf_text(&text), want) != 0)
		fail_msg(
		    "'%s': '%s', not '%s'", line, idm_buf_text(&text), want);
	idm_buf_fini(&text);
}

static void
assert_remark(const char *line, const char *remark, const char *want)
{
	if ((remark == NULL) != (want == NULL) ||
	    (want != NULL && strstr(remark, want) == NULL))
		fail_msg("'%s': remark '%s'", line,
		    remark == NULL ? "none" : remark);
}

static void
test_usermapcfg_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(usermap); i++) {
		const char *line = usermap[i].line;
		struct idm_namerule rule;
		enum idm_status st;
		struct idm_err err;
		const char *remark;

		st = usermapcfg_read(idm_str_of(line), &rule, &remark, &err);
		if (strcmp(usermap[i].rule, SKIP) == 0) {
			assert_int_equal(st, IDM_NOTFOUND);
			continue;
		}
		if (st != IDM_OK)
			fail_msg("'%s': %s", line, err.text);
		assert_rule(line, &rule, usermap[i].rule);
		assert_remark(line, remark, usermap[i].remark);
	}
}

static void
test_bad_usermapcfg_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(usermap_bad); i++) {
		struct idm_namerule rule;
		struct idm_err err;
		const char *remark;

		if (usermapcfg_read(idm_str_of(usermap_bad[i].line), &rule,
			&remark, &err) != IDM_INVALID)
			fail_msg("'%s' is taken", usermap_bad[i].line);
		if (strstr(err.text, usermap_bad[i].why) == NULL)
			fail_msg(
			    "'%s': said '%s'", usermap_bad[i].line, err.text);
	}
}

/* What is written reads back the same. */
static void
test_usermapcfg_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(usermap); i++) {
		struct idm_namerule rule;
		struct idm_namerule again;
		struct idm_buf text;
		struct idm_err err;
		const char *remark;

		if (usermapcfg_read(idm_str_of(usermap[i].line), &rule, &remark,
			&err) != IDM_OK)
			continue;
		idm_buf_init(&text, 4096);
		assert_good(usermapcfg_put(&text, &rule, &remark, &err), err);
		assert_null(remark);
		assert_good(
		    usermapcfg_read((struct idm_str){ text.data, text.len },
			&again, &remark, &err),
		    err);
		assert_null(remark);
		assert_rule(usermap[i].line, &again, usermap[i].rule);
		idm_buf_fini(&text);
	}
}

static void
test_smbusers_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(smb); i++) {
		struct smbusers_line line;
		struct idm_namerule rule;
		enum idm_status st;
		struct idm_err err;

		st = smbusers_begin(idm_str_of(smb[i].line), &line, &err);
		if (smb[i].rules[0] != NULL &&
		    strcmp(smb[i].rules[0], SKIP) == 0) {
			assert_int_equal(st, IDM_NOTFOUND);
			continue;
		}
		if (st != IDM_OK)
			fail_msg("'%s': %s", smb[i].line, err.text);
		assert_remark(smb[i].line, line.remark, smb[i].remark);
		for (size_t j = 0; j < 3 && smb[i].rules[j] != NULL; j++) {
			st = smbusers_next(&line, &rule, &err);
			if (st != IDM_OK)
				fail_msg("'%s': %s", smb[i].line, err.text);
			assert_rule(smb[i].line, &rule, smb[i].rules[j]);
		}
		assert_int_equal(
		    smbusers_next(&line, &rule, &err), IDM_NOTFOUND);
	}
}

static void
test_bad_smbusers_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(smb_bad); i++) {
		struct smbusers_line line;
		struct idm_namerule rule;
		enum idm_status st;
		struct idm_err err;

		st = smbusers_begin(idm_str_of(smb_bad[i].line), &line, &err);
		while (st == IDM_OK)
			st = smbusers_next(&line, &rule, &err);
		if (st != IDM_INVALID)
			fail_msg("'%s' is taken", smb_bad[i].line);
		if (strstr(err.text, smb_bad[i].why) == NULL)
			fail_msg("'%s': said '%s'", smb_bad[i].line, err.text);
	}
}

/* One mistake does not hide the next. */
static void
test_names_behind_a_bad_one_are_read(void **state)
{
	struct smbusers_line line;
	struct idm_namerule rule;
	struct idm_err err;

	(void)state;
	assert_good(
	    smbusers_begin(idm_str_of("r = @a b \"c\"d e"), &line, &err), err);
	assert_int_equal(smbusers_next(&line, &rule, &err), IDM_INVALID);
	assert_good(smbusers_next(&line, &rule, &err), err);
	assert_int_equal(smbusers_next(&line, &rule, &err), IDM_INVALID);
	assert_good(smbusers_next(&line, &rule, &err), err);
	assert_int_equal(smbusers_next(&line, &rule, &err), IDM_NOTFOUND);
}

/* clang-format off */
static const struct {
	struct idm_namerule rule;
	const char *line;   /* NULL: refused */
	const char *remark; /* or why not */
} written[] = {
	{ { .direction = IDM_RULE_TO_UNIX, .win = { "a b", 3 },
	      .domain = { "d", 1 }, .unix = { "u", 1 } }, "u=\"a b@d\"", NULL },
	{ { .direction = IDM_RULE_TO_UNIX, .flags = IDM_RULE_NT4,
	      .win = { "a", 1 }, .domain = { "D", 1 }, .unix = { "u", 1 } },
	    "u=D\\a", NULL },
	{ { .direction = IDM_RULE_BOTH, .win = { "a", 1 },
	      .domain = { "", 0 }, .unix = { "u", 1 } },
	    "u=a", "the other way is lost" },
	{ { .direction = IDM_RULE_TO_UNIX, .win = { "a", 1 },
	      .flags = IDM_RULE_PRIVILEGED, .domain = { "", 0 },
	      .unix = { "u", 1 } }, "u=a", "--privileged is lost" },
	{ { .direction = IDM_RULE_TO_UNIX, .win_is_group = true,
	      .win = { "a", 1 }, .domain = { "", 0 }, .unix = { "u", 1 } },
	    NULL, "about groups" },
	{ { .direction = IDM_RULE_TO_WINDOWS, .win = { "a", 1 },
	      .domain = { "", 0 }, .unix = { "u", 1 } },
	    NULL, "from UNIX to Windows" },
	{ { .direction = IDM_RULE_TO_UNIX, .win = { "a", 1 },
	      .domain = { "", 0 }, .unix = { "", 0 } }, NULL, "it inhibits" },
	{ { .direction = IDM_RULE_TO_UNIX, .win = { "*", 1 },
	      .domain = { "d", 1 }, .unix = { "*", 1 } },
	    NULL, "no '*' for UNIX names" },
	{ { .direction = IDM_RULE_TO_UNIX, .win = { "a", 1 },
	      .domain = { "*", 1 }, .unix = { "u", 1 } },
	    NULL, "no '*' for domains" },
	{ { .direction = IDM_RULE_TO_UNIX, .win = { "a\"", 2 },
	      .domain = { "", 0 }, .unix = { "u", 1 } }, NULL, "double quote" },
	{ { .direction = IDM_RULE_TO_UNIX, .win = { "a", 1 },
	      .domain = { "", 0 }, .unix = { "!u", 2 } },
	    NULL, "such a UNIX name" },
	{ { .direction = IDM_RULE_TO_UNIX, .win = { "+a", 2 },
	      .domain = { "", 0 }, .unix = { "u", 1 } }, NULL, "for a group" },
};
/* clang-format on */

static void
test_smbusers_is_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(written); i++) {
		struct idm_str before = { "", 0 };
		struct idm_buf text;
		struct idm_err err;
		const char *remark;
		enum idm_status st;

		idm_buf_init(&text, 4096);
		st = smbusers_put(
		    &text, &written[i].rule, before, &remark, &err);
		if (written[i].line == NULL) {
			assert_int_equal(st, IDM_REFUSED);
			assert_remark("refused", err.text, written[i].remark);
		} else {
			assert_int_equal(st, IDM_OK);
			assert_string_equal(
			    idm_buf_text(&text), written[i].line);
			assert_remark(
			    written[i].line, remark, written[i].remark);
		}
		idm_buf_fini(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usermapcfg_is_read),
		cmocka_unit_test(test_bad_usermapcfg_is_refused),
		cmocka_unit_test(test_usermapcfg_round_trip),
		cmocka_unit_test(test_smbusers_is_read),
		cmocka_unit_test(test_bad_smbusers_is_refused),
		cmocka_unit_test(test_names_behind_a_bad_one_are_read),
		cmocka_unit_test(test_smbusers_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
