#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "config/directorykey.h"
#include "config/domainsetting.h"
#include "directory/filter.h"

enum type {
	WORD,    /* one of words, stored as a byte */
	FLAG,    /* yes or no, a bit of flags */
	NUMBER,  /* min to max */
	SERVERS, /* URIs */
	NAME,    /* of a DNS domain or a site */
	DN,
	DNS, /* DNs, ';' between them */
	FILTER,
	PATH,
	PATHS,
	ATTRIBUTE,
	TEXT,
};

struct word {
	const char *name;
	unsigned value;
};

static const struct word schemas[] = {
	{ "ad", IDM_SCHEMA_AD },
	{ "rfc2307", IDM_SCHEMA_RFC2307 },
	{ "rfc2307bis", IDM_SCHEMA_RFC2307BIS },
	{ "ipa", IDM_SCHEMA_IPA },
	{ NULL, 0 },
};
static const struct word binds[] = {
	{ "anonymous", IDM_BIND_ANONYMOUS },
	{ "simple", IDM_BIND_SIMPLE },
	{ "gssapi", IDM_BIND_GSSAPI },
	{ NULL, 0 },
};
static const struct word unix_schemas[] = {
	{ "rfc2307", IDM_UNIX_RFC2307 },
	{ "sfu", IDM_UNIX_SFU },
	{ "sfu20", IDM_UNIX_SFU20 },
	{ NULL, 0 },
};
static const struct word encryptions[] = {
	{ "start_tls", IDM_TLS_START },
	{ "off", IDM_TLS_OFF },
	{ NULL, 0 },
};
static const struct word mappings[] = {
	{ "none", IDM_MAPPING_NONE },
	{ "name", IDM_MAPPING_NAME },
	{ "idmu", IDM_MAPPING_IDMU },
	{ NULL, 0 },
};
static const struct word disabled[] = {
	{ "show", 0 },
	{ "hide", IDM_DIRECTORY_HIDE_DISABLED },
	{ NULL, 0 },
};
static const struct word changes[] = {
	{ "follow", 0 },
	{ "hold", IDM_DIRECTORY_HOLD },
	{ NULL, 0 },
};

struct key {
	const char *name;
	const char *brief;
	const char *value;
	enum type type;
	size_t at;
	size_t size;
	uint32_t min, max; /* NUMBER; FLAG and words of flags: min is the bit */
	const struct word *words;
};

#define AT(field)                                                              \
	offsetof(struct idm_directory, field),                                 \
	    sizeof(((struct idm_directory *)0)->field)
#define ROW(name, type, value, field, brief)                                   \
	{                                                                      \
		name, brief, value, type, AT(field), 0, 0, NULL                \
	}
#define ROW_NUMBER(name, field, min, max, brief)                               \
	{                                                                      \
		name, brief, "a number", NUMBER, AT(field), min, max, NULL     \
	}
#define ROW_WORD(name, value, field, words, brief)                             \
	{                                                                      \
		name, brief, value, WORD, AT(field), 0, 0, words               \
	}
#define ROW_FLAG(name, flag, brief)                                            \
	{                                                                      \
		name, brief, "yes or no", FLAG, AT(flags), flag, 0, NULL       \
	}
#define ROW_CHOICE(name, value, flag, words, brief)                            \
	{                                                                      \
		name, brief, value, WORD, AT(flags), flag, 0, words            \
	}
#define ROW_ATTRIBUTE(name, which, brief)                                      \
	{                                                                      \
		name "_attribute", brief, "an attribute", ATTRIBUTE,           \
		    AT(attribute[which]), 0, 0, NULL                           \
	}

