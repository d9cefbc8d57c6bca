#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/ruletext.h"
#include "tests/unit.h"

#include "map/domain.h"
#include "map/edit.h"
#include "map/host_edit.h"
#include "map/namerules.h"
#include "map/namerules_edit.h"
#include "map/rulecanon.h"

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

/* ---- Changing the rules. */

static const struct idm_domain corp = {
	.name = "corp",
	.dns = "corp.example",
	.netbios = "CORP",
	.alias = { "old.example" },
	.naliases = 1,
	.backend = IDM_BACKEND_NONE,
};
static const struct idm_domain lab = {
	.name = "lab",
	.dns = "lab.example",
	.netbios = "LAB",
	.backend = IDM_BACKEND_NONE,
};

/* Configure both domains; the default one, if any, is the one named. */
static void
configure(const char *by_default)
{
	struct idm_domain domain[2] = { corp, lab };
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_err err;
	struct idm_buf buf;

	for (unsigned i = 0; i < IDM_COUNTOF(domain); i++) {
		if (by_default != NULL &&
		    strcmp(domain[i].name, by_default) == 0)
			domain[i].flags |= IDM_DOMAIN_DEFAULT;
	}
	idm_buf_init(&buf, IDM_VALUE_MAX);
	idm_domains_write(&buf, domain, IDM_COUNTOF(domain));
	assert_good(idm_buf_status(&buf, &err), err);
	assert_good(idm_rewrite_put(rewrite, IDM_DOMAINS_KEY,
			strlen(IDM_DOMAINS_KEY), buf.data, buf.len, &err),
	    err);
	fixture_commit(rewrite);
	idm_buf_fini(&buf);
}

static enum idm_status
try_add(const char *text, uint8_t flags, bool *unchanged, struct idm_err *err)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_namerule rule = ruletext(text);
	enum idm_status st;

	rule.flags |= flags;
	st = idm_namerules_add(rewrite, &rule, unchanged, err);
	if (st != IDM_OK)
		assert_false(idm_rewrite_changed(rewrite));
	fixture_commit(rewrite);
	return st;
}

/* Add a rule; say whether it stood there. */
static bool
add(const char *text)
{
	bool unchanged = false;
	struct idm_err err;

	assert_good(try_add(text, 0, &unchanged, &err), err);
	return unchanged;
}

static void
refuse(const char *text, enum idm_status why, const char *reason)
{
	bool unchanged = false;
	struct idm_err err;

	assert_fails(try_add(text, 0, &unchanged, &err), why, err, reason);
}

/* What each() came across, a line a rule, TABs as blanks. */
static enum idm_status
put_line(void *context, const struct idm_namerule *rule, struct idm_err *err)
{
	struct idm_buf *lines = context;

	idm_namerule_put(lines, rule, false);
	idm_buf_puts(lines, "\n");
	return idm_buf_status(lines, err);
}

static void
assert_rules(const char *expected)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_buf from_view, from_rewrite;
	struct idm_err err;

	idm_buf_init(&from_view, 10000);
	idm_buf_init(&from_rewrite, 10000);
	assert_good(idm_namerules_each(
			idm_rewrite_view(rewrite), put_line, &from_view, &err),
	    err);
	assert_good(
	    idm_namerules_each_of(rewrite, put_line, &from_rewrite, &err), err);
	assert_string_equal(
	    idm_buf_text(&from_rewrite), idm_buf_text(&from_view));
	for (size_t i = 0; i < from_view.len; i++) {
		if (from_view.data[i] == '\t')
			from_view.data[i] = ' ';
	}
	assert_string_equal(idm_buf_text(&from_view), expected);
	idm_buf_fini(&from_view);
	idm_buf_fini(&from_rewrite);
	idm_rewrite_end(&rewrite);
}

static size_t
take(const struct idm_namerule_filter *filter)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	size_t removed = 12345;
	struct idm_err err;

	assert_good(idm_namerules_remove(rewrite, filter, &removed, &err), err);
	assert_int_equal(idm_rewrite_changed(rewrite), removed > 0);
	fixture_commit(rewrite);
	return removed;
}

static uint64_t
epoch(void)
{
	struct idm_maps *maps;
	struct idm_err err;
	uint64_t value;

	assert_good(
	    idm_maps_open(fixture.dir, fixture.owner, &maps, &err), err);
	value = maps->policy.epoch;
	idm_maps_close(&maps);
	return value;
}

