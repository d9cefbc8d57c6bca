#include <string.h>

#include "base/attr.h"
#include "base/num.h"
#include "identity/sid.h"
#include "identity/winname.h"
#include "map/host.h"

#include "cli/property.h"

#define ATTRIBUTE_MAX 64

/* clang-format off */
static const struct property properties[] = {
	{ "ad_unixgroup_attr", PROPERTY_ATTRIBUTE, PROPERTY_WORKS, 0, NULL, "",
	  "attribute of a group in AD that names its UNIX group" },
	{ "ad_unixuser_attr", PROPERTY_ATTRIBUTE, PROPERTY_WORKS, 0, NULL, "",
	  "attribute of a user in AD that names its UNIX user" },
	{ IDM_DEFAULT_DOMAIN, PROPERTY_DOMAIN, PROPERTY_WORKS, 0, NULL, "",
	  "domain of Windows names that are given without one" },
	{ "directory_based_mapping", PROPERTY_WORD, PROPERTY_WORKS, 0,
	  "none|name|idmu", "none", "whether a directory's attributes map" },
	{ "disable_cross_forest_trusts", PROPERTY_BOOL, PROPERTY_PER_DOMAIN, 0, NULL,
	  "true", "ignore trusted forests; those are asked that are domains here" },
	{ "domain_controller", PROPERTY_HOSTS, PROPERTY_PER_DOMAIN, 0, NULL, "",
	  "servers of the domain; 'servers' or 'discovery'" },
	{ "domain_guid", PROPERTY_UUID, PROPERTY_PER_DOMAIN, 0, NULL, "",
	  "the joined domain's GUID; a host is not joined to ask a domain" },
	{ "domain_name", PROPERTY_DOMAIN, PROPERTY_PER_DOMAIN, 0, NULL, "",
	  "the joined domain; 'idmap domain add'" },
	{ "ds_name_mapping_enabled", PROPERTY_BOOL, PROPERTY_NONE, 0, NULL, "",
	  "it has another name: set directory_based_mapping to none or name" },
	{ "forest_name", PROPERTY_DOMAIN, PROPERTY_PER_DOMAIN, 0, NULL, "",
	  "the joined domain's forest; 'idmap domain add' for each of its "
	  "domains" },
	{ "global_catalog", PROPERTY_HOSTS, PROPERTY_PER_DOMAIN, 0, NULL, "",
	  "servers of the forest's catalog; each domain's own are asked" },
	{ "id_cache_timeout", PROPERTY_COUNT, PROPERTY_PER_DOMAIN, 0, NULL, "86400",
	  "seconds until a directory is asked for an id again; 'cache_time'" },
	{ "list_size_limit", PROPERTY_COUNT, PROPERTY_NONE, 0, NULL, "0",
	  "list and dump read the map themselves and are never cut short" },
	{ "machine_sid", PROPERTY_SID, PROPERTY_FIXED, 0, NULL, "",
	  "what the SIDs of this host's accounts begin with; 'idmap machine "
	  "import' brings one along" },
	{ "machine_uuid", PROPERTY_UUID, PROPERTY_FIXED, 0, NULL, "",
	  "made once, with the machine SID" },
	{ "max_threads", PROPERTY_COUNT, PROPERTY_NONE, 0, NULL, "",
	  "lookups run in who asks, and idmapd has as many workers as it "
	  "needs" },
	{ "name_cache_timeout", PROPERTY_COUNT, PROPERTY_PER_DOMAIN, 0, NULL,
	  "604800", "seconds until a directory is asked for a name again; "
	  "'cache_time'" },
	{ "nldap_winname_attr", PROPERTY_ATTRIBUTE, PROPERTY_WORKS, 0, NULL, "",
	  "attribute in LDAP that names the Windows account" },
	{ "preferred_dc", PROPERTY_HOSTS, PROPERTY_PER_DOMAIN, 0, NULL, "",
	  "servers of the domain to be asked first; the order of 'servers'" },
	{ "rediscovery_interval", PROPERTY_COUNT, PROPERTY_PER_DOMAIN, 60, NULL,
	  "3600", "seconds until servers are looked for again; as long as DNS says" },
	{ "site_name", PROPERTY_DOMAIN, PROPERTY_PER_DOMAIN, 0, NULL, "",
	  "this host's site; 'site'" },
	{ "unresolvable_sid_mapping", PROPERTY_BOOL, PROPERTY_PER_DOMAIN, 0, NULL,
	  "true", "give ids to SIDs that no directory can name; 'placeholder'" },
	{ "use_ads", PROPERTY_BOOL, PROPERTY_PER_DOMAIN, 0, NULL, "true",
	  "ask AD by LDAP; a domain with 'servers' or 'discovery'" },
	{ "use_lsa", PROPERTY_BOOL, PROPERTY_NONE, 0, NULL, "",
	  "names and SIDs are not asked of a server's LSA" },
};

