#include <string.h>

#include "identity/id.h"
#include "identity/name.h"
#include "map/own.h"
#include "map/record.h"

/* ---- What all of them check. */

static enum idm_status
check_id(const char *what, uint32_t id, struct idm_err *err)
{
	const char *why = idm_id_reserved(id);

	if (why == NULL)
		return IDM_OK;
	return idm_fail(err, IDM_CORRUPT, "record's %s %lu %s", what,
	    (unsigned long)id, why);
}

/* The checks of names and texts are about input; here the record is bad. */
static enum idm_status
check_name(const char *what, struct idm_str name, struct idm_err *err)
{
	if (idm_name_own(name, err) == IDM_OK)
		return IDM_OK;
	return idm_within(err, IDM_CORRUPT, "record's %s", what);
}

static enum idm_status
check_text(const char *what, struct idm_str text, struct idm_err *err)
{
	if (idm_name_field(text, err) == IDM_OK)
		return IDM_OK;
	return idm_within(err, IDM_CORRUPT, "record's %s", what);
}

static enum idm_status
check_path(const char *what, struct idm_str path, struct idm_err *err)
{
	if (path.len > 0 && path.data[0] != '/') {
		return idm_fail(
		    err, IDM_CORRUPT, "record's %s is no absolute path", what);
	}
	return IDM_OK;
}

/* A SID in its binary form, which may be missing. */
static void
write_sid(struct idm_buf *buf, const struct idm_sid *sid)
{
	char memory[IDM_SID_BINARY_MAX];
	struct idm_buf binary;

	idm_buf_init_fixed(&binary, memory, sizeof(memory));
	if (sid->nsubs > 0)
		idm_sid_write(&binary, sid);
	idm_buf_put_str(buf, memory, binary.len);
}

static enum idm_status
read_sid(struct idm_str binary, struct idm_sid *out, struct idm_err *err)
{
	if (binary.len == 0) {
		out->nsubs = 0;
		return IDM_OK;
	}
	if (idm_sid_read(binary, out, err) == IDM_OK)
		return IDM_OK;
	return idm_within(err, IDM_CORRUPT, "record's SID");
}

/* ---- Users. */

#define TEXTS 4 /* name, gecos, home and shell */

/* A text with a NUL behind it. */
static void
put_ended(struct idm_buf *buf, struct idm_str text)
{
	idm_buf_put(buf, text.data, text.len);
	idm_buf_put_u8(buf, '\0');
}

void
idm_own_user_write(struct idm_buf *buf, const struct idm_own_user *user)
{
	idm_record_begin(buf, 'I');
	idm_buf_put_u32(buf, user->uid);
	idm_buf_put_u32(buf, user->gid);
	idm_buf_put_u16(buf, (uint16_t)user->name.len);
	idm_buf_put_u16(buf, (uint16_t)user->gecos.len);
	idm_buf_put_u16(buf, (uint16_t)user->home.len);
	idm_buf_put_u16(buf, (uint16_t)user->shell.len);
	put_ended(buf, user->name);
	put_ended(buf, user->gecos);
	put_ended(buf, user->home);
	put_ended(buf, user->shell);
	idm_buf_put_str(buf, user->key.data, user->key.len);
	idm_buf_put_str(buf, user->domain.data, user->domain.len);
	write_sid(buf, &user->sid);
}

/* A text that put_ended() wrote; where its NUL is missing, a bad cursor. */
static struct idm_str
get_ended(struct idm_cursor *cursor, size_t len)
{
	const char *text = idm_cursor_bytes(cursor, len + 1);

	if (text == NULL)
		return (struct idm_str){ .data = "", .len = 0 };
	if (text[len] != '\0')
		cursor->bad = true;
	return (struct idm_str){ .data = text, .len = len };
}

/* All four texts at once, as they lie in the record; most are plain. */
static bool
has_plain_texts(const struct idm_own_user *user)
{
	const char *end = user->shell.data + user->shell.len + 1;

	return idm_name_are_plain_fields((struct idm_str){ user->name.data,
					     (size_t)(end - user->name.data) },
	    TEXTS);
}

