#include <string.h>

#include "identity/name.h"
#include "map/host.h"
#include "map/namemap.h"
#include "map/verdict.h"
#include "map/windows.h"
#include "nss/find.h"
#include "nss/native.h"
#include "nss/place.h"

/* What is asked, by name, and where the answer goes. */
struct question {
	struct idm_str name;
	bool is_group;
	nss_own_user_function *own_user;
	nss_own_group_function *own_group;
	void *context;
	struct nss_alias *alias;
	bool *is_alias;
	struct nss_ask *ask;
};

/* ---- Aliases. */

void
nss_find_begin_alias(struct nss_alias *alias, const struct idm_policy *policy)
{
	alias->uid_min = policy->uid_min;
	alias->gid_min = policy->gid_min;
	alias->reply = policy->alias_reply;
}

static enum idm_status
complete(struct nss_alias *alias, const char *account, bool is_literal,
    bool is_privileged)
{
	if (account[0] == '\0')
		return IDM_REFUSED;
	if (alias->reply == IDM_REPLY_OFF)
		return IDM_NOTFOUND;
	memcpy(alias->account, account, strlen(account) + 1);
	alias->origin = IDM_ORIGIN_SYSTEM;
	alias->is_literal = is_literal;
	alias->is_privileged = is_privileged;
	return IDM_OK;
}

static enum idm_status
complete_by_catch(const struct idm_verdict *rule, struct nss_alias *alias)
{
	return complete(
	    alias, rule->target, rule->is_literal, rule->is_privileged);
}

enum idm_status
nss_find_alias_of_rule(
    const struct idm_verdict *rule, bool is_group, struct nss_alias *alias)
{
	const char *account;
	enum idm_status st;

	st = idm_verdict_wildcard(rule, nss_account_dir(), is_group, &account);
	if (st == IDM_OK)
		return complete(alias, account, false, false);
	if (st == IDM_NOTFOUND && rule->is_caught)
		return complete_by_catch(rule, alias);
	return st;
}

/*
 * Schemes are of users only.  *is_theirs: one of them has the name.  A
 * function of its own: a match takes much room.
 */
static enum idm_status __attribute__((noinline))
ask_schemes(const struct question *question, const struct idm_maps *maps,
    bool *is_theirs)
{
	struct nss_alias *alias = question->alias;
	struct idm_match match;
	enum idm_status st;

	*is_theirs = false;
	if (question->is_group)
		return IDM_NOTFOUND;
	st = idm_match_serving(
	    maps, question->name, &match, is_theirs, NULL, NULL);
	if (st != IDM_OK)
		return st;
	nss_find_begin_alias(alias, &maps->policy);
	st = complete(alias, match.result, match.literal, match.privileged);
	alias->origin = match.origin;
	alias->owner = match.uid;
	*question->is_alias = st == IDM_OK;
	return st;
}

/* ---- Own identities. */

/* Ask the rules about a record; of a user's own group, about the user. */
static enum idm_status
ask_rules(struct nss_ask *ask, const struct idm_maps *maps,
    struct idm_str domain, uint32_t id, struct idm_str key, bool is_group,
    struct idm_verdict *rule)
{
	struct idm_windows windows;
	struct idm_served served;
	struct idm_equal equal;
	struct idm_str owner;
	enum idm_status st;

	idm_verdict_clear(rule);
	if (!idm_verdict_any(maps, is_group) ||
	    idm_host_override_by_id(maps->map, is_group, id, &owner, NULL) ==
		IDM_OK)
		return IDM_OK;
	if (!idm_windows_of_key(
		idm_served_domain(maps, domain, id), key, &windows))
		return IDM_CORRUPT;
	if (idm_equal_any(windows.domain, is_group) &&
	    idm_served_equal(maps, &windows, is_group, &equal, &served) ==
		IDM_OK &&
	    idm_equal_is_own(&equal, windows.domain))
		return IDM_OK;
	st = nss_native_find(ask, maps, &windows, is_group, rule);
	if (st == IDM_NOTFOUND)
		st = idm_verdict_ask(maps, &windows, is_group, rule);
	return st == IDM_OK && rule->is_caught ? IDM_NOTFOUND : st;
}

enum idm_status
nss_find_rule_of_user(struct nss_ask *ask, const struct idm_maps *maps,
    const struct idm_own_user *user, struct idm_verdict *rule)
{
	return ask_rules(
	    ask, maps, user->domain, user->uid, user->key, false, rule);
}

enum idm_status
nss_find_rule_of_group(struct nss_ask *ask, const struct idm_maps *maps,
    const struct idm_own_group *group, struct idm_verdict *rule)
{
	return ask_rules(
	    ask, maps, group->domain, group->gid, group->key, true, rule);
}

