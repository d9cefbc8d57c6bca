#include <stdio.h>
#include <unistd.h>

#include "tests/unit.h"

#include "map/own.h"
#include "map/own_edit.h"
#include "map/rewrite.h"
#include "map/verify.h"
#include "tests/fixture.h"

#define STR(text)                                                              \
	{                                                                      \
		(text), sizeof(text) - 1                                       \
	}

static const struct idm_own_user alice = {
	.name = STR("Alice@corp.example"),
	.key = STR("alice@corp.example"),
	.domain = STR("corp"),
	.uid = 101103,
	.gid = 100513,
	.gecos = STR("Alice, \xc3\x89ire"),
	.home = STR("/home/corp/alice"),
	.shell = STR("/bin/bash"),
	.sid = { 5, { 21, 1, 2, 3, 1103 }, 5 },
};

static const struct idm_own_group staff = {
	.name = STR("domain users@corp.example"),
	.key = STR("domain users@corp.example"),
	.domain = STR("corp"),
	.gid = 100513,
	.sid = { 5, { 21, 1, 2, 3, 513 }, 5 },
	.nmembers = 2,
};
static const struct idm_str members[] = {
	STR("Alice@corp.example"),
	STR("bob@corp.example"),
};

static const uint32_t gids[] = { 100514, 100600, 4000000000 };

static const struct idm_own_sid alices_sid = {
	.is_group = false,
	.id = 101103,
	.name = STR("Alice"),
	.domain = STR("corp"),
	.shown = STR("Alice@corp.example"),
};

static void
assert_str(struct idm_str a, struct idm_str b)
{
	assert_int_equal(a.len, b.len);
	assert_memory_equal(a.data, b.data, a.len);
}

static struct idm_str
written(const struct idm_buf *buf)
{
	assert_int_equal(buf->status, IDM_OK);
	return (struct idm_str){ buf->data, buf->len };
}

/* ---- What was written is read. */

static void
assert_user(const struct idm_own_user *a, const struct idm_own_user *b)
{
	assert_str(a->name, b->name);
	assert_str(a->key, b->key);
	assert_str(a->domain, b->domain);
	assert_int_equal(a->uid, b->uid);
	assert_int_equal(a->gid, b->gid);
	assert_str(a->gecos, b->gecos);
	assert_str(a->home, b->home);
	assert_str(a->shell, b->shell);
	assert_int_equal(a->sid.nsubs, b->sid.nsubs);
	if (b->sid.nsubs > 0)
		assert_true(idm_sid_equal(&a->sid, &b->sid));
}

static void
test_a_user_survives_a_round_trip(void **state)
{
	struct idm_own_user in[] = { alice, alice }, out;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	in[1].sid.nsubs = 0;
	in[1].gecos.len = in[1].home.len = in[1].shell.len = 0;
	idm_buf_init(&buf, 4096);
	for (size_t i = 0; i < IDM_COUNTOF(in); i++) {
		idm_buf_clear(&buf);
		idm_own_user_write(&buf, &in[i]);
		assert_good(idm_own_user_read(written(&buf), &out, &err), err);
		assert_user(&out, &in[i]);
		/* for who answers the same, but for the SID */
		assert_good(idm_own_user_open(written(&buf), &out, &err), err);
		assert_int_equal(out.sid.nsubs, 0);
		out.sid = in[i].sid;
		assert_user(&out, &in[i]);
	}
	idm_buf_fini(&buf);
}

static void
test_a_users_texts_lie_together_and_are_ended(void **state)
{
	static const char expected[] = "Alice@corp.example\0"
				       "Alice, \xc3\x89ire\0"
				       "/home/corp/alice\0"
				       "/bin/bash";
	struct idm_own_user out;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	idm_buf_init(&buf, 4096);
	idm_own_user_write(&buf, &alice);
	assert_good(idm_own_user_read(written(&buf), &out, &err), err);
	assert_memory_equal(out.name.data, expected, sizeof(expected));
	assert_ptr_equal(out.gecos.data, out.name.data + out.name.len + 1);
	assert_ptr_equal(out.home.data, out.gecos.data + out.gecos.len + 1);
	assert_ptr_equal(out.shell.data, out.home.data + out.home.len + 1);
	idm_buf_fini(&buf);
}

