#include "directory/schema.h"

/* What a schema is, before a domain says otherwise. */
struct row {
	const char *user_class;
	const char *group_class;
	const char *attribute[IDM_ATTRIBUTES];
	const char *member_too; /* another one for members; or NULL */
	const char *full_name;
	bool members_are_names;
	bool binary_sid;
	/* Read besides, NULL-terminated: see facts.c. */
	const char *const *of_users;
	const char *const *of_groups;
};

/* clang-format off */
static const char *const ad_users[] = {
	"sAMAccountType", "primaryGroupID", "userAccountControl",
	"msDS-User-Account-Control-Computed", "accountExpires", "lockoutTime",
	"pwdLastSet", "msDS-UserPasswordExpiryTimeComputed", "logonHours",
	"uSNChanged", NULL
};
static const char *const ad_groups[] = { "groupType", "uSNChanged", NULL };
static const char *const ldap_users[] = {
	"shadowExpire", "shadowLastChange", "shadowMax", "nsAccountLock",
	"pwdAccountLockedTime", NULL
};
static const char *const ipa_users[] = {
	"nsAccountLock", "krbPrincipalExpiration", "krbPasswordExpiration", NULL
};
static const char *const nothing[] = { NULL };
/* clang-format on */

/* All that entries with posixAccount have in common. */
#define POSIX_ATTRIBUTES                                                       \
	[IDM_ATTR_USER_NAME] = "uid", [IDM_ATTR_GROUP_NAME] = "cn",            \
	[IDM_ATTR_UID] = "uidNumber", [IDM_ATTR_GID] = "gidNumber",            \
	[IDM_ATTR_GROUP_GID] = "gidNumber", [IDM_ATTR_GECOS] = "gecos",        \
	[IDM_ATTR_HOME] = "homeDirectory", [IDM_ATTR_SHELL] = "loginShell"

static const struct row rows[] = {
	[IDM_SCHEMA_AD] = {
	    .user_class = "user",
	    .group_class = "group",
	    .attribute = {
		[IDM_ATTR_USER_NAME] = "sAMAccountName",
		[IDM_ATTR_GROUP_NAME] = "sAMAccountName",
		[IDM_ATTR_UID] = "uidNumber",
		[IDM_ATTR_GID] = "gidNumber",
		[IDM_ATTR_GROUP_GID] = "gidNumber",
		[IDM_ATTR_GECOS] = "gecos",
		[IDM_ATTR_HOME] = "unixHomeDirectory",
		[IDM_ATTR_SHELL] = "loginShell",
		[IDM_ATTR_MEMBER] = "member",
		[IDM_ATTR_SID] = "objectSid",
		[IDM_ATTR_GUID] = "objectGUID",
	    },
	    .full_name = "displayName",
	    .binary_sid = true,
	    .of_users = ad_users,
	    .of_groups = ad_groups,
	},
	[IDM_SCHEMA_RFC2307] = {
	    .user_class = "posixAccount",
	    .group_class = "posixGroup",
	    .attribute = {
		POSIX_ATTRIBUTES,
		[IDM_ATTR_MEMBER] = "memberUid",
		[IDM_ATTR_GUID] = "entryUUID",
	    },
	    .full_name = "cn",
	    .members_are_names = true,
	    .of_users = ldap_users,
	    .of_groups = nothing,
	},
	[IDM_SCHEMA_RFC2307BIS] = {
	    .user_class = "posixAccount",
	    .group_class = "posixGroup",
	    .attribute = {
		POSIX_ATTRIBUTES,
		[IDM_ATTR_MEMBER] = "member",
		[IDM_ATTR_GUID] = "entryUUID",
	    },
	    .member_too = "uniqueMember",
	    .full_name = "cn",
	    .of_users = ldap_users,
	    .of_groups = nothing,
	},
	[IDM_SCHEMA_IPA] = {
	    .user_class = "posixAccount",
	    .group_class = "posixGroup",
	    .attribute = {
		POSIX_ATTRIBUTES,
		[IDM_ATTR_MEMBER] = "member",
		[IDM_ATTR_SID] = "ipaNTSecurityIdentifier",
		[IDM_ATTR_GUID] = "ipaUniqueID",
	    },
	    .full_name = "cn",
	    .of_users = ipa_users,
	    .of_groups = nothing,
	},
};

