#include <stdlib.h>
#include <string.h>

#include "identity/account.h"
#include "identity/fold.h"
#include "map/host_edit.h"
#include "map/namerules_edit.h"
#include "map/own.h"
#include "map/rulecanon.h"

#include "cli/say.h"
#include "cli/seen.h"

#define KEY_MAX   (4 * (IDM_WINNAME_MAX + IDM_DOMAIN_MAX))
#define NAMES_MAX ((size_t)1 << 32)
#define TOLD_MAX  20 /* names that are told one by one */

struct judging {
	const struct idm_rewrite *rewrite;
	struct idm_domains domains;
	struct idm_namerule rule; /* canonical */
	struct idm_buf win;       /* its Windows name, folded */
	bool is_wildcard;
	struct idm_buf names;  /* of rules for one name, each with its NUL */
	struct idm_buf places; /* size_t: where in names each begins, sorted */
	size_t n;              /* names whose number changes */
};

static bool
is_any(struct idm_str text)
{
	return idm_str_is(text, "*");
}

/* Does the rule say which number a Windows name of its own kind has? */
static bool
matters(const struct idm_namerule *rule)
{
	return rule->direction != IDM_RULE_TO_WINDOWS && rule->win.len > 0 &&
	    rule->win_is_group == rule->unix_is_group;
}

/* The number that a UNIX name of the rule's kind stands for. */
static bool
find_account(const struct judging *judging, struct idm_str unix, uint32_t *id)
{
	struct idm_account_group group;
	struct idm_account user;

	if (judging->rule.unix_is_group) {
		if (idm_account_group_by_name(
			IDM_ACCOUNTDIR, unix, &group, NULL) != IDM_OK)
			return false;
		*id = group.gid;
		return true;
	}
	if (idm_account_by_name(IDM_ACCOUNTDIR, unix, &user, NULL) != IDM_OK)
		return false;
	*id = user.uid;
	return true;
}

/* "name@domain" of an own identity: the name alone. */
static struct idm_str
name_in(struct idm_str key)
{
	const char *at = memrchr(key.data, '@', key.len);

	if (at != NULL)
		key.len = (size_t)(at - key.data);
	return key;
}

/* A rule for one name comes before any wildcard: note its name. */
static enum idm_status
note_literal(
    void *context, const struct idm_namerule *rule, struct idm_err *err)
{
	struct judging *judging = context;
	const struct idm_domain *domain;
	size_t place = judging->names.len;
	enum idm_status st;

	if (!matters(rule) || is_any(rule->win) || is_any(rule->domain) ||
	    rule->win_is_group != judging->rule.win_is_group)
		return IDM_OK;
	domain = idm_domain_by_name(&judging->domains, rule->domain);
	if (domain == NULL)
		return IDM_OK;
	st = idm_fold_put(&judging->names, rule->win, err);
	idm_buf_printf(&judging->names, "@%s", idm_domain_shown(domain));
	idm_buf_put(&judging->names, "", 1);
	idm_buf_put(&judging->places, &place, sizeof(place));
	return st;
}

static int
compare_places(const void *a, const void *b, void *names)
{
	const size_t *one = a;
	const size_t *other = b;

	return strcmp((char *)names + *one, (char *)names + *other);
}

/* The names of all rules for one name, sorted. */
static enum idm_status
note_literals(struct judging *judging, struct idm_err *err)
{
	enum idm_status st;

	st = idm_namerules_each_of(
	    judging->rewrite, note_literal, judging, err);
	if (st == IDM_OK)
		st = idm_buf_status(&judging->names, err);
	if (st == IDM_OK)
		st = idm_buf_status(&judging->places, err);
	if (st == IDM_OK && judging->places.len > 0)
		qsort_r(judging->places.data,
		    judging->places.len / sizeof(size_t), sizeof(size_t),
		    compare_places, judging->names.data);
	return st;
}