static void
test_a_group_survives_a_round_trip(void **state)
{
	struct idm_own_group empty = staff, out;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	idm_buf_init(&buf, 4096);
	idm_own_group_write(&buf, &staff, members);
	assert_good(idm_own_group_read(written(&buf), &out, &err), err);
	assert_str(out.name, staff.name);
	assert_str(out.key, staff.key);
	assert_str(out.domain, staff.domain);
	assert_int_equal(out.gid, staff.gid);
	assert_true(idm_sid_equal(&out.sid, &staff.sid));
	assert_int_equal(out.nmembers, IDM_COUNTOF(members));
	for (size_t i = 0; i < IDM_COUNTOF(members); i++)
		assert_str(idm_cursor_str(&out.members), members[i]);
	assert_true(idm_cursor_done(&out.members));

	empty.nmembers = 0;
	empty.sid.nsubs = 0;
	idm_buf_clear(&buf);
	idm_own_group_write(&buf, &empty, NULL);
	assert_good(idm_own_group_read(written(&buf), &out, &err), err);
	assert_int_equal(out.nmembers, 0);
	assert_int_equal(out.sid.nsubs, 0);
	idm_buf_fini(&buf);
}

static void
test_gids_and_a_sid_survive_a_round_trip(void **state)
{
	struct idm_own_sid out;
	struct idm_cursor cursor;
	struct idm_buf buf;
	struct idm_err err;
	uint32_t n;

	(void)state;
	idm_buf_init(&buf, 4096);
	idm_own_gids_write(&buf, gids, IDM_COUNTOF(gids));
	assert_good(idm_own_gids_read(written(&buf), &cursor, &n, &err), err);
	assert_int_equal(n, IDM_COUNTOF(gids));
	for (size_t i = 0; i < n; i++)
		assert_true(idm_cursor_u32(&cursor) == gids[i]);
	assert_true(idm_cursor_done(&cursor));

	idm_buf_clear(&buf);
	idm_own_sid_write(&buf, &alices_sid);
	assert_good(idm_own_sid_read(written(&buf), &out, &err), err);
	assert_false(out.is_group);
	assert_int_equal(out.id, alices_sid.id);
	assert_str(out.name, alices_sid.name);
	assert_str(out.domain, alices_sid.domain);
	assert_str(out.shown, alices_sid.shown);
	idm_buf_fini(&buf);
}

/* ---- What is not whole is refused. */

static void
put_user(struct idm_buf *buf)
{
	idm_own_user_write(buf, &alice);
}

static void
put_group(struct idm_buf *buf)
{
	idm_own_group_write(buf, &staff, members);
}

static void
put_gids(struct idm_buf *buf)
{
	idm_own_gids_write(buf, gids, IDM_COUNTOF(gids));
}

static void
put_sid(struct idm_buf *buf)
{
	idm_own_sid_write(buf, &alices_sid);
}

static enum idm_status
read_user(struct idm_str value, struct idm_err *err)
{
	struct idm_own_user out, opened;
	enum idm_status st = idm_own_user_read(value, &out, err);

	assert_int_equal(idm_own_user_open(value, &opened, NULL), st);
	return st;
}

static enum idm_status
read_group(struct idm_str value, struct idm_err *err)
{
	struct idm_own_group out;

	return idm_own_group_read(value, &out, err);
}

static enum idm_status
read_gids(struct idm_str value, struct idm_err *err)
{
	struct idm_cursor out;
	uint32_t n;

	return idm_own_gids_read(value, &out, &n, err);
}

