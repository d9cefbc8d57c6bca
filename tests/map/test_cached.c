#include <stdio.h>
#include <unistd.h>

#include "tests/unit.h"

#include "map/cached.h"
#include "map/record.h"
#include "map/rewrite.h"
#include "map/snapshot.h"
#include "map/verify.h"
#include "tests/fixture.h"

#define NOW 1000000u

#define STR(text)                                                              \
	{                                                                      \
		(text), sizeof(text) - 1                                       \
	}

static const struct idm_cached front = {
	.flags = IDM_CACHED_PARTIAL,
	.when = NOW,
	.stamp = UINT64_C(0x0123456789abcdef),
	.record = STR("what it says"),
};

/* The same, and which server told it. */
static const struct idm_cached by_server = {
	.when = NOW,
	.server = 0x01020304,
	.record = STR("what it says"),
};

static const struct idm_cached_account account = {
	.flags = IDM_ACCOUNT_LOCKED | IDM_ACCOUNT_MUST_CHANGE,
	.expires = NOW + 1,
};

static const struct idm_cached_account part_time = {
	.has_hours = true,
	.hours = { 1, 2, 3, [IDM_LOGON_HOURS - 1] = 0x80 },
};

static const struct idm_cached_domain whole = {
	.is_complete = true,
	.when = NOW,
	.sure = NOW + 1,
	.stamp = 7,
	.users = 10000,
	.groups = 300,
	.refused = 7,
	.has_guests = true,
	.crowd = 8,
	.kept = 9,
	.asked = 10,
	.cookie = STR("rid=001,csn=2"),
	.numbers = STR("3"),
	.numbers_sum = 4,
	.server = STR("ldaps://dc1.corp.example"),
};

static const struct idm_str foreign = STR("CN=ben,DC=other,DC=example");
static const struct idm_cached_entry entry = {
	.flags = IDM_ENTRY_GROUP | IDM_ENTRY_OUT,
	.key = STR("staff@corp.example"),
	.handle = 0x0123456789abcdef,
	.nmembers = 2,
	.nforeign = 1,
};
static const uint64_t handles[] = { 1, UINT64_MAX };

static struct idm_str
written(const struct idm_buf *buf)
{
	assert_int_equal(buf->status, IDM_OK);
	return (struct idm_str){ buf->data, buf->len };
}

static void
assert_str(struct idm_str a, struct idm_str b)
{
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
}

/* ---- Records. */

static void
test_records_survive_a_round_trip(void **state)
{
	struct idm_cached_account said;
	struct idm_cached_domain domain;
	struct idm_cached_entry kept;
	struct idm_cached cached;
	struct idm_str uri;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	idm_buf_init(&buf, 4096);
	idm_cached_write(&buf, &front);
	assert_good(idm_cached_read(written(&buf), &cached, &err), err);
	assert_int_equal(cached.flags, front.flags);
	assert_true(cached.when == front.when);
	assert_true(cached.stamp == front.stamp);
	assert_str(cached.record, front.record);
	assert_int_equal(cached.server, 0);

	idm_buf_clear(&buf);
	idm_cached_write(&buf, &by_server);
	assert_good(idm_cached_read(written(&buf), &cached, &err), err);
	assert_int_equal(cached.flags, 0);
	assert_int_equal(cached.server, by_server.server);
	assert_str(cached.record, by_server.record);

	idm_buf_clear(&buf);
	idm_cached_server_write(&buf, idm_str_of("ldap://dc1/"));
	assert_good(idm_cached_server_read(written(&buf), &uri, &err), err);
	assert_str(uri, idm_str_of("ldap://dc1/"));

	idm_buf_clear(&buf);
	idm_cached_account_write(&buf, &account);
	assert_good(idm_cached_account_read(written(&buf), &said, &err), err);
	assert_int_equal(said.flags, account.flags);
	assert_true(said.expires == account.expires);
	assert_false(said.has_hours);

	idm_buf_clear(&buf);
	idm_cached_account_write(&buf, &part_time);
	assert_good(idm_cached_account_read(written(&buf), &said, &err), err);
	assert_true(said.has_hours);
	assert_memory_equal(said.hours, part_time.hours, IDM_LOGON_HOURS);

	idm_buf_clear(&buf);
	idm_cached_domain_write(&buf, &whole);
	assert_good(idm_cached_domain_read(written(&buf), &domain, &err), err);
	assert_true(domain.is_complete);
	assert_true(domain.when == whole.when && domain.stamp == whole.stamp);
	assert_true(domain.sure == whole.sure);
	assert_true(domain.users == whole.users);
	assert_true(domain.groups == whole.groups);
	assert_true(domain.refused == whole.refused);
	assert_true(domain.has_guests && domain.crowd == whole.crowd);
	assert_true(domain.kept == whole.kept && domain.asked == whole.asked);
	assert_str(domain.cookie, whole.cookie);
	assert_str(domain.numbers, whole.numbers);
	assert_true(domain.numbers_sum == whole.numbers_sum);
	assert_str(domain.server, whole.server);

	idm_buf_clear(&buf);
	idm_cached_entry_write(&buf, &entry, handles, &foreign);
	assert_good(idm_cached_entry_read(written(&buf), &kept, &err), err);
	assert_int_equal(kept.flags, entry.flags);
	assert_str(kept.key, entry.key);
	assert_true(kept.handle == entry.handle);
	assert_int_equal(kept.nmembers, 2);
	assert_true(idm_cursor_u64(&kept.members) == handles[0]);
	assert_true(idm_cursor_u64(&kept.members) == handles[1]);
	idm_buf_fini(&buf);
}

