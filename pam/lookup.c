#include <string.h>
#include <unistd.h>

#include "backends/served.h"
#include "identity/service.h"
#include "map/host.h"
#include "map/snapshot.h"
#include "map/verdict.h"
#include "map/windows.h"
#include "pam/lookup.h"
#include "pam/standing.h"
#include "wire/client.h"

/* No scheme that serves NSS by default can split these: they have no
 * separator. */
#define PLAIN                                                                  \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

#define RULES     "(name rules)"
#define DIRECTORY "(directory)"

static enum idm_status
nothing_of_ours(struct idm_pam_answer *out)
{
	*out = (struct idm_pam_answer){ .is_ours = false };
	return IDM_OK;
}

/*
 * What is needed to decide cannot be read.  A plain name is left to the other
 * modules, which can do nothing worse with it than without us; any other may
 * be one that a rule refuses.
 */
static enum idm_status
cannot_tell(const char *name, const char *what, const struct idm_err *cause,
    struct idm_pam_answer *out, struct idm_err *err)
{
	if (name[strspn(name, PLAIN)] == '\0')
		return nothing_of_ours(out);
	return idm_fail(err, IDM_TEMPFAIL, "%s: %s", what, cause->text);
}

static bool
lists(const struct idm_policy *policy, const char *service)
{
	for (uint8_t i = 0; i < policy->nservices; i++) {
		if (strcmp(policy->service[i], service) == 0)
			return true;
	}
	return false;
}

/* Complete an answer whose match is filled by the account, if it may be. */
static enum idm_status
match_account(const struct idm_maps *maps, const char *name,
    const char *service, struct idm_pam_answer *answer,
    const struct idm_trace *trace, struct idm_err *err)
{
	enum idm_status st;

	st = idm_match_account(&answer->match, &maps->policy, IDM_ACCOUNTDIR,
	    true, &answer->account, trace, err);
	if (st != IDM_OK)
		return st;
	/* It matched, so it is no longer than a remote name may be. */
	memcpy(answer->name, name, strlen(name) + 1);
	answer->lists_service = lists(&maps->policy, service);
	return IDM_OK;
}

/* What a rule makes of a Windows name, as the match of an entry. */
static enum idm_status
match_rule(const struct idm_verdict *verdict, const char *equated,
    struct idm_match *match, struct idm_err *err)
{
	const char *target = equated != NULL ? equated : verdict->target;

	if (target[0] == '\0')
		return idm_fail(err, IDM_REFUSED, "a name rule inhibits it");
	/* Not the name of any scheme. */
	memcpy(match->scheme, RULES, sizeof(RULES));
	memcpy(match->target, target, strlen(target) + 1);
	memcpy(match->result, target, strlen(target) + 1);
	match->literal = equated == NULL && verdict->is_literal;
	match->privileged = equated == NULL && verdict->is_privileged;
	return IDM_OK;
}

/* Those that say "no login", and none at all, which would be /bin/sh. */
static bool
is_shell(const char *shell)
{
	const char *slash = strrchr(shell, '/');

	return slash != NULL && strcmp(slash, "/nologin") != 0 &&
	    strcmp(slash, "/false") != 0 && access(shell, X_OK) == 0;
}

/* An own identity's user is the account, if it can be logged in with. */
static enum idm_status
take_own(const struct idm_own_user *user, const char *name,
    struct idm_pam_answer *answer, struct idm_err *err)
{
	if (!is_shell(user->shell.data)) {
		return idm_fail(err, IDM_REFUSED,
		    "its shell '%s' is none to log in with", user->shell.data);
	}
	if (user->name.len >= sizeof(answer->account.name)) {
		return idm_fail(
		    err, IDM_REFUSED, "its name is too long for a login");
	}
	*answer = (struct idm_pam_answer){ .is_ours = true, .is_own = true };
	memcpy(answer->account.name, user->name.data, user->name.len);
	answer->account.uid = user->uid;
	answer->account.gid = user->gid;
	memcpy(answer->name, name, strlen(name) + 1);
	return IDM_OK;
}

