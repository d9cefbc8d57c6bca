#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit.h"

#include "cli/mapopts.h"

#define ARGS_MAX 12

static int
count(const char *const *argv)
{
	int n = 0;

	while (argv[n] != NULL)
		n++;
	return n;
}

static enum idm_status
parse(const struct cli_tool *tool, const char *const *words,
    struct cli_request *request, struct idm_err *err)
{
	/* The parser does not write to argv; main()'s type says it might. */
	union {
		const char *const *words;
		char *const *argv;
	} both = { .words = words };

	return cli_parse(tool, count(words), both.argv, request, err);
}

/* clang-format off */
static const struct {
	const struct cli_tool *tool;
	const char *argv[ARGS_MAX];
	unsigned action;
	const char *operand;
} good[] = {
	{ &cli_idadmin, { "idadmin" }, CLI_NO_ACTION, NULL },
	{ &cli_idadmin, { "idadmin", "--json" }, CLI_NO_ACTION, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s" }, CLI_NO_ACTION, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-l", "foo" },
	    CLI_NO_ACTION, NULL },
	{ &cli_idadmin, { "idadmin", "-l", "foo", "-S", "s" },
	    CLI_NO_ACTION, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-a", "-r", "a", "-l", "b" },
	    OPT_ADD, NULL },
	{ &cli_idadmin, { "idadmin", "-Ss", "-ar", "a", "-lb" },
	    OPT_ADD, NULL },
	{ &cli_idadmin, { "idadmin", "--scheme=s", "--add", "--remote", "a",
	    "--logname=b", "--force", "--privileged", "--dry-run" },
	    OPT_ADD, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-a", "-r", "-x", "-l", "--" },
	    OPT_ADD, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-d", "-l", "b" },
	    OPT_DELETE, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-d", "-r", "a", "-l", "b" },
	    OPT_DELETE, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-I", "M1" },
	    OPT_INSTALL, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-I", "" },
	    OPT_INSTALL, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-D" }, OPT_DROP, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-u" }, OPT_USER, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-s" }, OPT_SECURE, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-c" }, OPT_CHECK, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-c", "map" },
	    OPT_CHECK, "map" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-c", "--", "-map" },
	    OPT_CHECK, "-map" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-f", "--answers", "a", "-" },
	    OPT_FIX, "-" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "--import=-" },
	    OPT_IMPORT, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "--export", "map" },
	    OPT_EXPORT, "map" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "--nss", "no" },
	    OPT_NSS, NULL },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-t", "a" }, OPT_TEST, NULL },
	{ &cli_idadmin, { "idadmin", "-a", "--help", "x", "-D" },
	    OPT_HELP, "x" },
	{ &cli_idadmin, { "idadmin", "--version" }, OPT_VERSION, NULL },
	{ &cli_attradmin, { "attradmin", "-A", "uid", "-a", "-r", "1@a", "-l",
	    "any thing" }, OPT_ADD, NULL },
	{ &cli_attradmin, { "attradmin", "-A", "uid", "-d", "-l", "1" },
	    OPT_DELETE, NULL },
	{ &cli_uidadmin, { "uidadmin", "-S", "s", "-a", "-r", "a" },
	    OPT_ADD, NULL },
	{ &cli_uidadmin, { "uidadmin", "-S", "s", "-d", "-l", "b" },
	    OPT_DELETE, NULL },
	{ &cli_uidadmin, { "uidadmin", "-S", "s", "-c" }, OPT_CHECK, NULL },
	{ &cli_uidadmin, { "uidadmin", "-S", "s", "-f" }, OPT_FIX, NULL },
};

