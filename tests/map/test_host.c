#include <stdio.h>
#include <unistd.h>

#include "tests/unit.h"

#include "base/attr.h"
#include "map/allocated.h"
#include "map/host.h"
#include "map/host_edit.h"
#include "map/snapshot.h"
#include "map/verify.h"
#include "tests/fixture.h"

static struct fixture fixture;

static int
make_fixture(void **state)
{
	(void)state;
	fixture_make(&fixture, getuid());
	return 0;
}

static int
remove_fixture(void **state)
{
	(void)state;
	fixture_remove(&fixture);
	return 0;
}

static const struct idm_view *
open_view(struct idm_maps **maps)
{
	struct idm_err err;

	assert_good(idm_maps_open(fixture.dir, fixture.owner, maps, &err), err);
	return (*maps)->map;
}

/* ---- Local SIDs. */

static const struct idm_machine machine = {
	.sid = { 5, { 21, 7, 8, 9 }, 4 },
};

static void
test_local_sids(void **state)
{
	static const struct {
		uint32_t id;
		bool is_group;
		uint32_t rid; /* 0: there is none */
	} cases[] = {
		{ 0, false, 1000 },
		{ 1000, false, 2000 },
		{ 2147482647u, false, 2147483647u },
		{ 2147482648u, false, 0 },
		{ 4294967294u, false, 0 },
		{ 0, true, 2147483648u },
		{ 100, true, 2147483748u },
		{ 2147483647u, true, 4294967295u },
		{ 2147483648u, true, 0 },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_sid sid;
		struct idm_err err = { 0 };
		bool is_group;
		uint32_t id;

		if (cases[i].rid == 0) {
			assert_fails(idm_local_sid(&machine, cases[i].id,
					 cases[i].is_group, &sid, &err),
			    IDM_NOTFOUND, err, "has no local SID");
			continue;
		}
		assert_good(idm_local_sid(&machine, cases[i].id,
				cases[i].is_group, &sid, &err),
		    err);
		assert_int_equal(sid.nsubs, 5);
		assert_int_equal(sid.sub[4], cases[i].rid);
		assert_good(
		    idm_local_id(&machine, &sid, &id, &is_group, &err), err);
		assert_int_equal(id, cases[i].id);
		assert_int_equal(is_group, cases[i].is_group);
	}
}

static void
test_what_is_no_local_sid(void **state)
{
	struct idm_sid low = idm_sid_of(&machine.sid, 999);
	struct idm_sid other = { 5, { 21, 7, 8, 1, 2000 }, 5 };
	struct idm_err err = { 0 };
	bool is_group;
	uint32_t id;

	(void)state;
	assert_fails(idm_local_id(&machine, &low, &id, &is_group, &err),
	    IDM_NOTFOUND, err, "RID 999 is below 1000");
	assert_fails(idm_local_id(&machine, &other, &id, &is_group, &err),
	    IDM_NOTFOUND, err, "not of this host");
	assert_fails(idm_local_id(&machine, &machine.sid, &id, &is_group, &err),
	    IDM_NOTFOUND, err, "not of this host");
}

static void
test_imported_rids_are_no_local_sids(void **state)
{
	static const uint32_t rids[] = { 3000, 1001, 3000, 2147483748u };
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_machine found;
	struct idm_maps *maps;
	struct idm_sid sid;
	struct idm_err err = { 0 };
	bool is_group;
	uint32_t id;

	(void)state;
	assert_good(idm_machine_import(
			rewrite, &machine.sid, rids, IDM_COUNTOF(rids), &err),
	    err);
	fixture_commit(rewrite);
	assert_good(idm_host_machine(open_view(&maps), &found, &err), err);
	assert_true(found.is_imported);
	assert_true(idm_sid_equal(&found.sid, &machine.sid));
	assert_int_equal(found.nreserved, 3);
	assert_fails(idm_local_sid(&found, 1, false, &sid, &err), IDM_NOTFOUND,
	    err, "its RID 1001 is an account's of the Samba");
	assert_fails(idm_local_sid(&found, 100, true, &sid, &err), IDM_NOTFOUND,
	    err, "its RID 2147483748");
	sid = idm_sid_of(&machine.sid, 3000);
	assert_fails(idm_local_id(&found, &sid, &id, &is_group, &err),
	    IDM_NOTFOUND, err, "RID 3000 is an account's");
	assert_good(idm_local_sid(&found, 2, false, &sid, &err), err);
	idm_maps_close(&maps);
}

