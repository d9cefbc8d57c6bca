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
find_match(struct idm_str name, struct alias *alias)
{
	struct idm_inside inside;
	enum idm_status st;
	bool is_foreign;

	if (idm_name_remote(name, NULL) != IDM_OK)
		return IDM_NOTFOUND;
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
 * All that must hold before anything of an account is told.  Its passwd line
 * is appended to the buffer, which may be NULL.
 *
 * A user of this host is never somebody's alias, whatever the order of
 * services: glibc asks all of them for a user's groups, and a local john.doe
 * must not get those of john.
 */
static enum idm_status
find_alias(struct idm_str name, struct alias *alias,
    struct idm_account *account, struct idm_buf *buf)
{
	enum idm_status st;

	st = find_match(name, alias);
	if (st != IDM_OK)
		return st;
	st = idm_account_alias(nss_account_dir(), name,
	    idm_str_of(alias->match.result), account, buf, NULL);
	if (st == IDM_CONFLICT)
		return IDM_NOTFOUND;
	if (st != IDM_OK)
		return st;
	return idm_match_allows(
	    &alias->match, &alias->policy, account, true, NULL);
}

/* The name to answer with: the account's own, or the one asked for. */
static struct idm_str
reply_name(
    const struct alias *alias, struct idm_str typed, struct idm_str canonical)
{
	return alias->policy.alias_reply == IDM_REPLY_TYPED ? typed : canonical;
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
nss_alias_user(struct idm_str name, struct idm_buf *buf, struct nss_user *out)
{
	struct idm_account account;
	size_t before = buf->len;
	struct alias alias;
	struct idm_str line;
	enum idm_status st;

	st = find_alias(name, &alias, &account, buf);
	if (st == IDM_OK)
		st = end_line(buf, before, &line);
	if (st == IDM_EXHAUSTED) {
		/* Only an account that will be shown is worth more room. */
		st = find_alias(name, &alias, &account, NULL);
		return st == IDM_OK ? IDM_EXHAUSTED : st;
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
	size_t before = buf->len;
	struct alias alias;
	struct idm_str line;
	enum idm_status st;

	st = find_alias(name, &alias, &account, NULL);
	if (st == IDM_OK) {
		st = idm_account_line(nss_account_dir(), "shadow",
		    idm_str_of(account.name), buf, NULL);
	}
	if (st == IDM_OK)
		st = end_line(buf, before, &line);
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

	st = find_alias(name, &alias, &account, NULL);
	if (st != IDM_OK)
		return st;
	return idm_account_groups(
	    nss_account_dir(), idm_str_of(account.name), found, context, NULL);
}