static const struct key keys[] = {
	ROW_WORD("schema", "ad, rfc2307, rfc2307bis or ipa", schema, schemas,
	    "how the directory keeps users and groups"),
	ROW("servers", SERVERS, "URIs", servers,
	    "servers, the best first; without them DNS is asked"),
	ROW("discovery", NAME, "a DNS name", discovery,
	    "whose SRV records name the servers"),
	ROW_FLAG("sites", IDM_DIRECTORY_SITES,
	    "AD: ask servers of this host's site first"),
	ROW("site", NAME, "a name", site, "AD: this host's site"),
	ROW("base", DN, "a DN", base, "below which everything is"),
	ROW("user_base", DN, "a DN", user_base, "below which users are"),
	ROW("group_base", DN, "a DN", group_base, "below which groups are"),
	ROW("user_filter", FILTER, "an LDAP filter", user_filter,
	    "only users that match"),
	ROW("group_filter", FILTER, "an LDAP filter", group_filter,
	    "only groups that match"),
	ROW("allow_ous", DNS, "DNs, ';' between them", allow_ous,
	    "only accounts below these"),
	ROW("deny_ous", DNS, "DNs, ';' between them", deny_ous,
	    "no accounts below these"),
	ROW_WORD("bind", "anonymous, simple or gssapi", bind, binds,
	    "how idmapd says who it is"),
	ROW("bind_dn", TEXT, "a DN or user@REALM", bind_dn, "as whom"),
	ROW("password_file", PATH, "a path", password_file,
	    "whose first line is the password"),
	ROW("principal", TEXT, "a Kerberos name", principal,
	    "as whom, by gssapi"),
	ROW("keytab", PATH, "a path", keytab, "with its keys"),
	ROW_WORD("tls", "start_tls or off", tls, encryptions,
	    "encryption of ldap: connections"),
	ROW_FLAG("verify", IDM_DIRECTORY_VERIFY,
	    "refuse a server whose certificate is not right"),
	ROW("ca_file", PATH, "a path", ca_file, "who signs certificates"),
	ROW_FLAG("referrals", IDM_DIRECTORY_REFERRALS, "no: none is followed"),
	ROW_NUMBER(
	    "timeout", timeout_ms, 1, 60, "seconds that one question may take"),
	ROW_NUMBER("page_size", page, 10, 100000, "entries of one page"),
	ROW_NUMBER("cache_time", cache_s, 1, 31536000,
	    "seconds for which an answer is fresh"),
	ROW_NUMBER("negative_time", negative_s, 0, 86400,
	    "seconds for which 'there is none' is"),
	ROW_NUMBER("stale_time", stale_s, 0, 315360000,
	    "seconds after which an answer is not served; 0: never"),
	ROW_NUMBER("nesting", nesting, 0, IDM_DIRECTORY_NESTING_MAX,
	    "levels of groups in groups"),
	ROW_FLAG("replicate", IDM_DIRECTORY_REPLICATE,
	    "keep the whole directory in the cache"),
	ROW_NUMBER("enumerate_max", enumerate_max, 0, 10000000,
	    "users or groups that are listed; 0: all"),
	ROW_CHOICE("disabled", "show or hide", IDM_DIRECTORY_HIDE_DISABLED,
	    disabled, "accounts that may not log in"),
	ROW_CHOICE("on_change", "follow or hold", IDM_DIRECTORY_HOLD, changes,
	    "when the directory gives somebody another number"),
	ROW_WORD("schema_mode", "rfc2307, sfu or sfu20", unix_schema,
	    unix_schemas, "AD: which attributes hold UNIX' values"),
	ROW_FLAG("unix_primary_group", IDM_DIRECTORY_UNIX_GROUP,
	    "primary group from gidNumber, not from Windows'"),
	ROW_FLAG("unix_nss_info", IDM_DIRECTORY_UNIX_INFO,
	    "home and shell from the directory, not from templates"),
	ROW_FLAG("all_groupmem", IDM_DIRECTORY_ALL_MEMBERS,
	    "list members without a number, too"),
	ROW_FLAG("foreign_members", IDM_DIRECTORY_FOREIGN,
	    "AD: ask for groups that users of other domains are in"),
	ROW("allowed_shells", PATHS, "paths", allowed_shells,
	    "shells the directory may give"),
	ROW("shell_fallback", PATH, "a path", shell_fallback,
	    "instead of one it may not"),
	ROW_WORD("mapping", "none, name or idmu", mapping, mappings,
	    "the directory itself equates accounts"),
	ROW_ATTRIBUTE("user_name", IDM_ATTR_USER_NAME, "a user's name"),
	ROW_ATTRIBUTE("group_name", IDM_ATTR_GROUP_NAME, "a group's name"),
	ROW_ATTRIBUTE("uid", IDM_ATTR_UID, "a user's number"),
	ROW_ATTRIBUTE("gid", IDM_ATTR_GID, "a user's primary group"),
	ROW_ATTRIBUTE("group_gid", IDM_ATTR_GROUP_GID, "a group's number"),
	ROW_ATTRIBUTE("gecos", IDM_ATTR_GECOS, "full name"),
	ROW_ATTRIBUTE("home", IDM_ATTR_HOME, "home directory"),
	ROW_ATTRIBUTE("shell", IDM_ATTR_SHELL, "shell"),
	ROW_ATTRIBUTE("member", IDM_ATTR_MEMBER, "who is in a group"),
	ROW_ATTRIBUTE("sid", IDM_ATTR_SID, "SID"),
	ROW_ATTRIBUTE("guid", IDM_ATTR_GUID, "GUID"),
	ROW_ATTRIBUTE("unixuser", IDM_ATTR_UNIX_USER,
	    "mapping = name: UNIX user, on a Windows user"),
	ROW_ATTRIBUTE("unixgroup", IDM_ATTR_UNIX_GROUP,
	    "mapping = name: UNIX group, on a Windows group"),
	ROW_ATTRIBUTE("winname", IDM_ATTR_WINNAME,
	    "mapping = name: Windows name, on a UNIX account"),
};

