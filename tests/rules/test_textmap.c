#include "tests/unit.h"

#include "base/attr.h"
#include "rules/textmap.h"

#define LINES_MAX 4

/* clang-format off */
static const struct {
	const char *what;
	const char *text;
	struct {
		unsigned long line;
		const char *remote; /* NULL: no entry, and target says why */
		const char *target;
	} lines[LINES_MAX + 1];
} maps[] = {
	{ "a small map", "!M2!M1\ncomunix!foo foo\n*!* %1\n",
	    { { 2, "comunix!foo", "foo" }, { 3, "*!*", "%1" } } },
	{ "no entries", "!M1@M2\n", { { 0 } } },
	{ "no last newline", "!M1@M2\na@b c", { { 2, "a@b", "c" } } },
	{ "not even one", "!M1@M2", { { 0 } } },
	{ "CR LF", "!M1@M2\r\na@b c\r\n", { { 2, "a@b", "c" } } },
	{ "blank lines count", "!M1@M2\n\n \t\na@b c\n\nd@e f\n\n",
	    { { 4, "a@b", "c" }, { 6, "d@e", "f" } } },
	{ "blanks of all kinds", " !M1@M2 \n\ta@b\t \tc \t\n",
	    { { 2, "a@b", "c" } } },
	{ "blanks within the remote name", "!M2\\M1\nCORP\\John  Smith js\n",
	    { { 2, "CORP\\John  Smith", "js" } } },
	{ "a line that is no entry", "!M1@M2\nalone\na@b c\n\tx\n",
	    { { 2, NULL, "line 2 has no local name" }, { 3, "a@b", "c" },
	      { 4, NULL, "line 4 has no local name" } } },
	{ "content is not examined", "!M1@M2\nno-fields %x\n!M1 x\n",
	    { { 2, "no-fields", "%x" }, { 3, "!M1", "x" } } },
};

static const struct {
	const char *text;
	const char *why;
} bad_heads[] = {
	{ "",               "line 1 is not '!' and a descriptor" },
	{ "\n!M1@M2\n",     "line 1 is not '!' and a descriptor" },
	{ "M1@M2\n",        "line 1 is not '!' and a descriptor" },
	{ "a@b c\n",        "line 1 is not '!' and a descriptor" },
	{ "!\n",            "line 1: the descriptor is empty" },
	{ "!M1@\n",         "line 1: descriptor 'M1@': no field behind" },
	{ "!M1@M2 x\n",     "line 1: descriptor 'M1@M2 x': ' ' behind field 2" },
};
/* clang-format on */

static void
test_maps_are_read_line_by_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(maps); i++) {
		struct idm_textmap map;
		struct idm_descriptor desc;
		struct idm_entry entry;
		struct idm_err err = { 0 };

		assert_good(idm_textmap_open(
				&map, idm_str_of(maps[i].text), &desc, &err),
		    err);
		for (size_t j = 0; maps[i].lines[j].line != 0; j++) {
			if (maps[i].lines[j].remote == NULL) {
				assert_fails(
				    idm_textmap_next(&map, &entry, &err),
				    IDM_INVALID, err, maps[i].lines[j].target);
			} else {
				assert_good(
				    idm_textmap_next(&map, &entry, &err), err);
				if (!idm_str_is(entry.remote,
					maps[i].lines[j].remote) ||
				    !idm_str_is(
					entry.target, maps[i].lines[j].target))
					fail_msg("%s: %zu", maps[i].what, j);
			}
			assert_int_equal(map.line, maps[i].lines[j].line);
		}
		assert_fails(idm_textmap_next(&map, &entry, &err), IDM_NOTFOUND,
		    err, "the map ends");
	}
}

static void
test_a_bad_first_line_says_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(bad_heads); i++) {
		struct idm_textmap map = { .line = 42 };
		struct idm_descriptor desc = { .nfields = 42 };
		struct idm_err err = { 0 };

		assert_fails(idm_textmap_open(&map,
				 idm_str_of(bad_heads[i].text), &desc, &err),
		    IDM_INVALID, err, bad_heads[i].why);
		assert_int_equal(map.line, 42);     /* untouched */
		assert_int_equal(desc.nfields, 42); /* untouched */
	}
}

static void
test_what_is_written_is_read_again(void **state)
{
	static const char
	    text[] = "!M2\\M1\nCORP\\John Smith js\nCORP\\* %1\n*\\root %i\n";
	struct idm_textmap map;
	struct idm_descriptor desc;
	struct idm_entry entry;
	struct idm_err err;
	struct idm_buf out;

	(void)state;
	idm_buf_init(&out, 1000);
	assert_good(idm_textmap_open(&map, idm_str_of(text), &desc, &err), err);
	idm_textmap_head(&out, &desc);
	while (idm_textmap_next(&map, &entry, NULL) == IDM_OK)
		idm_textmap_line(&out, &entry);
	assert_string_equal(idm_buf_text(&out), text);
	idm_buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_maps_are_read_line_by_line),
		cmocka_unit_test(test_a_bad_first_line_says_why),
		cmocka_unit_test(test_what_is_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
