#include <gdbm.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/random.h"
#include "tests/unit.h"

#include "map/edit.h"
#include "map/shape.h"

static const struct idm_ruleset_name scheme = { IDM_RULESET_SCHEME, "corp" };
static const struct idm_ruleset_name uids = { IDM_RULESET_ATTRIBUTE, "uid" };

static struct fixture fixture;

static int
make_folder(void **state)
{
	(void)state;
	fixture_make(&fixture, geteuid());
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	fixture_remove(&fixture);
	return 0;
}

static struct idm_descriptor
descriptor_of(const char *text)
{
	struct idm_descriptor descriptor;
	struct idm_err err;

	assert_good(
	    idm_descriptor_parse(idm_str_of(text), &descriptor, &err), err);
	return descriptor;
}

static struct idm_entry
entry_of(const char *remote, const char *target)
{
	return (struct idm_entry){
		.remote = idm_str_of(remote),
		.target = idm_str_of(target),
	};
}

static void
install(struct idm_rewrite *rewrite, struct idm_ruleset_name name,
    const char *descr)
{
	struct idm_descriptor descriptor = descriptor_of(descr);
	struct idm_err err;

	assert_good(idm_edit_install(rewrite, name, &descriptor, &err), err);
}

/* Add an entry; say whether it was there. */
static bool
add(struct idm_rewrite *rewrite, struct idm_ruleset_name name,
    const char *remote, const char *target)
{
	struct idm_entry entry = entry_of(remote, target);
	bool unchanged = false;
	struct idm_err err;

	assert_good(idm_edit_add(rewrite, name, &entry, &unchanged, &err), err);
	return unchanged;
}

static enum idm_status
try_add(struct idm_rewrite *rewrite, const char *remote, const char *target,
    struct idm_err *err)
{
	struct idm_entry entry = entry_of(remote, target);
	bool unchanged;

	return idm_edit_add(rewrite, scheme, &entry, &unchanged, err);
}

/* The entries of a map that is in place, as "REMOTE=TARGET ...". */
static void
assert_entries(struct idm_ruleset_name name, const char *expected)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_entries entries;
	struct idm_buf buf;
	struct idm_err err;

	idm_buf_init(&buf, 1 << 20);
	assert_good(
	    idm_entries_load(idm_rewrite_view(rewrite), name, &entries, &err),
	    err);
	for (size_t i = 0; i < entries.n; i++) {
		idm_buf_printf(&buf, "%s%.*s=%.*s", i == 0 ? "" : " ",
		    (int)entries.entry[i].remote.len,
		    entries.entry[i].remote.data,
		    (int)entries.entry[i].target.len,
		    entries.entry[i].target.data);
	}
	assert_string_equal(idm_buf_text(&buf), expected);
	idm_buf_fini(&buf);
	idm_entries_free(&entries);
	idm_rewrite_end(&rewrite);
}

/* A list's record, as "NAME NAME ...". */
static void
assert_list(struct idm_rewrite *rewrite, const char *key, const char *expected)
{
	struct idm_cursor cursor;
	struct idm_str value;
	struct idm_buf buf;
	struct idm_err err;
	uint32_t n;

	idm_buf_init(&buf, 4096);
	assert_int_equal(
	    idm_rewrite_get(rewrite, key, strlen(key), &value), IDM_OK);
	assert_good(idm_list_read(value, &cursor, &n, &err), err);
	for (uint32_t i = 0; i < n; i++) {
		struct idm_str name = idm_cursor_str(&cursor);

		idm_buf_printf(&buf, "%s%.*s", i == 0 ? "" : " ", (int)name.len,
		    name.data);
	}
	assert_string_equal(idm_buf_text(&buf), expected);
	idm_buf_fini(&buf);
}