static enum idm_status
check_texts(const struct idm_own_user *user, struct idm_err *err)
{
	enum idm_status st;

	st = check_text("gecos", user->gecos, err);
	if (st == IDM_OK)
		st = check_text("home", user->home, err);
	if (st == IDM_OK)
		st = check_text("shell", user->shell, err);
	return st;
}

/* What an answer takes from the record. */
static enum idm_status
check_answer(const struct idm_own_user *user, struct idm_err *err)
{
	enum idm_status st;

	st = check_name("name", user->name, err);
	if (st == IDM_OK)
		st = check_path("home", user->home, err);
	if (st == IDM_OK)
		st = check_path("shell", user->shell, err);
	if (st == IDM_OK && !has_plain_texts(user))
		st = check_texts(user, err);
	if (st == IDM_OK)
		st = check_id("uid", user->uid, err);
	if (st == IDM_OK)
		st = check_id("gid", user->gid, err);
	return st;
}

/* Everything but the SID, which is lent as it is.  On failure out is void. */
static enum idm_status
open_user(struct idm_str value, struct idm_own_user *out, struct idm_str *sid,
    struct idm_err *err)
{
	struct idm_cursor cursor;
	enum idm_status st;
	uint16_t len[TEXTS];

	st = idm_record_open(value, 'I', &cursor, err);
	if (st != IDM_OK)
		return st;
	out->uid = idm_cursor_u32(&cursor);
	out->gid = idm_cursor_u32(&cursor);
	for (size_t i = 0; i < TEXTS; i++)
		len[i] = idm_cursor_u16(&cursor);
	out->name = get_ended(&cursor, len[0]);
	out->gecos = get_ended(&cursor, len[1]);
	out->home = get_ended(&cursor, len[2]);
	out->shell = get_ended(&cursor, len[3]);
	out->key = idm_cursor_str(&cursor);
	out->domain = idm_cursor_str(&cursor);
	*sid = idm_cursor_str(&cursor);
	out->sid.nsubs = 0;
	st = idm_record_close(&cursor, err);
	return st == IDM_OK ? check_answer(out, err) : st;
}

enum idm_status
idm_own_user_open(
    struct idm_str value, struct idm_own_user *out, struct idm_err *err)
{
	struct idm_str sid;

	return open_user(value, out, &sid, err);
}

enum idm_status
idm_own_user_read(
    struct idm_str value, struct idm_own_user *out, struct idm_err *err)
{
	struct idm_own_user user;
	enum idm_status st;
	struct idm_str sid;

	st = open_user(value, &user, &sid, err);
	if (st == IDM_OK)
		st = check_name("key", user.key, err);
	if (st == IDM_OK)
		st = check_name("domain", user.domain, err);
	if (st == IDM_OK)
		st = read_sid(sid, &user.sid, err);
	if (st == IDM_OK)
		*out = user;
	return st;
}

/* ---- Groups. */

void
idm_own_group_write(struct idm_buf *buf, const struct idm_own_group *group,
    const struct idm_str *members)
{
	idm_record_begin(buf, 'J');
	idm_buf_put_u32(buf, group->gid);
	idm_buf_put_str(buf, group->name.data, group->name.len);
	idm_buf_put_str(buf, group->key.data, group->key.len);
	idm_buf_put_str(buf, group->domain.data, group->domain.len);
	write_sid(buf, &group->sid);
	idm_buf_put_u32(buf, group->nmembers);
	for (uint32_t i = 0; i < group->nmembers; i++)
		idm_buf_put_str(buf, members[i].data, members[i].len);
}

static enum idm_status
check_members(struct idm_cursor cursor, uint32_t n, struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	for (uint32_t i = 0; i < n && st == IDM_OK && !cursor.bad; i++) {
		struct idm_str name = idm_cursor_str(&cursor);

		if (!cursor.bad)
			st = check_name("member", name, err);
	}
	return st == IDM_OK ? idm_record_close(&cursor, err) : st;
}

static enum idm_status
check_group(const struct idm_own_group *group, struct idm_err *err)
{
	size_t rest = (size_t)(group->members.end - group->members.at);
	enum idm_status st;

	if (group->members.bad)
		return idm_fail(err, IDM_CORRUPT, "record is cut short");
	/* A member has three bytes at least: the length and a letter. */
	if (group->nmembers > rest / 3) {
		return idm_record_out_of_range(
		    "number of members", group->nmembers, err);
	}
	st = check_name("name", group->name, err);
	if (st == IDM_OK)
		st = check_name("key", group->key, err);
	if (st == IDM_OK)
		st = check_name("domain", group->domain, err);
	if (st == IDM_OK)
		st = check_id("gid", group->gid, err);
	return st;
}

