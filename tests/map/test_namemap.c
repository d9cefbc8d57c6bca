#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/unit.h"

#include "base/attr.h"
#include "map/namemap.h"
#include "tests/fixture.h"
#include "tests/permute.h"

#define LINES_MAX 6

struct line {
	const char *remote;
	const char *target;
};

/* The maps of a fixture, opened. */
static struct idm_maps *
open_maps(const struct fixture *fixture)
{
	struct idm_maps *maps = NULL;
	struct idm_err err;

	assert_good(
	    idm_maps_open(fixture->dir, fixture->owner, &maps, &err), err);
	return maps;
}

/* ---- The vectors, through a map. */

/* clang-format off */
static const struct {
	const char *what;
	struct idm_ruleset_name name;
	const char *descriptor;
	struct line lines[LINES_MAX];
	/* NULL: nothing matches; "%i": refused. */
	struct line results[LINES_MAX];
} vectors[] = {
	{ "V1", { IDM_RULESET_SCHEME, "v1" }, "M1@M2",
	    { { "guest@mars", "%i" }, { "*@mars", "%1" },
	      { "guest@ux*", "%i" }, { "*@ux*", "%1" } },
	    { { "guest@mars", "%i" }, { "bob@mars", "bob" },
	      { "guest@uxa", "%i" }, { "bob@ux", "bob" },
	      { "bob@venus", NULL } } },
	{ "V2", { IDM_RULESET_SCHEME, "v2" }, "M1@M2.M3.M4.M5",
	    { { "root@joker.sf.buu.com", "root" }, { "*@*.sf.buu.com", "%1" },
	      { "*@*.tm.buu.com", "guest" }, { "ilya@*.*.*.*", "ilya" } },
	    { { "root@joker.sf.buu.com", "root" },
	      { "ann@queen.sf.buu.com", "ann" }, { "ilya@x.tm.buu.com", "guest" },
	      { "ilya@a.b.c.d", "ilya" }, { "ann@a.b.c.d", NULL } } },
	{ "V3", { IDM_RULESET_SCHEME, "v3" }, "M1",
	    { { "s*", "two" }, { "sf*", "one" } },
	    { { "sf", "one" }, { "sfx", "one" }, { "s", "two" }, { "x", NULL } } },
	{ "V4", { IDM_RULESET_SCHEME, "v4" }, "M2!M1",
	    { { "comunix!foo", "foo" }, { "*!*", "%1" } },
	    { { "comunix!foo", "foo" }, { "comunix!bar", "bar" },
	      { "x!foo", "foo" } } },
	{ "V5", { IDM_RULESET_SCHEME, "v5" }, "M2:M1",
	    { { "pluto:*", "%1" } },
	    { { "pluto:bob", "bob" }, { "pluto:johnd", "johnd" },
	      { "mars:bob", NULL } } },
	{ "V6", { IDM_RULESET_ATTRIBUTE, "uid" }, "M1@M2",
	    { { "104@venus", "104" }, { "*@mars", "%1" } },
	    { { "101@mars", "101" }, { "104@venus", "104" },
	      { "105@venus", NULL } } },
	{ "V6, gid", { IDM_RULESET_ATTRIBUTE, "gid" }, "M1@M2",
	    { { "10@moon", "20" } },
	    { { "10@moon", "20" }, { "11@moon", NULL } } },
};
/* clang-format on */

static enum idm_status
match_either(const struct idm_maps *maps, struct idm_ruleset_name name,
    const char *remote, struct idm_match *match, struct idm_err *err)
{
	if (name.kind == IDM_RULESET_SCHEME) {
		return idm_match_scheme(
		    maps, name.name, idm_str_of(remote), match, NULL, err);
	}
	return idm_match_attribute(
	    maps, name.name, idm_str_of(remote), match, NULL, err);
}

static void
check_results(size_t v, const struct idm_maps *maps)
{
	for (size_t i = 0; vectors[v].results[i].remote != NULL; i++) {
		const struct line *line = &vectors[v].results[i];
		struct idm_match match = { .result = "untouched" };
		struct idm_err err = { 0 };
		enum idm_status st;

		st = match_either(
		    maps, vectors[v].name, line->remote, &match, &err);
		if (line->target == NULL) {
			assert_int_equal(st, IDM_NOTFOUND);
			assert_string_equal(match.result, "untouched");
		} else if (strcmp(line->target, "%i") == 0) {
			assert_int_equal(st, IDM_REFUSED);
			assert_string_equal(match.result, "");
			assert_string_equal(match.target, "%i");
		} else {
			assert_good(st, err);
			assert_string_equal(match.result, line->target);
		}
	}
}