static struct idm_ruleset
ruleset_of(struct idm_rewrite *rewrite, struct idm_ruleset_name name)
{
	char key[64];
	struct idm_ruleset ruleset;
	struct idm_str value;
	struct idm_err err;
	int n = snprintf(key, sizeof(key), "%c/%s", name.kind, name.name);

	assert_int_equal(
	    idm_rewrite_get(rewrite, key, (size_t)n, &value), IDM_OK);
	assert_good(idm_ruleset_read(value, &ruleset, &err), err);
	return ruleset;
}

static uint64_t
epoch_of(struct idm_rewrite *rewrite)
{
	struct idm_policy policy;
	struct idm_str value;
	struct idm_err err;

	assert_int_equal(idm_rewrite_get(rewrite, "policy", 6, &value), IDM_OK);
	assert_good(idm_policy_read(value, &policy, &err), err);
	return policy.epoch;
}

static void
test_a_new_scheme_is_listed_and_serves(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_ruleset first, second;
	struct idm_err err;

	(void)state;
	install(rewrite, scheme, "M2!M1");
	install(rewrite, uids, "M1@M2");
	assert_list(rewrite, "rulesets", "a/uid s/corp");
	assert_list(rewrite, "serving", "corp");
	first = ruleset_of(rewrite, scheme);
	assert_int_equal(first.kind, IDM_RULESET_SCHEME);
	assert_false(first.user_mode);
	assert_int_equal(first.serve, IDM_SERVE_AUTO);
	assert_int_equal(first.entries, 0);

	/* One made again is another one: users' entries do not fit it. */
	assert_good(idm_edit_drop(rewrite, scheme, &err), err);
	install(rewrite, scheme, "M2!M1");
	second = ruleset_of(rewrite, scheme);
	assert_true(first.creation != second.creation);
	idm_rewrite_end(&rewrite);
}

/* clang-format off */
static const struct {
	const char *descriptor;
	enum idm_serve serve;
	bool serves;
} serving[] = {
	{ "M2!M1",    IDM_SERVE_AUTO, true },
	{ "M1@M2.M3", IDM_SERVE_AUTO, true },
	{ "M1",       IDM_SERVE_AUTO, false },
	{ "M1:M2",    IDM_SERVE_AUTO, false },
	{ "M1@M2/M3", IDM_SERVE_AUTO, false },
	{ "M1",       IDM_SERVE_YES,  true },
	{ "M1:M2",    IDM_SERVE_YES,  true },
	{ "M2!M1",    IDM_SERVE_NO,   false },
};
/* clang-format on */

static void
test_which_schemes_serve(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(serving); i++) {
		struct idm_rewrite *rewrite = fixture_begin(&fixture);
		struct idm_err err;

		install(rewrite, (struct idm_ruleset_name){ 's', "other" },
		    "M2!M1");
		install(rewrite, scheme, serving[i].descriptor);
		assert_good(
		    idm_edit_serve(rewrite, "corp", serving[i].serve, &err),
		    err);
		assert_list(rewrite, "serving",
		    serving[i].serves ? "corp other" : "other");
		idm_rewrite_end(&rewrite);
	}
}

static void
test_only_so_many_can_serve(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_descriptor two = descriptor_of("M2!M1");
	struct idm_ruleset_name name = { IDM_RULESET_SCHEME, NULL };
	uint64_t epoch;
	struct idm_err err;
	char text[16];

	(void)state;
	for (int i = 0; i < IDM_SERVING_MAX; i++) {
		(void)snprintf(text, sizeof(text), "s%d", i);
		name.name = text;
		install(rewrite, name, "M2!M1");
	}
	epoch = epoch_of(rewrite);
	assert_fails(idm_edit_install(rewrite, scheme, &two, &err),
	    IDM_EXHAUSTED, err, "there are 64 already");
	assert_int_equal(epoch_of(rewrite), epoch);
	assert_fails(idm_edit_drop(rewrite, scheme, &err), IDM_NOTFOUND, err,
	    "no such scheme: corp");
	assert_good(idm_edit_serve(rewrite, "s7", IDM_SERVE_NO, &err), err);
	install(rewrite, scheme, "M2!M1");
	idm_rewrite_end(&rewrite);
}