/*
 * A user or group, as idmapd answered, or as the maps have it.  The rules were
 * asked of the name that was typed; idmapd folds as modules cannot, so that
 * its answer's may be another.
 */
static enum idm_status
serve_user(const struct question *question, const struct idm_maps *maps,
    const struct idm_windows *windows, struct idm_own_user *user)
{
	struct idm_served served;
	struct idm_verdict rule;
	enum idm_status st;

	st = nss_ask_user(question->ask, maps, windows, 0, user);
	if (st == IDM_OK && idm_str_compare(user->key, windows->key) != 0)
		return nss_find_rule_of_user(question->ask, maps, user, &rule);
	if (st != IDM_TEMPFAIL)
		return st;
	st = idm_served_user(maps, windows, user, &served);
	return nss_ask_first(question->ask, false, st, &served, windows, 0)
	    ? IDM_NOTFOUND
	    : st;
}

static enum idm_status
serve_group(const struct question *question, const struct idm_maps *maps,
    const struct idm_windows *windows, struct idm_own_group *group)
{
	struct idm_served served;
	struct idm_verdict rule;
	enum idm_status st;

	st = nss_ask_group(question->ask, maps, windows, 0, group);
	if (st == IDM_OK && idm_str_compare(group->key, windows->key) != 0)
		return nss_find_rule_of_group(
		    question->ask, maps, group, &rule);
	if (st != IDM_TEMPFAIL)
		return st;
	st = idm_served_group(maps, windows, group, &served);
	return nss_ask_first(question->ask, true, st, &served, windows, 0)
	    ? IDM_NOTFOUND
	    : st;
}

/*
 * A rule has caught the name, unless an override gives the account its number,
 * which only its record tells.  IDM_OK: *rule is what counts.
 */