/* ---- The machine SID. */

static void
make_machine(bool expected, struct idm_machine *out)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_maps *maps;
	struct idm_err err;
	bool made = !expected;

	assert_good(idm_machine_make(rewrite, &made, &err), err);
	assert_int_equal(made, expected);
	fixture_commit(rewrite);
	assert_good(idm_host_machine(open_view(&maps), out, &err), err);
	idm_maps_close(&maps);
}

static void
test_a_machine_sid_is_made_once(void **state)
{
	struct idm_machine first, second;

	(void)state;
	make_machine(true, &first);
	make_machine(false, &second);
	assert_true(idm_sid_is_domain(&first.sid));
	assert_true(idm_sid_equal(&first.sid, &second.sid));
	assert_memory_equal(first.uuid, second.uuid, IDM_UUID_SIZE);
	assert_int_equal(first.uuid[6] >> 4, 4);
	/* The words of the UUID in the order of its bytes, on any machine. */
	assert_int_equal(first.sid.sub[1] & 0xff, first.uuid[15]);
	assert_int_equal(first.sid.sub[2] >> 24, first.uuid[0]);
	assert_int_equal(first.sid.sub[3] >> 24, first.uuid[4]);
}

static void
test_only_a_machine_sid_is_imported(void **state)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_sid account = idm_sid_of(&machine.sid, 500);
	struct idm_err err = { 0 };

	(void)state;
	assert_fails(idm_machine_import(rewrite, &account, NULL, 0, &err),
	    IDM_INVALID, err, "S-1-5-21 and three numbers more");
	assert_false(idm_rewrite_changed(rewrite));
	idm_rewrite_end(&rewrite);
}

/* ---- Overrides. */

#define SUBJECT "S-1-5-21-1-2-3-1103"

static struct idm_override
override_of(const char *name, uint32_t id)
{
	return (struct idm_override){
		.name = idm_str_of(name),
		.has_id = id != 0,
		.id = id,
		.gecos = idm_str_of(""),
		.home = idm_str_of("/home/al"),
		.shell = idm_str_of(""),
	};
}

static enum idm_status
put(const char *subject, const struct idm_override *override,
    struct idm_err *err)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	enum idm_status st = idm_override_put(
	    rewrite, false, idm_str_of(subject), override, err);

	if (st == IDM_OK)
		fixture_commit(rewrite);
	else
		idm_rewrite_end(&rewrite);
	return st;
}

static void
test_an_override_is_found_by_sid_name_and_number(void **state)
{
	struct idm_override al = override_of("al", 5000), found;
	struct idm_override bob = override_of("", 5001);
	struct idm_sid sid = { 5, { 21, 1, 2, 3, 1103 }, 5 };
	struct idm_sid none = { .nsubs = 0 };
	const struct idm_view *view;
	struct idm_maps *maps;
	struct idm_str key;
	struct idm_err err = { 0 };

	(void)state;
	assert_good(put(SUBJECT, &al, &err), err);
	assert_good(put("bob@corp", &bob, &err), err);
	view = open_view(&maps);
	assert_good(idm_host_override_of(view, false, &sid,
			idm_str_of("bob@corp"), &found, &err),
	    err);
	assert_int_equal(found.id, 5000);
	assert_true(idm_str_is(found.name, "al"));
	assert_true(idm_str_is(found.home, "/home/al"));
	assert_false(found.has_gid);
	assert_good(idm_host_override_of(view, false, &none,
			idm_str_of("bob@corp"), &found, &err),
	    err);
	assert_int_equal(found.id, 5001);
	assert_good(
	    idm_host_override_by_id(view, false, 5000, &key, &err), err);
	assert_true(idm_str_is(key, SUBJECT));
	assert_fails(idm_host_override_by_id(view, true, 5000, &key, &err),
	    IDM_NOTFOUND, err, "there is no override");
	assert_fails(idm_host_override_of(view, true, &sid,
			 idm_str_of("bob@corp"), &found, &err),
	    IDM_NOTFOUND, err, "there is no override");
	idm_maps_close(&maps);
}

