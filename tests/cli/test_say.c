#include <sys/socket.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit.h"

#include "base/attr.h"

#include "cli/json.h"
#include "cli/say.h"

/* clang-format off */
static const struct {
	const char *text;
	const char *clean;
} cases[] = {
	{ "",                        "" },
	{ "comunix!foo",             "comunix!foo" },
	{ "J\xc3\xbcrgen@host",      "J\xc3\xbcrgen@host" },
	{ "a\nb\tc\rd",              "a\\x0ab\\x09c\\x0dd" },
	{ "\033[31m",                "\\x1b[31m" },
	{ "\x7f",                    "\\x7f" },
	{ "\xc2\x9b" "31m",          "\\xc2\\x9b31m" },
	{ "\x9b",                    "\\x9b" },
	{ "\xff\xfe",                "\\xff\\xfe" },
	{ "\xc3",                    "\\xc3" },
	{ "\xed\xa0\x80",            "\\xed\\xa0\\x80" },
};
/* clang-format on */

static void
test_nothing_can_drive_a_terminal(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_buf buf;

		idm_buf_init(&buf, 1024);
		cli_clean(&buf, idm_str_of(cases[i].text));
		assert_string_equal(idm_buf_text(&buf), cases[i].clean);
		idm_buf_fini(&buf);
	}
}

static void
test_json_takes_any_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		json_t *json = cli_json_text(idm_str_of(cases[i].text));

		assert_non_null(json);
		assert_string_equal(json_string_value(json), cases[i].clean);
		json_decref(json);
	}
}

/* Text of many pieces comes out as it went in, with no character cut. */
static void
test_long_text_is_not_cut(void **state)
{
	char *printed = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&printed, &size);
	struct idm_buf text;

	(void)state;
	assert_non_null(out);
	idm_buf_init(&text, 1 << 20);
	for (unsigned i = 0; i < 10000; i++)
		idm_buf_puts(&text, i % 7 == 0 ? "\xe2\x82\xac" : "\xc3\xbc");
	cli_put(out, (struct idm_str){ text.data, text.len });
	assert_int_equal(fclose(out), 0);
	assert_int_equal(size, text.len);
	assert_memory_equal(printed, text.data, size);
	idm_buf_fini(&text);
	free(printed);
}

/* Lines of tools that run at once must not mix, whatever is in them. */
static void
test_a_message_is_one_write(void **state)
{
	static char got[1 << 17];
	char control[16000];
	int saved = dup(STDERR_FILENO);
	int pair[2];
	ssize_t n;

	(void)state;
	memset(control, 1, sizeof(control) - 1);
	control[sizeof(control) - 1] = '\0';
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_not_equal(saved, -1);
	assert_int_not_equal(dup2(pair[0], STDERR_FILENO), -1);
	cli_say_as("attradmin");
	cli_note("%s", control);
	cli_error("no");
	assert_int_not_equal(dup2(saved, STDERR_FILENO), -1);
	n = recv(pair[1], got, sizeof(got), MSG_DONTWAIT);
	assert_int_equal(
	    n, strlen("attradmin: note: ") + 4 * strlen(control) + 1);
	assert_memory_equal(got, "attradmin: note: \\x01\\x01", 25);
	assert_memory_equal(&got[n - 5], "\\x01\n", 5);
	n = recv(pair[1], got, sizeof(got), MSG_DONTWAIT);
	assert_int_equal(n, strlen("attradmin: no\n"));
	(void)close(saved);
	(void)close(pair[0]);
	(void)close(pair[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_can_drive_a_terminal),
		cmocka_unit_test(test_json_takes_any_bytes),
		cmocka_unit_test(test_long_text_is_not_cut),
		cmocka_unit_test(test_a_message_is_one_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