/* What Active Directory had before it took over the names of RFC 2307. */
static const char *const sfu[IDM_ATTRIBUTES] = {
	[IDM_ATTR_UID] = "msSFU30UidNumber",
	[IDM_ATTR_GID] = "msSFU30GidNumber",
	[IDM_ATTR_GROUP_GID] = "msSFU30GidNumber",
	[IDM_ATTR_GECOS] = "msSFU30Gecos",
	[IDM_ATTR_HOME] = "msSFU30HomeDirectory",
	[IDM_ATTR_SHELL] = "msSFU30LoginShell",
};
static const char *const sfu20[IDM_ATTRIBUTES] = {
	[IDM_ATTR_UID] = "MSSFU2x-uidNumber",
	[IDM_ATTR_GID] = "MSSFU2x-gidNumber",
	[IDM_ATTR_GROUP_GID] = "MSSFU2x-gidNumber",
	[IDM_ATTR_GECOS] = "MSSFU2x-gecos",
	[IDM_ATTR_HOME] = "msSFUHomeDirectory",
	[IDM_ATTR_SHELL] = "MSSFU2x-loginShell",
};

static const char *
attribute_of(
    const struct row *row, const struct idm_directory *settings, unsigned i)
{
	const char *const *mode = NULL;

	if (settings->attribute[i][0] != '\0')
		return settings->attribute[i];
	if (settings->schema == IDM_SCHEMA_AD) {
		if (settings->unix_schema == IDM_UNIX_SFU)
			mode = sfu;
		else if (settings->unix_schema == IDM_UNIX_SFU20)
			mode = sfu20;
	}
	return mode != NULL && mode[i] != NULL ? mode[i] : row->attribute[i];
}

/* ---- Lists for searches. */

struct list {
	const char **name;
	size_t n;
	size_t room;
};

static void
add(struct list *list, const char *name)
{
	if (name != NULL && list->n + 1 < list->room)
		list->name[list->n++] = name;
	list->name[list->n] = NULL;
}

static void
add_all(struct list *list, const char *const *name)
{
	for (; *name != NULL; name++)
		add(list, *name);
}

static void
list_users(const struct row *row, struct idm_schema_map *map)
{
	static const uint8_t wanted[] = {
		IDM_ATTR_USER_NAME,
		IDM_ATTR_UID,
		IDM_ATTR_GID,
		IDM_ATTR_GECOS,
		IDM_ATTR_HOME,
		IDM_ATTR_SHELL,
		IDM_ATTR_SID,
		IDM_ATTR_GUID,
		IDM_ATTR_UNIX_USER,
		IDM_ATTR_UNIX_GROUP,
		IDM_ATTR_WINNAME,
	};
	struct list list = { map->user_attribute, 0,
		IDM_COUNTOF(map->user_attribute) };

	add(&list, "objectClass");
	for (size_t i = 0; i < IDM_COUNTOF(wanted); i++)
		add(&list, map->attribute[wanted[i]]);
	add(&list, map->full_name);
	add_all(&list, row->of_users);
}

static void
list_groups(const struct row *row, struct idm_schema_map *map)
{
	static const uint8_t wanted[] = {
		IDM_ATTR_GROUP_NAME,
		IDM_ATTR_GROUP_GID,
		IDM_ATTR_SID,
		IDM_ATTR_GUID,
		IDM_ATTR_UNIX_USER,
		IDM_ATTR_UNIX_GROUP,
		IDM_ATTR_WINNAME,
	};
	struct list list = { map->group_attribute, 0,
		IDM_COUNTOF(map->group_attribute) };

	add(&list, "objectClass");
	for (size_t i = 0; i < IDM_COUNTOF(wanted); i++)
		add(&list, map->attribute[wanted[i]]);
	add_all(&list, row->of_groups);
}

const char *
idm_schema_realm(const struct idm_schema_map *schema, bool is_group)
{
	const struct idm_directory *settings = schema->settings;

	/* As winbindd has it: of users only where they are found by cn. */
	return is_group ||
		strcmp(settings->attribute[IDM_ATTR_USER_NAME], "cn") == 0
	    ? settings->realm
	    : "";
}

void
idm_schema_map(const struct idm_directory *settings, struct idm_schema_map *out)
{
	const struct row *row = &rows[settings->schema];

	*out = (struct idm_schema_map){
		.settings = settings,
		.schema = settings->schema,
		.user_class = row->user_class,
		.group_class = row->group_class,
		.full_name = row->full_name,
		.members_are_names = row->members_are_names,
		.binary_sid = row->binary_sid,
	};
	for (unsigned i = 0; i < IDM_ATTRIBUTES; i++)
		out->attribute[i] = attribute_of(row, settings, i);
	out->member_attribute[0] = out->attribute[IDM_ATTR_MEMBER];
	if (settings->attribute[IDM_ATTR_MEMBER][0] == '\0')
		out->member_attribute[1] = row->member_too;
	list_users(row, out);
	list_groups(row, out);
}