enum idm_status
idm_own_group_open(
    struct idm_str value, struct idm_own_group *out, struct idm_err *err)
{
	struct idm_own_group group;
	struct idm_cursor cursor;
	enum idm_status st;
	struct idm_str sid;

	st = idm_record_open(value, 'J', &cursor, err);
	if (st != IDM_OK)
		return st;
	group.gid = idm_cursor_u32(&cursor);
	group.name = idm_cursor_str(&cursor);
	group.key = idm_cursor_str(&cursor);
	group.domain = idm_cursor_str(&cursor);
	sid = idm_cursor_str(&cursor);
	group.nmembers = idm_cursor_u32(&cursor);
	group.members = cursor;
	st = check_group(&group, err);
	if (st == IDM_OK)
		st = read_sid(sid, &group.sid, err);
	if (st == IDM_OK)
		*out = group;
	return st;
}

enum idm_status
idm_own_group_read(
    struct idm_str value, struct idm_own_group *out, struct idm_err *err)
{
	struct idm_own_group group;
	enum idm_status st;

	st = idm_own_group_open(value, &group, err);
	if (st == IDM_OK)
		st = check_members(group.members, group.nmembers, err);
	if (st == IDM_OK)
		*out = group;
	return st;
}

/* ---- A user's groups. */

void
idm_own_gids_write(struct idm_buf *buf, const uint32_t *gid, uint32_t n)
{
	idm_record_begin(buf, 'K');
	idm_buf_put_u32(buf, n);
	for (uint32_t i = 0; i < n; i++)
		idm_buf_put_u32(buf, gid[i]);
}

static enum idm_status
check_gids(struct idm_cursor cursor, uint32_t n, struct idm_err *err)
{
	enum idm_status st = IDM_OK;
	uint32_t last = 0;

	for (uint32_t i = 0; i < n && st == IDM_OK; i++) {
		uint32_t gid = idm_cursor_u32(&cursor);

		if (cursor.bad)
			break;
		if (i > 0 && gid <= last) {
			return idm_fail(
			    err, IDM_CORRUPT, "record's gids are not sorted");
		}
		st = check_id("gid", gid, err);
		last = gid;
	}
	return st == IDM_OK ? idm_record_close(&cursor, err) : st;
}

enum idm_status
idm_own_gids_read(struct idm_str value, struct idm_cursor *out, uint32_t *out_n,
    struct idm_err *err)
{
	struct idm_cursor cursor;
	enum idm_status st;
	uint32_t n;

	st = idm_record_open(value, 'K', &cursor, err);
	if (st != IDM_OK)
		return st;
	n = idm_cursor_u32(&cursor);
	st = check_gids(cursor, n, err);
	if (st != IDM_OK)
		return st;
	*out = cursor;
	*out_n = n;
	return IDM_OK;
}

/* ---- SIDs. */

void
idm_own_sid_write(struct idm_buf *buf, const struct idm_own_sid *sid)
{
	idm_record_begin(buf, 'N');
	idm_buf_put_u8(buf, sid->is_group);
	idm_buf_put_u32(buf, sid->id);
	idm_buf_put_str(buf, sid->name.data, sid->name.len);
	idm_buf_put_str(buf, sid->domain.data, sid->domain.len);
	idm_buf_put_str(buf, sid->shown.data, sid->shown.len);
}

enum idm_status
idm_own_sid_read(
    struct idm_str value, struct idm_own_sid *out, struct idm_err *err)
{
	struct idm_cursor cursor;
	struct idm_own_sid sid;
	enum idm_status st;
	uint8_t is_group;

