#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit.h"

#include "map/allocated.h"
#include "map/rewrite.h"
#include "map/verify.h"

static char dir[64];
static struct idm_rewrite *rewrite;

static int
begin(void **state)
{
	struct idm_err err;

	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/idm-verify-XXXXXX");
	assert_non_null(mkdtemp(dir));
	assert_int_equal(chmod(dir, 0755), 0);
	assert_good(idm_rewrite_begin(dir, "state.gdbm", IDM_MAP_STATE,
			geteuid(), true, 0, &rewrite, &err),
	    err);
	return 0;
}

static int
end(void **state)
{
	char path[128];

	(void)state;
	idm_rewrite_end(&rewrite);
	(void)snprintf(path, sizeof(path), "%s/state.gdbm", dir);
	(void)unlink(path);
	(void)snprintf(path, sizeof(path), "%s/.state.gdbm.lock", dir);
	(void)unlink(path);
	return rmdir(dir);
}

static void
put(const char *key, struct idm_buf *value)
{
	struct idm_err err;

	assert_good(idm_rewrite_put(rewrite, key, strlen(key), value->data,
			value->len, &err),
	    err);
}

static void
put_id(const char *key, uint32_t id, char kind)
{
	struct idm_allocated allocated = {
		.id = id, .kind = (uint8_t)kind, .domain = { "*", 1 }
	};
	struct idm_buf value;
	char memory[64];

	idm_buf_init_fixed(&value, memory, sizeof(memory));
	idm_allocated_write(&value, &allocated);
	put(key, &value);
}

static void
put_owner(const char *key, const char *owner)
{
	struct idm_buf value;
	char memory[128];

	idm_buf_init_fixed(&value, memory, sizeof(memory));
	idm_owner_write(&value, idm_str_of(owner));
	put(key, &value);
}

static void
put_number(const char *key, uint64_t number)
{
	struct idm_buf value;
	char memory[16];

	idm_buf_init_fixed(&value, memory, sizeof(memory));
	idm_number_write(&value, number);
	put(key, &value);
}

/* A state that is whole: an id of both kinds, a name's, and a slice. */
static void
put_whole(void)
{
	put_id("a/u/S-1-5-21-1-2-3-4", 1000, 'B');
	put_id("a/g/S-1-5-21-1-2-3-4", 1000, 'B');
	put_owner("x/u/1000", "S-1-5-21-1-2-3-4");
	put_owner("x/g/1000", "S-1-5-21-1-2-3-4");
	put_id("b/u/al@corp", 1001, 'U');
	put_owner("x/u/1001", "al@corp");
	put_number("h/*/b", 1002);
	put_number("w/ar/S-1-5-21-1-2-3#0", 1);
	put_owner("v/ar/1", "S-1-5-21-1-2-3#0");
	put_number("h/ar/s", 2);
}

struct findings {
	char text[2048];
};

static void
keep(void *context, const char *text)
{
	struct findings *findings = context;
	size_t len = strlen(findings->text);

	(void)snprintf(
	    findings->text + len, sizeof(findings->text) - len, "%s\n", text);
}

static void
assert_finds(const char *why)
{
	struct findings findings = { "" };
	struct idm_verify_report report = { keep, &findings, 0, 0 };
	struct idm_err err;

	assert_good(idm_rewrite_commit(rewrite, NULL, NULL, &err), err);
	assert_good(idm_verify(idm_rewrite_view(rewrite), &report, &err), err);
	if (why[0] == '\0')
		assert_string_equal(findings.text, "");
	else if (strstr(findings.text, why) == NULL)
		fail_msg("found '%s', not '%s'", findings.text, why);
}

static void
test_a_whole_one_has_no_findings(void **state)
{
	(void)state;
	put_whole();
	assert_finds("");
}

static void
remove_key(const char *key)
{
	struct idm_err err;

	assert_good(idm_rewrite_delete(rewrite, key, strlen(key), &err), err);
}

/* Records that are missing, each by whoever points at it. */
static void
test_what_is_missing_is_found(void **state)
{
	static const struct {
		const char *key;
		const char *why;
	} missing[] = {
		{ "x/u/1000",
		    "'a/u/S-1-5-21-1-2-3-4': there is no 'x/u/1000'" },
		{ "a/g/S-1-5-21-1-2-3-4", "there is no 'a/g/S-1-5" },
		{ "b/u/al@corp", "'x/u/1001': there is no 'b/u/al@corp'" },
		{ "x/u/1001", "'b/u/al@corp': there is no 'x/u/1001'" },
		{ "v/ar/1", "there is no 'v/ar/1'" },
		{ "w/ar/S-1-5-21-1-2-3#0", "there is no 'w/ar/S-1-5" },
		{ "h/*/b", "would be given again" },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(missing); i++) {
		put_whole();
		remove_key(missing[i].key);
		assert_finds(missing[i].why);
	}
}

static void
test_what_contradicts_is_found(void **state)
{
	(void)state;
	put_whole();
	put_owner("x/u/1000", "S-1-5-21-1-2-3-5");
	assert_finds("id 1000 is that of 'S-1-5-21-1-2-3-5'");
	put_whole();
	put_id("a/g/S-1-5-21-1-2-3-4", 1003, 'B');
	assert_finds("and 'a/g/S-1-5-21-1-2-3-4' is 1003");
	put_whole();
	put_id("b/u/al@corp", 1001, 'G');
	assert_finds("is of kind 'G'");
	put_whole();
	put_number("h/*/b", 1001);
	assert_finds("id 1001 is not below the high-water mark");
	put_whole();
	put_number("w/ar/S-1-5-21-1-2-3#0", 3);
	assert_finds("is slice 3");
	put_whole();
	put_number("h/ar/s", 1);
	assert_finds("is not below the high-water mark of its domain");
	put_whole();
	put_owner("z/what", "is this");
	assert_finds("is of no kind that this program knows");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_a_whole_one_has_no_findings),
		CASE(test_what_is_missing_is_found),
		CASE(test_what_contradicts_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