/* ---- Looking them up. */

/* The maps of now, with their domains. */
static struct idm_maps *
open_maps(void)
{
	struct idm_maps *maps;
	struct idm_err err;

	assert_good(
	    idm_maps_open(fixture.dir, fixture.owner, &maps, &err), err);
	return maps;
}

/* All candidates in their order, as "12 3 ". */
static void
collect(struct idm_candidates *candidates, struct idm_buf *ids)
{
	struct idm_namerule rule;
	enum idm_status st;
	struct idm_err err;

	while ((st = idm_candidates_next(candidates, &rule, &err)) == IDM_OK)
		idm_buf_printf(ids, "%u ", (unsigned)rule.id);
	assert_int_equal(st, IDM_NOTFOUND);
	/* It stays at its end. */
	assert_int_equal(
	    idm_candidates_next(candidates, &rule, &err), IDM_NOTFOUND);
}

static void
assert_to_unix(
    const char *name, const char *domain, const char *kinds, const char *ids)
{
	struct idm_maps *maps = open_maps();
	struct idm_candidates candidates;
	struct idm_buf found;

	idm_buf_init(&found, 1000);
	if (idm_candidates_to_unix(&candidates, maps, idm_str_of(name),
		idm_str_of(domain), kinds[0] == 'g', kinds[1] == 'g', NULL))
		collect(&candidates, &found);
	assert_string_equal(idm_buf_text(&found), ids);
	idm_buf_fini(&found);
	idm_maps_close(&maps);
}

static void
assert_to_windows(const char *name, char kind, const char *ids)
{
	struct idm_maps *maps = open_maps();
	struct idm_candidates candidates;
	struct idm_buf found;

	idm_buf_init(&found, 1000);
	if (idm_candidates_to_windows(
		&candidates, maps, idm_str_of(name), kind == 'g', NULL))
		collect(&candidates, &found);
	assert_string_equal(idm_buf_text(&found), ids);
	idm_buf_fini(&found);
	idm_maps_close(&maps);
}

/* ---- The cases. */

static void
test_a_map_without_rules_has_no_candidates(void **state)
{
	struct idm_maps *maps = open_maps();
	struct idm_candidates candidates;

	(void)state;
	assert_false(idm_candidates_to_unix(&candidates, maps, idm_str_of("a"),
	    idm_str_of("d"), false, false, NULL));
	assert_false(idm_candidates_to_windows(
	    &candidates, maps, idm_str_of("a"), false, NULL));
	idm_maps_close(&maps);
	assert_rules("");
}

static void
test_to_unix_the_ten_steps_are_in_order(void **state)
{
	(void)state;
	/* Added from the last step to the first. */
	add("u:*@* => u:ten");
	add("u:*@* => u:");
	add("u:*@* => u:*");
	add("u:*@d => u:seven");
	add("u:*@d => u:");
	add("u:*@d => u:*");
	add("u:joe@* => u:four");
	add("u:joe@* => u:");
	add("u:joe@d => u:two");
	add("u:joe@d => u:");
	assert_to_unix("joe", "d", "uu", "10 9 8 7 6 5 4 3 2 1 ");
	assert_to_unix("JOE", "D", "uu", "10 9 8 7 6 5 4 3 2 1 ");
	assert_to_unix("jim", "d", "uu", "6 5 4 3 2 1 ");
	assert_to_unix("joe", "e", "uu", "8 7 3 2 1 ");
	assert_to_unix("jim", "", "uu", "3 2 1 ");
	/* Straight rules serve straight requests only. */
	assert_to_unix("joe", "d", "gu", "");
	assert_to_unix("joe", "d", "ug", "");
	assert_to_windows("two", 'u', "");
	add("g:joe@d => u:x");
	assert_to_unix("joe", "d", "gu", "11 ");
	assert_to_unix("joe", "d", "gg", "");
}

static void
test_to_windows_diagonal_rules_rank_behind_straight_ones(void **state)
{
	(void)state;
	add("g:c@d <= u:*");   /* 10 */
	add("g: <= u:*");      /* 9 */
	add("u:b@d <= u:*");   /* 8 */
	add("u: <= u:*");      /* 7 */
	add("g:*@d <= u:*");   /* 6 */
	add("u:*@d <= u:*");   /* 5 */
	add("g:a@d <= u:joe"); /* 4 */
	add("g: <= u:joe");    /* 3 */
	add("u:a@d <= u:joe"); /* 2 */
	add("u: <= u:joe");    /* 1 */
	assert_to_windows("joe", 'u', "10 9 8 7 6 5 4 3 2 1 ");
	assert_to_windows("Joe", 'u', "6 5 4 3 2 1 ");
	assert_to_windows("joe", 'g', "");
	assert_to_unix("a", "d", "uu", "");
}

