#include <string.h>

#include "identity/winname.h"
#include "nss/find.h"
#include "nss/foreign.h"
#include "nss/membership.h"
#include "nss/place.h"

struct membership {
	struct idm_str name;
	struct nss_gids *gids;
	bool is_foreign; /* it is known that no local user has the name ... */
	bool is_doubted; /* ... or that must be asked first */
	bool is_primary_done;
	uint32_t after; /* groups up to this number are done */
	/* The group that a rule, which is to be followed now, has caught. */
	bool is_caught;
	struct idm_verdict rule;
	/* So is a group of this host, whose name is the alias'. */
	bool is_local;
	uint32_t locals;        /* so many of them are done */
	struct nss_alias alias; /* of the user, or of that group */
	struct nss_ask ask;
};

/*
 * Who it is: a directory tells of a user's groups no more than their numbers.
 * Where one cannot be asked, the others need not be: IDM_REFUSED.
 */
static enum idm_status
find_group(struct nss_ask *ask, const struct idm_maps *maps, uint32_t gid,
    struct idm_own_group *group)
{
	struct idm_served served;
	enum idm_status st;

	st = nss_ask_group(ask, maps, NULL, gid, group);
	if (st != IDM_TEMPFAIL)
		return st;
	st = idm_served_group_by_id(maps, gid, group, &served);
	if (nss_ask_is_vain(ask))
		return st == IDM_NOTFOUND && served.directory != NULL
		    ? IDM_REFUSED
		    : st;
	return nss_ask_first(ask, true, st, &served, NULL, gid) ? IDM_TEMPFAIL
								: st;
}

/*
 * Does a rule lead this group elsewhere?  IDM_REFUSED: nobody can say, and
 * what a rule may keep from the user he does not get.
 */
static enum idm_status
ask_rules(
    struct membership *membership, const struct idm_maps *maps, uint32_t gid)
{
	struct idm_own_group group;
	enum idm_status st;

	membership->rule = (struct idm_verdict){ .is_caught = false };
	st = find_group(&membership->ask, maps, gid, &group);
	if (st == IDM_OK)
		st = nss_find_rule_of_group(
		    &membership->ask, maps, &group, &membership->rule);
	membership->is_caught = membership->rule.is_caught ||
	    idm_verdict_is_wild(&membership->rule);
	if (membership->is_caught)
		nss_find_begin_alias(&membership->alias, &maps->policy);
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

static enum idm_status
add_gids(struct membership *membership, const struct idm_maps *maps,
    struct idm_cursor gids, uint32_t n)
{
	bool has_rules = idm_verdict_any(maps, true);
	const struct idm_domain *last = NULL;
	enum idm_status st = IDM_OK;

