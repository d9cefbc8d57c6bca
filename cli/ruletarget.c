#include "identity/account.h"
#include "identity/id.h"

#include "cli/maps.h"
#include "cli/ruletarget.h"
#include "cli/say.h"

/* The number of the account, and whether it is the system's. */
static enum idm_status
find(const struct idm_namerule *rule, const struct idm_policy *policy,
    bool *is_system, struct idm_err *err)
{
	struct idm_account_group group;
	struct idm_account user;
	enum idm_status st;

	if (rule->unix_is_group) {
		st = idm_account_group_by_name(
		    IDM_ACCOUNTDIR, rule->unix, &group, err);
		if (st == IDM_OK)
			*is_system = group.gid < policy->gid_min ||
			    idm_id_reserved(group.gid) != NULL;
		return st;
	}
	st = idm_account_by_name(IDM_ACCOUNTDIR, rule->unix, &user, err);
	if (st == IDM_OK)
		*is_system = user.uid < policy->uid_min ||
		    idm_id_reserved(user.uid) != NULL;
	return st;
}

static bool
is_literal(const struct idm_namerule *rule)
{
	return rule->win.len > 0 && rule->unix.len > 0 &&
	    !idm_str_is(rule->win, "*") && !idm_str_is(rule->domain, "*") &&
	    !idm_str_is(rule->unix, "*");
}

static void
remark(const struct idm_namerule *rule, const struct idm_policy *policy)
{
	const char *kind = rule->unix_is_group ? "group" : "user";
	bool is_system = false;
	enum idm_status st;
	struct idm_err err;

	st = find(rule, policy, &is_system, &err);
	if (st == IDM_NOTFOUND)
		cli_note("there is no %s '%.*s' on this host: until there is "
			 "one, the rule leads nowhere",
		    kind, (int)rule->unix.len, rule->unix.data);
	if (st != IDM_OK || !is_system ||
	    (rule->flags & IDM_RULE_PRIVILEGED) != 0)
		return;
	if (is_literal(rule))
		cli_note("%s '%.*s' is the system's: 'idmap show' maps to it, "
			 "NSS and PAM do not; to let them, add the rule with "
			 "--privileged",
		    kind, (int)rule->unix.len, rule->unix.data);
	else
		cli_note("%s '%.*s' is the system's: NSS and PAM do not serve "
			 "it for a wildcard",
		    kind, (int)rule->unix.len, rule->unix.data);
}

void
rule_target_remark(const struct idm_namerule *rule)
{
	struct idm_policy policy = idm_policy_default;
	struct idm_maps *maps = NULL;
	struct idm_err err;

	if (rule->direction == IDM_RULE_TO_WINDOWS || rule->unix.len == 0 ||
	    idm_str_is(rule->unix, "*"))
		return;
	if (cli_maps_open(&maps, &err) == IDM_OK)
		policy = maps->policy;
	idm_maps_close(&maps);
	remark(rule, &policy);
}

enum idm_status
rule_target_privileged(const struct idm_namerule *rule, struct idm_err *err)
{
	if (rule->direction != IDM_RULE_TO_WINDOWS && is_literal(rule))
		return IDM_OK;
	return idm_fail(err, IDM_INVALID,
	    "--privileged is for a rule that leads from one Windows name to "
	    "one UNIX name");
}