static const struct {
	const struct cli_tool *tool;
	const char *argv[ARGS_MAX];
	const char *why;
} bad[] = {
	{ &cli_idadmin, { "idadmin", "-q" }, "unknown option '-q'" },
	{ &cli_idadmin, { "idadmin", "--quite" }, "unknown option '--quite'" },
	{ &cli_idadmin, { "idadmin", "--js" }, "unknown option '--js'" },
	{ &cli_idadmin, { "idadmin", "-A", "uid" }, "unknown option '-A'" },
	{ &cli_attradmin, { "attradmin", "-S", "s" }, "unknown option '-S'" },
	{ &cli_attradmin, { "attradmin", "-A", "a", "-u" },
	    "unknown option '-u'" },
	{ &cli_attradmin, { "attradmin", "--logname", "x" },
	    "unknown option '--logname'" },
	{ &cli_uidadmin, { "uidadmin", "-S", "s", "-I", "M1" },
	    "unknown option '-I'" },
	{ &cli_uidadmin, { "uidadmin", "-S", "s", "-D" },
	    "unknown option '-D'" },
	{ &cli_idadmin, { "idadmin", "-S" }, "-S needs an argument: scheme" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "--import" },
	    "--import needs an argument: file" },
	{ &cli_idadmin, { "idadmin", "--json=yes" },
	    "--json takes no argument" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "--scheme", "t" },
	    "-S is given twice" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-aa", "-r", "a", "-l", "b" },
	    "-a is given twice" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-a", "-d", "-l", "b" },
	    "-a and -d do not go together" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-us" },
	    "-u and -s do not go together" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-I", "M1", "-D" },
	    "-I and -D do not go together" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-a", "-r", "a" },
	    "-a: -l logname is missing" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-a", "-l", "a" },
	    "-a: -r g_name is missing" },
	{ &cli_idadmin, { "idadmin", "-a", "-r", "a", "-l", "a" },
	    "-a: -S scheme is missing" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-d", "-r", "a" },
	    "-d: -l logname is missing" },
	{ &cli_idadmin, { "idadmin", "-D" }, "-D: -S scheme is missing" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-r", "a" },
	    "-r does not go without an action" },
	{ &cli_idadmin, { "idadmin", "-l", "a" }, "-S scheme is missing" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-D", "-l", "a" },
	    "-l does not go with -D" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-D", "--json" },
	    "--json does not go with -D" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-c", "--answers", "a" },
	    "--answers does not go with -c" },
	{ &cli_idadmin, { "idadmin", "s" }, "unexpected argument 's'" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-D", "x" },
	    "unexpected argument 'x'" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-c", "x", "y" },
	    "unexpected argument 'y'" },
	{ &cli_idadmin, { "idadmin", "-S", "s", "-c", "--", "x", "-D" },
	    "unexpected argument '-D'" },
};
/* clang-format on */

static void
test_every_form_is_understood(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(good); i++) {
		struct cli_request request;
		struct idm_err err;

		if (parse(good[i].tool, good[i].argv, &request, &err) != IDM_OK)
			fail_msg("case %zu: %s", i, err.text);
		assert_int_equal(request.form->action, good[i].action);
		if (good[i].operand == NULL)
			assert_null(request.operand);
		else
			assert_string_equal(request.operand, good[i].operand);
	}
}

static void
test_anything_else_is_refused_and_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct cli_request request = { .operand = "untouched" };
		struct idm_err err;

		assert_int_equal(
		    parse(bad[i].tool, bad[i].argv, &request, &err),
		    IDM_INVALID);
		if (strstr(err.text, bad[i].why) == NULL)
			fail_msg("case %zu: said '%s', not '%s'", i, err.text,
			    bad[i].why);
		assert_string_equal(request.operand, "untouched");
	}
}

static void
test_values_are_those_given(void **state)
{
	static const char *const argv[] = { "idadmin", "-Sone", "-ar",
		"comunix!foo", "--logname=", NULL };
	struct cli_request request;
	struct idm_err err;

	(void)state;
	assert_good(parse(&cli_idadmin, argv, &request, &err), err);
	assert_string_equal(request.value[OPT_SCHEME], "one");
	assert_string_equal(request.value[OPT_REMOTE], "comunix!foo");
	assert_string_equal(request.value[OPT_LOGNAME], "");
	assert_null(request.value[OPT_ADD]);
	assert_true(cli_given(&request, OPT_ADD));
	assert_false(cli_given(&request, OPT_JSON));
}

