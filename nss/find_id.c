#include "nss/find.h"
#include "nss/place.h"
#include "nss/placeholder.h"

/*
 * A name that a wildcard equates with an account of this host is that
 * account's: the number must not be answered with it.
 */
static enum idm_status
unless_equated(
    enum idm_status st, const struct idm_verdict *rule, bool is_group)
{
	const char *account;
	enum idm_status equated;

	if (st != IDM_OK || !idm_verdict_is_wild(rule))
		return st;
	equated = idm_verdict_wildcard(
	    rule, nss_account_dir(), is_group, &account);
	if (equated == IDM_NOTFOUND)
		return IDM_OK;
	return equated == IDM_OK ? IDM_NOTFOUND : equated;
}

/* What is asked by number, and where the answer goes. */
struct number {
	uint32_t id;
	nss_own_user_function *own_user;
	nss_own_group_function *own_group;
	void *context;
	struct nss_ask *ask;
};

static enum idm_status
serve_uid(const struct number *number, const struct idm_maps *maps,
    struct idm_own_user *user)
{
	struct idm_served served;
	enum idm_status st;

	st = nss_ask_user(number->ask, maps, NULL, number->id, user);
	if (st == IDM_OK && user->uid != number->id)
		return IDM_NOTFOUND;
	if (st != IDM_TEMPFAIL)
		return st;
	st = idm_served_user_by_id(maps, number->id, user, &served);
	return nss_ask_first(number->ask, false, st, &served, NULL, number->id)
	    ? IDM_NOTFOUND
	    : st;
}

static enum idm_status
serve_gid(const struct number *number, const struct idm_maps *maps,
    struct idm_own_group *group)
{
	struct idm_served served;
	enum idm_status st;

	st = nss_ask_group(number->ask, maps, NULL, number->id, group);
	if (st == IDM_OK && group->gid != number->id)
		return IDM_NOTFOUND;
	if (st != IDM_TEMPFAIL)
		return st;
	st = idm_served_group_by_id(maps, number->id, group, &served);
	return nss_ask_first(number->ask, true, st, &served, NULL, number->id)
	    ? IDM_NOTFOUND
	    : st;
}

static enum idm_status
ask_for_uid(const struct number *number, const struct idm_maps *maps,
    struct idm_verdict *rule)
{
	struct nss_placeholder place;
	struct idm_own_user user;
	enum idm_status st;

	st = serve_uid(number, maps, &user);
	if (st == IDM_OK)
		st = nss_find_rule_of_user(number->ask, maps, &user, rule);
	else if (st == IDM_NOTFOUND && !number->ask->is_needed)
		st = nss_placeholder_user(maps, number->id, &place, &user);
	return st == IDM_OK ? number->own_user(number->context, maps, &user)
			    : st;
}

/* Is there a domain whose users' numbers are groups, too? */
static bool
may_be_private(const struct idm_maps *maps, uint32_t id)
{
	const struct idm_domain *const *domain;
	uint32_t n;

	if (idm_domain_by_id(&maps->domains, id, &domain, &n) == NULL)
		return true; /* an override's */
	for (uint32_t i = 0; i < n; i++) {
		if ((domain[i]->flags & IDM_DOMAIN_USER_GROUPS) != 0)
			return true;
	}
	return false;
}

/* *is_user: it is the rules of users that count. */
static enum idm_status
find_group_of_gid(const struct number *number, const struct idm_maps *maps,
    struct idm_own_group *group, struct idm_verdict *rule, bool *is_user)
{
	struct idm_own_user user;
	enum idm_status st;

	*is_user = false;
	st = serve_gid(number, maps, group);
	if (st == IDM_OK)
		return nss_find_rule_of_group(number->ask, maps, group, rule);
	if (st != IDM_NOTFOUND || number->ask->is_needed ||
	    !may_be_private(maps, number->id))
		return st;
	st = serve_uid(number, maps, &user);
	if (st != IDM_OK || !idm_served_private_group(maps, &user, group))
		return st == IDM_OK ? IDM_NOTFOUND : st;
	*is_user = true;
	return nss_find_rule_of_user(number->ask, maps, &user, rule);
}

static enum idm_status
ask_for_gid(const struct number *number, const struct idm_maps *maps,
    struct idm_verdict *rule, bool *is_user)
{
	struct nss_placeholder place;
	struct idm_own_group group;
	enum idm_status st;

	st = find_group_of_gid(number, maps, &group, rule, is_user);
	if (st == IDM_NOTFOUND && !rule->is_caught && !number->ask->is_needed)
		st = nss_placeholder_group(maps, number->id, &place, &group);
	return st == IDM_OK ? number->own_group(number->context, maps, &group)
			    : st;
}

static enum idm_status
visit_for_number(
    const struct number *number, struct idm_verdict *rule, bool *is_user)
{
	struct idm_inside inside;
	enum idm_status st;

	idm_verdict_clear(rule);
	*is_user = true;
	st = idm_snapshot_enter(nss_snapshot(), &inside, NULL);
	if (st != IDM_OK)
		return st;
	if (number->own_user != NULL)
		st = ask_for_uid(number, inside.maps, rule);
	else
		st = ask_for_gid(number, inside.maps, rule, is_user);
	idm_snapshot_leave(&inside);
	return st;
}

static enum idm_status
find_number(const struct number *number)
{
	struct idm_verdict rule;
	enum idm_status st;
	bool is_user;

	for (;;) {
		st = visit_for_number(number, &rule, &is_user);
		if (!number->ask->is_needed)
			break;
		if (nss_ask_now(number->ask) == IDM_OK)
			continue;
		st = visit_for_number(number, &rule, &is_user);
		if (st == IDM_NOTFOUND)
			st = IDM_TEMPFAIL;
		break;
	}
	return unless_equated(st, &rule, !is_user);
}

enum idm_status
nss_find_uid(uint32_t uid, nss_own_user_function *own, void *context)
{
	struct nss_ask ask;
	const struct number number = {
		.id = uid, .own_user = own, .context = context, .ask = &ask
	};
	enum idm_status st;

	nss_ask_init(&ask, false);
	st = find_number(&number);
	nss_ask_fini(&ask);
	return st;
}

enum idm_status
nss_find_gid(uint32_t gid, nss_own_group_function *own, void *context)
{
	struct nss_ask ask;
	const struct number number = {
		.id = gid, .own_group = own, .context = context, .ask = &ask
	};
	enum idm_status st;

	nss_ask_init(&ask, false);
	st = find_number(&number);
	nss_ask_fini(&ask);
	return st;
}