static enum idm_status
read_sid(struct idm_str value, struct idm_err *err)
{
	struct idm_own_sid out;

	return idm_own_sid_read(value, &out, err);
}

static const struct {
	void (*put)(struct idm_buf *);
	enum idm_status (*read)(struct idm_str, struct idm_err *);
} records[] = {
	{ put_user, read_user },
	{ put_group, read_group },
	{ put_gids, read_gids },
	{ put_sid, read_sid },
};

static void
test_every_record_is_refused_when_cut_or_extended(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(records); i++) {
		struct idm_str value;
		struct idm_buf buf;
		struct idm_err err;

		idm_buf_init(&buf, 4096);
		records[i].put(&buf);
		value = written(&buf);
		assert_good(records[i].read(value, &err), err);
		for (value.len = 0; value.len < buf.len; value.len++) {
			if (records[i].read(value, &err) != IDM_CORRUPT)
				fail_msg("record %zu of %zu bytes was accepted",
				    i, value.len);
		}
		idm_buf_put_u8(&buf, 0);
		assert_fails(records[i].read(written(&buf), &err), IDM_CORRUPT,
		    err, "1 bytes too many");
		idm_buf_fini(&buf);
	}
}

static void
test_a_record_of_another_kind_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < IDM_COUNTOF(records); i++) {
		for (size_t j = 0; j < IDM_COUNTOF(records); j++) {
			struct idm_buf buf;
			struct idm_err err;

			if (i == j)
				continue;
			idm_buf_init(&buf, 4096);
			records[j].put(&buf);
			assert_fails(records[i].read(written(&buf), &err),
			    IDM_CORRUPT, err, "of kind 0x");
			idm_buf_fini(&buf);
		}
	}
}

static void
assert_user_refused(struct idm_own_user user, const char *why)
{
	bool is_answered = strstr(why, "record's key") == NULL &&
	    strstr(why, "record's domain") == NULL;
	struct idm_own_user out = { .uid = 42 };
	struct idm_buf buf;
	struct idm_err err;

	idm_buf_init(&buf, 8192);
	idm_own_user_write(&buf, &user);
	assert_fails(idm_own_user_read(written(&buf), &out, &err), IDM_CORRUPT,
	    err, why);
	assert_int_equal(out.uid, 42); /* untouched */
	if (is_answered) {
		assert_fails(idm_own_user_open(written(&buf), &out, &err),
		    IDM_CORRUPT, err, why);
	}
	idm_buf_fini(&buf);
}

#define REFUSED(field, value, why)                                             \
	do {                                                                   \
		struct idm_own_user user = alice;                              \
		user.field = value;                                            \
		assert_user_refused(user, why);                                \
	} while (0)
#define TEXT(text) (struct idm_str) STR(text)