/* Of a directory: what it says of the account is part of the answer. */
static enum idm_status
find_in_directory(const struct idm_maps *maps,
    const struct idm_windows *windows, const char *name,
    struct idm_pam_answer *answer, struct idm_err *err)
{
	struct idm_pam_standing standing;
	enum idm_status st;

	idm_pam_standing_init(&standing);
	st = idm_pam_standing_find(
	    maps, windows, IDM_SOCKET_PATH, &standing, err);
	if (st == IDM_OK && standing.is_alias) /* it was none a moment ago */
		st = idm_fail(err, IDM_TEMPFAIL, "what it is has just changed");
	if (st == IDM_OK)
		st = take_own(&standing.user, name, answer, err);
	if (st == IDM_OK)
		answer->standing = standing.account;
	idm_pam_standing_fini(&standing);
	if (st == IDM_OK)
		return st;
	return idm_within(err, st, "domain '%s'", windows->domain->name);
}

static enum idm_status
find_own(const struct idm_maps *maps, const struct idm_windows *windows,
    const char *name, struct idm_pam_answer *out, struct idm_err *err)
{
	struct idm_served served;
	struct idm_own_user user;
	enum idm_status st;

	if ((windows->domain->flags & IDM_DOMAIN_DIRECTORY) != 0)
		return find_in_directory(maps, windows, name, out, err);
	st = idm_served_user(maps, windows, &user, &served);
	if (st == IDM_CORRUPT)
		return idm_fail(err, st, "the user's record is damaged");
	if (st != IDM_OK) {
		return idm_fail(err, st, "no such user in domain '%s'",
		    windows->domain->name);
	}
	return take_own(&user, name, out, err);
}

/*
 * Directory-based mapping: the account of this host that the user's directory
 * says he is, with what it says of his own.  IDM_NOTFOUND: none.
 */
static enum idm_status
match_equal(const struct idm_maps *maps, const struct idm_windows *windows,
    struct idm_pam_answer *answer, struct idm_err *err)
{
	struct idm_verdict verdict = { .is_caught = true };
	struct idm_pam_standing standing;
	struct idm_str login;
	enum idm_status st;

	idm_pam_standing_init(&standing);
	st = idm_pam_standing_find(
	    maps, windows, IDM_SOCKET_PATH, &standing, err);
	if (st == IDM_REFUSED || (st == IDM_OK && !standing.is_alias))
		st = IDM_NOTFOUND;
	if (st == IDM_OK) {
		answer->standing = standing.account;
		login = standing.equal.login[0];
		if (login.len > 0 && login.len <= IDM_LOGIN_MAX)
			memcpy(verdict.target, login.data, login.len);
		st = verdict.target[0] != '\0'
		    ? match_rule(&verdict, NULL, &answer->match, err)
		    : idm_fail(err, IDM_REFUSED,
			  "its number is that of no account of this host");
		memcpy(answer->match.scheme, DIRECTORY, sizeof(DIRECTORY));
	}
	idm_pam_standing_fini(&standing);
	return st == IDM_OK || st == IDM_NOTFOUND
	    ? st
	    : idm_within(err, st, "domain '%s'", windows->domain->name);
}

/* ---- Overrides, native LDAP, name rules. */

/*
 * The account's number by an override stands above what has caught its name.
 * Where only the directory can tell whether there is one, it is asked; its
 * record's key is then *own.
 */
static enum idm_status
heed_overrides(const struct idm_maps *maps, const struct idm_windows *windows,
    struct idm_verdict *verdict, struct idm_windows *own, struct idm_err *err)
{
	struct idm_pam_standing standing;
	struct idm_str owner;
	enum idm_status st;

	*own = *windows;
	own->key.data = own->name.data = own->memory;
	idm_verdict_heed_overrides(maps, windows, false, verdict);
	if (!verdict->is_doubted)
		return IDM_OK;
	idm_pam_standing_init(&standing);
	st = idm_pam_standing_find(
	    maps, windows, IDM_SOCKET_PATH, &standing, err);
	if (st == IDM_OK && standing.has_user &&
	    idm_host_override_by_id(
		maps->map, false, standing.user.uid, &owner, NULL) == IDM_OK)
		idm_verdict_clear(verdict);
	else if (st == IDM_OK && standing.has_user &&
	    !idm_windows_of_key(windows->domain, standing.user.key, own))
		st = idm_fail(err, IDM_CORRUPT, "its record has no key");
	idm_pam_standing_fini(&standing);
	if (st == IDM_NOTFOUND || st == IDM_REFUSED)
		return IDM_OK;
	return st == IDM_OK
	    ? st
	    : idm_within(err, st, "domain '%s'", windows->domain->name);
}