static enum idm_status
read_account(struct idm_str value, struct idm_err *err)
{
	struct idm_cached_account out;

	return idm_cached_account_read(value, &out, err);
}

static enum idm_status
read_domain(struct idm_str value, struct idm_err *err)
{
	struct idm_cached_domain out;

	return idm_cached_domain_read(value, &out, err);
}

static enum idm_status
read_front(struct idm_str value, struct idm_err *err)
{
	struct idm_cached out;

	return idm_cached_read(value, &out, err);
}

static enum idm_status
read_server(struct idm_str value, struct idm_err *err)
{
	struct idm_str uri;

	return idm_cached_server_read(value, &uri, err);
}

static void
assert_no_part_is_read(const struct idm_buf *buf,
    enum idm_status (*read)(struct idm_str, struct idm_err *))
{
	struct idm_str value = written(buf);
	struct idm_err err;

	for (value.len = 0; value.len < buf->len; value.len++) {
		/* Without the server it is one of before that was told. */
		if (read == read_domain &&
		    value.len == buf->len - 2 - whole.server.len)
			continue;
		assert_int_equal(read(value, &err), IDM_CORRUPT);
	}
}

static void
test_what_is_not_whole_is_refused(void **state)
{
	struct idm_cached empty = front;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	empty.record.len = 0;
	idm_buf_init(&buf, 4096);
	idm_cached_write(&buf, &empty);
	assert_no_part_is_read(&buf, read_front);
	idm_buf_clear(&buf);
	empty.server = 1;
	idm_cached_write(&buf, &empty);
	assert_no_part_is_read(&buf, read_front);
	idm_buf_clear(&buf);
	idm_cached_server_write(&buf, idm_str_of("ldap://dc1/"));
	assert_no_part_is_read(&buf, read_server);
	idm_buf_clear(&buf);
	idm_cached_account_write(&buf, &account);
	assert_no_part_is_read(&buf, read_account);
	idm_buf_put_u8(&buf, 0); /* the first one of its hours */
	assert_fails(
	    read_account(written(&buf), &err), IDM_CORRUPT, err, "cut short");
	idm_buf_clear(&buf);
	idm_cached_account_write(&buf, &part_time);
	idm_buf_put_u8(&buf, 0);
	assert_fails(read_account(written(&buf), &err), IDM_CORRUPT, err,
	    "1 bytes too many");
	idm_buf_clear(&buf);
	idm_cached_domain_write(&buf, &whole);
	assert_no_part_is_read(&buf, read_domain);
	idm_buf_put_u8(&buf, 0);
	assert_fails(read_domain(written(&buf), &err), IDM_CORRUPT, err,
	    "1 bytes too many");
	idm_buf_fini(&buf);
}