static void
test_to_windows_the_default_domain_comes_first(void **state)
{
	(void)state;
	configure(NULL);
	add("u:*@corp.example == u:*");
	add("u:*@LAB == u:*");
	add("u:*@third == u:*");
	assert_to_windows("joe", 'u', "1 2 3 ");
	configure("lab");
	assert_to_windows("joe", 'u', "2 1 3 ");
	configure("corp");
	assert_to_windows("joe", 'u', "1 2 3 ");
}

static void
test_all_names_of_a_domain_are_one(void **state)
{
	(void)state;
	configure(NULL);
	add("u:CORP\\joe => u:joe");
	assert_to_unix("joe", "corp", "uu", "1 ");
	assert_to_unix("Joe", "Corp.Example", "uu", "1 ");
	assert_to_unix("joe", "OLD.example", "uu", "1 ");
	assert_to_unix("joe", "lab", "uu", "");
	refuse("u:JOE@old.example => u:jim", IDM_CONFLICT, "rule 1, 'add -d ");
	assert_true(add("u:Joe@corp.example => u:joe"));
	assert_rules("add -d \"winuser:CORP\\\\joe\" unixuser:joe\n");
}

static void
test_domains_that_get_other_names_take_their_rules_along(void **state)
{
	struct idm_rewrite *rewrite;
	size_t moved = 99;
	struct idm_err err;

	(void)state;
	add("u:CORP\\joe == u:joe");
	add("u:*@CORP.EXAMPLE == u:*");
	add("u:jim@* => u:jim");
	add("u:amy@corp.example <= u:amy");
	configure(NULL);
	rewrite = fixture_begin(&fixture);
	assert_good(idm_namerules_rekey(rewrite, &moved, &err), err);
	assert_int_equal(moved, 1); /* "corp" is the domain's name */
	fixture_commit(rewrite);
	assert_to_unix("joe", "old.example", "uu", "1 2 ");
	assert_to_unix("jim", "corp.example", "uu", "3 2 ");
	assert_to_windows("joe", 'u', "1 2 ");
	assert_to_windows("amy", 'u', "4 2 ");

	rewrite = fixture_begin(&fixture);
	assert_good(idm_namerules_rekey(rewrite, &moved, &err), err);
	assert_int_equal(moved, 0);
	assert_false(idm_rewrite_changed(rewrite));
	idm_rewrite_end(&rewrite);
}

static void
test_a_bare_name_gets_the_default_domain_when_there_is_one(void **state)
{
	struct idm_rewrite *rewrite;
	size_t moved = 99;
	struct idm_err err;

	(void)state;
	configure(NULL);
	add("u:joe == u:joe");
	add("u:amy <= u:amy");
	add("u:administrator => u:root");
	add("g:domain users => g:users");
	assert_to_unix("joe", "", "uu", "1 ");
	configure("corp");
	rewrite = fixture_begin(&fixture);
	assert_good(idm_namerules_rekey(rewrite, &moved, &err), err);
	assert_int_equal(moved, 3); /* the administrator is the host's */
	fixture_commit(rewrite);
	assert_to_unix("joe", "", "uu", "");
	assert_to_unix("joe", "corp.example", "uu", "1 ");
	assert_to_unix("domain users", "corp.example", "gg", "4 ");
	assert_to_windows("amy", 'u', "2 ");
	/* One that says the same is the same. */
	add("u:joe@CORP == u:joe");
	refuse("u:joe => u:jim", IDM_CONFLICT, "rule 1");

	/* A property stands above it, also one of a domain that is not there.
	 */
	rewrite = fixture_begin(&fixture);
	assert_good(
	    idm_property_put(rewrite, "default_domain", "LAB", &err), err);
	fixture_commit(rewrite);
	add("u:tim => u:tim");
	assert_to_unix("tim", "lab.example", "uu", "5 ");
	rewrite = fixture_begin(&fixture);
	assert_good(
	    idm_property_put(rewrite, "default_domain", "far.example", &err),
	    err);
	fixture_commit(rewrite);
	add("u:tom => u:tom");
	assert_to_unix("tom", "far.example", "uu", "6 ");
	assert_to_unix("tim", "lab.example", "uu", "5 ");
}

