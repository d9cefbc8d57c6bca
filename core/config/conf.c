#include <ctype.h>
#include <ini.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/trust.h"
#include "config/conf.h"
#include "identity/account.h"
#include "identity/service.h"

#define LINE_MAX_BYTES 1000 /* of a line, as libinih is told */
#define FLOOR_MAX      60000

/* One reading of the file: where it stands and what it has found. */
struct reading {
	const char *path;
	FILE *file;
	unsigned long line;
	unsigned long mistakes;
	unsigned long *given; /* per setting: the line it was given in */
	const char *account_dir;
	struct idm_policy *policy;
	void (*mistake)(void *context, const char *text);
	void *context;
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

static void complain(struct reading *, const char *, ...) IDM_PRINTF(2, 3);

static void
complain(struct reading *reading, const char *fmt, ...)
{
	struct idm_err err;
	char text[300];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	(void)idm_fail(&err, IDM_INVALID, "%s:%lu: %s", reading->path,
	    reading->line, text);
	reading->mistake(reading->context, err.text);
	reading->mistakes++;
}

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

static enum idm_status
set_alias_reply(
    const struct reading *reading, const char *value, struct idm_err *err)
{
	static const char *const replies[] = {
		[IDM_REPLY_CANONICAL] = "canonical",
		[IDM_REPLY_TYPED] = "typed",
		[IDM_REPLY_OFF] = "off",
	};

	for (uint8_t i = 0; i < IDM_COUNTOF(replies); i++) {
		if (strcmp(value, replies[i]) == 0) {
			reading->policy->alias_reply = i;
			return IDM_OK;
		}
	}
	return idm_fail(
	    err, IDM_INVALID, "'%s' is none of canonical, typed, off", value);
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
	{ "idmapd", "clients", NUMBER(clients), 8, 16384, NULL },
	{ "idmapd", "clients_per_user", NUMBER(clients_per_user), 1, 4096, NULL },
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

/* ---- What libinih calls. */

/*
 * Hand libinih one line, without the blanks in front that it would take for
 * the continuation of a value, and count it.  An overlong line is reported
 * and passed over whole.
 */
static char *
read_line(char *out, int size, void *context)
{
	struct reading *reading = context;
	size_t blanks;

	for (;;) {
		int next = 0;

		if (fgets(out, size, reading->file) == NULL)
			return NULL;
		reading->line++;
		if (strchr(out, '\n') != NULL || feof(reading->file))
			break;
		next = getc(reading->file);
		if (next == EOF)
			break;
		while (next != '\n' && next != EOF)
			next = getc(reading->file);
		complain(reading, "the line is longer than %d bytes",
		    LINE_MAX_BYTES - 3);
	}
	blanks = strspn(out, " \t");
	memmove(out, out + blanks, strlen(out + blanks) + 1);
	if (out[0] == '[' && strchr(out, ']') == NULL) {
		complain(reading, "the section's name has no ']'");
		/* A comment: after one error libinih passes over others. */
		out[0] = '#';
	}
	return out;
}

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

static int
take_setting(
    void *context, const char *section, const char *key, const char *value)
{
	struct reading *reading = context;
	const struct setting *setting = find_setting(section, key);
	unsigned long *given;
	struct idm_err err;

	if (setting == NULL && !is_section(section)) {
		complain(reading, "there is no section '[%s]'", section);
		return 1;
	}
	if (setting == NULL) {
		complain(
		    reading, "%s.%s: there is no such setting", section, key);
		return 1;
	}
	if (value == NULL) {
		complain(reading, "%s.%s: there is no '=' behind the name",
		    section, key);
		return 1;
	}
	given = &reading->given[setting - settings];
	if (*given != 0) {
		complain(reading, "%s.%s: already given in line %lu", section,
		    key, *given);
		return 1;
	}
	*given = reading->line;
	if (set_value(reading, setting, value, &err) != IDM_OK)
		complain(reading, "%s.%s: %s", section, key, err.text);
	return 1;
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

static enum idm_status
read_file(struct reading *reading, struct idm_err *err)
{
	const uid_t owners[] = { 0, geteuid() };
	enum idm_status status;
	struct stat st;
	int fd = -1;

	status = idm_trust_open(
	    reading->path, owners, IDM_COUNTOF(owners), &fd, &st, err);
	if (status == IDM_NOTFOUND)
		return IDM_OK;
	if (status != IDM_OK)
		return status;
	reading->file = fdopen(fd, "re");
	if (reading->file == NULL) {
		status = idm_fail_errno(err, "%s", reading->path);
		(void)close(fd);
		return status;
	}

	/* Process-wide settings of the library; nobody else uses it here. */
	ini_max_line = LINE_MAX_BYTES;
	ini_use_stack = false;
	ini_initial_alloc = LINE_MAX_BYTES;
	ini_allow_multiline = false;
	ini_allow_no_value = true;
	if (ini_parse_stream(read_line, reading, take_setting, reading) < 0)
		status = idm_fail(err, IDM_NOMEM, "out of memory");
	else if (ferror(reading->file))
		status = idm_fail_errno(err, "%s", reading->path);
	(void)fclose(reading->file);
	return status;
}

enum idm_status
idm_conf_load(const char *path, const char *account_dir, struct idm_policy *out,
    void (*mistake)(void *context, const char *text), void *context,
    struct idm_err *err)
{
	unsigned long given[IDM_COUNTOF(settings)] = { 0 };
	struct idm_policy policy;
	struct reading reading = {
		.path = path,
		.given = given,
		.account_dir = account_dir,
		.policy = &policy,
		.mistake = mistake,
		.context = context,
	};
	enum idm_status st;

	set_defaults(account_dir, &policy);
	st = read_file(&reading, err);
	if (st != IDM_OK)
		return st;
	if (reading.mistakes > 0) {
		return idm_fail(err, IDM_INVALID, "%s: %lu mistake%s", path,
		    reading.mistakes, reading.mistakes == 1 ? "" : "s");
	}
	*out = policy;
	return IDM_OK;
}
