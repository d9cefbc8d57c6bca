#include <limits.h>

#include "base/num.h"
#include "identity/account.h"
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
