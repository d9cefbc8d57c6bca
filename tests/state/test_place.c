#include <sys/stat.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/fixture.h"
#include "tests/random.h"
#include "tests/unit.h"

#include "backends/backend.h"
#include "backends/sss.h"
#include "map/host.h"
#include "map/own.h"
#include "map/rewrite.h"
#include "state/place.h"

#define CORP "S-1-5-21-1-2-3"

/* ---- A host: its accounts, its domains, its state. */

struct host {
	char dir[64];
	struct idm_domain domain[4];
	uint32_t n;
	struct idm_maps maps;
	struct idm_state *state;
	struct idm_err err;
};

static struct host host;

static void
write_file(const char *name, const char *text)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", host.dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int
make_host(void **unused)
{
	(void)unused;
	memset(&host, 0, sizeof(host));
	(void)snprintf(host.dir, sizeof(host.dir), "/tmp/idm-place-XXXXXX");
	assert_non_null(mkdtemp(host.dir));
	assert_int_equal(chmod(host.dir, 0755), 0);
	write_file("passwd", "root:x:0:0::/:/bin/sh\n");
	write_file("group", "root:x:0:\n");
	return 0;
}

static int
remove_host(void **unused)
{
	static const char *const names[] = { "state.gdbm", "journal",
		".state.gdbm.lock", "passwd", "group" };
	char path[128];

	(void)unused;
	idm_state_close(&host.state);
	idm_domains_free(&host.maps.domains);
	for (size_t i = 0; i < IDM_COUNTOF(names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", host.dir, names[i]);
		(void)unlink(path);
	}
	return rmdir(host.dir);
}

static struct idm_domain *
add_domain(const char *name, const char *sid, uint8_t backend, uint32_t low,
    uint32_t high)
{
	struct idm_domain *domain = &host.domain[host.n++];

	domain->backend = backend;
	domain->low = low;
	domain->high = high;
	memcpy(domain->name, name, strlen(name));
	if (sid != NULL) {
		assert_good(
		    idm_sid_parse(idm_str_of(sid), &domain->sid, &host.err),
		    host.err);
	}
	return domain;
}

static void
open_state(void)
{
	assert_good(idm_state_open(host.dir, geteuid(), NULL, true, 0,
			&host.state, &host.err),
	    host.err);
}

/* What was added is the policy from now on. */
static void
open_host(void)
{
	struct idm_buf buf;

	idm_domains_free(&host.maps.domains);
	idm_buf_init(&buf, 1 << 20);
	idm_domains_write(&buf, host.domain, host.n);
	assert_good(idm_domains_read((struct idm_str){ buf.data, buf.len },
			&host.maps.domains, &host.err),
	    host.err);
	idm_buf_fini(&buf);
	if (host.state == NULL)
		open_state();
}

/* ---- Wishes. */

static struct idm_wish
wish_of(const char *sid, const char *name, uint8_t kind)
{
	struct idm_wish wish = { .kind = kind };

	if (sid != NULL) {
		assert_good(
		    idm_sid_parse(idm_str_of(sid), &wish.sid, &host.err),
		    host.err);
	}
	if (name != NULL)
		wish.name = idm_str_of(name);
	return wish;
}

static struct idm_grant
place(const char *sid, const char *name, uint8_t kind)
{
	struct idm_wish wish = wish_of(sid, name, kind);
	struct idm_grant grant;

	assert_good(idm_place(&host.maps, host.dir, host.state, &wish, &grant,
			&host.err),
	    host.err);
	return grant;
}

static void
assert_granted(const char *sid, const char *name, uint8_t kind, uint32_t id)
{
	struct idm_wish wish = wish_of(sid, name, kind);
	struct idm_grant grant = place(sid, name, kind), again;

	if (grant.status != IDM_OK)
		fail_msg("%s: %s", sid == NULL ? name : sid, grant.reason);
	assert_int_equal(grant.id, id);
	/* The same wish, the same number. */
	again = place(sid, name, kind);
	assert_int_equal(again.status, IDM_OK);
	assert_int_equal(again.id, id);
	assert_false(again.is_new);
	assert_good(
	    idm_place_find(&host.maps, host.state, &wish, &again, &host.err),
	    host.err);
	assert_int_equal(again.status, IDM_OK);
	assert_int_equal(again.id, id);
}

static void
assert_not_granted(const char *sid, const char *name, uint8_t kind,
    enum idm_status st, const char *why)
{
	size_t mark = idm_state_mark(host.state);
	struct idm_grant grant = place(sid, name, kind);

	assert_int_equal(grant.status, st);
	if (strstr(grant.reason, why) == NULL)
		fail_msg("said '%s', not '%s'", grant.reason, why);
	assert_int_equal(idm_state_mark(host.state), mark);
}

/* Make a record by hand, as an import does. */
static void
put(void (*key_of)(struct idm_buf *), const struct idm_buf *value)
{
	struct idm_buf key;

	idm_buf_init(&key, 1024);
	key_of(&key);
	assert_good(
	    idm_state_put(host.state, (struct idm_str){ key.data, key.len },
		(struct idm_str){ value->data, value->len }, &host.err),
	    host.err);
	idm_buf_fini(&key);
}

/* ---- ldap: what a directory has said. */

static struct idm_grant
tell(const char *sid, uint8_t kind, uint32_t told)
{
	struct idm_wish wish = wish_of(sid, NULL, kind);
	struct idm_grant grant;

	wish.told = told;
	assert_good(idm_place(&host.maps, host.dir, host.state, &wish, &grant,
			&host.err),
	    host.err);
	return grant;
}

static void
assert_not_taken(const char *sid, uint8_t kind, uint32_t told,
    enum idm_status st, const char *why)
{
	size_t mark = idm_state_mark(host.state);
	struct idm_grant grant = tell(sid, kind, told);

	assert_int_equal(grant.status, st);
	if (strstr(grant.reason, why) == NULL)
		fail_msg("said '%s', not '%s'", grant.reason, why);
	assert_int_equal(idm_state_mark(host.state), mark);
}

static void
test_what_a_directory_says_is_written_down(void **unused)
{
	struct idm_grant grant;

	(void)unused;
	write_file("passwd", "joe:x:70005:70005::/:/bin/sh\n");
	add_domain("corp", CORP, IDM_BACKEND_LDAP, 70000, 70099);
	open_host();
	assert_not_granted(
	    CORP "-1001", NULL, 'U', IDM_NOTFOUND, "in a directory");
	assert_not_granted(
	    NULL, "al@corp", 'U', IDM_REFUSED, "needs the SID of");
	grant = tell(CORP "-1001", 'U', 70010);
	assert_int_equal(grant.status, IDM_OK);
	assert_int_equal(grant.id, 70010);
	assert_true(grant.is_new);
	assert_granted(CORP "-1001", NULL, 'U', 70010);
	assert_int_equal(tell(CORP "-1001", 'U', 70010).status, IDM_OK);
	assert_not_taken(CORP "-1001", 'U', 70011, IDM_CONFLICT,
	    "is 70010, but the directory says 70011");
	assert_not_taken(
	    CORP "-1002", 'G', 70010, IDM_CONFLICT, "somebody else has");
	assert_not_taken(
	    CORP "-1002", 'G', 70005, IDM_CONFLICT, "somebody else has");
	assert_not_taken(
	    CORP "-1002", 'G', 70100, IDM_REFUSED, "none of domain 'corp'");
	assert_int_equal(tell(CORP "-1002", 'G', 70001).status, IDM_OK);
}

/* Also where no new ones are given here: others give them. */
static void
test_who_only_reads_is_told_all_the_same(void **unused)
{
	(void)unused;
	add_domain("corp", CORP, IDM_BACKEND_LDAP, 70000, 70099)
	    ->flags = IDM_DOMAIN_READONLY;
	open_host();
	assert_int_equal(tell(CORP "-1001", 'U', 70010).status, IDM_OK);
	assert_granted(CORP "-1001", NULL, 'U', 70010);
}

/* With another backend later no number is given a second time. */
static void
test_what_was_told_is_behind_the_mark(void **unused)
{
	(void)unused;
	add_domain("corp", CORP, IDM_BACKEND_LDAP, 70000, 70099);
	open_host();
	assert_int_equal(tell(CORP "-1001", 'U', 70010).status, IDM_OK);
	host.domain[0].backend = IDM_BACKEND_TDB;
	open_host();
	assert_granted(CORP "-1001", NULL, 'U', 70010);
	assert_granted(CORP "-1002", NULL, 'U', 70011);
	/* There nobody is told anything. */
	assert_int_equal(tell(CORP "-1003", 'U', 70050).id, 70012);
}

/* ---- tdb. */

static void
test_numbers_are_counted(void **unused)
{
	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_TDB, 90000001, 90000006);
	open_host();
	assert_granted(CORP "-1107", NULL, 'U', 90000001);
	assert_granted(CORP "-513", NULL, 'G', 90000002);
	assert_granted(CORP "-1108", NULL, 'B', 90000003);
	assert_granted(CORP "-1107", NULL, 'B', 90000001);
	assert_not_granted(CORP "-1107", NULL, 'G', IDM_CONFLICT,
	    "id 90000001 is of a user, not of a group");
	assert_granted("S-1-5-32-544", NULL, 'G', 90000004);
	assert_granted(CORP "-1109", NULL, 'U', 90000005);
	assert_granted(CORP "-1110", NULL, 'U', 90000006);
	assert_not_granted(CORP "-1111", NULL, 'U', IDM_EXHAUSTED,
	    "domain '*' has no number left of 90000001-90000006");
	assert_granted(CORP "-1107", NULL, 'U', 90000001);
}