static bool
has_literal(const struct judging *judging, struct idm_str key)
{
	const size_t *place = (const void *)judging->places.data;
	size_t high = judging->places.len / sizeof(size_t);
	size_t low = 0;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = idm_str_compare(
		    idm_str_of(judging->names.data + place[middle]), key);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

/* The name was served with this number; what does the rule make of it? */
static void
judge_one(struct judging *judging, struct idm_str key, uint32_t id)
{
	const char *kind = judging->rule.win_is_group ? "gid" : "uid";
	struct idm_str unix = judging->rule.unix;
	uint32_t other = 0;
	bool has_other;

	if (is_any(unix))
		unix = name_in(key);
	has_other = unix.len > 0 && find_account(judging, unix, &other);
	/* A '*' that leads to no account passes the name on. */
	if (!has_other && is_any(judging->rule.unix))
		return;
	if (has_other && other == id)
		return;
	if (judging->is_wildcard && has_literal(judging, key))
		return;
	if (judging->n++ >= TOLD_MAX)
		return;
	if (has_other)
		cli_note("%.*s: %s %lu becomes %lu (%.*s)", (int)key.len,
		    key.data, kind, (unsigned long)id, (unsigned long)other,
		    (int)unix.len, unix.data);
	else
		cli_note(
		    "%.*s: %s %lu is no more: the rule leads to no account",
		    (int)key.len, key.data, kind, (unsigned long)id);
}

/* The own identity of a record: its key, its domain and its number. */
static enum idm_status
read_own(const struct judging *judging, struct idm_str value,
    struct idm_str *key, struct idm_str *domain, uint32_t *id,
    struct idm_err *err)
{
	struct idm_own_group group;
	struct idm_own_user user;
	enum idm_status st;

	if (judging->rule.win_is_group) {
		st = idm_own_group_read(value, &group, err);
		if (st != IDM_OK)
			return st;
		*key = group.key;
		*domain = group.domain;
		*id = group.gid;
		return IDM_OK;
	}
	st = idm_own_user_read(value, &user, err);
	if (st != IDM_OK)
		return st;
	*key = user.key;
	*domain = user.domain;
	*id = user.uid;
	return IDM_OK;
}

static bool
is_caught(const struct judging *judging, struct idm_str key,
    struct idm_str domain_name)
{
	const struct idm_namerule *rule = &judging->rule;
	struct idm_str win = { judging->win.data, judging->win.len };
	const struct idm_domain *domain;

	if (!is_any(rule->win) && idm_str_compare(name_in(key), win) != 0)
		return false;
	if (is_any(rule->domain))
		return true;
	domain = idm_domain_by_name(&judging->domains, rule->domain);
	return domain != NULL && idm_str_is(domain_name, domain->name);
}

static enum idm_status
judge_record(void *context, struct idm_str record, struct idm_str value,
    struct idm_err *err)
{
	struct judging *judging = context;
	const char *prefix = judging->rule.win_is_group ? IDM_OWN_GROUP
							: IDM_OWN_USER;
	struct idm_str domain;
	struct idm_str key;
	uint32_t id = 0;

	if (record.len < IDM_OWN_PREFIX ||
	    memcmp(record.data, prefix, IDM_OWN_PREFIX) != 0)
		return IDM_OK;
	/* A damaged record is for "idmap verify" to find. */
	if (read_own(judging, value, &key, &domain, &id, err) == IDM_OK &&
	    is_caught(judging, key, domain))
		judge_one(judging, key, id);
	return IDM_OK;
}

static enum idm_status
judge_literal(struct judging *judging, struct idm_err *err)
{
	const struct idm_domain *domain = idm_domain_by_name(
	    &judging->domains, judging->rule.domain);
	struct idm_str value;
	struct idm_buf key;

	if (domain == NULL)
		return IDM_OK;
	idm_buf_init(&key, KEY_MAX);
	idm_buf_puts(
	    &key, judging->rule.win_is_group ? IDM_OWN_GROUP : IDM_OWN_USER);
	idm_buf_put(&key, judging->win.data, judging->win.len);
	idm_buf_printf(&key, "@%s", idm_domain_shown(domain));
	if (idm_rewrite_get(judging->rewrite, key.data, key.len, &value) ==
	    IDM_OK)
		(void)judge_record(
		    judging, (struct idm_str){ key.data, key.len }, value, err);
	idm_buf_fini(&key);
	return IDM_OK;
}

static enum idm_status
judge(struct judging *judging, bool force, struct idm_err *err)
{
	enum idm_status st;

	st = idm_fold_put(&judging->win, judging->rule.win, err);
	if (st != IDM_OK)
		return st;
	if (!judging->is_wildcard)
		return judge_literal(judging, err);
	st = note_literals(judging, err);
	if (st == IDM_OK)
		st = idm_rewrite_each(
		    judging->rewrite, judge_record, judging, err);
	if (st != IDM_OK || judging->n == 0 || force)
		return st;
	return idm_fail(err, IDM_REFUSED,
	    "the wildcard would change the numbers of %zu names that were "
	    "served%s; a rule for each of them, or --force, does it",
	    judging->n,
	    judging->n > TOLD_MAX ? ", not all of which are listed" : "");
}

enum idm_status
seen_judge(const struct idm_rewrite *rewrite, const struct idm_namerule *rule,
    bool force, struct idm_err *err)
{
	struct judging judging = { .rewrite = rewrite, .rule = *rule };
	char by_default[IDM_DOMAIN_MAX + 1];
	char host[IDM_HOST_NAME_MAX + 1];
	struct idm_str value;
	enum idm_status st;

	/* Without domains there are no own identities. */
	if (!matters(rule) || idm_namerule_check(rule, NULL) != IDM_OK ||
	    idm_rewrite_get(rewrite, IDM_DOMAINS_KEY, strlen(IDM_DOMAINS_KEY),
		&value) != IDM_OK)
		return IDM_OK;
	st = idm_domains_read(value, &judging.domains, err);
	if (st == IDM_OK)
		st = idm_default_domain_of(
		    rewrite, &judging.domains, by_default, err);
	if (st != IDM_OK) {
		idm_domains_free(&judging.domains);
		return st;
	}
	idm_namerule_canonicalise(
	    &judging.rule, by_default, idm_host_name(host));
	judging.is_wildcard = is_any(judging.rule.win) ||
	    is_any(judging.rule.domain);
	idm_buf_init(&judging.win, KEY_MAX);
	idm_buf_init(&judging.names, NAMES_MAX);
	idm_buf_init(&judging.places, NAMES_MAX);
	st = judge(&judging, force, err);
	idm_buf_fini(&judging.win);
	idm_buf_fini(&judging.names);
	idm_buf_fini(&judging.places);
	idm_domains_free(&judging.domains);
	return st;
}