static void
test_domains_that_become_one_may_make_rivals(void **state)
{
	struct idm_rewrite *rewrite;
	size_t moved = 99;
	struct idm_err err;

	(void)state;
	add("u:CORP\\joe => u:joe");
	add("u:joe@corp.example => u:jim");
	configure(NULL);
	rewrite = fixture_begin(&fixture);
	assert_fails(idm_namerules_rekey(rewrite, &moved, &err), IDM_CONFLICT,
	    err, "rule 2: conflicts with rule 1, 'add -d \"winuser:CORP");
	assert_int_equal(moved, 99);
	assert_false(idm_rewrite_changed(rewrite));
	idm_rewrite_end(&rewrite);
}

static void
test_metacharacters_in_names_are_letters(void **state)
{
	(void)state;
	add("u:[ab]@d => u:set");
	add("u:a?@d => u:question");
	add("u:50%@d => u:percent");
	add("u:%@d => u:alone");
	add("u:x@[d] => u:domain");
	add("u:y@e <= u:[ab]");
	add("u:*@d => u:rest");
	assert_to_unix("[ab]", "d", "uu", "1 7 ");
	assert_to_unix("a", "d", "uu", "7 ");
	assert_to_unix("a?", "d", "uu", "2 7 ");
	assert_to_unix("ab", "d", "uu", "7 ");
	assert_to_unix("50%", "d", "uu", "3 7 ");
	assert_to_unix("50%25", "d", "uu", "7 ");
	assert_to_unix("%", "d", "uu", "4 7 ");
	assert_to_unix("x", "[d]", "uu", "5 ");
	assert_to_unix("x", "d", "uu", "7 ");
	assert_to_windows("[ab]", 'u', "6 ");
	assert_to_windows("a", 'u', "");
}

static void
test_a_name_that_looks_like_a_wildcard_is_none(void **state)
{
	(void)state;
	add("u:*@d => u:*");
	add("u:joe@* => u:joe");
	add("u:x@e <= u:*");
	assert_to_unix("*", "e", "uu", "");
	assert_to_unix("*", "d", "uu", "1 ");
	assert_to_unix("joe", "*", "uu", "2 ");
	assert_to_unix("jim", "*", "uu", "");
	assert_to_unix("*@d", "", "uu", "");
	assert_to_unix("joe@x", "d", "uu", "1 ");
	assert_to_windows("*", 'u', "3 ");
}

static void
test_names_are_folded_by_unicode(void **state)
{
	(void)state;
	add("u:J\xc3\x96RG@D\xc3\x9cNN == u:J\xc3\x96rg");
	assert_to_unix("j\xc3\xb6rg", "d\xc3\xbcnn", "uu", "1 ");
	/* UNIX names are exact. */
	assert_to_windows("J\xc3\x96rg", 'u', "1 ");
	assert_to_windows("j\xc3\xb6rg", 'u', "");
	refuse("u:j\xc3\xb6rg@d\xc3\xbcnn => u:x", IDM_CONFLICT, "rule 1");
}

static void
test_well_known_names_get_their_own_spelling_and_domain(void **state)
{
	char expected[400], host[IDM_HOST_NAME_MAX + 1];
	int len;

	(void)state;
	configure("corp");
	add("u:administrator == u:root");
	add("u:guest == u:nobody");
	add("g:administrators == g:sysadmin");
	add("u:fred == u:fredf");
	add("g:domain admins == g:wheel");
	add("g:EVERYONE => g:all");
	add("u:administrator@lab => u:adm");
	add("u:administrator@* => u:x");
	idm_host_name(host);
	len = snprintf(expected, sizeof(expected),
	    "add  winuser:Administrator@%s unixuser:root\n"
	    "add  winuser:Guest@%s unixuser:nobody\n"
	    "add  wingroup:Administrators@BUILTIN unixgroup:sysadmin\n"
	    "add  winuser:fred@corp.example unixuser:fredf\n"
	    "add  \"wingroup:Domain Admins@corp.example\" unixgroup:wheel\n"
	    "add -d wingroup:Everyone unixgroup:all\n"
	    "add -d winuser:administrator@lab unixuser:adm\n"
	    "add -d winuser:administrator@* unixuser:x\n",
	    host, host);
	assert_in_range(len, 1, sizeof(expected) - 1);
	assert_rules(expected);
	assert_true(add("u:ADMINISTRATOR == u:root"));
	assert_true(add("u:Fred@CORP == u:fredf"));
	assert_to_unix("everyone", "", "gg", "6 ");
}