static void
test_what_is_not_known_is_refused(void **state)
{
	struct idm_cached_account other = account;
	struct idm_cached cached = front;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	idm_buf_init(&buf, 4096);
	cached.flags = 0x40;
	idm_cached_write(&buf, &cached);
	assert_fails(
	    read_front(written(&buf), &err), IDM_CORRUPT, err, "flags");
	buf.data[2] = (char)0x80; /* there is a server; and then it is 0 */
	memset(buf.data + 19, 0, 4);
	assert_fails(
	    read_front(written(&buf), &err), IDM_CORRUPT, err, "server");
	assert_fails(
	    read_account(written(&buf), &err), IDM_CORRUPT, err, "not 'T'");
	idm_buf_clear(&buf);
	other.flags = 0x20;
	idm_cached_account_write(&buf, &other);
	assert_fails(
	    read_account(written(&buf), &err), IDM_CORRUPT, err, "flags");
	idm_buf_clear(&buf);
	idm_cached_domain_write(&buf, &whole);
	buf.data[2] = 2;
	assert_fails(
	    read_domain(written(&buf), &err), IDM_CORRUPT, err, "is_complete");
	idm_buf_fini(&buf);
}

/* ---- Ages. */

static void
test_a_record_ages(void **state)
{
	/* clang-format off */
	static const struct {
		const char *what;
		uint64_t when, stamp;
		uint32_t stale_s;
		enum idm_cached_age age;
	} cases[] = {
		{ "new", NOW, 1, 0, IDM_CACHED_FRESH },
		{ "as old as it may be", NOW - 900, 1, 0, IDM_CACHED_FRESH },
		{ "older", NOW - 901, 1, 0, IDM_CACHED_STALE },
		{ "for ever", 0, 1, 0, IDM_CACHED_STALE },
		{ "the last second", NOW - 5000, 1, 5000, IDM_CACHED_STALE },
		{ "too old", NOW - 5001, 1, 5000, IDM_CACHED_EXPIRED },
		{ "another policy", NOW, 2, 0, IDM_CACHED_OUTDATED },
		{ "that and old", NOW - 901, 2, 0, IDM_CACHED_OUTDATED },
		{ "that and too old", 0, 2, 5000, IDM_CACHED_EXPIRED },
		{ "of tomorrow", NOW + 1, 1, 5000, IDM_CACHED_STALE },
	};
	/* clang-format on */

	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(cases); i++) {
		const struct idm_cached cached = {
			.when = cases[i].when,
			.stamp = cases[i].stamp,
		};
		const struct idm_domain domain = {
			.stamp = 1,
			.cache_s = 900,
			.stale_s = cases[i].stale_s,
		};

		if (idm_cached_age(&cached, &domain, NOW) != cases[i].age)
			fail_msg("%s: is of age %d", cases[i].what,
			    (int)idm_cached_age(&cached, &domain, NOW));
	}
}

static void
test_a_list_that_is_not_whole_is_asked_for_sooner(void **state)
{
	struct idm_cached part = { .flags = IDM_CACHED_PARTIAL };
	struct idm_domain domain = { .cache_s = 900 };

	(void)state;
	part.when = NOW - 60;
	assert_int_equal(idm_cached_age(&part, &domain, NOW), IDM_CACHED_FRESH);
	part.when = NOW - 61;
	assert_int_equal(idm_cached_age(&part, &domain, NOW), IDM_CACHED_STALE);
	domain.cache_s = 10;
	part.when = NOW - 11;
	assert_int_equal(idm_cached_age(&part, &domain, NOW), IDM_CACHED_STALE);
}

/* ---- Servers. */

static void
test_a_server_is_never_none(void **state)
{
	(void)state;
	assert_int_not_equal(idm_cached_server_id(idm_str_of("")), 0);
	assert_int_not_equal(idm_cached_server_id(idm_str_of("ldap://a")),
	    idm_cached_server_id(idm_str_of("ldap://b")));
}

