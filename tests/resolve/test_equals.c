#include "tests/resolve/world.h"

#include "map/cached.h"
#include "map/equal.h"

/*
 * Directory-based mapping among the other steps, with a directory that is made
 * up: joe of corp, and the account al that it says he equals.
 */

#define CORP "S-1-5-21-1-2-3"

static struct world world;

/* What the directories say. */
static struct {
	bool is_dark;
	uint8_t by;        /* enum idm_equal_by; 0: nothing of equals */
	const char *login; /* of joe's equal */
	uint32_t id;
	unsigned asked;
} said;

static struct idm_str
written(struct idm_buf *buf, size_t from)
{
	assert_int_equal(buf->status, IDM_OK);
	return (struct idm_str){ buf->data + from, buf->len - from };
}

static struct idm_str
put_equal(struct idm_buf *buf)
{
	const struct idm_equal equal = {
		.by = said.by,
		.sid = world_sid(CORP "-1107"),
		.domain = idm_str_of(
		    said.by == IDM_EQUAL_BY_LDAP ? "lab" : "corp"),
		.account = idm_str_of("Joe"),
		.in = idm_str_of(said.by == IDM_EQUAL_BY_LDAP ? "corp" : ""),
		.login = { idm_str_of(said.login), idm_str_of("") },
		.id = said.id,
		.dn = idm_str_of("CN=joe,DC=corp"),
	};
	size_t from = buf->len;

	idm_equal_write(buf, &equal);
	return written(buf, from);
}

static struct idm_str
put_joe(struct idm_buf *buf)
{
	const struct idm_own_user joe = {
		.name = idm_str_of("joe@corp"),
		.key = idm_str_of("joe@corp"),
		.domain = idm_str_of("corp"),
		.uid = 101107,
		.gid = 100513,
		.gecos = idm_str_of(""),
		.home = idm_str_of("/"),
		.shell = idm_str_of("/bin/sh"),
		.sid = world_sid(CORP "-1107"),
	};
	size_t from = buf->len;

	idm_own_user_write(buf, &joe);
	return written(buf, from);
}

static bool
is_joe(const struct idm_lookup *lookup)
{
	const struct idm_sid sid = world_sid(CORP "-1107");

	switch ((enum idm_lookup_by)lookup->by) {
	case IDM_LOOKUP_BY_NAME:
		return idm_fold_ascii_equal(lookup->name, idm_str_of("joe"));
	case IDM_LOOKUP_BY_SID:
		return idm_sid_equal(&lookup->sid, &sid);
	case IDM_LOOKUP_BY_ID: /* an alias has no number of its own */
		return lookup->id == 101107 &&
		    (said.by == 0 || said.by == IDM_EQUAL_BY_LDAP);
	case IDM_LOOKUP_BY_UNIX:
		return said.by == IDM_EQUAL_BY_IDMU
		    ? lookup->id == said.id
		    : idm_str_is(lookup->name, said.login);
	case IDM_LOOKUP_BY_WINDOWS:
		return idm_str_is(lookup->name, "joe@corp");
	case IDM_LOOKUP_BY_OTHER:
		break;
	}
	return false;
}

static bool
wants_equal(const struct idm_lookup *lookup)
{
	return lookup->by == IDM_LOOKUP_BY_UNIX ||
	    lookup->by == IDM_LOOKUP_BY_WINDOWS;
}

static enum idm_status
inquire(void *context, const struct idm_lookup *lookup, unsigned wait_ms,
    struct idm_buf *reply, struct idm_looked_up *out, struct idm_err *err)
{
	bool is_lab = idm_str_is(lookup->domain, "lab");
	bool of_lab = said.by == IDM_EQUAL_BY_LDAP;
	struct idm_str equal = { "", 0 };

	(void)context;
	(void)wait_ms;
	said.asked++;
	if (said.is_dark)
		return idm_fail(err, IDM_TEMPFAIL, "it is dark");
	if (!is_joe(lookup) || lookup->kind == IDM_LOOKUP_GROUP ||
	    is_lab != (wants_equal(lookup) && of_lab) ||
	    (wants_equal(lookup) && said.by == 0))
		return idm_fail(err, IDM_NOTFOUND, "there is none");
	*out = (struct idm_looked_up){ .when = 1 };
	out->user = out->group = out->gids = out->sid = out->account =
	    out->equal = out->locals = equal;
	if (said.by != 0 && of_lab == is_lab)
		out->equal = put_equal(reply);
	if (!wants_equal(lookup) && (said.by == 0 || of_lab))
		out->user = put_joe(reply);
	return IDM_OK;
}

static const struct idm_inquired directories = { inquire, NULL };