static void
test_a_bare_name_has_no_domain_without_a_default_one(void **state)
{
	(void)state;
	add("u:fred == u:fredf");
	add("u:* => u:rest");
	assert_rules("add  winuser:fred unixuser:fredf\n"
		     "add -d winuser:* unixuser:rest\n");
	assert_to_unix("fred", "", "uu", "1 2 ");
	assert_to_unix("fred", "d", "uu", "");
}

static void
test_the_same_rule_again_is_a_success(void **state)
{
	uint64_t before;

	(void)state;
	assert_false(add("u:joe@d == u:joe"));
	before = epoch();
	assert_true(add("u:joe@d == u:joe"));
	assert_true(add("u:JOE@D == u:joe"));
	assert_true(add("u:d\\joe == u:joe"));
	assert_int_equal(epoch(), before);
	assert_false(add("u: <= u:x"));
	assert_true(add("u: <= u:x"));
	assert_false(add("u:*@d => u:*"));
	assert_true(add("u:*@d => u:*"));
	assert_int_equal(epoch(), before + 2);
	assert_rules("add  winuser:joe@d unixuser:joe\n"
		     "add -d unixuser:x winuser:\"\"\n"
		     "add -d winuser:*@d unixuser:*\n");
}

static void
test_another_privilege_replaces_the_rule(void **state)
{
	bool unchanged = true;
	struct idm_err err;

	(void)state;
	add("u:adm@d == u:root");
	add("u:joe@d == u:joe");
	assert_good(
	    try_add("u:adm@d == u:root", IDM_RULE_PRIVILEGED, &unchanged, &err),
	    err);
	assert_false(unchanged);
	assert_rules("add --privileged winuser:adm@d unixuser:root\n"
		     "add  winuser:joe@d unixuser:joe\n");
	assert_false(add("u:adm@d == u:root"));
	assert_rules("add  winuser:adm@d unixuser:root\n"
		     "add  winuser:joe@d unixuser:joe\n");
	assert_to_windows("root", 'u', "1 ");
}

static void
test_a_conflict_names_the_other_rule(void **state)
{
	(void)state;
	add("u:joe@d == u:joe");
	refuse("u:JOE@d => u:jim", IDM_CONFLICT,
	    "conflicts with rule 1, 'add  winuser:joe@d unixuser:joe': remove "
	    "that one first");
	refuse("u:jim@d <= u:joe", IDM_CONFLICT, "rule 1,");
	refuse("u:jim@d == u:joe", IDM_CONFLICT, "rule 1,");
	refuse("u:joe@d => u:joe", IDM_CONFLICT, "rule 1,");
	/* Other ranks, kinds and names live beside it. */
	add("u:joe@d => u:");
	add("u: <= u:joe");
	add("u:joe@* => u:joe");
	add("g:joe@d == g:joe");
	add("g:joe@d == u:joe");
	add("u:joe@d == g:joe");
	refuse("u:joe@d => g:x", IDM_CONFLICT, "rule 7,");
	refuse("g:x@d <= u:joe", IDM_CONFLICT, "rule 6,");
}

static void
test_the_opposite_direction_is_no_conflict(void **state)
{
	(void)state;
	add("u:joe@d => u:joe");
	add("u:joe@d <= u:joe");
	refuse("u:joe@d == u:joe", IDM_CONFLICT, "rule 1,");
	add("u:*@d => u:*");
	add("u:*@d <= u:*");
	assert_to_unix("joe", "d", "uu", "1 3 ");
	assert_to_windows("joe", 'u', "2 4 ");
}

static void
test_wildcards_of_several_domains_live_together(void **state)
{
	(void)state;
	add("u:*@d == u:*");
	add("u:*@e == u:*");
	add("u:*@f <= u:*");
	assert_true(add("u:*@E == u:*"));
	refuse("u:*@e <= u:*", IDM_CONFLICT, "rule 2,");
	add("u:x@d <= u:*");
	refuse("u:x@e <= u:*", IDM_CONFLICT, "rule 4,");
	add("g:*@d == u:*");
	assert_to_windows("joe", 'u', "1 2 3 5 4 ");
}

