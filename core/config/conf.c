#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "config/conf.h"
#include "config/ini.h"
#include "identity/account.h"
#include "identity/name.h"
#include "identity/service.h"

#define FLOOR_MAX 60000

/* One reading of the file: what it has found so far. */
struct reading {
	unsigned long *given; /* per setting: the line it was given in */
	const char *account_dir;
	struct idm_policy *policy;
};

/* A setting is a number between min and max, or has a function of its own. */
struct setting {
	const char *section;
	const char *key;
	size_t number; /* offset in struct idm_policy of its uint32_t */
	uint32_t min;
	uint32_t max;
	/* Store the value in the policy, or say why not. */
	enum idm_status (*set)(
	    const struct reading *, const char *value, struct idm_err *);
};

/* ---- One function for each kind of value. */

static enum idm_status
read_number(const char *value, uint32_t min, uint32_t max, uint32_t *out,
    struct idm_err *err)
{
	uint64_t number = 0;
	enum idm_status st;

	st = idm_num_parse(value, strlen(value), max, &number, err);
	if (st != IDM_OK)
		return st;
	if (number < min)
		return idm_fail(
		    err, IDM_INVALID, "'%s' is below %u", value, min);
	*out = (uint32_t)number;
	return IDM_OK;
}

/* The place of a value among the words, which end in NULL. */
static enum idm_status
read_word(const char *value, const char *const *words, uint8_t *out,
    struct idm_err *err)
{
	char known[120] = "";
	struct idm_buf buf;

	idm_buf_init_fixed(&buf, known, sizeof(known));
	for (uint8_t i = 0; words[i] != NULL; i++) {
		if (strcmp(value, words[i]) == 0) {
			*out = i;
			return IDM_OK;
		}
		idm_buf_printf(&buf, "%s%s", i == 0 ? "" : ", ", words[i]);
	}
	return idm_fail(
	    err, IDM_INVALID, "'%s' is none of %s", value, idm_buf_text(&buf));
}

static enum idm_status
set_alias_reply(
    const struct reading *reading, const char *value, struct idm_err *err)
{
	static const char *const replies[] = {
		[IDM_REPLY_CANONICAL] = "canonical",
		[IDM_REPLY_TYPED] = "typed",
		[IDM_REPLY_OFF] = "off",
		NULL,
	};

	return read_word(value, replies, &reading->policy->alias_reply, err);
}

static enum idm_status
set_name_format(
    const struct reading *reading, const char *value, struct idm_err *err)
{
	static const char *const formats[] = {
		[IDM_NAMES_AT] = "name@domain",
		[IDM_NAMES_NT4] = "DOMAIN\\name",
		[IDM_NAMES_SHORT] = "name",
		NULL,
	};

	return read_word(value, formats, &reading->policy->name_format, err);
}

static enum idm_status
read_yes(const char *value, bool *out, struct idm_err *err)
{
	static const char *const words[] = { "no", "yes", NULL };
	enum idm_status st;
	uint8_t word;

	st = read_word(value, words, &word, err);
	if (st == IDM_OK)
		*out = word == 1;
	return st;
}

static enum idm_status
set_short_names(
    const struct reading *reading, const char *value, struct idm_err *err)
{
	return read_yes(value, &reading->policy->short_names, err);
}

static enum idm_status
set_log_lookups(
    const struct reading *reading, const char *value, struct idm_err *err)
{
	return read_yes(value, &reading->policy->log_lookups, err);
}

/*
 * idmapd replaces the file by renaming, so the name must be one, and one that
 * node_exporter reads.
 */
static enum idm_status
set_metrics(
    const struct reading *reading, const char *value, struct idm_err *err)
{
	static const char ending[] = ".prom";
	size_t len = strlen(value), end = sizeof(ending) - 1;
	char *out = reading->policy->metrics;
	enum idm_status st;

	st = idm_name_field(idm_str_of(value), err);
	if (st != IDM_OK)
		return st;
	if (len > IDM_METRICS_MAX)
		return idm_fail(err, IDM_INVALID,
		    "'%s' is longer than %d bytes", value, IDM_METRICS_MAX);
	if (value[0] != '/')
		return idm_fail(
		    err, IDM_INVALID, "'%s' is no absolute path", value);
	if (len < end + 2 || strcmp(value + len - end, ending) != 0 ||
	    value[len - end - 1] == '/')
		return idm_fail(err, IDM_INVALID,
		    "'%s' is no file of the name NAME.prom", value);
	memcpy(out, value, len + 1);
	return IDM_OK;
}