static void
test_numbers_in_use_are_stepped_over(void **unused)
{
	(void)unused;
	write_file("passwd", "al:x:65521:100::/:/bin/sh\n");
	write_file("group", "staff:x:65522:\n");
	add_domain("*", NULL, IDM_BACKEND_TDB, 61000, 70000);
	host.domain[0].low = 65519;
	open_host();
	assert_granted(CORP "-1", NULL, 'U', 65520);
	assert_granted(CORP "-2", NULL, 'U', 65523);
	for (unsigned i = 3; i < 13; i++) {
		char sid[64];

		(void)snprintf(sid, sizeof(sid), CORP "-%u", i);
		assert_granted(sid, NULL, 'G', 65521 + i);
	}
	/* 65534 and 65535 are reserved. */
	assert_granted(CORP "-13", NULL, 'U', 65536);
}

static void
key_of_taken_id(struct idm_buf *key)
{
	idm_state_key_id(key, 'g', 90000001);
}

static void
test_imported_numbers_are_not_given_again(void **unused)
{
	struct idm_buf value;

	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_TDB, 90000001, 90000006);
	open_host();
	idm_buf_init(&value, 256);
	idm_owner_write(&value, idm_str_of(CORP "-99"));
	put(key_of_taken_id, &value);
	idm_buf_fini(&value);
	assert_granted(CORP "-1107", NULL, 'U', 90000002);
}

