#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "identity/account.h"
#include "map/namerules_edit.h"
#include "map/ruleedit.h"

#include "cli/logins.h"
#include "cli/rulecheck.h"

#define NOBODY 65534u

/* A rule that another one of the same names always stands in front of. */
struct shadow {
	uint64_t id;
	uint64_t by;
	bool to_unix; /* in this direction */
};

struct checking {
	const struct idm_maps *maps;
	const char *account_dir;
	rulecheck_found *found;
	void *context;
	size_t rules;
	struct shadow *shadow; /* by id */
	size_t nshadows;
	size_t told; /* of them */
	struct cli_logins *logins;
};

/* ---- Which rules stand behind others. */

static enum idm_status
note_shadow(
    struct checking *checking, struct shadow shadow, struct idm_err *err)
{
	struct shadow *grown = reallocarray(checking->shadow,
	    checking->nshadows + 1, sizeof(*checking->shadow));

	if (grown == NULL)
		return idm_fail(err, IDM_NOMEM, "out of memory");
	checking->shadow = grown;
	checking->shadow[checking->nshadows++] = shadow;
	return IDM_OK;
}

/*
 * Of the rules of one name and kind, the first whose target is no wildcard
 * decides; a wildcard lets the next one have what it finds no account for.
 */
static enum idm_status
check_list(struct checking *checking, struct idm_str value, bool to_unix,
    struct idm_err *err)
{
	uint64_t decides[2] = { 0, 0 }; /* by the Windows kind */
	struct idm_namerule rule;
	struct idm_cursor cursor;
	enum idm_status st;
	uint32_t n = 0;

	st = idm_rule_list_read(value, &cursor, &n, err);
	for (uint32_t i = 0; st == IDM_OK && i < n; i++) {
		uint64_t *first = &decides[0];

		st = idm_rule_list_next(&cursor, &rule, err);
		if (st != IDM_OK)
			break;
		first = &decides[rule.win_is_group];
		if (*first != 0) {
			st = note_shadow(checking,
			    (struct shadow){ rule.id, *first, to_unix }, err);
		} else if (!idm_str_is(to_unix ? rule.unix : rule.win, "*")) {
			*first = rule.id;
		}
	}
	return st;
}

static int
by_id(const void *a, const void *b)
{
	const struct shadow *left = a, *right = b;

	return (left->id > right->id) - (left->id < right->id);
}

static enum idm_status
find_shadows(struct checking *checking, struct idm_err *err)
{
	struct idm_walk at = { 0 };
	struct idm_str key, value;
	enum idm_status st;

	while ((st = idm_view_next(
		    checking->maps->map, &at, &key, &value, err)) == IDM_OK) {
		if (!idm_rule_list_key(key))
			continue;
		st = check_list(
		    checking, value, key.data[0] == IDM_RULESET_TO_UNIX, err);
		if (st != IDM_OK)
			return st;
	}
	if (checking->nshadows > 0) {
		qsort(checking->shadow, checking->nshadows,
		    sizeof(*checking->shadow), by_id);
	}
	return st == IDM_NOTFOUND ? IDM_OK : st;
}

/* ---- Each rule. */

/* The account's id; IDM_NOTFOUND. */
static enum idm_status
find_account(const struct checking *checking, const struct idm_namerule *rule,
    uint32_t *id, struct idm_err *err)
{
	struct idm_account_group group;
	enum idm_status st;

	if (rule->unix_is_group) {
		st = idm_account_group_by_name(
		    checking->account_dir, rule->unix, &group, err);
		if (st == IDM_OK)
			*id = group.gid;
		return st;
	}
	if (!cli_logins_find(checking->logins, rule->unix, id))
		return idm_fail(err, IDM_NOTFOUND, "no such user");
	return IDM_OK;
}

static void tell(const struct checking *, const struct idm_namerule *,
    bool is_fault, const char *, ...) IDM_PRINTF(4, 5);

static void
tell(const struct checking *checking, const struct idm_namerule *rule,
    bool is_fault, const char *fmt, ...)
{
	char memory[800], why[200], text[1100];
	struct idm_buf line;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	idm_buf_init_fixed(&line, memory, sizeof(memory));
	idm_namerule_put(&line, rule, false);
	for (size_t i = 0; i < line.len; i++) {
		if (memory[i] == '\t')
			memory[i] = ' ';
	}
	(void)snprintf(text, sizeof(text), "rule %llu, '%s': %s",
	    (unsigned long long)rule->id, idm_buf_text(&line), why);
	checking->found(checking->context, is_fault, text);
}

/* Both the rules and the shadows come by their ids. */
static void
check_shadows(struct checking *checking, const struct idm_namerule *rule)
{
	while (checking->told < checking->nshadows) {
		const struct shadow *shadow = &checking->shadow[checking->told];

		if (shadow->id > rule->id)
			break;
		checking->told++;
		tell(checking, rule, true, "never used %s: rule %llu decides",
		    shadow->to_unix ? "Windows to UNIX" : "UNIX to Windows",
		    (unsigned long long)shadow->by);
	}
}

static enum idm_status
check_account(const struct checking *checking, const struct idm_namerule *rule,
    struct idm_err *err)
{
	const struct idm_policy *policy = &checking->maps->policy;
	uint32_t least = rule->unix_is_group ? policy->gid_min
					     : policy->uid_min;
	const char *kind = rule->unix_is_group ? "group" : "user";
	enum idm_status st;
	uint32_t id = 0;

	if (rule->unix.len == 0 || idm_str_is(rule->unix, "*"))
		return IDM_OK;
	st = find_account(checking, rule, &id, err);
	if (st == IDM_NOTFOUND) {
		tell(checking, rule, true, "there is no UNIX %s of this name",
		    kind);
		return IDM_OK;
	}
	if (st != IDM_OK || rule->direction == IDM_RULE_TO_WINDOWS)
		return st;
	if (id != NOBODY && id >= least)
		return IDM_OK;
	if ((rule->flags & IDM_RULE_PRIVILEGED) == 0) {
		tell(checking, rule, false,
		    "a system account: NSS and PAM do not serve it without "
		    "--privileged");
	} else if (idm_str_is(rule->win, "*")) {
		tell(checking, rule, false,
		    "a system account: NSS and PAM do not serve it to a "
		    "wildcard");
	}
	return IDM_OK;
}

static enum idm_status
check_rule(void *context, const struct idm_namerule *rule, struct idm_err *err)
{
	struct checking *checking = context;

	checking->rules++;
	check_shadows(checking, rule);
	return check_account(checking, rule, err);
}

enum idm_status
rulecheck(const struct idm_maps *maps, const char *account_dir,
    rulecheck_found *found, void *context, size_t *rules, struct idm_err *err)
{
	struct checking checking = {
		.maps = maps,
		.account_dir = account_dir,
		.found = found,
		.context = context,
	};
	enum idm_status st = find_shadows(&checking, err);

	if (st == IDM_OK)
		st = cli_logins_open(account_dir, &checking.logins, err);
	if (st == IDM_OK) {
		st = idm_namerules_each(maps->map, check_rule, &checking, err);
	}
	if (st == IDM_OK)
		*rules = checking.rules;
	free(checking.shadow);
	cli_logins_close(&checking.logins);
	return st;
}