static void
begin(uint32_t corp, uint32_t lab)
{
	struct idm_domain *domain;

	world_make(&world);
	world_accounts(&world, "al:1500 bob:1501", "");
	domain = world_domain(
	    &world, "corp", CORP, IDM_BACKEND_RID, 100000, 199999);
	domain->flags |= IDM_DOMAIN_DIRECTORY | corp;
	domain->stamp = 1;
	domain->wait_ms = 1000;
	if (lab != 0) {
		domain = world_domain(
		    &world, "lab", NULL, IDM_BACKEND_RFC2307, 300000, 399999);
		domain->flags |= IDM_DOMAIN_DIRECTORY | lab;
		domain->stamp = 1;
		domain->wait_ms = 1000;
	}
	memset(&said, 0, sizeof(said));
	said.login = "al";
	world.inquired = &directories;
}

static void
assert_shows(
    const char *from, const char *target, const char *to, enum idm_method how)
{
	const char *shown = world_show(&world, from, target);

	if (strcmp(shown, to) != 0 ||
	    (world.status == IDM_OK && world.found.method != how))
		fail_msg("%s: %s by %s, not %s: %s\n%s", from, shown,
		    idm_method_name(world.found.method), to, world.err.text,
		    idm_buf_text(&world.trace));
}

/* ---- The order: of any steps that have an answer, the first one's counts. */

enum { OVERRIDE = 1, EQUAL = 2, RULE = 4, ALL = 7 };

static void
check_to_unix(unsigned steps)
{
	begin(IDM_DOMAIN_EQUAL_USERS, 0);
	if ((steps & OVERRIDE) != 0)
		world_override(&world, CORP "-1107", false, 1777);
	if ((steps & EQUAL) != 0)
		said.by = IDM_EQUAL_BY_AD;
	if ((steps & RULE) != 0)
		world_rule(&world, "u:joe@corp => u:bob");
	world_open(&world);
	if ((steps & OVERRIDE) != 0)
		assert_shows(
		    "winuser:joe@corp", "uid", "uid:1777", IDM_METHOD_OVERRIDE);
	else if ((steps & EQUAL) != 0)
		assert_shows(
		    "winuser:joe@corp", "uid", "uid:1500", IDM_METHOD_AD);
	else if ((steps & RULE) != 0)
		assert_shows("winuser:joe@corp", "uid", "uid:1501",
		    IDM_METHOD_NAME_RULE);
	else
		assert_shows("winuser:joe@corp", "uid", "uid:101107",
		    IDM_METHOD_BACKEND);
	world_remove(&world);
}

static void
check_to_windows(unsigned steps)
{
	begin(IDM_DOMAIN_EQUAL_USERS, 0);
	if ((steps & OVERRIDE) != 0)
		world_override(&world, CORP "-1108", false, 1500);
	if ((steps & EQUAL) != 0)
		said.by = IDM_EQUAL_BY_AD;
	if ((steps & RULE) != 0)
		world_rule(&world, "u:ann@elsewhere <= u:al");
	world_open(&world);
	if ((steps & OVERRIDE) != 0)
		assert_shows("uid:1500", "sid", "usid:" CORP "-1108",
		    IDM_METHOD_OVERRIDE);
	else if ((steps & EQUAL) != 0)
		assert_shows(
		    "uid:1500", "sid", "usid:" CORP "-1107", IDM_METHOD_AD);
	else if ((steps & RULE) != 0)
		assert_shows("uid:1500", "winuser", "winuser:ann@elsewhere",
		    IDM_METHOD_NAME_RULE);
	else
		assert_shows("uid:1500", "sid", "usid:" WORLD_MACHINE "-2500",
		    IDM_METHOD_LOCAL_SID);
	world_remove(&world);
}

static void
test_the_first_step_that_answers_counts(void **state)
{
	(void)state;
	for (unsigned steps = 0; steps <= ALL; steps++) {
		check_to_unix(steps);
		check_to_windows(steps);
	}
}

/* ---- Its own outcomes. */

static void
test_what_a_directory_may_say_is_not_guessed(void **state)
{
	(void)state;
	begin(IDM_DOMAIN_EQUAL_USERS, 0);
	world_rule(&world, "u:joe@corp == u:bob");
	said.is_dark = true;
	world_open(&world);
	assert_string_equal(
	    world_show(&world, "winuser:joe@corp", "uid"), "unavailable");
	assert_string_equal(
	    world_show(&world, "uid:1501", "winuser"), "unavailable");
	world_remove(&world);
}