/*
 * The name rules.  IDM_NOTFOUND: none catches it, or an override stands above
 * the one that does.
 */
static enum idm_status
match_rules(const struct idm_maps *maps, const struct idm_windows *windows,
    struct idm_pam_answer *answer, struct idm_err *err)
{
	const char *equated = NULL;
	struct idm_verdict verdict;
	struct idm_windows own;
	enum idm_status st;

	st = idm_verdict_ask(maps, windows, false, &verdict);
	if (st == IDM_OK && verdict.is_doubted) {
		st = heed_overrides(maps, windows, &verdict, &own, err);
		if (st != IDM_OK)
			return st;
		/* Another spelling, or name, than that of its record? */
		if (verdict.is_doubted &&
		    idm_str_compare(own.key, windows->key) != 0)
			st = idm_verdict_ask(maps, &own, false, &verdict);
	}
	if (st != IDM_OK)
		return idm_fail(err, st, "the name rules are damaged");
	st = idm_verdict_wildcard(&verdict, IDM_ACCOUNTDIR, false, &equated);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return idm_fail(err, st, "the local accounts cannot be read");
	if (equated == NULL && !verdict.is_caught)
		return IDM_NOTFOUND;
	return match_rule(&verdict, equated, &answer->match, err);
}

/* Whom native LDAP names: a user of this host, or else its entry's own. */
static enum idm_status
take_native(const struct idm_pam_standing *standing, const char *name,
    struct idm_pam_answer *answer, struct idm_err *err)
{
	struct idm_verdict verdict = { .is_caught = true };
	struct idm_str login = standing->equal.login[0];
	struct idm_account local;
	enum idm_status st;

	st = idm_account_by_name(IDM_ACCOUNTDIR, login, &local, err);
	if (st == IDM_NOTFOUND && standing->has_user)
		st = take_own(&standing->user, name, answer, err);
	else if (st == IDM_NOTFOUND)
		st = idm_fail(err, IDM_REFUSED,
		    "'%.*s', which its entry says it is, is no user here",
		    (int)login.len, login.data);
	else if (st == IDM_OK && login.len <= IDM_LOGIN_MAX) {
		memcpy(verdict.target, login.data, login.len);
		st = match_rule(&verdict, NULL, &answer->match, err);
		memcpy(answer->match.scheme, DIRECTORY, sizeof(DIRECTORY));
	}
	answer->standing = standing->account;
	return st;
}

/* IDM_NOTFOUND: no entry names it, or an override stands above. */
static enum idm_status
match_native_of(const struct idm_maps *maps, const struct idm_windows *windows,
    const struct idm_domain *native, const char *name,
    struct idm_pam_answer *answer, struct idm_err *err)
{
	struct idm_verdict verdict = { .is_caught = true };
	struct idm_pam_standing standing;
	struct idm_windows own;
	enum idm_status st;

	st = heed_overrides(maps, windows, &verdict, &own, err);
	if (st != IDM_OK || !verdict.is_caught)
		return st == IDM_OK ? IDM_NOTFOUND : st;
	idm_pam_standing_init(&standing);
	st = idm_pam_standing_native(
	    maps, windows, native, IDM_SOCKET_PATH, &standing, err);
	if (st == IDM_OK)
		st = take_native(&standing, name, answer, err);
	idm_pam_standing_fini(&standing);
	return st == IDM_OK || st == IDM_NOTFOUND
	    ? st
	    : idm_within(err, st, "domain '%s'", native->name);
}