static const char *const type_names[] = {
	[PROPERTY_COUNT] = "number",
	[PROPERTY_BOOL] = "true|false",
	[PROPERTY_WORD] = "word",
	[PROPERTY_DOMAIN] = "domain",
	[PROPERTY_HOSTS] = "host[:port] ...",
	[PROPERTY_ATTRIBUTE] = "attribute",
	[PROPERTY_UUID] = "uuid",
	[PROPERTY_SID] = "sid",
};

static const char *const effect_names[] = {
	[PROPERTY_WORKS] = "now",
	[PROPERTY_PER_DOMAIN] = "per domain",
	[PROPERTY_FIXED] = "now",
	[PROPERTY_NONE] = "none",
};
/* clang-format on */

const struct property *
property_find(struct idm_str name)
{
	for (unsigned i = 0; i < IDM_COUNTOF(properties); i++) {
		if (idm_str_is(name, properties[i].name))
			return &properties[i];
	}
	return NULL;
}

const struct property *
property_all(unsigned *n)
{
	*n = IDM_COUNTOF(properties);
	return properties;
}

const char *
property_type_name(const struct property *property)
{
	return property->words != NULL ? property->words
				       : type_names[property->type];
}

const char *
property_effect_name(const struct property *property)
{
	return effect_names[property->effect];
}

static bool
is_among(const char *words, struct idm_str value)
{
	for (;;) {
		size_t len = strcspn(words, "|");

		if (len == value.len && memcmp(words, value.data, len) == 0)
			return true;
		if (words[len] == '\0')
			return false;
		words += len + 1;
	}
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
is_word(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

/* RFC 4512: a letter, then letters, digits and dashes. */
static bool
is_attribute(struct idm_str value)
{
	if (value.len == 0 || value.len > ATTRIBUTE_MAX ||
	    !is_letter(value.data[0]))
		return false;
	for (size_t i = 1; i < value.len; i++) {
		if (!is_word(value.data[i]))
			return false;
	}
	return true;
}

static bool
is_uuid(struct idm_str value)
{
	static const char form[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";

	if (value.len != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		if (form[i] == '-' ? value.data[i] != '-'
				   : memchr("0123456789abcdefABCDEF",
					 value.data[i], 22) == NULL)
			return false;
	}
	return true;
}

/* One host, with a port or without. */
static bool
is_host(struct idm_str host)
{
	const char *colon = memchr(host.data, ':', host.len);
	size_t len = colon == NULL ? host.len : (size_t)(colon - host.data);
	uint64_t port;

	if (len == 0 || len > IDM_DOMAIN_MAX || host.data[0] == '-')
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_word(host.data[i]) && host.data[i] != '.')
			return false;
	}
	return colon == NULL ||
	    (idm_num_parse(colon + 1, host.len - len - 1, 65535, &port, NULL) ==
		    IDM_OK &&
		port > 0);
}

static bool
is_hosts(struct idm_str value)
{
	bool has_one = false;

	while (value.len > 0) {
		size_t len = 0;

		while (len < value.len && value.data[len] != ' ' &&
		    value.data[len] != ',')
			len++;
		if (len > 0 && !is_host((struct idm_str){ value.data, len }))
			return false;
		has_one = has_one || len > 0;
		len += len < value.len;
		value.data += len;
		value.len -= len;
	}
	return has_one;
}

static bool
is_domain(struct idm_str value)
{
	struct idm_winname name;

	return value.len <= IDM_DOMAIN_MAX && !idm_str_is(value, "*") &&
	    idm_winname_split(value, &name, NULL) == IDM_OK &&
	    name.spelling == IDM_SPELL_BARE;
}

static bool
is_value(const struct property *property, struct idm_str value)
{
	struct idm_sid sid;
	uint64_t number;

	switch ((enum property_type)property->type) {
	case PROPERTY_COUNT:
		return idm_num_parse(value.data, value.len, UINT32_MAX, &number,
			   NULL) == IDM_OK &&
		    number >= property->min;
	case PROPERTY_BOOL:
		return is_among("true|false", value);
	case PROPERTY_WORD:
		return is_among(property->words, value);
	case PROPERTY_DOMAIN:
		return is_domain(value);
	case PROPERTY_HOSTS:
		return is_hosts(value);
	case PROPERTY_ATTRIBUTE:
		return is_attribute(value);
	case PROPERTY_UUID:
		return is_uuid(value);
	case PROPERTY_SID:
		return idm_sid_parse(value, &sid, NULL) == IDM_OK;
	}
	return false;
}

enum idm_status
property_check(
    const struct property *property, struct idm_str value, struct idm_err *err)
{
	if (is_value(property, value))
		return IDM_OK;
	if (property->type == PROPERTY_COUNT && property->min > 0) {
		return idm_fail(err, IDM_INVALID,
		    "property %s is a number from %llu on, not '%.*s'",
		    property->name, (unsigned long long)property->min,
		    (int)value.len, value.data);
	}
	return idm_fail(err, IDM_INVALID, "property %s is %s %s, not '%.*s'",
	    property->name, property->type == PROPERTY_ATTRIBUTE ? "an" : "a",
	    property_type_name(property), (int)value.len, value.data);
}