/* Add the lines of a vector one by one, in their k-th order. */
static void
add_lines(const struct fixture *made, size_t v, size_t n, size_t k)
{
	struct idm_rewrite *rewrite = fixture_begin(made);
	size_t order[LINES_MAX];
	struct idm_err err;
	bool unchanged;

	kth_order(k, order, n);
	for (size_t i = 0; i < n; i++) {
		const struct line *line = &vectors[v].lines[order[i]];
		struct idm_entry entry = {
			.remote = idm_str_of(line->remote),
			.target = idm_str_of(line->target),
		};

		assert_good(idm_edit_add(rewrite, vectors[v].name, &entry,
				&unchanged, &err),
		    err);
	}
	fixture_commit(rewrite);
}

static void
check_order(size_t v, size_t n, size_t k)
{
	struct fixture_ruleset ruleset = {
		.name = vectors[v].name,
		.descriptor = vectors[v].descriptor,
	};
	struct fixture made;
	struct idm_maps *opened;

	fixture_make(&made, getuid());
	fixture_install(&made, &ruleset);
	add_lines(&made, v, n, k);
	opened = open_maps(&made);
	check_results(v, opened);
	idm_maps_close(&opened);
	fixture_remove(&made);
}

static void
test_vectors_in_every_order_of_insertion(void **state)
{
	(void)state;
	for (size_t v = 0; v < IDM_COUNTOF(vectors); v++) {
		size_t n = 0;

		while (n < LINES_MAX && vectors[v].lines[n].remote != NULL)
			n++;
		for (size_t k = 0; k < orders_of(n); k++)
			check_order(v, n, k);
	}
}

/* ---- One map for the rest. */

static const struct fixture_entry secure_entries[] = {
	{ "guest@mars", "%i", 0 },
	{ "*@mars", "%1", 0 },
	{ "ghost@venus", "ghost", IDM_ENTRY_FORCED },
	{ "*@venus", "bob", 0 },
	{ "admin@venus", "root", 0 },
	{ "boss@venus", "root", IDM_ENTRY_PRIVILEGED },
};
static const struct fixture_entry user_entries[] = {
	{ "comunix!foo", "foo", 0 },
	{ "comunix!vetoed", "%i", 0 },
	{ "comunix!p*", "%i", 0 },
	{ "*!*", "%1", 0 },
};
static const struct fixture_entry lonely_entries[] = {
	{ "CORP\\*", "%1", 0 },
};
static const struct fixture_entry attribute_entries[] = {
	{ "John Smith@moon", "js/1", 0 },
	{ "*@moon", "%1", 0 },
};
static const struct fixture_ruleset rulesets[] = {
	{ FIXTURE_SCHEME("secure", "M1@M2", secure_entries) },
	{ FIXTURE_SCHEME("user", "M2!M1", user_entries), .user_mode = true },
	{ FIXTURE_SCHEME("lonely", "M2\\M1", lonely_entries) },
	{ FIXTURE_ATTRIBUTE("login", "M1@M2", attribute_entries) },
};

static struct fixture fixture;
static struct idm_maps *maps;

static void
write_file(const char *name, const char *text)
{
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/%s", fixture.dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd != -1);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
}

static int
make_maps(void **state)
{
	(void)state;
	fixture_make(&fixture, getuid());
	for (size_t i = 0; i < IDM_COUNTOF(rulesets); i++)
		fixture_install(&fixture, &rulesets[i]);
	fixture_user_entry(&fixture, "user", "comunix!foo", 1001, "ann");
	fixture_user_entry(&fixture, "user", "comunix!vetoed", 1001, "ann");
	fixture_user_entry(&fixture, "user", "comunix!poe", 1001, "ann");
	fixture_user_entry(&fixture, "user", "comunix!stolen", 1001, "bob");
	fixture_user_entry(&fixture, "user", "comunix!daemon", 1, "daemon");
	fixture_user_entry(&fixture, "secure", "guest@mars", 1001, "ann");
	write_file("passwd",
	    "root:x:0:0::/root:/bin/sh\n"
	    "daemon:x:1:1::/:/bin/false\n"
	    "ann:x:1001:1001::/home/ann:/bin/sh\n"
	    "bob:x:1002:1002::/home/bob:/bin/sh\n"
	    "foo:x:1003:1003::/home/foo:/bin/sh\n"
	    "nobody:x:65534:65534::/:/bin/false\n");
	maps = open_maps(&fixture);
	return 0;
}

