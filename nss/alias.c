#include "nss/alias.h"
#include "identity/account.h"
#include "identity/name.h"
#include "map/namemap.h"
#include "map/snapshot.h"
#include "nss/place.h"

/* What the maps say of a name, kept after they have been left. */
struct alias {
	struct idm_match match;
	struct idm_policy policy;
};

static enum idm_status
match(struct idm_str name, struct alias *alias)
{
	struct idm_inside inside;
	enum idm_status st;
	bool is_foreign;

	st = idm_snapshot_enter(nss_snapshot(), &inside, NULL);
	if (st != IDM_OK)
		return st;
	if (inside.maps->policy.alias_reply == IDM_REPLY_OFF) {
		st = IDM_NOTFOUND;
	} else {
		st = idm_match_serving(
		    inside.maps, name, &alias->match, &is_foreign, NULL, NULL);
	}
	if (st == IDM_OK)
		alias->policy = inside.maps->policy;
	idm_snapshot_leave(&inside);
	return st;
}

/*
 * A user of this host is never somebody's alias, whatever the order of
 * services: glibc asks all of them for a user's groups, and a local john.doe
 * must not get those of john.
 */
static enum idm_status
is_no_local_user(struct idm_str name)
{
	struct idm_account account;
	enum idm_status st;

	st = idm_account_by_name(nss_account_dir(), name, &account, NULL);
	if (st == IDM_NOTFOUND)
		return IDM_OK;
	return st == IDM_OK || st == IDM_CORRUPT ? IDM_NOTFOUND : st;
}

static enum idm_status
find_alias(struct idm_str name, struct alias *alias)
{
	enum idm_status st;

	if (idm_name_remote(name, NULL) != IDM_OK)
		return IDM_NOTFOUND;
	st = match(name, alias);
	if (st == IDM_OK)
		st = is_no_local_user(name);
	return st;
}

static enum idm_status
find_account(const struct alias *alias, struct idm_account *account)
{
	return idm_match_account(&alias->match, &alias->policy,
	    nss_account_dir(), true, account, NULL, NULL);
}

/* The name to answer with: the account's own, or the one asked for. */
static struct idm_str
reply_name(
    const struct alias *alias, struct idm_str typed, struct idm_str canonical)
{
	return alias->policy.alias_reply == IDM_REPLY_TYPED ? typed : canonical;
}

/* Append the line of the account to buf, and a NUL behind it. */
static enum idm_status
read_line(const struct alias *alias, const char *file, struct idm_buf *buf,
    struct idm_str *line)
{
	size_t before = buf->len;
	enum idm_status st;

	st = idm_account_line(nss_account_dir(), file,
	    idm_str_of(alias->match.result), buf, NULL);
	if (st != IDM_OK)
		return st;
	line->data = buf->data + before;
	line->len = buf->len - before;
	idm_buf_put_u8(buf, '\0');
	return idm_buf_status(buf, NULL);
}

enum idm_status
nss_alias_user(struct idm_str name, struct idm_buf *buf, struct nss_user *out)
{
	struct idm_account account;
	struct alias alias;
	struct idm_str line;
	enum idm_status st;

	st = find_alias(name, &alias);
	if (st != IDM_OK)
		return st;
	st = read_line(&alias, "passwd", buf, &line);
	if (st == IDM_EXHAUSTED) {
		/* Only an account that will be shown is worth more room. */
		st = find_account(&alias, &account);
		return st == IDM_OK ? IDM_EXHAUSTED : st;
	}
	if (st == IDM_OK)
		st = idm_account_parse(line, &account, NULL);
	if (st == IDM_OK) {
		st = idm_match_allows(
		    &alias.match, &alias.policy, &account, true, NULL);
	}
	if (st == IDM_OK)
		st = nss_user_of_line(line, out);
	if (st == IDM_OK)
		out->name = reply_name(&alias, name, out->name);
	return st;
}

enum idm_status
nss_alias_shadow(
    struct idm_str name, struct idm_buf *buf, struct nss_shadow *out)
{
	struct idm_account account;
	struct alias alias;
	struct idm_str line;
	enum idm_status st;

	st = find_alias(name, &alias);
	if (st == IDM_OK)
		st = find_account(&alias, &account);
	if (st == IDM_OK)
		st = read_line(&alias, "shadow", buf, &line);
	if (st == IDM_OK)
		st = nss_shadow_of_line(line, out);
	if (st == IDM_OK)
		out->name = reply_name(&alias, name, out->name);
	return st;
}

enum idm_status
nss_alias_groups(struct idm_str name,
    bool (*found)(void *context, uint32_t gid), void *context)
{
	struct idm_account account;
	struct alias alias;
	enum idm_status st;

	st = find_alias(name, &alias);
	if (st == IDM_OK)
		st = find_account(&alias, &account);
	if (st != IDM_OK)
		return st;
	return idm_account_groups(
	    nss_account_dir(), idm_str_of(account.name), found, context, NULL);
}
