#include <string.h>

#include "base/buf.h"
#include "identity/account.h"
#include "map/cached.h"
#include "map/host.h"
#include "map/namerules.h"
#include "map/own.h"
#include "map/verdict.h"

/* A text that is to be a local account's name; "" when it can be none's. */
static void
keep_name(char out[static IDM_LOGIN_MAX + 1], struct idm_str name)
{
	size_t len = idm_name_login(name, NULL) == IDM_OK ? name.len : 0;

	memcpy(out, name.data, len);
	out[len] = '\0';
}

/* A record of the account, wherever its domain's stand. */
static enum idm_status
find_own(const struct idm_maps *maps, const struct idm_domain *domain,
    const char prefix[static IDM_OWN_PREFIX], struct idm_str text,
    struct idm_str *value)
{
	struct idm_cached cached;
	enum idm_status st;

	if ((domain->flags & IDM_DOMAIN_DIRECTORY) == 0)
		return idm_own_find(maps->map, prefix, text, value);
	st = idm_cached_find(maps->cache, prefix, text, &cached);
	if (st == IDM_OK)
		*value = cached.record;
	return st;
}

/* The SID that its record has; nsubs 0: none.  IDM_NOTFOUND: no record. */
static enum idm_status
find_sid(const struct idm_maps *maps, const struct idm_windows *windows,
    bool is_group, struct idm_sid *out)
{
	struct idm_own_group group;
	struct idm_own_user user;
	struct idm_str value;
	enum idm_status st;

	st = find_own(maps, windows->domain,
	    is_group ? IDM_OWN_GROUP : IDM_OWN_USER, windows->key, &value);
	if (st == IDM_OK && is_group) {
		st = idm_own_group_open(value, &group, NULL);
		user.sid = group.sid;
	} else if (st == IDM_OK) {
		st = idm_own_user_read(value, &user, NULL);
	}
	if (st == IDM_OK)
		*out = user.sid;
	return st;
}

/* The record of what the account is called in its own case, if there is one. */
static enum idm_status
find_record(const struct idm_maps *maps, const struct idm_windows *windows,
    bool is_group, struct idm_own_sid *out)
{
	char text[IDM_SID_TEXT_MAX];
	struct idm_str value;
	struct idm_sid sid;
	enum idm_status st;

	st = find_sid(maps, windows, is_group, &sid);
	if (st == IDM_OK && sid.nsubs == 0)
		st = IDM_NOTFOUND;
	if (st != IDM_OK)
		return st;
	st = find_own(maps, windows->domain, IDM_OWN_SID,
	    idm_str_of(idm_sid_format(&sid, text)), &value);
	return st == IDM_OK ? idm_own_sid_read(value, out, NULL) : st;
}

/* The canonical name first, then its lower-case form. */
static void
keep_equated(const struct idm_maps *maps, const struct idm_windows *windows,
    bool is_group, struct idm_verdict *out)
{
	struct idm_own_sid record;

	keep_name(out->equated[1], windows->name);
	if (find_record(maps, windows, is_group, &record) == IDM_OK)
		keep_name(out->equated[0], record.name);
}

static bool
is_wild(struct idm_str text)
{
	return idm_str_is(text, "*");
}

/* Note one rule.  True: it is the last one to be noted. */
static bool
note(const struct idm_maps *maps, const struct idm_windows *windows,
    bool is_group, const struct idm_namerule *rule, struct idm_verdict *out)
{
	if (is_wild(rule->unix)) {
		if (out->equated[1][0] == '\0')
			keep_equated(maps, windows, is_group, out);
		return false;
	}
	out->is_caught = true;
	out->is_literal = !is_wild(rule->win);
	out->is_privileged = (rule->flags & IDM_RULE_PRIVILEGED) != 0;
	keep_name(out->target, rule->unix);
	return true;
}

bool
idm_verdict_any(const struct idm_maps *maps, bool is_group)
{
	const uint8_t users = IDM_MAPS_RULE_USERS | IDM_MAPS_NATIVE_USERS;
	const uint8_t groups = IDM_MAPS_RULE_GROUPS | IDM_MAPS_NATIVE_GROUPS;

	return (maps->rules & (is_group ? groups : users)) != 0;
}

void
idm_verdict_clear(struct idm_verdict *rule)
{
	rule->is_caught = rule->is_doubted = false;
	rule->native = NULL;
	rule->native_id = 0;
	for (unsigned i = 0; i < IDM_VERDICT_SPELLINGS; i++)
		rule->equated[i][0] = '\0';
}

bool
idm_verdict_is_wild(const struct idm_verdict *rule)
{
	for (unsigned i = 0; i < IDM_VERDICT_SPELLINGS; i++) {
		if (rule->equated[i][0] != '\0')
			return true;
	}
	return false;
}

void
idm_verdict_heed_overrides(const struct idm_maps *maps,
    const struct idm_windows *windows, bool is_group, struct idm_verdict *out)
{
	const uint64_t bits = IDM_STAMP_NAMES | IDM_STAMP_NUMBERS;
	struct idm_sid sid = { .nsubs = 0 };
	enum idm_status st = find_sid(maps, windows, is_group, &sid);

	if (idm_host_gives_number(maps->map, is_group, &sid, windows->key)) {
		idm_verdict_clear(out);
		return;
	}
	out->is_doubted = st != IDM_OK &&
	    (windows->domain->flags & IDM_DOMAIN_DIRECTORY) != 0 &&
	    (windows->domain->stamp & bits) != 0;
}

/* A function of its own, so that its memory is not beside what overrides need.
 */
static enum idm_status __attribute__((noinline))
ask_rules(const struct idm_maps *maps, const struct idm_windows *windows,
    bool is_group, struct idm_verdict *out)
{
	struct idm_str domain = idm_str_of(windows->domain->name);
	struct idm_candidates candidates;
	struct idm_namerule rule;
	enum idm_status st;

	if (!idm_candidates_to_unix(&candidates, maps, windows->name, domain,
		is_group, is_group, NULL))
		return IDM_OK;
	do {
		st = idm_candidates_next(&candidates, &rule, NULL);
	} while (st == IDM_OK && !note(maps, windows, is_group, &rule, out));
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

enum idm_status
idm_verdict_ask(const struct idm_maps *maps, const struct idm_windows *windows,
    bool is_group, struct idm_verdict *out)
{
	enum idm_status st;

	idm_verdict_clear(out);
	if (!idm_verdict_any(maps, is_group))
		return IDM_OK;
	st = ask_rules(maps, windows, is_group, out);
	if (st == IDM_OK && (out->is_caught || idm_verdict_is_wild(out)))
		idm_verdict_heed_overrides(maps, windows, is_group, out);
	return st;
}

static enum idm_status
find_account(const char *dir, const char *name, bool is_group)
{
	struct idm_account account;
	struct idm_account_group group;

	if (is_group) {
		return idm_account_group_by_name(
		    dir, idm_str_of(name), &group, NULL);
	}
	return idm_account_by_name(dir, idm_str_of(name), &account, NULL);
}

enum idm_status
idm_verdict_wildcard(const struct idm_verdict *rule, const char *dir,
    bool is_group, const char **account)
{
	for (unsigned i = 0; i < IDM_VERDICT_SPELLINGS; i++) {
		enum idm_status st;

		if (rule->equated[i][0] == '\0')
			continue;
		st = find_account(dir, rule->equated[i], is_group);
		if (st == IDM_OK)
			*account = rule->equated[i];
		if (st != IDM_NOTFOUND)
			return st;
	}
	return IDM_NOTFOUND;
}
