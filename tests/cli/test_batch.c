/* The lines of a batch, taken apart. */

#include "tests/unit.h"

#include "base/attr.h"

#include "cli/batch.h"

#define WORDS_MAX 6

/* clang-format off */
static const struct {
	const char *name;
	const char *lines[3];
	const char *words[WORDS_MAX]; /* without the program's name */
} good[] = {
	{ "words", { "add a b\n" }, { "add", "a", "b" } },
	{ "tabs, as list has them", { "add -d\twinuser:a@b\tunixuser:c\n" },
	    { "add", "-d", "winuser:a@b", "unixuser:c" } },
	{ "no newline at the end", { "list" }, { "list" } },
	{ "an empty line", { "\n" }, { NULL } },
	{ "blanks", { " \t \n" }, { NULL } },
	{ "CR LF", { "add a b\r\n" }, { "add", "a", "b" } },
	{ "CR inside", { "add a\rb\n" }, { "add", "a", "b" } },
	{ "quotes", { "add \"a b\" c\n" }, { "add", "a b", "c" } },
	{ "quotes in a word", { "winuser:\"Bob X\"@d\n" },
	    { "winuser:Bob X@d" } },
	{ "quoted twice", { "a\"b c\"d\"e f\"\n" }, { "ab cde f" } },
	{ "an empty word", { "add winuser:x \"\"\n" },
	    { "add", "winuser:x", "" } },
	{ "an empty word in a word", { "unixuser:\"\"\n" }, { "unixuser:" } },
	{ "a backslash", { "a\\ b \\\\ \\\"c\n" }, { "a b", "\\", "\"c" } },
	{ "a backslash in quotes", { "\"a\\\"b\\\\c\"\n" }, { "a\"b\\c" } },
	{ "a single quote", { "it's 'a b'\n" }, { "it's", "'a", "b'" } },
	{ "a dollar", { "$HOME `x`\n" }, { "$HOME", "`x`" } },
	{ "a comment", { "# add a b\n" }, { NULL } },
	{ "a comment behind words", { "list # all\n" }, { "list" } },
	{ "no comment in a word", { "a#b\n" }, { "a#b" } },
	{ "no comment when quoted", { "\\#a \"#b\"\n" }, { "#a", "#b" } },
	{ "a comment is not continued", { "# a \\\n" }, { NULL } },
	{ "continued", { "add \\\n", "a \\\r\n", "b\n" }, { "add", "a", "b" } },
	{ "continued at once", { "\\\n", "list\n" }, { "list" } },
	{ "a backslash stuck to a word", { "list\\\n" }, { "list\n" } },
	{ "UTF-8", { "\xc3\xa4 \xf0\x9f\x98\x80\n" },
	    { "\xc3\xa4", "\xf0\x9f\x98\x80" } },
};

static const struct {
	const char *line;
	size_t len;
	const char *why;
} bad[] = {
	{ "add \"a b\n", 9, "not closed" },
	{ "add a\"\n", 7, "not closed" },
	{ "add \"a\\\n", 8, "not closed" },
	{ "add \"a\\\"\n", 9, "not closed" },
	{ "add a\0b\n", 8, "NUL" },
};
/* clang-format on */

static void
test_words_are_taken_as_documented(void **state)
{
	struct batch_words words;

	(void)state;
	batch_init(&words);
	for (size_t i = 0; i < IDM_COUNTOF(good); i++) {
		struct idm_err err;
		bool more = true;
		char **argv;
		int argc;

		assert_good(batch_begin(&words, "idmap", &err), err);
		for (size_t j = 0; more; j++) {
			if (good[i].lines[j] == NULL)
				fail_msg("%s: continued", good[i].name);
			assert_good(
			    batch_line(&words, idm_str_of(good[i].lines[j]),
				&more, &err),
			    err);
		}
		assert_good(batch_argv(&words, &argc, &argv, &err), err);
		assert_string_equal(argv[0], "idmap");
		for (int j = 1; j <= argc; j++) {
			const char *word = good[i].words[j - 1];

			if ((word == NULL) != (argv[j] == NULL) ||
			    (word != NULL && strcmp(word, argv[j]) != 0))
				fail_msg("%s: word %d is '%s'", good[i].name, j,
				    argv[j] == NULL ? "none" : argv[j]);
		}
	}
	batch_fini(&words);
}

static void
test_what_makes_no_sense_is_refused(void **state)
{
	struct batch_words words;

	(void)state;
	batch_init(&words);
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct idm_str line = { bad[i].line, bad[i].len };
		struct idm_err err;
		bool more;

		assert_good(batch_begin(&words, "idmap", &err), err);
		assert_fails(batch_line(&words, line, &more, &err), IDM_INVALID,
		    err, bad[i].why);
	}
	batch_fini(&words);
}

static void
test_a_line_may_be_long(void **state)
{
	enum { LEN = 1000000 };
	struct batch_words words;
	struct idm_buf line;
	struct idm_err err;
	bool more;
	char **argv;
	int argc;

	(void)state;
	idm_buf_init(&line, LEN * 2);
	for (int i = 0; i < LEN / 2; i++)
		idm_buf_puts(&line, "a ");
	for (int i = 0; i < LEN / 2; i++)
		idm_buf_puts(&line, "b");
	batch_init(&words);
	assert_good(batch_begin(&words, "idmap", &err), err);
	assert_good(batch_line(&words, (struct idm_str){ line.data, line.len },
			&more, &err),
	    err);
	assert_good(batch_argv(&words, &argc, &argv, &err), err);
	assert_int_equal(argc, LEN / 2 + 2);
	assert_int_equal(strlen(argv[argc - 1]), LEN / 2);
	batch_fini(&words);
	idm_buf_fini(&line);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_taken_as_documented),
		cmocka_unit_test(test_what_makes_no_sense_is_refused),
		cmocka_unit_test(test_a_line_may_be_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
