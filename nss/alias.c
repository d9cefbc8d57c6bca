#include "nss/alias.h"
#include "identity/account.h"
#include "identity/id.h"
#include "map/namemap.h"
#include "nss/place.h"

/* A function of its own, so that its memory is not beside that of a scan. */
static enum idm_status __attribute__((noinline))
check_account(const struct nss_alias *alias, const struct idm_account *account)
{
	const struct idm_policy policy = { .uid_min = alias->uid_min };
	struct idm_match match;

	match.origin = alias->origin;
	match.literal = alias->is_literal;
	match.privileged = alias->is_privileged;
	match.uid = alias->owner;
	return idm_match_allows(&match, &policy, account, true, NULL);
}

/*
 * All that must hold before anything of an account is told.  Its passwd line
 * is appended to the buffer, which may be NULL.
 *
 * A user of this host is never somebody's alias, whatever the order of
 * services: glibc asks all of them for a user's groups, and a local john.doe
 * must not get those of john.
 */
static enum idm_status
find_account(const struct nss_alias *alias, struct idm_str typed,
    struct idm_account *account, struct idm_buf *buf)
{
	enum idm_status st;

	st = idm_account_alias(nss_account_dir(), typed,
	    idm_str_of(alias->account), account, buf, NULL);
	if (st == IDM_CONFLICT)
		return IDM_NOTFOUND;
	return st == IDM_OK ? check_account(alias, account) : st;
}

/* The name to answer with: the account's own, or the one asked for. */
static struct idm_str
reply_name(const struct nss_alias *alias, struct idm_str typed,
    struct idm_str canonical)
{
	return alias->reply == IDM_REPLY_TYPED ? typed : canonical;
}

/* The line that was appended to buf; put a NUL behind it. */
static enum idm_status
end_line(struct idm_buf *buf, size_t before, struct idm_str *line)
{
	line->data = buf->data + before;
	line->len = buf->len - before;
	idm_buf_put_u8(buf, '\0');
	return idm_buf_status(buf, NULL);
}

enum idm_status
nss_alias_user(const struct nss_alias *alias, struct idm_str typed,
    struct idm_buf *buf, struct nss_user *out)
{
	struct idm_account account;
	size_t before = buf->len;
	struct idm_str line;
	enum idm_status st;

	st = find_account(alias, typed, &account, buf);
	if (st == IDM_OK)
		st = end_line(buf, before, &line);
	if (st == IDM_EXHAUSTED) {
		/* Only an account that will be shown is worth more room. */
		st = find_account(alias, typed, &account, NULL);
		return st == IDM_OK ? IDM_EXHAUSTED : st;
	}
	if (st == IDM_OK)
		st = nss_user_of_line(line, out);
	if (st == IDM_OK)
		out->name = reply_name(alias, typed, out->name);
	return st;
}

enum idm_status
nss_alias_shadow(const struct nss_alias *alias, struct idm_str typed,
    struct idm_buf *buf, struct nss_shadow *out)
{
	struct idm_account account;
	size_t before = buf->len;
	struct idm_str line;
	enum idm_status st;

	st = find_account(alias, typed, &account, NULL);
	if (st == IDM_OK) {
		st = idm_account_line(nss_account_dir(), "shadow",
		    idm_str_of(account.name), buf, NULL);
	}
	if (st == IDM_OK)
		st = end_line(buf, before, &line);
	if (st == IDM_OK)
		st = nss_shadow_of_line(line, out);
	if (st == IDM_OK)
		out->name = reply_name(alias, typed, out->name);
	return st;
}

enum idm_status
nss_alias_groups(const struct nss_alias *alias, struct idm_str typed,
    bool (*found)(void *context, uint32_t gid), void *context)
{
	struct idm_account account;
	enum idm_status st;

	st = find_account(alias, typed, &account, NULL);
	if (st != IDM_OK)
		return st;
	return idm_account_groups(
	    nss_account_dir(), idm_str_of(account.name), found, context, NULL);
}

/*
 * May a group be the result?  As with users: a group of the system only for a
 * literal rule that was added with --privileged.
 */
static enum idm_status
check_gid(const struct nss_alias *alias, uint32_t gid)
{
	bool may_be_system = alias->is_literal && alias->is_privileged;
	bool is_system = gid == 0 || gid == 65534 || gid < alias->gid_min;

	if (is_system)
		return may_be_system ? IDM_OK : IDM_REFUSED;
	return idm_id_reserved(gid) == NULL ? IDM_OK : IDM_REFUSED;
}

/* May it be served? */
static enum idm_status
find_group(const struct nss_alias *alias, struct idm_account_group *group)
{
	enum idm_status st;

	st = idm_account_group_by_name(
	    nss_account_dir(), idm_str_of(alias->account), group, NULL);
	return st == IDM_OK ? check_gid(alias, group->gid) : st;
}

enum idm_status
nss_alias_gid(const struct nss_alias *alias, uint32_t *gid)
{
	struct idm_account_group group;
	enum idm_status st;

	st = find_group(alias, &group);
	if (st == IDM_OK)
		*gid = group.gid;
	return st;
}

enum idm_status
nss_alias_group(const struct nss_alias *alias, struct idm_str typed,
    struct idm_buf *buf, struct group *out)
{
	struct idm_account_group account;
	size_t before = buf->len;
	struct nss_group group;
	struct idm_str line;
	enum idm_status st;

	st = idm_account_line(
	    nss_account_dir(), "group", idm_str_of(alias->account), buf, NULL);
	if (st == IDM_OK)
		st = end_line(buf, before, &line);
	if (st == IDM_EXHAUSTED) {
		/* Only a group that will be shown is worth more room. */
		st = find_group(alias, &account);
		return st == IDM_OK ? IDM_EXHAUSTED : st;
	}
	if (st == IDM_OK)
		st = nss_group_of_line(line, &group);
	if (st == IDM_OK)
		st = check_gid(alias, group.gid);
	if (st != IDM_OK)
		return st;
	group.name = reply_name(alias, typed, group.name);
	return nss_pack_group(&group, buf, out);
}