static enum idm_status __attribute__((noinline))
settle_doubt(const struct question *question, const struct idm_maps *maps,
    const struct idm_windows *windows, struct idm_verdict *rule)
{
	struct idm_served served = { .age = IDM_CACHED_FRESH };
	bool is_group = question->is_group;
	struct idm_own_group group;
	struct idm_own_user user;
	enum idm_status st;

	st = is_group ? nss_ask_group(question->ask, maps, windows, 0, &group)
		      : nss_ask_user(question->ask, maps, windows, 0, &user);
	if (st == IDM_TEMPFAIL) {
		st = is_group ? idm_served_group(maps, windows, &group, &served)
			      : idm_served_user(maps, windows, &user, &served);
		if (nss_ask_first(
			question->ask, is_group, st, &served, windows, 0))
			return IDM_TEMPFAIL;
	}
	if (st == IDM_NOTFOUND && served.directory != NULL)
		return IDM_TEMPFAIL;
	if (st == IDM_OK)
		st = is_group
		    ? nss_find_rule_of_group(question->ask, maps, &group, rule)
		    : nss_find_rule_of_user(question->ask, maps, &user, rule);
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

/* A group that is a user's own, by the user's key. */
static enum idm_status __attribute__((noinline))
hand_private_group(const struct question *question, const struct idm_maps *maps,
    const struct idm_windows *windows)
{
	struct idm_own_group group;
	struct idm_own_user user;
	struct idm_verdict rule;
	enum idm_status st;

	if ((windows->domain->flags & IDM_DOMAIN_USER_GROUPS) == 0)
		return IDM_NOTFOUND;
	st = serve_user(question, maps, windows, &user);
	if (st == IDM_OK && !idm_served_private_group(maps, &user, &group))
		return IDM_NOTFOUND;
	if (st == IDM_OK)
		st = nss_find_rule_of_user(question->ask, maps, &user, &rule);
	if (st == IDM_OK)
		st = question->own_group(question->context, maps, &group);
	return st;
}

/*
 * Not beside what the rules were asked with.  An override's name is nobody's
 * own (map/own.h), so it is followed only where nobody was found.
 */
static enum idm_status __attribute__((noinline))
hand_over(const struct question *question, const struct idm_maps *maps,
    struct idm_windows *windows)
{
	struct idm_own_group group;
	struct idm_own_user user;
	enum idm_status st;

	/* The directory would have to be asked for the override's name. */
	if ((windows->domain->flags & IDM_DOMAIN_DIRECTORY) != 0)
		(void)idm_windows_follow(maps, question->is_group, windows);
	if (!question->is_group) {
		st = serve_user(question, maps, windows, &user);
		if (st == IDM_NOTFOUND && !question->ask->is_needed &&
		    idm_windows_follow(maps, false, windows))
			st = serve_user(question, maps, windows, &user);
		return st == IDM_OK
		    ? question->own_user(question->context, maps, &user)
		    : st;
	}
	st = serve_group(question, maps, windows, &group);
	if (st == IDM_NOTFOUND && !question->ask->is_needed &&
	    idm_windows_follow(maps, true, windows))
		st = serve_group(question, maps, windows, &group);
	if (st == IDM_NOTFOUND && !question->ask->is_needed) {
		(void)idm_windows_follow(maps, false, windows);
		return hand_private_group(question, maps, windows);
	}
	return st == IDM_OK
	    ? question->own_group(question->context, maps, &group)
	    : st;
}

/* ---- Directory-based mapping. */

/*
 * Whom the account's directory says that it equals, as a rule that caught it.
 * IDM_NOTFOUND: nobody.  IDM_TEMPFAIL: that is not known, and perhaps noted to
 * be asked.  *is_own: it is an own identity, whatever the rules say.
 */
static enum idm_status __attribute__((noinline))
ask_equal(const struct question *question, const struct idm_maps *maps,
    const struct idm_windows *windows, struct idm_verdict *rule, bool *is_own)
{
	struct idm_served served = { .age = IDM_CACHED_FRESH };
	bool is_group = question->is_group;
	struct idm_equal equal;
	struct idm_str login;
	enum idm_status st;

	st = nss_ask_equal(question->ask, windows, is_group, &equal);
	if (st == IDM_TEMPFAIL) {
		st = idm_served_equal(maps, windows, is_group, &equal, &served);
		if (nss_ask_first(
			question->ask, is_group, st, &served, windows, 0))
			return IDM_TEMPFAIL;
	}
	if (st == IDM_NOTFOUND && served.directory != NULL &&
	    served.age == IDM_CACHED_EXPIRED)
		return IDM_TEMPFAIL;
	if (st != IDM_OK)
		return st;
	*is_own = idm_equal_is_own(&equal, windows->domain);
	/* A record of before may say so of whom an override numbers now. */
	if (!idm_equal_is_alias(&equal, windows->domain) ||
	    idm_host_gives_number(
		maps->map, is_group, &equal.sid, windows->key))
		return IDM_NOTFOUND;
	idm_verdict_clear(rule);
	login = equal.login[is_group];
	rule->is_caught = true;
	rule->is_literal = rule->is_privileged = false;
	if (login.len > IDM_LOGIN_MAX)
		login.len = 0;
	memcpy(rule->target, login.data, login.len);
	rule->target[login.len] = '\0';
	return IDM_OK;
}

/* ---- By name. */

/* The own identity that the entry of native LDAP itself is. */
static enum idm_status __attribute__((noinline))
hand_native(const struct question *question, const struct idm_maps *maps,
    const struct idm_verdict *rule, struct idm_windows *windows)
{
	char memory[IDM_LOGIN_MAX + 2];
	struct idm_buf key;

	idm_buf_init_fixed(&key, memory, sizeof(memory));
	idm_buf_puts(&key, rule->equated[0]);
	idm_buf_puts(&key, "@");
	if (!idm_windows_of_key(
		rule->native, (struct idm_str){ key.data, key.len }, windows))
		return IDM_NOTFOUND;
	return hand_over(question, maps, windows);
}

static enum idm_status
take_catch(const struct question *question, const struct idm_maps *maps,
    const struct idm_verdict *rule)
{
	enum idm_status st;

	nss_find_begin_alias(question->alias, &maps->policy);
	st = complete_by_catch(rule, question->alias);
	*question->is_alias = st == IDM_OK;
	return st;
}

/*
 * *is_wild: there are wildcards that may equate the name with an account, to
 * be looked for when the maps have been left.  NULL: there is none.
 */
static inline enum idm_status
ask_windows(const struct question *question, const struct idm_maps *maps,
    struct idm_windows *windows, struct idm_verdict *rule, bool *is_wild)
{
	bool is_equal = idm_equal_any(windows->domain, question->is_group);
	bool is_own = false;
	enum idm_status st;

	/* They know accounts, not the names that overrides give them. */
	if (is_equal || idm_verdict_any(maps, question->is_group))
		(void)idm_windows_follow(maps, question->is_group, windows);
	if (is_equal) {
		st = ask_equal(question, maps, windows, rule, &is_own);
		if (st == IDM_OK)
			return take_catch(question, maps, rule);
		if (st != IDM_NOTFOUND)
			return st;
	}
	if (is_own)
		return hand_over(question, maps, windows);
	st = nss_native_find(
	    question->ask, maps, windows, question->is_group, rule);
	if (st == IDM_NOTFOUND)
		st = idm_verdict_ask(maps, windows, question->is_group, rule);
	if (st == IDM_OK && rule->is_doubted)
		st = settle_doubt(question, maps, windows, rule);
	if (st != IDM_OK)
		return st;
	if (is_wild != NULL && idm_verdict_is_wild(rule)) {
		nss_find_begin_alias(question->alias, &maps->policy);
		*is_wild = true;
		return IDM_OK;
	}
	if (!rule->is_caught)
		return hand_over(question, maps, windows);
	if (rule->native != NULL)
		return hand_native(question, maps, rule, windows);
	return take_catch(question, maps, rule);
}

/*
 * Functions of their own, so that a scheme's match does not stand beside what
 * a Windows name needs.  *is_theirs: it is a Windows name.
 */
static enum idm_status __attribute__((noinline))
ask_qualified(const struct question *question, const struct idm_maps *maps,
    struct idm_verdict *rule, bool *is_wild, bool *is_theirs)
{
	struct idm_windows windows;

	*is_theirs = idm_windows_qualified(maps, question->name, &windows);
	if (!*is_theirs)
		return IDM_NOTFOUND;
	return ask_windows(question, maps, &windows, rule, is_wild);
}

static enum idm_status __attribute__((noinline))
ask_bare(const struct question *question, const struct idm_maps *maps,
    struct idm_verdict *rule, bool *is_wild)
{
	struct idm_windows windows;

	if (!idm_windows_bare(maps, question->name, &windows))
		return IDM_NOTFOUND;
	return ask_windows(question, maps, &windows, rule, is_wild);
}

static enum idm_status
ask_maps(const struct question *question, const struct idm_maps *maps,
    struct idm_verdict *rule, bool *is_wild)
{
	enum idm_status st;
	bool is_theirs;

	st = ask_qualified(question, maps, rule, is_wild, &is_theirs);
	if (is_theirs)
		return st;
	st = ask_schemes(question, maps, &is_theirs);
	if (st == IDM_NOTFOUND && !is_theirs)
		return ask_bare(question, maps, rule, is_wild);
	return st;
}

static enum idm_status
visit_maps(
    const struct question *question, struct idm_verdict *rule, bool *is_wild)
{
	struct idm_inside inside;
	enum idm_status st;

	st = idm_snapshot_enter(nss_snapshot(), &inside, NULL);
	if (st != IDM_OK)
		return st;
	st = ask_maps(question, inside.maps, rule, is_wild);
	idm_snapshot_leave(&inside);
	return st;
}

/* With what idmapd knows, where that is needed. */
static enum idm_status
visit_with_answers(
    const struct question *question, struct idm_verdict *rule, bool *is_wild)
{
	enum idm_status st;

	do {
		st = visit_maps(question, rule, is_wild);
		if (!question->ask->is_needed)
			return st;
	} while (nss_ask_now(question->ask) == IDM_OK);
	/* What was made under another policy is better than nothing. */
	st = visit_maps(question, rule, is_wild);
	return st == IDM_NOTFOUND ? IDM_TEMPFAIL : st;
}

static enum idm_status
find(const struct question *question)
{
	struct idm_verdict rule;
	bool is_wild = false;
	const char *account;
	enum idm_status st;

	*question->is_alias = false;
	st = idm_name_remote(question->name, NULL);
	if (st == IDM_OK)
		st = visit_with_answers(question, &rule, &is_wild);
	if (st != IDM_OK || !is_wild)
		return st;
	st = idm_verdict_wildcard(
	    &rule, nss_account_dir(), question->is_group, &account);
	if (st == IDM_NOTFOUND)
		return visit_with_answers(question, &rule, NULL);
	if (st == IDM_OK)
		st = complete(question->alias, account, false, false);
	*question->is_alias = st == IDM_OK;
	return st;
}

enum idm_status
nss_find_member(struct idm_str name, nss_own_user_function *own, void *context,
    struct nss_alias *alias, bool *is_alias, struct nss_ask *ask)
{
	const struct question question = {
		.name = name,
		.own_user = own,
		.context = context,
		.alias = alias,
		.is_alias = is_alias,
		.ask = ask,
	};

	return find(&question);
}

enum idm_status
nss_find_user(struct idm_str name, nss_own_user_function *own, void *context,
    struct nss_alias *alias, bool *is_alias)
{
	struct nss_ask ask;
	enum idm_status st;

	nss_ask_init(&ask, false);
	st = nss_find_member(name, own, context, alias, is_alias, &ask);
	nss_ask_fini(&ask);
	return st;
}

enum idm_status
nss_find_group(struct idm_str name, nss_own_group_function *own, void *context,
    struct nss_alias *alias, bool *is_alias)
{
	struct nss_ask ask;
	const struct question question = {
		.name = name,
		.is_group = true,
		.own_group = own,
		.context = context,
		.alias = alias,
		.is_alias = is_alias,
		.ask = &ask,
	};
	enum idm_status st;

	nss_ask_init(&ask, false);
	st = find(&question);
	nss_ask_fini(&ask);
	return st;
}