/* A record of map.gdbm by its key. */
static void
put_in_map(const struct fixture *fixture, const struct idm_buf *key)
{
	struct idm_rewrite *rewrite = fixture_begin(fixture);
	struct idm_buf value;

	idm_buf_init(&value, 256);
	idm_owner_write(&value, idm_str_of(CORP "-7"));
	assert_good(idm_rewrite_put(rewrite, key->data, key->len, value.data,
			value.len, &host.err),
	    host.err);
	fixture_commit(rewrite);
	idm_buf_fini(&value);
}

static void
test_numbers_of_the_map_are_stepped_over(void **unused)
{
	struct fixture fixture;
	struct idm_maps *maps;
	struct idm_buf key;

	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_TDB, 90000001, 90000006);
	open_host();
	fixture_make(&fixture, geteuid());
	idm_buf_init(&key, 256);
	idm_override_key_id(&key, true, 90000001);
	put_in_map(&fixture, &key);
	idm_buf_clear(&key);
	idm_buf_puts(&key, IDM_OWN_UID "90000002");
	put_in_map(&fixture, &key);
	assert_good(
	    idm_maps_open(fixture.dir, geteuid(), &maps, &host.err), host.err);
	host.maps.map = maps->map;
	assert_granted(CORP "-1107", NULL, 'U', 90000003);
	idm_maps_close(&maps);
	fixture_remove(&fixture);
	idm_buf_fini(&key);
}

static void
test_counters_can_be_apart(void **unused)
{
	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_TDB, 90000001, 90000006)
	    ->flags = IDM_DOMAIN_SPLIT_COUNTERS;
	open_host();
	assert_granted(CORP "-1107", NULL, 'U', 90000001);
	assert_granted(CORP "-513", NULL, 'G', 90000001);
	assert_granted(CORP "-1108", NULL, 'U', 90000002);
	/* Of either kind: free as both. */
	assert_granted(CORP "-1109", NULL, 'B', 90000003);
	assert_granted(CORP "-514", NULL, 'G', 90000004);
}

