#include <limits.h>
#include <string.h>

#include "base/num.h"
#include "identity/account.h"
#include "identity/name.h"
#include "nss/answer.h"

/* The next field of a line; where there is no colon, all that is left. */
static struct idm_str
next_field(struct idm_str *line)
{
	struct idm_str field;

	if (!idm_account_cut(line, &field)) {
		field = *line;
		line->data += line->len;
		line->len = 0;
	}
	return field;
}

enum idm_status
nss_user_of_line(struct idm_str line, struct nss_user *out)
{
	struct idm_account account;
	enum idm_status st;

	st = idm_account_parse(line, &account, NULL);
	if (st != IDM_OK)
		return st;
	out->uid = account.uid;
	out->gid = account.gid;
	out->name = next_field(&line);
	out->password = next_field(&line);
	(void)next_field(&line);
	(void)next_field(&line);
	out->gecos = next_field(&line);
	out->home = next_field(&line);
	out->shell = line;
	return IDM_OK;
}

enum idm_status
nss_shadow_of_line(struct idm_str line, struct nss_shadow *out)
{
	struct nss_shadow shadow;

	/* A line cut short must not read as an account without password. */
	if (!idm_account_cut(&line, &shadow.name) ||
	    !idm_account_cut(&line, &shadow.password))
		return IDM_CORRUPT;
	for (size_t i = 0; i < IDM_COUNTOF(shadow.days); i++)
		shadow.days[i] = next_field(&line);
	shadow.flag = line;
	*out = shadow;
	return IDM_OK;
}

enum idm_status
nss_group_of_line(struct idm_str line, struct nss_group *out)
{
	struct nss_group group = { .gid = 0 };
	struct idm_str gid;

	if (!idm_account_cut(&line, &group.name) ||
	    !idm_account_cut(&line, &group.password) ||
	    !idm_account_cut(&line, &gid) ||
	    idm_num_id(gid.data, gid.len, &group.gid, NULL) != IDM_OK)
		return IDM_CORRUPT;
	group.members = line;
	*out = group;
	return IDM_OK;
}

/* A counted string as a C string in buf; nonsense after a failure of buf. */
static char *
keep(struct idm_buf *buf, struct idm_str str)
{
	uintptr_t start = (uintptr_t)buf->data;
	uintptr_t at = (uintptr_t)str.data;
	size_t offset = buf->len;

	if (at >= start && at < start + buf->len) {
		offset = at - start;
		buf->data[offset + str.len] = '\0';
	} else {
		idm_buf_put(buf, str.data, str.len);
		idm_buf_put_u8(buf, '\0');
	}
	return buf->data + offset;
}

enum idm_status
nss_pack_user(
    const struct nss_user *user, struct idm_buf *buf, struct passwd *out)
{
	struct passwd packed = {
		.pw_name = keep(buf, user->name),
		.pw_passwd = keep(buf, user->password),
		.pw_uid = user->uid,
		.pw_gid = user->gid,
		.pw_gecos = keep(buf, user->gecos),
		.pw_dir = keep(buf, user->home),
		.pw_shell = keep(buf, user->shell),
	};

	if (buf->status != IDM_OK)
		return buf->status;
	*out = packed;
	return IDM_OK;
}

/* Room for n pointers and a NULL in buf, aligned as pointers must be. */
static char **
keep_pointers(struct idm_buf *buf, size_t n)
{
	static const char padding[sizeof(char *)];
	uintptr_t at = (uintptr_t)buf->data + buf->len;
	size_t start;

	idm_buf_put(buf, padding, -at % sizeof(char *));
	start = buf->len;
	if (buf->status == IDM_OK &&
	    n >= (buf->max - buf->len) / sizeof(char *))
		buf->status = IDM_EXHAUSTED;
	if (buf->status != IDM_OK)
		return NULL;
	buf->len += (n + 1) * sizeof(char *);
	return (char **)(void *)(buf->data + start);
}

/* Count the commas that part members, and end each in place. */
static size_t
part_members(struct idm_str members)
{
	char *at = (char *)(uintptr_t)members.data;
	size_t n = members.len > 0;

	for (size_t i = 0; i < members.len; i++) {
		if (at[i] == ',') {
			at[i] = '\0';
			n++;
		}
	}
	return n;
}