static enum idm_status
set_unknown_domains(
    const struct reading *reading, const char *value, struct idm_err *err)
{
	static const char *const words[] = { "refuse", "allocate", NULL };
	enum idm_status st;
	uint8_t word;

	st = read_word(value, words, &word, err);
	if (st == IDM_OK)
		reading->policy->unknown_allocate = word == 1;
	return st;
}

/*
 * The keeper owns the users' map, so readers trust its uid.  Root is no
 * keeper: a daemon that runs as root would be no protection.
 */
static enum idm_status
set_keeper(
    const struct reading *reading, const char *value, struct idm_err *err)
{
	struct idm_account account;
	enum idm_status st;

	st = idm_account_by_name(
	    reading->account_dir, idm_str_of(value), &account, err);
	if (st == IDM_NOTFOUND) {
		return idm_fail(err, IDM_INVALID,
		    "there is no user '%s' in %s/passwd", value,
		    reading->account_dir);
	}
	if (st != IDM_OK)
		return st;
	if (account.uid == 0)
		return idm_fail(err, IDM_INVALID, "root cannot be the keeper");
	reading->policy->nkeepers = 1;
	reading->policy->keeper[0] = account.uid;
	return IDM_OK;
}

static enum idm_status
add_service(struct idm_policy *policy, struct idm_str name, struct idm_err *err)
{
	char *out;

	if (name.len > IDM_SERVICE_MAX) {
		return idm_fail(err, IDM_INVALID,
		    "'%.*s' is longer than %d bytes", (int)name.len, name.data,
		    IDM_SERVICE_MAX);
	}
	if (idm_service_holds_name(name)) {
		return idm_fail(err, IDM_INVALID,
		    "'%.*s' refuses a login whose name changes; "
		    "it cannot be listed",
		    (int)name.len, name.data);
	}
	if (policy->nservices == IDM_SERVICES_MAX) {
		return idm_fail(err, IDM_INVALID, "more than %d services",
		    IDM_SERVICES_MAX);
	}
	out = policy->service[policy->nservices++];
	memcpy(out, name.data, name.len);
	out[name.len] = '\0';
	return IDM_OK;
}

static enum idm_status
set_canonicalize(
    const struct reading *reading, const char *value, struct idm_err *err)
{
	struct idm_policy policy = *reading->policy;
	enum idm_status st = IDM_OK;

	policy.nservices = 0;
	while (st == IDM_OK) {
		struct idm_str name;

		value += strspn(value, " \t,");
		name.data = value;
		name.len = strcspn(value, " \t,");
		if (name.len == 0)
			break;
		st = add_service(&policy, name, err);
		value += name.len;
	}
	if (st == IDM_OK)
		*reading->policy = policy;
	return st;
}

#define NUMBER(field) offsetof(struct idm_policy, field)

/* clang-format off */
static const struct setting settings[] = {
	{ "nss", "alias_reply", .set = set_alias_reply },
	{ "nss", "uid_min", NUMBER(uid_min), 1, FLOOR_MAX, NULL },
	{ "nss", "gid_min", NUMBER(gid_min), 1, FLOOR_MAX, NULL },
	{ "pam", "canonicalize", .set = set_canonicalize },
	{ "users", "entries_per_user", NUMBER(user_entries), 0, 4096, NULL },
	{ "users", "entries_total", NUMBER(users_total), 0, 1000000, NULL },
	{ "users", "keeper", .set = set_keeper },
	{ "domains", "name_format", .set = set_name_format },
	{ "domains", "short_names", .set = set_short_names },
	{ "domains", "unknown_domains", .set = set_unknown_domains },
	{ "idmapd", "clients", NUMBER(clients), 8, 16384, NULL },
	{ "idmapd", "clients_per_user", NUMBER(clients_per_user), 1, 4096, NULL },
	{ "idmapd", "log_lookups", .set = set_log_lookups },
	{ "idmapd", "metrics", .set = set_metrics },
	{ "idmapd", "cache_records", NUMBER(cache_records), 100, 100000000, NULL },
	{ "idmapd", "cache_megabytes", NUMBER(cache_mib), 8, 65536, NULL },
};
/* clang-format on */