static int
remove_maps(void **state)
{
	char path[128];

	(void)state;
	idm_maps_close(&maps);
	(void)snprintf(path, sizeof(path), "%s/passwd", fixture.dir);
	(void)unlink(path);
	fixture_remove(&fixture);
	return 0;
}

/* Match, find the account, and expect it, or a status and a reason. */
static void
check_account(const char *scheme, const char *remote, bool strict,
    enum idm_status expected, const char *what)
{
	struct idm_account account = { .name = "untouched" };
	struct idm_err err = { 0 };
	struct idm_match match;
	enum idm_status st;

	st = idm_match_scheme(
	    maps, scheme, idm_str_of(remote), &match, NULL, &err);
	if (st == IDM_OK) {
		st = idm_match_account(&match, &maps->policy, fixture.dir,
		    strict, &account, NULL, &err);
	}
	if (st != expected ||
	    strstr(st == IDM_OK ? account.name : err.text, what) == NULL)
		fail_msg("%s: %d, account '%s', '%s'", remote, st, account.name,
		    err.text);
	if (st != IDM_OK)
		assert_string_equal(account.name, "untouched");
}

/* clang-format off */
static const struct {
	const char *scheme;
	const char *remote;
	bool strict;
	enum idm_status st;
	const char *what; /* the account, or the reason */
} accounts[] = {
	{ "secure", "guest@mars",   true,  IDM_REFUSED,  "entry 'guest@mars' of scheme 'secure' refuses" },
	{ "secure", "bob@mars",     true,  IDM_OK,       "bob" },
	{ "secure", "nil@mars",     true,  IDM_NOTFOUND, "nil" },
	/* *@venus would match, but the first match is final. */
	{ "secure", "ghost@venus",  true,  IDM_NOTFOUND, "ghost" },
	{ "secure", "any@venus",    true,  IDM_OK,       "bob" },
	{ "secure", "root@mars",    false, IDM_REFUSED,  "only a literal entry" },
	{ "secure", "daemon@mars",  false, IDM_REFUSED,  "only a literal entry" },
	{ "secure", "nobody@mars",  false, IDM_REFUSED,  "only a literal entry" },
	{ "secure", "admin@venus",  false, IDM_OK,       "root" },
	{ "secure", "admin@venus",  true,  IDM_REFUSED,  "not added with --privileged" },
	{ "secure", "boss@venus",   true,  IDM_OK,       "root" },
	{ "secure", "a b@mars",     true,  IDM_NOTFOUND, "gives no login: login name has byte 0x20" },
	{ "secure", "1001@mars",    true,  IDM_NOTFOUND, "digits only" },
	{ "secure", "-f@mars",      true,  IDM_NOTFOUND, "begins with '-'" },
	{ "user",   "comunix!foo",  true,  IDM_OK,       "ann" },
	{ "user",   "comunix!bob",  true,  IDM_OK,       "bob" },
	{ "user",   "comunix!vetoed", true, IDM_REFUSED, "entry 'comunix!vetoed'" },
	/* A pattern with %i is no veto. */
	{ "user",   "comunix!poe",  true,  IDM_OK,       "ann" },
	{ "user",   "comunix!pat",  true,  IDM_REFUSED,  "entry 'comunix!p*'" },
	{ "user",   "comunix!stolen", true, IDM_REFUSED, "uid 1001 made the entry, but 'bob' is now uid 1002" },
	{ "user",   "comunix!daemon", false, IDM_REFUSED, "only a literal entry of the administrator" },
};

static const struct {
	const char *scheme;
	const char *remote;
	const char *why;
} invalid[] = {
	{ "nosuch", "a@b",         "there is no scheme 'nosuch'" },
	{ "login",  "a@b",         "there is no scheme 'login'" },
	{ "",       "a@b",         "name is empty" },
	{ "../x",   "a@b",         "begins with '.'" },
	{ "secure/e/boss@venus", "a@b", "byte 0x2f" },
	{ "secure", "",            "is empty" },
	{ "secure", "alice",       "mandatory field is missing" },
	{ "secure", "a@mars@x",    "a separator too many" },
	{ "secure", "bob\n@mars",  "U+000A at 4" },
	{ "secure", "bob\x7f@mars", "U+007F at 4" },
	{ "secure", "bob\xc2\x85@mars", "U+0085 at 4" },
	{ "secure", "bob\xff@mars", "byte 0xff at 4, which is not UTF-8" },
	{ "secure", "bob\xed\xa0\x80@mars", "not UTF-8" },
};
/* clang-format on */

