#include <string.h>

#include "nss/native.h"

/* What one domain's entries say.  IDM_NOTFOUND: nothing. */
static enum idm_status
find_in(struct nss_ask *ask, const struct idm_maps *maps,
    const struct idm_windows *windows, bool is_group,
    const struct idm_domain *native, struct idm_equal *equal)
{
	struct idm_served served;
	enum idm_status st;

	if (ask == NULL)
		return idm_served_native(
		    maps, windows, is_group, native, equal, &served);
	st = nss_ask_native(ask, windows, is_group, native, equal);
	if (st != IDM_TEMPFAIL)
		return st;
	st = idm_served_native(maps, windows, is_group, native, equal, &served);
	if (nss_ask_native_first(ask, is_group, st, &served, windows) ||
	    (st == IDM_NOTFOUND && served.directory != NULL))
		return IDM_TEMPFAIL;
	return st;
}

/* Caught, as by a rule that leads to nobody; overrides stand above that. */
static void catch (const struct idm_maps *maps,
    const struct idm_windows *windows, bool is_group, struct idm_verdict *rule)
{
	idm_verdict_clear(rule);
	rule->is_caught = true;
	rule->is_literal = rule->is_privileged = false;
	rule->target[0] = '\0';
	idm_verdict_heed_overrides(maps, windows, is_group, rule);
}

/* To whom it leads is to be looked up. */
static void
take(const struct idm_maps *maps, const struct idm_equal *equal,
    const struct idm_domain *native, struct idm_verdict *rule)
{
	struct idm_str login = equal->login[equal->is_group];

	if (login.len == 0 || login.len > IDM_LOGIN_MAX)
		return;
	memcpy(rule->equated[0], login.data, login.len);
	rule->equated[0][login.len] = '\0';
	rule->native = native;
	if (equal->is_group && idm_served_admits_gid(maps, equal->id))
		rule->native_id = equal->id;
}

enum idm_status
nss_native_find(struct nss_ask *ask, const struct idm_maps *maps,
    const struct idm_windows *windows, bool is_group, struct idm_verdict *rule)
{
	uint8_t flag = is_group ? IDM_MAPS_NATIVE_GROUPS
				: IDM_MAPS_NATIVE_USERS;
	enum idm_status st = IDM_NOTFOUND;

	/* Its own accounts are UNIX' already. */
	if ((maps->rules & flag) == 0 ||
	    (windows->domain->flags & IDM_DOMAIN_WINNAMES) != 0)
		return st;
	catch (maps, windows, is_group, rule);
	if (!rule->is_caught)
		return IDM_OK;
	for (uint32_t i = 0; i < maps->domains.n && st == IDM_NOTFOUND; i++) {
		const struct idm_domain *native = &maps->domains.domain[i];
		struct idm_equal equal;

		if ((native->flags & IDM_DOMAIN_WINNAMES) == 0)
			continue;
		st = find_in(ask, maps, windows, is_group, native, &equal);
		if (st == IDM_OK && idm_equal_is_nobody(&equal))
			st = IDM_NOTFOUND;
		else if (st == IDM_OK && equal.by == IDM_EQUAL_BY_LDAP)
			take(maps, &equal, native, rule);
	}
	return st == IDM_REFUSED ? IDM_OK : st;
}