static void
test_a_user_who_must_not_be_shown_is_refused(void **state)
{
	static const char long_text[IDM_FIELD_MAX + 1] = "/";
	struct idm_str too_long = { long_text, sizeof(long_text) };

	(void)state;
	REFUSED(uid, 0, "record's uid 0 is root's");
	REFUSED(uid, 65534, "record's uid 65534 is nobody's");
	REFUSED(uid, 65535, "record's uid 65535");
	REFUSED(uid, 61184, "record's uid 61184");
	REFUSED(uid, UINT32_MAX, "record's uid 4294967295");
	REFUSED(gid, 0, "record's gid 0 is root's");
	REFUSED(gid, 65519, "record's gid 65519");
	REFUSED(name, TEXT(""), "record's name: name is empty");
	REFUSED(name, TEXT("a:b"), "record's name: name has a ':'");
	REFUSED(name, TEXT("a/b@c"), "record's name: name has a '/'");
	REFUSED(name, TEXT("a,b@c"), "record's name: name has a ','");
	REFUSED(name, TEXT("a\n@c"), "record's name: name has the control");
	REFUSED(name, TEXT("a\0@c"), "record's name: name has the control");
	REFUSED(name, TEXT("a\xff@c"), "record's name: name has byte 0xff");
	REFUSED(name, TEXT("-a@c"), "record's name: name begins with '-'");
	REFUSED(name, TEXT(" a@c"), "begins or ends with a blank");
	REFUSED(name, TEXT("1000"), "record's name: name consists of digits");
	REFUSED(name, TEXT(".."), "record's name: name is a path");
	REFUSED(key, TEXT(""), "record's key: name is empty");
	REFUSED(domain, TEXT(""), "record's domain: name is empty");
	REFUSED(gecos, TEXT("a:b"), "record's gecos: text has a ':'");
	REFUSED(gecos, TEXT("a\n"), "record's gecos: text has the control");
	REFUSED(home, TEXT("home"), "record's home is no absolute path");
	REFUSED(home, TEXT("/h:x"), "record's home: text has a ':'");
	REFUSED(shell, TEXT("sh"), "record's shell is no absolute path");
	REFUSED(shell, TEXT("/sh\r"), "record's shell: text has the control");
	REFUSED(home, too_long, "record's home: text is longer than 1023");
}

static void
test_a_missing_nul_is_refused(void **state)
{
	struct idm_buf buf;
	struct idm_err err;
	char *at;

	(void)state;
	idm_buf_init(&buf, 4096);
	put_user(&buf);
	at = memchr(buf.data + 18, '\0', buf.len - 18);
	assert_non_null(at);
	*at = 'x';
	assert_fails(
	    read_user(written(&buf), &err), IDM_CORRUPT, err, "cut short");
	idm_buf_fini(&buf);
}

static void
test_a_group_that_must_not_be_shown_is_refused(void **state)
{
	struct idm_str bad[] = { STR("alice@corp.example"), STR("a:b") };
	struct idm_own_group group = staff;
	struct idm_buf buf;
	struct idm_err err;

	(void)state;
	idm_buf_init(&buf, 4096);
	idm_own_group_write(&buf, &staff, bad);
	assert_fails(read_group(written(&buf), &err), IDM_CORRUPT, err,
	    "record's member: name has a ':'");
	idm_buf_clear(&buf);
	group.gid = 65534;
	idm_own_group_write(&buf, &group, members);
	assert_fails(read_group(written(&buf), &err), IDM_CORRUPT, err,
	    "record's gid 65534 is nobody's");
	idm_buf_fini(&buf);
}

static void
assert_gids_refused(const uint32_t *gid, uint32_t n, const char *why)
{
	struct idm_buf buf;
	struct idm_err err;

	idm_buf_init(&buf, 4096);
	idm_own_gids_write(&buf, gid, n);
	assert_fails(read_gids(written(&buf), &err), IDM_CORRUPT, err, why);
	idm_buf_fini(&buf);
}

static void
test_gids_out_of_order_or_never_served_are_refused(void **state)
{
	(void)state;
	assert_gids_refused((uint32_t[]){ 2000, 1999 }, 2, "not sorted");
	assert_gids_refused((uint32_t[]){ 2000, 2000 }, 2, "not sorted");
	assert_gids_refused((uint32_t[]){ 0, 2000 }, 2, "gid 0 is root's");
	assert_gids_refused(
	    (uint32_t[]){ 2000, 61500 }, 2, "record's gid 61500");
}

/* ---- In a map. */

static struct fixture fixture;

static int
make_map(void **state)
{
	(void)state;
	fixture_make(&fixture, getuid());
	return 0;
}

static int
remove_map(void **state)
{
	(void)state;
	fixture_remove(&fixture);
	return 0;
}

static void
put(struct idm_rewrite *rewrite, const struct idm_buf *key,
    const struct idm_buf *value)
{
	struct idm_err err;

	assert_int_equal(key->status, IDM_OK);
	assert_int_equal(value->status, IDM_OK);
	assert_good(idm_rewrite_put(rewrite, key->data, key->len, value->data,
			value->len, &err),
	    err);
}