static void
test_the_layout_of_truenas_keeps_its_numbers(void **unused)
{
	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_TDB, 90000001, 100000000)
	    ->layout = IDM_LAYOUT_TRUENAS;
	open_host();
	assert_granted("S-1-5-32-544", NULL, 'G', 90000001);
	assert_granted("S-1-5-11", NULL, 'G', 90000017);
	assert_granted(CORP "-513", NULL, 'G', 90000001 + 122);
}

static void
test_a_domain_that_is_read_only_gives_nothing_new(void **unused)
{
	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_TDB, 90000001, 90000006);
	open_host();
	assert_granted(CORP "-1107", NULL, 'U', 90000001);
	host.domain[0].flags |= IDM_DOMAIN_READONLY;
	open_host();
	assert_granted(CORP "-1107", NULL, 'U', 90000001);
	assert_not_granted(
	    CORP "-1108", NULL, 'U', IDM_REFUSED, "domain '*' is read only");
	assert_not_granted(
	    NULL, "new@corp", 'U', IDM_REFUSED, "domain '*' is read only");
}

static void
test_unknown_accounts_files_stop_allocation(void **unused)
{
	struct idm_wish wish = wish_of(CORP "-1107", NULL, 'U');
	struct idm_grant grant;

	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_TDB, 90000001, 90000006);
	open_host();
	assert_fails(idm_place(&host.maps, "/nonexistent", host.state, &wish,
			 &grant, &host.err),
	    IDM_TEMPFAIL, host.err, "which numbers this host's accounts have");
	assert_int_equal(idm_state_mark(host.state), 0);
}

static void
test_numbers_survive_the_keeper(void **unused)
{
	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_TDB, 90000001, 90000006);
	open_host();
	assert_granted(CORP "-1107", NULL, 'U', 90000001);
	assert_good(idm_state_sync(host.state, &host.err), host.err);
	idm_state_close(&host.state);
	open_state();
	assert_granted(CORP "-1108", NULL, 'U', 90000002);
	assert_good(idm_state_sync(host.state, &host.err), host.err);
	assert_good(idm_state_fold(host.state, &host.err), host.err);
	idm_state_close(&host.state);
	open_state();
	assert_granted(CORP "-1107", NULL, 'U', 90000001);
	assert_granted(CORP "-1109", NULL, 'U', 90000003);
}

/* ---- Whose wish it is. */

static void
test_unknown_domains_are_refused(void **unused)
{
	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_TDB, 90000001, 90000006);
	add_domain("corp", CORP, IDM_BACKEND_RID, 1000000, 2000000);
	open_host();
	assert_granted(CORP "-1107", NULL, 'U', 1001107);
	assert_not_granted("S-1-5-21-9-9-9-1107", NULL, 'U', IDM_REFUSED,
	    "S-1-5-21-9-9-9 is not configured: see 'idmap domain add'");
	assert_not_granted(NULL, "al@other", 'U', IDM_REFUSED,
	    "domain 'other' is not configured: see 'idmap domain add'");
	assert_not_granted(NULL, "al@corp", 'U', IDM_REFUSED,
	    "backend rid of domain 'corp' needs the SID of 'al@corp'");
	assert_not_granted(NULL, "al", 'U', IDM_REFUSED, "no name@domain");
	assert_not_granted(NULL, NULL, 'U', IDM_REFUSED, "neither a SID");
	assert_not_granted(CORP, NULL, 'U', IDM_REFUSED, "is a domain");
	assert_not_granted("S-1-22-1-1000", NULL, 'U', IDM_REFUSED,
	    "stands for a number already");
	/* What is of no domain is for "*". */
	assert_granted("S-1-5-11", NULL, 'G', 90000001);
	host.maps.policy.unknown_allocate = true;
	assert_granted("S-1-5-21-9-9-9-1107", NULL, 'U', 90000002);
	assert_granted(NULL, "al@other", 'U', 90000003);
}

static void
test_a_domain_without_numbers_of_its_own_gets_those_of_all(void **unused)
{
	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_TDB, 90000001, 90000006);
	add_domain("corp", CORP, IDM_BACKEND_NONE, 0, 0);
	open_host();
	assert_granted(CORP "-1107", NULL, 'U', 90000001);
	assert_granted(NULL, "al@corp", 'U', 90000002);
}