static enum idm_status
match_native(const struct idm_maps *maps, const struct idm_windows *windows,
    const char *name, struct idm_pam_answer *answer, struct idm_err *err)
{
	enum idm_status st = IDM_NOTFOUND;

	/* Its own accounts are UNIX' already. */
	if ((maps->rules & IDM_MAPS_NATIVE_USERS) == 0 ||
	    (windows->domain->flags & IDM_DOMAIN_WINNAMES) != 0)
		return st;
	for (uint32_t i = 0; i < maps->domains.n && st == IDM_NOTFOUND; i++) {
		const struct idm_domain *native = &maps->domains.domain[i];

		if ((native->flags & IDM_DOMAIN_WINNAMES) != 0)
			st = match_native_of(
			    maps, windows, native, name, answer, err);
	}
	return st;
}

/* A Windows name: directories, the name rules, then its own record. */
static enum idm_status
match_windows(const struct idm_maps *maps, struct idm_windows *windows,
    const char *name, const char *service, struct idm_pam_answer *out,
    const struct idm_trace *trace, struct idm_err *err)
{
	struct idm_pam_answer answer = { .is_ours = true };
	enum idm_status st = IDM_NOTFOUND;

	(void)idm_windows_follow(maps, false, windows);
	if (idm_equal_any(windows->domain, false))
		st = match_equal(maps, windows, &answer, err);
	if (st == IDM_NOTFOUND)
		st = match_native(maps, windows, name, &answer, err);
	if (st == IDM_OK && answer.is_own) {
		*out = answer;
		return st;
	}
	if (st == IDM_NOTFOUND)
		st = match_rules(maps, windows, &answer, err);
	if (st == IDM_NOTFOUND)
		return find_own(maps, windows, name, out, err);
	memcpy(answer.match.remote, windows->key.data, windows->key.len);
	if (st == IDM_OK)
		st = match_account(maps, name, service, &answer, trace, err);
	if (st == IDM_OK)
		*out = answer;
	return st;
}

/* A foreign name: its entry, the account, and whether it may be served. */
static enum idm_status
match(const struct idm_maps *maps, const char *name, const char *service,
    struct idm_pam_answer *out, const struct idm_trace *trace,
    struct idm_err *err)
{
	struct idm_pam_answer answer = { .is_ours = true };
	struct idm_str text = idm_str_of(name);
	struct idm_windows windows;
	bool is_foreign = true;
	enum idm_status st;

	if (idm_windows_qualified(maps, text, &windows)) {
		return match_windows(
		    maps, &windows, name, service, out, trace, err);
	}
	st = idm_match_serving(
	    maps, text, &answer.match, &is_foreign, trace, err);
	if (st == IDM_NOTFOUND && !is_foreign) {
		if (!idm_windows_bare(maps, text, &windows))
			return nothing_of_ours(out);
		return match_windows(
		    maps, &windows, name, service, out, trace, err);
	}
	if (st == IDM_OK)
		st = match_account(maps, name, service, &answer, trace, err);
	if (st == IDM_OK)
		*out = answer;
	return st;
}

enum idm_status
idm_pam_lookup(const char *name, const char *service,
    struct idm_pam_answer *out, const struct idm_trace *trace,
    struct idm_err *err)
{
	struct idm_err cause = { 0 };
	struct idm_maps *maps = NULL;
	struct idm_account local;
	enum idm_status st;

	st = idm_account_by_name(
	    IDM_ACCOUNTDIR, idm_str_of(name), &local, &cause);
	/* A broken line of that name is still a line of that name. */
	if (st == IDM_OK || st == IDM_CORRUPT)
		return nothing_of_ours(out);
	if (st != IDM_NOTFOUND)
		return cannot_tell(name, "no local accounts", &cause, out, err);

	st = idm_maps_open(IDM_STATEDIR, 0, &maps, &cause);
	if (st != IDM_OK)
		return cannot_tell(name, "no usable map", &cause, out, err);
	st = match(maps, name, service, out, trace, err);
	idm_maps_close(&maps);
	return st;
}

const char *
idm_pam_service_veto(const char *service, const struct idm_pam_answer *answer)
{
	if (idm_service_holds_name(idm_str_of(service)))
		return "it holds on to the name it began with";
	if (!answer->lists_service)
		return "idmap.conf does not list it";
	return NULL;
}