static void
test_an_equal_that_is_not_there_stops(void **state)
{
	(void)state;
	begin(IDM_DOMAIN_EQUAL_USERS, 0);
	world_rule(&world, "u:joe@corp => u:bob");
	said.by = IDM_EQUAL_BY_AD;
	said.login = "cy";
	world_open(&world);
	assert_string_equal(
	    world_show(&world, "winuser:joe@corp", "uid"), "no-account");
	assert_non_null(strstr(world.err.text, "CN=joe,DC=corp"));
	/* Nor is the number his, which the backend would make. */
	assert_string_equal(
	    world_show(&world, "uid:101107", "sid"), "no-mapping");
	assert_string_equal(
	    world_show(&world, "winuser:joe@corp", "gid"), "not-group");
	world_remove(&world);
}

static void
test_the_trace_and_the_answer_name_the_entry(void **state)
{
	(void)state;
	begin(IDM_DOMAIN_EQUAL_USERS, 0);
	said.by = IDM_EQUAL_BY_AD;
	world_open(&world);
	assert_shows("winuser:joe@corp", "uid", "uid:1500", IDM_METHOD_AD);
	assert_string_equal(world.found.dn, "CN=joe,DC=corp");
	assert_string_equal(world.found.attribute, "=al");
	assert_int_equal(world.found.source, IDM_SOURCE_DIRECTORY);
	assert_non_null(
	    strstr(idm_buf_text(&world.trace), "- AD Directory (Directory)\n"));
	world_remove(&world);
}

static void
test_idmu_is_by_number(void **state)
{
	(void)state;
	begin(IDM_DOMAIN_EQUAL_USERS | IDM_DOMAIN_EQUAL_GROUPS, 0);
	said.by = IDM_EQUAL_BY_IDMU;
	said.id = 1500;
	world_open(&world);
	assert_shows("winuser:joe@corp", "uid", "uid:1500", IDM_METHOD_IDMU);
	assert_string_equal(world.found.attribute, "uidNumber=1500");
	/* Nobody's of this host; and not the range's to give. */
	said.id = 4711;
	said.login = "";
	assert_string_equal(
	    world_show(&world, "winuser:joe@corp", "uid"), "no-account");
	said.id = 101108;
	assert_string_equal(
	    world_show(&world, "winuser:joe@corp", "uid"), "no-account");
	world_remove(&world);
}

/* ---- Native LDAP, and both. */

static void
test_native_ldap_names_windows_accounts(void **state)
{
	(void)state;
	begin(0, IDM_DOMAIN_WINNAMES);
	world_rule(&world, "u:joe@corp == u:bob");
	said.by = IDM_EQUAL_BY_LDAP;
	world_open(&world);
	assert_shows("winuser:joe@corp", "uid", "uid:1500", IDM_METHOD_LDAP);
	assert_shows(
	    "uid:1500", "winuser", "winuser:joe@corp", IDM_METHOD_LDAP);
	said.by = 0;
	assert_shows(
	    "winuser:joe@corp", "uid", "uid:1501", IDM_METHOD_NAME_RULE);
	assert_shows(
	    "uid:1501", "winuser", "winuser:joe@corp", IDM_METHOD_NAME_RULE);
	world_remove(&world);
}

static void
test_of_both_each_has_its_direction(void **state)
{
	(void)state;
	begin(IDM_DOMAIN_EQUAL_USERS, IDM_DOMAIN_WINNAMES);
	said.by = IDM_EQUAL_BY_AD;
	world_open(&world);
	assert_shows("winuser:joe@corp", "uid", "uid:1500", IDM_METHOD_AD);
	assert_shows("uid:1500", "sid", "usid:" WORLD_MACHINE "-2500",
	    IDM_METHOD_LOCAL_SID);
	said.by = IDM_EQUAL_BY_LDAP;
	assert_shows(
	    "winuser:joe@corp", "uid", "uid:101107", IDM_METHOD_BACKEND);
	assert_shows(
	    "uid:1500", "winuser", "winuser:joe@corp", IDM_METHOD_LDAP);
	world_remove(&world);
}

static void
test_who_maps_nobody_is_not_asked(void **state)
{
	(void)state;
	begin(0, 0);
	said.is_dark = true;
	world_open(&world);
	assert_shows("uid:1500", "sid", "usid:" WORLD_MACHINE "-2500",
	    IDM_METHOD_LOCAL_SID);
	assert_int_equal(said.asked, 0);
	world_remove(&world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_step_that_answers_counts),
		cmocka_unit_test(test_what_a_directory_may_say_is_not_guessed),
		cmocka_unit_test(test_an_equal_that_is_not_there_stops),
		cmocka_unit_test(test_the_trace_and_the_answer_name_the_entry),
		cmocka_unit_test(test_idmu_is_by_number),
		cmocka_unit_test(test_native_ldap_names_windows_accounts),
		cmocka_unit_test(test_of_both_each_has_its_direction),
		cmocka_unit_test(test_who_maps_nobody_is_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