/* clang-format off */
static const struct {
	const char *name;
	enum idm_status status;
	const char *why;
} bad_names[] = {
	{ "attrmap", IDM_INVALID,  "reserved" },
	{ "../x",    IDM_INVALID,  "begins with '.'" },
	{ "",        IDM_INVALID,  "empty" },
	{ "a/b",     IDM_INVALID,  "byte 0x2f at 2" },
	{ "corp",    IDM_CONFLICT, "scheme 'corp' exists already" },
};

static const struct {
	const char *remote;
	const char *target;
	enum idm_status status;
	const char *why;
} bad_entries[] = {
	{ "nosplit",     "foo",  IDM_INVALID,  "nosplit: " },
	{ "a!b!c",       "foo",  IDM_INVALID,  "a!b!c: " },
	{ "a!b[",        "foo",  IDM_INVALID,  "a!b[: " },
	{ "a!b\n",       "foo",  IDM_INVALID,  "a!b?: " },
	{ "a!b",         "%3",   IDM_INVALID,  "%3" },
	{ "a!b",         "%x",   IDM_INVALID,  "%x" },
	{ "comunix!foo", "bar",  IDM_CONFLICT,
	    "'comunix!foo' maps to 'foo' already: delete that entry first" },
	{ "com*!*",      "bar",  IDM_CONFLICT,
	    "'com*!*' maps to '%1' already: delete that entry first" },
};
/* clang-format on */

static void
test_refusals_name_the_reason_and_change_nothing(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_descriptor descriptor = descriptor_of("M2!M1");
	struct idm_err err;
	uint64_t epoch;

	(void)state;
	install(rewrite, scheme, "M2!M1");
	add(rewrite, scheme, "comunix!foo", "foo");
	add(rewrite, scheme, "com*!*", "%1");
	epoch = epoch_of(rewrite);
	for (size_t i = 0; i < IDM_COUNTOF(bad_names); i++) {
		struct idm_ruleset_name name = { IDM_RULESET_SCHEME,
			bad_names[i].name };

		assert_fails(idm_edit_install(rewrite, name, &descriptor, &err),
		    bad_names[i].status, err, bad_names[i].why);
	}
	for (size_t i = 0; i < IDM_COUNTOF(bad_entries); i++) {
		assert_fails(try_add(rewrite, bad_entries[i].remote,
				 bad_entries[i].target, &err),
		    bad_entries[i].status, err, bad_entries[i].why);
	}
	assert_int_equal(epoch_of(rewrite), epoch);
	assert_int_equal(ruleset_of(rewrite, scheme).entries, 2);
	fixture_commit(rewrite);
	assert_entries(scheme, "comunix!foo=foo com*!*=%1");
}

/* clang-format off */
static const char *const absent[] = {
	"nosplit", "b!a", "a!bb", "*!x", "x*!*", "com*!?",
};
/* clang-format on */

static void
test_what_is_not_there_cannot_be_deleted(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_err err;

	(void)state;
	assert_fails(idm_edit_delete(rewrite, scheme, idm_str_of("a!b"), &err),
	    IDM_NOTFOUND, err, "no such scheme: corp");
	install(rewrite, scheme, "M2!M1");
	add(rewrite, scheme, "a!b", "foo");
	add(rewrite, scheme, "com*!*", "%1");
	for (size_t i = 0; i < IDM_COUNTOF(absent); i++) {
		assert_fails(idm_edit_delete(
				 rewrite, scheme, idm_str_of(absent[i]), &err),
		    IDM_NOTFOUND, err, absent[i]);
	}
	idm_rewrite_end(&rewrite);
}