static void
test_accounts(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(accounts); i++) {
		check_account(accounts[i].scheme, accounts[i].remote,
		    accounts[i].strict, accounts[i].st, accounts[i].what);
	}
}

static void
test_invalid_questions_say_why(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(invalid); i++) {
		struct idm_match match = { .result = "untouched" };
		struct idm_err err = { 0 };

		assert_fails(
		    idm_match_scheme(maps, invalid[i].scheme,
			idm_str_of(invalid[i].remote), &match, NULL, &err),
		    IDM_INVALID, err, invalid[i].why);
		assert_string_equal(match.result, "untouched");
	}
}

static void
test_a_field_of_4_kib_is_refused(void **state)
{
	static char name[4096 + sizeof("@mars")];
	struct idm_match match;
	struct idm_err err = { 0 };

	(void)state;
	memset(name, 'a', 4096);
	memcpy(name + 4096, "@mars", sizeof("@mars"));
	assert_fails(idm_match_scheme(
			 maps, "secure", idm_str_of(name), &match, NULL, &err),
	    IDM_INVALID, err, "longer than 1023 bytes");
}

static void
test_a_match_says_what_matched(void **state)
{
	struct idm_match match;
	struct idm_err err;

	(void)state;
	assert_good(idm_match_scheme(maps, "secure", idm_str_of("boss@venus"),
			&match, NULL, &err),
	    err);
	assert_string_equal(match.scheme, "secure");
	assert_string_equal(match.remote, "boss@venus");
	assert_string_equal(match.target, "root");
	assert_true(match.literal && match.privileged);
	assert_int_equal(match.origin, IDM_ORIGIN_SYSTEM);

	assert_good(idm_match_scheme(maps, "secure", idm_str_of("bob@mars"),
			&match, NULL, &err),
	    err);
	assert_string_equal(match.remote, "*@mars");
	assert_string_equal(match.target, "%1");
	assert_string_equal(match.result, "bob");
	assert_false(match.literal || match.privileged);

	assert_good(idm_match_scheme(maps, "user", idm_str_of("comunix!foo"),
			&match, NULL, &err),
	    err);
	assert_int_equal(match.origin, IDM_ORIGIN_USER);
	assert_int_equal(match.uid, 1001);
}

static void
test_attribute_values_need_not_be_logins(void **state)
{
	struct idm_match match;
	struct idm_err err;

	(void)state;
	assert_good(idm_match_attribute(maps, "login",
			idm_str_of("John Smith@moon"), &match, NULL, &err),
	    err);
	assert_string_equal(match.result, "js/1");
	assert_good(idm_match_attribute(maps, "login", idm_str_of("1001@moon"),
			&match, NULL, &err),
	    err);
	assert_string_equal(match.result, "1001");
	assert_fails(idm_match_attribute(
			 maps, "secure", idm_str_of("a@b"), &match, NULL, &err),
	    IDM_INVALID, err, "there is no attribute map 'secure'");
}

/* In the order of their names: lonely (\), secure (@), user (!). */
static void
test_the_serving_schemes(void **state)
{
	struct idm_match match;
	bool is_foreign = true;
	struct idm_err err;

	(void)state;
	assert_int_equal(maps->nserving, 3);
	assert_fails(idm_match_serving(maps, idm_str_of("alice"), &match,
			 &is_foreign, NULL, &err),
	    IDM_NOTFOUND, err, "no scheme that serves NSS splits the name");
	assert_false(is_foreign);
	assert_good(idm_match_serving(maps, idm_str_of("bob@mars"), &match,
			&is_foreign, NULL, &err),
	    err);
	assert_true(is_foreign);
	assert_string_equal(match.scheme, "secure");
	/* The first that splits is final: user has *!*, but is not asked. */
	assert_fails(idm_match_serving(maps, idm_str_of("a!b@c"), &match,
			 &is_foreign, NULL, &err),
	    IDM_NOTFOUND, err, "no entry of scheme 'secure' matches");
	assert_true(is_foreign);
}