static void
test_bad_rules_are_refused_and_change_nothing(void **state)
{
	char text[800] = "u:";

	(void)state;
	refuse("u:joe@* == u:joe", IDM_INVALID, "cannot get any domain");
	refuse("u:jo*@d => u:joe", IDM_INVALID, "has a '*' in it");
	/* 250 letters of three bytes each in the key, and a domain. */
	memset(text + 2, '%', 250);
	text[252] = '@';
	memset(text + 253, '%', 250);
	memcpy(text + 503, " => u:x", 8);
	refuse(text, IDM_INVALID, "too long, or have too many of");
	assert_rules("");
}

/* Rules of each direction, of another domain and of groups. */
static void
add_five(void)
{
	add("u:joe@d == u:joe");
	add("u:jim@d => u:jim");
	add("u:amy@d <= u:amy");
	add("u:joe@e => u:joe");
	add("g:joe@d == g:joe");
}

#define JOE_BOTH  "add  winuser:joe@d unixuser:joe\n"
#define JOE_UNIX  "add -d winuser:joe@d unixuser:joe\n"
#define JOE_WIN   "add -d unixuser:joe winuser:joe@d\n"
#define JIM_UNIX  "add -d winuser:jim@d unixuser:jim\n"
#define AMY_WIN   "add -d unixuser:amy winuser:amy@d\n"
#define JOE_E     "add -d winuser:joe@e unixuser:joe\n"
#define JOE_GROUP "add  wingroup:joe@d unixgroup:joe\n"

static const struct {
	const char *what;
	const char *like; /* its direction counts when both names do */
	struct idm_namerule_filter filter;
	size_t removed;
	const char *rest;
} removals[] = {
	{ "name1 name2", "u:JOE@D == u:joe",
	    { .has_win = true, .has_domain = true, .has_unix = true }, 1,
	    JIM_UNIX AMY_WIN JOE_E JOE_GROUP },
	{ "-d win unix of a rule both ways", "u:joe@d => u:joe",
	    { .has_win = true,
		.has_domain = true,
		.has_unix = true,
		.as_source = true },
	    1, JOE_WIN JIM_UNIX AMY_WIN JOE_E JOE_GROUP },
	{ "-d unix win of a rule both ways", "u:joe@d <= u:joe",
	    { .has_win = true,
		.has_domain = true,
		.has_unix = true,
		.as_source = true },
	    1, JOE_UNIX JIM_UNIX AMY_WIN JOE_E JOE_GROUP },
	{ "-d win unix of a rule the other way", "u:amy@d => u:amy",
	    { .has_win = true,
		.has_domain = true,
		.has_unix = true,
		.as_source = true },
	    0, JOE_BOTH JIM_UNIX AMY_WIN JOE_E JOE_GROUP },
	{ "-d unix win", "u:amy@d <= u:amy",
	    { .has_win = true,
		.has_domain = true,
		.has_unix = true,
		.as_source = true },
	    1, JOE_BOTH JIM_UNIX JOE_E JOE_GROUP },
	{ "a UNIX name", "u: == u:joe", { .has_unix = true }, 2,
	    JIM_UNIX AMY_WIN JOE_GROUP },
	{ "-f of a UNIX name", "u: == u:joe",
	    { .has_unix = true, .as_source = true }, 1,
	    JOE_UNIX JIM_UNIX AMY_WIN JOE_E JOE_GROUP },
	{ "-t of a UNIX name", "u: == u:joe",
	    { .has_unix = true, .as_destination = true }, 2,
	    JOE_WIN JIM_UNIX AMY_WIN JOE_GROUP },
	{ "a Windows name",
	    "u:joe@d == u:", { .has_win = true, .has_domain = true }, 1,
	    JIM_UNIX AMY_WIN JOE_E JOE_GROUP },
	{ "a Windows name of any kind", "u:joe@d == u:",
	    { .has_win = true, .has_domain = true, .any_win_kind = true }, 2,
	    JIM_UNIX AMY_WIN JOE_E },
	{ "a Windows name of any domain", "u:Joe == u:", { .has_win = true }, 2,
	    JIM_UNIX AMY_WIN JOE_GROUP },
	{ "-f of a Windows name", "u:joe@d == u:",
	    { .has_win = true, .has_domain = true, .as_source = true }, 1,
	    JOE_WIN JIM_UNIX AMY_WIN JOE_E JOE_GROUP },
	{ "-t of a Windows name", "u:joe@d == u:",
	    { .has_win = true, .has_domain = true, .as_destination = true }, 1,
	    JOE_UNIX JIM_UNIX AMY_WIN JOE_E JOE_GROUP },
	{ "-t of a Windows name that is a source", "u:jim@d == u:",
	    { .has_win = true, .has_domain = true, .as_destination = true }, 0,
	    JOE_BOTH JIM_UNIX AMY_WIN JOE_E JOE_GROUP },
	{ "a name of no rule",
	    "u:joe@x == u:", { .has_win = true, .has_domain = true }, 0,
	    JOE_BOTH JIM_UNIX AMY_WIN JOE_E JOE_GROUP },
	{ "an empty name is no wildcard", "u: == u:joe",
	    { .has_win = true, .has_domain = true, .has_unix = true }, 0,
	    JOE_BOTH JIM_UNIX AMY_WIN JOE_E JOE_GROUP },
	{ "a '*' is the wildcard's rule, and no pattern",
	    "u:*@d == u:", { .has_win = true, .has_domain = true }, 0,
	    JOE_BOTH JIM_UNIX AMY_WIN JOE_E JOE_GROUP },
};