static void
test_the_same_again_changes_nothing(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_entry entry = entry_of("a!b", "foo");
	struct idm_ruleset ruleset;
	bool unchanged;
	struct idm_err err;
	uint64_t epoch;

	(void)state;
	install(rewrite, scheme, "M2!M1");
	assert_false(add(rewrite, scheme, "a!b", "foo"));
	assert_false(add(rewrite, scheme, "*!b", "foo"));
	epoch = epoch_of(rewrite);
	assert_true(add(rewrite, scheme, "a!b", "foo"));
	assert_true(add(rewrite, scheme, "*!b", "foo"));
	assert_int_equal(epoch_of(rewrite), epoch);

	entry.flags = IDM_ENTRY_PRIVILEGED;
	assert_good(
	    idm_edit_add(rewrite, scheme, &entry, &unchanged, &err), err);
	assert_false(unchanged);
	entry.remote = idm_str_of("*!b");
	assert_good(
	    idm_edit_add(rewrite, scheme, &entry, &unchanged, &err), err);
	assert_false(unchanged);
	assert_int_equal(epoch_of(rewrite), epoch + 2);
	ruleset = ruleset_of(rewrite, scheme);
	assert_int_equal(ruleset.entries, 2);
	assert_int_equal(ruleset.nshapes, 1);
	idm_rewrite_end(&rewrite);
}

static void
test_shapes_come_and_go_with_their_entries(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_err err;

	(void)state;
	install(rewrite, scheme, "M2!M1");
	add(rewrite, scheme, "a*!*", "%1");
	add(rewrite, scheme, "b*!*", "%1");
	add(rewrite, scheme, "b*!*x", "%1");
	assert_int_equal(ruleset_of(rewrite, scheme).nshapes, 2);
	assert_int_equal(ruleset_of(rewrite, scheme).next_shape, 2);
	assert_good(
	    idm_edit_delete(rewrite, scheme, idm_str_of("a*!*"), &err), err);
	assert_int_equal(ruleset_of(rewrite, scheme).nshapes, 2);
	assert_good(
	    idm_edit_delete(rewrite, scheme, idm_str_of("b*!*"), &err), err);
	assert_int_equal(ruleset_of(rewrite, scheme).nshapes, 1);
	/* An id is never used twice. */
	add(rewrite, scheme, "a*!*", "%1");
	assert_int_equal(ruleset_of(rewrite, scheme).next_shape, 3);
	fixture_commit(rewrite);
	assert_entries(scheme, "b*!*x=%1 a*!*=%1");
}

static void
test_there_is_a_limit_to_shapes(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	enum idm_status status = IDM_OK;
	char remote[300];
	struct idm_err err;
	int n = 0;

	(void)state;
	install(rewrite, scheme, "M2!M1");
	for (int x = 0; x < 70 && status == IDM_OK; x++) {
		for (int y = 0; y < 70 && status == IDM_OK; y++) {
			(void)snprintf(remote, sizeof(remote), "%.*s*!%.*s*", x,
			    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
			    "aaaaaaaaaaaaaaaaaaaaaaa",
			    y,
			    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
			    "bbbbbbbbbbbbbbbbbbbbbbb");
			status = try_add(rewrite, remote, "%1", &err);
			n += status == IDM_OK;
		}
	}
	assert_int_equal(status, IDM_EXHAUSTED);
	assert_string_equal(
	    err.text, "corp has 4096 shapes of patterns, which is the limit");
	assert_int_equal(n, IDM_SHAPES_MAX);
	/* Others still go in. */
	add(rewrite, scheme, "*!*", "%1");
	add(rewrite, scheme, "x!y", "foo");
	idm_rewrite_end(&rewrite);
}

static void
test_dropping_leaves_no_record_behind(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_ruleset_name twin = { IDM_RULESET_SCHEME, "corp2" };
	uint64_t records;
	struct idm_err err;

	(void)state;
	install(rewrite, twin, "M2!M1");
	add(rewrite, twin, "a!b", "foo");
	install(rewrite, uids, "M1");
	assert_good(idm_rewrite_commit(rewrite, NULL, NULL, &err), err);
	records = idm_view_header(idm_rewrite_view(rewrite))->records;

	install(rewrite, scheme, "M2!M1");
	add(rewrite, scheme, "a!b", "foo");
	add(rewrite, scheme, "*!b", "foo");
	assert_good(idm_rewrite_commit(rewrite, NULL, NULL, &err), err);
	add(rewrite, scheme, "c!d", "foo"); /* not on disk yet */
	assert_good(idm_edit_drop(rewrite, scheme, &err), err);
	assert_good(idm_rewrite_commit(rewrite, NULL, NULL, &err), err);
	assert_int_equal(
	    idm_view_header(idm_rewrite_view(rewrite))->records, records);
	assert_list(rewrite, "rulesets", "a/uid s/corp2");
	assert_list(rewrite, "serving", "corp2");
	idm_rewrite_end(&rewrite);
	assert_entries(twin, "a!b=foo");
}