static void
test_a_number_is_overridden_to_once(void **state)
{
	struct idm_override al = override_of("al", 5000);
	struct idm_override moved = override_of("al", 5002);
	struct idm_err err = { 0 };

	(void)state;
	assert_good(put(SUBJECT, &al, &err), err);
	assert_fails(put("bob@corp", &al, &err), IDM_CONFLICT, err,
	    "uid 5000 is given to '" SUBJECT "' by another override");
	/* One that gets another number gives the first one free. */
	assert_good(put(SUBJECT, &moved, &err), err);
	assert_good(put("bob@corp", &al, &err), err);
	assert_good(put("bob@corp", &al, &err), err);
}

static void
test_an_override_is_dropped_whole(void **state)
{
	struct idm_override al = override_of("al", 5000);
	struct idm_rewrite *rewrite;
	struct idm_err err = { 0 };

	(void)state;
	assert_good(put(SUBJECT, &al, &err), err);
	rewrite = fixture_begin(&fixture);
	assert_fails(
	    idm_override_drop(rewrite, true, idm_str_of(SUBJECT), &err),
	    IDM_NOTFOUND, err, "there is no override of '" SUBJECT "'");
	assert_good(
	    idm_override_drop(rewrite, false, idm_str_of(SUBJECT), &err), err);
	fixture_commit(rewrite);
	assert_good(put("bob@corp", &al, &err), err);
}

static void
test_what_an_override_may_not_say(void **state)
{
	static const struct {
		struct idm_override override;
		const char *why;
	} cases[] = {
		{ { .has_id = true, .id = 0 }, "override's id 0" },
		{ { .has_id = true, .id = 65534 }, "override's id 65534" },
		{ { .has_gid = true, .gid = 0 }, "override's gid 0" },
		{ { .name = { "a:b", 3 } }, "override's name" },
		{ { .name = { "1000", 4 } }, "override's name" },
		{ { .home = { "home", 4 } },
		    "override's home is no absolute path" },
		{ { .shell = { "sh", 2 } },
		    "override's shell is no absolute path" },
		{ { .gecos = { "a\nb", 3 } }, "override's gecos" },
	};

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		struct idm_err err = { 0 };

		assert_fails(put(SUBJECT, &cases[i].override, &err),
		    IDM_INVALID, err, cases[i].why);
	}
}

/* ---- Properties. */

static void
set_property(const char *name, const char *value)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_err err;

	assert_good(idm_property_put(rewrite, name, value, &err), err);
	fixture_commit(rewrite);
}

static void
assert_property(const char *name, const char *expected)
{
	struct idm_maps *maps;
	struct idm_str value;
	struct idm_err err = { 0 };
	enum idm_status st;

	st = idm_host_property(open_view(&maps), name, &value, &err);
	if (expected == NULL)
		assert_fails(st, IDM_NOTFOUND, err, "");
	else
		assert_true(st == IDM_OK && idm_str_is(value, expected));
	idm_maps_close(&maps);
}