static void
test_removal_takes_what_agrees_and_leaves_the_rest(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(removals); i++) {
		struct idm_namerule_filter filter = removals[i].filter;
		struct idm_namerule like = ruletext(removals[i].like);
		uint64_t before;
		size_t removed;

		add_five();
		filter.like = &like;
		before = epoch();
		removed = take(&filter);
		if (removed != removals[i].removed)
			fail_msg("%s: removed %zu", removals[i].what, removed);
		assert_int_equal(epoch(), before + (removed > 0));
		assert_rules(removals[i].rest);
		(void)remove_folder(NULL);
		(void)make_folder(NULL);
	}
}

static void
test_what_is_removed_is_found_no_more(void **state)
{
	struct idm_namerule like = ruletext("u:joe@d => u:joe");
	struct idm_namerule_filter filter = {
		.like = &like,
		.has_win = true,
		.has_domain = true,
		.has_unix = true,
		.as_source = true,
	};

	(void)state;
	add_five();
	assert_int_equal(take(&filter), 1);
	assert_to_unix("joe", "d", "uu", "");
	assert_to_windows("joe", 'u', "1 ");
	like.direction = IDM_RULE_TO_WINDOWS;
	assert_int_equal(take(&filter), 1);
	assert_to_windows("joe", 'u', "");
	/* Ids are not used again. */
	add("u:joe@d == u:joe");
	assert_to_unix("joe", "d", "uu", "6 ");
}

static void
test_inhibiting_rules_are_removed_by_their_empty_name(void **state)
{
	struct idm_namerule like = ruletext("u: <= u:foo");
	struct idm_namerule_filter filter = {
		.like = &like,
		.has_win = true,
		.has_domain = true,
		.has_unix = true,
	};

	(void)state;
	add("u: <= u:foo");
	add("u:foo@d == u:foo");
	assert_int_equal(take(&filter), 1);
	assert_rules("add  winuser:foo@d unixuser:foo\n");
}

static void
test_clear_leaves_no_rule_and_no_record(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_str value;
	size_t removed = 99;
	struct idm_err err;

	(void)state;
	assert_good(idm_namerules_clear(rewrite, &removed, &err), err);
	assert_int_equal(removed, 0);
	assert_false(idm_rewrite_changed(rewrite));
	fixture_commit(rewrite);
	add_five();
	add("u:*@d == u:*");
	rewrite = fixture_begin(&fixture);
	assert_good(idm_namerules_clear(rewrite, &removed, &err), err);
	assert_int_equal(removed, 6);
	assert_int_equal(
	    idm_rewrite_get(rewrite, "w/uu", 4, &value), IDM_NOTFOUND);
	assert_int_equal(
	    idm_rewrite_get(rewrite, "n/u", 3, &value), IDM_NOTFOUND);
	fixture_commit(rewrite);
	assert_rules("");
	assert_to_unix("joe", "d", "uu", "");
	add("u:joe@d == u:joe");
	assert_to_unix("joe", "d", "uu", "7 ");
}

