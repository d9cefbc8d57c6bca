/*
 * Memory that runs out at every allocation of an edit in turn: the edit fails
 * as a whole, and what comes after it works.
 */

#include <stdlib.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/ruletext.h"
#include "tests/unit.h"

#include "map/domain.h"
#include "map/edit.h"
#include "map/namerules_edit.h"

static const struct idm_ruleset_name scheme = { IDM_RULESET_SCHEME, "corp" };

static struct fixture fixture;

/* The n-th allocation fails; 0 means none does.  Linked with --wrap. */
static int fails_at;

void *__real_malloc(size_t);
void *__real_calloc(size_t, size_t);
void *__real_realloc(void *, size_t);
void *__real_reallocarray(void *, size_t, size_t);
void *__wrap_malloc(size_t);
void *__wrap_calloc(size_t, size_t);
void *__wrap_realloc(void *, size_t);
void *__wrap_reallocarray(void *, size_t, size_t);

static bool
runs_out(void)
{
	return fails_at > 0 && --fails_at == 0;
}

void *
__wrap_malloc(size_t size)
{
	return runs_out() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return runs_out() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *old, size_t size)
{
	return runs_out() ? NULL : __real_realloc(old, size);
}

void *
__wrap_reallocarray(void *old, size_t n, size_t size)
{
	return runs_out() ? NULL : __real_reallocarray(old, n, size);
}

/* ---- The edits. */

typedef enum idm_status edit_work(struct idm_rewrite *, struct idm_err *);

static enum idm_status
add_rule(struct idm_rewrite *rewrite, const char *text, struct idm_err *err)
{
	struct idm_namerule rule = ruletext(text);
	bool unchanged;

	return idm_namerules_add(rewrite, &rule, &unchanged, err);
}

/* A domain that rules were written for before it was configured. */
static void
put_domain(struct idm_rewrite *rewrite)
{
	struct idm_domain domain = { .name = "corp", .netbios = "C" };
	struct idm_err err;
	struct idm_buf buf;

	idm_buf_init(&buf, 10000);
	idm_domains_write(&buf, &domain, 1);
	assert_good(idm_rewrite_put(rewrite, IDM_DOMAINS_KEY,
			strlen(IDM_DOMAINS_KEY), buf.data, buf.len, &err),
	    err);
	idm_buf_fini(&buf);
}

static int
make_map(void **state)
{
	static const struct fixture_entry entries[] = {
		{ "a!b", "foo", 0 },
		{ "a*!b", "foo", 0 },
		{ "c*!b", "foo", 0 },
	};
	struct fixture_ruleset ruleset = { FIXTURE_SCHEME(
	    "corp", "M2!M1", entries) };
	struct idm_rewrite *rewrite;
	struct idm_err err;

	(void)state;
	fixture_make(&fixture, geteuid());
	fixture_install(&fixture, &ruleset);
	rewrite = fixture_begin(&fixture);
	assert_good(add_rule(rewrite, "u:joe@C == u:joe", &err), err);
	assert_good(add_rule(rewrite, "u:*@C == u:*", &err), err);
	assert_good(add_rule(rewrite, "g:*@d => g:staff", &err), err);
	put_domain(rewrite);
	fixture_commit(rewrite);
	return 0;
}

static int
remove_map(void **state)
{
	(void)state;
	fixture_remove(&fixture);
	return 0;
}

static enum idm_status
add(struct idm_rewrite *rewrite, const char *remote, struct idm_err *err)
{
	struct idm_entry entry = {
		.remote = idm_str_of(remote),
		.target = idm_str_of("foo"),
	};
	bool unchanged;

	return idm_edit_add(rewrite, scheme, &entry, &unchanged, err);
}

static enum idm_status
add_literal(struct idm_rewrite *rewrite, struct idm_err *err)
{
	return add(rewrite, "x!y", err);
}

static enum idm_status
add_pattern(struct idm_rewrite *rewrite, struct idm_err *err)
{
	return add(rewrite, "xyz*!y", err);
}

static enum idm_status
delete_pattern(struct idm_rewrite *rewrite, struct idm_err *err)
{
	return idm_edit_delete(rewrite, scheme, idm_str_of("a*!b"), err);
}

static enum idm_status
install(struct idm_rewrite *rewrite, struct idm_err *err)
{
	struct idm_ruleset_name name = { IDM_RULESET_SCHEME, "other" };
	struct idm_descriptor descriptor;
	enum idm_status status;

	status = idm_descriptor_parse(idm_str_of("M1@M2"), &descriptor, err);
	if (status == IDM_OK)
		status = idm_edit_install(rewrite, name, &descriptor, err);
	return status;
}

static enum idm_status
drop(struct idm_rewrite *rewrite, struct idm_err *err)
{
	return idm_edit_drop(rewrite, scheme, err);
}

static enum idm_status
replace(struct idm_rewrite *rewrite, struct idm_err *err)
{
	struct idm_entry entry[] = {
		{ .remote = idm_str_of("k!l"), .target = idm_str_of("foo") },
		{ .remote = idm_str_of("k?!l"), .target = idm_str_of("foo") },
		{ .remote = idm_str_of("k*!l"), .target = idm_str_of("foo") },
	};

	return idm_edit_replace(
	    rewrite, scheme, entry, IDM_COUNTOF(entry), err);
}

