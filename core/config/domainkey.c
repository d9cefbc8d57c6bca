#include <string.h>

#include "base/num.h"
#include "config/domainsetting.h"
#include "identity/fold.h"
#include "identity/id.h"
#include "identity/name.h"

enum idm_status
idm_domain_put_text(
    const char *value, char *out, size_t size, struct idm_err *err)
{
	size_t len = strlen(value);

	if (len >= size) {
		return idm_fail(
		    err, IDM_INVALID, "longer than %zu bytes", size - 1);
	}
	/* Nothing of an earlier value stays: domains are compared bytewise. */
	memset(out, 0, size);
	memcpy(out, value, len);
	return IDM_OK;
}

/* The name of a domain, folded: one word without what names are made of. */
enum idm_status
idm_domain_put_name(
    const char *value, char *out, size_t size, struct idm_err *err)
{
	enum idm_status st;
	struct idm_buf buf;

	if (value[0] == '\0')
		return idm_fail(err, IDM_INVALID, "the name is empty");
	/* A file of that name would not be read. */
	if (value[0] == '.')
		return idm_fail(
		    err, IDM_INVALID, "'%s' begins with '.'", value);
	if (value[strcspn(value, " \t@\\/:*\",")] != '\0') {
		return idm_fail(err, IDM_INVALID,
		    "'%s' has a '%c' in it, which no domain's name can have",
		    value, value[strcspn(value, " \t@\\/:*\",")]);
	}
	if (!idm_name_is_plain(idm_str_of(value))) {
		st = idm_name_remote(idm_str_of(value), err);
		if (st != IDM_OK)
			return st;
	}
	memset(out, 0, size);
	idm_buf_init_fixed(&buf, out, size - 1);
	st = idm_fold_put(&buf, idm_str_of(value), err);
	if (st == IDM_EXHAUSTED) {
		return idm_fail(err, IDM_INVALID,
		    "'%s' is longer than %zu bytes", value, size - 1);
	}
	if (st == IDM_OK)
		out[buf.len] = '\0';
	return st;
}

enum idm_status
idm_domain_put_bool(const char *value, bool *out, struct idm_err *err)
{
	static const struct {
		const char *word;
		bool value;
	} words[] = {
		{ "yes", true },
		{ "no", false },
		{ "true", true },
		{ "false", false },
	};

	for (size_t i = 0; i < IDM_COUNTOF(words); i++) {
		if (strcmp(value, words[i].word) == 0) {
			*out = words[i].value;
			return IDM_OK;
		}
	}
	return idm_fail(
	    err, IDM_INVALID, "'%s' is neither 'yes' nor 'no'", value);
}

enum idm_status
idm_domain_put_flag(struct idm_domain *domain, uint32_t flag, const char *value,
    struct idm_err *err)
{
	enum idm_status st;
	bool is_set;

	st = idm_domain_put_bool(value, &is_set, err);
	if (st == IDM_OK && is_set)
		domain->flags |= flag;
	if (st == IDM_OK && !is_set)
		domain->flags &= ~flag;
	return st;
}

/* ---- The settings of every domain. */

typedef enum idm_status set_value(
    struct idm_domain_setting *, const char *value, struct idm_err *);

static enum idm_status
set_backend(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	(void)setting;
	(void)value;
	(void)err;
	return IDM_OK; /* was read before all others */
}

static enum idm_status
set_dns(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	struct idm_domain *domain = &setting->out->domain;

	return idm_domain_put_name(
	    value, domain->dns, sizeof(domain->dns), err);
}

static enum idm_status
set_netbios(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	struct idm_domain *domain = &setting->out->domain;
	char folded[sizeof(domain->netbios)];
	enum idm_status st;

	st = idm_domain_put_name(value, folded, sizeof(folded), err);
	if (st != IDM_OK)
		return st;
	return idm_domain_put_text(
	    value, domain->netbios, sizeof(domain->netbios), err);
}