	/* The primary number stays; the group that it leads to is added. */
	if (has_rules && !membership->is_primary_done) {
		st = ask_rules(membership, maps, membership->gids->primary);
		if (st != IDM_OK && st != IDM_REFUSED)
			return st;
		membership->is_primary_done = true;
		if (membership->is_caught)
			return IDM_OK;
	}
	for (uint32_t i = 0; i < n; i++) {
		uint32_t gid = idm_cursor_u32(&gids);

		if (gid <= membership->after ||
		    !idm_served_admits_next_gid(maps, gid, &last))
			continue;
		if (has_rules) {
			st = ask_rules(membership, maps, gid);
			if (st != IDM_OK && st != IDM_REFUSED)
				return st;
		}
		membership->after = gid;
		if (membership->is_caught)
			return IDM_OK;
		if (st == IDM_OK && !nss_gids_add_new(membership->gids, gid))
			break;
	}
	return IDM_OK;
}

/* As idmapd answered, or as the maps have them. */
static enum idm_status
find_gids(struct membership *membership, const struct idm_maps *maps,
    const struct idm_own_user *user, struct idm_cursor *gids, uint32_t *n)
{
	struct idm_windows windows;
	struct idm_served served;
	enum idm_status st;

	st = nss_ask_gids(&membership->ask, user->key, gids, n);
	if (st != IDM_TEMPFAIL)
		return st;
	st = idm_served_gids(maps, user, gids, n, &served);
	if (served.directory == NULL)
		return st;
	if (!idm_windows_of_key(served.directory, user->key, &windows))
		return IDM_CORRUPT;
	if (nss_ask_first(&membership->ask, false, st, &served, &windows, 0))
		return IDM_NOTFOUND;
	/* Nobody knows: better no answer than one without his groups. */
	return st == IDM_NOTFOUND ? IDM_TEMPFAIL : st;
}

/* Groups of this host that the user's own ones equal: the next one's name. */
static enum idm_status
find_local(struct membership *membership, const struct idm_maps *maps,
    const struct idm_own_user *user)
{
	struct nss_alias *alias = &membership->alias;
	struct idm_str name = { "", 0 };
	struct idm_cached cached;
	struct idm_cursor names;
	enum idm_status st;
	uint32_t n;

	st = nss_ask_locals(&membership->ask, user->key, &names, &n);
	if (st == IDM_TEMPFAIL) {
		st = idm_cached_find(
		    maps->cache, IDM_EQUAL_LOCALS, user->key, &cached);
		if (st == IDM_OK)
			st = idm_equal_locals_read(
			    cached.record, &names, &n, NULL);
	}
	if (st == IDM_NOTFOUND || maps->policy.alias_reply == IDM_REPLY_OFF)
		return IDM_OK;
	if (st != IDM_OK || membership->locals >= n)
		return st;
	for (uint32_t i = 0; i <= membership->locals; i++)
		name = idm_cursor_str(&names);
	membership->locals++;
	if (name.len > IDM_LOGIN_MAX)
		return IDM_OK;
	nss_find_begin_alias(alias, &maps->policy);
	memcpy(alias->account, name.data, name.len);
	alias->account[name.len] = '\0';
	alias->is_literal = alias->is_privileged = false;
	membership->is_local = true;
	return IDM_OK;
}

/*
 * Who asks for the groups of an own identity by its whole name has its primary
 * group from us.  Otherwise the name may be a local user's, too: of a bare one
 * the group tells nothing, since an administrator may put his own users into
 * ours.
 */
static enum idm_status
add_own(
    void *context, const struct idm_maps *maps, const struct idm_own_user *user)
{
	struct membership *membership = context;
	const struct idm_domain *domain = idm_served_domain(
	    maps, user->domain, user->uid);
	struct idm_cursor gids;
	enum idm_status st;
	uint32_t n;

	membership->is_doubted = !membership->is_foreign &&
	    (user->gid != membership->gids->primary ||
		!idm_winname_has_separator(membership->name));
	if (membership->is_doubted)
		return IDM_OK;
	st = find_gids(membership, maps, user, &gids, &n);
	if (st == IDM_NOTFOUND && !membership->ask.is_needed) {
		gids = idm_cursor_over("", 0);
		n = 0;
		st = IDM_OK;
	}
	if (st == IDM_OK)
		st = add_gids(membership, maps, gids, n);
	if (st == IDM_OK && !membership->is_caught && domain != NULL &&
	    idm_equal_any(domain, true))
		st = find_local(membership, maps, user);
	return st;
}

/* What is missing, or not to be served, is no group of his. */
static enum idm_status
add_local(struct membership *membership)
{
	enum idm_status st;
	uint32_t gid;

	st = nss_alias_gid(&membership->alias, &gid);
	if (st == IDM_OK)
		(void)nss_gids_add(membership->gids, gid);
	return st == IDM_NOTFOUND || st == IDM_REFUSED ? IDM_OK : st;
}

/* The own group that an entry of native LDAP itself is.  IDM_NOTFOUND: it
 * stands for one of this host. */
static enum idm_status
add_native(struct membership *membership)
{
	const struct idm_verdict *rule = &membership->rule;
	const char *account;
	enum idm_status st;

	if (rule->native_id == 0)
		return IDM_NOTFOUND;
	st = idm_verdict_wildcard(rule, nss_account_dir(), true, &account);
	if (st == IDM_NOTFOUND) {
		(void)nss_gids_add(membership->gids, rule->native_id);
		return IDM_OK;
	}
	return st == IDM_OK ? IDM_NOTFOUND : st;
}

/* The group of this host that a rule makes of the one that was caught. */
static enum idm_status
follow_rule(struct membership *membership)
{
	enum idm_status st;
	uint32_t gid;

	st = add_native(membership);
	if (st != IDM_NOTFOUND)
		return st;
	st = nss_find_alias_of_rule(
	    &membership->rule, true, &membership->alias);
	if (st == IDM_NOTFOUND && !membership->rule.is_caught) {
		/* Of the primary group, which is there, nothing is done yet. */
		if (membership->after > 0)
			(void)nss_gids_add_new(
			    membership->gids, membership->after);
		return IDM_OK;
	}
	if (st == IDM_OK)
		st = nss_alias_gid(&membership->alias, &gid);
	if (st == IDM_OK)
		(void)nss_gids_add(membership->gids, gid);
	/* What is inhibited, missing or not to be served drops this group. */
	return st == IDM_NOTFOUND || st == IDM_REFUSED ? IDM_OK : st;
}

/* IDM_OK: no local user has the name. */
static enum idm_status
ask_accounts(struct membership *membership)
{
	enum idm_status st = nss_foreign(membership->name);

	membership->is_foreign = st != IDM_NOTFOUND;
	return st;
}

enum idm_status
nss_membership_add(struct idm_str name, struct nss_gids *gids)
{
	struct membership membership = { .name = name, .gids = gids };
	enum idm_status st;
	bool is_alias;

	nss_ask_init(&membership.ask, true);
	do {
		membership.is_doubted = membership.is_caught = false;
		membership.is_local = false;
		st = nss_find_member(name, add_own, &membership,
		    &membership.alias, &is_alias, &membership.ask);
		if (st != IDM_OK)
			break;
		if (is_alias) {
			st = nss_alias_groups(
			    &membership.alias, name, nss_gids_add, gids);
			break;
		}
		if (membership.is_doubted)
			st = ask_accounts(&membership);
		else if (membership.is_caught)
			st = follow_rule(&membership);
		else if (membership.is_local)
			st = add_local(&membership);
		else
			break;
	} while (st == IDM_OK && !gids->out_of_memory);
	nss_ask_fini(&membership.ask);
	return st == IDM_OK && gids->out_of_memory ? IDM_NOMEM : st;
}