struct idm_directory_key
idm_directory_key(size_t row)
{
	if (row >= IDM_COUNTOF(keys))
		return (struct idm_directory_key){ NULL, NULL, NULL };
	return (struct idm_directory_key){ keys[row].name, keys[row].brief,
		keys[row].value };
}

bool
idm_directory_differs(
    size_t row, const struct idm_directory *a, const struct idm_directory *b)
{
	const struct key *key = &keys[row];
	const char *left = (const char *)a + key->at;
	const char *right = (const char *)b + key->at;

	if (key->at == offsetof(struct idm_directory, flags))
		return ((a->flags ^ b->flags) & key->min) != 0;
	if (key->type == WORD || key->type == NUMBER)
		return memcmp(left, right, key->size) != 0;
	return strcmp(left, right) != 0;
}

/* ---- Options of backends that say the same. */

static const struct {
	const char *option;
	const char *key;
} options[] = {
	{ "schema_mode", "schema_mode" },
	{ "unix_primary_group", "unix_primary_group" },
	{ "unix_nss_info", "unix_nss_info" },
	{ "all_groupmem", "all_groupmem" },
	{ "deny_ous", "deny_ous" },
	{ "allow_ous", "allow_ous" },
	{ "bind_path_user", "user_base" },
	{ "bind_path_group", "group_base" },
	{ "ldap_domain", "discovery" },
	{ "ldap_url", "servers" },
	{ "ldap_user_dn", "bind_dn" },
	{ "ldap_user_dn_password_file", "password_file" },
	{ "ssl", "tls" },
	{ "user_cn", "user_name_attribute" },
	{ "validate_certificates", "verify" },
	{ "ldap_ca_file", "ca_file" },
	{ "ldap_base_dn", NULL },
	{ "ldap_server", NULL },
	{ "ldap_realm", NULL },
	{ "realm", NULL },
};

bool
idm_directory_has_option(const char *option)
{
	for (size_t i = 0; i < IDM_COUNTOF(options); i++) {
		if (strcmp(options[i].option, option) == 0)
			return true;
	}
	return false;
}

const char *
idm_directory_option(const char *key)
{
	for (size_t i = 0; i < IDM_COUNTOF(options); i++) {
		if (options[i].key != NULL && strcmp(options[i].key, key) == 0)
			return options[i].option;
	}
	return NULL;
}

const char *
idm_directory_option_value(const char *option, const char *value)
{
	/* "on" is ldaps:, which the URI says. */
	if (strcmp(option, "ssl") == 0)
		return strcmp(value, "on") == 0 ? NULL : value;
	if (strcmp(option, "user_cn") == 0)
		return strcmp(value, "yes") == 0 ? "cn" : NULL;
	return value;
}

/* ---- Values. */

static enum idm_status
set_word(struct idm_directory *directory, const struct key *key,
    const char *value, struct idm_err *err)
{
	for (const struct word *word = key->words; word->name != NULL; word++) {
		if (strcmp(word->name, value) != 0)
			continue;
		if (key->min != 0) {
			directory->flags &= ~key->min;
			directory->flags |= word->value;
		} else {
			*((uint8_t *)directory +
			    key->at) = (uint8_t)word->value;
		}
		return IDM_OK;
	}
	return idm_fail(
	    err, IDM_INVALID, "'%s' is none of %s", value, key->value);
}