static enum idm_status
set_aliases(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	struct idm_domain *domain = &setting->out->domain;
	enum idm_status st = IDM_OK;
	char word[IDM_DOMAIN_MAX + 2];

	domain->naliases = 0;
	while (st == IDM_OK) {
		size_t len;

		value += strspn(value, " \t,");
		len = strcspn(value, " \t,");
		if (len == 0)
			break;
		if (domain->naliases == IDM_ALIASES_MAX) {
			return idm_fail(err, IDM_INVALID, "more than %d names",
			    IDM_ALIASES_MAX);
		}
		if (len >= sizeof(word))
			return idm_fail(err, IDM_INVALID, "a name is too long");
		memcpy(word, value, len);
		word[len] = '\0';
		st = idm_domain_put_name(word, domain->alias[domain->naliases],
		    sizeof(domain->alias[0]), err);
		if (st == IDM_OK)
			domain->naliases++;
		value += len;
	}
	return st;
}

static enum idm_status
set_sid(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	struct idm_sid sid;
	enum idm_status st;

	st = idm_sid_parse(idm_str_of(value), &sid, err);
	if (st != IDM_OK)
		return st;
	if (!idm_sid_is_domain(&sid)) {
		return idm_fail(err, IDM_INVALID,
		    "'%s' is no domain's SID: that is S-1-5-21- and three "
		    "numbers",
		    value);
	}
	setting->out->domain.sid = sid;
	return IDM_OK;
}

enum idm_status
idm_domain_check_range(const struct idm_domain_setting *setting, uint32_t low,
    uint32_t high, struct idm_err *err)
{
	bool is_ephemeral = setting->backend != NULL &&
	    setting->backend->id == IDM_BACKEND_EPHEMERAL;
	uint32_t max = is_ephemeral ? UINT32_MAX - 1 : IDM_RANGE_MAX;

	if (low > high) {
		return idm_fail(err, IDM_INVALID,
		    "the first number, %u, is above the last, %u", low, high);
	}
	if (low < IDM_RANGE_MIN) {
		return idm_fail(err, IDM_INVALID,
		    "%u is below %u, where system accounts are", low,
		    IDM_RANGE_MIN);
	}
	if (high > max) {
		return idm_fail(err, IDM_INVALID,
		    "%u is above %u, the highest id a range may have", high,
		    max);
	}
	if (low == high && idm_id_reserved(low) != NULL) {
		return idm_fail(
		    err, IDM_INVALID, "%u %s", low, idm_id_reserved(low));
	}
	return IDM_OK;
}

static enum idm_status
set_range(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	struct idm_domain *domain = &setting->out->domain;
	const char *dash = strchr(value, '-');
	size_t first, second;
	enum idm_status st;
	uint32_t low, high;

	if (dash == NULL) {
		return idm_fail(err, IDM_INVALID,
		    "'%s' is no range: write LOW-HIGH, both of them included",
		    value);
	}
	first = (size_t)(dash - value);
	while (first > 0 && value[first - 1] == ' ')
		first--;
	dash += 1 + strspn(dash + 1, " ");
	second = strlen(dash);
	st = idm_num_id(value, first, &low, err);
	if (st == IDM_OK)
		st = idm_num_id(dash, second, &high, err);
	if (st == IDM_OK)
		st = idm_domain_check_range(setting, low, high, err);
	if (st != IDM_OK)
		return st;
	domain->low = low;
	domain->high = high;
	setting->has_range = true;
	setting->out->range_line = setting->line;
	return IDM_OK;
}

static enum idm_status
set_names(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	if (value[0] != '/') {
		return idm_fail(
		    err, IDM_INVALID, "'%s' is no absolute path", value);
	}
	return idm_domain_put_text(
	    value, setting->out->names, sizeof(setting->out->names), err);
}