/* Store a value where its setting says. */
static enum idm_status
set_value(const struct reading *reading, const struct setting *setting,
    const char *value, struct idm_err *err)
{
	char *policy = (char *)reading->policy;

	if (setting->set != NULL)
		return setting->set(reading, value, err);
	return read_number(value, setting->min, setting->max,
	    (uint32_t *)(void *)(policy + setting->number), err);
}

/* ---- One setting. */

static const struct setting *
find_setting(const char *section, const char *key)
{
	for (size_t i = 0; i < IDM_COUNTOF(settings); i++) {
		if (strcmp(settings[i].section, section) == 0 &&
		    strcmp(settings[i].key, key) == 0)
			return &settings[i];
	}
	return NULL;
}

static bool
is_section(const char *section)
{
	for (size_t i = 0; i < IDM_COUNTOF(settings); i++) {
		if (strcmp(settings[i].section, section) == 0)
			return true;
	}
	return false;
}

static void
take_setting(struct idm_ini *ini, void *owner, const char *section,
    const char *key, const char *value)
{
	struct reading *reading = owner;
	const struct setting *setting = find_setting(section, key);
	unsigned long *given;
	struct idm_err err;

	if (setting == NULL && !is_section(section)) {
		idm_ini_complain(ini, "there is no section '[%s]'", section);
		return;
	}
	if (setting == NULL) {
		idm_ini_complain(
		    ini, "%s.%s: there is no such setting", section, key);
		return;
	}
	if (value == NULL) {
		idm_ini_complain(ini, "%s.%s: there is no '=' behind the name",
		    section, key);
		return;
	}
	given = &reading->given[setting - settings];
	if (*given != 0) {
		idm_ini_complain(ini, "%s.%s: already given in line %lu",
		    section, key, *given);
		return;
	}
	*given = ini->line;
	if (set_value(reading, setting, value, &err) != IDM_OK)
		idm_ini_complain(ini, "%s.%s: %s", section, key, err.text);
}

/* ---- The defaults of this host. */

/* The number behind a word in login.defs, when it is a sane floor. */
static void
take_floor(char *line, const char *word, uint32_t *out)
{
	size_t len = strlen(word);

	if (strncmp(line, word, len) != 0 || !isblank((unsigned char)line[len]))
		return;
	line += len;
	line += strspn(line, " \t");
	line[strcspn(line, " \t")] = '\0';
	if (read_number(line, 1, FLOOR_MAX, out, NULL) != IDM_OK)
		return; /* not for us to complain about */
}

static void
read_login_defs(const char *account_dir, struct idm_policy *policy)
{
	char path[4096];
	char line[256];
	FILE *file;
	int n;

	n = snprintf(path, sizeof(path), "%s/login.defs", account_dir);
	if (n < 0 || (size_t)n >= sizeof(path))
		return;
	file = fopen(path, "re");
	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\r\n#")] = '\0';
		take_floor(line, "UID_MIN", &policy->uid_min);
		take_floor(line, "GID_MIN", &policy->gid_min);
	}
	(void)fclose(file);
}

static void
set_defaults(const char *account_dir, struct idm_policy *policy)
{
	struct idm_account keeper;

	*policy = idm_policy_default;
	read_login_defs(account_dir, policy);
	if (idm_account_by_name(account_dir, idm_str_of("idmap-keep"), &keeper,
		NULL) == IDM_OK) {
		policy->nkeepers = 1;
		policy->keeper[0] = keeper.uid;
	}
}

/* ---- The one public function. */

enum idm_status
idm_conf_load(const char *path, const char *account_dir, struct idm_policy *out,
    void (*mistake)(void *context, const char *text), void *context,
    struct idm_err *err)
{
	unsigned long given[IDM_COUNTOF(settings)] = { 0 };
	struct idm_ini ini = {
		.path = path, .mistake = mistake, .context = context
	};
	struct idm_policy policy;
	struct reading reading = {
		.given = given,
		.account_dir = account_dir,
		.policy = &policy,
	};
	enum idm_status st;

	set_defaults(account_dir, &policy);
	st = idm_ini_read(&ini, take_setting, &reading, err);
	if (st != IDM_OK && st != IDM_NOTFOUND)
		return st;
	if (ini.mistakes > 0) {
		return idm_fail(err, IDM_INVALID, "%s: %lu mistake%s", path,
		    ini.mistakes, ini.mistakes == 1 ? "" : "s");
	}
	*out = policy;
	return IDM_OK;
}