enum idm_status
nss_pack_group(
    const struct nss_group *group, struct idm_buf *buf, struct group *out)
{
	struct group packed = {
		.gr_name = keep(buf, group->name),
		.gr_passwd = keep(buf, group->password),
		.gr_gid = group->gid,
	};
	char *at = keep(buf, group->members);
	char **member;
	size_t n;

	if (buf->status != IDM_OK)
		return buf->status;
	n = part_members((struct idm_str){ at, group->members.len });
	packed.gr_mem = member = keep_pointers(buf, n);
	if (buf->status != IDM_OK)
		return buf->status;
	for (size_t i = 0; i < n; i++) {
		if (*at != '\0')
			*member++ = at;
		at += strlen(at) + 1;
	}
	*member = NULL;
	*out = packed;
	return IDM_OK;
}

/* One copy: the record has the texts as struct passwd wants them. */
enum idm_status
nss_pack_own_user(
    const struct idm_own_user *user, struct idm_buf *buf, struct passwd *out)
{
	const char *texts = user->name.data;
	char *at = buf->data + buf->len;

	idm_buf_put(buf, texts,
	    (size_t)(user->shell.data + user->shell.len + 1 - texts));
	/* Not a member of the record: no own identity has another. */
	idm_buf_put(buf, "*", 2);
	if (buf->status != IDM_OK)
		return buf->status;
	*out = (struct passwd){
		.pw_name = at,
		.pw_passwd = buf->data + buf->len - 2,
		.pw_uid = user->uid,
		.pw_gid = user->gid,
		.pw_gecos = at + (user->gecos.data - texts),
		.pw_dir = at + (user->home.data - texts),
		.pw_shell = at + (user->shell.data - texts),
	};
	return IDM_OK;
}

/*
 * What the members take is known before they are looked at: each has two bytes
 * in front in the record, and one behind in the answer.
 */
static bool
has_room(const struct idm_buf *buf, const struct idm_own_group *group)
{
	size_t pointers = ((size_t)group->nmembers + 2) * sizeof(char *);
	size_t texts = (size_t)(group->members.end - group->members.at) -
	    group->nmembers;

	return buf->status == IDM_OK && texts <= buf->max - buf->len &&
	    pointers <= buf->max - buf->len - texts;
}

enum idm_status
nss_pack_own_group(
    const struct idm_own_group *group, struct idm_buf *buf, struct group *out)
{
	struct idm_cursor members = group->members;
	struct group packed = {
		.gr_name = keep(buf, group->name),
		.gr_passwd = keep(buf, (struct idm_str){ "*", 1 }),
		.gr_gid = group->gid,
	};

	if (!has_room(buf, group))
		return IDM_EXHAUSTED;
	packed.gr_mem = keep_pointers(buf, group->nmembers);
	for (uint32_t i = 0; i < group->nmembers && buf->status == IDM_OK;
	     i++) {
		struct idm_str member = idm_cursor_str(&members);

		if (idm_name_own(member, NULL) != IDM_OK)
			return IDM_CORRUPT;
		packed.gr_mem[i] = keep(buf, member);
	}
	if (buf->status != IDM_OK)
		return buf->status;
	packed.gr_mem[group->nmembers] = NULL;
	if (!idm_cursor_done(&members))
		return IDM_CORRUPT;
	*out = packed;
	return IDM_OK;
}

/* A field that may be empty, which is -1. */
static enum idm_status
parse_optional(struct idm_str text, uint64_t max, long *out)
{
	uint64_t value;

	*out = -1;
	if (text.len == 0)
		return IDM_OK;
	if (idm_num_parse(text.data, text.len, max, &value, NULL) != IDM_OK)
		return IDM_CORRUPT;
	*out = (long)value;
	return IDM_OK;
}

enum idm_status
nss_pack_shadow(
    const struct nss_shadow *shadow, struct idm_buf *buf, struct spwd *out)
{
	long days[IDM_COUNTOF(shadow->days)];
	struct spwd packed;
	long flag;

	for (size_t i = 0; i < IDM_COUNTOF(days); i++) {
		if (parse_optional(shadow->days[i], LONG_MAX, &days[i]) !=
		    IDM_OK)
			return IDM_CORRUPT;
	}
	if (parse_optional(shadow->flag, ULONG_MAX, &flag) != IDM_OK)
		return IDM_CORRUPT;
	packed = (struct spwd){
		.sp_namp = keep(buf, shadow->name),
		.sp_pwdp = keep(buf, shadow->password),
		.sp_lstchg = days[0],
		.sp_min = days[1],
		.sp_max = days[2],
		.sp_warn = days[3],
		.sp_inact = days[4],
		.sp_expire = days[5],
		.sp_flag = (unsigned long)flag,
	};
	if (buf->status != IDM_OK)
		return buf->status;
	*out = packed;
	return IDM_OK;
}