static void
test_a_directory_is_not_ours_to_number(void **unused)
{
	(void)unused;
	add_domain("corp", CORP, IDM_BACKEND_AD, 1000, 2000);
	open_host();
	assert_not_granted(CORP "-1107", NULL, 'U', IDM_NOTFOUND,
	    "the numbers of domain 'corp' are in a directory");
	assert_not_granted(
	    "S-1-5-11", NULL, 'U', IDM_NOTFOUND, "no domain gives numbers");
}

/* ---- Names. */

static void
test_a_names_number_becomes_its_sids(void **unused)
{
	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_TDB, 90000001, 90000006);
	open_host();
	assert_granted(NULL, "al@corp", 'U', 90000001);
	assert_granted(NULL, "staff@corp", 'G', 90000002);
	assert_not_granted(NULL, "al@corp", 'G', IDM_CONFLICT, "is of a user");
	assert_not_granted(
	    CORP "-1107", "al@corp", 'G', IDM_CONFLICT, "is of a user");
	assert_granted(CORP "-1107", "al@corp", 'U', 90000001);
	assert_granted(CORP "-1107", NULL, 'B', 90000001);
	assert_granted(CORP "-1107", "renamed@corp", 'U', 90000001);
	assert_granted(NULL, "al@corp", 'U', 90000001);
	/* Another account of that name is another account. */
	assert_granted(CORP "-2000", "al@corp", 'U', 90000003);
}

static void
test_a_name_is_the_same_by_each_name_of_its_domain(void **unused)
{
	struct idm_domain *domain;

	(void)unused;
	domain = add_domain("corp", CORP, IDM_BACKEND_TDB, 5000, 6000);
	memcpy(domain->dns, "corp.example", 13);
	open_host();
	assert_granted(NULL, "al@corp", 'U', 5000);
	assert_granted(NULL, "al@corp.example", 'U', 5000);
	assert_granted(CORP "-1107", "al@corp.example", 'U', 5000);
}

/* ---- ephemeral. */

static void
test_ephemeral_ids_begin_where_solaris_does(void **unused)
{
	struct idm_domain *domain;

	(void)unused;
	domain = add_domain(
	    "*", NULL, IDM_BACKEND_EPHEMERAL, 2147483648, 4294967294);
	domain->flags = IDM_DOMAIN_SPLIT_COUNTERS;
	open_host();
	assert_granted(CORP "-1107", NULL, 'U', 2147483649);
	assert_granted(CORP "-513", NULL, 'G', 2147483650);
	assert_granted(CORP "-1107", NULL, 'G', 2147483651);
	assert_granted(CORP "-1108", NULL, 'U', 2147483650);
	assert_granted(CORP "-1109", NULL, 'B', 2147483652);
	assert_granted(NULL, "al@corp", 'G', 2147483653);
	assert_granted(CORP "-1110", "al@corp", 'U', 2147483653);
}

static void
test_ephemeral_ids_end_before_no_id(void **unused)
{
	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_EPHEMERAL, 4294967293, 4294967294);
	open_host();
	assert_granted(CORP "-1", NULL, 'U', 4294967293);
	assert_granted(CORP "-2", NULL, 'U', 4294967294);
	assert_not_granted(
	    CORP "-3", NULL, 'U', IDM_EXHAUSTED, "no number left");
}

/* ---- autorid: as observed with winbindd, see autorid.vectors. */

static void
key_of_next_slice(struct idm_buf *key)
{
	idm_state_key_next(key, idm_str_of("*"), 's');
}

static void
key_of_window(struct idm_buf *key)
{
	struct idm_wish wish = wish_of(CORP, NULL, 'B');

	idm_state_key_window(key, idm_str_of("*"), &wish.sid, 2);
}

static void
key_of_slice(struct idm_buf *key)
{
	idm_state_key_slice(key, idm_str_of("*"), 5);
}

static void
put_number(void (*key_of)(struct idm_buf *), uint64_t number)
{
	struct idm_buf value;

	idm_buf_init(&value, 64);
	idm_number_write(&value, number);
	put(key_of, &value);
	idm_buf_fini(&value);
}

static void
add_autorid(void)
{
	struct idm_domain *domain;

	domain = add_domain("*", NULL, IDM_BACKEND_AUTORID, 1000000, 1999999);
	domain->rangesize = 100000;
	domain->layout = IDM_LAYOUT_AUTORID;
	open_host();
}