static enum idm_status
commit(struct idm_rewrite *rewrite, struct idm_err *err)
{
	enum idm_status status = IDM_OK;

	if (!idm_rewrite_changed(rewrite))
		status = idm_edit_mode(rewrite, "corp", true, err);
	if (status == IDM_OK)
		status = idm_rewrite_commit(rewrite, NULL, NULL, err);
	return status;
}

static enum idm_status
load(struct idm_rewrite *rewrite, struct idm_err *err)
{
	struct idm_entries entries;
	enum idm_status status;

	status = idm_entries_load(
	    idm_rewrite_view(rewrite), scheme, &entries, err);
	if (status == IDM_OK)
		idm_entries_free(&entries);
	return status;
}

static enum idm_status
add_rules(struct idm_rewrite *rewrite, struct idm_err *err)
{
	return add_rule(rewrite, "g:*@e == g:*", err);
}

/* Both directions are gone through; one of them goes. */
static enum idm_status
remove_rules(struct idm_rewrite *rewrite, struct idm_err *err)
{
	struct idm_namerule like = ruletext("u:* == u:*");
	struct idm_namerule_filter filter = {
		.like = &like,
		.has_unix = true,
		.as_source = true,
	};
	size_t removed;

	return idm_namerules_remove(rewrite, &filter, &removed, err);
}

static enum idm_status
clear_rules(struct idm_rewrite *rewrite, struct idm_err *err)
{
	size_t removed;

	return idm_namerules_clear(rewrite, &removed, err);
}

static enum idm_status
rekey_rules(struct idm_rewrite *rewrite, struct idm_err *err)
{
	enum idm_status status;
	size_t moved = 0;

	status = idm_namerules_rekey(rewrite, &moved, err);
	if (status == IDM_OK)
		assert_int_equal(moved, 2);
	return status;
}

/* clang-format off */
static const struct {
	const char *name;
	edit_work *work;
} edits[] = {
	{ "add a literal",    add_literal },
	{ "add a pattern",    add_pattern },
	{ "delete a pattern", delete_pattern },
	{ "install",          install },
	{ "drop",             drop },
	{ "replace",          replace },
	{ "load",             load },
	{ "rekey rules",      rekey_rules },
	{ "add a rule",       add_rules },
	{ "remove rules",     remove_rules },
	{ "clear rules",      clear_rules },
};
/* clang-format on */

static void
fail_everywhere(const char *name, edit_work *work)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	enum idm_status status = IDM_NOMEM;
	struct idm_err err;

	for (int nth = 1; status != IDM_OK; nth++) {
		fails_at = nth;
		status = work(rewrite, &err);
		fails_at = 0;
		if (status != IDM_OK && status != IDM_NOMEM)
			fail_msg("%s, allocation %d: %s", name, nth, err.text);
		/* All or nothing. */
		if (status == IDM_NOMEM && idm_rewrite_changed(rewrite))
			fail_msg("%s, allocation %d: half done", name, nth);
		assert_true(nth < 1000);
	}
	idm_rewrite_end(&rewrite);
}

static void
test_an_edit_fails_as_a_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(edits); i++)
		fail_everywhere(edits[i].name, edits[i].work);
}

static void
test_a_commit_can_be_repeated(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	uint64_t before = idm_view_header(idm_rewrite_view(rewrite))
			      ->generation;
	enum idm_status status = IDM_NOMEM;
	struct idm_err err;

	(void)state;
	assert_good(add_pattern(rewrite, &err), err);
	for (int nth = 1; status != IDM_OK; nth++) {
		fails_at = nth;
		status = commit(rewrite, &err);
		fails_at = 0;
		if (status != IDM_OK)
			assert_fails(status, IDM_NOMEM, err, "out of memory");
	}
	idm_rewrite_end(&rewrite);
	rewrite = fixture_begin(&fixture);
	assert_int_equal(
	    idm_view_header(idm_rewrite_view(rewrite))->generation, before + 1);
	idm_rewrite_end(&rewrite);
}

static void
test_beginning_can_be_repeated(void **state)
{
	struct idm_rewrite *rewrite = NULL;
	enum idm_status status = IDM_NOMEM;
	struct idm_err err;

	(void)state;
	for (int nth = 1; status != IDM_OK; nth++) {
		fails_at = nth;
		status = idm_rewrite_begin(fixture.dir, "map.gdbm",
		    IDM_MAP_POLICY, fixture.owner, false, 0, &rewrite, &err);
		fails_at = 0;
		if (status != IDM_OK) {
			assert_fails(status, IDM_NOMEM, err, "out of memory");
			assert_null(rewrite);
		}
	}
	idm_rewrite_end(&rewrite);
}

int
main(void)
{
#define WITH_MAP(test)                                                         \
	cmocka_unit_test_setup_teardown(test, make_map, remove_map)
	const struct CMUnitTest tests[] = {
		WITH_MAP(test_an_edit_fails_as_a_whole),
		WITH_MAP(test_a_commit_can_be_repeated),
		WITH_MAP(test_beginning_can_be_repeated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