static void
test_replace_takes_all_or_nothing(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_entry good[] = {
		entry_of("*!*", "%1"),
		entry_of("a!b", "foo"),
		entry_of("x!*", "bar"),
		entry_of("*!*", "%1"),
		entry_of("a!b", "foo"),
	};
	struct idm_entry conflict[] = {
		entry_of("x*!*", "bar"),
		entry_of("x*!*", "foo"),
	};
	struct idm_entry invalid[] = {
		entry_of("x*!*", "bar"),
		entry_of("xy", "foo"),
	};
	struct idm_ruleset ruleset;
	struct idm_err err;

	(void)state;
	install(rewrite, scheme, "M2!M1");
	add(rewrite, scheme, "old!b", "foo");
	add(rewrite, scheme, "old!b*", "foo");
	fixture_commit(rewrite);

	rewrite = fixture_begin(&fixture);
	assert_fails(idm_edit_replace(rewrite, scheme, conflict, 2, &err),
	    IDM_CONFLICT, err, "'x*!*' maps to");
	assert_fails(idm_edit_replace(rewrite, scheme, invalid, 2, &err),
	    IDM_INVALID, err, "xy: ");
	assert_false(idm_rewrite_changed(rewrite));
	assert_good(idm_edit_replace(rewrite, scheme, good, 5, &err), err);
	ruleset = ruleset_of(rewrite, scheme);
	assert_int_equal(ruleset.entries, 3);
	assert_int_equal(ruleset.nshapes, 2);
	fixture_commit(rewrite);
	assert_entries(scheme, "a!b=foo x!*=bar *!*=%1");

	rewrite = fixture_begin(&fixture);
	assert_good(idm_edit_replace(rewrite, scheme, NULL, 0, &err), err);
	fixture_commit(rewrite);
	assert_entries(scheme, "");
}

static void
test_mode_and_policy(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_policy policy = idm_policy_default;
	struct idm_err err;
	uint64_t epoch;

	(void)state;
	assert_fails(idm_edit_mode(rewrite, "corp", true, &err), IDM_NOTFOUND,
	    err, "no such scheme: corp");
	install(rewrite, scheme, "M2!M1");
	epoch = epoch_of(rewrite);
	assert_good(idm_edit_mode(rewrite, "corp", true, &err), err);
	assert_true(ruleset_of(rewrite, scheme).user_mode);
	assert_int_equal(epoch_of(rewrite), epoch + 1);
	assert_good(idm_edit_mode(rewrite, "corp", true, &err), err);
	assert_int_equal(epoch_of(rewrite), epoch + 1);
	policy.epoch = 1; /* whatever the caller thinks */
	assert_good(idm_edit_policy(rewrite, &policy, &err), err);
	assert_int_equal(epoch_of(rewrite), epoch + 2);
	idm_rewrite_end(&rewrite);
}

/* The manuals' vectors, in the order that they must come out in. */
static void
test_entries_come_in_the_total_order(void **state)
{
	static const char *const sorted[] = { "guest@mars", "bob@ux[ab]",
		"*@mars", "guest@ux*", "*@ux*", "guest@u*", "*@*" };
	struct idm_rewrite *rewrite = fixture_begin(&fixture);

	(void)state;
	install(rewrite, scheme, "M1@M2");
	for (size_t i = IDM_COUNTOF(sorted); i > 0; i--)
		add(rewrite, scheme, sorted[i - 1], "x");
	fixture_commit(rewrite);
	assert_entries(scheme,
	    "guest@mars=x *@mars=x bob@ux[ab]=x guest@ux*=x *@ux*=x "
	    "guest@u*=x *@*=x");
}