static void
test_a_server_has_a_name_of_some_length(void **state)
{
	char text[IDM_CACHED_URI_MAX + 1];
	struct idm_str uri = { text, sizeof(text) };
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	memset(text, 'x', sizeof(text));
	idm_buf_init(&buf, 4096);
	idm_cached_server_write(&buf, uri);
	assert_fails(read_server(written(&buf), &err), IDM_CORRUPT, err,
	    "length of a URI out of range: 256");
	idm_buf_clear(&buf);
	uri.len--;
	idm_cached_server_write(&buf, uri);
	assert_good(read_server(written(&buf), &err), err);
	idm_buf_clear(&buf);
	uri.len = 0;
	idm_cached_server_write(&buf, uri);
	assert_fails(read_server(written(&buf), &err), IDM_CORRUPT, err,
	    "length of a URI out of range: 0");
	idm_buf_fini(&buf);
}

/* ---- In a file. */

static const struct idm_own_user alice = {
	.name = STR("Alice@corp.example"),
	.key = STR("alice@corp.example"),
	.domain = STR("corp"),
	.uid = 101103,
	.gid = 100513,
	.sid = { 5, { 21, 1, 2, 3, 1103 }, 5 },
};
static const struct idm_own_group staff = {
	.name = STR("staff@corp.example"),
	.key = STR("staff@corp.example"),
	.domain = STR("corp"),
	.gid = 100600,
	.nmembers = 1,
};
static const struct idm_str members[] = { STR("Alice@corp.example") };
static const uint32_t gids[] = { 100600 };

static struct idm_domain corp = {
	.name = "corp",
	.dns = "corp.example",
	.backend = IDM_BACKEND_RID,
	.flags = IDM_DOMAIN_DIRECTORY | IDM_DOMAIN_REPLICATE,
	.low = 100000,
	.high = 199999,
	.stamp = 7,
	.cache_s = 900,
	.wait_ms = 1000,
};

static struct fixture fixture;

static int
make_cache(void **state)
{
	struct idm_rewrite *rewrite;

	(void)state;
	fixture_make(&fixture, getuid());
	fixture_domains(&fixture, &corp, 1);
	rewrite = fixture_begin_cache(&fixture);
	fixture_cache_user(rewrite, &front, &alice, gids, IDM_COUNTOF(gids));
	fixture_cache_group(rewrite, &front, &staff, members);
	fixture_cache_domain(rewrite, "corp", &whole);
	fixture_commit(rewrite);
	return 0;
}

static int
remove_cache(void **state)
{
	(void)state;
	fixture_remove(&fixture);
	return 0;
}

static struct idm_maps *
open_maps(void)
{
	struct idm_maps *maps = NULL;
	struct idm_err err;

	assert_good(
	    idm_maps_open(fixture.dir, fixture.owner, &maps, &err), err);
	return maps;
}

static void
test_records_are_found(void **state)
{
	struct idm_maps *maps = open_maps();
	struct idm_own_user user;
	struct idm_cached cached;
	struct idm_err err;

	(void)state;
	assert_non_null(maps->cache);
	assert_int_equal(
	    idm_cached_find(maps->cache, IDM_OWN_USER, alice.key, &cached),
	    IDM_OK);
	assert_true(cached.stamp == front.stamp);
	assert_good(idm_own_user_read(cached.record, &user, &err), err);
	assert_int_equal(user.uid, alice.uid);
	assert_int_equal(
	    idm_cached_find_id(maps->cache, IDM_OWN_GID, staff.gid, &cached),
	    IDM_OK);
	assert_int_equal(
	    idm_cached_find_id(maps->cache, IDM_OWN_UID, staff.gid, &cached),
	    IDM_NOTFOUND);
	assert_int_equal(
	    idm_cached_find(NULL, IDM_OWN_USER, alice.key, &cached),
	    IDM_NOTFOUND);
	idm_maps_close(&maps);
}