/* The texts of help and usage, as a string that the caller frees. */
static char *
printed(
    void (*print)(const struct cli_tool *, FILE *), const struct cli_tool *tool)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	print(tool, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void
test_usage_has_every_form(void **state)
{
	char *text = printed(cli_usage, &cli_uidadmin);

	(void)state;
	assert_string_equal(text,
	    "usage: uidadmin [--json]\n"
	    "       uidadmin -S scheme [-l logname] [--json]\n"
	    "       uidadmin -S scheme -a -r g_name [-l logname]\n"
	    "       uidadmin -S scheme -d [-r g_name] -l logname\n"
	    "       uidadmin -S scheme [-l logname] -c [--json]\n"
	    "       uidadmin -S scheme [-l logname] -f [--answers file]\n"
	    "       uidadmin --help | --version\n");
	free(text);
}

/* clang-format off */
static const struct {
	const char *argv[ARGS_MAX];
	const char *usage;
} mistaken[] = {
	{ { "idadmin", "-S", "s", "-a" },
	    "usage: idadmin -S scheme -a -r g_name -l logname [--force] "
	    "[--privileged]\n"
	    "               [--dry-run]\n"
	    "       idadmin --help | --version\n" },
	{ { "idadmin", "-S", "s", "-u", "-s" },
	    "usage: idadmin -S scheme -u [--force] [--dry-run]\n"
	    "       idadmin -S scheme -s [--dry-run]\n"
	    "       idadmin --help | --version\n" },
	{ { "idadmin", "-S", "s", "-D", "-x", "-a" },
	    "usage: idadmin -S scheme -D [--dry-run]\n"
	    "       idadmin --help | --version\n" },
	{ { "idadmin", "-x", "-a" }, "usage: idadmin [--json]\n" },
	{ { "idadmin", "--help", "-x" }, "usage: idadmin [--json]\n" },
};
/* clang-format on */

static void
test_usage_of_a_mistake_is_short(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(mistaken); i++) {
		union {
			const char *const *words;
			char *const *argv;
		} both = { .words = mistaken[i].argv };
		char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		assert_non_null(out);
		cli_usage_for(
		    &cli_idadmin, count(mistaken[i].argv), both.argv, out);
		assert_int_equal(fclose(out), 0);
		/* Of a whole synopsis, the beginning says enough. */
		if (strncmp(text, mistaken[i].usage,
			strlen(mistaken[i].usage)) != 0 ||
		    (strstr(mistaken[i].usage, "--help") != NULL &&
			strcmp(text, mistaken[i].usage) != 0))
			fail_msg("case %zu: %s", i, text);
		free(text);
	}
}

static bool
contains(const char *text, size_t len, const char *part)
{
	return memmem(text, len, part, strlen(part)) != NULL;
}

static void
test_no_line_of_help_is_too_long(void **state)
{
	static const struct cli_tool *const tools[] = { &cli_idadmin,
		&cli_attradmin, &cli_uidadmin };

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(tools); i++) {
		char *text = printed(cli_help, tools[i]);
		const char *at = text;

		while (*at != '\0') {
			size_t len = strcspn(at, "\n");

			/* How long a path is, configure decides. */
			if (len > 79 && !contains(at, len, IDM_LOGFILE))
				fail_msg("%s --help: %.*s", tools[i]->name,
				    (int)len, at);
			at += len + 1;
		}
		free(text);
	}
}

/* A table that disagrees with itself would make the parser lie. */
static void
test_tables_are_consistent(void **state)
{
	(void)state;
	assert_true((int)OPT_COUNT < CLI_OPTIONS_MAX);
	for (unsigned row = 0; row < OPT_COUNT; row++) {
		const struct cli_option *option = &cli_map_options[row];

		assert_non_null(option->name);
		assert_non_null(option->brief);
		for (unsigned other = row + 1; other < OPT_COUNT; other++)
			assert_string_not_equal(
			    option->name, cli_map_options[other].name);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_form_is_understood),
		cmocka_unit_test(test_anything_else_is_refused_and_says_why),
		cmocka_unit_test(test_values_are_those_given),
		cmocka_unit_test(test_usage_has_every_form),
		cmocka_unit_test(test_usage_of_a_mistake_is_short),
		cmocka_unit_test(test_no_line_of_help_is_too_long),
		cmocka_unit_test(test_tables_are_consistent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