static void
test_autorid_gives_the_slices_of_winbindd(void **unused)
{
	struct idm_buf value;

	(void)unused;
	add_autorid();
	assert_granted("S-1-1-0", NULL, 'G', 1099999);
	assert_granted("S-1-5-20", NULL, 'G', 1099974);
	/* Numbers of the pool count up from its bottom. */
	assert_granted("S-1-5-80-1-2-3-4-5", NULL, 'G', 1000000);
	assert_not_granted("S-1-5-21-9-9-9-1000", NULL, 'B', IDM_REFUSED,
	    "has no slice yet, and is not configured");
	assert_granted(CORP "-500", NULL, 'U', 1100500);
	assert_granted(CORP "-99999", NULL, 'B', 1199999);
	/* The third slice of the domain was set to 5 by hand. */
	put_number(key_of_window, 5);
	idm_buf_init(&value, 64);
	idm_owner_write(&value, idm_str_of(CORP "#2"));
	put(key_of_slice, &value);
	idm_buf_fini(&value);
	put_number(key_of_next_slice, 6);
	assert_granted(CORP "-250000", NULL, 'B', 1550000);
	assert_granted(CORP "-100000", NULL, 'B', 1600000);
	assert_granted("S-1-5-32-544", NULL, 'B', 1700544);
	assert_granted("S-1-5-21-9-9-9-1000", NULL, 'G', 1801000);
	assert_granted("S-1-5-21-9-9-8-1000", NULL, 'G', 1901000);
	assert_not_granted("S-1-5-21-9-9-7-1000", NULL, 'G', IDM_EXHAUSTED,
	    "domain '*' has no slice left of 10");
}

/* As "idmap script" wishes, who is told nothing but the SID. */
static void
test_a_first_slice_needs_somebody_who_vouches(void **unused)
{
	(void)unused;
	add_domain("corp", CORP, IDM_BACKEND_NONE, 0, 0);
	add_autorid();
	assert_granted(CORP "-1107", NULL, 'B', 1101107);
	assert_not_granted("S-1-5-21-9-9-9-1000", NULL, 'B', IDM_REFUSED,
	    "S-1-5-21-9-9-9 is not configured");
	host.maps.policy.unknown_allocate = true;
	assert_granted("S-1-5-21-9-9-9-1000", NULL, 'B', 1201000);
}

static void
assert_sid_of(uint32_t id, uint8_t kind, const char *wanted)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_sid sid;

	assert_good(idm_place_find_sid(
			&host.maps, host.state, id, kind, &sid, &host.err),
	    host.err);
	assert_string_equal(idm_sid_format(&sid, text), wanted);
}

/* What is not folded yet stands nowhere else than in the keeper's memory. */
static void
test_ids_of_a_new_slice_have_their_sids(void **unused)
{
	struct idm_sid sid = { .nsubs = 0 };

	(void)unused;
	add_autorid();
	assert_granted(CORP "-1107", NULL, 'U', 1101107);
	assert_sid_of(1101107, 'U', CORP "-1107");
	assert_sid_of(1101108, 'G', CORP "-1108");
	assert_sid_of(1099999, 'G', "S-1-1-0");
	assert_fails(idm_place_find_sid(
			 &host.maps, host.state, 1200000, 'U', &sid, &host.err),
	    IDM_NOTFOUND, host.err, "");
	assert_fails(idm_place_find_sid(
			 &host.maps, host.state, 999999, 'U', &sid, &host.err),
	    IDM_NOTFOUND, host.err, "id 999999 is not allocated");
	assert_int_equal(sid.nsubs, 0);
}

static void
test_autorids_pool_ends_where_well_known_sids_begin(void **unused)
{
	unsigned given = 0;
	struct idm_grant grant;
	char sid[64];

	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_AUTORID, 1000000, 1009999)
	    ->rangesize = 600;
	host.domain[0].layout = IDM_LAYOUT_AUTORID;
	open_host();
	do {
		(void)snprintf(sid, sizeof(sid), "S-1-5-80-%u", given);
		grant = place(sid, NULL, 'G');
	} while (grant.status == IDM_OK && ++given < 1000);
	assert_int_equal(given, 100);
	assert_int_equal(grant.status, IDM_EXHAUSTED);
	host.domain[0].flags = IDM_DOMAIN_IGNORE_BUILTIN;
	open_host();
	assert_not_granted(
	    "S-1-5-32-544", NULL, 'G', IDM_REFUSED, "ignores S-1-5-32");
}

/* ---- sss and hash. */