static void
test_a_replicated_domain_may_be_complete(void **state)
{
	struct idm_maps *maps = open_maps();
	struct idm_domain domain = corp;
	struct idm_cached as_of;

	(void)state;
	assert_true(idm_cached_is_complete(maps->cache, &domain, &as_of));
	assert_true(as_of.when == whole.when && as_of.stamp == whole.stamp);
	domain.stamp++;
	assert_false(idm_cached_is_complete(maps->cache, &domain, &as_of));
	domain.stamp--;
	domain.flags = IDM_DOMAIN_DIRECTORY;
	assert_false(idm_cached_is_complete(maps->cache, &domain, &as_of));
	assert_false(idm_cached_is_complete(NULL, &corp, &as_of));
	idm_maps_close(&maps);
}

/* ---- What verify says of it. */

static char told[4000];

static void
tell(void *context, const char *text)
{
	size_t used = strlen(told);

	(void)context;
	(void)snprintf(told + used, sizeof(told) - used, "%s\n", text);
}

static uint64_t
verify(void)
{
	struct idm_verify_report report = { .finding = tell };
	struct idm_maps *maps = open_maps();
	struct idm_err err;

	told[0] = '\0';
	assert_non_null(maps->cache);
	assert_good(idm_verify(maps->cache, &report, &err), err);
	idm_maps_close(&maps);
	return report.findings;
}

static void
put(const char *key, const struct idm_buf *value)
{
	struct idm_rewrite *rewrite = fixture_begin_cache(&fixture);
	struct idm_err err;

	assert_good(idm_rewrite_put(rewrite, key, strlen(key), value->data,
			value->len, &err),
	    err);
	fixture_commit(rewrite);
}

static void
drop(const char *key)
{
	struct idm_rewrite *rewrite = fixture_begin_cache(&fixture);
	struct idm_err err;

	assert_good(idm_rewrite_delete(rewrite, key, strlen(key), &err), err);
	fixture_commit(rewrite);
}

static void
assert_verify_finds(
    const char *key, const struct idm_buf *value, const char *what)
{
	put(key, value);
	assert_int_equal(verify(), 1);
	if (strstr(told, what) == NULL)
		fail_msg("%s: told '%s', not '%s'", key, told, what);
	drop(key);
}

static void
test_verify_knows_the_file(void **state)
{
	struct idm_cached cached = front;
	struct idm_buf buf;

	(void)state;
	if (verify() != 0)
		fail_msg("%s", told);
	idm_buf_init(&buf, 4096);
	idm_cached_write(&buf, &cached);
	assert_verify_finds("i/t/x", &buf, "record is of kind 0x77, not 'T'");
	assert_verify_finds("i/m/x", &buf, "record is of kind 0x77, not 'K'");
	assert_verify_finds("i/z/x", &buf, "of no kind");
	assert_verify_finds("s/x", &buf, "of no kind");
	assert_verify_finds("i/d/x", &buf, "record is of kind 0x43, not 'V'");
	idm_buf_clear(&buf);
	idm_own_gids_write(&buf, gids, IDM_COUNTOF(gids));
	assert_verify_finds("i/m/x", &buf, "record is of kind 0x4b, not 'C'");
	idm_buf_fini(&buf);
	drop("i/P/101103");
	assert_int_equal(verify(), 1);
	assert_non_null(strstr(told, "there is no 'i/P/101103'"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records_survive_a_round_trip),
		cmocka_unit_test(test_what_is_not_whole_is_refused),
		cmocka_unit_test(test_what_is_not_known_is_refused),
		cmocka_unit_test(test_a_record_ages),
		cmocka_unit_test(test_a_server_is_never_none),
		cmocka_unit_test(test_a_server_has_a_name_of_some_length),
		cmocka_unit_test(
		    test_a_list_that_is_not_whole_is_asked_for_sooner),
		cmocka_unit_test(test_records_are_found),
		cmocka_unit_test(test_a_replicated_domain_may_be_complete),
		cmocka_unit_test(test_verify_knows_the_file),
	};

	return cmocka_run_group_tests(tests, make_cache, remove_cache);
}
