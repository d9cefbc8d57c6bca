/*
 * The keeper's cache, with packets as the engine sends them.
 */

#include <sys/resource.h>
#include <sys/stat.h>

#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/unit.h"

#include "daemon/cache.h"
#include "daemon/cachecheck.h"
#include "daemon/cacheitem.h"
#include "map/cached.h"
#include "map/verify.h"
#include "tests/fixture.h"

#define STR(text)                                                              \
	{                                                                      \
		(text), sizeof(text) - 1                                       \
	}

enum { STAMP = 7, WAIT_MS = 60000 };

static const struct idm_domain domains[] = {
	{
	    .name = "corp",
	    .dns = "corp.example",
	    .sid = { 5, { 21, 1, 2, 3 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .flags = IDM_DOMAIN_DIRECTORY,
	    .low = 100000,
	    .high = 199999,
	    .stamp = STAMP,
	    .cache_s = 900,
	    .wait_ms = 1000,
	},
	{
	    .name = "lab",
	    .sid = { 5, { 21, 4, 5, 6 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .low = 200000,
	    .high = 299999,
	},
	{
	    .name = "other",
	    .sid = { 5, { 21, 7, 8, 9 }, 4 },
	    .backend = IDM_BACKEND_RID,
	    .flags = IDM_DOMAIN_DIRECTORY,
	    .low = 300000,
	    .high = 399999,
	    .stamp = STAMP,
	    .cache_s = 900,
	    .wait_ms = 1000,
	},
};

static const struct idm_own_user alice = {
	.name = STR("Alice@corp.example"),
	.key = STR("alice@corp.example"),
	.domain = STR("corp"),
	.uid = 101103,
	.gid = 100513,
	.home = STR("/home/alice"),
	.shell = STR("/bin/sh"),
	.sid = { 5, { 21, 1, 2, 3, 1103 }, 5 },
};

static struct fixture fixture;
static char state_dir[96];
static struct idm_maps *maps;
static struct cache cache;
static uint64_t when = 1000; /* what is put was told */

static int
begin_cache(void **state)
{
	struct idm_rewrite *rewrite;
	struct idm_err err;

	(void)state;
	fixture_make(&fixture, getuid());
	fixture_domains(&fixture, domains, IDM_COUNTOF(domains));
	/* Names the keeper, and makes the folder. */
	rewrite = fixture_begin_cache(&fixture);
	idm_rewrite_end(&rewrite);
	(void)snprintf(state_dir, sizeof(state_dir), "%s/state", fixture.dir);
	assert_good(idm_maps_open(fixture.dir, getuid(), &maps, &err), err);
	cache_init(&cache, state_dir, getuid());
	return 0;
}

static int
end_cache(void **state)
{
	(void)state;
	cache_fini(&cache);
	idm_maps_close(&maps);
	fixture_remove(&fixture);
	return 0;
}

/* ---- What the engine says. */

/* A record of a user or a number of them, behind a front of now. */
static void
put_record(struct idm_buf *items, const char *prefix, struct idm_str text,
    const struct idm_buf *record)
{
	struct idm_cached cached = {
		.when = when,
		.stamp = STAMP,
		.record = { record->data, record->len },
	};
	struct idm_buf key, value;

	idm_buf_init(&key, 4096);
	idm_buf_init(&value, IDM_VALUE_MAX);
	idm_own_key(&key, prefix, text);
	idm_cached_write(&value, &cached);
	cache_item_write(items,
	    &(struct cache_item){
		.kind = CACHE_PUT,
		.key = { key.data, key.len },
		.value = { value.data, value.len },
	    });
	assert_int_equal(items->status, IDM_OK);
	idm_buf_fini(&key);
	idm_buf_fini(&value);
}

static void
put_user(struct idm_buf *items, const struct idm_own_user *user)
{
	char uid[12], sid[IDM_SID_TEXT_MAX];
	struct idm_own_sid owner = {
		.id = user->uid,
		.name = STR("Alice"),
		.domain = user->domain,
		.shown = user->name,
	};
	struct idm_buf record;

	(void)snprintf(uid, sizeof(uid), "%u", user->uid);
	idm_buf_init(&record, 65536);
	idm_own_user_write(&record, user);
	put_record(items, IDM_OWN_USER, user->key, &record);
	put_record(items, IDM_OWN_UID, idm_str_of(uid), &record);
	if (user->sid.nsubs > 0) {
		idm_buf_clear(&record);
		idm_own_sid_write(&record, &owner);
		put_record(items, IDM_OWN_SID,
		    idm_str_of(idm_sid_format(&user->sid, sid)), &record);
	}
	idm_buf_fini(&record);
}

/* Send items in as many packets as they need.  The publish to wait for. */
static uint64_t
send_items(const struct idm_buf *items, uint8_t flags)
{
	struct idm_str all = { items->data, items->len };
	struct idm_buf body, reply;
	uint64_t number = 0;
	struct idm_err err;
	size_t at = 0;

	assert_int_equal(items->status, IDM_OK);
	idm_buf_init(&body, 65536);
	idm_buf_init(&reply, 65536);
	while (cache_item_packet(all, &at, flags, &body)) {
		struct cache_call call = {
			.maps = maps,
			.body = { body.data, body.len },
			.reply = &reply,
			.publish = &number,
		};

		assert_good(cache_take(&cache, &call, &err), err);
		idm_buf_clear(&body);
	}
	idm_buf_fini(&body);
	idm_buf_fini(&reply);
	return number;
}

static uint64_t
send_one(uint8_t kind, const char *key, uint8_t flags)
{
	struct idm_buf items;
	uint64_t number;

	idm_buf_init(&items, 4096);
	cache_item_write(&items,
	    &(struct cache_item){ .kind = kind, .key = idm_str_of(key) });
	number = send_items(&items, flags);
	idm_buf_fini(&items);
	return number;
}

static uint64_t
send_user(const struct idm_own_user *user, uint8_t flags)
{
	struct idm_buf items;
	uint64_t number;

	idm_buf_init(&items, 65536);
	put_user(&items, user);
	number = send_items(&items, flags);
	idm_buf_fini(&items);
	return number;
}

/* As the keeper does, until a publish has ended. */
static void
await(uint64_t number)
{
	assert_true(number > 0);
	for (cache_tend(&cache); cache.ended < number; cache_tend(&cache)) {
		struct pollfd pfd = { .fd = cache.child.fd };

		if (child_is_on(&cache.child))
			assert_int_equal(poll(&pfd, 1, WAIT_MS), 1);
	}
}

static void
publish_user(const struct idm_own_user *user)
{
	await(send_user(user, CACHE_NOW | CACHE_AWAIT));
	if (cache.err.status != IDM_OK)
		fail_msg("%s", cache.err.text);
}

/* ---- What readers see. */

static enum idm_status
find(const char *prefix, const char *text)
{
	struct idm_maps *now = NULL;
	struct idm_cached cached;
	enum idm_status st;
	struct idm_err err;

	assert_good(idm_maps_open(fixture.dir, getuid(), &now, &err), err);
	st = idm_cached_find(now->cache, prefix, idm_str_of(text), &cached);
	idm_maps_close(&now);
	return st;
}

static void
tell(void *context, const char *text)
{
	(void)context;
	print_message("%s\n", text);
}

static void
assert_whole(void)
{
	struct idm_verify_report report = { .finding = tell };
	struct idm_maps *now = NULL;
	struct idm_err err;

	assert_good(idm_maps_open(fixture.dir, getuid(), &now, &err), err);
	assert_non_null(now->cache);
	assert_good(idm_verify(now->cache, &report, &err), err);
	assert_int_equal(report.findings, 0);
	idm_maps_close(&now);
}

static void
test_what_is_put_is_published(void **state)
{
	(void)state;
	publish_user(&alice);
	assert_int_equal(find(IDM_OWN_USER, "alice@corp.example"), IDM_OK);
	assert_int_equal(find(IDM_OWN_UID, "101103"), IDM_OK);
	assert_int_equal(find(IDM_OWN_SID, "S-1-5-21-1-2-3-1103"), IDM_OK);
	assert_int_equal(cache_version(&cache), 1);
	assert_whole();
	/* and again, which is one more version */
	publish_user(&alice);
	assert_int_equal(cache_version(&cache), 2);
}

static void
test_it_is_published_after_a_while(void **state)
{
	int64_t at;

	(void)state;
	assert_true(cache_next(&cache) == INT64_MAX);
	assert_int_equal(send_user(&alice, 0), 0);
	at = cache_next(&cache);
	assert_true(at < INT64_MAX && at - cache.changed_at == 1000);
	/* what comes later is published with it */
	assert_int_equal(send_user(&alice, 0), 0);
	assert_true(cache_next(&cache) == at);
	/* but of a large piece of work not its beginning */
	assert_int_equal(send_user(&alice, CACHE_BULK), 0);
	assert_true(cache_next(&cache) > at);
	assert_int_equal(send_user(&alice, 0), 0);
	assert_true(cache_next(&cache) == at);
	await(send_user(&alice, CACHE_NOW | CACHE_AWAIT));
	assert_true(cache_next(&cache) == INT64_MAX);
	/* Nothing has changed: there is nothing to wait for. */
	assert_int_equal(send_one(CACHE_DELETE, "i/p/none@corp.example",
			     CACHE_NOW | CACHE_AWAIT),
	    0);
}

static void
test_a_group_has_more_members_than_a_packet(void **state)
{
	enum { MEMBERS = 5000 };
	struct idm_own_group group = {
		.name = STR("all@corp.example"),
		.key = STR("all@corp.example"),
		.domain = STR("corp"),
		.gid = 100999,
		.nmembers = MEMBERS,
	};
	struct idm_str *member = calloc(MEMBERS, sizeof(*member));
	struct idm_own_group found;
	struct idm_maps *now = NULL;
	struct idm_cached cached;
	struct idm_buf record, items;
	struct idm_err err;

	(void)state;
	assert_non_null(member);
	for (size_t i = 0; i < MEMBERS; i++)
		member[i] = alice.name;
	idm_buf_init(&record, IDM_VALUE_MAX);
	idm_buf_init(&items, IDM_VALUE_MAX);
	idm_own_group_write(&record, &group, member);
	put_user(&items, &alice);
	put_record(&items, IDM_OWN_GROUP, group.key, &record);
	put_record(&items, IDM_OWN_GID, idm_str_of("100999"), &record);
	assert_true(items.len > (size_t)2 * 65536);
	await(send_items(&items, CACHE_NOW | CACHE_AWAIT));
	assert_int_equal(cache.partial.len, 0);
	assert_whole();
	assert_good(idm_maps_open(fixture.dir, getuid(), &now, &err), err);
	assert_int_equal(
	    idm_cached_find_id(now->cache, IDM_OWN_GID, group.gid, &cached),
	    IDM_OK);
	assert_good(idm_own_group_read(cached.record, &found, &err), err);
	assert_int_equal(found.nmembers, MEMBERS);
	idm_maps_close(&now);
	idm_buf_fini(&record);
	idm_buf_fini(&items);
	free(member);
}

static void
test_who_has_another_number_has_lost_the_old_one(void **state)
{
	struct idm_own_user moved = alice;

	(void)state;
	publish_user(&alice);
	moved.uid = 101999;
	publish_user(&moved);
	assert_int_equal(find(IDM_OWN_UID, "101103"), IDM_NOTFOUND);
	assert_int_equal(find(IDM_OWN_UID, "101999"), IDM_OK);
	assert_whole();
}

static void
test_an_identity_is_deleted_with_all_that_is_its(void **state)
{
	static const uint32_t gids[] = { 100600 };
	struct idm_cached_account account = { .flags = 0 };
	struct idm_buf items, record;

	(void)state;
	idm_buf_init(&items, 65536);
	idm_buf_init(&record, 65536);
	put_user(&items, &alice);
	idm_own_gids_write(&record, gids, 1);
	put_record(&items, IDM_OWN_MEMBERSHIP, alice.key, &record);
	idm_buf_clear(&record);
	idm_cached_account_write(&record, &account);
	put_record(&items, IDM_CACHED_ACCOUNT, alice.key, &record);
	await(send_items(&items, CACHE_NOW | CACHE_AWAIT));
	assert_int_equal(cache.refused, 0);
	assert_int_equal(find(IDM_OWN_MEMBERSHIP, alice.key.data), IDM_OK);
	assert_int_equal(find(IDM_CACHED_ACCOUNT, alice.key.data), IDM_OK);

	await(send_one(
	    CACHE_DELETE, "i/p/alice@corp.example", CACHE_NOW | CACHE_AWAIT));
	assert_int_equal(find(IDM_OWN_USER, alice.key.data), IDM_NOTFOUND);
	assert_int_equal(find(IDM_OWN_UID, "101103"), IDM_NOTFOUND);
	assert_int_equal(
	    find(IDM_OWN_SID, "S-1-5-21-1-2-3-1103"), IDM_NOTFOUND);
	assert_int_equal(
	    find(IDM_OWN_MEMBERSHIP, alice.key.data), IDM_NOTFOUND);
	assert_int_equal(
	    find(IDM_CACHED_ACCOUNT, alice.key.data), IDM_NOTFOUND);
	idm_buf_fini(&items);
	idm_buf_fini(&record);
}

static void
test_a_domain_is_dropped_and_no_other(void **state)
{
	static const struct idm_own_user frank = {
		.name = STR("frank@other"),
		.key = STR("frank@other"),
		.domain = STR("other"),
		.uid = 301000,
		.gid = 300513,
	};

	(void)state;
	publish_user(&frank);
	/* one in the file, one that is not published yet */
	publish_user(&alice);
	await(send_one(CACHE_DROP, "corp", CACHE_NOW | CACHE_AWAIT));
	assert_int_equal(find(IDM_OWN_USER, alice.key.data), IDM_NOTFOUND);
	assert_int_equal(find(IDM_OWN_UID, "101103"), IDM_NOTFOUND);
	assert_int_equal(
	    find(IDM_OWN_SID, "S-1-5-21-1-2-3-1103"), IDM_NOTFOUND);
	assert_int_equal(find(IDM_OWN_USER, "frank@other"), IDM_OK);
	assert_int_equal(send_user(&alice, 0), 0);
	await(send_one(CACHE_DROP, "", CACHE_NOW | CACHE_AWAIT));
	assert_int_equal(find(IDM_OWN_USER, alice.key.data), IDM_NOTFOUND);
	assert_int_equal(find(IDM_OWN_USER, "frank@other"), IDM_NOTFOUND);
	assert_whole();
}

/* ---- A hostile engine. */

static void
assert_refused(
    const char *key, const struct idm_own_user *user, const char *why)
{
	uint64_t before = cache.refused;
	struct idm_buf items, record;

	idm_buf_init(&items, 65536);
	idm_buf_init(&record, 65536);
	idm_own_user_write(&record, user);
	assert_true(strlen(key) > IDM_OWN_PREFIX);
	put_record(&items, key, idm_str_of(key + IDM_OWN_PREFIX), &record);
	assert_int_equal(send_items(&items, 0), 0);
	assert_int_equal(cache.refused, before + 1);
	if (strstr(cache.why.text, why) == NULL)
		fail_msg("%s: said '%s', not '%s'", key, cache.why.text, why);
	assert_true(cache_next(&cache) == INT64_MAX);
	idm_buf_fini(&items);
	idm_buf_fini(&record);
}

static void
test_records_that_may_not_be_are_refused(void **state)
{
	struct idm_own_user user = alice;

	(void)state;
	assert_refused("i/p/bob@corp.example", &alice, "not of its key");
	assert_refused("i/P/101104", &alice, "not of its key");
	assert_refused("i/P/0101103", &alice, "not of its key");
	assert_refused("i/g/alice@corp.example", &alice, "not 'J'");
	assert_refused("i/f/alice@corp.example", &alice, "of no kind");
	assert_refused("u/p/alice@corp.example", &alice, "of no kind");
	assert_refused("i/d/corp", &alice, "not 'V'");
	assert_refused("i/p/a\nb", &alice, "'i/p/a\\x0ab'");
	user.uid = 0;
	assert_refused("i/p/alice@corp.example", &user, "uid 0 is root's");
	user.uid = 200001;
	assert_refused("i/p/alice@corp.example", &user, "may have its number");
	user.uid = 999;
	assert_refused("i/p/alice@corp.example", &user, "may have its number");
	user = alice;
	user.gid = 10;
	assert_refused("i/p/alice@corp.example", &user, "may have its number");
	user = alice;
	user.domain = (struct idm_str)STR("lab");
	user.uid = 200001;
	assert_refused("i/p/alice@corp.example", &user, "may have its number");
	user = alice;
	user.domain = (struct idm_str)STR("other");
	user.uid = 301000;
	assert_refused("i/p/alice@corp.example", &user, "not of its key");
	user = alice;
	user.name = (struct idm_str)STR("a:b");
	assert_refused("i/p/alice@corp.example", &user, "name has a ':'");
	user = alice;
	user.key = (struct idm_str)STR("Alice@corp.example");
	assert_refused("i/p/Alice@corp.example", &user, "not of its key");
}

static void
test_packets_that_are_none_are_refused(void **state)
{
	/* clang-format off */
	static const struct {
		struct idm_str body;
		const char *why;
	} bad[] = {
		{ STR(""), "malformed record" },
		{ STR("\0Q\1\0x"), "kind 0x51" },
		{ STR("\0P\1\0x\xff\xff\xff\xff"), "the limit is" },
		{ STR("\0P\1\0x\1\0\0\0"), "is cut" },
		{ STR("\0D\5\0x"), "is cut" },
	};
	/* clang-format on */
	uint64_t number = 0;
	struct idm_buf reply;
	struct idm_err err;

	(void)state;
	idm_buf_init(&reply, 4096);
	for (size_t i = 0; i < IDM_COUNTOF(bad); i++) {
		struct cache_call call = {
			.maps = maps,
			.body = bad[i].body,
			.reply = &reply,
			.publish = &number,
		};

		assert_fails(cache_take(&cache, &call, &err), IDM_CORRUPT, err,
		    bad[i].why);
		assert_int_equal(cache.partial.len, 0);
	}
	idm_buf_fini(&reply);
	publish_user(&alice);
}

/* ---- The file. */

static char path[128], old_path[128];

static void
set_paths(void)
{
	(void)snprintf(path, sizeof(path), "%s/" CACHE_NAME, state_dir);
	(void)snprintf(
	    old_path, sizeof(old_path), "%s/" CACHE_OLD_NAME, state_dir);
}

static void
test_the_file_may_be_deleted_at_any_time(void **state)
{
	struct idm_own_user bob = alice;

	(void)state;
	set_paths();
	bob.name = bob.key = (struct idm_str)STR("bob@corp.example");
	bob.uid = 101104;
	bob.sid.nsubs = 0;
	publish_user(&alice);
	assert_int_equal(unlink(path), 0);
	publish_user(&bob);
	assert_int_equal(find(IDM_OWN_USER, alice.key.data), IDM_NOTFOUND);
	assert_int_equal(find(IDM_OWN_USER, "bob@corp.example"), IDM_OK);
	assert_whole();
}

static void
test_a_damaged_file_is_put_aside(void **state)
{
	struct stat st;
	FILE *file;

	(void)state;
	set_paths();
	publish_user(&alice);
	cache_fini(&cache);
	cache_init(&cache, state_dir, getuid());
	file = fopen(path, "r+");
	assert_non_null(file);
	assert_true(fputs("not a database", file) >= 0);
	assert_int_equal(fclose(file), 0);
	publish_user(&alice);
	assert_int_equal(find(IDM_OWN_USER, alice.key.data), IDM_OK);
	assert_int_equal(stat(old_path, &st), 0);
	assert_whole();
}

static void
test_a_failed_publish_is_tried_again(void **state)
{
	struct rlimit before, small = { .rlim_cur = 1000 };
	struct idm_buf lines;
	struct stat st;

	(void)state;
	set_paths();
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	await(send_user(&alice, CACHE_NOW | CACHE_AWAIT));
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(cache.err.status, IDM_SYSTEM);
	assert_non_null(strstr(cache.err.text, "File too large"));
	assert_int_equal(stat(path, &st), -1);
	idm_buf_init(&lines, 65536);
	cache_status(&cache, &lines);
	assert_non_null(strstr(idm_buf_text(&lines), "cache_problem "));
	idm_buf_fini(&lines);

	/* What was to be published is still there to be. */
	assert_true(cache_next(&cache) == cache.ended_at + 1000);
	cache.retry_ms = 1;
	await(cache.begun + 1);
	assert_int_equal(cache.err.status, IDM_OK);
	assert_int_equal(find(IDM_OWN_USER, alice.key.data), IDM_OK);
	assert_true(cache_next(&cache) == INT64_MAX);
}

static void
test_a_killed_publish_leaves_the_old_file(void **state)
{
	struct idm_own_user moved = alice;
	uint64_t number;

	(void)state;
	publish_user(&alice);
	moved.uid = 101999;
	number = send_user(&moved, CACHE_NOW | CACHE_AWAIT);
	cache_tend(&cache);
	assert_true(child_is_on(&cache.child));
	assert_int_equal(kill(cache.child.pid, SIGKILL), 0);
	/* What comes meanwhile waits for the one after it. */
	assert_int_equal(
	    send_user(&moved, CACHE_NOW | CACHE_AWAIT), number + 1);
	await(number);
	if (cache.err.status == IDM_OK)
		skip(); /* it was faster than the signal */
	assert_non_null(strstr(cache.err.text, "its process was killed"));
	assert_int_equal(find(IDM_OWN_UID, "101103"), IDM_OK);
	assert_int_equal(find(IDM_OWN_UID, "101999"), IDM_NOTFOUND);
	assert_whole();
	cache.retry_ms = 1;
	await(number + 1);
	assert_int_equal(cache.err.status, IDM_OK);
	assert_int_equal(find(IDM_OWN_UID, "101999"), IDM_OK);
	assert_whole();
}

/* Users u0 to u7, each told a second after the one before. */
static void
put_eight(struct idm_buf *items)
{
	char name[32];

	for (unsigned i = 0; i < 8; i++) {
		struct idm_own_user user = alice;

		(void)snprintf(name, sizeof(name), "u%u@corp.example", i);
		user.name = user.key = idm_str_of(name);
		user.uid += i;
		user.sid.nsubs = 0;
		when = 1000 + i;
		put_user(items, &user);
	}
	when = 1000;
}

/* The next publish finds that there are too many. */
static void
make_room(void)
{
	cache.max_records = 12;
	await(send_one(
	    CACHE_DELETE, "i/p/u7@corp.example", CACHE_NOW | CACHE_AWAIT));
	assert_int_equal(cache.err.status, IDM_OK);
	assert_whole();
}

static void
test_of_too_much_the_oldest_goes(void **state)
{
	const struct idm_cached_domain whole = {
		.is_complete = true,
		.stamp = STAMP,
		.cookie = STR(""),
	};
	struct idm_buf items, value;

	(void)state;
	idm_buf_init(&items, 65536);
	idm_buf_init(&value, 4096);
	idm_cached_domain_write(&value, &whole);
	cache_item_write(&items,
	    &(struct cache_item){
		.kind = CACHE_PUT,
		.key = STR("i/d/corp"),
		.value = { value.data, value.len },
	    });
	put_eight(&items);
	await(send_items(&items, CACHE_NOW | CACHE_AWAIT));
	assert_int_equal(cache.refused, 0);
	assert_int_equal(find(IDM_OWN_USER, "u0@corp.example"), IDM_OK);

	make_room();
	assert_int_equal(find(IDM_OWN_USER, "u0@corp.example"), IDM_NOTFOUND);
	assert_int_equal(find(IDM_OWN_UID, "101103"), IDM_NOTFOUND);
	assert_int_equal(find(IDM_OWN_USER, "u6@corp.example"), IDM_OK);
	assert_int_equal(find(IDM_OWN_UID, "101109"), IDM_OK);
	assert_int_equal(find(IDM_CACHED_DOMAIN, "corp"), IDM_NOTFOUND);
	idm_buf_fini(&items);
	idm_buf_fini(&value);
}

/* The first of eight users has logged in, the others are younger. */
static void
test_who_has_logged_in_is_spared(void **state)
{
	static const struct idm_cached_account good = { .flags = 0 };
	struct idm_buf items, account, value;
	struct idm_cached cached = { .flags = IDM_CACHED_LOGIN, .when = 1000 };

	(void)state;
	idm_buf_init(&items, 65536);
	idm_buf_init(&value, 4096);
	idm_buf_init(&account, 4096);
	idm_cached_account_write(&account, &good);
	cached.record = (struct idm_str){ account.data, account.len };
	idm_cached_write(&value, &cached);
	cache_item_write(&items,
	    &(struct cache_item){
		.kind = CACHE_PUT,
		.key = STR("i/t/u0@corp.example"),
		.value = { value.data, value.len },
	    });
	put_eight(&items);
	/* Somebody else asks for it: that is not to count less. */
	cached.flags = 0;
	idm_buf_clear(&value);
	idm_cached_write(&value, &cached);
	cache_item_write(&items,
	    &(struct cache_item){
		.kind = CACHE_PUT,
		.key = STR("i/t/u0@corp.example"),
		.value = { value.data, value.len },
	    });
	await(send_items(&items, CACHE_NOW | CACHE_AWAIT));
	assert_int_equal(cache.refused, 0);

	make_room();
	assert_int_equal(find(IDM_OWN_USER, "u0@corp.example"), IDM_OK);
	assert_int_equal(find(IDM_OWN_UID, "101103"), IDM_OK);
	assert_int_equal(find(IDM_CACHED_ACCOUNT, "u0@corp.example"), IDM_OK);
	assert_int_equal(find(IDM_OWN_USER, "u1@corp.example"), IDM_NOTFOUND);
	assert_int_equal(find(IDM_OWN_USER, "u6@corp.example"), IDM_OK);
	idm_buf_fini(&items);
	idm_buf_fini(&value);
	idm_buf_fini(&account);
}

static void
test_what_came_last_is_published_at_the_end(void **state)
{
	(void)state;
	assert_int_equal(send_user(&alice, 0), 0);
	cache_settle(&cache);
	assert_int_equal(find(IDM_OWN_USER, alice.key.data), IDM_OK);
}

#define CASE(test)                                                             \
	cmocka_unit_test_setup_teardown((test), begin_cache, end_cache)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_what_is_put_is_published),
		CASE(test_it_is_published_after_a_while),
		CASE(test_a_group_has_more_members_than_a_packet),
		CASE(test_who_has_another_number_has_lost_the_old_one),
		CASE(test_an_identity_is_deleted_with_all_that_is_its),
		CASE(test_a_domain_is_dropped_and_no_other),
		CASE(test_records_that_may_not_be_are_refused),
		CASE(test_packets_that_are_none_are_refused),
		CASE(test_the_file_may_be_deleted_at_any_time),
		CASE(test_a_damaged_file_is_put_aside),
		CASE(test_a_failed_publish_is_tried_again),
		CASE(test_a_killed_publish_leaves_the_old_file),
		CASE(test_of_too_much_the_oldest_goes),
		CASE(test_who_has_logged_in_is_spared),
		CASE(test_what_came_last_is_published_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