static void
add_sss(const char *name, const char *sid, uint32_t slices)
{
	struct idm_domain *domain = add_domain(
	    name, sid, IDM_BACKEND_SSS, 200000, 200000 + slices * 200000 - 1);

	domain->rangesize = 200000;
	memcpy(domain->space, "sssd", 5);
}

static void
place_sss(void)
{
	struct idm_domain *list[4];

	for (uint32_t i = 0; i < host.n; i++)
		list[i] = &host.domain[i];
	assert_good(idm_sss_place(list, host.n, NULL, &host.err), host.err);
	open_host();
}

/* As observed with libsss_idmap, see sss_idmap.vectors. */
static void
test_far_windows_of_sss_are_those_of_sssd(void **unused)
{
	(void)unused;
	add_sss("corp", CORP, 10000);
	place_sss();
	assert_granted(CORP "-2199999", NULL, 'B', 1754199999);
	assert_granted(CORP "-2200000", NULL, 'B', 1544400000);
	assert_granted(CORP "-4294967295", NULL, 'B', 1032967295);
}

static void
test_far_windows_of_sss_are_never_anothers(void **unused)
{
	struct idm_grant one, two;

	(void)unused;
	add_sss("one", "S-1-5-21-1-2-3", 4);
	add_sss("two", "S-1-5-21-1-2-4", 4);
	place_sss();
	assert_int_equal(host.domain[0].nwindows, 1);
	one = place("S-1-5-21-1-2-3-200000", NULL, 'B');
	two = place("S-1-5-21-1-2-4-200000", NULL, 'B');
	assert_int_equal(one.status, IDM_OK);
	assert_int_equal(two.status, IDM_OK);
	assert_int_not_equal(one.id, two.id);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_not_equal(one.id, host.domain[i].window[0].low);
		assert_int_not_equal(two.id, host.domain[i].window[0].low);
	}
	assert_not_granted("S-1-5-21-1-2-4-400000", NULL, 'B', IDM_EXHAUSTED,
	    "space 'sssd' has no slice left of 4");
}

static void
test_hash_belongs_to_whom_it_was_given(void **unused)
{
	(void)unused;
	add_domain("*", NULL, IDM_BACKEND_HASH, 524288, INT32_MAX);
	open_host();
	assert_not_granted("S-1-5-21-1-2-4096-1107", NULL, 'B', IDM_REFUSED,
	    "has no slice yet, and is not configured");
	assert_granted("S-1-5-21-1-2-4096-1107", NULL, 'U', 9962579);
	assert_granted("S-1-5-21-1-2-4096-1108", NULL, 'B', 9962580);
	assert_not_granted("S-1-5-21-2-1-4096-1107", NULL, 'U', IDM_REFUSED,
	    "whose numbers these are");
}

/* ---- Anything. */

enum { WISHES = 400 };

struct wished {
	char sid[64];
	uint8_t kind;
	struct idm_grant grant;
};

static const struct idm_domain *
backend_of(const struct idm_sid *sid)
{
	const struct idm_domain *domain = idm_domain_by_sid(
	    &host.maps.domains, sid);

	return domain == NULL ? host.maps.domains.catch_all : domain;
}

/* The id leads back to its SID, through the keeper's memory. */
static enum idm_status
get(const void *context, struct idm_str key, struct idm_str *value)
{
	return idm_state_get(context, key, value);
}

static void
assert_leads_back(const struct wished *wished)
{
	struct idm_allocations allocated = { get, host.state, NULL };
	struct idm_wish wish = wish_of(wished->sid, NULL, wished->kind);
	struct idm_backend_case which = { &host.maps, &allocated,
		backend_of(&wish.sid), wished->kind };
	struct idm_mapping mapping;

	assert_good(idm_backend_ask_sid(
			&which, wished->grant.id, &mapping, NULL, &host.err),
	    host.err);
	assert_true(idm_sid_equal(&mapping.sid, &wish.sid));
}

static bool
shares_kind(const struct idm_grant *a, const struct idm_grant *b)
{
	return a->kind == 'B' || b->kind == 'B' || a->kind == b->kind;
}