	st = idm_record_open(value, 'N', &cursor, err);
	if (st != IDM_OK)
		return st;
	is_group = idm_cursor_u8(&cursor);
	sid.is_group = is_group == 1;
	sid.id = idm_cursor_u32(&cursor);
	sid.name = idm_cursor_str(&cursor);
	sid.domain = idm_cursor_str(&cursor);
	sid.shown = idm_cursor_str(&cursor);
	st = idm_record_close(&cursor, err);
	if (st == IDM_OK && is_group > 1)
		st = idm_record_out_of_range("is_group", is_group, err);
	if (st == IDM_OK)
		st = check_name("name", sid.name, err);
	if (st == IDM_OK)
		st = check_name("domain", sid.domain, err);
	if (st == IDM_OK)
		st = check_name("shown name", sid.shown, err);
	if (st == IDM_OK)
		st = check_id("id", sid.id, err);
	if (st == IDM_OK)
		*out = sid;
	return st;
}

/* ---- Other names. */

void
idm_own_name_write(struct idm_buf *buf, const struct idm_own_name *name)
{
	idm_record_begin(buf, 'Q');
	idm_buf_put_str(buf, name->domain.data, name->domain.len);
	idm_buf_put_str(buf, name->key.data, name->key.len);
}

enum idm_status
idm_own_name_read(
    struct idm_str value, struct idm_own_name *out, struct idm_err *err)
{
	struct idm_cursor cursor;
	struct idm_own_name name;
	enum idm_status st;

	st = idm_record_open(value, 'Q', &cursor, err);
	if (st != IDM_OK)
		return st;
	name.domain = idm_cursor_str(&cursor);
	name.key = idm_cursor_str(&cursor);
	st = idm_record_close(&cursor, err);
	if (st == IDM_OK)
		st = check_name("domain", name.domain, err);
	if (st == IDM_OK)
		st = check_name("key", name.key, err);
	if (st == IDM_OK)
		*out = name;
	return st;
}

/* ---- Keys. */

void
idm_own_file_write(struct idm_buf *buf, const struct idm_own_file *file)
{
	idm_record_begin(buf, 'F');
	idm_buf_put_u64(buf, file->fingerprint);
	idm_buf_put_u32(buf, file->users);
	idm_buf_put_u32(buf, file->groups);
}

enum idm_status
idm_own_file_read(
    struct idm_str value, struct idm_own_file *out, struct idm_err *err)
{
	struct idm_own_file file;
	struct idm_cursor cursor;
	enum idm_status st;

	st = idm_record_open(value, 'F', &cursor, err);
	if (st != IDM_OK)
		return st;
	file.fingerprint = idm_cursor_u64(&cursor);
	file.users = idm_cursor_u32(&cursor);
	file.groups = idm_cursor_u32(&cursor);
	st = idm_record_close(&cursor, err);
	if (st == IDM_OK)
		*out = file;
	return st;
}

void
idm_own_key(struct idm_buf *buf, const char prefix[static IDM_OWN_PREFIX],
    struct idm_str text)
{
	idm_buf_put(buf, prefix, IDM_OWN_PREFIX);
	idm_buf_put(buf, text.data, text.len);
}

void
idm_own_key_id(
    struct idm_buf *buf, const char prefix[static IDM_OWN_PREFIX], uint32_t id)
{
	idm_buf_put(buf, prefix, IDM_OWN_PREFIX);
	idm_buf_put_decimal(buf, id);
}

enum idm_status
idm_own_find(const struct idm_view *view,
    const char prefix[static IDM_OWN_PREFIX], struct idm_str text,
    struct idm_str *value)
{
	char memory[IDM_OWN_PREFIX + IDM_OWN_MAX + IDM_KEY_END];
	struct idm_buf key;

	/* What idm_own_key() does, on the way of every answer. */
	if (text.len > IDM_OWN_MAX)
		return IDM_NOTFOUND;
	idm_buf_init_fixed(&key, memory, sizeof(memory));
	memcpy(memory, prefix, IDM_OWN_PREFIX);
	memcpy(memory + IDM_OWN_PREFIX, text.data, text.len);
	key.len = IDM_OWN_PREFIX + text.len;
	return idm_view_get_key(view, &key, value);
}

enum idm_status
idm_own_find_id(const struct idm_view *view,
    const char prefix[static IDM_OWN_PREFIX], uint32_t id,
    struct idm_str *value)
{
	char memory[IDM_OWN_PREFIX + 10 + IDM_KEY_END];
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_own_key_id(&key, prefix, id);
	return idm_view_get_key(view, &key, value);
}