static void
test_several_changes_of_one_rewrite_see_each_other(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_namerule rule = ruletext("u:*@d == u:*");
	bool unchanged;
	struct idm_err err;
	size_t removed;

	(void)state;
	assert_good(idm_namerules_add(rewrite, &rule, &unchanged, &err), err);
	assert_false(unchanged);
	assert_good(idm_namerules_add(rewrite, &rule, &unchanged, &err), err);
	assert_true(unchanged);
	assert_good(idm_namerules_clear(rewrite, &removed, &err), err);
	assert_int_equal(removed, 1);
	assert_good(idm_namerules_add(rewrite, &rule, &unchanged, &err), err);
	assert_false(unchanged);
	fixture_commit(rewrite);
	assert_to_unix("joe", "d", "uu", "2 ");
}

/* Add one of many; what came of it. */
static enum idm_status
add_to(struct idm_namerules_adding *adding, const char *text, bool *unchanged,
    struct idm_err *err)
{
	struct idm_namerule rule = ruletext(text);

	return idm_namerules_add_one(adding, &rule, unchanged, err);
}

static void
test_rules_added_at_once_see_each_other_and_wait_for_the_end(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_namerules_adding *adding = NULL;
	bool unchanged = true;
	struct idm_err err;

	(void)state;
	assert_good(idm_namerules_add_begin(rewrite, &adding, &err), err);
	assert_good(add_to(adding, "u:*@d == u:*", &unchanged, &err), err);
	assert_false(unchanged);
	assert_good(add_to(adding, "u:joe@d == u:jo", &unchanged, &err), err);
	assert_good(add_to(adding, "u:joe@d == u:jo", &unchanged, &err), err);
	assert_true(unchanged);
	assert_fails(add_to(adding, "u:joe@d == u:other", &unchanged, &err),
	    IDM_CONFLICT, err, "conflicts with rule 2");
	assert_false(idm_rewrite_changed(rewrite));
	idm_namerules_add_free(&adding);
	assert_null(adding);
	assert_false(idm_rewrite_changed(rewrite));

	assert_good(idm_namerules_add_begin(rewrite, &adding, &err), err);
	assert_good(idm_namerules_add_finish(adding, &err), err);
	assert_false(idm_rewrite_changed(rewrite));
	assert_good(add_to(adding, "u:*@d == u:*", &unchanged, &err), err);
	assert_good(add_to(adding, "u:joe@d == u:jo", &unchanged, &err), err);
	assert_good(idm_namerules_add_finish(adding, &err), err);
	idm_namerules_add_free(&adding);
	fixture_commit(rewrite);
	assert_rules(
	    "add  winuser:*@d unixuser:*\nadd  winuser:joe@d unixuser:jo\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(test_##name, make_folder, remove_folder)
		TEST(a_map_without_rules_has_no_candidates),
		TEST(to_unix_the_ten_steps_are_in_order),
		TEST(to_windows_diagonal_rules_rank_behind_straight_ones),
		TEST(to_windows_the_default_domain_comes_first),
		TEST(all_names_of_a_domain_are_one),
		TEST(domains_that_get_other_names_take_their_rules_along),
		TEST(a_bare_name_gets_the_default_domain_when_there_is_one),
		TEST(domains_that_become_one_may_make_rivals),
		TEST(metacharacters_in_names_are_letters),
		TEST(a_name_that_looks_like_a_wildcard_is_none),
		TEST(names_are_folded_by_unicode),
		TEST(well_known_names_get_their_own_spelling_and_domain),
		TEST(a_bare_name_has_no_domain_without_a_default_one),
		TEST(the_same_rule_again_is_a_success),
		TEST(another_privilege_replaces_the_rule),
		TEST(a_conflict_names_the_other_rule),
		TEST(the_opposite_direction_is_no_conflict),
		TEST(wildcards_of_several_domains_live_together),
		TEST(bad_rules_are_refused_and_change_nothing),
		TEST(removal_takes_what_agrees_and_leaves_the_rest),
		TEST(what_is_removed_is_found_no_more),
		TEST(inhibiting_rules_are_removed_by_their_empty_name),
		TEST(clear_leaves_no_rule_and_no_record),
		TEST(several_changes_of_one_rewrite_see_each_other),
		TEST(rules_added_at_once_see_each_other_and_wait_for_the_end),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