/* Put one record under a key of text, or of a number where that is NULL. */
static void
put_record(struct idm_rewrite *rewrite, const char *prefix,
    const struct idm_str *text, uint32_t id, const struct idm_buf *value)
{
	char memory[IDM_KEY_MAX];
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	if (text != NULL)
		idm_own_key(&key, prefix, *text);
	else
		idm_own_key_id(&key, prefix, id);
	put(rewrite, &key, value);
}

static void
put_sid_of(struct idm_rewrite *rewrite, const struct idm_sid *sid,
    const struct idm_own_sid *record)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_str key = idm_str_of(idm_sid_format(sid, text));
	struct idm_buf value;

	idm_buf_init(&value, 4096);
	idm_own_sid_write(&value, record);
	put_record(rewrite, IDM_OWN_SID, &key, 0, &value);
	idm_buf_fini(&value);
}

static void
put_all(struct idm_rewrite *rewrite)
{
	struct idm_own_sid staffs = {
		.is_group = true,
		.id = staff.gid,
		.name = STR("Domain Users"),
		.domain = staff.domain,
		.shown = staff.name,
	};
	struct idm_buf value;

	idm_buf_init(&value, 4096);
	put_user(&value);
	put_record(rewrite, IDM_OWN_USER, &alice.key, 0, &value);
	put_record(rewrite, IDM_OWN_UID, NULL, alice.uid, &value);
	idm_buf_clear(&value);
	put_group(&value);
	put_record(rewrite, IDM_OWN_GROUP, &staff.key, 0, &value);
	put_record(rewrite, IDM_OWN_GID, NULL, staff.gid, &value);
	idm_buf_clear(&value);
	put_gids(&value);
	put_record(rewrite, IDM_OWN_MEMBERSHIP, &alice.key, 0, &value);
	put_sid_of(rewrite, &alice.sid, &alices_sid);
	put_sid_of(rewrite, &staff.sid, &staffs);
	idm_buf_fini(&value);
}

static struct idm_view *
open_map(void)
{
	struct idm_view *view = NULL;
	uid_t owner = getuid();
	struct idm_err err;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", fixture.dir, IDM_MAP_FILE);
	assert_good(
	    idm_view_open(path, IDM_MAP_POLICY, &owner, 1, &view, &err), err);
	return view;
}

static void
test_records_are_found_by_text_and_number(void **state)
{
	static const char long_text[2 * IDM_KEY_MAX] = { 'x' };
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_own_group group;
	struct idm_own_user user;
	struct idm_view *view;
	struct idm_str value;
	struct idm_err err;

	(void)state;
	put_all(rewrite);
	fixture_commit(rewrite);
	view = open_map();
	assert_int_equal(
	    idm_own_find(view, IDM_OWN_USER, alice.key, &value), IDM_OK);
	assert_good(idm_own_user_read(value, &user, &err), err);
	assert_user(&user, &alice);
	assert_int_equal(
	    idm_own_find_id(view, IDM_OWN_UID, alice.uid, &value), IDM_OK);
	assert_good(idm_own_user_read(value, &user, &err), err);
	assert_user(&user, &alice);
	assert_int_equal(
	    idm_own_find_id(view, IDM_OWN_GID, staff.gid, &value), IDM_OK);
	assert_good(idm_own_group_read(value, &group, &err), err);
	assert_int_equal(group.gid, staff.gid);
	assert_int_equal(
	    idm_own_find(view, IDM_OWN_GROUP, alice.key, &value), IDM_NOTFOUND);
	assert_int_equal(idm_own_find_id(view, IDM_OWN_UID, UINT32_MAX, &value),
	    IDM_NOTFOUND);
	assert_int_equal(
	    idm_own_find(view, IDM_OWN_USER,
		(struct idm_str){ long_text, sizeof(long_text) }, &value),
	    IDM_NOTFOUND);
	idm_view_close(&view);
}

