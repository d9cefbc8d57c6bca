#include "tests/unit.h"

#include "identity/name.h"
#include "identity/visible.h"

/* clang-format off */
static const char *const good[] = {
	"alice", "Domain Users", "J\xc3\xbcrgen Gro\xc3\x9f",
	"\xd0\x90\xd0\xbb\xd0\xb8\xd1\x81\xd0\xb0",             /* Cyrillic */
	"\xd7\x90\xd7\x9c\xd7\x99\xd7\xa1",                     /* Hebrew */
	"\xd8\xa3\xd9\x84\xd9\x8a\xd8\xb3",                     /* Arabic */
	"\xe7\x88\xb1\xe4\xb8\xbd\xe4\xb8\x9d",                 /* Chinese */
	"e\xcc\x81va",                                          /* a mark */
	"\xf0\x9f\x90\xb1",                                     /* a cat */
};

static const struct {
	const char *text;
	const char *why;
	const char *left; /* of a text */
} bad[] = {
	{ "al\xe2\x80\xaeice",         "U+202E at 3", "alice" },
	{ "al\xe2\x80\xaaice",         "U+202A at 3", "alice" },
	{ "\xe2\x81\xa6" "alice",      "U+2066 at 1", "alice" },
	{ "alice\xe2\x81\xa9",         "U+2069 at 6", "alice" },
	{ "al\xe2\x80\x8eice",         "U+200E at 3", "alice" },
	{ "al\xe2\x80\x8fice",         "U+200F at 3", "alice" },
	{ "al\xd8\x9cice",             "U+061C at 3", "alice" },
	{ "al\xe2\x80\x8bice",         "U+200B at 3", "alice" }, /* no width */
	{ "al\xe2\x80\x8dice",         "U+200D at 3", "alice" }, /* a joiner */
	{ "al\xc2\xadice",             "U+00AD at 3", "alice" }, /* a hyphen */
	{ "\xef\xbb\xbf" "alice",      "U+FEFF at 1", "alice" },
	{ "al\xe2\x80\xa8ice",         "U+2028 at 3", "alice" }, /* a line */
	{ "al\xe2\x80\xa9ice",         "U+2029 at 3", "alice" },
	{ "al\xee\x80\x80ice",         "U+E000 at 3", "alice" }, /* private */
	{ "al\xf3\xa0\x81\xa1ice",     "U+E0061 at 3", "alice" }, /* a tag */
	{ "al\xcd\xb8ice",             "U+0378 at 3", "alice" }, /* nobody's */
	{ "al\xef\xbf\xbfice",         "U+FFFF at 3", "alice" },
	{ "al\nice",                   "U+000A at 3", "alice" },
	{ "al\xc2\x85ice",             "U+0085 at 3", "alice" },
};

/* What no exit lets pass, whoever wrote the file. */
static const unsigned turning[] = {
	0x61c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e,
	0x2066, 0x2067, 0x2068, 0x2069,
};
/* clang-format on */

static const char *
without(const char *text, struct idm_buf *buf)
{
	idm_buf_clear(buf);
	idm_visible_put(buf, idm_str_of(text));
	return idm_buf_text(buf);
}

static void
test_what_is_to_be_seen(void **state)
{
	char memory[64];
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	for (size_t i = 0; i < IDM_COUNTOF(good); i++) {
		if (idm_visible_name(idm_str_of(good[i]), &err) != IDM_OK)
			fail_msg("'%s': %s", good[i], err.text);
		assert_string_equal(without(good[i], &buf), good[i]);
	}
}

static void
test_what_is_not(void **state)
{
	char memory[64];
	struct idm_err err;
	struct idm_buf buf;

	(void)state;
	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		assert_fails(idm_visible_name(idm_str_of(bad[i].text), &err),
		    IDM_INVALID, err, bad[i].why);
		assert_string_equal(without(bad[i].text, &buf), bad[i].left);
	}
	assert_fails(idm_visible_name(idm_str_of("a\xff"), &err), IDM_INVALID,
	    err, "not UTF-8");
	assert_string_equal(without("a\xff", &buf), "a");
}

static void
put_point(char text[static 5], unsigned point)
{
	size_t n = 0;

	if (point >= 0x800) {
		text[n++] = (char)(0xe0 | point >> 12);
		text[n++] = (char)(0x80 | (point >> 6 & 0x3f));
	} else {
		text[n++] = (char)(0xc0 | point >> 6);
	}
	text[n++] = (char)(0x80 | (point & 0x3f));
	text[n++] = 'x';
	text[n] = '\0';
}

static void
test_no_exit_lets_a_text_be_turned_round(void **state)
{
	struct idm_err err;
	char text[5];

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(turning); i++) {
		put_point(text, turning[i]);
		assert_fails(idm_name_own(idm_str_of(text), &err), IDM_INVALID,
		    err, "which turns text round");
		assert_fails(idm_visible_name(idm_str_of(text), &err),
		    IDM_INVALID, err, "not to be seen");
	}
	for (unsigned point = 0xa0; point < 0xd800; point++) {
		bool is_turning = false;

		for (size_t i = 0; i < IDM_COUNTOF(turning); i++)
			is_turning = is_turning || turning[i] == point;
		put_point(text, point);
		if ((idm_name_own(idm_str_of(text), &err) == IDM_OK) ==
		    is_turning)
			fail_msg("U+%04X", point);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_to_be_seen),
		cmocka_unit_test(test_what_is_not),
		cmocka_unit_test(test_no_exit_lets_a_text_be_turned_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