/* Nobody shall make a path or a line of a file of what is typed. */
static void
test_names_that_are_paths_are_not_served(void **state)
{
	static const char *const names[] = {
		"../bob@mars",
		"bob@mars/..",
		"/@mars",
		"x:0:0@mars",
		"bob@mars:",
		".@mars",
		"bob@..",
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		struct idm_match match;
		bool is_foreign = false;
		struct idm_err err;

		assert_fails(idm_match_serving(maps, idm_str_of(names[i]),
				 &match, &is_foreign, NULL, &err),
		    IDM_INVALID, err, "is not served");
		assert_true(is_foreign);
	}
}

static void
test_user_mode_without_the_users_map_is_unavailable(void **state)
{
	struct idm_maps without = *maps;
	struct idm_match match;
	struct idm_err err;

	(void)state;
	without.users = NULL;
	(void)snprintf(without.users_err.text, sizeof(without.users_err.text),
	    "eaten by mice");
	assert_fails(idm_match_scheme(&without, "user",
			 idm_str_of("comunix!foo"), &match, NULL, &err),
	    IDM_TEMPFAIL, err, "unavailable: eaten by mice");
	/* A veto stands without it, and a SECURE scheme does not need it. */
	assert_int_equal(idm_match_scheme(&without, "user",
			     idm_str_of("comunix!vetoed"), &match, NULL, &err),
	    IDM_REFUSED);
	assert_good(idm_match_scheme(&without, "secure", idm_str_of("bob@mars"),
			&match, NULL, &err),
	    err);
	without.policy.has_users = false;
	assert_fails(idm_match_scheme(&without, "user",
			 idm_str_of("comunix!foo"), &match, NULL, &err),
	    IDM_TEMPFAIL, err, "there is none yet");
}

/* An entry made for a scheme that was dropped is not inherited. */
static void
test_a_scheme_made_anew_inherits_no_user_entries(void **state)
{
	struct idm_ruleset_name name = { IDM_RULESET_SCHEME, "user" };
	struct fixture other;
	struct idm_rewrite *rewrite;
	struct idm_maps *fresh;
	struct idm_match match;
	struct idm_err err;

	(void)state;
	fixture_make(&other, getuid());
	fixture_install(&other, &rulesets[1]);
	fixture_user_entry(&other, "user", "comunix!foo", 1001, "ann");
	rewrite = fixture_begin(&other);
	assert_good(idm_edit_drop(rewrite, name, &err), err);
	fixture_commit(rewrite);
	fixture_install(&other, &rulesets[1]);
	fresh = open_maps(&other);
	assert_non_null(fresh->users);
	assert_good(idm_match_scheme(fresh, "user", idm_str_of("comunix!foo"),
			&match, NULL, &err),
	    err);
	assert_string_equal(match.result, "foo");
	idm_maps_close(&fresh);
	fixture_remove(&other);
}

/* ---- What numbers a match may lead to. */

static void
test_what_is_allowed(void **state)
{
	/* clang-format off */
	static const struct {
		uint32_t uid;
		bool literal, privileged, strict;
		const char *why; /* NULL: allowed */
	} cases[] = {
		{ 1000,  false, false, true,  NULL },
		{ 999,   false, false, false, "only a literal entry" },
		{ 999,   true,  false, false, NULL },
		{ 999,   true,  false, true,  "not added with --privileged" },
		{ 999,   true,  true,  true,  NULL },
		{ 999,   false, true,  true,  "only a literal entry" },
		{ 0,     false, false, false, "only a literal entry" },
		{ 0,     true,  false, false, NULL },
		{ 0,     true,  false, true,  "not added with --privileged" },
		{ 0,     true,  true,  true,  NULL },
		{ 65534, false, false, false, "only a literal entry" },
		{ 65534, true,  false, true,  "not added with --privileged" },
		{ 65534, true,  true,  true,  NULL },
		{ 65535, true,  true,  false, "is no id in 16 bits" },
		{ 61184, true,  true,  false, "systemd's dynamic users" },
		{ 4294967295u, true, true, false, "is no id" },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_match match = {
			.literal = cases[i].literal,
			.privileged = cases[i].privileged,
		};
		struct idm_account account = { .name = "x",
			.uid = cases[i].uid };
		struct idm_err err = { 0 };
		enum idm_status st;

		st = idm_match_allows(&match, &idm_policy_default, &account,
		    cases[i].strict, &err);
		if (cases[i].why == NULL ? st != IDM_OK
					 : st != IDM_REFUSED ||
			    strstr(err.text, cases[i].why) == NULL)
			fail_msg("case %zu: %d '%s'", i, st, err.text);
	}
}