/* ---- Random operations, against a model that is a plain array. */

#define MODEL_MAX 400

struct model {
	char remote[MODEL_MAX][20];
	char target[MODEL_MAX][8];
	size_t n;
};

static size_t
model_find(const struct model *model, const char *remote)
{
	size_t i = 0;

	while (i < model->n && strcmp(model->remote[i], remote) != 0)
		i++;
	return i;
}

static enum idm_status
model_add(struct model *model, const char *remote, const char *target)
{
	size_t i = model_find(model, remote);

	if (i < model->n && strcmp(model->target[i], target) != 0)
		return IDM_CONFLICT;
	if (i == model->n)
		model->n++;
	(void)snprintf(
	    model->remote[i], sizeof(model->remote[i]), "%s", remote);
	(void)snprintf(
	    model->target[i], sizeof(model->target[i]), "%s", target);
	return IDM_OK;
}

static enum idm_status
model_delete(struct model *model, const char *remote)
{
	size_t i = model_find(model, remote);

	if (i == model->n)
		return IDM_NOTFOUND;
	model->n--;
	memcpy(model->remote[i], model->remote[model->n],
	    sizeof(model->remote[i]));
	memcpy(model->target[i], model->target[model->n],
	    sizeof(model->target[i]));
	return IDM_OK;
}

static struct idm_descriptor model_descriptor;

static int
by_total_order(const void *a, const void *b)
{
	return idm_entry_compare(&model_descriptor, a, b);
}

/* The map in place must hold what the model holds, in the total order. */
static void
assert_model(const struct model *model)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_entry expected[MODEL_MAX];
	struct idm_entries entries;
	struct idm_err err;

	for (size_t i = 0; i < model->n; i++) {
		expected[i] = entry_of(model->remote[i], model->target[i]);
	}
	qsort(expected, model->n, sizeof(*expected), by_total_order);
	assert_good(
	    idm_entries_load(idm_rewrite_view(rewrite), scheme, &entries, &err),
	    err);
	assert_int_equal(entries.n, model->n);
	assert_int_equal(ruleset_of(rewrite, scheme).entries, model->n);
	for (size_t i = 0; i < model->n; i++) {
		if (idm_str_compare(
			entries.entry[i].remote, expected[i].remote) != 0 ||
		    idm_str_compare(
			entries.entry[i].target, expected[i].target) != 0) {
			fail_msg("entry %zu is %.*s, not %s", i,
			    (int)entries.entry[i].remote.len,
			    entries.entry[i].remote.data,
			    expected[i].remote.data);
		}
	}
	idm_entries_free(&entries);
	idm_rewrite_end(&rewrite);
}

/* libgdbm must read the same records from the file as our view does. */
static void
assert_gdbm_agrees(void)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	const struct idm_view *view = idm_rewrite_view(rewrite);
	struct idm_walk walk = { 0 };
	struct idm_str key, value;
	char path[128];
	gdbm_count_t count;
	struct idm_err err;
	uint64_t n = 0;
	GDBM_FILE db;

	(void)snprintf(path, sizeof(path), "%s/map.gdbm", fixture.dir);
	db = gdbm_open(path, 0, GDBM_READER | GDBM_XVERIFY, 0, NULL);
	assert_non_null(db);
	while (idm_view_next(view, &walk, &key, &value, &err) == IDM_OK) {
		datum name = { (char *)(uintptr_t)key.data, (int)key.len };
		datum content = gdbm_fetch(db, name);

		assert_non_null(content.dptr);
		assert_int_equal(content.dsize, value.len);
		assert_memory_equal(content.dptr, value.data, value.len);
		free(content.dptr);
		n++;
	}
	assert_int_equal(gdbm_count(db, &count), 0);
	assert_int_equal(count, n);
	assert_int_equal(idm_view_header(view)->records, n);
	assert_int_equal(gdbm_close(db), 0);
	idm_rewrite_end(&rewrite);
}