static void
assert_membership(struct idm_str key, bool is_there)
{
	struct idm_view *view = open_map();
	struct idm_str value;

	assert_int_equal(idm_own_find(view, IDM_OWN_MEMBERSHIP, key, &value),
	    is_there ? IDM_OK : IDM_NOTFOUND);
	idm_view_close(&view);
}

static void
test_memberships_are_those_of_the_domain_alone(void **state)
{
	struct idm_own_member corp = {
		.user = alice,
		.account = STR("Alice"),
		.gid = gids,
		.ngids = IDM_COUNTOF(gids),
	};
	struct idm_own_member lab = corp;
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_err err;

	(void)state;
	/* Nobody of whom an earlier version knows. */
	corp.user.key = corp.user.name = idm_str_of("amy@corp.example");
	corp.user.uid = 101110;
	corp.user.sid.nsubs = 0;
	lab.user.key = lab.user.name = idm_str_of("zoe@lab");
	lab.user.domain = idm_str_of("lab");
	lab.user.uid = 200001;
	lab.user.sid.nsubs = 0;
	/* Both new at once: the one does not sweep the other's away. */
	assert_good(
	    idm_own_replace(rewrite, "corp", 1, &corp, 1, NULL, 0, &err), err);
	assert_good(
	    idm_own_replace(rewrite, "lab", 1, &lab, 1, NULL, 0, &err), err);
	fixture_commit(rewrite);
	assert_membership(corp.user.key, true);
	assert_membership(lab.user.key, true);
	/* A user who goes takes them along. */
	rewrite = fixture_begin(&fixture);
	assert_good(
	    idm_own_replace(rewrite, "lab", 0, NULL, 0, NULL, 0, &err), err);
	fixture_commit(rewrite);
	assert_membership(corp.user.key, true);
	assert_membership(lab.user.key, false);
}

/* ---- What verify says of them. */

struct findings {
	char text[4096];
	size_t len;
};

static void
keep(void *context, const char *text)
{
	struct findings *findings = context;
	size_t room = sizeof(findings->text) - findings->len;
	int n = snprintf(findings->text + findings->len, room, "%s\n", text);

	if (n > 0 && (size_t)n < room)
		findings->len += (size_t)n;
}

static void
assert_verify(const char *why)
{
	struct findings findings = { .len = 0 };
	struct idm_verify_report report = { keep, &findings, 0, 0 };
	struct idm_view *view = open_map();
	struct idm_err err;

	assert_good(idm_verify(view, &report, &err), err);
	idm_view_close(&view);
	if (why == NULL && findings.len > 0)
		fail_msg("found '%s'", findings.text);
	if (why != NULL && strstr(findings.text, why) == NULL)
		fail_msg("found '%s', not '%s'", findings.text, why);
}

/* Delete a record, ask verify, and put all back. */
static void
assert_missed(const char *key, const char *why)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_err err;

	put_all(rewrite);
	assert_good(idm_rewrite_delete(rewrite, key, strlen(key), &err), err);
	fixture_commit(rewrite);
	assert_verify(why);
	rewrite = fixture_begin(&fixture);
	put_all(rewrite);
	fixture_commit(rewrite);
}

static void
test_verify_misses_what_is_not_there(void **state)
{
	(void)state;
	assert_verify(NULL);
	assert_missed("i/p/alice@corp.example",
	    "record 'i/P/101103': there is no 'i/p/alice@corp.example'");
	assert_missed("i/p/alice@corp.example",
	    "record 'i/m/alice@corp.example': there is no such user");
	assert_missed("i/P/101103",
	    "record 'i/p/alice@corp.example': there is no 'i/P/101103'");
	assert_missed("i/g/domain users@corp.example",
	    "record 'i/G/100513': there is no 'i/g/domain users@corp.ex");
	assert_missed("i/G/100513",
	    "record 'i/g/domain users@corp.example': there is no 'i/G/1");
	assert_missed("i/G/100513",
	    "record 'i/s/S-1-5-21-1-2-3-513': there is no group 100513");
	assert_missed("i/s/S-1-5-21-1-2-3-1103",
	    "'i/P/101103': there is no 'i/s/S-1-5-21-1-2-3-1103'");
}