static enum idm_status
set_flag(struct idm_directory *directory, const struct key *key,
    const char *value, struct idm_err *err)
{
	enum idm_status st;
	bool is_set;

	st = idm_domain_put_bool(value, &is_set, err);
	if (st != IDM_OK)
		return st;
	directory->flags &= ~key->min;
	if (is_set)
		directory->flags |= key->min;
	return IDM_OK;
}

static enum idm_status
set_number(struct idm_directory *directory, const struct key *key,
    const char *value, struct idm_err *err)
{
	unsigned char *to = (unsigned char *)directory + key->at;
	enum idm_status st;
	uint64_t number;
	uint32_t stored;

	st = idm_num_parse(value, strlen(value), key->max, &number, err);
	if (st != IDM_OK)
		return st;
	if (number < key->min) {
		return idm_fail(err, IDM_INVALID,
		    "'%s' is below %u, the least it may be", value, key->min);
	}
	stored = (uint32_t)number;
	if (key->at == offsetof(struct idm_directory, timeout_ms))
		stored *= 1000;
	if (key->size == sizeof(uint8_t))
		*to = (uint8_t)stored;
	else
		memcpy(to, &stored, sizeof(stored));
	return IDM_OK;
}

/* ---- Texts, which are checked and stored as they are. */

/* Call check() for each word of a list. */
static enum idm_status
each_word(const char *value, const char *between,
    enum idm_status (*check)(struct idm_str, struct idm_err *),
    struct idm_err *err)
{
	enum idm_status st = IDM_OK;

	while (st == IDM_OK) {
		struct idm_str word;

		value += strspn(value, between);
		word = (struct idm_str){ value, strcspn(value, between) };
		if (word.len == 0)
			break;
		st = check(word, err);
		value += word.len;
	}
	return st;
}

static bool
begins(struct idm_str text, const char *with)
{
	size_t len = strlen(with);

	return text.len >= len && memcmp(text.data, with, len) == 0;
}

static enum idm_status
check_server(struct idm_str uri, struct idm_err *err)
{
	if (begins(uri, "ldap://") || begins(uri, "ldaps://") ||
	    begins(uri, "ldapi://"))
		return IDM_OK;
	return idm_fail(err, IDM_INVALID,
	    "'%.*s' is no server: write ldap://HOST, ldaps://HOST or "
	    "ldapi://PATH",
	    (int)uri.len, uri.data);
}

static enum idm_status
check_path(struct idm_str path, struct idm_err *err)
{
	if (path.data[0] == '/')
		return IDM_OK;
	return idm_fail(err, IDM_INVALID, "'%.*s' is no absolute path",
	    (int)path.len, path.data);
}

static enum idm_status
check_filter(struct idm_str filter, struct idm_err *err)
{
	enum idm_status st;
	struct idm_buf buf;

	idm_buf_init(&buf, 2 * IDM_DIRECTORY_TEXT_MAX);
	st = idm_filter_text(&buf, filter, err);
	idm_buf_fini(&buf);
	return st;
}

static enum idm_status
check_name(const char *value, struct idm_err *err)
{
	char folded[IDM_DOMAIN_MAX + 1];

	return idm_domain_put_name(value, folded, sizeof(folded), err);
}

static enum idm_status
check_text(const struct key *key, const char *value, struct idm_err *err)
{
	struct idm_str text = idm_str_of(value);

	switch (key->type) {
	case SERVERS:
		return each_word(value, " \t,", check_server, err);
	case NAME:
		return check_name(value, err);
	case DN:
		return idm_dn_check(text, err);
	case DNS:
		return each_word(value, ";", idm_dn_check, err);
	case FILTER:
		return check_filter(text, err);
	case PATH:
		return check_path(text, err);
	case PATHS:
		return each_word(value, " \t,", check_path, err);
	case ATTRIBUTE:
		return idm_filter_attribute(text, err);
	case WORD:
	case FLAG:
	case NUMBER:
	case TEXT:
		break;
	}
	return IDM_OK;
}

enum idm_status
idm_directory_set(struct idm_directory *directory, size_t row,
    const char *value, struct idm_err *err)
{
	const struct key *key = &keys[row];
	enum idm_status st;

	if (key->type == WORD)
		return set_word(directory, key, value, err);
	if (key->type == FLAG)
		return set_flag(directory, key, value, err);
	if (key->type == NUMBER)
		return set_number(directory, key, value, err);
	if (value[0] == '\0')
		return idm_fail(err, IDM_INVALID, "the value is empty");
	st = check_text(key, value, err);
	if (st != IDM_OK)
		return st;
	return idm_domain_put_text(
	    value, (char *)directory + key->at, key->size, err);
}