static void
test_properties(void **state)
{
	struct idm_rewrite *rewrite;
	struct idm_err err = { 0 };

	(void)state;
	assert_property("b", NULL);
	set_property("b", "2");
	set_property("a", "1=1");
	set_property("ab", "");
	assert_property("a", "1=1");
	assert_property("ab", "");
	assert_property("b", "2");
	set_property("b", "3");
	assert_property("b", "3");
	set_property("a", NULL);
	assert_property("a", NULL);
	assert_property("ab", "");
	rewrite = fixture_begin(&fixture);
	assert_fails(idm_property_put(rewrite, "a", NULL, &err), IDM_NOTFOUND,
	    err, "property a is not set");
	idm_rewrite_end(&rewrite);
}

/* ---- What verify says of them. */

static char findings[4096];

static void
keep(void *context, const char *text)
{
	size_t len = strlen(findings);

	(void)context;
	(void)snprintf(findings + len, sizeof(findings) - len, "%s\n", text);
}

static void
assert_verify(const char *why)
{
	struct idm_verify_report report = { keep, NULL, 0, 0 };
	struct idm_maps *maps;
	struct idm_err err;

	findings[0] = '\0';
	assert_good(idm_verify(open_view(&maps), &report, &err), err);
	idm_maps_close(&maps);
	if (why == NULL && findings[0] != '\0')
		fail_msg("said '%s'", findings);
	if (why != NULL && strstr(findings, why) == NULL)
		fail_msg("said '%s', not '%s'", findings, why);
}

static void
put_raw(const char *key, struct idm_str value)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_err err;

	assert_good(idm_rewrite_put(
			rewrite, key, strlen(key), value.data, value.len, &err),
	    err);
	fixture_commit(rewrite);
}

/* As the record of a number would have it. */
static void
put_owner(const char *key, const char *owner)
{
	char memory[64];
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, memory, sizeof(memory));
	idm_owner_write(&buf, idm_str_of(owner));
	put_raw(key, (struct idm_str){ buf.data, buf.len });
}

static void
test_verify(void **state)
{
	static const char backwards[] = "L1\x02\0\0\0\3\0b=1\3\0a=1";
	struct idm_override al = override_of("al", 5000);
	struct idm_machine found;
	struct idm_err err = { 0 };

	(void)state;
	make_machine(true, &found);
	set_property("a", "1");
	assert_good(put(SUBJECT, &al, &err), err);
	assert_verify(NULL);
	put_owner("o/U/5001", SUBJECT);
	assert_verify("'o/U/5001': no override of '" SUBJECT "' gives it");
	put_owner("o/U/5000", "bob@corp");
	assert_verify("'o/u/" SUBJECT "': its uid 5000 does not lead back");
	put_owner("o/U/x", "bob@corp");
	assert_verify("'o/U/x': 'x' is not a number");
	put_raw("o/g/bare", (struct idm_str){ "O1", 2 });
	assert_verify("'o/g/bare': is neither of a SID nor of a name@domain");
	assert_verify("'o/g/bare': record is cut short");
	put_raw("machine", (struct idm_str){ "M1xx", 4 });
	assert_verify("'machine': record is cut short");
	put_raw(
	    "properties", (struct idm_str){ backwards, sizeof(backwards) - 1 });
	assert_verify("'properties': the properties are not sorted");
	put_raw("o/x/a", (struct idm_str){ "O1", 2 });
	assert_verify("'o/x/a': is of no kind that this program knows");
}

int
main(void)
{
#define WITH_FIXTURE(test)                                                     \
	cmocka_unit_test_setup_teardown(test, make_fixture, remove_fixture)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_local_sids),
		cmocka_unit_test(test_what_is_no_local_sid),
		WITH_FIXTURE(test_imported_rids_are_no_local_sids),
		WITH_FIXTURE(test_a_machine_sid_is_made_once),
		WITH_FIXTURE(test_only_a_machine_sid_is_imported),
		WITH_FIXTURE(test_an_override_is_found_by_sid_name_and_number),
		WITH_FIXTURE(test_a_number_is_overridden_to_once),
		WITH_FIXTURE(test_an_override_is_dropped_whole),
		WITH_FIXTURE(test_what_an_override_may_not_say),
		WITH_FIXTURE(test_properties),
		WITH_FIXTURE(test_verify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