/* A field that is likely to collide with others, in all their shapes. */
static void
pick_field(struct dice *dice, char *out, size_t size)
{
	static const char *const fields[] = { "a", "b", "ab", "ba", "abc", "*",
		"a*", "b*", "*a", "*b", "a*b", "a*a", "?", "a?", "[ab]",
		"a[bc]", "*a*", "ab*", "**" };

	(void)snprintf(
	    out, size, "%s", fields[roll(dice, IDM_COUNTOF(fields))]);
}

static void
random_operation(
    struct dice *dice, struct idm_rewrite *rewrite, struct model *model)
{
	char high[8], low[8], remote[20], target[8];
	enum idm_status expected, got;
	struct idm_err err;

	pick_field(dice, high, sizeof(high));
	pick_field(dice, low, sizeof(low));
	(void)snprintf(remote, sizeof(remote), "%s!%s", high, low);
	(void)snprintf(target, sizeof(target), "u%u", roll(dice, 3));
	if (roll(dice, 3) == 0) {
		expected = model_delete(model, remote);
		got = idm_edit_delete(
		    rewrite, scheme, idm_str_of(remote), &err);
	} else {
		expected = model_add(model, remote, target);
		got = try_add(rewrite, remote, target, &err);
	}
	if (got != expected)
		fail_msg("%s %s: %s", remote, target, err.text);
}

/* The same entries by replacing all of them. */
static void
replace_all(struct idm_rewrite *rewrite, const struct model *model)
{
	struct idm_entry entries[MODEL_MAX];
	struct idm_err err;

	for (size_t i = 0; i < model->n; i++)
		entries[i] = entry_of(model->remote[i], model->target[i]);
	assert_good(
	    idm_edit_replace(rewrite, scheme, entries, model->n, &err), err);
}

static void
test_random_operations_agree_with_a_model(void **state)
{
	struct dice dice = { .state = 20261123 };
	struct model *model = calloc(1, sizeof(*model));
	struct idm_rewrite *rewrite = fixture_begin(&fixture);

	(void)state;
	assert_non_null(model);
	model_descriptor = descriptor_of("M2!M1");
	install(rewrite, scheme, "M2!M1");
	fixture_commit(rewrite);
	for (int round = 0; round < 150; round++) {
		unsigned n = roll(&dice, 30);

		rewrite = fixture_begin(&fixture);
		for (unsigned i = 0; i < n; i++)
			random_operation(&dice, rewrite, model);
		if (round % 10 == 0)
			replace_all(rewrite, model);
		fixture_commit(rewrite);
		assert_model(model);
		assert_gdbm_agrees();
	}
	free(model);
}

int
main(void)
{
#define IN_A_FOLDER(test)                                                      \
	cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)
	const struct CMUnitTest tests[] = {
		IN_A_FOLDER(test_a_new_scheme_is_listed_and_serves),
		IN_A_FOLDER(test_which_schemes_serve),
		IN_A_FOLDER(test_only_so_many_can_serve),
		IN_A_FOLDER(test_refusals_name_the_reason_and_change_nothing),
		IN_A_FOLDER(test_what_is_not_there_cannot_be_deleted),
		IN_A_FOLDER(test_the_same_again_changes_nothing),
		IN_A_FOLDER(test_shapes_come_and_go_with_their_entries),
		IN_A_FOLDER(test_there_is_a_limit_to_shapes),
		IN_A_FOLDER(test_dropping_leaves_no_record_behind),
		IN_A_FOLDER(test_replace_takes_all_or_nothing),
		IN_A_FOLDER(test_mode_and_policy),
		IN_A_FOLDER(test_entries_come_in_the_total_order),
		IN_A_FOLDER(test_random_operations_agree_with_a_model),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