/* Put one more record, ask verify, and take it out. */
static void
assert_disagrees(const char *key, const struct idm_buf *value, const char *why)
{
	struct idm_rewrite *rewrite = fixture_begin(&fixture);
	struct idm_err err;

	assert_good(idm_rewrite_put(rewrite, key, strlen(key), value->data,
			value->len, &err),
	    err);
	fixture_commit(rewrite);
	assert_verify(why);
	rewrite = fixture_begin(&fixture);
	assert_good(idm_rewrite_delete(rewrite, key, strlen(key), &err), err);
	put_all(rewrite);
	fixture_commit(rewrite);
}

static void
test_verify_sees_what_does_not_agree(void **state)
{
	struct idm_own_user other = alice;
	struct idm_buf value;

	(void)state;
	idm_buf_init(&value, 4096);
	put_user(&value);
	assert_disagrees("i/p/bob@corp.example", &value,
	    "is of 'alice@corp.example', not of its key");
	assert_disagrees(
	    "i/P/101104", &value, "is of '101103', not of its key");
	assert_disagrees("i/x/1", &value, "is of no kind");
	assert_disagrees("i/p", &value, "is of no kind");
	assert_disagrees("i/G/7", &value, "record is of kind 0x49, not 'J'");
	value.data[1] = '2';
	assert_disagrees("i/P/7", &value, "record of version 0x32");

	idm_buf_clear(&value);
	other.gid++;
	idm_own_user_write(&value, &other);
	assert_disagrees("i/P/101103", &value,
	    "record 'i/p/alice@corp.example': differs from 'i/P/101103'");

	idm_buf_clear(&value);
	other = alice;
	other.sid.sub[4] = 513;
	idm_own_user_write(&value, &other);
	assert_disagrees("i/P/101103", &value,
	    "record 'i/P/101103': 'i/s/S-1-5-21-1-2-3-513' is another's");

	idm_buf_clear(&value);
	put_sid(&value);
	assert_disagrees("i/s/S-1-5-21-1-2-3-1104", &value,
	    "there is no user 101103 of this SID");
	assert_disagrees("i/s/nonsense", &value, "nonsense");
	idm_buf_fini(&value);
	assert_verify(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_user_survives_a_round_trip),
		cmocka_unit_test(test_a_users_texts_lie_together_and_are_ended),
		cmocka_unit_test(test_a_group_survives_a_round_trip),
		cmocka_unit_test(test_gids_and_a_sid_survive_a_round_trip),
		cmocka_unit_test(
		    test_every_record_is_refused_when_cut_or_extended),
		cmocka_unit_test(test_a_record_of_another_kind_is_refused),
		cmocka_unit_test(test_a_user_who_must_not_be_shown_is_refused),
		cmocka_unit_test(test_a_missing_nul_is_refused),
		cmocka_unit_test(
		    test_a_group_that_must_not_be_shown_is_refused),
		cmocka_unit_test(
		    test_gids_out_of_order_or_never_served_are_refused),
		cmocka_unit_test(test_records_are_found_by_text_and_number),
		cmocka_unit_test(test_verify_misses_what_is_not_there),
		cmocka_unit_test(test_verify_sees_what_does_not_agree),
		cmocka_unit_test(
		    test_memberships_are_those_of_the_domain_alone),
	};

	return cmocka_run_group_tests(tests, make_map, remove_map);
}