/* ---- The trace. */

static void
keep_line(void *context, const char *text)
{
	idm_buf_puts(context, text);
	idm_buf_puts(context, "\n");
}

static void
check_trace(const char *scheme, const char *remote, const char *expected)
{
	struct idm_buf text;
	struct idm_trace trace = { keep_line, &text };
	struct idm_account account;
	struct idm_match match;

	idm_buf_init(&text, 10000);
	if (idm_match_scheme(maps, scheme, idm_str_of(remote), &match, &trace,
		NULL) == IDM_OK) {
		(void)!idm_match_account(&match, &maps->policy, fixture.dir,
		    true, &account, &trace, NULL);
	}
	assert_string_equal(idm_buf_text(&text), expected);
	idm_buf_fini(&text);
}

static void
test_the_trace_tells_every_step(void **state)
{
	(void)state;
	check_trace("secure", "root@mars",
	    "scheme 'secure' has the format M1@M2\n"
	    "field 1 is 'root'\n"
	    "field 2 is 'mars'\n"
	    "SECURE mode: users' entries do not count\n"
	    "the system map has no entry of this very name\n"
	    "patterns like '*@mars': 1 to try\n"
	    "entry '*@mars' to '%1' matches\n"
	    "%1 is 'root'\n"
	    "account 'root' has uid 0\n"
	    "policy: 'root' is a system account (uid 0); only a literal entry "
	    "of the administrator may name it\n");
	check_trace("secure", "ghost@venus",
	    "scheme 'secure' has the format M1@M2\n"
	    "field 1 is 'ghost'\n"
	    "field 2 is 'venus'\n"
	    "SECURE mode: users' entries do not count\n"
	    "the system map has an entry of this very name, to 'ghost'\n"
	    "account 'ghost': there is none\n");
	check_trace("secure", "alice",
	    "scheme 'secure' has the format M1@M2\n"
	    "the name does not split\n");
}

static void
test_the_trace_tells_of_users_and_shapes(void **state)
{
	(void)state;
	check_trace("user", "comunix!vetoed",
	    "scheme 'user' has the format M2!M1\n"
	    "field 2 is 'comunix'\n"
	    "field 1 is 'vetoed'\n"
	    "the system map has an entry of this very name, to '%i'\n"
	    "%i: the name is refused\n");
	check_trace("user", "comunix!foo",
	    "scheme 'user' has the format M2!M1\n"
	    "field 2 is 'comunix'\n"
	    "field 1 is 'foo'\n"
	    "the system map has an entry of this very name, to 'foo'\n"
	    "USER mode: uid 1001 has an entry to 'ann'\n"
	    "account 'ann' has uid 1001\n"
	    "policy: the account may be served\n");
	check_trace("user", "comunix!bob",
	    "scheme 'user' has the format M2!M1\n"
	    "field 2 is 'comunix'\n"
	    "field 1 is 'bob'\n"
	    "the system map has no entry of this very name\n"
	    "USER mode: no user has an entry of this name\n"
	    "patterns like 'comunix!b*': none\n"
	    "patterns like '*!*': 1 to try\n"
	    "entry '*!*' to '%1' matches\n"
	    "%1 is 'bob'\n"
	    "account 'bob' has uid 1002\n"
	    "policy: the account may be served\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_in_every_order_of_insertion),
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_invalid_questions_say_why),
		cmocka_unit_test(test_a_field_of_4_kib_is_refused),
		cmocka_unit_test(test_a_match_says_what_matched),
		cmocka_unit_test(test_attribute_values_need_not_be_logins),
		cmocka_unit_test(test_the_serving_schemes),
		cmocka_unit_test(test_names_that_are_paths_are_not_served),
		cmocka_unit_test(
		    test_user_mode_without_the_users_map_is_unavailable),
		cmocka_unit_test(
		    test_a_scheme_made_anew_inherits_no_user_entries),
		cmocka_unit_test(test_what_is_allowed),
		cmocka_unit_test(test_the_trace_tells_every_step),
		cmocka_unit_test(test_the_trace_tells_of_users_and_shapes),
	};

	return cmocka_run_group_tests(tests, make_maps, remove_maps);
}