/* What stands in a passwd line: no colon; %U, %D, %d and %% are replaced. */
static enum idm_status
set_template(const char *value, char out[static IDM_TEMPLATE_MAX + 1],
    bool is_path, struct idm_err *err)
{
	if (value[0] != '\0' && strlen(value) <= IDM_TEMPLATE_MAX &&
	    idm_name_remote(idm_str_of(value), NULL) != IDM_OK) {
		return idm_fail(err, IDM_INVALID,
		    "'%s' has a control character, or is not UTF-8", value);
	}
	if (strchr(value, ':') != NULL)
		return idm_fail(err, IDM_INVALID, "'%s' has a colon", value);
	if (is_path && value[0] != '/' && value[0] != '\0') {
		return idm_fail(
		    err, IDM_INVALID, "'%s' is no absolute path", value);
	}
	for (const char *at = strchr(value, '%'); at != NULL;
	     at = strchr(at + 2, '%')) {
		if (at[1] != '\0' && strchr("UDdu%", at[1]) != NULL)
			continue;
		return idm_fail(err, IDM_INVALID,
		    "'%.2s' is none of %%U (name), %%D (NetBIOS domain), %%d "
		    "(DNS domain), %%u (name@domain) and %%%%",
		    at);
	}
	return idm_domain_put_text(value, out, IDM_TEMPLATE_MAX + 1, err);
}

static enum idm_status
set_home(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	return set_template(value, setting->out->domain.home, true, err);
}

static enum idm_status
set_shell(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	return set_template(value, setting->out->domain.shell, true, err);
}

static enum idm_status
set_gecos(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	return set_template(value, setting->out->domain.gecos, false, err);
}

static enum idm_status
set_default(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	enum idm_status st;

	st = idm_domain_put_flag(
	    &setting->out->domain, IDM_DOMAIN_DEFAULT, value, err);
	setting->out->is_default = (setting->out->domain.flags &
				       IDM_DOMAIN_DEFAULT) != 0;
	return st;
}

static enum idm_status
set_placeholder(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	return idm_domain_put_flag(
	    &setting->out->domain, IDM_DOMAIN_PLACEHOLDER, value, err);
}

static enum idm_status
set_user_groups(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	return idm_domain_put_flag(
	    &setting->out->domain, IDM_DOMAIN_USER_GROUPS, value, err);
}

static enum idm_status
set_enumerate(
    struct idm_domain_setting *setting, const char *value, struct idm_err *err)
{
	return idm_domain_put_flag(
	    &setting->out->domain, IDM_DOMAIN_ENUMERATE, value, err);
}

/* In the order in which the manual and "idmap domain show" have them. */
static const struct idm_domain_key keys[] = {
	{ "backend", "how SIDs and ids belong together", "a backend" },
	{ "range", "ids of this domain, both included", "LOW-HIGH" },
	{ "sid", "the domain's SID", "S-1-5-21-A-B-C" },
	{ "dns", "its DNS name, behind the '@' of names", "a name" },
	{ "netbios", "its NetBIOS name, in front of a '\\'", "a name" },
	{ "aliases", "more names of it", "up to 4 names" },
	{ "default", "bare Windows names are of this domain", "yes or no" },
	{ "names", "file with its users and groups", "a path" },
	{ "home", "home directory of those without one", "a template" },
	{ "shell", "shell of those without one", "a path" },
	{ "gecos", "full name of those without one", "a template" },
	{ "placeholder", "show ids without a name as sid-RID@domain",
	    "yes or no" },
	{ "user_private_groups", "show each user's gid as a group",
	    "yes or no" },
	{ "enumerate", "list its users and groups in getpwent(3)",
	    "yes or no" },
	{ NULL, NULL, NULL },
};

static set_value *const setters[] = {
	set_backend,
	set_range,
	set_sid,
	set_dns,
	set_netbios,
	set_aliases,
	set_default,
	set_names,
	set_home,
	set_shell,
	set_gecos,
	set_placeholder,
	set_user_groups,
	set_enumerate,
};
_Static_assert(IDM_COUNTOF(setters) + 1 == IDM_COUNTOF(keys),
    "each setting has a function");

const struct idm_domain_key *
idm_domain_keys(void)
{
	return keys;
}

enum idm_status
idm_domain_set_key(struct idm_domain_setting *setting, size_t row,
    const char *value, struct idm_err *err)
{
	return setters[row](setting, value, err);
}