static void
run_random_wishes(uint8_t backend, uint32_t rangesize, uint32_t flags)
{
	static struct wished wished[WISHES];
	struct idm_domain *domain;
	struct dice dice = { backend + 17u };
	unsigned n = 0;

	domain = add_domain("*", NULL, backend,
	    backend == IDM_BACKEND_HASH ? 524288 : 60000, INT32_MAX);
	domain->rangesize = rangesize;
	domain->flags = flags;
	open_host();
	for (unsigned i = 0; i < WISHES; i++) {
		struct wished *one = &wished[n];

		one->kind = (uint8_t) "UG"[roll(&dice, 2)];
		(void)snprintf(one->sid, sizeof(one->sid),
		    "S-1-5-21-%u-7-4096-%u", roll(&dice, 5),
		    roll(&dice, 3) == 0 ? roll(&dice, 500000)
					: 1000 + roll(&dice, 100));
		one->grant = place(one->sid, NULL, one->kind);
		if (one->grant.status == IDM_OK)
			n++;
	}
	assert_true(n > WISHES / 4);
	for (unsigned i = 0; i < n; i++) {
		struct idm_grant again = place(
		    wished[i].sid, NULL, wished[i].kind);

		assert_int_equal(again.status, IDM_OK);
		assert_int_equal(again.id, wished[i].grant.id);
		assert_leads_back(&wished[i]);
		for (unsigned k = 0; k < i; k++) {
			if (wished[k].grant.id == wished[i].grant.id &&
			    shares_kind(&wished[k].grant, &wished[i].grant))
				assert_string_equal(
				    wished[k].sid, wished[i].sid);
		}
	}
}

static void
test_no_number_is_given_twice_by_tdb(void **unused)
{
	(void)unused;
	run_random_wishes(IDM_BACKEND_TDB, 0, 0);
}

static void
test_no_number_is_given_twice_by_ephemeral(void **unused)
{
	(void)unused;
	run_random_wishes(IDM_BACKEND_EPHEMERAL, 0, IDM_DOMAIN_SPLIT_COUNTERS);
}

static void
test_no_number_is_given_twice_by_autorid(void **unused)
{
	(void)unused;
	run_random_wishes(IDM_BACKEND_AUTORID, 3000, 0);
}

static void
test_no_number_is_given_twice_by_hash(void **unused)
{
	(void)unused;
	run_random_wishes(IDM_BACKEND_HASH, 0, 0);
}

#define ON_HOST(test)                                                          \
	cmocka_unit_test_setup_teardown(test, make_host, remove_host)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_HOST(test_what_a_directory_says_is_written_down),
		ON_HOST(test_who_only_reads_is_told_all_the_same),
		ON_HOST(test_what_was_told_is_behind_the_mark),
		ON_HOST(test_numbers_are_counted),
		ON_HOST(test_numbers_in_use_are_stepped_over),
		ON_HOST(test_imported_numbers_are_not_given_again),
		ON_HOST(test_numbers_of_the_map_are_stepped_over),
		ON_HOST(test_counters_can_be_apart),
		ON_HOST(test_the_layout_of_truenas_keeps_its_numbers),
		ON_HOST(test_a_domain_that_is_read_only_gives_nothing_new),
		ON_HOST(test_unknown_accounts_files_stop_allocation),
		ON_HOST(test_numbers_survive_the_keeper),
		ON_HOST(test_unknown_domains_are_refused),
		ON_HOST(
		    test_a_domain_without_numbers_of_its_own_gets_those_of_all),
		ON_HOST(test_a_directory_is_not_ours_to_number),
		ON_HOST(test_a_names_number_becomes_its_sids),
		ON_HOST(test_a_name_is_the_same_by_each_name_of_its_domain),
		ON_HOST(test_ephemeral_ids_begin_where_solaris_does),
		ON_HOST(test_ephemeral_ids_end_before_no_id),
		ON_HOST(test_autorid_gives_the_slices_of_winbindd),
		ON_HOST(test_a_first_slice_needs_somebody_who_vouches),
		ON_HOST(test_ids_of_a_new_slice_have_their_sids),
		ON_HOST(test_autorids_pool_ends_where_well_known_sids_begin),
		ON_HOST(test_far_windows_of_sss_are_those_of_sssd),
		ON_HOST(test_far_windows_of_sss_are_never_anothers),
		ON_HOST(test_hash_belongs_to_whom_it_was_given),
		ON_HOST(test_no_number_is_given_twice_by_tdb),
		ON_HOST(test_no_number_is_given_twice_by_ephemeral),
		ON_HOST(test_no_number_is_given_twice_by_autorid),
		ON_HOST(test_no_number_is_given_twice_by_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