/* ---- The whole. */

/* What was not said, from what was. */
static void
fill_in(struct idm_directory *directory, const char *dns,
    bool (*given)(void *context, const char *name), void *context)
{
	bool is_ad = directory->schema == IDM_SCHEMA_AD;
	struct idm_buf base;

	if (!given(context, "bind")) {
		if (directory->bind_dn[0] != '\0')
			directory->bind = IDM_BIND_SIMPLE;
		else if (is_ad || directory->principal[0] != '\0' ||
		    directory->keytab[0] != '\0')
			directory->bind = IDM_BIND_GSSAPI;
	}
	if (!given(context, "tls") && directory->bind == IDM_BIND_GSSAPI)
		directory->tls = IDM_TLS_OFF;
	if (!is_ad && !given(context, "unix_nss_info"))
		directory->flags |= IDM_DIRECTORY_UNIX_INFO;
	if (!is_ad && !given(context, "unix_primary_group"))
		directory->flags |= IDM_DIRECTORY_UNIX_GROUP;
	if (directory->discovery[0] == '\0' && directory->servers[0] == '\0' &&
	    strlen(dns) < sizeof(directory->discovery))
		memcpy(directory->discovery, dns, strlen(dns) + 1);
	if (directory->base[0] != '\0' || dns[0] == '\0')
		return;
	idm_buf_init_fixed(&base, directory->base, sizeof(directory->base) - 1);
	/* Beside it FreeIPA has all accounts once more, below cn=compat. */
	if (directory->schema == IDM_SCHEMA_IPA)
		idm_buf_puts(&base, IDM_DIRECTORY_IPA_BASE);
	idm_dn_of_domain(&base, idm_str_of(dns));
	directory->base[base.status == IDM_OK ? base.len : 0] = '\0';
}

bool
idm_directory_is_private(const char *servers)
{
	for (const char *at = servers + strspn(servers, " \t,"); *at != '\0';
	     at += strspn(at, " \t,")) {
		if (strncmp(at, "ldap://", 7) == 0)
			return false;
		at += strcspn(at, " \t,");
	}
	return servers[0] != '\0';
}

void
idm_directory_finish(struct idm_directory *directory, const char *dns,
    bool (*given)(void *context, const char *name),
    void (*mistake)(void *context, const char *text), void *context)
{
	fill_in(directory, dns, given, context);
	if (directory->servers[0] == '\0' && directory->discovery[0] == '\0')
		mistake(context,
		    "servers: is missing, and there is no 'discovery' or "
		    "'dns' to find them by");
	if ((directory->flags & IDM_DIRECTORY_REFERRALS) != 0)
		mistake(context,
		    "referrals: none is followed, because whoever answers "
		    "could "
		    "send us, and our password, anywhere: add a domain for "
		    "each "
		    "directory");
	if (directory->base[0] == '\0')
		mistake(context,
		    "base: is missing, and there is no 'dns' to make it of");
	if (directory->bind == IDM_BIND_SIMPLE &&
	    (directory->bind_dn[0] == '\0' ||
		directory->password_file[0] == '\0'))
		mistake(
		    context, "bind: 'simple' needs bind_dn and password_file");
	if (directory->bind != IDM_BIND_SIMPLE &&
	    directory->password_file[0] != '\0')
		mistake(context,
		    "password_file: is of no use without 'bind = simple'");
	if (directory->bind == IDM_BIND_SIMPLE &&
	    directory->tls == IDM_TLS_OFF &&
	    !idm_directory_is_private(directory->servers))
		mistake(context,
		    "tls: a password is not sent over a connection that "
		    "others can read");
	if (directory->mapping == IDM_MAPPING_NAME &&
	    directory->attribute[IDM_ATTR_UNIX_USER][0] == '\0' &&
	    directory->attribute[IDM_ATTR_UNIX_GROUP][0] == '\0' &&
	    directory->attribute[IDM_ATTR_WINNAME][0] == '\0')
		mistake(context,
		    "mapping: 'name' needs unixuser_attribute, "
		    "unixgroup_attribute or winname_attribute");
	if (directory->mapping == IDM_MAPPING_IDMU &&
	    directory->schema != IDM_SCHEMA_AD)
		mistake(context,
		    "mapping: 'idmu' is of Active Directory's numbers: it "
		    "needs 'schema = ad'");
}
